//! Texts that a person reads: the same keys in every language, no empty one, none of the words that the glossary bans.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::findings::Findings;

/// (word, languages' word to use instead). See GLOSSARY.md.
const BANNED: [(&str, &str); 8] = [
    ("alert", "alarm (in the network) or notice (to a client)"),
    ("alerts", "alarms or notices"),
    ("customer", "client"),
    ("customers", "clients"),
    ("msp", "provider"),
    ("tenant", "provider, partner, client or site"),
    ("tenants", "providers, partners, clients or sites"),
    ("алерт", "авария (в сети) or уведомление (клиенту)"),
];
/// Forms of a plural: languages differ in which they need.
const PLURAL_FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// One language's file.
pub struct TextFile {
    /// From the root: `locales/en/mail.json`.
    pub path: String,
    pub language: String,
    pub name: String,
    pub source: String,
}

pub fn load(dir: &Path) -> io::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    if !dir.is_dir() {
        return Ok(files);
    }
    for language in fs::read_dir(dir)? {
        let language = language?.path();
        if !language.is_dir() {
            continue;
        }
        for file in fs::read_dir(&language)? {
            let file = file?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let language = language.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".json") {
                files.push(TextFile { path: format!("locales/{language}/{name}"), source: fs::read_to_string(&file)?, language, name });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Texts in the first language.
pub fn count(files: &[TextFile]) -> usize {
    let Some(first) = files.first() else { return 0 };
    files
        .iter()
        .filter(|file| file.language == first.language)
        .filter_map(|file| serde_json::from_str(&file.source).ok())
        .map(|json: Value| flat(&json).len())
        .sum()
}

pub fn check(files: &[TextFile], findings: &mut Findings) {
    let mut parsed: Vec<(&TextFile, BTreeMap<String, Vec<String>>)> = Vec::new();
    for file in files {
        match serde_json::from_str::<Value>(&file.source) {
            Ok(json) => parsed.push((file, flat(&json))),
            Err(e) => findings.add(&file.path, e.line(), format!("is not JSON: {e}")),
        }
    }
    for (file, texts) in &parsed {
        for (key, forms) in texts {
            forms.iter().for_each(|text| one_text(file, key, text, findings));
        }
    }
    let mut languages: Vec<&str> = files.iter().map(|file| file.language.as_str()).collect();
    languages.dedup();
    for (file, texts) in &parsed {
        for language in languages.iter().filter(|language| **language != file.language) {
            compare(file, texts, language, &parsed, findings);
        }
    }
}

fn one_text(file: &TextFile, key: &str, text: &str, findings: &mut Findings) {
    let line = line_of(file, key);
    if text.trim().is_empty() {
        findings.add(&file.path, line, format!("`{key}` is empty; write the text or remove the key in every language"));
    }
    // Placeholders carry names of the code: {tenant} is never read by a person.
    let read: String = without_placeholders(text).to_lowercase();
    let words: Vec<&str> = read.split(|c: char| !c.is_alphanumeric()).collect();
    for (word, instead) in BANNED.iter().filter(|(word, _)| words.contains(word)) {
        findings.add(&file.path, line, format!("`{key}` says \"{word}\"; GLOSSARY.md says: {instead}"));
    }
}

fn compare(
    file: &TextFile,
    texts: &BTreeMap<String, Vec<String>>,
    language: &str,
    parsed: &[(&TextFile, BTreeMap<String, Vec<String>>)],
    findings: &mut Findings,
) {
    let other = parsed.iter().find(|(other, _)| other.language == language && other.name == file.name);
    let Some((other, theirs)) = other else {
        findings.add(&file.path, 1, format!("there is no locales/{language}/{}; every text exists in every language", file.name));
        return;
    };
    for key in texts.keys().filter(|key| !theirs.contains_key(*key)) {
        findings.add(&file.path, line_of(file, key), format!("`{key}` is missing in {}; add it there or remove it here", other.path));
    }
}

/// `a.b.c -> text`; the forms of a plural stand together under the key without the form.
fn flat(json: &Value) -> BTreeMap<String, Vec<String>> {
    let mut texts = BTreeMap::new();
    collect("", json, &mut texts);
    texts
}

fn collect(key: &str, value: &Value, into: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let longer = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                collect(&longer, value, into);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(&format!("{key}.{at}"), item, into);
            }
        }
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            into.entry(without_plural(key).to_owned()).or_default().push(text);
        }
    }
}

/// `days.few` (an object of forms) and `days_few` (a flat key of the web client's library) are both forms of `days`.
fn without_plural(key: &str) -> &str {
    match key.rsplit_once(['.', '_']) {
        Some((stem, form)) if PLURAL_FORMS.contains(&form) => stem,
        _ => key,
    }
}

fn without_placeholders(text: &str) -> String {
    let mut depth = 0_usize;
    let mut read = String::new();
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => read.push(c),
            _ => {}
        }
    }
    read
}

/// The line of the key's last part; the first one with that name, which is right almost always and near otherwise.
fn line_of(file: &TextFile, key: &str) -> usize {
    let last = key.rsplit('.').next().unwrap_or(key);
    let wanted = [format!("\"{key}\""), format!("\"{last}\""), format!("\"{last}_"), format!("\"{key}.")];
    let found = wanted.iter().find_map(|wanted| file.source.lines().position(|line| line.contains(wanted.as_str())));
    found.map_or(1, |at| at + 1)
}
