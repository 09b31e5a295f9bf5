//! Whether an answer is whole: a configuration that was cut off must never pass for one.

use super::clean::{body, is_of, refusal};
use crate::profile::Profile;
use std::fmt;

/// The end marker must be among the last lines that are not blank; a device may print a word of its own behind it.
const END_WITHIN_LINES: usize = 3;

/// Why an answer is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    pub reason: IncompleteReason,
    pub command: String,
    /// What was expected, or the device's own words.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncompleteReason {
    /// The line that closes the configuration is missing.
    NoEnd,
    TooShort,
    /// The device said "no".
    Refused,
    /// The pager still waits for a key.
    Paged,
    /// The device says itself that a part is missing.
    Broken,
}

impl IncompleteReason {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoEnd => "config_cut_off",
            Self::TooShort => "config_too_short",
            Self::Refused => "command_refused",
            Self::Paged => "pager_not_answered",
            Self::Broken => "config_incomplete",
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, detail, .. } = self;
        match self.reason {
            IncompleteReason::NoEnd => write!(f, "the answer to `{command}` was cut off: its last lines do not match {detail}"),
            IncompleteReason::TooShort => write!(f, "the answer to `{command}` is too short: {detail}"),
            IncompleteReason::Refused => write!(f, "the device refused `{command}`: {detail}"),
            IncompleteReason::Broken => write!(f, "the device says that its answer to `{command}` is not whole: {detail}"),
            IncompleteReason::Paged => write!(f, "the answer to `{command}` stops at the pager: {detail}"),
        }
    }
}

impl std::error::Error for Incomplete {}

pub(super) fn check(profile: &Profile, command: &str, answer: &str) -> Result<(), Incomplete> {
    let fetch = profile.config.iter().flat_map(|config| &config.fetch).find(|fetch| is_of(fetch, command));
    let Some(fetch) = fetch else { return Ok(()) };
    let fail = |reason, detail: String| Err(Incomplete { reason, command: command.trim().to_owned(), detail });
    let body = body(profile.session.as_ref(), command, answer);
    if let Some(words) = profile.session.as_ref().and_then(|session| refusal(session, &body)) {
        return if fetch.is_optional { Ok(()) } else { fail(IncompleteReason::Refused, words.trim().to_owned()) };
    }
    if fetch.is_optional {
        return Ok(());
    }
    if let Some(line) = body.lines().find(|line| fetch.broken.iter().any(|sign| sign.is_match(line))) {
        return fail(IncompleteReason::Broken, line.trim().to_owned());
    }
    let mut last = body.lines().rev().filter(|line| !line.trim().is_empty()).take(END_WITHIN_LINES).peekable();
    if let Some(pager) = profile.session.as_ref().and_then(|session| session.pager.as_ref())
        && let Some(line) =
            last.peek().filter(|line| pager.matches.is_match(line) && fetch.end.as_ref().is_none_or(|end| !end.is_match(line)))
    {
        return fail(IncompleteReason::Paged, line.trim().to_owned());
    }
    if let Some(end) = &fetch.end
        && !last.any(|line| end.is_match(line))
    {
        return fail(IncompleteReason::NoEnd, format!("`{end}`"));
    }
    let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
    if lines < fetch.min_lines {
        return fail(IncompleteReason::TooShort, format!("{lines} lines, at least {} are needed", fetch.min_lines));
    }
    Ok(())
}
