//! Jobs: idempotent, without input; a timer or a commit says "look now".

use crate::Shutdown;
use model::Scope;
use model::event::Subscriber;
use model::scope::Reason;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;
use store::{Store, StoreError};

/// One gap between what is and what should be, closed again and again.
pub trait Job: Send + Sync + 'static {
    const NAME: &'static str;
    /// How often it looks at least.
    const EVERY: Duration;
    /// Whether it also looks after every commit that announced events.
    const ON_COMMIT: bool;
    type Error: Display + Send;

    fn run(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Subscribers act for the product itself.
pub(crate) fn subscriber_scope(subscriber: Subscriber) -> Scope {
    Scope::installation(Reason(subscriber.as_str()))
}

/// Another centre takes over this long after the holder of a lease fell silent.
const LEASE: Duration = Duration::from_secs(10);
const RENEW: Duration = Duration::from_secs(4);

/// Runs until told to stop; on a shared database only while this process holds the job's lease.
pub async fn run_job<J: Job>(store: Store, job: J, shutdown: Shutdown) {
    let holder = holder_name();
    let mut commits = store.commits();
    let mut renewed: Option<tokio::time::Instant> = None;
    loop {
        commits.mark_unchanged();
        let may_run = match held(&store, J::NAME, &holder, &mut renewed).await {
            Ok(may_run) => may_run,
            Err(error) => {
                tracing::error!(job = J::NAME, %error, "Cannot take the lease of a job");
                false
            }
        };
        if may_run && let Err(error) = job.run().await {
            tracing::warn!(job = J::NAME, %error, "A job failed; it looks again");
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = commits.changed(), if J::ON_COMMIT => {}
            () = tokio::time::sleep(J::EVERY) => {}
        }
    }
    if store.is_shared() && renewed.is_some() {
        let _ = give_back(&store, J::NAME, &holder).await;
    }
}

async fn held(store: &Store, name: &str, holder: &str, renewed: &mut Option<tokio::time::Instant>) -> Result<bool, StoreError> {
    if !store.is_shared() || renewed.is_some_and(|at| at.elapsed() < RENEW) {
        return Ok(true);
    }
    let mut tx = store.write(&Scope::installation(Reason("job lease"))).await?;
    let is_mine = tx.take_lease(name, holder, LEASE).await?;
    tx.commit().await?;
    *renewed = is_mine.then(tokio::time::Instant::now);
    Ok(is_mine)
}

async fn give_back(store: &Store, name: &str, holder: &str) -> Result<(), StoreError> {
    let mut tx = store.write(&Scope::installation(Reason("job lease"))).await?;
    tx.drop_lease(name, holder).await?;
    tx.commit().await
}

/// Does `task` in one process at a time: waits for the lease of this name, starts the task with a signal of its own, stops it when the lease is
/// lost, and waits again. On a database of this process alone it simply runs.
pub async fn run_alone<F>(store: Store, name: String, shutdown: Shutdown, task: impl Fn(Shutdown) -> F + Send)
where
    F: Future<Output = ()> + Send,
{
    if !store.is_shared() {
        return task(shutdown).await;
    }
    let holder = holder_name();
    while !shutdown.is_cancelled() {
        let mut renewed = None;
        if matches!(held(&store, &name, &holder, &mut renewed).await, Ok(true)) {
            let stop = shutdown.child_token();
            tokio::select! {
                () = task(stop.clone()) => {}
                () = until_lost(&store, &name, &holder) => {
                    tracing::warn!(name, "The lease of {name} is lost: another centre works on");
                    stop.cancel();
                }
            }
            let _ = give_back(&store, &name, &holder).await;
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(RENEW) => {}
        }
    }
}

/// Renews a lease until that fails for its whole length.
async fn until_lost(store: &Store, name: &str, holder: &str) {
    let mut good_until = tokio::time::Instant::now() + LEASE;
    loop {
        tokio::time::sleep(RENEW).await;
        match held(store, name, holder, &mut None).await {
            Ok(true) => good_until = tokio::time::Instant::now() + LEASE,
            Ok(false) => return,
            Err(_) if tokio::time::Instant::now() > good_until => return,
            Err(_) => {}
        }
    }
}

/// Unique to this process.
fn holder_name() -> String {
    let mut nonce = [0u8; 8];
    // Without randomness the process id alone must do; it is unique on one machine.
    let _ = getrandom::fill(&mut nonce);
    format!("{}-{:016x}", std::process::id(), u64::from_be_bytes(nonce))
}
