//! Why there is no report.

use model::FieldProblem;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("no such client")]
    NotFound,
    #[error("{0}")]
    Bad(FieldProblem),
    #[error("the table could not be written")]
    Table(#[source] csv::Error),
    #[error("the rows behind the report could not be read")]
    Store(#[from] StoreError),
}

impl ReportError {
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Store(error) if error.worth_retrying())
    }
}
