//! Every limit that more than one crate must know, by name. Reaching one refuses or sheds aloud.

use std::time::Duration;

/// Longest name of a tenant, device, service or person, characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest note on a ticket or an acknowledgement, characters.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Items in one page of a list.
pub const PAGE_ITEMS_MAX: usize = 500;
pub const PAGE_ITEMS_DEFAULT: usize = 100;
/// Body of one API request.
pub const BODY_SIZE_BYTES_MAX: usize = 1024 * 1024;
/// Grants one person may hold.
pub const GRANTS_MAX: usize = 32;
/// Depth of the tenant tree (provider > partner … > client > site).
pub const TENANT_DEPTH_MAX: usize = 12;
pub const PARENTS_PER_DEVICE_MAX: usize = 16;
pub const CREDENTIALS_PER_DEVICE_MAX: usize = 8;
pub const ENDPOINTS_PER_SERVICE_MAX: usize = 256;
pub const INTERFACES_PER_DEVICE_MAX: usize = 20_000;

pub const PROBE_INTERVAL_DEFAULT: Duration = Duration::from_secs(10);
pub const PROBE_INTERVAL_S_MIN: u32 = 1;
pub const PROBE_INTERVAL_S_MAX: u32 = 3_600;
pub const POLL_INTERVAL_DEFAULT: Duration = Duration::from_secs(60);
pub const POLL_INTERVAL_S_MIN: u32 = 5;
pub const POLL_INTERVAL_S_MAX: u32 = 86_400;

/// Misses in a row that confirm *unreachable* and *SNMP silent*.
pub const CONFIRM_MISSES: u32 = 3;
/// Reads in a row that confirm *interface down*: the answer and a second one.
pub const CONFIRM_READS_DOWN: u32 = 2;
/// A condition must stay well for this long before its alarm clears.
pub const STABILITY: Duration = Duration::from_secs(30);
/// The same condition coming back within this time reopens its alarm: flapping folds into one.
pub const FLAP_WINDOW: Duration = Duration::from_secs(300);
/// From this many returns on, the stability time is [`FLAP_STABILITY`].
pub const FLAP_COUNT: u32 = 3;
pub const FLAP_STABILITY: Duration = Duration::from_secs(300);
/// How long a confirmed child waits for the verdict on its parents.
pub const PARENT_HOLD_MAX: Duration = Duration::from_secs(30);
/// The same for what stands behind a device in maintenance that still seems to answer: longest wait for that device's own verdict.
pub const MAINTENANCE_HOLD_MAX: Duration = Duration::from_secs(300);
/// Alarms on neighbours raised within this time of each other may have one cause.
pub const CORRELATION: Duration = Duration::from_secs(60);
/// A collector that has not spoken for this long is lost.
pub const COLLECTOR_SILENCE: Duration = Duration::from_secs(30);
/// How often a collector says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Longest wait for further faults of the same client before the notice is written.
pub const GATHER_MAX: Duration = Duration::from_secs(20);
/// How long the brake waits for a person.
pub const BRAKE_HOLD: Duration = Duration::from_secs(180);
