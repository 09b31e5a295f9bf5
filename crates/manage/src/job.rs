//! The jobs: ask the devices that are due, find the tasks whose answer never came.

use crate::{ManageError, rules};
use model::TaskId;
use model::config::{Backup, TaskState};
use model::event::EventKind;
use model::scope::Reason;
use model::{Scope, Timestamp};
use profiles::Profiles;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::{NewTask, Store};
use work::Job;

/// Backup tasks queued or under way at once, over all collectors.
pub const OPEN_TASKS_MAX: usize = 128;
/// From queueing to the answer; a configuration of 8 MB over a slow line takes minutes.
const TASK_TIME: Duration = Duration::from_secs(900);
const BATCH_MAX: usize = 64;
/// How long ended tasks are kept, for whoever looks for a reason.
const KEPT: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn scope() -> Scope {
    Scope::installation(Reason("manage"))
}

/// Queues a task for every device that is due.
pub struct BackUpDue {
    pub store: Store,
    pub profiles: Arc<Profiles>,
}

impl Job for BackUpDue {
    const NAME: &'static str = "manage.back_up";
    const EVERY: Duration = Duration::from_secs(5);
    const ON_COMMIT: bool = true;
    type Error = ManageError;

    async fn run(&self) -> Result<(), ManageError> {
        let mut tx = self.store.read(&scope()).await?;
        let open = usize::try_from(tx.open_tasks().await?).unwrap_or(usize::MAX);
        let room = OPEN_TASKS_MAX.saturating_sub(open).min(BATCH_MAX);
        if room == 0 || tx.backups_due(1).await?.is_empty() {
            return Ok(());
        }
        drop(tx);
        let mut tx = self.store.write(&scope()).await?;
        let now = tx.now();
        for due in tx.backups_due(room).await? {
            let before = tx.backup(due.device).await?.unwrap_or_else(|| Backup::never(due.device));
            if let Some(until) = before.paused_until(now) {
                tx.save_backup(&Backup { next_at: Some(until), ..before }).await?;
                continue;
            }
            let known = due.profile.as_deref().and_then(|id| self.profiles.get(id));
            if let Some(profile) = known.filter(|profile| profile.config.is_none()) {
                let after = rules::impossible(before, &profile.id, now);
                tx.save_backup(&after).await?;
                tx.emit(EventKind::BackupChanged, due.device, due.site, 1, json!({ "state": after.state })).await?;
                continue;
            }
            let task = NewTask { id: TaskId::new(), collector: due.collector, device: due.device, deadline_at: now.plus(TASK_TIME) };
            tx.insert_task(&task).await?;
            let after = rules::queued(before, task.id);
            tx.save_backup(&after).await?;
            tx.emit(EventKind::BackupChanged, due.device, due.site, 1, json!({ "state": after.state })).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// A task that was given out and never answered ends here, and the device is tried again.
pub struct FindLost {
    pub store: Store,
}

impl Job for FindLost {
    const NAME: &'static str = "manage.find_lost";
    const EVERY: Duration = Duration::from_secs(20);
    const ON_COMMIT: bool = false;
    type Error = ManageError;

    async fn run(&self) -> Result<(), ManageError> {
        if self.store.read(&scope()).await?.overdue_tasks(1).await?.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write(&scope()).await?;
        let now: Timestamp = tx.now();
        for task in tx.overdue_tasks(BATCH_MAX).await? {
            if !tx.move_task(task.id, task.state, TaskState::Lost).await? {
                continue;
            }
            let (Some(backup), Some(device)) = (tx.backup(task.device).await?, tx.device(task.device).await?) else { continue };
            if backup.task != Some(task.id) {
                continue;
            }
            tx.save_backup(&rules::lost(backup, now)).await?;
            tx.emit(EventKind::BackupChanged, device.id, device.site, device.version, json!({ "state": "failed" })).await?;
        }
        tx.purge_tasks(now.minus(KEPT)).await?;
        tx.commit().await?;
        Ok(())
    }
}
