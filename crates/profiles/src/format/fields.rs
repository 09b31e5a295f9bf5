//! Reading a tree into types. A mistake is noted with its place and reading goes on, so one run tells them all.

use super::node::{Kind, Node, Place, Problem};
use regex::{Regex, RegexBuilder};
use std::cell::RefCell;

/// A compiled pattern may not need more than this; the engine itself never backtracks.
const PATTERN_SIZE_BYTES_MAX: usize = 4 << 20;

/// Where problems of one file are collected.
pub(crate) struct Notes<'a> {
    file: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Notes<'a> {
    pub fn new(file: &'a str) -> Self {
        Self { file, problems: RefCell::default() }
    }

    pub fn add(&self, at: Place, text: impl Into<String>) {
        self.problems.borrow_mut().push(Problem { file: self.file.to_owned(), at, text: text.into() });
    }

    pub fn done(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems
    }
}

/// One map of a file. What is not asked for by the end is an unknown key.
pub(crate) struct Fields<'n> {
    notes: &'n Notes<'n>,
    entries: &'n [(String, Place, Node)],
    pub at: Place,
    known: RefCell<Vec<&'static str>>,
}

impl<'n> Fields<'n> {
    pub fn of(notes: &'n Notes<'n>, node: &'n Node, what: &str) -> Self {
        let entries: &[_] = match &node.kind {
            Kind::Map(entries) => entries,
            _ => {
                notes.add(node.at, format!("{what} must be a map of keys"));
                &[]
            }
        };
        Self { notes, entries, at: node.at, known: RefCell::default() }
    }

    pub fn note(&self, at: Place, text: impl Into<String>) {
        self.notes.add(at, text);
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| name == key)
    }

    /// Place of a key's value, or of the map.
    pub fn place(&self, key: &str) -> Place {
        self.entries.iter().find(|(name, ..)| name == key).map_or(self.at, |(.., node)| node.at)
    }

    fn take(&self, key: &'static str) -> Option<&'n Node> {
        self.known.borrow_mut().push(key);
        let node = self.entries.iter().find(|(name, ..)| name == key).map(|(.., node)| node)?;
        (!matches!(node.kind, Kind::Nothing)).then_some(node)
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.take(key).and_then(|node| text(self.notes, node, key))
    }

    pub fn need_text(&self, key: &'static str) -> String {
        let given = self.text(key);
        if !self.has(key) {
            self.notes.add(self.at, format!("`{key}` is missing here"));
        }
        given.unwrap_or_default()
    }

    pub fn number(&self, key: &'static str) -> Option<u64> {
        let given = self.text(key)?;
        let number = given.parse().ok();
        if number.is_none() {
            self.notes.add(self.place(key), format!("`{key}` must be a whole number, not `{given}`"));
        }
        number
    }

    pub fn flag(&self, key: &'static str) -> bool {
        match self.text(key).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                self.notes.add(self.place(key), format!("`{key}` must be true or false, not `{other}`"));
                false
            }
        }
    }

    pub fn pattern(&self, key: &'static str) -> Option<Regex> {
        self.take(key).and_then(|node| pattern(self.notes, node, key))
    }

    pub fn need_pattern(&self, key: &'static str) -> Option<Regex> {
        if !self.has(key) {
            self.notes.add(self.at, format!("`{key}` is missing here"));
        }
        self.pattern(key)
    }

    /// A list of texts, or one text.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.items(key).into_iter().filter_map(|node| text(self.notes, node, key)).collect()
    }

    pub fn patterns(&self, key: &'static str) -> Vec<Regex> {
        self.items(key).into_iter().filter_map(|node| pattern(self.notes, node, key)).collect()
    }

    /// A list of maps, or one map.
    pub fn list<T>(&self, key: &'static str, read: impl Fn(&Fields<'n>) -> T) -> Vec<T> {
        let mut found = Vec::new();
        for node in self.items(key) {
            let fields = Fields::of(self.notes, node, &format!("an entry of `{key}`"));
            found.push(read(&fields));
            fields.done();
        }
        found
    }

    /// Each entry is a text or a map.
    pub fn either<T>(&self, key: &'static str, from_text: impl Fn(&str) -> T, from_map: impl Fn(&Fields<'n>) -> T) -> Vec<T> {
        let mut found = Vec::new();
        for node in self.items(key) {
            if let Kind::Text(text) = &node.kind {
                found.push(from_text(text));
                continue;
            }
            let fields = Fields::of(self.notes, node, &format!("an entry of `{key}`"));
            found.push(from_map(&fields));
            fields.done();
        }
        found
    }

    pub fn map<T>(&self, key: &'static str, read: impl FnOnce(&Fields<'n>) -> T) -> Option<T> {
        let node = self.take(key)?;
        let fields = Fields::of(self.notes, node, &format!("`{key}`"));
        let value = read(&fields);
        fields.done();
        Some(value)
    }

    /// A map whose keys are free: (key, place, inner map).
    pub fn named<T>(&self, key: &'static str, read: impl Fn(&str, &Fields<'n>) -> T) -> Vec<T> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let Kind::Map(entries) = &node.kind else {
            self.notes.add(node.at, format!("`{key}` must be a map of names"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, _, node) in entries {
            let fields = Fields::of(self.notes, node, &format!("`{name}`"));
            found.push(read(name, &fields));
            fields.done();
        }
        found
    }

    /// A map of texts whose keys are free.
    pub fn pairs(&self, key: &'static str) -> Vec<(String, String)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let Kind::Map(entries) = &node.kind else {
            self.notes.add(node.at, format!("`{key}` must be a map of texts"));
            return Vec::new();
        };
        entries.iter().filter_map(|(name, _, node)| Some((name.clone(), text(self.notes, node, name)?))).collect()
    }

    /// Tells the keys nobody asked for, with the nearest known one.
    pub fn done(&self) {
        let known = self.known.borrow();
        for (name, at, _) in self.entries {
            if known.iter().any(|key| key == name) {
                continue;
            }
            let near = known.iter().map(|key| (distance(key, name), *key)).min();
            let hint = match near {
                Some((far, key)) if far <= name.len().max(3) / 3 => format!("; did you mean `{key}`?"),
                _ => format!("; known here: {}", known.join(", ")),
            };
            self.notes.add(*at, format!("the key `{name}` is not known{hint}"));
        }
    }

    fn items(&self, key: &'static str) -> Vec<&'n Node> {
        match self.take(key) {
            None => Vec::new(),
            Some(Node { kind: Kind::List(items), .. }) => items.iter().collect(),
            Some(one) => vec![one],
        }
    }
}

