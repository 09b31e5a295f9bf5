//! Seed 2: from observations to alarms, incidents and their impact on services.
//!
//! Promises: a condition is a row from its first miss to its end, so that judging survives a kill at any instant; a fault behind a known dead
//! parent is a symptom, in whatever order the two are seen; flapping folds into one alarm; while we are blind (collector lost, or cut off from
//! its reference targets) nothing is judged and nothing is green. Under planned work all is judged and recorded as ever, but muted: no ticket,
//! no notice, no counter, also for what is behind; what outlasts the work becomes live at its end, with its true beginning.
//! Never: telling anybody. `notify` and `support` act on the events that are committed with the rows.

mod act;
mod cause;
mod collectors;
mod cover;
mod error;
mod flow;
mod job;
pub mod maintenance;
mod mute;
mod raise;
pub mod rules;
pub mod signals;

pub use act::{acknowledge, unacknowledge};
pub use error::MonitorError;
pub use flow::Monitor;
pub use job::TurnMaintenance;
