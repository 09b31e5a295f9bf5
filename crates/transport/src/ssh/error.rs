//! What may go wrong between us and a shell. No variant holds a secret.

use super::Level;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{target}: cannot connect: {source}")]
    Unreachable {
        target: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("{target}: nothing came within {} s while {during}", waited.as_secs_f32())]
    Silent { target: SocketAddr, during: &'static str, waited: Duration },
    /// What answers there speaks something else.
    #[error("{target}: no SSH there: {detail}")]
    NotSsh { target: SocketAddr, detail: String },
    /// `theirs` is what the device offers.
    #[error("{target}: no common {kind} at the level {level}; the device offers {}", theirs.join(", "))]
    NoCommonAlgorithm { target: SocketAddr, level: Level, kind: &'static str, theirs: Vec<String> },
    #[error("{target}: the key exchange failed: {detail}")]
    KeyExchange { target: SocketAddr, detail: String },
    /// Found before any authentication: the device has not heard a user's name.
    #[error("{target}: the host key changed: pinned {pinned}, offered {offered}")]
    HostKeyChanged { target: SocketAddr, pinned: String, offered: String },
    /// A refusal. `tried` keys were refused; `left` were not tried, because the device allows no more tries now.
    #[error("{target}: the login was refused ({tried} tried, {left} not tried)")]
    LoginRefused { target: SocketAddr, tried: u32, left: usize },
    /// No try was spent: none of our keys fits to what the device accepts.
    #[error("{target}: the device accepts {offered}, for which there is no credential")]
    NoMethod { target: SocketAddr, offered: String },
    /// The keyboard-interactive login asks something that is no password.
    #[error("{target}: the login asks `{question}`, which cannot be answered")]
    LoginQuestion { target: SocketAddr, question: String },
    /// The credential itself cannot be used, whatever the device.
    #[error("the credential cannot be used: {detail}")]
    Credential { detail: String },
    #[error("{target}: the connection ended while {during}{}", if detail.is_empty() { String::new() } else { format!(": {detail}") })]
    Lost { target: SocketAddr, during: &'static str, detail: String },
    #[error("{target}: the device refused {what}")]
    ChannelRefused { target: SocketAddr, what: &'static str },
    #[error("{target}: the answer is larger than {limit_bytes} bytes")]
    TooMuch { target: SocketAddr, limit_bytes: usize },
}

impl Error {
    /// For a machine, never changed once used.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "ssh_unreachable",
            Self::Silent { .. } => "ssh_silent",
            Self::NotSsh { .. } => "ssh_not_there",
            Self::NoCommonAlgorithm { .. } => "ssh_no_common_algorithm",
            Self::KeyExchange { .. } => "ssh_key_exchange",
            Self::HostKeyChanged { .. } => "ssh_host_key_changed",
            Self::LoginRefused { .. } => "ssh_login_refused",
            Self::NoMethod { .. } => "ssh_no_method",
            Self::LoginQuestion { .. } => "ssh_login_question",
            Self::Credential { .. } => "ssh_credential",
            Self::Lost { .. } => "ssh_lost",
            Self::ChannelRefused { .. } => "ssh_channel_refused",
            Self::TooMuch { .. } => "ssh_too_much",
        }
    }
    /// Silence and a broken line may pass; an answer that says no stays until a person changes something.
    pub const fn worth_retrying(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Silent { .. } | Self::Lost { .. } | Self::ChannelRefused { .. })
    }
}
