//! Alarm: one condition of one object. Incident: the alarms of one cause. Impact: what an incident does to a service.

use crate::{
    AlarmId, CollectorId, DeviceId, ImpactId, IncidentId, InterfaceId, MaintenanceId, PersonId, ServiceId, SignalId, TenantId, Timestamp,
    service::Mapping,
};

vocabulary! {
    AlarmClass: "class of alarm" {
        Unreachable = "unreachable", InterfaceDown = "interface_down", SnmpSilent = "snmp_silent", CollectorLost = "collector_lost", Metric = "metric",
        /// Another monitoring system says so.
        External = "external",
    }
}

vocabulary! {
    /// Severities of X.733 / RFC 8632.
    Severity: "severity" {
        Critical = "critical", Major = "major", Minor = "minor", Warning = "warning", Indeterminate = "indeterminate", Cleared = "cleared",
    }
}

vocabulary! {
    /// `suspect` is the first miss, not yet confirmed: kept as a row, not shown as an alarm.
    AlarmState: "state of an alarm" { Suspect = "suspect", Active = "active", Cleared = "cleared" }
}

vocabulary! {
    ObjectKind: "kind of object" { Device = "device", Interface = "interface", Collector = "collector", Signal = "signal" }
}

vocabulary! {
    IncidentState: "state of an incident" { Open = "open", Closed = "closed", Merged = "merged" }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlarmObject {
    Device(DeviceId),
    Interface(InterfaceId),
    Collector(CollectorId),
    /// What another monitoring system tells; the device, if it is about one, stands in the alarm.
    Signal(SignalId),
}

impl AlarmObject {
    pub const fn kind(&self) -> ObjectKind {
        match self {
            Self::Device(_) => ObjectKind::Device,
            Self::Interface(_) => ObjectKind::Interface,
            Self::Collector(_) => ObjectKind::Collector,
            Self::Signal(_) => ObjectKind::Signal,
        }
    }
    pub const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::Device(id) => id.bytes(),
            Self::Interface(id) => id.bytes(),
            Self::Collector(id) => id.bytes(),
            Self::Signal(id) => id.bytes(),
        }
    }
    pub const fn from_parts(kind: ObjectKind, bytes: [u8; 16]) -> Self {
        match kind {
            ObjectKind::Device => Self::Device(DeviceId::from_bytes(bytes)),
            ObjectKind::Interface => Self::Interface(InterfaceId::from_bytes(bytes)),
            ObjectKind::Collector => Self::Collector(CollectorId::from_bytes(bytes)),
            ObjectKind::Signal => Self::Signal(SignalId::from_bytes(bytes)),
        }
    }
}

impl std::fmt::Display for AlarmObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(id) => id.fmt(f),
            Self::Interface(id) => id.fmt(f),
            Self::Collector(id) => id.fmt(f),
            Self::Signal(id) => id.fmt(f),
        }
    }
}

/// One condition from its first miss to its end. The row is the whole state: judging needs nothing but it and the new observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub id: AlarmId,
    pub class: AlarmClass,
    pub object: AlarmObject,
    /// The device it is on; `None` for a collector and for what a source says of a service.
    pub device: Option<DeviceId>,
    /// Whose: the device's site, the service's client, or the provider for a collector.
    pub tenant: TenantId,
    pub severity: Severity,
    pub state: AlarmState,
    /// Misses (or down reads) in a row so far.
    pub misses: u32,
    /// Downtime counts from here.
    pub first_miss_at: Timestamp,
    /// When it was confirmed.
    pub raised_at: Option<Timestamp>,
    /// Since when the condition has been well again, while it waits to be stable.
    pub well_since: Option<Timestamp>,
    pub cleared_at: Option<Timestamp>,
    /// How often it came back.
    pub flaps: u32,
    pub incident: Option<IncidentId>,
    /// The alarm behind which this one is only a symptom.
    pub suppressed_by: Option<AlarmId>,
    /// The maintenance on account of which nobody is told and no ticket is opened.
    pub muted_by: Option<MaintenanceId>,
    pub acked_by: Option<PersonId>,
    pub acked_at: Option<Timestamp>,
    pub ack_note: Option<String>,
    /// What was seen, for people: "administratively down", "no answer to 3 probes by icmp".
    pub detail: String,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub tenant: TenantId,
    pub root: AlarmId,
    pub state: IncidentState,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub merged_into: Option<IncidentId>,
    pub version: i64,
}

/// One service hit by one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    pub id: ImpactId,
    pub incident: IncidentId,
    pub alarm: AlarmId,
    pub service: ServiceId,
    pub client: TenantId,
    pub mapping: Mapping,
    /// First missed probe of the alarm.
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    /// The maintenance on account of which the client is not told.
    pub muted_by: Option<MaintenanceId>,
}
