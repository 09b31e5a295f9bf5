//! What may go wrong between the two ends.

use model::FieldProblem;

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The other end is gone; nothing will come any more.
    #[error("the other end of the link is closed")]
    Closed,
    #[error("the link holds {waiting} {what} already, no more are taken")]
    Full { what: &'static str, waiting: usize },
    #[error("{what} of {size} bytes is larger than the {} that one message may have", crate::MESSAGE_SIZE_BYTES_MAX)]
    TooLarge { what: &'static str, size: usize },
    /// Not protobuf, or not ours; the cause names the field where reading stopped.
    #[error("{what} cannot be decoded: {source}")]
    Undecodable {
        what: &'static str,
        #[source]
        source: prost::DecodeError,
    },
    /// Protobuf, but a value that cannot be right.
    #[error("{what} holds a wrong value: {source}")]
    Field {
        what: &'static str,
        #[source]
        source: FieldProblem,
    },
}

impl LinkError {
    /// A full queue empties; a message that is wrong stays wrong.
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Full { .. })
    }
}
