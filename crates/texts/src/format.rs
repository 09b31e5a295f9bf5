//! Values in the reader's language and time zone: numbers, times, durations. Forms follow CLDR where it has one.

use crate::Texts;
use jiff::tz::TimeZone;
use model::Timestamp;
use model::tenant::Language;
use std::borrow::Cow;
use std::time::Duration;

const SECONDS_PER_MINUTE: u64 = 60;
const SECONDS_PER_HOUR: u64 = 3_600;
const SECONDS_PER_DAY: u64 = 86_400;

/// A value for a text. How it is written depends on the reader.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    Text(&'a str),
    /// A whole number; under the name `count` it chooses the plural form.
    Count(u64),
    /// A number with this many digits after the point.
    Decimal {
        value: f64,
        digits: usize,
    },
    Duration(Duration),
    Time {
        at: Timestamp,
        zone: &'a TimeZone,
    },
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl From<u64> for Arg<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}
impl From<usize> for Arg<'_> {
    fn from(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}
impl From<Duration> for Arg<'_> {
    fn from(duration: Duration) -> Self {
        Self::Duration(duration)
    }
}

impl Arg<'_> {
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(*count),
            _ => None,
        }
    }

    pub(crate) fn show(&self, language: Language) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Count(count) => Cow::Owned(group(language, &count.to_string())),
            Self::Decimal { value, digits } => Cow::Owned(number(language, *value, *digits)),
            Self::Duration(length) => Cow::Owned(duration_words(language, *length)),
            Self::Time { at, zone } => Cow::Owned(time(language, *at, zone)),
        }
    }
}

/// `1,234.5` in English, `1 234,5` with no-break spaces in Russian. What is not a number is shown as a dash.
pub fn number(language: Language, value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{value:.digits$}", digits = digits.min(9));
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let mark = match language {
        Language::En => '.',
        Language::Ru => ',',
    };
    let whole = group(language, whole);
    match part {
        Some(part) => format!("{sign}{whole}{mark}{part}"),
        None => format!("{sign}{whole}"),
    }
}

