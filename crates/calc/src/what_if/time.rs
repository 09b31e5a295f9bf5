//! Open time: when a target is reached, and how much has passed.

use super::field::Field;
use crate::calendar::{CalendarError, Window};
use crate::{Calendar, Span, deadline as reached, elapsed as passed};
use jiff::tz::TimeZone;
use model::{FieldProblem, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A longer question is a mistake, and each of its days would be looked at.
const WITHIN_MAX: Duration = Duration::from_secs(100 * 366 * 86_400);
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub fn deadline(input: &Field<'_>) -> Result<Value, FieldProblem> {
    let calendar = calendar(&input.key("calendar")?)?;
    let start = input.key("start")?.instant()?;
    let target = input.key("target_s")?;
    let target_s = target.integer()?;
    if target_s <= 0 {
        return Err(target.wrong("out_of_range", "must be more than 0"));
    }
    let due = reached::deadline(&calendar, start, target_s)
        .and_then(|due| written(due, calendar.zone()))
        .ok_or_else(|| target.wrong("out_of_range", "is not reached within a hundred years"))?;
    Ok(json!({ "due": due }))
}

pub fn elapsed(input: &Field<'_>) -> Result<Value, FieldProblem> {
    let calendar = calendar(&input.key("calendar")?)?;
    let (from, to) = (input.key("from")?.instant()?, input.key("to")?);
    let within = Span::new(from, to.instant()?);
    if within.end < within.start {
        return Err(to.wrong("ends_before_start", "is before `from`"));
    }
    if within.end.since(within.start) > WITHIN_MAX {
        return Err(to.wrong("out_of_range", "is more than a hundred years after `from`"));
    }
    let pauses: Vec<Span> = input.key("pauses")?.list()?.iter().map(Field::span).collect::<Result<_, _>>()?;
    let time = passed::elapsed(&calendar, within, &pauses);
    Ok(json!({ "open_s": time.open_s, "paused_s": time.paused_s, "elapsed_s": time.elapsed_s }))
}

fn calendar(field: &Field<'_>) -> Result<Calendar, FieldProblem> {
    let zone = field.key("tz")?.zone()?;
    let named = field.key("week")?;
    let mut week: [Vec<Window>; 7] = Default::default();
    for (name, day) in named.entries()? {
        let Some(at) = DAYS.iter().position(|known| *known == name) else {
            return Err(day.wrong("unknown_day", format!("is not a day; there are {}", DAYS.join(", "))));
        };
        week[at] = day.day()?;
    }
    let mut exceptions = BTreeMap::new();
    for (name, day) in field.key("exceptions")?.entries()? {
        exceptions.insert(day.as_date(name)?, day.day()?);
    }
    Calendar::new(zone, week, exceptions).map_err(|error| match error {
        CalendarError::NeverOpen => named.wrong("never_open", error.to_string()),
        CalendarError::OutOfOrder => field.wrong("bad_window", error.to_string()),
    })
}

/// RFC 3339 with the offset that is valid in the zone then; a fraction of a second only if there is one.
fn written(at: Timestamp, zone: &TimeZone) -> Option<String> {
    at.in_zone(zone).map(|zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}
