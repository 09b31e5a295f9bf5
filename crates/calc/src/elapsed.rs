//! Open time between two instants, without pauses.

use crate::span::{cut, intersect, measure_s};
use crate::{Calendar, Span};

/// Seconds. `elapsed_s = open_s - paused_s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    pub open_s: i64,
    /// The part of the open time that lies in a pause.
    pub paused_s: i64,
    pub elapsed_s: i64,
}

/// Pauses may overlap, touch, lie in any order and outside of open time: only open time in at least one of them is taken out.
pub fn elapsed(calendar: &Calendar, within: Span, pauses: &[Span]) -> Elapsed {
    let open = calendar.open(within);
    let open_s = measure_s(&open);
    let paused_s = measure_s(&intersect(&open, &cut(pauses, within)));
    Elapsed { open_s, paused_s, elapsed_s: open_s - paused_s }
}
