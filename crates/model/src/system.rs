//! The installation as a whole.

use crate::Timestamp;

vocabulary! {
    /// Why an installation serves pages but neither watches nor tells anybody: it may be a copy of one that does.
    ColdReason: "reason to be cold" {
        Restored = "restored", Moved = "moved", OtherMachine = "other_machine", NoFingerprint = "no_fingerprint", OtherDatabase = "other_database",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cold {
    pub reason: ColdReason,
    pub since: Timestamp,
}
