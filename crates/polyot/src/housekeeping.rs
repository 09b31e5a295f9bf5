//! Forgetting what is no longer needed.

use access::Access;
use model::Scope;
use model::scope::Reason;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use work::Job;

/// How far a stream of events can be resumed.
const EVENTS_KEPT: Duration = Duration::from_secs(3 * 86_400);
/// How long a request can be repeated with its `Idempotency-Key`.
const ANSWERS_KEPT: Duration = Duration::from_secs(86_400);
/// Closed signals of other monitoring systems, after the last word about them.
const SIGNALS_KEPT: Duration = Duration::from_secs(90 * 86_400);
const SIGNALS_PER_BATCH: u32 = 5_000;
/// Events forgotten in one transaction, so that writing never waits long.
const EVENTS_PER_BATCH: u32 = 2_000;

pub struct Housekeeping {
    pub store: Store,
    pub access: Arc<Access>,
}

impl Job for Housekeeping {
    const NAME: &'static str = "housekeeping";
    const EVERY: Duration = Duration::from_secs(600);
    const ON_COMMIT: bool = false;
    type Error = StoreError;

    async fn run(&self) -> Result<(), StoreError> {
        if let Err(error) = self.access.tidy().await {
            tracing::warn!(%error, "Expired sessions could not be forgotten; it is tried again");
        }
        let scope = Scope::installation(Reason("housekeeping"));
        let mut tx = self.store.write(&scope).await?;
        let before = tx.now().minus(ANSWERS_KEPT);
        tx.purge_answers(before).await?;
        let before = tx.now().minus(SIGNALS_KEPT);
        tx.purge_signals(before, SIGNALS_PER_BATCH).await?;
        tx.commit().await?;
        loop {
            let mut tx = self.store.write(&scope).await?;
            let before = tx.now().minus(EVENTS_KEPT);
            let purged = tx.purge_events(before, EVENTS_PER_BATCH).await?;
            tx.commit().await?;
            if purged < u64::from(EVENTS_PER_BATCH) {
                return Ok(());
            }
        }
    }
}
