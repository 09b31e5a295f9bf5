//! The protobuf of version 1 and its conversion. Tags are never reused; fields may be added, none changes its meaning.
//! Vocabularies travel as their words, durations and instants as microseconds, ids as their 16 bytes.

mod backup;
mod heartbeat;
mod observation;
mod plan;

use crate::{Report, Task};
use model::{FieldProblem, Problem};
use prost::Message;
use std::time::Duration;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TaskWire {
    #[prost(oneof = "TaskKind", tags = "1, 2, 3")]
    kind: Option<TaskKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum TaskKind {
    #[prost(message, tag = "1")]
    Plan(plan::PlanWire),
    #[prost(message, tag = "2")]
    PollNow(PollNowWire),
    #[prost(message, tag = "3")]
    Backup(backup::BackupTaskWire),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct PollNowWire {
    #[prost(bytes = "vec", tag = "1")]
    device: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReportWire {
    #[prost(oneof = "ReportKind", tags = "1, 2, 3")]
    kind: Option<ReportKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum ReportKind {
    #[prost(message, boxed, tag = "1")]
    Observation(Box<observation::ObservationWire>),
    #[prost(message, tag = "2")]
    Heartbeat(heartbeat::HeartbeatWire),
    #[prost(message, tag = "3")]
    Backup(backup::BackupAnswerWire),
}

pub(crate) fn encode_task(task: &Task) -> Vec<u8> {
    let kind = match task {
        Task::Plan(plan) => TaskKind::Plan(plan.into()),
        Task::PollNow(device) => TaskKind::PollNow(PollNowWire { device: device.bytes().to_vec() }),
        Task::Backup(task) => TaskKind::Backup((&**task).into()),
    };
    // Encoding reserves the exact size first, so no unwiped copy of a secret is left behind by a growing buffer.
    TaskWire { kind: Some(kind) }.encode_to_vec()
}

pub(crate) fn encode_report(report: &Report) -> Vec<u8> {
    let kind = match report {
        Report::Observation(observation) => ReportKind::Observation(Box::new(observation.into())),
        Report::Heartbeat(heartbeat) => ReportKind::Heartbeat(heartbeat.into()),
        Report::Backup(answer) => ReportKind::Backup((&**answer).into()),
    };
    ReportWire { kind: Some(kind) }.encode_to_vec()
}

pub(crate) fn decode_task(bytes: &[u8]) -> Result<TaskWire, prost::DecodeError> {
    TaskWire::decode(bytes)
}

pub(crate) fn decode_report(bytes: &[u8]) -> Result<ReportWire, prost::DecodeError> {
    ReportWire::decode(bytes)
}

impl TryFrom<TaskWire> for Task {
    type Error = FieldProblem;
    fn try_from(wire: TaskWire) -> Result<Self, FieldProblem> {
        match wire.kind {
            Some(TaskKind::Plan(plan)) => plan.try_into().map(Self::Plan).map_err(within("plan")),
            Some(TaskKind::PollNow(wish)) => id("poll_now.device", &wish.device).map(Self::PollNow),
            Some(TaskKind::Backup(task)) => task.try_into().map(|task| Self::Backup(Box::new(task))).map_err(within("backup")),
            None => Err(missing("kind")),
        }
    }
}

impl TryFrom<ReportWire> for Report {
    type Error = FieldProblem;
    fn try_from(wire: ReportWire) -> Result<Self, FieldProblem> {
        match wire.kind {
            Some(ReportKind::Observation(observation)) => (*observation).try_into().map(Self::Observation).map_err(within("observation")),
            Some(ReportKind::Heartbeat(heartbeat)) => heartbeat.try_into().map(Self::Heartbeat).map_err(within("heartbeat")),
            Some(ReportKind::Backup(answer)) => answer.try_into().map(|answer| Self::Backup(Box::new(answer))).map_err(within("backup")),
            None => Err(missing("kind")),
        }
    }
}

/// Nothing that we know: absent, or a kind that only a newer version has.
fn missing(field: &str) -> FieldProblem {
    Problem::new("required", "is absent or of a kind that this version does not know").at(field)
}

fn too_many(field: &str, count: usize, max: usize) -> FieldProblem {
    Problem::new("too_many", format!("has {count} entries; at most {max} are allowed")).at(field)
}

/// Puts the outer name before the field's.
fn within(outer: &str) -> impl Fn(FieldProblem) -> FieldProblem + '_ {
    move |inner| FieldProblem { field: format!("{outer}.{}", inner.field), problem: inner.problem }
}

fn id<'a, T: TryFrom<&'a [u8], Error = Problem>>(field: &str, bytes: &'a [u8]) -> Result<T, FieldProblem> {
    T::try_from(bytes).map_err(|problem| problem.at(field))
}

fn word<T: std::str::FromStr<Err = Problem>>(field: &str, text: &str) -> Result<T, FieldProblem> {
    text.parse().map_err(|problem: Problem| problem.at(field))
}

fn optional_word<T: std::str::FromStr<Err = Problem>>(field: &str, text: Option<&str>) -> Result<Option<T>, FieldProblem> {
    text.map(|text| word(field, text)).transpose()
}

fn port(field: &str, value: u32) -> Result<u16, FieldProblem> {
    u16::try_from(value).map_err(|_| Problem::new("bad_port", format!("is {value}, which is not a port")).at(field))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
