//! One file per resource: its views, its inputs, its handlers.

pub(crate) mod alarms;
pub(crate) mod contacts;
pub(crate) mod credentials;
pub(crate) mod devices;
pub(crate) mod interfaces;
pub(crate) mod services;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod tenants;
pub(crate) mod users;
