//! What a session must know about a device: plain data, filled from its profile.

use model::Secret;
use regex::Regex;
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// The prompts of the device's modes. With none, whatever repeats itself and ends like a prompt is one.
    pub modes: Vec<Mode>,
    /// How to get to the privileged mode, where a login does not lead there.
    pub enable: Option<Enable>,
    /// Sent after the login, e.g. to switch the pager off. A device may refuse one of them.
    pub setup: Vec<String>,
    pub pager: Option<Pager>,
    /// Questions with known answers. Any other one ends the session.
    pub prompts_allowed: Vec<Allowed>,
    /// Lines by which the device refuses a command.
    pub errors: Vec<Regex>,
    /// Said at the end, e.g. `quit`.
    pub leave: Option<String>,
    pub timing: Timing,
}

/// A pattern for the last line. Spaces at its end do not matter: they may be asked for or not.
pub(super) fn matches(pattern: &Regex, line: &str) -> bool {
    pattern.is_match(line) || pattern.is_match(&format!("{line} "))
}

#[derive(Debug, Clone)]
pub struct Mode {
    pub name: String,
    /// Matched against the last line. A group `host` says which part is the device's name.
    pub prompt: Regex,
}

impl Mode {
    /// The device's name in a prompt of this mode; nothing inside when the pattern does not say where it stands.
    pub(super) fn name_in(&self, line: &str) -> Option<Option<String>> {
        let captured = |line: &str| Some(self.prompt.captures(line)?.name("host").map(|host| host.as_str().trim().to_owned()));
        captured(line).or_else(|| captured(&format!("{line} ")))
    }
}

#[derive(Debug, Clone)]
pub struct Enable {
    pub send: String,
    pub password_prompt: Regex,
}

#[derive(Debug, Clone)]
pub struct Pager {
    /// Matched against the last line.
    pub matches: Regex,
    pub send: String,
    /// Taken from the line that comes in the pager's place, when moving the cursor and overwriting were not enough.
    pub erase: Option<Regex>,
}

#[derive(Debug, Clone)]
pub struct Allowed {
    /// Matched against the last line.
    pub matches: Regex,
    pub answer: String,
    /// The commands after which it may be answered; every one, and the login, where there is none.
    pub only_for: Option<Regex>,
}

#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Until the connection stands; for whoever connects.
    pub connect: Duration,
    /// Until the prompt is known, and the longest silence in each step of the opening.
    pub prompt: Duration,
    /// The longest silence while a command runs.
    pub idle: Duration,
    /// The whole session.
    pub total: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            prompt: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(900),
        }
    }
}

/// What must be known to get in, and what may never be shown.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Answers the password prompt of [`Enable`].
    pub enable: Option<Secret>,
    /// Masked in every transcript, like `enable`.
    pub masked: Vec<Secret>,
}
