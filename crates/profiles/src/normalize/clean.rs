//! One answer into lines of the text.

use super::blocks::{Lines, literal_lines};
use super::screen::screen;
use crate::profile::{Config, Cut, Fetch, Rewrite, Session};

/// Whether the command is this one of the profile's.
pub(super) fn is_of(fetch: &Fetch, command: &str) -> bool {
    let command = command.trim();
    fetch.command.trim() == command || fetch.also.as_ref().is_some_and(|also| crate::profile::whole(also, command))
}

/// What the device said to the command, without echo and prompt.
pub(super) fn body(session: Option<&Session>, command: &str, answer: &str) -> String {
    let seen = screen(answer, session.and_then(|session| session.pager.as_ref()));
    let mut lines: Vec<&str> = seen.split('\n').collect();
    let command = command.trim();
    let echoed = |line: &str| {
        line.trim() == command
            || line.trim_end().strip_suffix(command).is_some_and(|prompt| session.is_some_and(|session| session.is_prompt(prompt)))
    };
    if !command.is_empty() && lines.first().is_some_and(|line| echoed(line)) {
        lines.remove(0);
    }
    let last = lines.iter().rposition(|line| !line.trim().is_empty());
    if let Some(last) = last.filter(|last| session.is_some_and(|session| session.is_prompt(lines[*last]))) {
        lines.truncate(last);
        if !lines.is_empty() {
            lines.push("");
        }
    }
    lines.join("\n")
}

pub(super) fn clean(fetch: &Fetch, config: &Config, session: Option<&Session>, command: &str, answer: &str) -> String {
    let body = body(session, command, answer);
    if fetch.is_optional && session.is_some_and(|session| refusal(session, &body).is_some()) {
        return String::new();
    }
    let kept = filtered(fetch, config, &body);
    let kept = if fetch.summary.is_empty() { kept } else { summary(&fetch.summary, &kept) };
    let kept = rewritten(&kept, &fetch.rewrite);
    let mut text = String::with_capacity(kept.len());
    for line in kept.lines() {
        text.push_str(&fetch.prefix);
        text.push_str(if fetch.trim { line.trim_end() } else { line });
        text.push('\n');
    }
    if let Some(after) = fetch.after.as_ref().filter(|_| !text.is_empty()) {
        text.push_str(after);
        text.push('\n');
    }
    text
}

/// The first line with which the device says "no", if the answer starts with one.
pub(super) fn refusal<'b>(session: &Session, body: &'b str) -> Option<&'b str> {
    const LOOKED_AT: usize = 4;
    body.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).find(|line| session.errors.iter().any(|error| error.is_match(line)))
}

fn filtered(fetch: &Fetch, config: &Config, body: &str) -> String {
    let literal = literal_lines(&config.blocks, body);
    let lines: Vec<&str> = body.lines().collect();
    let first = fetch.start.as_ref().map_or(0, |start| lines.iter().position(|line| start.is_match(line)).unwrap_or(0));
    let last = fetch.end.as_ref().and_then(|end| lines.iter().rposition(|line| end.is_match(line))).map_or(lines.len(), |last| last + 1);
    let mut cut = Cutting { rules: &fetch.cut, open: None };
    let mut kept = String::with_capacity(body.len());
    for (i, line) in lines.iter().enumerate().take(last).skip(first) {
        if stays(fetch, &literal, &mut cut, i, line) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if !fetch.prefix.is_empty() {
        return kept;
    }
    // Blank lines at the end are the screen's.
    let end = kept.trim_end_matches(['\n', ' ']).len();
    let end = kept[end..].find('\n').map_or(kept.len(), |newline| end + newline + 1);
    kept.truncate(end);
    if kept.trim().is_empty() { String::new() } else { kept }
}

fn stays(fetch: &Fetch, literal: &Lines, cut: &mut Cutting<'_>, number: usize, line: &str) -> bool {
    if literal.contains(number) {
        return true;
    }
    let is_cut = cut.takes(line);
    !is_cut
        && (fetch.keep.is_empty() || fetch.keep.iter().any(|pattern| pattern.is_match(line)))
        && !fetch.drop.iter().any(|pattern| pattern.is_match(line))
}

struct Cutting<'f> {
    rules: &'f [Cut],
    open: Option<&'f Cut>,
}

impl Cutting<'_> {
    fn takes(&mut self, line: &str) -> bool {
        if let Some(rule) = self.open {
            let ends = rule.to.as_ref().is_some_and(|to| to.is_match(line));
            if ends {
                self.open = None;
            }
            if !(ends && rule.until) {
                return true;
            }
        }
        self.open = self.rules.iter().find(|rule| rule.from.is_match(line));
        self.open.is_some()
    }
}

/// One line per rule that finds something, in the order of the rules.
fn summary(rules: &[Rewrite], text: &str) -> String {
    let mut lines = String::new();
    for rule in rules {
        for captures in rule.matches.captures_iter(text).take(1) {
            captures.expand(&rule.by, &mut lines);
            lines.push('\n');
        }
    }
    lines
}

pub(super) fn rewritten(text: &str, rules: &[Rewrite]) -> String {
    let mut text = text.to_owned();
    for rule in rules {
        if rule.matches.is_match(&text) {
            text = rule.matches.replace_all(&text, rule.by.as_str()).into_owned();
        }
    }
    text
}
