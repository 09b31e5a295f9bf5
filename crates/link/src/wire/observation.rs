//! Observations: what a collector saw.

use super::{id, micros, missing, optional_word, too_many, within, word};
use model::limits::INTERFACES_PER_DEVICE_MAX;
use model::observation::{Finding, InterfaceReading, InterfaceStatus, Observation, SnmpAnswer, Tables};
use model::{FieldProblem, Problem, Timestamp};
use std::time::Duration;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ObservationWire {
    #[prost(bytes = "vec", tag = "1")]
    collector: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    device: Vec<u8>,
    #[prost(int64, tag = "3")]
    at_us: i64,
    #[prost(oneof = "FindingKind", tags = "4, 5, 6, 7")]
    finding: Option<FindingKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum FindingKind {
    #[prost(message, tag = "4")]
    Reach(ReachWire),
    #[prost(message, tag = "5")]
    Snmp(SnmpWire),
    #[prost(message, tag = "6")]
    Status(StatusWire),
    #[prost(message, boxed, tag = "7")]
    Tables(Box<TablesWire>),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReachWire {
    #[prost(string, tag = "1")]
    method: String,
    #[prost(uint64, optional, tag = "2")]
    rtt_us: Option<u64>,
    #[prost(string, tag = "3")]
    detail: String,
}

/// `answer`: `answered`, `silent` or `refused`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SnmpWire {
    #[prost(string, tag = "1")]
    answer: String,
    #[prost(string, tag = "2")]
    detail: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct StatusWire {
    #[prost(message, repeated, tag = "1")]
    interfaces: Vec<InterfaceStatusWire>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct InterfaceStatusWire {
    #[prost(string, tag = "1")]
    if_name: String,
    #[prost(int64, tag = "2")]
    if_index: i64,
    #[prost(string, optional, tag = "3")]
    admin: Option<String>,
    #[prost(string, tag = "4")]
    oper: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TablesWire {
    #[prost(string, optional, tag = "1")]
    sys_name: Option<String>,
    #[prost(string, optional, tag = "2")]
    sys_descr: Option<String>,
    #[prost(string, optional, tag = "3")]
    sys_object_id: Option<String>,
    #[prost(uint64, optional, tag = "4")]
    uptime_us: Option<u64>,
    #[prost(message, repeated, tag = "5")]
    interfaces: Vec<InterfaceReadingWire>,
    #[prost(bool, tag = "6")]
    is_complete: bool,
    #[prost(double, repeated, tag = "7")]
    cpu_percent: Vec<f64>,
    #[prost(uint64, optional, tag = "8")]
    memory_used_bytes: Option<u64>,
    #[prost(uint64, optional, tag = "9")]
    memory_total_bytes: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct InterfaceReadingWire {
    #[prost(int64, tag = "1")]
    if_index: i64,
    #[prost(string, tag = "2")]
    if_name: String,
    #[prost(string, optional, tag = "3")]
    if_descr: Option<String>,
    #[prost(string, optional, tag = "4")]
    if_alias: Option<String>,
    #[prost(int64, optional, tag = "5")]
    if_type: Option<i64>,
    #[prost(uint64, optional, tag = "6")]
    speed_bps: Option<u64>,
    #[prost(int64, optional, tag = "7")]
    mtu: Option<i64>,
    #[prost(string, optional, tag = "8")]
    mac: Option<String>,
    #[prost(string, optional, tag = "9")]
    admin: Option<String>,
    #[prost(string, optional, tag = "10")]
    oper: Option<String>,
    #[prost(uint64, optional, tag = "11")]
    in_octets: Option<u64>,
    #[prost(uint64, optional, tag = "12")]
    out_octets: Option<u64>,
    #[prost(uint64, optional, tag = "13")]
    in_packets: Option<u64>,
    #[prost(uint64, optional, tag = "14")]
    out_packets: Option<u64>,
    #[prost(uint64, optional, tag = "15")]
    in_errors: Option<u64>,
    #[prost(uint64, optional, tag = "16")]
    out_errors: Option<u64>,
    #[prost(uint64, optional, tag = "17")]
    in_discards: Option<u64>,
    #[prost(uint64, optional, tag = "18")]
    out_discards: Option<u64>,
    #[prost(bool, tag = "19")]
    is_64_bit: bool,
}

impl From<&Observation> for ObservationWire {
    fn from(observation: &Observation) -> Self {
        let finding = match &observation.finding {
            Finding::Reach { method, rtt, detail } => {
                FindingKind::Reach(ReachWire { method: method.as_str().to_owned(), rtt_us: rtt.map(micros), detail: detail.clone() })
            }
            Finding::Snmp { answer } => FindingKind::Snmp(answer.into()),
            Finding::Status { interfaces } => {
                FindingKind::Status(StatusWire { interfaces: interfaces.iter().map(InterfaceStatusWire::from).collect() })
            }
            Finding::Tables(tables) => FindingKind::Tables(Box::new(tables.as_ref().into())),
        };
        Self {
            collector: observation.collector.bytes().to_vec(),
            device: observation.device.bytes().to_vec(),
            at_us: observation.at.micros(),
            finding: Some(finding),
        }
    }
}

impl From<&SnmpAnswer> for SnmpWire {
    fn from(answer: &SnmpAnswer) -> Self {
        let (answer, detail) = match answer {
            SnmpAnswer::Answered => ("answered", ""),
            SnmpAnswer::Silent { detail } => ("silent", detail.as_str()),
            SnmpAnswer::Refused { detail } => ("refused", detail.as_str()),
        };
        Self { answer: answer.to_owned(), detail: detail.to_owned() }
    }
}

impl From<&InterfaceStatus> for InterfaceStatusWire {
    fn from(status: &InterfaceStatus) -> Self {
        Self {
            if_name: status.if_name.clone(),
            if_index: status.if_index,
            admin: status.admin.map(|word| word.as_str().to_owned()),
            oper: status.oper.as_str().to_owned(),
        }
    }
}

impl From<&Tables> for TablesWire {
    fn from(tables: &Tables) -> Self {
        Self {
            sys_name: tables.sys_name.clone(),
            sys_descr: tables.sys_descr.clone(),
            sys_object_id: tables.sys_object_id.clone(),
            uptime_us: tables.uptime.map(micros),
            interfaces: tables.interfaces.iter().map(InterfaceReadingWire::from).collect(),
            is_complete: tables.is_complete,
            cpu_percent: tables.cpu_percent.clone(),
            memory_used_bytes: tables.memory_used_bytes,
            memory_total_bytes: tables.memory_total_bytes,
        }
    }
}

impl From<&InterfaceReading> for InterfaceReadingWire {
    fn from(reading: &InterfaceReading) -> Self {
        Self {
            if_index: reading.if_index,
            if_name: reading.if_name.clone(),
            if_descr: reading.if_descr.clone(),
            if_alias: reading.if_alias.clone(),
            if_type: reading.if_type,
            speed_bps: reading.speed_bps,
            mtu: reading.mtu,
            mac: reading.mac.clone(),
            admin: reading.admin.map(|word| word.as_str().to_owned()),
            oper: reading.oper.map(|word| word.as_str().to_owned()),
            in_octets: reading.in_octets,
            out_octets: reading.out_octets,
            in_packets: reading.in_packets,
            out_packets: reading.out_packets,
            in_errors: reading.in_errors,
            out_errors: reading.out_errors,
            in_discards: reading.in_discards,
            out_discards: reading.out_discards,
            is_64_bit: reading.is_64_bit,
        }
    }
}

impl TryFrom<ObservationWire> for Observation {
    type Error = FieldProblem;
    fn try_from(wire: ObservationWire) -> Result<Self, FieldProblem> {
        let finding = match wire.finding {
            Some(FindingKind::Reach(reach)) => Finding::Reach {
                method: word("reach.method", &reach.method)?,
                rtt: reach.rtt_us.map(Duration::from_micros),
                detail: reach.detail,
            },
            Some(FindingKind::Snmp(snmp)) => Finding::Snmp { answer: snmp.try_into().map_err(within("snmp"))? },
            Some(FindingKind::Status(status)) => Finding::Status { interfaces: rows(status.interfaces).map_err(within("status"))? },
            Some(FindingKind::Tables(tables)) => Finding::Tables(Box::new((*tables).try_into().map_err(within("tables"))?)),
            None => return Err(missing("finding")),
        };
        Ok(Self {
            collector: id("collector", &wire.collector)?,
            device: id("device", &wire.device)?,
            at: Timestamp::from_micros(wire.at_us),
            finding,
        })
    }
}

impl TryFrom<SnmpWire> for SnmpAnswer {
    type Error = FieldProblem;
    fn try_from(wire: SnmpWire) -> Result<Self, FieldProblem> {
        match wire.answer.as_str() {
            "answered" => Ok(Self::Answered),
            "silent" => Ok(Self::Silent { detail: wire.detail }),
            "refused" => Ok(Self::Refused { detail: wire.detail }),
            _ => Err(Problem::new("unknown_word", "is neither `answered` nor `silent` nor `refused`").at("answer")),
        }
    }
}

impl TryFrom<InterfaceStatusWire> for InterfaceStatus {
    type Error = FieldProblem;
    fn try_from(wire: InterfaceStatusWire) -> Result<Self, FieldProblem> {
        Ok(Self {
            if_name: wire.if_name,
            if_index: wire.if_index,
            admin: optional_word("admin", wire.admin.as_deref())?,
            oper: word("oper", &wire.oper)?,
        })
    }
}

impl TryFrom<TablesWire> for Tables {
    type Error = FieldProblem;
    fn try_from(wire: TablesWire) -> Result<Self, FieldProblem> {
        if wire.cpu_percent.iter().any(|percent| !percent.is_finite()) {
            return Err(Problem::new("not_a_number", "holds a value that is not a number").at("cpu_percent"));
        }
        Ok(Self {
            sys_name: wire.sys_name,
            sys_descr: wire.sys_descr,
            sys_object_id: wire.sys_object_id,
            uptime: wire.uptime_us.map(Duration::from_micros),
            interfaces: rows(wire.interfaces)?,
            is_complete: wire.is_complete,
            cpu_percent: wire.cpu_percent,
            memory_used_bytes: wire.memory_used_bytes,
            memory_total_bytes: wire.memory_total_bytes,
        })
    }
}

impl TryFrom<InterfaceReadingWire> for InterfaceReading {
    type Error = FieldProblem;
    fn try_from(wire: InterfaceReadingWire) -> Result<Self, FieldProblem> {
        Ok(Self {
            if_index: wire.if_index,
            if_name: wire.if_name,
            if_descr: wire.if_descr,
            if_alias: wire.if_alias,
            if_type: wire.if_type,
            speed_bps: wire.speed_bps,
            mtu: wire.mtu,
            mac: wire.mac,
            admin: optional_word("admin", wire.admin.as_deref())?,
            oper: optional_word("oper", wire.oper.as_deref())?,
            in_octets: wire.in_octets,
            out_octets: wire.out_octets,
            in_packets: wire.in_packets,
            out_packets: wire.out_packets,
            in_errors: wire.in_errors,
            out_errors: wire.out_errors,
            in_discards: wire.in_discards,
            out_discards: wire.out_discards,
            is_64_bit: wire.is_64_bit,
        })
    }
}

/// Rows of one device; the error names the row.
fn rows<W, T: TryFrom<W, Error = FieldProblem>>(wire: Vec<W>) -> Result<Vec<T>, FieldProblem> {
    if wire.len() > INTERFACES_PER_DEVICE_MAX {
        return Err(too_many("interfaces", wire.len(), INTERFACES_PER_DEVICE_MAX));
    }
    wire.into_iter().enumerate().map(|(at, row)| row.try_into().map_err(within(&format!("interfaces[{at}]")))).collect()
}
