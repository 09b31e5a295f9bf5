//! One file per resource: its views, its inputs, its handlers.

pub(crate) mod alarms;
pub(crate) mod audit;
pub(crate) mod collectors;
pub(crate) mod configs;
pub(crate) mod contacts;
pub(crate) mod credentials;
pub(crate) mod devices;
pub(crate) mod events;
pub(crate) mod incidents;
pub(crate) mod interfaces;
pub(crate) mod maintenances;
pub(crate) mod notices;
pub(crate) mod password_resets;
pub(crate) mod second_factor;
pub(crate) mod reports;
pub(crate) mod series;
pub(crate) mod services;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod summary;
pub(crate) mod system;
pub(crate) mod tenants;
pub(crate) mod tickets;
pub(crate) mod tokens;
pub(crate) mod users;
