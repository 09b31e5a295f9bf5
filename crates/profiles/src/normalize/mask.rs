//! Hiding secrets in the text that people read.

use super::blocks;
use crate::profile::{Config, SecretRule};
use crate::secrets::Finding;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Stands where a secret stood.
pub const MASK: &str = "<secret hidden>";

/// While rules run, one sign of the private use area stands for the mask, so that no rule sees words in it.
const SIGN: char = '\u{e000}';
/// Rules may uncover work for each other; more rounds than this no profile needs.
const ROUNDS_MAX: usize = 5;
/// A captured secret of this length with letters and digits is hidden wherever else it stands.
const SPREAD_LENGTH_MIN: usize = 8;
const SPREAD_MAX: usize = 500;

/// A password in an address (RFC 3986, userinfo) is a secret on every system.
static IN_ADDRESS: LazyLock<SecretRule> = LazyLock::new(|| SecretRule {
    matches: Regex::new(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:([^\s@/]+)@").expect("it is fixed"),
    group: 1,
});

pub(super) fn masked(config: Option<&Config>, text: &str) -> String {
    let text = text.replace(MASK, "\u{e000}");
    let mut text = blocks_hidden(config, &text);
    let mut seen = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let mut changed = false;
        for rule in config.iter().flat_map(|config| &config.secrets).chain([&*IN_ADDRESS]) {
            changed |= apply(rule, &mut text, &mut seen);
        }
        if !changed {
            break;
        }
    }
    for secret in seen.iter().take(SPREAD_MAX) {
        spread(secret, &mut text);
    }
    text.replace(SIGN, MASK)
}

/// Hides what the general rules found.
pub(super) fn hide(text: &str, findings: &[Finding]) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut findings = findings.iter().peekable();
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let mut from = 0;
        while let Some(found) = findings.next_if(|found| found.line == i + 1) {
            // A span that fits no letters of this line hides the rest of it: rather too much than too little.
            match line.get(from..found.span.start) {
                Some(shown) if line.get(found.span.end..).is_some() => {
                    hidden.push_str(shown);
                    hidden.push_str(MASK);
                    from = found.span.end;
                }
                _ if found.span.start < from => {}
                _ => {
                    hidden.push_str(MASK);
                    from = line.trim_end_matches(['\r', '\n']).len();
                }
            }
        }
        hidden.push_str(line.get(from..).unwrap_or("\n"));
    }
    hidden
}

fn blocks_hidden(config: Option<&Config>, text: &str) -> String {
    let rules = config.map_or(&[][..], |config| &config.blocks);
    if rules.iter().all(|block| !block.is_secret) && !text.contains("PRIVATE KEY-----") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut hidden: Vec<String> = Vec::with_capacity(lines.len());
    let mut next = 0;
    for found in blocks::find(rules, &lines).iter().filter(|found| found.is_secret && !found.inner.is_empty()) {
        hidden.extend(lines[next..found.inner.start].iter().map(ToString::to_string));
        let first = lines[found.inner.start];
        let indent = &first[..first.len() - first.trim_start().len()];
        hidden.push(format!("{indent}{SIGN}"));
        next = found.inner.end;
    }
    hidden.extend(lines[next..].iter().map(ToString::to_string));
    hidden.join("\n")
}

fn apply(rule: &SecretRule, text: &mut String, seen: &mut BTreeSet<String>) -> bool {
    let mut out = String::new();
    let mut from = 0;
    for captures in rule.matches.captures_iter(text) {
        let Some(secret) = captures.get(rule.group).filter(|secret| !secret.is_empty() && secret.start() >= from) else { continue };
        if secret.as_str().trim_matches(['"', '\'']).chars().all(|c| c == SIGN) {
            continue;
        }
        let bare = secret.as_str().trim_matches(['"', '\'', ';']);
        if is_distinct(bare) {
            seen.insert(bare.to_owned());
        }
        out.push_str(&text[from..secret.start()]);
        out.push(SIGN);
        from = secret.end();
    }
    if from == 0 {
        return false;
    }
    out.push_str(&text[from..]);
    *text = out;
    true
}

/// Long and mixed enough that the same signs elsewhere are the same secret and no ordinary word.
fn is_distinct(secret: &str) -> bool {
    secret.len() >= SPREAD_LENGTH_MIN
        && secret.chars().any(|c| c.is_ascii_digit())
        && secret.chars().any(char::is_alphabetic)
        && !secret.contains([SIGN, ' ', '\n'])
}

fn spread(secret: &str, text: &mut String) {
    if text.contains(secret) {
        *text = text.replace(secret, "\u{e000}");
    }
}
