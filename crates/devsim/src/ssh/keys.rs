//! Keys of hosts and of the one person who may log in by key. Made at every start, because nothing has to outlive it.

use russh::keys::key::safe_rng;
use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey};

/// What an old device has. Everybody may read it here: it guards nothing but a simulation, and making one takes seconds.
const LEGACY: &str = include_str!("../../topology/simulated_legacy_host_key");

#[derive(Debug, thiserror::Error)]
#[error("a key of the simulation cannot be made")]
pub struct BadKey(#[source] russh::keys::ssh_key::Error);

pub(crate) fn fresh() -> Result<PrivateKey, BadKey> {
    PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).map_err(BadKey)
}

pub(crate) fn legacy() -> Result<PrivateKey, BadKey> {
    PrivateKey::from_openssh(LEGACY).map_err(BadKey)
}

/// As a file of OpenSSH.
pub(crate) fn written(key: &PrivateKey) -> Result<String, BadKey> {
    key.to_openssh(LineEnding::LF).map(|text| text.as_str().to_owned()).map_err(BadKey)
}
