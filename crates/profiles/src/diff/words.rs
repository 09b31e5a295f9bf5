//! Which words of a changed line differ.

use super::Span;
use similar::{Algorithm, DiffOp};

/// Longer lines are shown as changed as a whole.
const LINE_LENGTH_MAX: usize = 4_096;
/// In a larger block of changes nobody looks for words.
const PAIRS_MAX: usize = 64;
/// Lines that share less than this part of their words are different lines, not one changed line.
const LIKENESS_MIN: f64 = 0.34;

/// Which removed line was replaced by which added one: in order, each the next that is like it.
pub(super) fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.len() > PAIRS_MAX || new.len() > PAIRS_MAX {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    for (o, line) in old.iter().enumerate() {
        if let Some(n) = (from..new.len()).find(|n| likeness(line, new[*n]) >= LIKENESS_MIN) {
            found.push((o, n));
            from = n + 1;
        }
    }
    found
}

/// Both lines cut into same and changed parts.
pub(super) fn spans(old: &str, new: &str) -> (Vec<Span>, Vec<Span>) {
    let (left, right) = (tokens(old), tokens(new));
    let (mut spans_old, mut spans_new) = (Vec::new(), Vec::new());
    for op in similar::capture_diff_slices(Algorithm::Myers, &left, &right) {
        let is_changed = !matches!(op, DiffOp::Equal { .. });
        push(&mut spans_old, &left[op.old_range()], is_changed);
        push(&mut spans_new, &right[op.new_range()], is_changed);
    }
    (spans_old, spans_new)
}

fn push(spans: &mut Vec<Span>, tokens: &[&str], changed: bool) {
    let text = tokens.concat();
    if text.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(&text),
        _ => spans.push(Span { text, changed }),
    }
}

fn likeness(a: &str, b: &str) -> f64 {
    if a.len() > LINE_LENGTH_MAX || b.len() > LINE_LENGTH_MAX {
        return 0.0;
    }
    let words = |line| tokens(line).into_iter().filter(|token| !token.trim().is_empty()).collect::<Vec<_>>();
    let (left, right) = (words(a), words(b));
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let same: usize = similar::capture_diff_slices(Algorithm::Myers, &left, &right)
        .iter()
        .filter(|op| matches!(op, DiffOp::Equal { .. }))
        .map(|op| op.old_range().len())
        .sum();
    2.0 * same as f64 / (left.len() + right.len()) as f64
}

/// Words, runs of blanks, and each other sign by itself.
fn tokens(line: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Class {
        Word,
        Blank,
        Sign,
    }
    let class = |c: char| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '-') => Class::Word,
        c if c.is_whitespace() => Class::Blank,
        _ => Class::Sign,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (i, c) in line.char_indices() {
        let now = class(c);
        if before.is_some_and(|before| before != now || now == Class::Sign) {
            found.push(&line[start..i]);
            start = i;
        }
        before = Some(now);
    }
    if start < line.len() {
        found.push(&line[start..]);
    }
    found
}
