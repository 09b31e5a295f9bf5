//! How a notice leaves the house: one file per channel. A channel sends once and says what came of it; when to try again, how often and
//! what to tell line 1 is decided by the caller, from a row.
//!
//! Promises: *delivered* means that the other side said so, and its words are the proof. A failure names what was tried, on which
//! server, what was answered and whether trying again may help. Every wait and every answer has a limit.
//! Never: a password, a token or the path of a webhook in an error or a log; a second try behind the caller's back once the other side
//! may have taken the message.

pub mod email;
pub mod webhook;

mod smtp;
mod smtp_url;

use std::error::Error;
use std::fmt;

/// Text of the other side's answer that is kept, characters.
pub const ANSWER_CHARS_MAX: usize = 300;

/// The other side took the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its own words: `250 OK id=1vN…`, `HTTP 204`.
    pub proof: String,
}

/// What the sender should do with the message that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It may work by itself later: busy, greylisted, not reachable.
    Wait,
    /// It will work when somebody of ours has put something right (login, certificate, sender): try again, and say so aloud.
    Operator,
    /// This message will never be taken there.
    None,
}

/// A message was not taken: what was tried, where, and what was answered.
#[derive(Debug)]
pub struct SendError {
    /// The step that failed, e.g. `connect`, `login`, `recipient`.
    pub step: &'static str,
    /// `host:port` or `https://host:port`: without login, path and query.
    pub server: String,
    /// SMTP reply code or HTTP status, when there was an answer.
    pub code: Option<u16>,
    /// The answer's text or what happened instead, one line.
    pub answer: String,
    pub remedy: Remedy,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SendError {
    pub(crate) fn new(step: &'static str, server: &str, answer: impl AsRef<str>, remedy: Remedy) -> Self {
        Self { step, server: server.to_owned(), code: None, answer: one_line(answer.as_ref()), remedy, source: None }
    }
    pub(crate) fn code(mut self, code: u16) -> Self {
        self.code = Some(code);
        self
    }
    pub(crate) fn source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// False: the same message gets the same refusal again.
    pub fn worth_retrying(&self) -> bool {
        self.remedy != Remedy::None
    }
    /// True: no message goes through until somebody of ours acts; whoever handles the error must say it aloud.
    pub fn needs_operator(&self) -> bool {
        self.remedy == Remedy::Operator
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: ", self.step, self.server)?;
        if let Some(code) = self.code {
            write!(f, "{code} ")?;
        }
        f.write_str(&self.answer)
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Foreign text as one line without control characters, at most [`ANSWER_CHARS_MAX`].
pub(crate) fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ANSWER_CHARS_MAX * 4).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(ANSWER_CHARS_MAX).collect()
}
