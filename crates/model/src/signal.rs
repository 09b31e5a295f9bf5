//! Other monitoring systems and what they tell us. A *source* is such a system; a *signal* is one condition as it names it.

use crate::alarm::Severity;
use crate::{DeviceId, ServiceId, SignalId, SourceId, TenantId, Timestamp};
use std::collections::BTreeMap;

vocabulary! {
    /// Which JSON a source speaks.
    SourceKind: "kind of source" { Alertmanager = "alertmanager", Zabbix = "zabbix" }
}

vocabulary! {
    SignalState: "state of a signal" { Open = "open", Closed = "closed" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    /// Its signals can be mapped to what lies at or below this tenant, to nothing else.
    pub tenant: TenantId,
    pub kind: SourceKind,
    pub name: String,
    pub heard_at: Option<Timestamp>,
    /// Reports taken in since it was connected.
    pub received: i64,
    pub created_at: Timestamp,
    pub version: i64,
}

/// What a signal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    Device(DeviceId),
    Service(ServiceId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub id: SignalId,
    pub source: SourceId,
    /// How the source tells it from all others.
    pub key: String,
    pub title: String,
    pub severity: Severity,
    pub state: SignalState,
    pub labels: BTreeMap<String, String>,
    /// `None`: not mapped yet.
    pub target: Option<Target>,
    /// Grows from one occurrence to the next, in the words of the source.
    pub occurrence: i64,
    /// When the present or last occurrence began; never in the future.
    pub began_at: Timestamp,
    /// What the source said of the end of the last occurrence that ended.
    pub ended_at: Option<Timestamp>,
    /// When we took the last end in.
    pub closed_at: Option<Timestamp>,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// How often the source spoke of it.
    pub count: i64,
    /// What had to be mended in what the source said.
    pub note: String,
    /// The last message about it, cut to a limit.
    pub raw: String,
}

/// Signals of this source with this label are about this object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalRule {
    pub source: SourceId,
    pub label: String,
    pub value: String,
    pub target: Target,
}
