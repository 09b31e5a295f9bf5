//! The nouns of Polyot and the rules that every part shares: ids, time, tenants, people, devices, alarms, notices, tickets.
//!
//! Promises: a value that cannot be right cannot be built, and every unit is in a type or in the end of a name.
//! Never: I/O, SQL, HTTP, the wall clock (a [`time::Clock`] is passed in), a vendor's name.

#[macro_use]
mod words;

pub mod alarm;
pub mod config;
pub mod contact;
pub mod credential;
pub mod device;
pub mod event;
pub mod id;
pub mod limits;
pub mod maintenance;
pub mod notice;
pub mod observation;
pub mod person;
pub mod problem;
pub mod scope;
pub mod secret;
pub mod service;
pub mod settings;
pub mod task;
pub mod system;
pub mod signal;
pub mod tenant;
pub mod ticket;
pub mod time;

pub use id::*;
pub use problem::{FieldProblem, Problem};
pub use scope::Scope;
pub use secret::Secret;
pub use time::{Clock, Timestamp};
