//! The centre's side of collectors: what each shall look at, and what becomes of what it saw.
//!
//! Promises: a task is marked before it is sent and its answer is a sealed row before anybody works on it; a collector has the plan of the register within seconds of a change, and at most one a second; a reference target that once
//! answered stays a proof whatever process restarts; every sample goes to `series`, every changed interface and
//! fact to its row; observations go on to `monitor` in the order they came.
//! Never: judging. Whether a silence is a fault is `monitor`'s to say.

mod error;
mod flow;
mod ingest;
mod job;
mod planning;
mod recognise;
mod references;
mod samples;
mod tables;
mod tasks;

pub use error::DispatchError;
pub use flow::{Dispatch, Told};
pub use planning::KeyOpener;
pub use tasks::AnswerSealer;
