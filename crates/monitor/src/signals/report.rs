//! One thing said by another system, whatever its JSON looked like.

use model::alarm::Severity;
use model::signal::SourceKind;
use model::{FieldProblem, Problem, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reports in one message; a larger group must be split by its sender.
pub const REPORTS_PER_MESSAGE_MAX: usize = 2_000;
/// Labels of one report; what comes after them by name is dropped.
pub const LABELS_MAX: usize = 64;
const LABEL_CHARS_MAX: usize = 128;
const VALUE_CHARS_MAX: usize = 1_000;
const TITLE_CHARS_MAX: usize = 300;
const KEY_CHARS_MAX: usize = 200;
/// What is kept of a message about one signal, for support.
pub const RAW_BYTES_MAX: usize = 8_192;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How the source tells this condition from all others.
    pub key: String,
    pub is_firing: bool,
    /// Grows from one occurrence of the condition to the next.
    pub occurrence: i64,
    /// The source never uses this occurrence again once it has ended.
    pub is_once: bool,
    pub began_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub severity: Severity,
    pub title: String,
    pub labels: BTreeMap<String, String>,
    pub raw: String,
}

/// What a message says, and what had to be left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub reports: Vec<Report>,
    pub notes: Vec<String>,
}

/// Reads a message in the words of its kind. Refuses with a sentence that names the field.
pub fn read(kind: SourceKind, body: &[u8], now: Timestamp) -> Result<Message, FieldProblem> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new("bad_json", format!("is not JSON at line {}, column {}", error.line(), error.column())).at("body"))?;
    if !value.is_object() {
        return Err(Problem::new("bad_json", "must be a JSON object").at("body"));
    }
    match kind {
        SourceKind::Alertmanager => super::alertmanager::read(value, now),
        SourceKind::Zabbix => super::zabbix::read(&value),
    }
}

/// One line, without control characters, cut to a number of characters.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = plain.trim();
    if plain.chars().count() <= chars_max { plain.to_owned() } else { plain.chars().take(chars_max - 1).chain(['…']).collect() }
}

pub(super) fn title(text: &str) -> String {
    line(text, TITLE_CHARS_MAX)
}

pub(super) fn key(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(KEY_CHARS_MAX).collect()
}

/// Labels as they are kept and matched: bounded in number and length, without empty ones.
pub(super) fn labels(given: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let clean: BTreeMap<String, String> = given
        .into_iter()
        .map(|(name, value)| (line(&name, LABEL_CHARS_MAX), line(&value, VALUE_CHARS_MAX)))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect();
    clean.into_iter().take(LABELS_MAX).collect()
}

/// The text of a message, cut between two characters.
pub(super) fn raw(value: &Value) -> String {
    let mut text = value.to_string();
    let mut end = RAW_BYTES_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    // PostgreSQL keeps no NUL in a text; JSON writes it as an escape, so this only guards against other writers.
    text.replace('\0', "")
}

pub(super) fn too_many(number: usize, field: &str) -> Result<(), FieldProblem> {
    if number <= REPORTS_PER_MESSAGE_MAX {
        return Ok(());
    }
    let detail = format!("has {number} items; at most {REPORTS_PER_MESSAGE_MAX} are taken at once: let the sender group by more labels");
    Err(Problem::new("too_many", detail).at(field))
}
