//! Device profiles as data: recognition, facts, what a session with the device looks like, what its configuration text means.
//!
//! Promises: text in, text out. The same text always gives the same answer; no text makes it panic; a configuration that was cut
//! off is refused with the reason; what a profile or the general rules know as a secret never stands in the masked text.
//!
//! Never: talks to a device, reads anything but folders of profiles, knows a vendor. Vendors are the files under `profiles/`.

mod cases;
mod detect;
pub mod diff;
mod evidence;
mod facts;
mod format;
pub mod identify;
mod normalize;
mod profile;
mod secrets;
mod shelf;
pub mod snmprec;

pub use cases::{CaseResult, run_cases};
pub use detect::{Detection, Rival};
pub use evidence::Evidence;
pub use facts::Facts;
pub use format::{Place, Problem};
pub use normalize::{Incomplete, IncompleteReason, MASK, Normalized};
pub use profile::*;
pub use secrets::{Finding, FindingKind, unmasked_secrets};
pub use shelf::{Profiles, ProfilesError};
