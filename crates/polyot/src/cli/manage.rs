//! Commands about devices and promises that need more than a table: backups, configurations, maintenance, availability, keys.

use super::Call;
use super::acts::{body, created, finish, moment, query, span};
use super::failure::{Exit, Failure, clean};
use super::http::{Query, Server};
use super::names::{id_of, text_at};
use super::out::{Format, to_stdout};
use super::speech::Speech;
use super::tree::Kind;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// Between two looks at a backup under way.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Longer than any session with a device may take.
const BACKUP_CEILING: Duration = Duration::from_secs(30 * 60);
/// What each kind of key consists of.
const SECRETS: [(&str, &[&str]); 3] =
    [("snmp_v2c", &["community"]), ("snmp_v3", &["auth_password", "priv_password"]), ("ssh", &["password", "key"])];

pub async fn device_interfaces(call: &Call, device: &Kind, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let id = id_of(&server, call.speech, device, call.text("id").unwrap_or_default()).await?;
    let rows = server.items(&format!("devices/{id}/interfaces"), &Query::new(), call.limit).await?;
    call.out.list(kind, &rows)
}

/// Asks for a backup now; with `--wait` ends when it has ended.
pub async fn device_backup(call: &Call, device: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let (mut done, mut failures, mut answers) = (0, Vec::new(), Vec::new());
    let mut queued = Vec::new();
    for name in call.texts("id") {
        let asked = async {
            let id = id_of(&server, call.speech, device, name).await?;
            let path = format!("devices/{id}/backup");
            let view = server.post(&path, &json!({})).await?;
            Ok((path, view))
        };
        match asked.await {
            Ok((path, view)) => queued.push((name, path, view)),
            Err(failure) => failures.push(named(name, failure)),
        }
    }
    for (name, path, view) in queued {
        if !call.is_given("wait") {
            call.out.remark(&call.speech.tell("said.backup_queued", &[("name", name.into())]));
            answers.push(view);
            done += 1;
            continue;
        }
        match ended(call, &server, name, &path).await {
            Ok(view) => {
                let number = view["latest"]["number"].to_string();
                call.out.remark(&call.speech.tell("said.backup_done", &[("name", name.into()), ("number", number.as_str().into())]));
                answers.push(view);
                done += 1;
            }
            Err(failure) => failures.push(named(name, failure)),
        }
    }
    if call.out.format == Format::Json {
        call.out.json(&Value::Array(answers));
    }
    finish(call, done, failures)
}

async fn ended(call: &Call, server: &Server, name: &str, path: &str) -> Result<Value, Failure> {
    let started = Instant::now();
    loop {
        let view = server.get(path, &Query::new()).await?;
        match view["state"].as_str().unwrap_or_default() {
            "queued" | "running" if started.elapsed() < BACKUP_CEILING => tokio::time::sleep(LOOK_EVERY).await,
            "ok" => return Ok(view),
            state => {
                let what = call.speech.tell("error.backup", &[("state", call.speech.word("backup_state", state).as_str().into())]);
                let failure = Failure::error(what).next(format!("polyot device get {name}"));
                let failure = text_at(&view, "problem.detail").into_iter().fold(failure, Failure::detail);
                return Err(text_at(&view, "tail").iter().flat_map(|tail| tail.lines()).fold(failure, Failure::detail));
            }
        }
    }
}

fn named(name: &str, failure: Failure) -> Failure {
    Failure { what: format!("{name}: {}", failure.what), ..failure }
}

/// The id of a revision: of its id, or of a device and a number (the latest without one).
async fn revision(call: &Call, server: &Server, kind: &Kind, device: &Kind) -> Result<String, Failure> {
    let of = call.text("of").unwrap_or_default();
    if of.starts_with(&format!("{}_", kind.prefix)) {
        return id_of(server, call.speech, kind, of).await;
    }
    let id = id_of(server, call.speech, device, of).await?;
    let limit = if call.number("number").is_some() { None } else { Some(1) };
    let rows = server.items(kind.path, &vec![("device".to_owned(), id)], limit).await?;
    let wanted = call.number("number");
    let found = rows.iter().find(|row| wanted.is_none_or(|number| row["number"].as_i64() == Some(number)));
    found.and_then(|row| row["id"].as_str()).map(str::to_owned).ok_or_else(|| {
        let what = match wanted {
            Some(number) => call.speech.tell("error.no_revision", &[("name", of.into()), ("number", number.to_string().as_str().into())]),
            None => call.speech.tell("error.no_config", &[("name", of.into())]),
        };
        Failure::new(Exit::NotFound, what).next(format!("polyot config history {of}"))
    })
}

