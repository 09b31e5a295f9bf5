//! Seed 6: tickets. Every incident lies at line 1 as one ticket, with or without clients hit.
//!
//! Promises: one ticket per incident, whatever is killed when; it resolves itself after recovery when nobody holds it.
//! Never: a word to a client. That is `notify`.

mod act;
mod error;
mod flow;

pub use act::{acknowledge, add_note, resolve};
pub use error::SupportError;
pub use flow::Desk;
