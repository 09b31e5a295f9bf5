//! Maintenance: planned work on devices, sites or services, from when to when.

use crate::{DeviceId, MaintenanceId, PersonId, ServiceId, TenantId, Timestamp};

vocabulary! {
    /// `planned`: before its start. `ended`: its time is over, or a person ended it early. `cancelled`: it never began.
    MaintenanceState: "state of maintenance" { Planned = "planned", Running = "running", Ended = "ended", Cancelled = "cancelled" }
}

vocabulary! {
    WorkKind: "kind of object" { Device = "device", Site = "site", Service = "service" }
}

/// What is worked on. A site stands for every device of it, also those that come to it later; a service for what it runs over, but
/// only as far as this service is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WorkObject {
    Device(DeviceId),
    Site(TenantId),
    Service(ServiceId),
}

impl WorkObject {
    pub const fn kind(&self) -> WorkKind {
        match self {
            Self::Device(_) => WorkKind::Device,
            Self::Site(_) => WorkKind::Site,
            Self::Service(_) => WorkKind::Service,
        }
    }
    pub const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::Device(id) => id.bytes(),
            Self::Site(id) => id.bytes(),
            Self::Service(id) => id.bytes(),
        }
    }
    pub const fn from_parts(kind: WorkKind, bytes: [u8; 16]) -> Self {
        match kind {
            WorkKind::Device => Self::Device(DeviceId::from_bytes(bytes)),
            WorkKind::Site => Self::Site(TenantId::from_bytes(bytes)),
            WorkKind::Service => Self::Service(ServiceId::from_bytes(bytes)),
        }
    }
}

impl std::fmt::Display for WorkObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(id) => id.fmt(f),
            Self::Site(id) => id.fmt(f),
            Self::Service(id) => id.fmt(f),
        }
    }
}

/// One window of planned work, half-open: `ends_at` is the first instant after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    pub id: MaintenanceId,
    /// The nearest tenant above all of its objects.
    pub tenant: TenantId,
    /// Both are for colleagues; clients never read them.
    pub title: String,
    pub note: String,
    pub state: MaintenanceState,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub objects: Vec<WorkObject>,
    /// Clients whose services may be interrupted are told.
    pub announces: bool,
    /// How long before the start they are told; `None`: at once.
    pub announce_lead_s: Option<u32>,
    /// Alarms that are open when it starts are muted as well.
    pub mutes_open: bool,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    pub version: i64,
}

impl Maintenance {
    /// The state that its times demand at this instant.
    pub fn state_at(&self, now: Timestamp) -> MaintenanceState {
        match self.state {
            MaintenanceState::Planned | MaintenanceState::Running if self.ends_at <= now => MaintenanceState::Ended,
            MaintenanceState::Planned if self.starts_at <= now => MaintenanceState::Running,
            state => state,
        }
    }

    /// Whether it mutes at this instant: by its times, so that nothing waits for whoever turns its state.
    pub fn is_in_effect(&self, at: Timestamp) -> bool {
        matches!(self.state, MaintenanceState::Planned | MaintenanceState::Running) && self.starts_at <= at && at < self.ends_at
    }
}
