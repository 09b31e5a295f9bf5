//! Durable work: the outbox brings events to subscribers, jobs look again and again at what is and what should be.
//!
//! Promises: an effect and the `done` of its delivery commit together; an effect that failed is tried again with growing pauses and holds up
//! nothing behind it; a job runs in one process at a time, however many centres share a database.
//! Never: a hand-over in memory only. A signal merely says "look now".

mod backoff;
mod deliver;
mod job;

pub use backoff::backoff;
pub use deliver::{Handler, deliver_all, deliver_next, run_subscriber};
pub use job::{Job, run_alone, run_job};
pub use tokio_util::sync::CancellationToken as Shutdown;
