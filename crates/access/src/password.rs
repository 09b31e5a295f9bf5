//! Passwords: argon2id with the crate's default cost (19 MiB, 2 passes; OWASP's first choice), never more than a few at once.

use crate::error::AccessError;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use model::{Problem, Secret};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hashes computed at the same time: each takes 19 MiB and a core.
pub const HASHES_AT_ONCE_MAX: usize = 4;
/// How long a login waits for its turn before it is refused.
const HASH_WAIT: Duration = Duration::from_secs(10);
/// NIST SP 800-63B, 3.1.1.2.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longer ones are refused, not cut.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

pub fn checked_password(password: &Secret) -> Result<(), Problem> {
    if password.reveal().len() > PASSWORD_BYTES_MAX {
        return Err(Problem::new("too_long", format!("is longer than {PASSWORD_BYTES_MAX} bytes")));
    }
    if password.reveal().chars().count() < PASSWORD_CHARS_MIN {
        return Err(Problem::new("too_short", format!("has less than {PASSWORD_CHARS_MIN} characters")));
    }
    Ok(())
}

pub(crate) struct Hashing {
    turns: Arc<Semaphore>,
    /// Verified against when there is no such person, so that the time tells nothing.
    decoy: String,
}

impl Hashing {
    pub(crate) fn new() -> Result<Self, AccessError> {
        let decoy = hash_now(&Secret::new("nobody has this password"))?;
        Ok(Self { turns: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)), decoy })
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, AccessError> {
        match tokio::time::timeout(HASH_WAIT, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(AccessError::Busy),
        }
    }

    pub(crate) async fn hash(&self, password: Secret) -> Result<String, AccessError> {
        let turn = self.turn().await?;
        on_a_thread(move || {
            let made = hash_now(&password);
            drop(turn);
            made
        })
        .await?
    }

    /// `None` as hash costs the same time and is always wrong.
    pub(crate) async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, AccessError> {
        let turn = self.turn().await?;
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        on_a_thread(move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| AccessError::Hash(error.to_string()))?;
            let fits = Argon2::default().verify_password(password.reveal().as_bytes(), &parsed).is_ok();
            drop(turn);
            Ok(fits && is_known)
        })
        .await?
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccessError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AccessError::Hash(error.to_string()))
}

fn hash_now(password: &Secret) -> Result<String, AccessError> {
    let made = Argon2::default().hash_password(password.reveal().as_bytes()).map_err(|error| AccessError::Hash(error.to_string()))?;
    Ok(made.to_string())
}
