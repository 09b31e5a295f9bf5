//! The only crate that serves HTTP and JSON: one file per resource, the OpenAPI document, server-sent events, the web pages.
//!
//! Promises
//! - Another tenant's object is "not found", never "forbidden"; the test `strangers` walks every address for it.
//! - Every refusal is problem+json with a sentence that names what is wrong and where.
//! - A write carries its event, its audit row and the answer for a repetition in one commit.
//! - No answer, log line or kept answer holds a secret in clear, but for the one time that it is made to be shown.
//!
//! Never: SQL, a rule of the business (those live in the verbs), a body beyond [`model::limits::BODY_SIZE_BYTES_MAX`].

mod answer;
mod app;
mod assets;
mod error;
mod extract;
mod flow;
mod health;
mod layers;
mod look;
mod openapi;
mod pace;
mod resource;
mod routes;
mod system;
mod view;
mod who;

pub use app::{Centre, Numbers};
pub use resource::events::STREAMS_PER_PERSON_MAX;
pub use routes::{openapi, router};
pub use system::{Settle, System, Taking};
