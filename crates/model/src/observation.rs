//! What a collector saw. `collect` reports every outcome; `monitor` decides what it means.

use crate::device::{AdminStatus, OperStatus};
use crate::{CollectorId, DeviceId, Timestamp};
use std::time::Duration;

vocabulary! {
    /// `tcp`: connect to the SSH or SNMP-less management port, used where ICMP is not allowed; always shown as such.
    ProbeMethod: "method of probing" { Icmp = "icmp", Tcp = "tcp" }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub collector: CollectorId,
    pub device: DeviceId,
    /// When it was measured.
    pub at: Timestamp,
    pub finding: Finding,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// One probe of availability; `rtt` is `None` when nothing answered.
    Reach { method: ProbeMethod, rtt: Option<Duration>, detail: String },
    /// Whether the SNMP agent answered this time.
    Snmp { answer: SnmpAnswer },
    /// ifOperStatus of the interfaces that matter.
    Status { interfaces: Vec<InterfaceStatus> },
    /// All tables.
    Tables(Box<Tables>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnmpAnswer {
    Answered,
    /// Nothing came in time.
    Silent {
        detail: String,
    },
    /// It answered, but not so that we may read: wrong community or user, garbage.
    Refused {
        detail: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceStatus {
    pub if_name: String,
    pub if_index: i64,
    pub admin: Option<AdminStatus>,
    pub oper: OperStatus,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tables {
    pub sys_name: Option<String>,
    pub sys_descr: Option<String>,
    pub sys_object_id: Option<String>,
    pub uptime: Option<Duration>,
    pub interfaces: Vec<InterfaceReading>,
    /// False when the walk ended early: a missing interface then proves nothing.
    pub is_complete: bool,
    /// Load of each processor, percent (hrProcessorLoad).
    pub cpu_percent: Vec<f64>,
    pub memory_used_bytes: Option<u64>,
    pub memory_total_bytes: Option<u64>,
}

/// One row of ifTable and ifXTable (IF-MIB, RFC 2863). Counters as read: they may wrap or reset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterfaceReading {
    pub if_index: i64,
    pub if_name: String,
    pub if_descr: Option<String>,
    pub if_alias: Option<String>,
    pub if_type: Option<i64>,
    pub speed_bps: Option<u64>,
    pub mtu: Option<i64>,
    pub mac: Option<String>,
    pub admin: Option<AdminStatus>,
    pub oper: Option<OperStatus>,
    pub in_octets: Option<u64>,
    pub out_octets: Option<u64>,
    pub in_packets: Option<u64>,
    pub out_packets: Option<u64>,
    pub in_errors: Option<u64>,
    pub out_errors: Option<u64>,
    pub in_discards: Option<u64>,
    pub out_discards: Option<u64>,
    /// The octet and packet counters are 64 bits wide (ifHC…); 32-bit ones wrap within minutes on fast links.
    pub is_64_bit: bool,
}

/// A sign of life of a collector, and whether its reference targets prove that it is not cut off itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    pub collector: CollectorId,
    pub at: Timestamp,
    pub references: Vec<Reference>,
}

/// One reference target. A target that has never answered proves nothing when it is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub target: String,
    pub answers: bool,
    pub has_ever_answered: bool,
}

/// What dispatch hands to monitor. It may be lost with the process: the next probe tells it again.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    Observation(Observation),
    Heartbeat(Heartbeat),
}
