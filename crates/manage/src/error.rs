//! What keeps a configuration from being kept or read.

use access::{Denied, VaultError};
use model::{FieldProblem, TaskId};
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    #[error("there is no such object")]
    NotFound,
    #[error(transparent)]
    Denied(Denied),
    #[error("{reason}")]
    Conflict { reason: String },
    #[error(transparent)]
    Bad(FieldProblem),
    #[error("{task}: the answer cannot be read: {reason}")]
    Answer { task: TaskId, reason: String },
    #[error("a stored configuration cannot be unpacked: {0}")]
    Packed(#[source] std::io::Error),
    #[error("a stored configuration unpacks to more than {} bytes", model::config::CONFIG_SIZE_BYTES_MAX)]
    TooLarge,
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for ManageError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::NotFound,
            Denied::Store(error) => Self::Store(error),
            other => Self::Denied(other),
        }
    }
}

impl ManageError {
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Store(error) if error.worth_retrying())
    }
}
