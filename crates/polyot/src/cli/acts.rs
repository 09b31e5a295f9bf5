//! What most verbs do: list, get, create, tell, remove; and how arguments become a query or a body.

use super::Call;
use super::failure::{Exit, Failure, clean};
use super::http::{Query, Server};
use super::names::{id_of, names};
use super::out::to_stderr;
use super::tree::{Act, Asks, Kind, Takes};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The word that lifts what a list assumes.
const ALL: &str = "all";

pub async fn act(call: &Call) -> Result<(), Failure> {
    match &call.verb.act {
        Act::Own(own) => own(call).await,
        Act::List(kind) => list(call, kind).await,
        Act::Get(kind) => get(call, kind).await,
        Act::Create(kind) => create(call, kind).await,
        Act::Tell { of, what, asks } => each(call, of, *asks, Deed::Tell(what)).await,
        Act::Remove(of) => each(call, of, Asks::First, Deed::Remove).await,
    }
}

async fn list(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let mut asked: Query = kind.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    asked.extend(query(call, &server).await?);
    let rows = server.items(kind.path, &asked, call.limit).await?;
    call.out.list(kind, &rows)
}

async fn get(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let object = object(call, &server, kind).await?;
    call.out.one(kind, &object)
}

/// The object that the argument `id` names.
pub async fn object(call: &Call, server: &Server, kind: &Kind) -> Result<Value, Failure> {
    let id = id_of(server, call.speech, kind, call.text("id").unwrap_or_default()).await?;
    server.get(&format!("{}/{id}", kind.path), &Query::new()).await
}

async fn create(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let mut body = body(call, &server).await?;
    for (name, value) in kind.query {
        body.insert((*name).to_owned(), json!(value));
    }
    // A client or partner without a parent stands below whom one works for, when that is clear.
    if kind.path == "tenants" && !body.contains_key("parent") {
        let me = server.get("me", &Query::new()).await?;
        if let Some([grant]) = me["grants"].as_array().map(Vec::as_slice) {
            body.insert("parent".into(), grant["tenant"]["id"].clone());
        }
    }
    let made = server.post(kind.path, &Value::Object(body)).await?;
    created(call, kind, &made)
}

/// The id of what was made, for scripts; the words beside it, for people.
pub fn created(call: &Call, kind: &Kind, made: &Value) -> Result<(), Failure> {
    call.said(&names(kind, made).into_iter().next().unwrap_or_default());
    if call.out.format.is_table() && call.out.fields.is_empty() {
        super::out::to_stdout(made["id"].as_str().unwrap_or_default());
        return Ok(());
    }
    call.out.one(kind, made)
}

enum Deed<'a> {
    Tell(&'a str),
    Remove,
}

/// The same for several objects. What cannot be done does not stop the rest, unless a question had to be answered first.
async fn each(call: &Call, kind: &Kind, asks: Asks, deed: Deed<'_>) -> Result<(), Failure> {
    let server = call.server()?;
    let asked = call.texts("id");
    let body = Value::Object(body(call, &server).await?);
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for name in &asked {
        match id_of(&server, call.speech, kind, name).await {
            Ok(id) => found.push((*name, id)),
            Err(failure) if asked.len() == 1 || asks == Asks::First => return Err(failure),
            Err(failure) => failures.push(failure),
        }
    }
    if asks == Asks::First {
        let names = asked.join(", ");
        let question = call.speech.tell(&format!("sure.{}.{}", call.noun.name, call.verb.name), &[("names", names.as_str().into())]);
        call.asking.agree(&clean(&question))?;
    }
    let mut changed = Vec::new();
    for (name, id) in found {
        let path = format!("{}/{id}", kind.path);
        let done = match deed {
            Deed::Tell(what) => server.post(&format!("{path}/{what}"), &body).await,
            Deed::Remove => remove(&server, kind, &path).await,
        };
        match done {
            Ok(object) => {
                call.said(name);
                changed.push(object);
            }
            Err(failure) => failures.push(Failure { what: format!("{name}: {}", failure.what), ..failure }),
        }
    }
    if !call.out.format.is_table() && !changed.iter().all(Value::is_null) {
        call.out.list(kind, &changed)?;
    }
    finish(call, changed.len(), failures)
}

/// Success, one failure as it is, or how much of all was done.
pub fn finish(call: &Call, done: usize, mut failures: Vec<Failure>) -> Result<(), Failure> {
    if failures.is_empty() {
        return Ok(());
    }
    let last = failures.pop();
    for failure in failures.iter().chain(last.iter().filter(|_| done > 0 || !failures.is_empty())) {
        let _ = failure.report();
    }
    let failed = failures.len() + 1;
    match last {
        Some(only) if done == 0 && failed == 1 => Err(only),
        Some(last) if done == 0 && failures.iter().all(|other| other.exit == last.exit) => Err(Failure::new(last.exit, "")),
        _ => {
            let counts = [("done", (done as u64).into()), ("failed", (failed as u64).into())];
            let exit = if done == 0 { Exit::Error } else { Exit::Partly };
            Err(Failure::new(exit, call.speech.tell("error.partly", &counts)))
        }
    }
}

/// Only what is still as it was read is removed. Where there is nothing to read (a token), there is no version either.
async fn remove(server: &Server, kind: &Kind, path: &str) -> Result<Value, Failure> {
    let version = match kind.path {
        "tokens" => None,
        _ => server.get(path, &Query::new()).await?["version"].as_i64(),
    };
    server.delete(path, version).await.map(|()| Value::Null)
}

