//! A backup task and its answer. What holds a secret wipes itself when dropped and does not show itself.

use super::plan::KeyWire;
use super::{id, micros, missing, optional_word, port, too_many, within, word};
use model::limits::CREDENTIALS_PER_DEVICE_MAX;
use model::task::{BackupAnswer, BackupTask, FetchFailed, Fetched, SshSeen};
use model::{FieldProblem, Secret, Timestamp};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroize;

/// Commands of one profile.
const OUTPUTS_MAX: usize = 64;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BackupTaskWire {
    #[prost(bytes = "vec", tag = "1")]
    task: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    device: Vec<u8>,
    #[prost(string, tag = "3")]
    address: String,
    #[prost(uint32, tag = "4")]
    ssh_port: u32,
    #[prost(message, repeated, tag = "5")]
    keys: Vec<KeyWire>,
    #[prost(uint32, tag = "6")]
    logins_left: u32,
    #[prost(string, optional, tag = "7")]
    host_key: Option<String>,
    #[prost(string, optional, tag = "8")]
    level: Option<String>,
    #[prost(string, optional, tag = "9")]
    profile: Option<String>,
    #[prost(string, optional, tag = "10")]
    sys_object_id: Option<String>,
    #[prost(string, optional, tag = "11")]
    sys_descr: Option<String>,
    #[prost(uint64, tag = "12")]
    total_us: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BackupAnswerWire {
    #[prost(bytes = "vec", tag = "1")]
    task: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    device: Vec<u8>,
    #[prost(int64, tag = "3")]
    at_us: i64,
    #[prost(uint64, tag = "4")]
    took_us: u64,
    #[prost(uint32, tag = "5")]
    logins_refused: u32,
    #[prost(message, optional, tag = "6")]
    ssh: Option<SshSeenWire>,
    #[prost(oneof = "OutcomeWire", tags = "7, 8")]
    outcome: Option<OutcomeWire>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SshSeenWire {
    #[prost(string, tag = "1")]
    level: String,
    #[prost(string, tag = "2")]
    algorithms: String,
    #[prost(string, tag = "3")]
    host_key: String,
    #[prost(string, tag = "4")]
    banner: String,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum OutcomeWire {
    #[prost(message, tag = "7")]
    Fetched(FetchedWire),
    #[prost(message, tag = "8")]
    Failed(FailedWire),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FetchedWire {
    #[prost(string, tag = "1")]
    profile: String,
    #[prost(message, repeated, tag = "2")]
    outputs: Vec<OutputWire>,
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(crate) struct OutputWire {
    #[prost(string, tag = "1")]
    command: String,
    #[prost(string, tag = "2")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FailedWire {
    #[prost(string, tag = "1")]
    problem: String,
    #[prost(string, tag = "2")]
    detail: String,
    #[prost(string, tag = "3")]
    tail: String,
}

impl Drop for OutputWire {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}
impl fmt::Debug for OutputWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutputWire({})", self.command)
    }
}

impl From<&BackupTask> for BackupTaskWire {
    fn from(task: &BackupTask) -> Self {
        Self {
            task: task.task.bytes().to_vec(),
            device: task.device.bytes().to_vec(),
            address: task.address.clone(),
            ssh_port: u32::from(task.ssh_port),
            keys: task.keys.iter().map(KeyWire::from).collect(),
            logins_left: task.logins_left,
            host_key: task.host_key.clone(),
            level: task.level.map(|level| level.as_str().to_owned()),
            profile: task.profile.clone(),
            sys_object_id: task.sys_object_id.clone(),
            sys_descr: task.sys_descr.clone(),
            total_us: micros(task.total),
        }
    }
}

impl TryFrom<BackupTaskWire> for BackupTask {
    type Error = FieldProblem;
    fn try_from(wire: BackupTaskWire) -> Result<Self, FieldProblem> {
        if wire.keys.len() > CREDENTIALS_PER_DEVICE_MAX {
            return Err(too_many("keys", wire.keys.len(), CREDENTIALS_PER_DEVICE_MAX));
        }
        let key = |(at, wire): (usize, KeyWire)| wire.try_into().map_err(within(&format!("keys[{at}]")));
        Ok(Self {
            task: id("task", &wire.task)?,
            device: id("device", &wire.device)?,
            address: wire.address,
            ssh_port: port("ssh_port", wire.ssh_port)?,
            keys: wire.keys.into_iter().enumerate().map(key).collect::<Result<_, _>>()?,
            logins_left: wire.logins_left,
            host_key: wire.host_key,
            level: optional_word("level", wire.level.as_deref())?,
            profile: wire.profile,
            sys_object_id: wire.sys_object_id,
            sys_descr: wire.sys_descr,
            total: Duration::from_micros(wire.total_us),
        })
    }
}

impl From<&BackupAnswer> for BackupAnswerWire {
    fn from(answer: &BackupAnswer) -> Self {
        let outcome = match &answer.outcome {
            Ok(fetched) => OutcomeWire::Fetched(FetchedWire {
                profile: fetched.profile.clone(),
                outputs: fetched
                    .outputs
                    .iter()
                    .map(|(command, text)| OutputWire { command: command.clone(), text: text.reveal().to_owned() })
                    .collect(),
            }),
            Err(failed) => OutcomeWire::Failed(FailedWire {
                problem: failed.problem.as_str().to_owned(),
                detail: failed.detail.clone(),
                tail: failed.tail.clone(),
            }),
        };
        Self {
            task: answer.task.bytes().to_vec(),
            device: answer.device.bytes().to_vec(),
            at_us: answer.at.micros(),
            took_us: micros(answer.took),
            logins_refused: answer.logins_refused,
            ssh: answer.ssh.as_ref().map(|ssh| SshSeenWire {
                level: ssh.level.as_str().to_owned(),
                algorithms: ssh.algorithms.clone(),
                host_key: ssh.host_key.clone(),
                banner: ssh.banner.clone(),
            }),
            outcome: Some(outcome),
        }
    }
}

impl TryFrom<BackupAnswerWire> for BackupAnswer {
    type Error = FieldProblem;
    fn try_from(wire: BackupAnswerWire) -> Result<Self, FieldProblem> {
        let ssh = wire.ssh.map(|ssh| {
            let SshSeenWire { level, algorithms, host_key, banner } = ssh;
            word("ssh.level", &level).map(|level| SshSeen { level, algorithms, host_key, banner })
        });
        let outcome = match wire.outcome {
            Some(OutcomeWire::Fetched(fetched)) if fetched.outputs.len() > OUTPUTS_MAX => {
                return Err(too_many("fetched.outputs", fetched.outputs.len(), OUTPUTS_MAX));
            }
            // Texts are taken out rather than copied, so that no second copy of a secret needs wiping.
            Some(OutcomeWire::Fetched(mut fetched)) => Ok(Fetched {
                profile: fetched.profile,
                outputs: fetched
                    .outputs
                    .iter_mut()
                    .map(|output| (std::mem::take(&mut output.command), Secret::new(std::mem::take(&mut output.text))))
                    .collect(),
            }),
            Some(OutcomeWire::Failed(failed)) => {
                Err(FetchFailed { problem: word("failed.problem", &failed.problem)?, detail: failed.detail, tail: failed.tail })
            }
            None => return Err(missing("outcome")),
        };
        Ok(Self {
            task: id("task", &wire.task)?,
            device: id("device", &wire.device)?,
            at: Timestamp::from_micros(wire.at_us),
            took: Duration::from_micros(wire.took_us),
            logins_refused: wire.logins_refused,
            ssh: ssh.transpose()?,
            outcome,
        })
    }
}
