//! Why a conversation ended. No variant's text holds what the device printed; the tail of the transcript stands apart, with the secrets masked.

use std::io;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no prompt within {} s", waited.as_secs_f32())]
    NoPrompt { waited: Duration, tail: String },
    /// Something repeats itself, but it is no prompt of this kind of device.
    #[error("`{seen}` is no prompt of this kind of device")]
    StrangePrompt { seen: String, tail: String },
    #[error("`{command}`: nothing came for {} s and there is no prompt", waited.as_secs_f32())]
    Idle { command: String, waited: Duration, tail: String },
    #[error("the session took longer than {} s; it was at `{command}`", limit.as_secs_f32())]
    TooLong { command: String, limit: Duration, tail: String },
    #[error("the device ended the connection at `{command}`{}", source.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default())]
    Closed {
        command: String,
        #[source]
        source: Option<io::Error>,
        tail: String,
    },
    #[error("`{command}`: the device asks `{question}`, which is not foreseen")]
    Question { command: String, question: String, tail: String },
    #[error("`{command}`: the prompt changed from `{before}` to `{now}`")]
    PromptChanged { command: String, before: String, now: String, tail: String },
    #[error("`{command}`: the answer is larger than {limit_bytes} bytes")]
    TooMuch { command: String, limit_bytes: usize, tail: String },
    #[error("`{command}`: the device wants its {what} answered again and again")]
    Endless { command: String, what: &'static str, tail: String },
    /// The device answered that it will not. The session can go on.
    #[error("`{command}` was refused: {answer}")]
    Refused { command: String, answer: String, tail: String },
    /// One try was spent.
    #[error("the privileged mode was refused")]
    EnableRefused { tail: String },
    #[error("the device wants a password for the privileged mode and there is none")]
    EnablePasswordMissing { tail: String },
    /// Nothing was sent.
    #[error("a command must be one line of at most {} characters without control characters", super::COMMAND_CHARS_MAX)]
    BadCommand,
    /// An earlier command left the session at an unknown place. Nothing was sent.
    #[error("the session is at an unknown place since an earlier command failed")]
    Lost,
}

impl Error {
    /// For a machine, never changed once used.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPrompt { .. } => "cli_no_prompt",
            Self::StrangePrompt { .. } => "cli_strange_prompt",
            Self::Idle { .. } => "cli_idle",
            Self::TooLong { .. } => "cli_too_long",
            Self::Closed { .. } => "cli_closed",
            Self::Question { .. } => "cli_question",
            Self::PromptChanged { .. } => "cli_prompt_changed",
            Self::TooMuch { .. } => "cli_too_much",
            Self::Endless { .. } => "cli_endless",
            Self::Refused { .. } => "cli_refused",
            Self::EnableRefused { .. } => "cli_enable_refused",
            Self::EnablePasswordMissing { .. } => "cli_enable_password_missing",
            Self::BadCommand => "cli_bad_command",
            Self::Lost => "cli_lost",
        }
    }
    /// The last lines of the session. They are the device's own words: what is secret in its configuration is not masked here, only what the
    /// caller named.
    pub fn tail(&self) -> &str {
        match self {
            Self::NoPrompt { tail, .. }
            | Self::StrangePrompt { tail, .. }
            | Self::Idle { tail, .. }
            | Self::TooLong { tail, .. }
            | Self::Closed { tail, .. }
            | Self::Question { tail, .. }
            | Self::PromptChanged { tail, .. }
            | Self::TooMuch { tail, .. }
            | Self::Endless { tail, .. }
            | Self::Refused { tail, .. }
            | Self::EnableRefused { tail }
            | Self::EnablePasswordMissing { tail } => tail,
            Self::BadCommand | Self::Lost => "",
        }
    }
    /// A slow or broken line may pass; an answer stays.
    pub const fn worth_retrying(&self) -> bool {
        matches!(self, Self::NoPrompt { .. } | Self::Idle { .. } | Self::TooLong { .. } | Self::Closed { .. })
    }
}
