//! What can go wrong when somebody comes in or a secret is opened.

use crate::rules::Action;
use model::FieldProblem;
use std::path::PathBuf;
use std::time::Duration;
use store::StoreError;

/// Why a caller may not do something.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// He cannot see it, so for him it is not there.
    #[error("there is no such object")]
    NotFound,
    /// He sees it, but none of his roles there allows this.
    #[error("none of your roles there may {}", action.in_words())]
    Forbidden { action: Action },
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("e-mail or password is wrong")]
    WrongPassword,
    #[error("too many failed attempts; try again in {} s", wait.as_secs())]
    TooManyFailures { wait: Duration },
    #[error("the invitation is used up, expired or mistyped; ask for a new one")]
    BadInvitation,
    #[error("{0}")]
    Bad(FieldProblem),
    #[error("the code of your second factor is needed as well")]
    SecondFactorRequired,
    #[error("the code is wrong, too old or was used before")]
    SecondFactorWrong,
    #[error("the link is used up, expired or mistyped; ask for a new one")]
    BadReset,
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    #[error("{reason}")]
    Conflict { reason: &'static str },
    #[error("the secret of the second factor cannot be used")]
    Vault(#[from] VaultError),
    #[error("too many people log in at this moment; try again in a few seconds")]
    Busy,
    #[error("cannot make a password hash: {0}")]
    Hash(String),
    #[error("the operating system gives no random bytes")]
    Random(#[source] getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessError {
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::TooManyFailures { .. } | Self::Busy | Self::Random(_) => true,
            Self::Store(error) => error.worth_retrying(),
            Self::Vault(error) => error.worth_retrying(),
            Self::WrongPassword
            | Self::BadInvitation
            | Self::Bad(_)
            | Self::Hash(_)
            | Self::SecondFactorRequired
            | Self::SecondFactorWrong
            | Self::BadReset
            | Self::NotFound { .. }
            | Self::Conflict { .. } => false,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("cannot {action} the master key file {}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the master key file {} can be read by others (mode {mode:03o}); run: chmod 600 {}", path.display(), path.display())]
    Readable { path: PathBuf, mode: u32 },
    #[error("{} is not a master key file of this product; restore it from the backup that belongs to this database", path.display())]
    NotAKey { path: PathBuf },
    #[error(
        "sealed with master key {found}, but the key file holds {held}; put the key file back that belongs to this database, or enter the secret again"
    )]
    OtherKey { found: String, held: String },
    #[error("the sealed secret is damaged or belongs to another row; enter it again")]
    Damaged,
    #[error("the sealed secret has format {found}, this program reads {known}; start the program that wrote it, or enter the secret again")]
    Format { found: u8, known: u8 },
    #[error("the operating system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

impl VaultError {
    /// A key or a row that does not fit stays so until a person acts.
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Random(_))
    }
}
