//! Events announce rows that changed. An event and its deliveries commit together with the change.

use crate::{TenantId, Timestamp};

vocabulary! {
    EventKind: "kind of event" {
        TenantChanged = "tenant.changed", PersonChanged = "person.changed", ContactChanged = "contact.changed", CredentialChanged = "credential.changed",
        ServiceChanged = "service.changed", SettingsChanged = "settings.changed",
        DeviceChanged = "device.changed", DeviceRemoved = "device.removed", DeviceState = "device.state", InterfaceState = "interface.state",
        CollectorState = "collector.state",
        AlarmRaised = "alarm.raised", AlarmChanged = "alarm.changed", AlarmCleared = "alarm.cleared",
        IncidentOpened = "incident.opened", IncidentChanged = "incident.changed", IncidentClosed = "incident.closed", IncidentMerged = "incident.merged",
        ImpactOpened = "impact.opened", ImpactClosed = "impact.closed",
        NoticeChanged = "notice.changed", TicketChanged = "ticket.changed",
        TaskAnswered = "task.answered", ConfigChanged = "config.changed", BackupChanged = "backup.changed",
        MaintenanceChanged = "maintenance.changed", SourceChanged = "source.changed", ImportChanged = "import.changed", SystemChanged = "system.changed",
    }
}

vocabulary! {
    /// Who gets events for certain, by the outbox.
    Subscriber: "subscriber" { Notify = "notify", Support = "support", Manage = "manage" }
}

impl EventKind {
    /// Who must act on it. The rows of `delivery` are made from this table, in the commit of the change.
    pub const fn subscribers(self) -> &'static [Subscriber] {
        match self {
            Self::ImpactOpened | Self::ImpactClosed => &[Subscriber::Notify],
            Self::IncidentOpened | Self::IncidentChanged | Self::IncidentClosed => &[Subscriber::Support],
            Self::IncidentMerged => &[Subscriber::Notify, Subscriber::Support],
            Self::TaskAnswered => &[Subscriber::Manage],
            _ => &[],
        }
    }
}

/// One row of the outbox; also what the stream at `/events` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Grows by commit; `Last-Event-ID` of the stream.
    pub seq: i64,
    pub at: Timestamp,
    pub kind: EventKind,
    /// Prefixed id of the object.
    pub object: String,
    pub tenant: TenantId,
    /// Version of the object after the change.
    pub version: i64,
    /// What a subscriber or a page needs beyond the id; never a secret.
    pub fields: serde_json::Value,
}