/// Thousands apart: a comma in English, a no-break space in Russian (CLDR).
fn group(language: Language, digits: &str) -> String {
    let separator = match language {
        Language::En => ',',
        Language::Ru => '\u{a0}',
    };
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// Length in words, at most two units, the rest cut off: `17 minutes`, `1 hour 5 minutes`, `2 дня 3 часа`.
pub fn duration_words(language: Language, length: Duration) -> String {
    let seconds = length.as_secs();
    let say = |unit: &str, count: u64| Texts::say(language, &format!("common.duration.{unit}"), &[("count", Arg::Count(count))]);
    let joined = |greater: String, unit: &str, count: u64| {
        if count == 0 {
            return greater;
        }
        Texts::say(language, "common.duration.joined", &[("greater", (&greater).into()), ("lesser", (&say(unit, count)).into())])
    };
    if seconds < SECONDS_PER_MINUTE {
        say("seconds", seconds)
    } else if seconds < SECONDS_PER_HOUR {
        say("minutes", seconds / SECONDS_PER_MINUTE)
    } else if seconds < SECONDS_PER_DAY {
        joined(say("hours", seconds / SECONDS_PER_HOUR), "minutes", seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE)
    } else {
        joined(say("days", seconds / SECONDS_PER_DAY), "hours", seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR)
    }
}

/// `22 Nov 2026, 17:05 MSK` or `22.11.2026 17:05 МСК`: to the minute, always with the zone, because reader and fault may be far apart.
pub fn time(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let Some(local) = at.in_zone(zone) else {
        return at.to_string();
    };
    let form = match language {
        Language::En => "%-d %b %Y, %H:%M",
        Language::Ru => "%d.%m.%Y %H:%M",
    };
    format!("{} {}", local.strftime(form), zone_label(language, &local))
}

/// The zone's abbreviation; where it has only a number (`+05`), `UTC+5`.
fn zone_label(language: Language, local: &jiff::Zoned) -> String {
    let info = local.time_zone().to_offset_info(local.timestamp());
    let short = info.abbreviation();
    let key = format!("common.zone.{short}");
    if Texts::has(language, &key) {
        return Texts::say(language, &key, &[]);
    }
    if !short.is_empty() && short.chars().all(|c| c.is_ascii_alphabetic()) {
        return short.to_owned();
    }
    let seconds = info.offset().seconds();
    if seconds == 0 {
        return "UTC".to_owned();
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let offset = if minutes % 60 == 0 { format!("{sign}{}", minutes / 60) } else { format!("{sign}{}:{:02}", minutes / 60, minutes % 60) };
    Texts::say(language, "common.zone.offset", &[("offset", (&offset).into())])
}

/// The zone of an IANA name as the register keeps it; UTC for none and for one that this machine does not know.
pub fn zone_or_utc(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{En, Ru};

    #[test]
    fn a_duration_is_said_in_at_most_two_units_with_the_right_plural() {
        let minute = SECONDS_PER_MINUTE;
        let (hour, day) = (SECONDS_PER_HOUR, SECONDS_PER_DAY);
        for (seconds, en, ru) in [
            (0, "0 seconds", "0 секунд"),
            (1, "1 second", "1 секунда"),
            (42, "42 seconds", "42 секунды"),
            (59, "59 seconds", "59 секунд"),
            (minute, "1 minute", "1 минута"),
            (17 * minute + 59, "17 minutes", "17 минут"),
            (21 * minute, "21 minutes", "21 минута"),
            (33 * minute, "33 minutes", "33 минуты"),
            (hour + 5 * minute, "1 hour 5 minutes", "1 час 5 минут"),
            (11 * hour + minute, "11 hours 1 minute", "11 часов 1 минута"),
            (4 * hour, "4 hours", "4 часа"),
            (day, "1 day", "1 день"),
            (2 * day + 3 * hour + 59 * minute, "2 days 3 hours", "2 дня 3 часа"),
            (112 * day, "112 days", "112 дней"),
        ] {
            let length = Duration::from_secs(seconds);
            assert_eq!((duration_words(En, length).as_str(), duration_words(Ru, length).as_str()), (en, ru), "{seconds} s");
        }
        assert!(duration_words(Ru, Duration::MAX).contains(" д"));
    }

    #[test]
    fn a_time_is_shown_in_the_readers_zone_and_form() {
        let at: Timestamp = "2026-11-22T14:05:59Z".parse().unwrap();
        for (zone, en, ru) in [
            (Some("Europe/Moscow"), "22 Nov 2026, 17:05 MSK", "22.11.2026 17:05 МСК"),
            (Some("Asia/Yekaterinburg"), "22 Nov 2026, 19:05 UTC+5", "22.11.2026 19:05 UTC+5"),
            (Some("Asia/Kathmandu"), "22 Nov 2026, 19:50 UTC+5:45", "22.11.2026 19:50 UTC+5:45"),
            (Some("America/Sao_Paulo"), "22 Nov 2026, 11:05 UTC-3", "22.11.2026 11:05 UTC-3"),
            (Some("Europe/Berlin"), "22 Nov 2026, 15:05 CET", "22.11.2026 15:05 CET"),
            (None, "22 Nov 2026, 14:05 UTC", "22.11.2026 14:05 UTC"),
            (Some("Mars/Olympus"), "22 Nov 2026, 14:05 UTC", "22.11.2026 14:05 UTC"),
        ] {
            let zone = zone_or_utc(zone);
            assert_eq!((time(En, at, &zone).as_str(), time(Ru, at, &zone).as_str()), (en, ru));
        }
        let summer: Timestamp = "2026-07-01T22:00:00Z".parse().unwrap();
        assert_eq!(time(En, summer, &zone_or_utc(Some("Europe/Berlin"))), "2 Jul 2026, 00:00 CEST");
        assert!(!time(Ru, Timestamp::from_micros(i64::MAX), &TimeZone::UTC).is_empty(), "beyond the calendar, still no panic");
    }

    #[test]
    fn a_number_is_written_as_the_reader_writes_it() {
        for (value, digits, en, ru) in [
            (0.0, 0, "0", "0"),
            (999.0, 0, "999", "999"),
            (1234.5, 1, "1,234.5", "1\u{a0}234,5"),
            (-1_234_567.891, 2, "-1,234,567.89", "-1\u{a0}234\u{a0}567,89"),
            (99.95, 3, "99.950", "99,950"),
            (f64::NAN, 2, "–", "–"),
            (f64::INFINITY, 0, "–", "–"),
        ] {
            assert_eq!((number(En, value, digits).as_str(), number(Ru, value, digits).as_str()), (en, ru));
        }
    }

    #[test]
    fn a_russian_plural_follows_the_last_digits_however_large_the_number() {
        let word = |count: u64| Texts::say(Ru, "common.count.services", &[("count", Arg::Count(count))]).replace('\u{a0}', "");
        for (count, form) in [
            (0, "услуг"),
            (1, "услуга"),
            (2, "услуги"),
            (5, "услуг"),
            (11, "услуг"),
            (21, "услуга"),
            (22, "услуги"),
            (111, "услуг"),
            (1_000_000_001, "услуга"),
            (u64::MAX, "услуг"),
        ] {
            assert_eq!(word(count), format!("{count} {form}"));
        }
        assert_eq!(Texts::say(En, "common.count.services", &[("count", Arg::Count(1_000_000_001))]), "1,000,000,001 services");
    }
}
