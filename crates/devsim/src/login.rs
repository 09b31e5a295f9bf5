//! What opens a device's command line.

use model::Secret;
use russh::keys::PublicKey;

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub user: String,
    pub password: Secret,
    /// The second password, where a style has one.
    pub enable: Secret,
    /// The key that may log in instead of the password.
    pub authorized: PublicKey,
}
