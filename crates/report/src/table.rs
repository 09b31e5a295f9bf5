//! A report as a table for spreadsheets: CSV (RFC 4180), UTF-8 with a mark at its begin, headings in the reader's language.

use crate::ReportError;
use crate::availability::{AvailabilityReport, Line, ServiceReport};
use jiff::tz::TimeZone;
use model::Timestamp;
use model::tenant::Language;
use texts::Texts;

/// Spreadsheets read a file without it in the code page of the machine.
const MARK: &str = "\u{feff}";
const COLUMNS: [&str; 22] = [
    "row",
    "client",
    "service",
    "kind",
    "from",
    "to",
    "counted_s",
    "excluded_s",
    "degraded_s",
    "unknown_s",
    "period_s",
    "agreed_s",
    "availability",
    "device",
    "interface",
    "maintenance",
    "incident",
    "first_missed",
    "confirmed",
    "cleared",
    "alarm",
    "detail",
];

/// One row per line of evidence and one per service, then what the figures mean. Times are those of the client's clocks.
pub fn to_csv(report: &AvailabilityReport, language: Language) -> Result<Vec<u8>, ReportError> {
    let zone = texts::zone_or_utc(Some(&report.tz));
    let word = |key: &str| Texts::say(language, &format!("report.{key}"), &[]);
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    let mut put = |cells: Vec<String>| table.write_record(cells.iter().map(|cell| harmless(cell))).map_err(ReportError::Table);
    put(COLUMNS.iter().map(|column| word(&format!("column.{column}"))).collect())?;
    for service in &report.services {
        for line in &service.evidence {
            put(evidence(report, service, line, &zone, &word))?;
        }
        put(total(report, service, &zone, &word))?;
    }
    let mut note = vec![String::new(); COLUMNS.len()];
    (note[0], note[1]) = (word("row.note"), report.client.1.clone());
    note[COLUMNS.len() - 1] = word("note");
    put(note)?;
    table.into_inner().map_err(|error| ReportError::Table(error.into_error().into()))
}

fn total(report: &AvailabilityReport, of: &ServiceReport, zone: &TimeZone, word: &impl Fn(&str) -> String) -> Vec<String> {
    let none = String::new;
    vec![
        word("row.total"),
        report.client.1.clone(),
        of.service.1.clone(),
        none(),
        local(Some(of.from), zone),
        local(Some(report.until), zone),
        of.downtime_s.to_string(),
        of.excluded_s.to_string(),
        of.degraded_s.to_string(),
        of.unknown_s.to_string(),
        of.period_s.to_string(),
        of.ast_s.to_string(),
        of.pct3.clone().unwrap_or_default(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
    ]
}

fn evidence(report: &AvailabilityReport, of: &ServiceReport, line: &Line, zone: &TimeZone, word: &impl Fn(&str) -> String) -> Vec<String> {
    let none = String::new;
    let maintenance = match &line.maintenance {
        Some((_, title)) if title.is_empty() => word("maintenance"),
        Some((_, title)) => title.clone(),
        None => none(),
    };
    vec![
        word("row.evidence"),
        report.client.1.clone(),
        of.service.1.clone(),
        word(&format!("kind.{}", line.kind.as_str())),
        local(Some(line.from), zone),
        local(line.to, zone),
        line.counted_s.to_string(),
        line.excluded_s.to_string(),
        line.degraded_s.to_string(),
        none(),
        none(),
        none(),
        none(),
        line.device.as_ref().map_or_else(none, |(_, name)| name.clone()),
        line.interface.clone().unwrap_or_default(),
        maintenance,
        line.incident.map_or_else(none, texts::notice::reference),
        local(line.first_missed_at, zone),
        local(line.confirmed_at, zone),
        local(line.cleared_at, zone),
        line.alarm.as_ref().map_or_else(none, |(id, _)| id.to_string()),
        line.detail.clone(),
    ]
}

fn local(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.and_then(|at| at.in_zone(zone)).map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// A cell that a spreadsheet would take for a formula is put behind an apostrophe (OWASP, CSV injection).
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
