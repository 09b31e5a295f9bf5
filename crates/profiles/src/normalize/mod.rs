//! Answers of a device into the text that is kept, the text that people read and the text that tells whether anything changed.

mod blocks;
mod clean;
mod complete;
mod mask;
mod screen;

pub use complete::{Incomplete, IncompleteReason};
pub use mask::MASK;
pub(crate) use screen::screen;

use crate::profile::{Config, Profile};
use crate::secrets::{Finding, unmasked_secrets};

/// The outcome for one device.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Normalized {
    /// Complete, with its secrets: to be sealed.
    pub text: String,
    /// For people: every secret is `<secret hidden>`.
    pub masked: String,
    /// Without what changes by itself, with the secrets: a changed password is a change. To be compared or hashed, never shown.
    pub significant: String,
    /// What only the general rules took for a secret and hid: the profile should know it.
    pub findings: Vec<Finding>,
}

impl std::fmt::Debug for Normalized {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Normalized").field("text_bytes", &self.text.len()).field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl Profile {
    /// (command, answer) in the order they were asked. Answers to commands that the profile does not fetch are left out; the order
    /// of the text is the profile's.
    #[must_use]
    pub fn normalize(&self, answers: &[(String, String)]) -> Normalized {
        let Some(config) = &self.config else { return Normalized::default() };
        let mut text = String::new();
        let joined = join_pages(answers);
        for fetch in &config.fetch {
            let asked = joined.iter().find(|(command, _)| clean::is_of(fetch, command));
            let Some((command, answer)) = asked else { continue };
            text.push_str(&clean::clean(fetch, config, self.session.as_ref(), command, answer));
        }
        let text = clean::rewritten(&text, &config.rewrite);
        let (masked, findings) = self.hidden(&text);
        Normalized { significant: significant(config, &text), masked, findings, text }
    }

    /// One answer alone, cleaned. Without the prefix that makes it a comment it stays itself when cleaned again.
    #[must_use]
    pub fn clean(&self, command: &str, answer: &str) -> String {
        let Some(config) = &self.config else { return String::new() };
        let fetch = config.fetch.iter().find(|fetch| clean::is_of(fetch, command));
        fetch.map(|fetch| clean::clean(fetch, config, self.session.as_ref(), command, answer)).unwrap_or_default()
    }

    /// The text with its secrets hidden.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.hidden(text).0
    }

    fn hidden(&self, text: &str) -> (String, Vec<Finding>) {
        let known = mask::masked(self.config.as_ref(), text);
        let lines: Vec<&str> = known.lines().collect();
        let findings: Vec<Finding> = unmasked_secrets(&known).into_iter().filter(|found| !self.is_no_secret(&lines, found)).collect();
        let masked = if findings.is_empty() { known } else { mask::hide(&known, &findings) };
        (masked, findings)
    }

    fn is_no_secret(&self, lines: &[&str], found: &Finding) -> bool {
        let line = found.line.checked_sub(1).and_then(|at| lines.get(at)).copied().unwrap_or("");
        self.config.iter().flat_map(|config| &config.not_secret).any(|pattern| pattern.is_match(line))
    }

    /// Whether an answer is whole. What is not must not be stored.
    pub fn is_complete(&self, command: &str, answer: &str) -> Result<(), Incomplete> {
        complete::check(self, command, answer)
    }

    /// Commands to send, in their order.
    pub fn fetch_commands(&self) -> impl Iterator<Item = &str> {
        self.config.iter().flat_map(|config| config.fetch.iter().map(|fetch| fetch.command.as_str()))
    }

    /// What the text says without what changes by itself.
    #[must_use]
    pub fn significant(&self, text: &str) -> String {
        self.config.as_ref().map(|config| significant(config, text)).unwrap_or_default()
    }

    /// Whether this line, as it stands on the screen, is a prompt of the device.
    #[must_use]
    pub fn is_prompt(&self, line: &str) -> bool {
        self.session.as_ref().is_some_and(|session| session.is_prompt(line))
    }

    /// What a person would see of these bytes: the pager's lines gone, carriage returns and escape sequences carried out.
    #[must_use]
    pub fn screen<'t>(&self, raw: &'t str) -> std::borrow::Cow<'t, str> {
        screen::screen(raw, self.session.as_ref().and_then(|session| session.pager.as_ref()))
    }

    #[must_use]
    pub fn session(&self) -> Option<&crate::profile::Session> {
        self.session.as_ref()
    }
}

/// An answer to a mere blank is the next page of the answer before it.
fn join_pages(answers: &[(String, String)]) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (command, answer) in answers {
        match joined.last_mut() {
            Some((_, whole)) if command.trim_matches([' ', '\t']).is_empty() => whole.push_str(answer),
            _ => joined.push((command.trim_end_matches(['\r', '\n']).to_owned(), answer.clone())),
        }
    }
    joined
}

fn significant(config: &Config, text: &str) -> String {
    let gone = blocks::volatile_lines(&config.blocks, text);
    let literal = blocks::literal_lines(&config.blocks, text);
    let mut kept = String::with_capacity(text.len());
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_end_matches('\n');
        if gone.contains(i) {
            continue;
        }
        if literal.contains(i) || !config.volatile.iter().any(|pattern| pattern.is_match(bare)) {
            kept.push_str(line);
        }
    }
    kept
}
