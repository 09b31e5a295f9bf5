//! The JSON that our media type for Zabbix sends (docs/beside.md): every value is a macro as text. A macro that was not resolved, or
//! resolved to `*UNKNOWN*`, counts as not said.

use super::report::{self, Message, Report};
use super::severity;
use model::{FieldProblem, Problem, Timestamp};
use serde_json::Value;

/// Version of our JSON, so that a later media type can say something else.
const FORMAT: &str = "1";
const UNKNOWN: &str = "*UNKNOWN*";
/// {EVENT.VALUE}: 1 is a problem, 0 its recovery.
const PROBLEM: &str = "1";
const RECOVERED: &str = "0";

/// Field of the JSON, and the label that rules and matching know it by.
const LABELS: [(&str, &str); 7] = [
    ("host", "host"),
    ("host_name", "hostname"),
    ("host_ip", "ip"),
    ("host_dns", "dns"),
    ("item_key", "item"),
    ("trigger_id", "trigger"),
    ("host_group", "group"),
];

pub(super) fn read(value: &Value) -> Result<Message, FieldProblem> {
    let format = said(value, "format").unwrap_or_default();
    if format != FORMAT {
        let detail = format!("is `{}`; expected {FORMAT}, as the media type of docs/beside.md sends it", report::key(&format));
        return Err(Problem::new("bad_version", detail).at("format"));
    }
    let event = required(value, "event_id", "{EVENT.ID}")?;
    let occurrence: i64 = event
        .parse()
        .map_err(|_| Problem::new("bad_value", format!("is `{}`; expected the number {{EVENT.ID}}", report::key(&event))).at("event_id"))?;
    let is_firing = match required(value, "value", "{EVENT.VALUE}")?.as_str() {
        PROBLEM => true,
        RECOVERED => false,
        other => {
            let detail = format!("is `{}`; expected {PROBLEM} (problem) or {RECOVERED} (recovery): {{EVENT.VALUE}}", report::key(other));
            return Err(Problem::new("bad_value", detail).at("value"));
        }
    };
    let name = said(value, "name").or_else(|| said(value, "trigger_name")).unwrap_or_else(|| "(no name)".into());
    let labels = LABELS.iter().filter_map(|(field, label)| Some(((*label).to_owned(), said(value, field)?)));
    let seconds =
        |field: &str| said(value, field).and_then(|text| text.parse::<i64>().ok()).filter(|at| *at > 0 && *at < i64::MAX / 1_000_000);
    // The same trigger is the same condition, so that flapping folds into one alarm; without it each event stands for itself.
    let key = said(value, "trigger_id").map_or_else(|| format!("event {event}"), |trigger| format!("trigger {trigger}"));
    let report = Report {
        key: report::key(&key),
        is_firing,
        occurrence,
        is_once: true,
        began_at: seconds("clock").map(Timestamp::from_secs),
        ended_at: if is_firing { None } else { seconds("recovery_clock").map(Timestamp::from_secs) },
        severity: severity::of_level(said(value, "nseverity").as_deref(), said(value, "severity").as_deref()),
        title: report::title(&name),
        labels: report::labels(labels),
        raw: report::raw(value),
    };
    Ok(Message { reports: vec![report], notes: Vec::new() })
}

/// The value of a macro, when it had one.
fn said(value: &Value, field: &str) -> Option<String> {
    let text = match value.get(field)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_macro = text.starts_with('{') && text.ends_with('}');
    if text.is_empty() || text == UNKNOWN || is_macro { None } else { Some(text) }
}

fn required(value: &Value, field: &str, macro_name: &str) -> Result<String, FieldProblem> {
    let missing = || Problem::new("required", format!("is missing; the media type sends {macro_name} there")).at(field);
    said(value, field).ok_or_else(missing)
}
