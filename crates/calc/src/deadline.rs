//! When a target of open time is reached.

use crate::{Calendar, Span};
use model::Timestamp;
use std::time::Duration;

/// Open time is looked up in pieces of four weeks.
const STEP: Duration = Duration::from_secs(28 * 86_400);
/// A target that is not reached within about a hundred years is refused: it is a mistake, not a promise.
const STEPS_MAX: usize = 1_305;

/// The earliest instant at which `target_s` seconds of open time have passed since `start`. Reached exactly at closing, it is the
/// closing time, not the next opening. `None`: not within a hundred years, or there is no target.
pub fn deadline(calendar: &Calendar, start: Timestamp, target_s: i64) -> Option<Timestamp> {
    let mut left = i128::from(target_s).checked_mul(1_000_000).filter(|micros| *micros > 0)?;
    let mut from = start;
    for _ in 0..STEPS_MAX {
        let to = from.plus(STEP);
        for span in calendar.open(Span::new(from, to)) {
            if left <= span.micros() {
                return i64::try_from(left).ok().map(|micros| Timestamp::from_micros(span.start.micros() + micros));
            }
            left -= span.micros();
        }
        from = to;
    }
    None
}
