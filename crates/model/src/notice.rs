//! A notice is one message to one contact by one channel; the thread is incident × client.

use crate::tenant::Language;
use crate::{ContactId, IncidentId, MaintenanceId, NoticeId, TenantId, Timestamp};

vocabulary! {
    Channel: "channel" { Email = "email", Webhook = "webhook" }
}

vocabulary! {
    NoticeKind: "kind of notice" {
        Opened = "opened", Updated = "updated", Restored = "restored", Correction = "correction",
        MaintenanceAnnounced = "maintenance_announced", MaintenanceChanged = "maintenance_changed", MaintenanceCancelled = "maintenance_cancelled",
    }
}

vocabulary! {
    /// `draft`: waits for a person (shadow, stale mapping). `held`: stopped by the brake, goes by itself unless we are cut off.
    NoticeState: "state of a notice" {
        Draft = "draft", Held = "held", Queued = "queued", Sent = "sent", Failed = "failed", Withdrawn = "withdrawn",
    }
}

vocabulary! {
    /// Why a notice does not go at once.
    HoldReason: "reason" {
        Shadow = "shadow", StaleMapping = "stale_mapping", BrakeClients = "brake_clients", BrakeDevices = "brake_devices", CutOff = "cut_off", Cold = "cold",
    }
}

/// What a notice is about; together with the client it is the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    Incident(IncidentId),
    Maintenance(MaintenanceId),
}

impl Topic {
    pub const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::Incident(id) => id.bytes(),
            Self::Maintenance(id) => id.bytes(),
        }
    }
    pub const fn incident(self) -> Option<IncidentId> {
        match self {
            Self::Incident(id) => Some(id),
            Self::Maintenance(_) => None,
        }
    }
    pub const fn maintenance(self) -> Option<MaintenanceId> {
        match self {
            Self::Incident(_) => None,
            Self::Maintenance(id) => Some(id),
        }
    }
}

impl From<IncidentId> for Topic {
    fn from(id: IncidentId) -> Self {
        Self::Incident(id)
    }
}
impl From<MaintenanceId> for Topic {
    fn from(id: MaintenanceId) -> Self {
        Self::Maintenance(id)
    }
}
impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Incident(id) => id.fmt(f),
            Self::Maintenance(id) => id.fmt(f),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub topic: Topic,
    pub client: TenantId,
    /// `None` only for a client without contacts: line 1 sees that nobody could be told.
    pub contact: Option<ContactId>,
    pub channel: Channel,
    /// Address it goes to, as it was when written.
    pub address: String,
    pub language: Language,
    pub kind: NoticeKind,
    pub state: NoticeState,
    pub hold_reason: Option<HoldReason>,
    /// A held notice goes by itself at this time.
    pub release_at: Option<Timestamp>,
    pub brand: String,
    /// Address the mail comes from.
    pub sender: Option<String>,
    pub subject: String,
    pub body: String,
    /// Message-ID of the mail or webhook-id: the same at every repetition.
    pub message_id: String,
    pub attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    /// What the other side answered when it took it ("250 2.0.0 Ok: queued as …", "HTTP 204").
    pub proof: Option<String>,
    pub version: i64,
}
