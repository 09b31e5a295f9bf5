//! `router.db` of Oxidized (its documentation, source CSV): one device a line, columns by a delimiter, no header.

use super::{Draft, Layout, Parsed, table};
use model::{FieldProblem, Problem};

const DELIMITER: char = ':';
/// The mapping of the documentation's example, and what most installations have.
const COLUMNS: &str = "name:model:username:password";
/// What a column may be called. A user and his password stay in the file.
const KNOWN: [&str; 13] =
    ["name", "ip", "model", "group", "username", "password", "enable", "site", "ssh_port", "snmp_port", "owner", "credential", "-"];
const SECRETS: [&str; 2] = ["password", "enable"];

pub(super) fn read(text: &str, layout: &Layout) -> Result<Parsed, FieldProblem> {
    let delimiter = layout.delimiter.unwrap_or(DELIMITER);
    let named = layout.columns.as_deref().unwrap_or(COLUMNS);
    let columns: Vec<&str> = named.split(':').map(str::trim).collect();
    if let Some(unknown) = columns.iter().find(|column| !KNOWN.contains(column)) {
        let detail = format!("names `{unknown}`; expected some of {} in the order of the file, with `:` between them", KNOWN.join(", "));
        return Err(Problem::new("unknown_word", detail).at("columns"));
    }
    if !columns.contains(&"name") {
        return Err(Problem::new("required", "must name the column `name`").at("columns"));
    }
    let mut parsed = Parsed::default();
    let mut has_secrets = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split(delimiter).map(str::trim).collect();
        let mut draft = Draft { line: u32::try_from(number + 1).unwrap_or(u32::MAX), ..Draft::default() };
        if cells.len() > columns.len() && layout.columns.is_some() {
            let detail = format!("has {} columns, the mapping has {}", cells.len(), columns.len());
            draft.problems.push(Problem::new("columns", detail).at("row"));
        }
        for (column, value) in columns.iter().zip(&cells) {
            has_secrets |= SECRETS.contains(column) && !value.is_empty();
            match *column {
                "group" if !value.is_empty() => draft.site_hints.push((*value).to_owned()),
                column => table::fill(&mut draft, column, value),
            }
        }
        // The name is what it connects to, unless a column says otherwise.
        if draft.address.is_empty() {
            draft.address.clone_from(&draft.name);
        }
        parsed.drafts.push(draft);
    }
    if has_secrets {
        parsed.notes.push("The file holds passwords: they are not taken over and not kept. Make a credential for SSH and name it.".into());
    }
    Ok(parsed)
}
