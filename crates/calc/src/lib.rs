//! The exact formulas of the business side, one file each, named as the kinds of `polyot what-if`.
//!
//! Promises: the same numbers on a page, in a report, on an invoice and in `what-if`, because all of them call these functions;
//! every interval is half-open; what does not apply is `None`, never 0 or 100.
//! Never: I/O, the wall clock, a binary float, a rounding that is not written in the formula.

pub mod availability;
pub mod calendar;
pub mod deadline;
pub mod decimal;
pub mod elapsed;
pub mod money;
pub mod percent;
pub mod redundancy;
pub mod span;
pub mod what_if;

pub use availability::{Availability, availability};
pub use calendar::{Calendar, local_period};
pub use decimal::Decimal;
pub use redundancy::{Redundancy, redundancy};
pub use span::Span;
