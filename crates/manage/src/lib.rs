//! Seed 1: configurations of devices. Fetched on schedule and on demand, kept as revisions, compared on the server.
//!
//! Promises: a text that is not whole is never kept; a revision is written when something significant changed, else the one before is seen again;
//! the whole text lies sealed, what people read has its secrets masked; a device that refused two logins in ten minutes is left alone until they
//! are over, whatever asks; a changed host key stops everything until a person decides; a task whose answer never came is found by its deadline.
//! Never: SSH itself (that is `collect`), a vendor's name (that is `profiles`).

mod act;
mod error;
mod job;
mod keep;
mod pack;
mod rules;

pub use act::{Compared, accept_host_key, back_up, compare, read_masked};
pub use error::ManageError;
pub use job::{BackUpDue, FindLost};
pub use keep::Keeper;
