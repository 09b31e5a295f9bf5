//! Moments as the API writes them (RFC 3339, UTC) and as the lab's own clock has them: microseconds since 1970, so that steps can be subtracted.

use std::time::{SystemTime, UNIX_EPOCH};

const MICROS: i64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(i64);

impl Stamp {
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// `2026-11-22T14:28:29.123456Z`, with or without the fraction.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
        let (date, time) = text.split_once('T')?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [year, month, day] = numbers(date, '-')?;
        let [hour, minute, second] = numbers(time, ':')?;
        let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        let seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
        Some(Self(seconds * MICROS + micros))
    }

    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / MICROS as f64
    }

    /// `14:28:29.123`
    pub fn clock(self) -> String {
        let (seconds, millis) = (self.0.div_euclid(MICROS), self.0.rem_euclid(MICROS) / 1000);
        format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| part.parse::<i64>().ok());
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

/// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::Stamp;

    #[test]
    fn api_times_are_read_to_the_microsecond() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59.5Z", 951_868_799_500_000),
            ("2026-11-22T14:28:29.123456Z", 1_795_357_709_123_456),
            ("2026-11-22T14:28:29.123456789Z", 1_795_357_709_123_456),
        ] {
            assert_eq!(Stamp::parse(text), Some(Stamp::from_micros(micros)), "{text}");
        }
        for bad in ["", "2026-11-22", "2026-11-22T14:28Z", "2026-11-22T14:28:29+03:00"] {
            assert_eq!(Stamp::parse(bad), None, "{bad}");
        }
        assert_eq!(Stamp::from_micros(1_795_357_709_123_456).clock(), "14:28:29.123");
    }
}
