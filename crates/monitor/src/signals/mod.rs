//! Alarms of other monitoring systems: their JSON to reports, reports to signals, mapped signals to alarms of ours.
//!
//! Promises: a message told twice, late or out of order changes nothing that is newer; what cannot be mapped is kept and raised the
//! moment a mapping is made; only the source ends what the source began, its silence ends nothing.

mod alertmanager;
pub(crate) mod flow;
mod matching;
mod report;
pub mod rules;
mod severity;
mod zabbix;

pub use flow::{REPORTS_PER_COMMIT, Receipt, end_alarms_of_source, map_signal, receive};
pub use report::{LABELS_MAX, REPORTS_PER_MESSAGE_MAX, Report, read};
