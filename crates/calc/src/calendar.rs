//! Business calendars: weekly windows of wall time in a time zone, with exceptions by date.
//!
//! Windows are wall time, durations are measured in UTC. An ambiguous begin is its first occurrence, an ambiguous end its second;
//! a wall time that does not exist moves forward by the gap. What comes out is united: time counts once.

use crate::Span;
use crate::span::cut;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::Timestamp;
use std::collections::BTreeMap;

/// Minutes of a day; the end of a window may be the end of the day.
const DAY_MIN: u16 = 24 * 60;
/// A date may begin or end this many days away from where UTC puts it: offsets, and zones that once skipped a whole day.
const MARGIN_DAYS: i64 = 2;

/// An open window of one day, in minutes of wall time since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    from_min: u16,
    to_min: u16,
}

impl Window {
    /// `None` when it does not end after its begin, or not on the same day. A window over midnight is written as two.
    pub fn new(from_min: u16, to_min: u16) -> Option<Self> {
        (from_min < to_min && to_min <= DAY_MIN).then_some(Self { from_min, to_min })
    }
}

/// Why days and windows do not make a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("needs at least one window in the week")]
    NeverOpen,
    #[error("windows of a day must be in order and must not overlap")]
    OutOfOrder,
}

/// When time counts. Invariant: the week has a window, and the windows of a day are in order and do not overlap.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    week: [Vec<Window>; 7],
    exceptions: BTreeMap<Date, Vec<Window>>,
}

impl Calendar {
    /// `week` begins with Monday; an exception replaces the whole day.
    pub fn new(zone: TimeZone, week: [Vec<Window>; 7], exceptions: BTreeMap<Date, Vec<Window>>) -> Result<Self, CalendarError> {
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen);
        }
        if week.iter().chain(exceptions.values()).any(|day| !is_in_order(day)) {
            return Err(CalendarError::OutOfOrder);
        }
        Ok(Self { zone, week, exceptions })
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The open time within a span, united.
    pub fn open(&self, within: Span) -> Vec<Span> {
        if within.is_empty() {
            return Vec::new();
        }
        let first = utc_date(within.start).saturating_sub(MARGIN_DAYS.days());
        let last = utc_date(within.end).saturating_add(MARGIN_DAYS.days());
        let mut spans = Vec::new();
        let mut day = first;
        loop {
            spans.extend(self.windows(day).iter().map(|window| self.span(day, *window)));
            if day >= last {
                break;
            }
            day = day.saturating_add(1.day());
        }
        cut(&spans, within)
    }

    fn windows(&self, day: Date) -> &[Window] {
        let weekday = match day.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        self.exceptions.get(&day).unwrap_or(&self.week[weekday])
    }

    fn span(&self, day: Date, window: Window) -> Span {
        Span::new(instant(&self.zone, day, window.from_min, Occurrence::First), instant(&self.zone, day, window.to_min, Occurrence::Second))
    }
}

pub(crate) fn is_in_order(day: &[Window]) -> bool {
    day.windows(2).all(|pair| pair[0].to_min <= pair[1].from_min)
}

/// From the first instant of `from` to the first instant of `to`, in the zone's own days. Dates at the edge of the calendar are cut.
pub fn local_period(zone: &TimeZone, from: Date, to: Date) -> Span {
    Span::new(instant(zone, from, 0, Occurrence::First), instant(zone, to, 0, Occurrence::First))
}

/// Which of two is meant when clocks went back over a wall time.
#[derive(Clone, Copy)]
enum Occurrence {
    First,
    Second,
}

fn instant(zone: &TimeZone, day: Date, minute: u16, which: Occurrence) -> Timestamp {
    let wall = day.at(0, 0, 0, 0).saturating_add(SignedDuration::from_mins(i64::from(minute)));
    let found = zone.to_ambiguous_timestamp(wall);
    // Both move a wall time inside a gap forward by the gap.
    let instant = match which {
        Occurrence::First => found.compatible(),
        Occurrence::Second => found.later(),
    };
    // Only the first and the last day that a calendar can write have no instant.
    let edge = if day.year() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    Timestamp::from_micros(instant.unwrap_or(edge).as_microsecond())
}

fn utc_date(at: Timestamp) -> Date {
    let edge = if at.micros() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(edge).to_zoned(TimeZone::UTC).date()
}
