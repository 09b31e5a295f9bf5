//! The format of profiles: YAML into types, all problems of a file at once, each with line and column.

mod config;
mod fields;
mod node;
mod schema;
mod session;

pub(crate) use fields::{Fields, Notes, compile};
pub(crate) use node::parse;
pub use node::{Place, Problem};
pub(crate) use schema::{Draft, read};
