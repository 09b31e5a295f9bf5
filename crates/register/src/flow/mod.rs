//! Load, decide, save: one file per noun.

pub(crate) mod contact;
pub(crate) mod credential;
pub(crate) mod device;
pub(crate) mod person;
pub(crate) mod recover;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod source;
pub(crate) mod tenant;

mod bind;
