//! What people do with configurations.

use crate::{ManageError, pack, rules};
use access::{Action, Caller};
use model::config::{Backup, BackupSource, BackupState, ConfigRevision};
use model::event::EventKind;
use model::{ConfigId, DeviceId, Problem};
use profiles::diff::{self, Diff};
use serde_json::json;
use store::{ConfigListed, Tx};

/// Unchanged lines shown around a change.
const CONTEXT_LINES: usize = 3;

/// Two revisions of one device, compared as people may read them.
#[derive(Debug)]
pub struct Compared {
    pub base: Option<ConfigListed>,
    pub target: ConfigListed,
    pub diff: Diff,
    /// Something changed that the masked texts do not show: a secret.
    pub hides_change: bool,
}

/// Asks for a backup now. Refused with the reason while nobody may ask this device.
pub async fn back_up(tx: &mut Tx, caller: &Caller, device: DeviceId) -> Result<Backup, ManageError> {
    let row = tx.device(device).await?.ok_or(ManageError::NotFound)?;
    caller.may(tx, Action::BackUp, row.site).await?;
    let now = tx.now();
    let before = tx.backup(device).await?.unwrap_or_else(|| Backup::never(device));
    let has_credential = tx.has_ssh_credential(device).await?;
    if let Some(reason) = rules::hindrance(&before, has_credential, now) {
        return Err(ManageError::Conflict { reason });
    }
    // What waits will see the device as it is then; what runs may have seen it before the change that somebody wants to keep.
    if before.state == BackupState::Queued {
        return Ok(before);
    }
    let by = Some(caller.person);
    let wanted = Backup { next_at: Some(now), source: BackupSource::Demand, by, ..before };
    tx.save_backup(&wanted).await?;
    tx.emit(EventKind::BackupChanged, device, row.site, row.version, json!({ "state": wanted.state, "wanted": true })).await?;
    tx.audit("config.backup_asked", device, row.site, None, Some(json!({ "device": row.name }))).await?;
    Ok(wanted)
}

/// Trusts the host key that the device offers now; `fingerprint` must be the one that was shown, so that nobody trusts a third one.
pub async fn accept_host_key(tx: &mut Tx, caller: &Caller, device: DeviceId, fingerprint: &str) -> Result<Backup, ManageError> {
    let row = tx.device(device).await?.ok_or(ManageError::NotFound)?;
    caller.may(tx, Action::BackUp, row.site).await?;
    let before = tx.backup(device).await?.unwrap_or_else(|| Backup::never(device));
    let Some(offered) = before.host_key_offered.clone() else {
        return Err(ManageError::Conflict { reason: "the host key of this device has not changed; there is nothing to decide".into() });
    };
    if offered != fingerprint {
        let problem = Problem::new("other_key", format!("is not the key that the device offers now ({offered}); look again"));
        return Err(ManageError::Bad(problem.at("accept")));
    }
    let pinned = before.host_key.clone();
    let after = Backup { by: Some(caller.person), ..rules::trusted(before, tx.now()) };
    tx.save_backup(&after).await?;
    tx.emit(EventKind::BackupChanged, device, row.site, row.version, json!({ "state": after.state })).await?;
    tx.audit(
        "device.host_key_accepted",
        device,
        row.site,
        Some(json!({ "host_key": pinned })),
        Some(json!({ "host_key": after.host_key })),
    )
    .await?;
    Ok(after)
}

/// The text of a revision with its secrets masked.
pub async fn read_masked(tx: &mut Tx, id: ConfigId) -> Result<(ConfigListed, String), ManageError> {
    let listed = tx.config(id).await?.ok_or(ManageError::NotFound)?;
    let texts = tx.config_texts(id).await?.ok_or(ManageError::NotFound)?;
    Ok((listed, pack::unpack(&texts.masked)?))
}

/// `target` against `base`, or against the revision before it.
pub async fn compare(tx: &mut Tx, target: ConfigId, base: Option<ConfigId>) -> Result<Compared, ManageError> {
    let target = tx.config(target).await?.ok_or(ManageError::NotFound)?;
    let base = match base {
        Some(base) => {
            Some(tx.config(base).await?.filter(|base| base.revision.device == target.revision.device).ok_or(ManageError::NotFound)?)
        }
        None => tx.config_before(&target.revision).await?,
    };
    let (new, new_print) = masked(tx, &target.revision).await?;
    let (old, old_print) = match &base {
        Some(base) => masked(tx, &base.revision).await?,
        None => (String::new(), new_print.clone()),
    };
    let hides_change = old == new && old_print != new_print;
    // Pure work over two texts of up to several megabytes: not on a thread that serves others.
    let diff = tokio::task::spawn_blocking(move || diff::compare(&old, &new, CONTEXT_LINES))
        .await
        .map_err(|error| ManageError::Packed(std::io::Error::other(error)))?;
    Ok(Compared { base, target, diff, hides_change })
}

async fn masked(tx: &mut Tx, revision: &ConfigRevision) -> Result<(String, Vec<u8>), ManageError> {
    let texts = tx.config_texts(revision.id).await?.ok_or(ManageError::NotFound)?;
    Ok((pack::unpack(&texts.masked)?, texts.fingerprint))
}
