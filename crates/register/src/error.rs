//! Why a change of the register did not happen.

use access::{AccessError, Action, Denied, VaultError};
use model::FieldProblem;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    #[error("none of your roles there may {}", action.in_words())]
    Forbidden { action: Action },
    #[error("{}", sentence(.0))]
    Bad(Vec<FieldProblem>),
    #[error("{what} was changed by somebody else in the meantime: you hold version {held}, the present one is {present}; read it again")]
    Stale { what: &'static str, held: i64, present: i64 },
    #[error("{bad} row(s) are bad and {conflict} in conflict; look at them, then apply with `accept_bad`: they are left out")]
    BadRows { bad: i64, conflict: i64 },
    #[error("{reason}")]
    Conflict { reason: String },
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("cannot seal the secret")]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegisterError {
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Store(error) => error.worth_retrying(),
            Self::Access(error) => error.worth_retrying(),
            Self::Vault(error) => error.worth_retrying(),
            Self::Stale { .. } => true,
            Self::NotFound { .. } | Self::Forbidden { .. } | Self::Bad(_) | Self::BadRows { .. } | Self::Conflict { .. } => false,
        }
    }
}

/// What the caller may not see is called by what he asked for.
pub(crate) fn denied(what: &'static str) -> impl FnOnce(Denied) -> RegisterError {
    move |denied| match denied {
        Denied::NotFound => RegisterError::NotFound { what },
        Denied::Forbidden { action } => RegisterError::Forbidden { action },
        Denied::Store(error) => RegisterError::Store(error),
    }
}

pub(crate) fn check_version(what: &'static str, held: i64, present: i64) -> Result<(), RegisterError> {
    if held == present { Ok(()) } else { Err(RegisterError::Stale { what, held, present }) }
}

fn sentence(problems: &[FieldProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
