//! Tasks: queued rows go down as messages, answers come up and become sealed rows.

use crate::flow::Dispatch;
use crate::job::scope;
use crate::{DispatchError, KeyOpener};
use link::{CentreEnd, LinkError, Report, Task};
use model::config::{Backup, BackupState, LOGIN_FAILURES_MAX, TaskState};
use model::credential::{CredentialKind, Key};
use model::device::Device;
use model::event::EventKind;
use model::task::{BackupAnswer, BackupTask};
use model::{TaskId, Timestamp};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::{TaskRow, Tx};

/// Seals the answer to a task with the master key.
pub type AnswerSealer = Arc<dyn Fn(TaskId, &[u8]) -> Result<Vec<u8>, String> + Send + Sync>;

/// Tasks given out at one look; the commits of these call for the next look.
const HAND_OUT_MAX: usize = 32;
/// An answer that comes this long before the deadline still counts.
const MARGIN: Duration = Duration::from_secs(5);

impl Dispatch {
    /// Gives queued tasks to the collector. Each is marked before it is sent: one that is lost in between is found by its deadline.
    pub(crate) async fn hand_out(&self, end: &CentreEnd) -> Result<(), DispatchError> {
        let queued = self.store.read(&scope()).await?.queued_tasks(self.collector, HAND_OUT_MAX).await?;
        for row in queued {
            let task = match self.mark_sent(&row).await {
                Ok(Some(task)) => task,
                Ok(None) => continue,
                // One that cannot be made does not hold up the others.
                Err(error) => {
                    tracing::warn!(task = %row.id, device = %row.device, %error, "A task could not be made; it is tried again");
                    continue;
                }
            };
            match end.send(Task::Backup(Box::new(task))).await {
                Ok(()) => {}
                Err(LinkError::Full { .. }) => {
                    let mut tx = self.store.write(&scope()).await?;
                    tx.move_task(row.id, TaskState::Sent, TaskState::Queued).await?;
                    tx.commit().await?;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn mark_sent(&self, row: &TaskRow) -> Result<Option<BackupTask>, DispatchError> {
        let mut tx = self.store.write(&scope()).await?;
        if !tx.move_task(row.id, TaskState::Queued, TaskState::Sent).await? {
            return Ok(None);
        }
        // The device went away; its rows go with it.
        let Some(task) = backup_task(&mut tx, &self.open_key, row).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(task))
    }

    /// The answer becomes a sealed row, and whoever asked is told, in one commit.
    pub(crate) async fn keep_answer(&self, answer: BackupAnswer) -> Result<(), DispatchError> {
        let task = answer.task;
        let mut tx = self.store.write(&scope()).await?;
        let Some(device) = tx.device(answer.device).await? else { return Ok(()) };
        let bytes = Report::Backup(Box::new(answer)).to_bytes()?;
        let sealed = (self.seal_answer)(task, &bytes).map_err(|reason| DispatchError::Seal { task, reason })?;
        if !tx.answer_task(task, sealed).await? {
            tracing::info!(%task, device = %device.id, "An answer came after its deadline and is left out");
            return Ok(());
        }
        tx.emit(EventKind::TaskAnswered, task, device.site, 1, json!({ "device": device.id.to_string() })).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// From the rows as they are now; marks the backup as running.
async fn backup_task(tx: &mut Tx, open: &KeyOpener, row: &TaskRow) -> Result<Option<BackupTask>, DispatchError> {
    let Some(device) = tx.device(row.device).await? else { return Ok(None) };
    let now = tx.now();
    let mut backup = tx.backup(device.id).await?.unwrap_or_else(|| Backup::never(device.id));
    backup.state = BackupState::Running;
    backup.tried_at = Some(now);
    tx.save_backup(&backup).await?;
    tx.emit(EventKind::BackupChanged, device.id, device.site, device.version, json!({ "state": backup.state })).await?;
    let keys = keys(tx, open, &device).await?;
    let failed = backup.login_failed_at.iter().filter(|at| at.plus(model::config::LOGIN_WINDOW) > now).count();
    Ok(Some(BackupTask {
        task: row.id,
        device: device.id,
        address: device.address,
        ssh_port: device.ssh_port,
        keys,
        logins_left: u32::try_from(LOGIN_FAILURES_MAX.saturating_sub(failed)).unwrap_or(0),
        host_key: backup.host_key,
        level: backup.level,
        profile: device.recognised.profile,
        sys_object_id: device.facts.sys_object_id,
        sys_descr: device.facts.sys_descr,
        total: time_left(row.deadline_at, now),
    }))
}

fn time_left(deadline: Timestamp, now: Timestamp) -> Duration {
    deadline.since(now).saturating_sub(MARGIN)
}

/// What opens the command line, in the order of the device's credentials.
async fn keys(tx: &mut Tx, open: &KeyOpener, device: &Device) -> Result<Vec<Key>, DispatchError> {
    let sealed = tx.sealed_credentials(&device.credentials).await?;
    let mut keys = Vec::new();
    for id in &device.credentials {
        let Some(found) = sealed.iter().find(|found| found.credential.id == *id) else { continue };
        if !matches!(found.credential.kind, CredentialKind::Ssh | CredentialKind::Enable) {
            continue;
        }
        match open(*id, &found.sealed) {
            Ok(key) => keys.push(key),
            Err(error) => tracing::error!(credential = %id, %error, "A credential cannot be opened; the device is looked at without it"),
        }
    }
    Ok(keys)
}
