//! CSV with a header, as a spreadsheet writes it: `;`, `,` or tab, names of columns in English or Russian.

use super::{Draft, Parsed};
use model::{FieldProblem, Problem};

/// What a column means, and how it is called, without spaces, dots, dashes and underscores.
const COLUMNS: [(&str, &[&str]); 9] = [
    (
        "name",
        &[
            "name",
            "hostname",
            "device",
            "devicename",
            "host",
            "sysname",
            "имя",
            "название",
            "наименование",
            "устройство",
            "хост",
            "имяустройства",
        ],
    ),
    ("address", &["address", "ip", "ipaddress", "ipv4", "addr", "mgmtip", "managementip", "адрес", "ipадрес", "айпи"]),
    ("site", &["site", "location", "sitename", "площадка", "место", "сайт", "узел", "локация"]),
    ("snmp_port", &["snmpport", "портsnmp", "snmpпорт"]),
    ("ssh_port", &["sshport", "портssh", "sshпорт"]),
    ("owner", &["owner", "владелец", "собственник"]),
    ("probe_interval_s", &["probeintervals", "probeinterval", "интервалпробы", "интервалпробыс"]),
    ("poll_interval_s", &["pollintervals", "pollinterval", "интервалопроса", "интервалопросас"]),
    ("credential", &["credential", "credentials", "доступ", "доступы", "учетныеданные"]),
];
/// Columns whose values are secrets: seen, said, and left in the file.
const SECRETS: [&str; 10] =
    ["community", "snmpcommunity", "password", "secret", "enable", "enablepassword", "authpassword", "privpassword", "пароль", "комьюнити"];
const DELIMITERS: [char; 3] = [';', ',', '\t'];
/// Names of credentials in one cell.
const CREDENTIAL_DELIMITER: char = '|';

fn plain(header: &str) -> String {
    header.to_lowercase().replace('ё', "е").chars().filter(|c| c.is_alphanumeric()).collect()
}

pub(super) fn read(text: &str, delimiter: Option<char>) -> Result<Parsed, FieldProblem> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let often = |c: &char| first.chars().filter(|other| other == c).count();
    let delimiter = delimiter.unwrap_or_else(|| DELIMITERS.into_iter().rev().max_by_key(often).unwrap_or(';'));
    let delimiter =
        u8::try_from(delimiter).map_err(|_| Problem::new("bad_value", "must be one ASCII character, e.g. `;`").at("delimiter"))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        Problem::new("bad_csv", format!("cannot be read as CSV near line {line}")).at("text")
    };
    let headers = reader.headers().map_err(broken)?.clone();
    let mut parsed = Parsed::default();
    let columns = meanings(&headers, &mut parsed.notes)?;
    let mut lines = Lines { text: text.as_bytes(), seen: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(broken)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let mut draft = Draft { line: lines.at(&record), ..Draft::default() };
        if record.len() != headers.len() {
            let detail =
                format!("has {} cells, the header has {}; is a delimiter inside a value without quotes?", record.len(), headers.len());
            draft.problems.push(Problem::new("columns", detail).at("row"));
        }
        for (column, value) in columns.iter().zip(record.iter()) {
            fill(&mut draft, column, value);
        }
        parsed.drafts.push(draft);
    }
    Ok(parsed)
}

/// Counts lines up to where a record begins: the reader's own position may lie before the line breaks in front of it.
struct Lines<'a> {
    text: &'a [u8],
    seen: usize,
    line: u32,
}

impl Lines<'_> {
    fn at(&mut self, record: &csv::StringRecord) -> u32 {
        let from = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.seen);
        let begins = |byte: &u8| !matches!(byte, b'\r' | b'\n');
        let start = self.text.get(from..).and_then(|rest| rest.iter().position(begins)).map_or(from, |skipped| from + skipped);
        let passed = self.text.get(self.seen..start).unwrap_or_default();
        self.line += u32::try_from(passed.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        self.seen = start.max(self.seen);
        self.line
    }
}

/// What each column means; `""`: nothing that is taken over.
fn meanings(headers: &csv::StringRecord, notes: &mut Vec<String>) -> Result<Vec<&'static str>, FieldProblem> {
    let mut columns = Vec::new();
    for header in headers {
        let word = plain(header);
        let found = COLUMNS.iter().find(|(_, names)| names.contains(&word.as_str())).map_or("", |(column, _)| *column);
        if SECRETS.contains(&word.as_str()) {
            notes.push(format!("Column `{header}` holds secrets: it is not taken over and not kept. Make a credential and name it in a column `credential`."));
        } else if found.is_empty() {
            notes.push(format!("Column `{header}` is not known here and is left out."));
        } else if columns.contains(&found) {
            return Err(Problem::new("doubled", format!("has two columns for `{found}`; the second is `{header}`")).at("text"));
        }
        columns.push(found);
    }
    for needed in ["name", "address"] {
        if !columns.contains(&needed) {
            let names = COLUMNS.iter().find(|(column, _)| *column == needed).map_or(&[][..], |(_, names)| names).join(", ");
            let detail = format!("has no column `{needed}` in its first line; it may be called: {names}");
            return Err(Problem::new("required", detail).at("text"));
        }
    }
    Ok(columns)
}

pub(super) fn fill(draft: &mut Draft, column: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let text = || Some(value.to_owned());
    match column {
        "name" => draft.name = value.to_owned(),
        "address" | "ip" => draft.address = value.to_owned(),
        "site" => draft.site = text(),
        "snmp_port" => draft.snmp_port = text(),
        "ssh_port" => draft.ssh_port = text(),
        "owner" => draft.owner = text(),
        "probe_interval_s" => draft.probe_interval_s = text(),
        "poll_interval_s" => draft.poll_interval_s = text(),
        "credential" => {
            draft.credentials =
                Some(value.split(CREDENTIAL_DELIMITER).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect());
        }
        _ => {}
    }
}
