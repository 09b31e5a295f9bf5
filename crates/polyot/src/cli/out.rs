//! What goes to standard output: tables for people, JSON and CSV for programs. Everything else goes to standard error.
//!
//! JSON and CSV are what the API says, never translated, never coloured. A reader that goes away early (`| head`) is no failure.

use super::failure::{Failure, clean};
use super::names::{alike, find, names};
use super::speech::Speech;
use super::tree::{Column, Kind, Show};
use comfy_table::{ContentArrangement, Table};
use model::Timestamp;
use serde_json::{Map, Value};
use std::io::{IsTerminal as _, Write as _};

pub const FORMATS: [&str; 5] = ["table", "wide", "json", "csv", "name"];
pub const COLOURS: [&str; 3] = ["auto", "always", "never"];
/// Sign of a severity, and its colour (ANSI).
const SEVERITIES: [(&str, &str, &str); 6] = [
    ("critical", "▲", "1;31"),
    ("major", "◆", "31"),
    ("minor", "■", "33"),
    ("warning", "●", "33"),
    ("indeterminate", "ℹ", "36"),
    ("cleared", "✓", "32"),
];
/// What stands where there is nothing.
const NOTHING: &str = "—";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table,
    Wide,
    Json,
    Csv,
    Name,
}

pub struct Out {
    pub format: Format,
    /// `--fields`: paths into the objects of the API.
    pub fields: Vec<String>,
    pub is_coloured: bool,
    /// `-q`: no remarks.
    pub is_quiet: bool,
    pub speech: Speech,
    pub now: Timestamp,
}

impl Format {
    pub fn parse(word: &str) -> Self {
        match word {
            "wide" => Self::Wide,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "name" => Self::Name,
            _ => Self::Table,
        }
    }

    /// For people, not for programs.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::Wide)
    }
}

/// Whether standard output takes colours: `--color`, then NO_COLOR, TERM and whether it is a terminal.
pub fn takes_colour(wanted: &str) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match wanted {
        "always" => true,
        "never" => false,
        _ => std::io::stdout().is_terminal() && !is_set("NO_COLOR") && std::env::var("TERM").is_ok_and(|term| term != "dumb"),
    }
}

/// Text for standard output; a reader that has gone ends the process quietly, as `head` expects.
pub fn to_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let mut written = stdout.write_all(text.as_bytes());
    if written.is_ok() && !text.is_empty() && !text.ends_with('\n') {
        written = stdout.write_all(b"\n");
    }
    if let Err(error) = written.and_then(|()| stdout.flush()) {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        to_stderr(&format!("polyot: {error}"));
        std::process::exit(1);
    }
}

