//! What a person asked of an alarm and cannot have; what the database refused.

use model::FieldProblem;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    #[error("no such alarm")]
    NotFound,
    #[error("{reason}")]
    Conflict { reason: String },
    #[error("{0}")]
    Bad(FieldProblem),
    #[error("there is no such source, or this is not its secret")]
    WrongSecret,
    #[error("the alarm could not be written")]
    Store(#[from] StoreError),
}

impl MonitorError {
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Store(error) if error.worth_retrying())
    }
}
