//! Reports with the evidence behind every figure, from rows.
//!
//! Promises: a figure is computed by `calc` and by nothing else; the seconds of the evidence add up to the figure; downtime begins at the
//! first missed probe and ends at recovery; maintenance is taken out and shown; time when nobody could watch counts as available and is
//! shown as unknown, so that it is neither hidden nor held against anybody. Whoever asks reads only what his scope shows.
//! Never: a write, a second way to count, a guess where the register was not sure.

mod availability;
mod error;
pub mod rules;
mod table;

pub use availability::{AvailabilityReport, Line, Named, Period, ServiceReport, availability};
pub use error::ReportError;
pub use table::to_csv;
