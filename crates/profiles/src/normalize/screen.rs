//! Bytes of a terminal into the text a person would see: carriage returns, backspaces and escape sequences are carried out.

use crate::profile::Pager;
use std::borrow::Cow;

/// Text as it stands on the screen, with `\n` at the ends of lines.
pub(crate) fn screen<'t>(raw: &'t str, pager: Option<&Pager>) -> Cow<'t, str> {
    let paged = pager.map_or(Cow::Borrowed(raw), |pager| without_pager(raw, pager));
    if !paged.bytes().any(|byte| byte < b' ' && byte != b'\n' && byte != b'\t' || byte == 0x7f) {
        return paged;
    }
    let mut text = String::with_capacity(paged.len());
    for (i, line) in paged.split('\n').enumerate() {
        if i > 0 {
            text.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f) {
            text.push_str(&drawn(line));
        } else {
            text.push_str(line);
        }
    }
    Cow::Owned(text)
}

/// The pager's own line goes with what wipes it; a text that merely speaks of it stays.
fn without_pager<'t>(raw: &'t str, pager: &Pager) -> Cow<'t, str> {
    let mut text = String::new();
    let mut from = 0;
    for found in pager.matches.find_iter(raw).filter(|found| !found.is_empty()) {
        if found.start() < from {
            continue;
        }
        let rest = &raw[found.end()..];
        let wiped = pager.erase.as_ref().and_then(|erase| erase.find(rest)).filter(|wipe| wipe.start() == 0).map_or(0, |wipe| wipe.end());
        let line_starts = raw[..found.start()].chars().next_back().is_none_or(|before| matches!(before, '\n' | '\r'));
        let line_ends = rest.is_empty() || rest.starts_with(['\n', '\r']);
        if wiped == 0 && !(line_starts && line_ends) {
            continue;
        }
        text.push_str(&raw[from..found.start()]);
        let newline =
            if wiped == 0 { rest.len() - rest.trim_start_matches('\r').strip_prefix('\n').map_or(rest.len(), str::len) } else { 0 };
        from = found.end() + wiped + newline;
    }
    if from == 0 {
        return Cow::Borrowed(raw);
    }
    text.push_str(&raw[from..]);
    Cow::Owned(text)
}

/// One line of a terminal: a row of cells and a cursor.
#[derive(Default)]
struct Row {
    cells: Vec<char>,
    at: usize,
    /// Cells from here on were only wiped with blanks.
    wiped_from: usize,
}

/// No terminal is wider; a hostile cursor movement may not cost memory.
const COLUMNS_MAX: usize = 65_536;

impl Row {
    fn put(&mut self, c: char) {
        let overwrites = self.at < self.cells.len();
        while self.cells.len() < self.at {
            self.cells.push(' ');
        }
        if overwrites {
            self.cells[self.at] = c;
        } else {
            self.cells.push(c);
        }
        self.at += 1;
        if c != ' ' || !overwrites {
            self.wiped_from = self.wiped_from.max(self.at);
        } else if self.at > self.wiped_from.saturating_sub(1) || self.at >= self.cells.len() {
            self.wipe_back();
        }
    }

    /// After blanks were written to the end of what stood there, the end moves back to the last visible sign.
    fn wipe_back(&mut self) {
        if self.at >= self.cells.len() {
            let seen = self.cells.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
            self.wiped_from = self.wiped_from.min(seen.max(0));
        }
    }

    fn text(&self) -> String {
        self.cells[..self.wiped_from.min(self.cells.len())].iter().collect()
    }
}

fn drawn(line: &str) -> String {
    let mut row = Row::default();
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => row.at = 0,
            '\u{8}' => row.at = row.at.saturating_sub(1),
            '\u{1b}' => escape(&mut rest, &mut row),
            '\t' => row.put(c),
            c if c.is_control() && !('\u{80}'..='\u{9f}').contains(&c) => {
                // `^C` ends texts of people on some systems and must stay; the other control characters show nothing.
                if c == '\u{3}' {
                    row.put(c);
                }
            }
            c => row.put(c),
        }
    }
    row.text()
}

/// ECMA-48: control sequences move or erase, other escapes show nothing.
fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, row: &mut Row) {
    match rest.next() {
        Some('[') => {
            let mut arguments = String::new();
            for c in rest.by_ref() {
                if !('\u{40}'..='\u{7e}').contains(&c) {
                    arguments.push(c);
                    continue;
                }
                let first: usize = arguments.split(';').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                match c {
                    'D' => row.at = row.at.saturating_sub(first.max(1)),
                    'C' => row.at = (row.at + first.max(1)).min(COLUMNS_MAX).min(row.cells.len()),
                    'K' if first == 0 => {
                        row.cells.truncate(row.at);
                        row.wiped_from = row.wiped_from.min(row.at);
                    }
                    'K' if first == 2 => {
                        row.cells.clear();
                        row.wiped_from = 0;
                        row.at = 0;
                    }
                    _ => {}
                }
                break;
            }
        }
        // A title of the window, up to BEL or ST.
        Some(']') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' || c == '\u{1b}' && rest.next_if_eq(&'\\').is_some() {
                    break;
                }
            }
        }
        Some('(' | ')' | '#' | '%') => drop(rest.next()),
        _ => {}
    }
}