/// The text itself, so that it can go into a file.
pub async fn config_show(call: &Call, kind: &Kind, device: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let id = revision(call, &server, kind, device).await?;
    let config = server.get(&format!("configs/{id}"), &Query::new()).await?;
    if !call.out.format.is_table() {
        return call.out.one(kind, &config);
    }
    let text = config["text"].as_str().unwrap_or_default();
    // A banner may hold what a terminal would obey; a file gets every byte.
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
    to_stdout(&if is_terminal { text.lines().map(clean).collect::<Vec<_>>().join("\n") } else { text.to_owned() });
    Ok(())
}

/// As `diff -u` writes it, with the section of the configuration at each hunk.
pub async fn config_diff(call: &Call, kind: &Kind, device: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let id = revision(call, &server, kind, device).await?;
    let asked: Query = call.text("base").map(|base| ("base".to_owned(), base.to_owned())).into_iter().collect();
    let diff = server.get(&format!("configs/{id}/diff"), &asked).await?;
    if !call.out.format.is_table() {
        call.out.json(&diff);
        return Ok(());
    }
    let number = |side: &str| diff[side]["number"].as_i64().map_or_else(|| "—".to_owned(), |number| number.to_string());
    let name = text_at(&diff, "target.device.name").unwrap_or_default();
    let mut lines = vec![
        call.out.paint("1", &format!("--- {} {}", clean(&name), number("base"))),
        call.out.paint("1", &format!("+++ {} {}", clean(&name), number("target"))),
    ];
    for hunk in diff["hunks"].as_array().into_iter().flatten() {
        let at = |key: &str| hunk[key].as_i64().unwrap_or_default();
        let section = clean(hunk["section"].as_str().unwrap_or_default());
        let head = format!("@@ -{},{} +{},{} @@ {section}", at("old_start"), at("old_lines"), at("new_start"), at("new_lines"));
        lines.push(call.out.paint("36", head.trim_end()));
        for line in hunk["lines"].as_array().into_iter().flatten() {
            let text: String = line["spans"].as_array().into_iter().flatten().filter_map(|span| span["text"].as_str()).collect();
            lines.push(match line["kind"].as_str() {
                Some("added") => call.out.paint("32", &format!("+{}", clean(&text))),
                Some("removed") => call.out.paint("31", &format!("-{}", clean(&text))),
                _ => format!(" {}", clean(&text)),
            });
        }
    }
    to_stdout(&lines.join("\n"));
    Ok(())
}

/// From, to and objects of a maintenance, as the API wants them.
async fn window(call: &Call, server: &Server) -> Result<Map<String, Value>, Failure> {
    let mut given = body(call, server).await?;
    let starts = moment(call, "from", call.text("from").unwrap_or_default())?;
    let ends = match (call.text("to"), call.text("for")) {
        (Some(to), None) => moment(call, "to", to)?,
        (None, Some(length)) => starts.plus(span(call, "for", length)?),
        _ => return Err(Failure::usage(call.speech.say("error.to_or_for"))),
    };
    let mut objects = Vec::new();
    for kind in ["device", "site", "service"] {
        for id in given.remove(kind).iter().flat_map(|ids| ids.as_array()).flatten() {
            objects.push(json!({ kind: id }));
        }
    }
    if objects.is_empty() {
        return Err(Failure::usage(call.speech.say("error.no_objects")));
    }
    for flag in ["from", "to", "for"] {
        given.remove(flag);
    }
    given.insert("starts_at".into(), json!(starts));
    given.insert("ends_at".into(), json!(ends));
    given.insert("objects".into(), Value::Array(objects));
    Ok(given)
}

