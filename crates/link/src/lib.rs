//! Messages between the centre and a collector: a [`Task`] goes down, a [`Report`] comes up, always as protobuf bytes.
//!
//! Promises: the same bytes whether the collector lives in this process or at a site; any bytes from the other side become a value or an error
//! that names the field; secrets travel only inside a [`Plan`] and their bytes are wiped after use; a full queue sheds or refuses aloud.
//! Never: a device, a database, a decision.

mod channel;
mod error;
mod message;
mod wire;

pub use channel::{CentreEnd, CollectorEnd, in_process};
pub use error::LinkError;
pub use message::{DevicePlan, Heartbeat, Plan, Reference, Report, Task};

/// Largest message, encoded. A table of 20 000 interfaces takes about 5 MiB, a plan of 20 000 devices about 8 MiB.
pub const MESSAGE_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Reports waiting for the centre when nothing else is asked for.
pub const CAPACITY_DEFAULT: usize = 16_384;
/// All reports that wait, encoded; the oldest are shed beyond it.
pub const QUEUE_SIZE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Backup tasks that wait for the collector; the next one is refused.
pub const BACKUPS_WAITING_MAX: usize = 64;
/// Answers to tasks that wait for the centre; a collector that has more waits until one was taken.
pub const ANSWERS_WAITING_MAX: usize = 16;
/// "Poll now" wishes that wait for the collector; the next one is refused.
pub const POLL_WISHES_MAX: usize = 256;
/// Devices in one plan.
pub const DEVICES_PER_PLAN_MAX: usize = 20_000;
/// Reference targets in one plan.
pub const REFERENCES_MAX: usize = 64;
