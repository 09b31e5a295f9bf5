//! Seed 2: who must hear what, when, in which language, and the proof that it was told.
//!
//! Promises: one notice per client and fault, naming only his services, in the brand of whoever serves him; nothing is lost while a mail server
//! is away; a mail repeats only when we are killed (or cut off from the server) between its 250 and our commit, and then with the same Message-ID; a burst waits for
//! a person, but never longer than the brake allows, and never goes out while we are cut off ourselves.
//! Never: a guess. A stale mapping makes a draft for line 1.

mod act;
mod announce;
pub mod channel;
mod error;
mod flow;
mod people;
mod rules;
mod send;
mod standing;
mod thread;
mod write;

pub use act::{correct, release, release_held, withdraw};
pub use announce::Announce;
pub use error::NotifyError;
pub use flow::{Release, WriteDue};
pub use people::SendPeopleMail;
pub use send::{SecretOpener, SendQueued, Sender};
pub use thread::Threads;
pub use write::DEFAULT_SENDER;
