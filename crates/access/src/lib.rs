//! Who may come in and what they may do: passwords, sessions, invitations, the permission table, and the vault for device secrets.
//!
//! Promises
//! - A password is kept as an argon2id hash, a token only as its SHA-256; neither can be read back from the database.
//! - An unknown e-mail takes as long as a wrong password, and both say the same.
//! - What somebody may not see does not exist for him ([`Denied::NotFound`]); what he sees but may not change is [`Denied::Forbidden`].
//! - A sealed secret opens only with the master key and only in the row that it was sealed for.
//!
//! Never: SQL, HTTP, a secret in a log, an error or a `Debug` print.

mod caller;
mod error;
mod flow;
mod limiter;
mod password;
mod rules;
mod sealed_key;
mod token;
mod vault;

pub use caller::{Caller, Sight};
pub use error::{AccessError, Denied, VaultError};
pub use flow::{Access, INVITE_LENGTH, Opened, SESSION_LENGTH};
pub use limiter::{FAILURE_WINDOW, FAILURES_MAX, SOURCES_MAX};
pub use password::{HASHES_AT_ONCE_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, checked_password};
pub use rules::{Action, giver_action, grant_fits, roles_for};
pub use token::{hash_of_token, new_token, new_webhook_secret};
pub use vault::{Purpose, Vault};
