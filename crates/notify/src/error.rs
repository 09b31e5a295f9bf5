//! What a person asked of a notice and cannot have; what the database refused.

use model::FieldProblem;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    #[error("no such notice")]
    NotFound,
    #[error("{reason}")]
    Conflict { reason: String },
    #[error("{0}")]
    Bad(FieldProblem),
    #[error("the notice could not be written")]
    Store(#[from] StoreError),
}

impl NotifyError {
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Store(error) if error.worth_retrying())
    }
}
