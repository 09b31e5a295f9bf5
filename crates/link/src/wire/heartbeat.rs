//! Heartbeat and reference targets.

use super::{id, micros, too_many, word};
use crate::{Heartbeat, REFERENCES_MAX, Reference};
use model::{FieldProblem, Timestamp};
use std::time::Duration;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HeartbeatWire {
    #[prost(bytes = "vec", tag = "1")]
    collector: Vec<u8>,
    #[prost(int64, tag = "2")]
    at_us: i64,
    #[prost(uint64, tag = "3")]
    plan_revision: u64,
    #[prost(message, repeated, tag = "4")]
    references: Vec<ReferenceWire>,
    #[prost(uint32, tag = "5")]
    devices: u32,
    #[prost(uint64, tag = "6")]
    overruns: u64,
    #[prost(uint64, tag = "7")]
    shed: u64,
    #[prost(string, tag = "8")]
    probe_method: String,
    #[prost(string, tag = "9")]
    probe_note: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReferenceWire {
    #[prost(string, tag = "1")]
    target: String,
    #[prost(bool, tag = "2")]
    answered: bool,
    #[prost(bool, tag = "3")]
    has_ever_answered: bool,
    #[prost(uint64, optional, tag = "4")]
    rtt_us: Option<u64>,
}

impl From<&Heartbeat> for HeartbeatWire {
    fn from(heartbeat: &Heartbeat) -> Self {
        Self {
            collector: heartbeat.collector.bytes().to_vec(),
            at_us: heartbeat.at.micros(),
            plan_revision: heartbeat.plan_revision,
            references: heartbeat.references.iter().map(ReferenceWire::from).collect(),
            devices: heartbeat.devices,
            overruns: heartbeat.overruns,
            shed: heartbeat.shed,
            probe_method: heartbeat.probe_method.as_str().to_owned(),
            probe_note: heartbeat.probe_note.clone(),
        }
    }
}

impl From<&Reference> for ReferenceWire {
    fn from(reference: &Reference) -> Self {
        Self {
            target: reference.target.clone(),
            answered: reference.answered,
            has_ever_answered: reference.has_ever_answered,
            rtt_us: reference.rtt.map(micros),
        }
    }
}

impl TryFrom<HeartbeatWire> for Heartbeat {
    type Error = FieldProblem;
    fn try_from(wire: HeartbeatWire) -> Result<Self, FieldProblem> {
        if wire.references.len() > REFERENCES_MAX {
            return Err(too_many("references", wire.references.len(), REFERENCES_MAX));
        }
        Ok(Self {
            collector: id("collector", &wire.collector)?,
            at: Timestamp::from_micros(wire.at_us),
            plan_revision: wire.plan_revision,
            references: wire.references.into_iter().map(Reference::from).collect(),
            devices: wire.devices,
            overruns: wire.overruns,
            shed: wire.shed,
            probe_method: word("probe_method", &wire.probe_method)?,
            probe_note: wire.probe_note,
        })
    }
}

impl From<ReferenceWire> for Reference {
    fn from(wire: ReferenceWire) -> Self {
        Self {
            target: wire.target,
            answered: wire.answered,
            has_ever_answered: wire.has_ever_answered,
            rtt: wire.rtt_us.map(Duration::from_micros),
        }
    }
}
