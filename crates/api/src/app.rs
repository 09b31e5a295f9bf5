//! What the handlers share.

use crate::system::System;
use access::{Access, Vault};
use model::{PersonId, Secret};
use series::Series;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use store::Store;
use tokio::sync::watch;

/// Numbers that only the binary knows, for `/metrics`: name with unit, value.
pub type Numbers = Arc<dyn Fn() -> Vec<(String, f64)> + Send + Sync>;

/// Everything that the API needs, made by the binary.
#[derive(Clone)]
pub struct Centre {
    pub store: Store,
    /// `None`: no samples are kept here (tests, a centre with a remote store); graphs are empty.
    pub series: Option<Series>,
    pub vault: Arc<Vault>,
    pub access: Arc<Access>,
    /// As people reach it, e.g. `https://polyot.example.net`: links in invitations, and whether cookies are `Secure`.
    pub public_url: String,
    /// Demanded at the first set-up when there is one.
    pub setup_token: Option<Secret>,
    pub numbers: Option<Numbers>,
    /// Whether this installation works or is cold.
    pub system: System,
    /// Turns true when the process stops: streams end, so that a clean stop need not wait for them.
    pub stopping: watch::Receiver<bool>,
}

pub(crate) struct Shared {
    centre: Centre,
    /// Open streams per person.
    pub(crate) streams: Mutex<HashMap<PersonId, usize>>,
    /// How often each source speaks, and who comes with wrong secrets.
    pub(crate) pace: crate::pace::Pace,
}

pub(crate) type App = Arc<Shared>;

impl Shared {
    pub(crate) fn new(centre: Centre) -> App {
        Arc::new(Self { centre, streams: Mutex::new(HashMap::new()), pace: crate::pace::Pace::default() })
    }
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl std::ops::Deref for Shared {
    type Target = Centre;
    fn deref(&self) -> &Centre {
        &self.centre
    }
}