/// A line for standard error; nobody to hear it is no failure.
pub fn to_stderr(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

impl Out {
    /// A word beside the data: what was done, what is missing.
    pub fn remark(&self, text: &str) {
        if !self.is_quiet {
            to_stderr(&clean(text));
        }
    }

    /// The rows of a list.
    pub fn list(&self, kind: &Kind, rows: &[Value]) -> Result<(), Failure> {
        self.check_fields(kind, rows)?;
        match self.format {
            Format::Json => self.json(&Value::Array(rows.iter().map(|row| self.chosen(row)).collect())),
            Format::Csv => to_stdout(&self.csv(kind, rows)),
            Format::Name => to_stdout(&self.named(kind, rows)),
            Format::Table | Format::Wide if rows.is_empty() => {
                self.remark(&self.speech.tell("said.none", &[("what", (&self.speech.say(&format!("nouns.{}", kind.word))).into())]));
            }
            Format::Table | Format::Wide => to_stdout(&self.table(kind, rows)),
        }
        Ok(())
    }

    /// One object: every column below the other.
    pub fn one(&self, kind: &Kind, row: &Value) -> Result<(), Failure> {
        match self.format {
            Format::Csv | Format::Name => self.list(kind, std::slice::from_ref(row)),
            Format::Json => {
                self.check_fields(kind, std::slice::from_ref(row))?;
                self.json(&self.chosen(row));
                Ok(())
            }
            Format::Table | Format::Wide if !self.fields.is_empty() => self.list(kind, std::slice::from_ref(row)),
            Format::Table | Format::Wide => {
                let pairs: Vec<(String, String)> = kind
                    .columns
                    .iter()
                    .map(|column| (self.speech.say(&format!("head.{}", column.head)), self.shown(column, row)))
                    .collect();
                self.pairs(&pairs);
                Ok(())
            }
        }
    }

    /// Heading and value, line by line.
    pub fn pairs(&self, pairs: &[(String, String)]) {
        let width = pairs.iter().map(|(head, _)| head.chars().count()).max().unwrap_or_default();
        let lines: Vec<String> = pairs
            .iter()
            .map(|(head, value)| {
                let pad = " ".repeat(width - head.chars().count());
                // Several lines (the text of a notice) stand under each other.
                let value = value.lines().map(clean).collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(width + 2)));
                format!("{head}{pad}  {}", self.coloured(&value))
            })
            .collect();
        to_stdout(&lines.join("\n"));
    }

    pub fn json(&self, value: &Value) {
        to_stdout(&format!("{value:#}"));
    }

    /// A row of columns that are no objects of the API.
    pub fn rows(&self, heads: &[&str], rows: Vec<Vec<String>>) {
        let heads = heads.iter().map(|head| self.speech.say(&format!("head.{head}"))).collect();
        to_stdout(&self.grid(heads, rows));
    }

    /// In its colour, where colours are taken.
    pub fn paint(&self, colour: &str, text: &str) -> String {
        if self.is_coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Sign and word of a severity.
    pub fn severity(&self, word: &str) -> String {
        let sign = SEVERITIES.iter().find(|(known, ..)| *known == word).map_or("?", |(_, sign, _)| sign);
        format!("{sign} {}", self.speech.word("severity", word))
    }

    /// What a person reads of that column.
    pub fn shown(&self, column: &Column, row: &Value) -> String {
        let value = find(row, column.at).unwrap_or(&Value::Null);
        if let Show::Row(write) = column.show {
            return write(row, self.speech);
        }
        if value.is_null() {
            return NOTHING.to_owned();
        }
        let instant = || value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        match column.show {
            Show::Word(vocabulary) => self.speech.word(vocabulary, value.as_str().unwrap_or_default()),
            Show::Severity => self.severity(value.as_str().unwrap_or_default()),
            Show::Age => instant().map_or_else(|| plain(value), |at| self.speech.age(at, self.now)),
            Show::Time => instant().map_or_else(|| plain(value), |at| self.speech.time(at)),
            Show::Flag => self.speech.say(if value.as_bool().unwrap_or_default() { "word.yes" } else { "word.no" }),
            Show::Sum => {
                let sum: u64 = value.as_object().into_iter().flatten().filter_map(|(_, number)| number.as_u64()).sum();
                if sum == 0 { NOTHING.to_owned() } else { sum.to_string() }
            }
            Show::Plain | Show::Row(_) => {
                let text = plain(value);
                if text.is_empty() { NOTHING.to_owned() } else { text }
            }
        }
    }

    fn table(&self, kind: &Kind, rows: &[Value]) -> String {
        if !self.fields.is_empty() {
            let cells = rows
                .iter()
                .map(|row| self.fields.iter().map(|at| clean(&plain(find(row, at).unwrap_or(&Value::Null)))).collect())
                .collect();
            return self.grid(self.fields.iter().map(|at| at.to_uppercase()).collect(), cells);
        }
        let columns: Vec<&Column> = kind.columns.iter().filter(|column| self.format == Format::Wide || !column.is_wide).collect();
        let heads = columns.iter().map(|column| self.speech.say(&format!("head.{}", column.head))).collect();
        self.grid(heads, rows.iter().map(|row| columns.iter().map(|column| clean(&self.shown(column, row))).collect()).collect())
    }

    /// Columns two spaces apart; on a terminal long cells are broken to its width, in a pipe a row is always one line.
    fn grid(&self, heads: Vec<String>, rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_header(heads.iter().map(|head| head.to_uppercase()));
        for row in rows {
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        if let Some(width) = terminal_width() {
            table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
        }
        let lines: Vec<String> = table.lines().map(|line| self.coloured(line.trim_end())).collect();
        lines.join("\n")
    }

    /// A line whose first cell is a severity, in colour.
    fn coloured(&self, line: &str) -> String {
        if !self.is_coloured {
            return line.to_owned();
        }
        for (word, sign, colour) in SEVERITIES {
            let cell = format!("{sign} {}", self.speech.word("severity", word));
            if let Some(rest) = line.strip_prefix(&cell) {
                return format!("{}{rest}", self.paint(colour, &cell));
            }
        }
        line.to_owned()
    }

    /// RFC 4180, with the paths of the API as headings.
    fn csv(&self, kind: &Kind, rows: &[Value]) -> String {
        let paths: Vec<&str> = if self.fields.is_empty() {
            let mut paths = Vec::new();
            for column in kind.columns {
                if !paths.contains(&column.at) {
                    paths.push(column.at);
                }
            }
            paths
        } else {
            self.fields.iter().map(String::as_str).collect()
        };
        let mut text = paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(",") + "\r\n";
        for row in rows {
            let cells: Vec<String> = paths.iter().map(|path| quoted(&plain(find(row, path).unwrap_or(&Value::Null)))).collect();
            text.push_str(&(cells.join(",") + "\r\n"));
        }
        text
    }

    /// The name of each where it says which one is meant, else the id: every line can be given to the next command.
    fn named(&self, kind: &Kind, rows: &[Value]) -> String {
        let all: Vec<Option<String>> = rows.iter().map(|row| names(kind, row).into_iter().next()).collect();
        let lines = rows.iter().zip(&all).map(|(row, name)| {
            let id = row["id"].as_str().map(str::to_owned);
            let is_unique = name.is_some() && all.iter().filter(|other| *other == name).count() == 1;
            if is_unique || id.is_none() { name.clone().unwrap_or_default() } else { id.unwrap_or_default() }
        });
        lines.map(|line| clean(&line) + "\n").collect()
    }

    fn chosen(&self, row: &Value) -> Value {
        if self.fields.is_empty() {
            return row.clone();
        }
        Value::Object(self.fields.iter().map(|at| (at.clone(), find(row, at).cloned().unwrap_or_default())).collect::<Map<_, _>>())
    }

    /// A path that no row has is a mistake; without rows nothing can be said.
    fn check_fields(&self, kind: &Kind, rows: &[Value]) -> Result<(), Failure> {
        let Some(first) = rows.first().and_then(Value::as_object) else { return Ok(()) };
        // Below an object that is null here there may be anything.
        let is_there =
            |row: &Value, at: &str| find(row, at).is_some() || find(row, at.split('.').next().unwrap_or(at)).is_some_and(Value::is_null);
        for at in &self.fields {
            if !rows.iter().any(|row| is_there(row, at)) {
                let what = self.speech.say(&format!("noun.{}", kind.word));
                let failure =
                    Failure::usage(self.speech.tell("error.no_field", &[("field", at.as_str().into()), ("what", (&what).into())]));
                let known: Vec<&str> = first.keys().map(String::as_str).collect();
                let close = alike(at, known.iter().copied());
                let names = if close.is_empty() { known.join(", ") } else { close.join(", ") };
                let key = if close.is_empty() { "next.fields" } else { "next.mean" };
                return Err(failure.next(self.speech.tell(key, &[("names", names.as_str().into())])));
            }
        }
        Ok(())
    }
}

/// A value as text: of an object with a name its name, of a list its parts, of counts their sum.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(object) => match ["name", "email", "title"].iter().find_map(|key| object.get(*key).and_then(Value::as_str)) {
            Some(name) => name.to_owned(),
            // The end of a service, the parent of a device.
            None if object.contains_key("device") => {
                let interface = object.get("interface").map(plain).filter(|name| !name.is_empty());
                let device = object.get("device").map(plain).unwrap_or_default();
                interface.map_or_else(|| device.clone(), |interface| format!("{device}:{interface}"))
            }
            None if !object.is_empty() && object.values().all(Value::is_u64) => {
                object.values().filter_map(Value::as_u64).sum::<u64>().to_string()
            }
            None => value.to_string(),
        },
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Columns of the terminal, when standard output is one.
fn terminal_width() -> Option<u16> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col).filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::nouns::watch::ALARM;
    use model::tenant::Language;
    use serde_json::json;

    fn out(format: Format, is_coloured: bool, language: Language) -> Out {
        let now = "2026-11-22T14:00:00Z".parse().unwrap();
        Out { format, fields: Vec::new(), is_coloured, is_quiet: false, speech: Speech { language }, now }
    }

    fn alarm() -> Value {
        json!({
            "id": "alm_1", "severity": "critical", "state": "active", "class": "unreachable", "device": {"id": "dev_1", "name": "agg\u{1b}[31m-1"},
            "client": null, "site": {"id": "ten_1", "name": "Moscow, \"M9\""}, "object": {"kind": "device", "id": "dev_1", "name": "agg-1"},
            "raised_at": "2026-11-22T13:58:00Z", "first_miss_at": "2026-11-22T13:57:00Z", "is_root": true,
            "impact": {"services": 3, "clients": 2}, "acked_by": null, "detail": "no answer", "cleared_at": null, "incident": "inc_1",
        })
    }

    #[test]
    fn a_table_shows_sign_and_word_and_never_obeys_what_a_name_holds() {
        let plain = out(Format::Table, false, Language::En).table(&ALARM, &[alarm()]);
        assert!(plain.contains("▲ Critical") && plain.contains("2m") && plain.contains("3 svc · 2 cl"), "{plain}");
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        let coloured = out(Format::Table, true, Language::En).table(&ALARM, &[alarm()]);
        assert!(coloured.contains("\u{1b}[1;31m▲ Critical\u{1b}[0m"), "{coloured:?}");
        assert_eq!(coloured.matches('\u{1b}').count(), 2, "{coloured:?}");
        let russian = out(Format::Table, false, Language::Ru).table(&ALARM, &[alarm()]);
        assert!(russian.contains("▲ Критическая") && russian.contains("УСТРОЙСТВО"), "{russian}");
    }

    #[test]
    fn csv_is_the_api_in_every_language_and_quotes_what_needs_it() {
        let english = out(Format::Csv, true, Language::En).csv(&ALARM, &[alarm()]);
        assert_eq!(english, out(Format::Csv, true, Language::Ru).csv(&ALARM, &[alarm()]));
        assert!(english.starts_with("severity,device,") && english.contains("\"Moscow, \"\"M9\"\"\""), "{english}");
        assert_eq!(english.matches("\r\n").count(), 2);
    }

    #[test]
    fn a_field_that_is_not_there_is_told_with_what_may_have_been_meant() {
        let mut out = out(Format::Json, false, Language::En);
        out.fields = vec!["sevrity".into()];
        assert_eq!(out.check_fields(&ALARM, &[alarm()]).unwrap_err().next.unwrap(), "did you mean: severity?");
        out.fields = vec!["device.name".into(), "client.name".into()];
        out.check_fields(&ALARM, &[alarm()]).unwrap();
        assert_eq!(out.chosen(&alarm())["client.name"], Value::Null);
    }

    #[test]
    fn names_that_are_not_unique_give_way_to_ids() {
        let out = out(Format::Name, false, Language::En);
        let device = |id: &str, name: &str| json!({"id": id, "name": name});
        let kind = &crate::cli::nouns::register::DEVICE;
        assert_eq!(out.named(kind, &[device("dev_1", "a"), device("dev_2", "b"), device("dev_3", "a")]), "dev_1\nb\ndev_3\n");
    }
}
