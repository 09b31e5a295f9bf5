//! What differs between two configurations: lines, words within changed lines, and the section each place belongs to.

mod words;

use regex::Regex;
use serde::Serialize;
use similar::{Algorithm, DiffOp};
use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Beyond this time the comparison takes the shortest answer it has; two texts with nothing in common are told as such.
const TIME_MAX: Duration = Duration::from_millis(400);
/// How far above a change its section is looked for.
const SECTION_LINES_MAX: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Same,
    Added,
    Removed,
}

/// A part of a line; those that differ from the line on the other side are `changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    pub text: String,
    pub changed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub kind: LineKind,
    /// Number in the old text, from 1.
    pub old: Option<usize>,
    pub new: Option<usize>,
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The nearest less indented line above the first change, or the heading.
    pub section: Option<String>,
    /// First line, from 1; for an empty side the line before it.
    pub old_start: usize,
    pub old_lines: usize,
    pub new_start: usize,
    pub new_lines: usize,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    pub added: usize,
    pub removed: usize,
    pub hunks: Vec<Hunk>,
    #[serde(skip)]
    ends_with_newline: bool,
}

/// With so many unchanged lines around each change.
#[must_use]
pub fn compare(old: &str, new: &str, context: usize) -> Diff {
    compare_with(old, new, context, None)
}

/// `heading` marks lines that head a section although what follows is not indented; a profile knows them.
#[must_use]
pub fn compare_with(old: &str, new: &str, context: usize, heading: Option<&Regex>) -> Diff {
    let (before, after) = (lines_of(old), lines_of(new));
    let mut diff = Diff { ends_with_newline: new.ends_with('\n'), ..Diff::default() };
    let ops = operations(&before, &after);
    for group in similar::group_diff_ops(ops, context) {
        let hunk = hunk(&group, &before, &after, heading);
        diff.added += hunk.lines.iter().filter(|line| line.kind == LineKind::Added).count();
        diff.removed += hunk.lines.iter().filter(|line| line.kind == LineKind::Removed).count();
        diff.hunks.push(hunk);
    }
    diff
}

impl Diff {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty()
    }

    /// The new text out of the old one; None when the old one is another than it was.
    #[must_use]
    pub fn apply(&self, old: &str) -> Option<String> {
        let before = lines_of(old);
        let mut after: Vec<String> = Vec::with_capacity(before.len());
        let mut next = 0;
        for hunk in &self.hunks {
            let start = if hunk.old_lines == 0 { hunk.old_start } else { hunk.old_start - 1 };
            after.extend(before.get(next..start)?.iter().map(ToString::to_string));
            next = start;
            for line in &hunk.lines {
                let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
                if line.kind != LineKind::Added {
                    if before.get(next) != Some(&text.as_str()) {
                        return None;
                    }
                    next += 1;
                }
                if line.kind != LineKind::Removed {
                    after.push(text);
                }
            }
        }
        after.extend(before.get(next..)?.iter().map(ToString::to_string));
        let mut text = after.join("\n");
        if self.ends_with_newline {
            text.push('\n');
        }
        Some(text)
    }
}

/// Lines without their ends. An empty text has none; a last newline ends a line and starts no other.
fn lines_of(text: &str) -> Vec<&str> {
    if text.is_empty() {
        return Vec::new();
    }
    text.strip_suffix('\n').unwrap_or(text).split('\n').collect()
}

/// Lines become numbers first: comparing numbers is what makes 8,000 lines cheap.
fn operations(before: &[&str], after: &[&str]) -> Vec<DiffOp> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut number = |line| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(line).or_insert(next)
    };
    let old: Vec<u32> = before.iter().map(|line| number(*line)).collect();
    let new: Vec<u32> = after.iter().map(|line| number(*line)).collect();
    similar::capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(Instant::now() + TIME_MAX))
}

fn hunk(group: &[DiffOp], before: &[&str], after: &[&str], heading: Option<&Regex>) -> Hunk {
    let mut lines = Vec::new();
    for op in group {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {
                let same = |(o, n): (usize, usize)| Line {
                    kind: LineKind::Same,
                    old: Some(o + 1),
                    new: Some(n + 1),
                    spans: vec![Span { text: before[o].to_owned(), changed: false }],
                };
                lines.extend(old.zip(new).map(same));
            }
            _ => changed(&mut lines, before, old, after, new),
        }
    }
    let range = |of: fn(&DiffOp) -> Range<usize>| {
        let start = group.first().map_or(0, |op| of(op).start);
        let end = group.last().map_or(0, |op| of(op).end);
        (if end > start { start + 1 } else { start }, end - start)
    };
    let (old_start, old_lines) = range(DiffOp::old_range);
    let (new_start, new_lines) = range(DiffOp::new_range);
    let section = group.iter().find(|op| !matches!(op, DiffOp::Equal { .. })).and_then(|op| {
        let (new, old) = (op.new_range(), op.old_range());
        if new.is_empty() { section(before, old.start, heading) } else { section(after, new.start, heading) }
    });
    Hunk { section, old_start, old_lines, new_start, new_lines, lines }
}

/// Removed lines, then added ones; those that stand in for each other show which words differ.
fn changed(lines: &mut Vec<Line>, before: &[&str], old: Range<usize>, after: &[&str], new: Range<usize>) {
    let pairs = words::pairs(&before[old.clone()], &after[new.clone()]);
    let whole = |text: &str| vec![Span { text: text.to_owned(), changed: true }];
    let mut left: Vec<Vec<Span>> = before[old.clone()].iter().map(|text| whole(text)).collect();
    let mut right: Vec<Vec<Span>> = after[new.clone()].iter().map(|text| whole(text)).collect();
    for (o, n) in pairs {
        let (spans_old, spans_new) = words::spans(before[old.start + o], after[new.start + n]);
        (left[o], right[n]) = (spans_old, spans_new);
    }
    for (i, spans) in left.into_iter().enumerate() {
        lines.push(Line { kind: LineKind::Removed, old: Some(old.start + i + 1), new: None, spans });
    }
    for (i, spans) in right.into_iter().enumerate() {
        lines.push(Line { kind: LineKind::Added, old: None, new: Some(new.start + i + 1), spans });
    }
}

/// The nearest line above that is less indented and no comment, or a heading.
fn section(lines: &[&str], at: usize, heading: Option<&Regex>) -> Option<String> {
    let is_heading = |line: &str| heading.is_some_and(|heading| heading.is_match(line));
    let depth = indent(lines[at]);
    if is_heading(lines[at]) || depth == 0 && heading.is_none() {
        return None;
    }
    let above = lines[..at].iter().rev().take(SECTION_LINES_MAX);
    let found = above.filter(|line| !line.trim().is_empty()).find(|line| is_heading(line) || indent(line) < depth && !is_comment(line));
    found.map(|line| line.trim().to_owned())
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['!', '#'])
}
