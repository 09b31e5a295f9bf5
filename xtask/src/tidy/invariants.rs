//! Invariants stated as absences, read from the source: where SQL, HTTP servers, the installation's scope, `async` and vendors may not be.

use super::findings::Findings;
use super::scan::has_word;
use super::sources::RustFile;

/// Vendors and their systems. They are data (profiles/, services/), so no Rust may name them.
const VENDORS: [&str; 27] = [
    "cisco",
    "juniper",
    "junos",
    "huawei",
    "mikrotik",
    "routeros",
    "arista",
    "fortinet",
    "fortigate",
    "fortios",
    "comware",
    "eltex",
    "zyxel",
    "ubiquiti",
    "vyos",
    "nokia",
    "ericsson",
    "brocade",
    "extremexos",
    "aruba",
    "dlink",
    "d-link",
    "tplink",
    "tp-link",
    "librenms",
    "oxidized",
    "napalm",
];
/// Systems whose files are imported by the name of their format.
const FORMATS: [&str; 2] = ["librenms", "oxidized"];
/// How a statement starts and what else it must hold: both in one case, so that an English sentence is not taken for SQL.
const SQL: [(&str, &str); 10] = [
    ("SELECT ", " FROM "),
    ("INSERT INTO ", " "),
    ("UPDATE ", " SET "),
    ("DELETE FROM ", " "),
    ("CREATE TABLE ", " "),
    ("CREATE INDEX ", " ON "),
    ("CREATE UNIQUE INDEX ", " ON "),
    ("ALTER TABLE ", " "),
    ("DROP TABLE ", " "),
    ("PRAGMA ", " "),
];

pub fn check(files: &[RustFile], findings: &mut Findings) {
    for file in files.iter().filter(|file| file.krate != "xtask") {
        vendors(file, findings);
        if file.is_test {
            continue;
        }
        sql(file, findings);
        http_server(file, findings);
        installation_scope(file, findings);
        pure_decisions(file, findings);
    }
}

fn sql(file: &RustFile, findings: &mut Findings) {
    if file.krate == "store" {
        return;
    }
    for (line, code) in file.scan.code_lines() {
        if has_word(code, "sqlx") {
            findings.add(&file.path, line, "sqlx outside crates/store; add a function to `store` and call it");
        }
    }
    for (line, text) in &file.scan.texts {
        if !file.scan.is_test(*line) && is_sql(text) {
            findings.add(&file.path, *line, "an SQL statement outside crates/store; move it there behind a named function");
        }
    }
}

fn is_sql(text: &str) -> bool {
    let flat = format!("{} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
    let starts = |statement: &str, rest: &str| flat.starts_with(statement) && flat[statement.len()..].contains(rest.trim_start());
    SQL.iter().any(|(head, rest)| {
        starts(head, rest) || starts(&head.to_lowercase(), &rest.to_lowercase()) && flat.contains([';', '$', '?', '=', '('])
    })
}

fn http_server(file: &RustFile, findings: &mut Findings) {
    if matches!(file.krate.as_str(), "api" | "polyot" | "testkit") {
        return;
    }
    for (line, code) in file.scan.code_lines() {
        if has_word(code, "axum") {
            findings.add(&file.path, line, "axum outside crates/api; only `api` serves HTTP, add a resource there");
        }
    }
}

fn installation_scope(file: &RustFile, findings: &mut Findings) {
    let allowed = file.is_named("job") || file.is_named("flow") || matches!(file.krate.as_str(), "polyot" | "testkit");
    if allowed {
        return;
    }
    for (line, code) in file.scan.code_lines() {
        if code.contains("Scope::installation(")
            || code.contains("Scope::Installation(") && file.krate != "model" && !code.contains("=>") && !code.contains("Installation(_)")
        {
            findings.add(&file.path, line, "the whole installation's scope; pass the caller's scope in, or move this to job.rs or flow.rs");
        }
    }
}

fn pure_decisions(file: &RustFile, findings: &mut Findings) {
    if !file.is_named("rules") && !file.is_named("plan") {
        return;
    }
    for (line, code) in file.scan.code_lines() {
        if has_word(code, "async") || has_word(code, "await") {
            findings.add(&file.path, line, "async in a file of pure decisions; let flow.rs load and save, and pass values in");
        }
    }
}

/// Comments may cite a vendor's guide; names and texts may not.
fn vendors(file: &RustFile, findings: &mut Findings) {
    let mut report = |line: usize, text: &str| {
        let text = text.to_lowercase();
        // The word of a file's format is the API's word for it: there is no other.
        let is_format = |vendor: &str| FORMATS.contains(&vendor) && file.path.contains("import");
        for vendor in VENDORS.iter().filter(|vendor| text.contains(**vendor) && !is_format(vendor)) {
            findings.add(
                &file.path,
                line,
                format!("the vendor name `{vendor}` in Rust; vendors are data, put it into profiles/ or services/"),
            );
        }
    };
    for (line, code) in file.scan.code.lines().enumerate() {
        report(line + 1, code);
    }
    for (line, text) in &file.scan.texts {
        report(*line, text);
    }
}
