//! The webhook of Prometheus Alertmanager, payload version 4 (prometheus.io, Alerting, Configuration, `<webhook_config>`).

use super::report::{self, Message, Report};
use super::severity;
use model::{FieldProblem, Problem, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The only version that there is; sent as a text.
const VERSION: &str = "4";
/// Go's zero time: "not said".
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

#[derive(Deserialize)]
struct Payload {
    version: Value,
    alerts: Vec<Value>,
    /// Left out by the sender's `max_alerts`.
    #[serde(default, rename = "truncatedAlerts")]
    truncated: u64,
}

#[derive(Deserialize)]
struct Item {
    status: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default, rename = "startsAt")]
    starts_at: String,
    #[serde(default, rename = "endsAt")]
    ends_at: String,
    #[serde(default)]
    fingerprint: String,
}

pub(super) fn read(value: Value, now: Timestamp) -> Result<Message, FieldProblem> {
    let payload: Payload = serde_json::from_value(value)
        .map_err(|error| Problem::new("bad_payload", format!("is not the webhook of Alertmanager: {error}")).at("body"))?;
    let version = payload.version.as_str().map_or_else(|| payload.version.to_string(), str::to_owned);
    if version != VERSION {
        let detail = format!("is `{}`; this source reads payload version {VERSION} of Alertmanager", report::key(&version));
        return Err(Problem::new("bad_version", detail).at("version"));
    }
    report::too_many(payload.alerts.len(), "alerts")?;
    let mut message = Message { reports: Vec::new(), notes: Vec::new() };
    if payload.truncated > 0 {
        message.notes.push(format!("{} were left out by the sender (max_alerts)", payload.truncated));
    }
    for (place, value) in payload.alerts.into_iter().enumerate() {
        let raw = report::raw(&value);
        let item: Item =
            serde_json::from_value(value).map_err(|error| Problem::new("bad_value", error.to_string()).at(format!("alerts[{place}]")))?;
        message.reports.push(one(item, raw, now).map_err(|problem| problem.at(format!("alerts[{place}].status")))?);
    }
    Ok(message)
}

fn one(item: Item, raw: String, now: Timestamp) -> Result<Report, Problem> {
    let is_firing = match item.status.as_str() {
        "firing" => true,
        "resolved" => false,
        other => {
            let detail = format!("is `{}`; expected `firing` or `resolved`", report::key(other));
            return Err(Problem::new("unknown_word", detail));
        }
    };
    let began_at = time(&item.starts_at);
    let ended_at = if is_firing { None } else { time(&item.ends_at) };
    let name = item.labels.get("alertname").map_or("(no name)", String::as_str);
    let summary = ["summary", "message", "description"].iter().find_map(|key| item.annotations.get(*key));
    let title = match summary {
        Some(summary) if summary.contains(name) => summary.clone(),
        Some(summary) => format!("{name}: {summary}"),
        None => name.to_owned(),
    };
    // Without a fingerprint the labels are what makes an item another one; that is what the fingerprint is made of.
    let key = if item.fingerprint.trim().is_empty() { hash_of(&item.labels) } else { report::key(&item.fingerprint) };
    Ok(Report {
        key,
        is_firing,
        // A clock that runs ahead must not make everything after it look old.
        occurrence: began_at.unwrap_or(now).min(now).micros(),
        is_once: false,
        began_at,
        ended_at,
        severity: severity::of_label(item.labels.get("severity").map(String::as_str)),
        title: report::title(&title),
        labels: report::labels(item.labels),
        raw,
    })
}

fn time(text: &str) -> Option<Timestamp> {
    if text.is_empty() || text == ZERO_TIME { None } else { text.parse().ok() }
}

/// FNV-1a over the sorted labels: stable from start to start, and no secret depends on it.
fn hash_of(labels: &BTreeMap<String, String>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (name, value) in labels {
        for byte in name.bytes().chain([0xff]).chain(value.bytes()).chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("labels-{hash:016x}")
}
