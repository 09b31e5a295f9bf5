//! `import FORMAT FILE`: what another tool knows, as a plan that is shown first; `--apply` carries it out.

use super::Call;
use super::failure::{Exit, Failure};
use super::names::id_of;
use super::nouns::register::SITE;
use super::out::{Format, plain};
use serde_json::{Value, json};
use std::io::Read as _;

/// The server takes no larger body.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

pub async fn run(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let file = call.text("file").unwrap_or_default();
    let mut body = json!({ "format": call.verb.name, "file_name": name_of(file), "text": read(call, file)? });
    if let Some(site) = call.text("site") {
        body["site"] = json!(id_of(&server, call.speech, &SITE, site).await?);
    }
    let plan = server.post("imports", &body).await?;
    let id = plan["id"].as_str().unwrap_or_default().to_owned();
    let rows = server.items(&format!("imports/{id}/rows"), &Vec::new(), call.limit).await?;
    let has_bad = plan["counts"]["bad"].as_u64().unwrap_or_default() > 0;
    if !call.is_given("apply") {
        show(call, &plan, &rows);
        call.out.remark(&call.speech.say("said.import_previewed"));
        return Ok(());
    }
    let done = server.post(&format!("imports/{id}/apply"), &json!({ "accept_bad": call.is_given("accept_bad") })).await;
    let applied = match done {
        Ok(applied) => applied,
        Err(failure) => {
            show(call, &plan, &rows);
            let is_bad = failure.code == "import_has_bad_rows";
            return Err(if is_bad { failure.next("--accept-bad") } else { failure });
        }
    };
    show(call, &applied, &rows);
    call.out.remark(&call.speech.tell("said.import_applied", &[("id", id.as_str().into())]));
    if has_bad { Err(Failure::new(Exit::Partly, call.speech.say("error.import_bad_left_out"))) } else { Ok(()) }
}

/// The counts, and the rows that a person should look at: what changes, and what cannot be taken.
fn show(call: &Call, plan: &Value, rows: &[Value]) {
    if call.out.format == Format::Json {
        let mut all = plan.clone();
        all["rows"] = json!(rows);
        call.out.json(&all);
        return;
    }
    let is_wide = call.out.format == Format::Wide;
    let shown: Vec<Vec<String>> = rows
        .iter()
        .filter(|row| is_wide || row["verdict"] != "same")
        .map(|row| {
            let verdict = call.speech.word("import_verdict", row["verdict"].as_str().unwrap_or_default());
            vec![plain(&row["row"]), verdict, plain(&row["name"]), plain(&row["address"]), plain(&row["site"]), remarks(row)]
        })
        .collect();
    if !shown.is_empty() {
        let shown = shown.into_iter().map(|row| row.iter().map(|cell| super::failure::clean(cell)).collect()).collect();
        call.out.rows(&["row", "verdict", "name", "address", "site", "remarks"], shown);
    }
    let counts = ["add", "change", "same", "conflict", "bad"].map(|verdict| {
        format!("{}: {}", call.speech.word("import_verdict", verdict), plan["counts"][verdict].as_u64().unwrap_or_default())
    });
    call.out.remark(&counts.join(" · "));
}

fn remarks(row: &Value) -> String {
    let problems = row["problems"].as_array().into_iter().flatten();
    let problems = problems.map(|problem| format!("{}: {}", plain(&problem["field"]), plain(&problem["detail"])));
    let changes = row["changes"].as_object().into_iter().flatten();
    let changes = changes.map(|(field, change)| format!("{field}: {} → {}", plain(&change[0]), plain(&change[1])));
    problems.chain(changes).collect::<Vec<_>>().join("; ")
}

fn name_of(file: &str) -> String {
    if file == "-" {
        return "stdin".to_owned();
    }
    std::path::Path::new(file).file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read(call: &Call, file: &str) -> Result<String, Failure> {
    let wrong = |why: String| Failure::usage(call.speech.tell("error.file", &[("file", file.into())])).detail(why);
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(wrong(call.speech.say("error.import_too_large")));
    }
    String::from_utf8(bytes).map_err(|_| wrong(call.speech.say("error.not_utf8")))
}
