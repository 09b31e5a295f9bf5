//! What keeps the centre from serving a collector.

use link::LinkError;
use model::TaskId;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    #[error("the register could not be read or written")]
    Store(#[from] StoreError),
    #[error("the collector could not be told")]
    Link(#[from] LinkError),
    #[error("the answer to {task} could not be sealed: {reason}")]
    Seal { task: TaskId, reason: String },
}

impl DispatchError {
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Store(error) => error.worth_retrying(),
            Self::Link(error) => error.worth_retrying(),
            Self::Seal { .. } => false,
        }
    }
}
