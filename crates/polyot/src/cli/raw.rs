//! Commands that fit no table: the API as it is, completion, version, the summary, a notice with its text.

use super::Call;
use super::acts::{method, object};
use super::failure::{Exit, Failure};
use super::http::Query;
use super::out::{to_stderr, to_stdout};
use super::tree::Kind;
use clap_complete::Shell;
use serde_json::Value;

/// `polyot api GET devices?state=down`: the answer as it is, the exit code by its status.
pub async fn api(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let verb = method(call, call.text("method").unwrap_or_default())?;
    let told = call.text("path").unwrap_or_default();
    let (path, query) = told.split_once('?').unwrap_or((told, ""));
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("api/v1/").unwrap_or(path);
    if path.split('/').any(|step| step == "." || step == "..") {
        return Err(Failure::usage(call.speech.tell("error.path", &[("value", told.into())])));
    }
    let query: Query = reqwest::Url::parse(&format!("http://host/?{query}"))
        .map(|url| url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
        .unwrap_or_default();
    let body = call.text("input").map(|file| call.asking.secret_file(file)).transpose()?;
    let answer = server.raw(verb, path, &query, body).await?;
    let shown = match serde_json::from_str::<Value>(&answer.text) {
        Ok(value) => format!("{value:#}"),
        Err(_) => answer.text.clone(),
    };
    if (200..300).contains(&answer.status) {
        to_stdout(&shown);
        return Ok(());
    }
    // The body of a refusal is data for whoever asked raw, but no answer: it goes beside.
    to_stderr(&shown);
    Err(Failure { detail: Vec::new(), ..Failure::refused(call.speech, answer.status, &answer.text) })
}

pub async fn completion(call: &Call) -> Result<(), Failure> {
    let told = call.text("shell").unwrap_or_default();
    let shell: Shell = told.parse().map_err(|_| {
        Failure::usage(call.speech.tell("error.shell", &[("value", told.into())])).next("bash, zsh, fish, elvish, powershell")
    })?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::command(), "polyot", &mut script);
    to_stdout(&String::from_utf8_lossy(&script));
    Ok(())
}

pub async fn version(call: &Call) -> Result<(), Failure> {
    if call.out.format.is_table() {
        to_stdout(concat!("polyot ", env!("CARGO_PKG_VERSION")));
    } else {
        call.out.json(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }));
    }
    Ok(())
}

/// The state of everything in a few lines.
pub async fn summary(call: &Call) -> Result<(), Failure> {
    let summary = call.server()?.get("summary", &Query::new()).await?;
    if !call.out.format.is_table() {
        call.out.json(&summary);
        return Ok(());
    }
    let s = call.speech;
    let counts = |of: &str, vocabulary: &str, words: &[&str]| {
        let said = words.iter().filter_map(|word| {
            let count = summary[of][*word].as_u64().filter(|count| *count > 0)?;
            let word = if vocabulary == "severity" { call.out.severity(word) } else { s.word(vocabulary, word) };
            Some(format!("{word} {count}"))
        });
        let said = said.collect::<Vec<_>>().join(" · ");
        if said.is_empty() { "—".to_owned() } else { said }
    };
    let number = |key: &str| summary[key].as_u64().unwrap_or_default().to_string();
    let head = |key: &str| s.say(&format!("head.{key}"));
    let mut pairs = vec![
        (head("alarms"), counts("alarms", "severity", &["critical", "major", "minor", "warning", "indeterminate"])),
        (head("unacked"), number("unacked")),
        (head("devices"), counts("devices", "device_state", &["up", "degraded", "down", "unknown"])),
        (head("tickets"), number("tickets_open")),
        (head("notices_held"), number("notices_held")),
        (head("notices_draft"), number("notices_draft")),
    ];
    let mut warn = |is: bool, key: &str| {
        if is {
            pairs.push(("▲".to_owned(), s.say(key)));
        }
    };
    warn(summary["collectors_lost"].as_u64().unwrap_or_default() > 0, "said.collector_lost");
    warn(summary["is_cut_off"] == true, "said.cut_off");
    warn(summary["shadow"] == true, "said.shadow");
    call.out.pairs(&pairs);
    Ok(())
}

/// A notice and, for a reader, its text.
pub async fn notice(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let notice = object(call, &call.server()?, kind).await?;
    call.out.one(kind, &notice)?;
    if call.out.format.is_table() && call.out.fields.is_empty() {
        to_stdout("");
        let body = notice["body"].as_str().unwrap_or_default();
        to_stdout(&body.lines().map(super::failure::clean).collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

/// Whether nobody has changed the record of who did what.
pub async fn audit_verify(call: &Call) -> Result<(), Failure> {
    let verdict = call.server()?.get("audit/verify", &Query::new()).await?;
    let s = call.speech;
    if !call.out.format.is_table() {
        call.out.json(&verdict);
    }
    if verdict["ok"] == true {
        call.out.remark(&s.tell("said.audit_whole", &[("count", verdict["rows"].as_u64().unwrap_or_default().into())]));
        return Ok(());
    }
    let at = verdict["broken_at"].to_string();
    Err(Failure::new(Exit::Error, s.tell("error.audit_broken", &[("row", at.as_str().into())])))
}
