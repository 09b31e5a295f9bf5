//! What a person asked of a ticket and cannot have; what the database refused.

use model::FieldProblem;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum SupportError {
    #[error("no such ticket")]
    NotFound,
    #[error("{reason}")]
    Conflict { reason: String },
    #[error("{0}")]
    Bad(FieldProblem),
    #[error("the ticket could not be written")]
    Store(#[from] StoreError),
}

impl SupportError {
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Store(error) if error.worth_retrying())
    }
}
