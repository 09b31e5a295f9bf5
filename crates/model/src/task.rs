//! What a collector is asked to do on one device, and its answer.

use crate::config::{BackupProblem, SshLevel};
use crate::credential::Key;
use crate::{DeviceId, Secret, TaskId, Timestamp};
use std::time::Duration;

/// Fetch the configuration by SSH. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupTask {
    pub task: TaskId,
    pub device: DeviceId,
    /// Host name or IP address.
    pub address: String,
    pub ssh_port: u16,
    /// In the order in which they are tried; at most [`crate::config::LOGIN_FAILURES_MAX`] are.
    pub keys: Vec<Key>,
    /// How many refused logins are still allowed, over all tasks.
    pub logins_left: u32,
    /// The fingerprint that the host key must have; `None`: whatever it shows is trusted.
    pub host_key: Option<String>,
    /// The level that worked last time.
    pub level: Option<SshLevel>,
    /// The profile that recognised the device by SNMP, if any.
    pub profile: Option<String>,
    pub sys_object_id: Option<String>,
    pub sys_descr: Option<String>,
    /// After this long nobody waits for the answer.
    pub total: Duration,
}

/// What came of a [`BackupTask`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupAnswer {
    pub task: TaskId,
    pub device: DeviceId,
    /// When it began.
    pub at: Timestamp,
    pub took: Duration,
    /// Logins that the device refused.
    pub logins_refused: u32,
    pub ssh: Option<SshSeen>,
    pub outcome: Result<Fetched, FetchFailed>,
}

/// How the device speaks SSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSeen {
    pub level: SshLevel,
    /// `kex / host key / cipher / mac`.
    pub algorithms: String,
    /// SHA-256 fingerprint.
    pub host_key: String,
    /// The identification string of the server (RFC 4253, 4.2).
    pub banner: String,
}

/// Everything the device printed, each answer whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub profile: String,
    /// Command and answer, in the order of the profile. They hold the device's secrets.
    pub outputs: Vec<(String, Secret)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchFailed {
    pub problem: BackupProblem,
    /// A sentence without secrets.
    pub detail: String,
    /// Last lines of the session, the secrets of the task masked.
    pub tail: String,
}
