//! Why a command ended badly: what, the next step, and the exit code.

use super::speech::Speech;
use serde_json::Value;
use std::process::ExitCode;

/// How a command ends, for scripts. Zero is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The server or the way to it failed.
    Error = 1,
    /// The command or a value in it is wrong.
    Usage = 2,
    NotFound = 3,
    /// Not logged in, or not allowed.
    Denied = 4,
    /// Somebody was faster, or it is not possible in the state things are in.
    Conflict = 5,
    /// Some of several were done.
    Partly = 8,
    /// Ctrl-C.
    Interrupted = 130,
}

#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    /// What happened and why.
    pub what: String,
    /// What the server or the system said of it, in its own words.
    pub detail: Vec<String>,
    /// What to do next, often a command.
    pub next: Option<String>,
    /// The server's word for it.
    pub code: String,
}

impl Failure {
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), detail: Vec::new(), next: None, code: String::new() }
    }

    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    pub fn error(what: impl Into<String>) -> Self {
        Self::new(Exit::Error, what)
    }

    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "")
    }

    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.detail.push(line.into());
        self
    }

    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next = Some(step.into());
        self
    }

    /// A refusal of the server (RFC 9457), or what stands in its place.
    pub fn refused(speech: Speech, status: u16, body: &str) -> Self {
        let exit = match status {
            400 | 413 | 415 | 422 | 428 => Exit::Usage,
            401 | 403 => Exit::Denied,
            404 | 410 => Exit::NotFound,
            409 | 412 => Exit::Conflict,
            _ => Exit::Error,
        };
        let problem: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |key: &str| problem[key].as_str().unwrap_or_default();
        let code = text("code").to_owned();
        let detail = text("detail").to_owned();
        let known = speech.find(&format!("problem.{code}"));
        // English readers get the server's own sentence at once: it says more. Others get theirs first.
        let said = if speech.language == model::tenant::Language::En { None } else { known.clone() };
        let status_text = status.to_string();
        let what = said.clone().or_else(|| (!detail.is_empty()).then(|| detail.clone())).or(known);
        let what = what.unwrap_or_else(|| speech.tell("error.status", &[("status", status_text.as_str().into())]));
        let mut failure = Self { code, ..Self::new(exit, what) };
        if said.is_some() && !detail.is_empty() {
            failure = failure.detail(detail);
        }
        for error in problem["errors"].as_array().into_iter().flatten() {
            let (field, why) = (error["field"].as_str().unwrap_or_default(), error["detail"].as_str().unwrap_or_default());
            failure = failure.detail(format!("{field}: {why}"));
        }
        if status >= 500 && !text("request_id").is_empty() {
            failure = failure.detail(speech.tell("error.request_id", &[("id", text("request_id").into())]));
        }
        match status {
            401 if failure.code == "unauthenticated" => failure.next(speech.say("next.login")),
            412 => failure.next(speech.say("next.again")),
            _ => failure,
        }
    }

    /// Says it on standard error.
    pub fn report(&self) -> ExitCode {
        if !self.what.is_empty() {
            let mut lines = vec![format!("polyot: {}", clean(&self.what))];
            lines.extend(self.detail.iter().map(|line| format!("  {}", clean(line))));
            lines.extend(self.next.iter().map(|line| format!("  → {}", clean(line))));
            super::out::to_stderr(&lines.join("\n"));
        }
        ExitCode::from(self.exit as u8)
    }
}

/// Without control characters: names come from devices and other people, and a terminal obeys escape sequences.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) { ' ' } else { c })
        .collect()
}
