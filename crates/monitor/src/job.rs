//! The job of time: windows begin and end, what they cover follows the register, what they no longer mute is heard.

use crate::{MonitorError, cover, mute};
use model::Scope;
use model::event::EventKind;
use model::maintenance::MaintenanceState;
use model::scope::Reason;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::Store;
use work::Job;

/// Turns windows from planned to running to ended.
pub struct TurnMaintenance {
    store: Store,
    /// The last event whose effect on the register is in the rows; lost at a stop, which costs one more look.
    seen: AtomicI64,
}

impl TurnMaintenance {
    pub fn new(store: Store) -> Self {
        Self { store, seen: AtomicI64::new(-1) }
    }
}

impl Job for TurnMaintenance {
    const NAME: &'static str = "monitor.maintenance";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = true;
    type Error = MonitorError;

    async fn run(&self) -> Result<(), MonitorError> {
        let scope = Scope::installation(Reason("maintenance"));
        let seen = self.seen.load(Ordering::Relaxed);
        let mut tx = self.store.read(&scope).await?;
        let windows = tx.open_windows().await?;
        let has_muted = tx.has_muted().await?;
        let (has_changed, last) = tx.maintenance_changed_since(seen).await?;
        let now = tx.now();
        let is_due = windows.iter().any(|window| window.state_at(now) != window.state);
        drop(tx);
        if windows.is_empty() && !has_muted {
            self.seen.store(last, Ordering::Relaxed);
            return Ok(());
        }
        if !is_due && !has_changed && !has_muted {
            return Ok(());
        }
        let mut tx = self.store.write(&scope).await?;
        let mut has_turned = false;
        for window in tx.open_windows().await? {
            let state = window.state_at(tx.now());
            if state == window.state {
                continue;
            }
            has_turned = true;
            let mut turned = window.clone();
            turned.state = state;
            tx.update_maintenance(&turned, None).await?;
            if state == MaintenanceState::Ended {
                tx.cut_cover(window.id, window.ends_at).await?;
            }
            tx.emit(EventKind::MaintenanceChanged, window.id, window.tenant, window.version + 1, json!({ "state": state })).await?;
            tracing::info!(maintenance = %window.id, %state, "Maintenance {} is {state}", window.id);
        }
        if has_turned || has_changed {
            cover::reconcile(&mut tx).await?;
        }
        mute::settle_all(&mut tx).await?;
        tx.commit().await?;
        self.seen.store(last, Ordering::Relaxed);
        Ok(())
    }
}
