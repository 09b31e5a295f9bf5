//! A cold installation: pages and API are served, the engine waits for a word.

use crate::engine::Engine;
use crate::fingerprint;
use api::System;
use model::Scope;
use model::event::EventKind;
use model::scope::Reason;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use store::{Store, StoreError};
use tokio::task::JoinSet;
use work::Shutdown;

/// How often it looks whether `polyot admin warm` was said in a shell.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts the engine once the installation is warm, and ends when a part of the engine does.
pub async fn start_when_warm(engine: Engine, system: System, folder: PathBuf, store: Store, shutdown: Shutdown) {
    let mut watch = system.watch();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            is_warm = async { watch.wait_for(Option::is_none).await.is_ok() } => if is_warm { break },
            () = tokio::time::sleep(LOOK_EVERY) => {
                if fingerprint::is_settled(&folder, &store).await && warm_from_shell(&system, &store).await { break }
            }
        }
    }
    while let Err(error) = set_aside(&store).await {
        tracing::warn!(%error, "Notices of the copy cannot be set aside; nothing is sent before they are");
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    tracing::info!("This installation is in service from now on");
    let mut tasks = JoinSet::new();
    engine.start(&mut tasks, &shutdown);
    let ended = tasks.join_next().await;
    if shutdown.is_cancelled() {
        while tasks.join_next().await.is_some() {}
        return;
    }
    // As in a warm start: a part that ended by itself takes the process along.
    if let Some(Err(error)) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// What waited to be sent when the copy was made has gone out, or was withdrawn, elsewhere: a person decides about each.
async fn set_aside(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.write(&Scope::installation(Reason("taken into service"))).await?;
    let count = tx.set_aside_waiting_notices().await?;
    tx.commit().await?;
    if count > 0 {
        tracing::warn!(count, "{count} notices that waited when the copy was made are drafts now; look at them before you release any");
    }
    Ok(())
}

/// Somebody with a shell has written the fingerprint: said in the trail and to the pages. False: the database is away, look again.
async fn warm_from_shell(system: &System, store: &Store) -> bool {
    let Some(taking) = system.take() else { return false };
    match tell(system, store).await {
        Ok(()) => taking.settled_elsewhere(),
        Err(error) => {
            tracing::warn!(%error, "It cannot be written down that this installation is in service; it is tried again");
            return false;
        }
    }
    true
}

async fn tell(system: &System, store: &Store) -> Result<(), StoreError> {
    let mut tx = store.write(&Scope::installation(Reason("taken into service in a shell"))).await?;
    if let (Some(cold), Some(provider)) = (system.cold(), tx.provider().await?) {
        tx.audit("system.warmed", "system", provider.id, Some(json!({"reason": cold.reason, "since": cold.since})), None).await?;
        tx.emit(EventKind::SystemChanged, "system", provider.id, 1, json!({"is_cold": false})).await?;
    }
    tx.commit().await
}
