//! Events to subscribers, for certain.

use crate::job::subscriber_scope as scope;
use crate::{Shutdown, backoff};
use model::event::{Event, Subscriber};
use model::limits;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;
use store::{Store, StoreError, Tx};

/// A delivery that was claimed and not finished is free again after this time: whoever held it is gone.
const LEASE: Duration = Duration::from_secs(30);
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LONGEST: Duration = Duration::from_secs(60);
/// Other centres on the same database commit without waking us; back-offs end without a commit.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Longest error text kept with a delivery, characters.
const ERROR_CHARS_MAX: usize = 500;

/// What a verb does with the events it subscribes to (see `model::event::EventKind::subscribers`).
pub trait Handler: Send + Sync + 'static {
    const SUBSCRIBER: Subscriber;
    type Error: Display + Send;

    /// Writes the effect into `tx`. Must be right when called again for the same event after a crash: whatever was written then is gone.
    fn handle(&self, tx: &mut Tx, event: &Event) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Handles the next waiting event; false when there was none.
pub async fn deliver_next<H: Handler>(store: &Store, handler: &H) -> Result<bool, StoreError> {
    let scope = scope(H::SUBSCRIBER);
    // A read first: an idle subscriber must not write.
    if !store.read(&scope).await?.has_delivery(H::SUBSCRIBER).await? {
        return Ok(false);
    }
    let mut tx = store.write(&scope).await?;
    let Some(claimed) = tx.claim_delivery(H::SUBSCRIBER, LEASE).await? else { return Ok(false) };
    tx.commit().await?;

    let seq = claimed.event.seq;
    let mut tx = store.write(&scope).await?;
    let outcome = match handler.handle(&mut tx, &claimed.event).await {
        Ok(()) => tx.finish_delivery(seq, H::SUBSCRIBER).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(true) => {
            tx.commit().await?;
            return Ok(true);
        }
        // Somebody else did it after our lease ended: the effect is there already, ours is dropped.
        Ok(false) => return Ok(true),
        Err(error) => {
            drop(tx);
            let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
            let pause = backoff(claimed.attempts, RETRY_FIRST, RETRY_LONGEST);
            tracing::warn!(subscriber = %H::SUBSCRIBER, event = seq, kind = %claimed.event.kind, attempts = claimed.attempts, %error, "An event could not be handled; it is tried again");
            let mut tx = store.write(&scope).await?;
            let again_at = tx.now().plus(pause);
            tx.fail_delivery(seq, H::SUBSCRIBER, &error, again_at).await?;
            tx.commit().await?;
        }
    }
    Ok(true)
}

/// Handles everything that waits now; returns how many.
pub async fn deliver_all<H: Handler>(store: &Store, handler: &H) -> Result<u32, StoreError> {
    let mut count = 0;
    while deliver_next(store, handler).await? {
        count += 1;
    }
    Ok(count)
}

/// Runs until told to stop.
pub async fn run_subscriber<H: Handler>(store: Store, handler: H, shutdown: Shutdown) {
    let mut commits = store.commits();
    loop {
        commits.mark_unchanged();
        if let Err(error) = deliver_all(&store, &handler).await {
            tracing::error!(subscriber = %H::SUBSCRIBER, %error, source = ?std::error::Error::source(&error).map(ToString::to_string), "Cannot reach the outbox");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = commits.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

const _: () =
    assert!(LEASE.as_secs() <= limits::GATHER_MAX.as_secs() * 2, "a crashed centre must not delay a first notice beyond a minute");