fn text(notes: &Notes<'_>, node: &Node, key: &str) -> Option<String> {
    match &node.kind {
        Kind::Text(text) => Some(text.clone()),
        Kind::Fraction => {
            notes.add(node.at, format!("`{key}`: put this number into quotes, it is taken as text"));
            None
        }
        _ => {
            notes.add(node.at, format!("`{key}` must be a text"));
            None
        }
    }
}

fn pattern(notes: &Notes<'_>, node: &Node, key: &str) -> Option<Regex> {
    let text = text(notes, node, key)?;
    match compile(&text) {
        Ok(pattern) => Some(pattern),
        Err(reason) => {
            notes.add(node.at, format!("`{key}`: the pattern `{text}` cannot be read: {reason}"));
            None
        }
    }
}

/// `^` and `$` are the ends of a line everywhere in a profile; `\w`, `\d` and `\b` know ASCII only, which is what devices speak and
/// what keeps patterns small.
pub(crate) fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(&ascii(text)).multi_line(true).size_limit(PATTERN_SIZE_BYTES_MAX).build().map_err(|error| {
        let told = error.to_string();
        told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("").trim().trim_start_matches("error: ").to_owned()
    })
}

fn ascii(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match (c, (c == '\\').then(|| rest.next()).flatten()) {
            (_, Some('w')) => out.push_str("[0-9A-Za-z_]"),
            (_, Some('d')) => out.push_str("[0-9]"),
            (_, Some('b')) => out.push_str(r"(?-u:\b)"),
            (c, next) => {
                out.push(c);
                out.extend(next);
            }
        }
    }
    out
}

/// Levenshtein's distance of two short words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = before + usize::from(ca != *cb);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
