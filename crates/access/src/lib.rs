//! Who may come in and what they may do: passwords, sessions, invitations, the permission table, and the vault for device secrets.
//!
//! Promises
//! - A password is kept as an argon2id hash, a token only as its SHA-256; neither can be read back from the database.
//! - An unknown e-mail takes as long as a wrong password, and both say the same.
//! - A token of the API never does more than its person may at that moment, and makes no other token, password or second factor.
//! - No code of a second factor is taken twice.
//! - What somebody may not see does not exist for him ([`Denied::NotFound`]); what he sees but may not change is [`Denied::Forbidden`].
//! - A sealed secret opens only with the master key and only in the row that it was sealed for.
//!
//! Never: SQL, HTTP, a secret in a log, an error or a `Debug` print.

mod caller;
mod error;
mod flow;
mod limiter;
mod origin;
mod password;
mod rules;
mod sealed_key;
mod sheet;
mod token;
mod totp;
mod vault;

pub use caller::{Caller, Sight, Via};
pub use error::{AccessError, Denied, VaultError};
pub use flow::reset::{HANDED_RESET_LENGTH, RESET_LENGTH, RESETS_WAITING_MAX};
pub use flow::second_factor::{Enrolment, SecondFactorState};
pub use flow::tokens::{EXPIRES_IN_DAYS_MAX, NewToken, TOKENS_PER_PERSON_MAX};
pub use flow::{Access, INVITE_LENGTH, LogIn, Opened, SESSION_LENGTH};
pub use limiter::{BY_CODE, BY_MAIL, BY_NETWORK, Limit, RESETS_BY_MAIL, RESETS_BY_NETWORK};
pub use origin::{AGENT_CHARS_MAX, Origin};
pub use password::{HASHES_AT_ONCE_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, checked_password};
pub use rules::{Action, giver_action, grant_fits, roles_for};
pub use sheet::{GROUPS, Sheet, SheetError};
pub use token::{TOKEN_OPENS_WITH, hash_of_token, new_api_token, new_token, new_webhook_secret};
pub use totp::RECOVERY_CODES;
pub use vault::{Purpose, Vault};