/// The arguments as a query.
pub async fn query(call: &Call, server: &Server) -> Result<Query, Failure> {
    let mut asked = Query::new();
    for arg in call.verb.args {
        let texts: Vec<String> = match arg.takes {
            Takes::Ref(kind) | Takes::Id(kind) => match call.text(arg.field) {
                Some(name) => vec![id_of(server, call.speech, kind, name).await?],
                None => Vec::new(),
            },
            Takes::Moment => call
                .text(arg.field)
                .map(|text| moment(call, &arg.spelled(), text))
                .transpose()?
                .map(|at| at.to_string())
                .into_iter()
                .collect(),
            Takes::Date => call.text(arg.field).map(|text| date(call, &arg.spelled(), text)).transpose()?.into_iter().collect(),
            Takes::Integer => call.number(arg.field).map(|number| number.to_string()).into_iter().collect(),
            Takes::Switch => call.is_given(arg.field).then(|| "true".to_owned()).into_iter().collect(),
            _ => call.text(arg.field).or(arg.assumed).filter(|word| *word != ALL).map(str::to_owned).into_iter().collect(),
        };
        asked.extend(texts.into_iter().map(|text| (arg.field.to_owned(), text)));
    }
    Ok(asked)
}

/// The arguments as a body. What stands without a flag names the object and is not in it; secrets are read by who needs them.
pub async fn body(call: &Call, server: &Server) -> Result<Map<String, Value>, Failure> {
    let mut body = Map::new();
    for arg in call.verb.args {
        let value = match arg.takes {
            Takes::Id(_) | Takes::Ids(_) | Takes::Word | Takes::File | Takes::Secret => None,
            Takes::Ref(kind) => match call.text(arg.field) {
                Some(name) => Some(json!(id_of(server, call.speech, kind, name).await?)),
                None => None,
            },
            Takes::Refs(kind) => {
                let mut ids = Vec::new();
                for name in call.texts(arg.field) {
                    ids.push(id_of(server, call.speech, kind, name).await?);
                }
                (!ids.is_empty()).then(|| json!(ids))
            }
            Takes::Ends => ends(call, server, arg.field).await?,
            Takes::Integer => call.number(arg.field).map(|number| json!(number)),
            Takes::Switch => call.is_given(arg.field).then_some(Value::Bool(true)),
            Takes::Bool => call.text(arg.field).map(|text| json!(text == "true")),
            Takes::Moment => call.text(arg.field).map(|text| moment(call, &arg.spelled(), text)).transpose()?.map(|at| json!(at)),
            Takes::Date => call.text(arg.field).map(|text| date(call, &arg.spelled(), text)).transpose()?.map(|day| json!(day)),
            Takes::Text | Takes::OneOf(_) => call.text(arg.field).map(|text| json!(text)),
        };
        if let Some(value) = value {
            put(&mut body, arg.field, value);
        }
    }
    Ok(body)
}

/// `DEVICE` or `DEVICE:INTERFACE`; names of interfaces may hold colons, names of devices that do are given as ids.
async fn ends(call: &Call, server: &Server, field: &str) -> Result<Option<Value>, Failure> {
    let mut ends = Vec::new();
    for text in call.texts(field) {
        let (device, interface) = text.split_once(':').map_or((text, None), |(device, interface)| (device, Some(interface)));
        let id = id_of(server, call.speech, &super::nouns::register::DEVICE, device).await?;
        ends.push(match interface {
            Some(interface) => json!({ "device": id, "interface": interface }),
            None => json!({ "device": id }),
        });
    }
    Ok((!ends.is_empty()).then_some(Value::Array(ends)))
}

/// `brand.name` goes into an object `brand`.
fn put(body: &mut Map<String, Value>, field: &str, value: Value) {
    match field.split_once('.') {
        None => {
            body.insert(field.to_owned(), value);
        }
        Some((outer, inner)) => {
            if let Some(object) = body.entry(outer).or_insert_with(|| json!({})).as_object_mut() {
                object.insert(inner.to_owned(), value);
            }
        }
    }
}

/// `now`, `+90m`, RFC 3339, or date and time here (`2026-11-22 22:00`).
pub fn moment(call: &Call, flag: &str, text: &str) -> Result<Timestamp, Failure> {
    if text == "now" {
        return Ok(call.out.now);
    }
    if let Some(length) = text.strip_prefix('+') {
        return span(call, flag, length).map(|length| call.out.now.plus(length));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wall: Option<DateTime> = if text.len() >= "2026-11-22 22:00".len() { text.parse().ok() } else { None };
    wall.and_then(|wall| wall.to_zoned(TimeZone::system()).ok())
        .map(|zoned| Timestamp::from_micros(zoned.timestamp().as_microsecond()))
        .ok_or_else(|| Failure::usage(call.speech.tell("error.moment", &[("flag", flag.into()), ("value", text.into())])))
}

/// `90m`, `2h`, `1d`, `45s`.
pub fn span(call: &Call, flag: &str, text: &str) -> Result<Duration, Failure> {
    let wrong = || Failure::usage(call.speech.tell("error.span", &[("flag", flag.into()), ("value", text.into())]));
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(u64::from(count) * seconds))
}

fn date(call: &Call, flag: &str, text: &str) -> Result<String, Failure> {
    text.parse::<Date>()
        .map(|date| date.to_string())
        .map_err(|_| Failure::usage(call.speech.tell("error.date", &[("flag", flag.into()), ("value", text.into())])))
}

/// A method of HTTP as it is typed.
pub fn method(call: &Call, text: &str) -> Result<Method, Failure> {
    match text.to_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PATCH" => Ok(Method::PATCH),
        "PUT" => Ok(Method::PUT),
        "DELETE" => Ok(Method::DELETE),
        _ => Err(Failure::usage(call.speech.tell("error.method", &[("value", text.into())]))),
    }
}

/// A line beside the data that is wanted even with `-q`.
pub fn loud(text: &str) {
    to_stderr(&clean(text));
}