pub async fn maintenance_create(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let mut body = window(call, &server).await?;
    body.entry("announces").or_insert(Value::Bool(false));
    let made = server.post(kind.path, &Value::Object(body)).await?;
    created(call, kind, &made)
}

/// Whom and what it would touch; nothing is kept.
pub async fn maintenance_preview(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let body = window(call, &server).await?;
    let preview = server.post("maintenances/preview", &Value::Object(body)).await?;
    if !call.out.format.is_table() {
        call.out.json(&preview);
        return Ok(());
    }
    let line = |head: &str, key: &str| {
        let shown = super::out::plain(&preview[key]);
        (call.speech.say(&format!("head.{head}")), if shown.is_empty() { "—".to_owned() } else { shown })
    };
    call.out.pairs(&[
        line("devices", "devices"),
        line("services", "services"),
        line("clients", "clients"),
        line("contacts", "contacts"),
        line("muted", "open_alarms"),
    ]);
    Ok(())
}

/// One row per service; `-o csv` is the server's own table with the evidence of every figure.
pub async fn availability(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let mut asked = query(call, &server).await?;
    if call.out.format == Format::Csv && call.out.fields.is_empty() {
        asked.push(("language".into(), call.speech.language.as_str().to_owned()));
        to_stdout(&server.text_of("reports/availability.csv", &asked).await?);
        return Ok(());
    }
    let report = server.get(kind.path, &asked).await?;
    if call.out.format == Format::Json && call.out.fields.is_empty() {
        call.out.json(&report);
        return Ok(());
    }
    let rows = report["services"].as_array().cloned().unwrap_or_default();
    call.out.remark(&call.speech.tell(
        "said.availability",
        &[
            ("client", text_at(&report, "client.name").unwrap_or_default().as_str().into()),
            ("from", report["from"].as_str().unwrap_or_default().into()),
            ("to", report["to"].as_str().unwrap_or_default().into()),
            ("tz", report["tz"].as_str().unwrap_or_default().into()),
        ],
    ));
    call.out.list(kind, &rows)
}

/// Seconds as a person says them.
pub fn length(row: &Value, key: &str, speech: Speech) -> String {
    match row[key].as_u64() {
        None => "—".to_owned(),
        Some(seconds) => texts::duration_words(speech.language, Duration::from_secs(seconds)),
    }
}

/// Path and secret go to standard output, once: the other system needs both.
pub async fn source_create(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let body = body(call, &server).await?;
    let made = server.post("sources", &Value::Object(body)).await?;
    call.said(made["name"].as_str().unwrap_or_default());
    if !call.out.format.is_table() {
        call.out.json(&made);
        return Ok(());
    }
    let head = |key: &str| call.speech.say(&format!("head.{key}"));
    let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
    call.out.pairs(&[(head("id"), text("id")), (head("path"), text("path")), (head("secret"), text("secret"))]);
    Ok(())
}

/// Each secret of that kind of key from its file, or by a prompt. Of a password and a key for SSH one is enough.
pub async fn credential_create(call: &Call, kind: &Kind) -> Result<(), Failure> {
    let server = call.server()?;
    let mut body = body(call, &server).await?;
    let word = call.text("kind").unwrap_or_default();
    let wanted = SECRETS.iter().find(|(known, _)| *known == word).map_or(&[][..], |(_, fields)| *fields);
    let given = wanted.iter().any(|field| call.text(field).is_some());
    for field in wanted {
        let flag = format!("--{}-file", field.replace('_', "-"));
        let source = call.text(field);
        let is_asked = match (word, *field) {
            ("ssh", "key") => false,
            ("ssh", _) => !given,
            ("snmp_v3", "auth_password") => call.text("auth").is_some(),
            ("snmp_v3", _) => call.text("priv").is_some(),
            _ => true,
        };
        if source.is_none() && !is_asked {
            continue;
        }
        let secret = match (*field, source) {
            // A private key has several lines.
            ("key", Some(file)) => call.asking.secret_file(file)?,
            _ => call.asking.secret(&call.speech.say(&format!("ask.{field}")), &flag, source)?,
        };
        body.insert((*field).to_owned(), json!(secret));
    }
    let made = server.post(kind.path, &Value::Object(body)).await?;
    created(call, kind, &made)
}
