//! A value of the input and its path, and the ways to read it: each refuses with a sentence that begins with the path.

use crate::calendar::Window;
use crate::money::{Currency, Money};
use crate::{Decimal, Span};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{FieldProblem, Problem, Timestamp};
use serde_json::{Map, Value};

/// Characters of a bad value that a message repeats.
const SHOWN_CHARS_MAX: usize = 40;

pub struct Field<'a> {
    path: String,
    value: &'a Value,
}

type Read<T> = Result<T, FieldProblem>;

impl<'a> Field<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self { path: String::new(), value }
    }

    pub fn wrong(&self, code: &'static str, sentence: impl Into<String>) -> FieldProblem {
        let path = if self.path.is_empty() { "input" } else { &self.path };
        Problem::new(code, sentence).at(path)
    }

    pub fn key(&self, name: &str) -> Read<Field<'a>> {
        self.key_or_none(name)?.ok_or_else(|| Problem::new("required", "is missing").at(self.below(name)))
    }

    /// A key that may be left out. `null` is not the same as left out.
    pub fn key_or_none(&self, name: &str) -> Read<Option<Field<'a>>> {
        Ok(self.object()?.get(name).map(|value| Field { path: self.below(name), value }))
    }

    /// `None` for `null`; the key itself must be there.
    pub fn not_null(self) -> Option<Field<'a>> {
        (!self.value.is_null()).then_some(self)
    }

    pub fn entries(&self) -> Read<Vec<(&'a str, Field<'a>)>> {
        Ok(self.object()?.iter().map(|(name, value)| (name.as_str(), Field { path: self.below(name), value })).collect())
    }

    pub fn list(&self) -> Read<Vec<Field<'a>>> {
        let items = self.value.as_array().ok_or_else(|| self.not_a("a list"))?;
        Ok(items.iter().enumerate().map(|(at, value)| Field { path: format!("{}[{at}]", self.path), value }).collect())
    }

    pub fn text(&self) -> Read<&'a str> {
        self.value.as_str().ok_or_else(|| self.not_a("text"))
    }

    pub fn integer(&self) -> Read<i64> {
        self.value.as_i64().ok_or_else(|| self.not_a("a whole number"))
    }

    pub fn decimal(&self) -> Read<Decimal> {
        let text = self.value.as_str().ok_or_else(|| self.not_a("a decimal, written as text"))?;
        Decimal::parse(text).map_err(|error| self.wrong("bad_decimal", error.to_string()))
    }

    /// A decimal from 0 to `most`, both allowed.
    pub fn decimal_up_to(&self, most: Decimal) -> Read<Decimal> {
        let value = self.decimal()?;
        if value.is_negative() || value > most {
            return Err(self.wrong("out_of_range", format!("must be from 0 to {most}")));
        }
        Ok(value)
    }

    /// A rate: 0 to 1.
    pub fn rate(&self) -> Read<Decimal> {
        self.decimal_up_to(Decimal::ONE)
    }

    pub fn currency(&self) -> Read<Currency> {
        let code = self.text()?;
        Currency::parse(code).ok_or_else(|| self.wrong("unknown_currency", format!("`{}` is not a currency of ISO 4217", shown(code))))
    }

    pub fn money(&self, currency: Currency) -> Read<Money> {
        let text = self.value.as_str().ok_or_else(|| self.not_a("an amount, written as text"))?;
        Money::parse(text, currency).map_err(|error| self.wrong("bad_amount", error.to_string()))
    }

    pub fn zone(&self) -> Read<TimeZone> {
        let name = self.text()?;
        TimeZone::get(name).map_err(|_| self.wrong("unknown_zone", format!("`{}` is not a time zone such as Europe/Moscow", shown(name))))
    }

    pub fn date(&self) -> Read<Date> {
        self.as_date(self.text()?)
    }

    /// The name of this key, read as a date.
    pub fn as_date(&self, text: &str) -> Read<Date> {
        let date = if follows(text, "0000-00-00") { text.parse().ok() } else { None };
        date.ok_or_else(|| self.wrong("bad_date", format!("`{}` is not a date such as 2026-11-22", shown(text))))
    }

    /// RFC 3339 with seconds and an offset.
    pub fn instant(&self) -> Read<Timestamp> {
        let text = self.text()?;
        is_instant(text)
            .then(|| text.parse().ok())
            .flatten()
            .ok_or_else(|| self.wrong("bad_time", format!("`{}` is not an instant such as 2026-11-22T14:00:00+03:00", shown(text))))
    }

    /// `{start, end}` as instants.
    pub fn span(&self) -> Read<Span> {
        let (start, end) = (self.key("start")?.instant()?, self.key("end")?);
        let span = Span::new(start, end.instant()?);
        if span.end < span.start { Err(end.wrong("ends_before_start", "is before its start")) } else { Ok(span) }
    }

    /// `{start, end}` as instants; an end of `null` is still open.
    pub fn span_or_open(&self) -> Read<Span> {
        match self.key("end")?.not_null() {
            Some(_) => self.span(),
            None => Ok(Span::still_open(self.key("start")?.instant()?)),
        }
    }

    /// A list of windows of one day, each `["09:00", "18:00"]`.
    pub fn day(&self) -> Read<Vec<Window>> {
        let mut windows = Vec::new();
        for window in self.list()? {
            let [from, to] = <[Field<'_>; 2]>::try_from(window.list()?)
                .map_err(|_| window.wrong("bad_window", r#"must hold a begin and an end, such as ["09:00", "18:00"]"#))?;
            let (from_min, to_min) = (from.minute()?, to.minute()?);
            windows.push(
                Window::new(from_min, to_min)
                    .ok_or_else(|| window.wrong("bad_window", "must end after its begin; over midnight it is written as two"))?,
            );
        }
        if !crate::calendar::is_in_order(&windows) {
            return Err(self.wrong("bad_window", "must be in order and must not overlap"));
        }
        Ok(windows)
    }

    fn minute(&self) -> Read<u16> {
        let text = self.text()?;
        let minute = if follows(text, "00:00") {
            text.split_once(':').and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)))
        } else {
            None
        };
        match minute {
            Some((hour, minute)) if minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) => Ok(hour * 60 + minute),
            _ => Err(self.wrong("bad_wall_time", format!("`{}` is not a time of day from 00:00 to 24:00", shown(text)))),
        }
    }

    fn object(&self) -> Read<&'a Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.not_a("an object"))
    }

    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { shown(name) } else { format!("{}.{}", self.path, shown(name)) }
    }

    fn not_a(&self, wanted: &str) -> FieldProblem {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.wrong("wrong_type", format!("must be {wanted}, not {found}"))
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect()
}

/// Whether each character is as in the pattern, where 0 stands for any digit.
fn follows(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted })
}

/// RFC 3339, section 5.6, without leap seconds: they are in no time zone database.
fn is_instant(text: &str) -> bool {
    const WALL: usize = "0000-00-00T00:00:00".len();
    let Some((wall, rest)) = text.split_at_checked(WALL) else { return false };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                return false;
            }
            rest
        }
        None => rest,
    };
    let is_offset =
        offset == "Z" || ((follows(offset, "+00:00") || follows(offset, "-00:00")) && offset[1..3] < *"24" && offset[4..] < *"60");
    follows(wall, "0000-00-00T00:00:00") && wall[17..] < *"60" && is_offset
}
