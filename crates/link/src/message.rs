//! What is said over the link, as our own types.

use crate::{LinkError, MESSAGE_SIZE_BYTES_MAX, wire};
use model::credential::Key;
use model::observation::{Observation, ProbeMethod};
use model::task::{BackupAnswer, BackupTask};
use model::{CollectorId, DeviceId, Timestamp};
use std::time::Duration;
use zeroize::Zeroizing;

/// Everything one collector has to watch. A newer plan replaces the older one as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Grows with every change; a collector reports which one it follows.
    pub revision: u64,
    pub collector: CollectorId,
    pub devices: Vec<DevicePlan>,
    /// Host names or addresses that must answer when it is not we who are cut off. Empty: the gateway of the collector's machine.
    pub references: Vec<String>,
}

/// One device and all that opens it. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePlan {
    pub device: DeviceId,
    /// Host name or IP address.
    pub address: String,
    pub snmp_port: u16,
    pub ssh_port: u16,
    /// In the order in which they are tried.
    pub keys: Vec<Key>,
    pub probe_interval: Duration,
    pub poll_interval: Duration,
    /// ifNames bound to a service or a parent link: their state is read with every probe.
    pub watched: Vec<String>,
}

/// Centre to collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Plan(Plan),
    /// Read all tables of this device now, whatever its interval.
    PollNow(DeviceId),
    /// Fetch the configuration of a device.
    Backup(Box<BackupTask>),
}

/// Collector to centre.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    Observation(Observation),
    Heartbeat(Heartbeat),
    /// What came of a [`Task::Backup`]. Never shed.
    Backup(Box<BackupAnswer>),
}

/// The collector lives. Counters run since its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    pub collector: CollectorId,
    pub at: Timestamp,
    /// 0 before the first plan.
    pub plan_revision: u64,
    pub references: Vec<Reference>,
    /// Devices it watches now.
    pub devices: u32,
    /// Probes or polls left out because the one before was still running.
    pub overruns: u64,
    /// Observations thrown away because the link was full.
    pub shed: u64,
    /// How reachability is judged here, …
    pub probe_method: ProbeMethod,
    /// … and why, for a person: e.g. that ICMP is not allowed.
    pub probe_note: String,
}

/// Whether a reference target answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub target: String,
    /// At the latest probe.
    pub answered: bool,
    /// Since the collector started. One that never answered proves nothing by its silence.
    pub has_ever_answered: bool,
    /// Of the latest probe.
    pub rtt: Option<Duration>,
}

impl Task {
    const WHAT: &str = "task";

    /// Durations are kept to the microsecond. The bytes hold secrets and wipe themselves.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, LinkError> {
        sized(Self::WHAT, wire::encode_task(self))
    }
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LinkError> {
        check_size(Self::WHAT, bytes.len())?;
        let decoded = wire::decode_task(bytes).map_err(|source| LinkError::Undecodable { what: Self::WHAT, source })?;
        Self::try_from(decoded).map_err(|source| LinkError::Field { what: Self::WHAT, source })
    }
}

impl Report {
    const WHAT: &str = "report";

    /// Durations are kept to the microsecond.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, LinkError> {
        sized(Self::WHAT, wire::encode_report(self))
    }
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LinkError> {
        check_size(Self::WHAT, bytes.len())?;
        let decoded = wire::decode_report(bytes).map_err(|source| LinkError::Undecodable { what: Self::WHAT, source })?;
        Self::try_from(decoded).map_err(|source| LinkError::Field { what: Self::WHAT, source })
    }
}

fn sized(what: &'static str, bytes: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, LinkError> {
    let bytes = Zeroizing::new(bytes);
    check_size(what, bytes.len())?;
    Ok(bytes)
}

fn check_size(what: &'static str, size: usize) -> Result<(), LinkError> {
    if size > MESSAGE_SIZE_BYTES_MAX { Err(LinkError::TooLarge { what, size }) } else { Ok(()) }
}
