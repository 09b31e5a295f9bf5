//! The subscriber: what a collector fetched becomes a revision, or the reason why not.

use crate::{ManageError, pack, rules};
use access::{Purpose, Vault};
use link::Report;
use model::config::{Backup, BackupProblem, CONFIG_SIZE_BYTES_MAX, ConfigRevision};
use model::device::{Device, Recognised};
use model::event::{Event, EventKind, Subscriber};
use model::task::{BackupAnswer, FetchFailed, Fetched};
use model::{ConfigId, TaskId, Timestamp};
use profiles::{Evidence, Normalized, Profiles, diff};
use serde_json::json;
use std::sync::Arc;
use store::{ConfigTexts, Tx};
use work::Handler;

/// Works on the answers to backup tasks.
pub struct Keeper {
    pub vault: Arc<Vault>,
    pub profiles: Arc<Profiles>,
}

impl Handler for Keeper {
    const SUBSCRIBER: Subscriber = Subscriber::Manage;
    type Error = ManageError;

    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), ManageError> {
        let Ok(id) = event.object.parse::<TaskId>() else { return Ok(()) };
        let Some(sealed) = tx.task_answer(id).await? else { return Ok(()) };
        let unread = |reason: String| ManageError::Answer { task: id, reason };
        let bytes = self.vault.open(Purpose::TaskAnswer, id.bytes(), &sealed)?;
        let Report::Backup(answer) = Report::from_bytes(&bytes).map_err(|error| unread(error.to_string()))? else {
            return Err(unread("it is another kind of report".into()));
        };
        tx.finish_task(id).await?;
        let Some(device) = tx.device(answer.device).await? else { return Ok(()) };
        let before = tx.backup(device.id).await?.unwrap_or_else(|| Backup::never(device.id));
        if before.task != Some(id) {
            tracing::info!(task = %id, device = %device.id, "An answer that nobody waits for any more is left out");
            return Ok(());
        }
        self.keep(tx, &device, before, *answer).await
    }
}

impl Keeper {
    async fn keep(&self, tx: &mut Tx, device: &Device, before: Backup, answer: BackupAnswer) -> Result<(), ManageError> {
        let now = tx.now();
        let at = answer.at;
        let outcome = match answer.outcome {
            Ok(fetched) => self.read_apart(fetched).await,
            Err(failure) => Err(failure),
        };
        let after = match outcome {
            Ok(read) => {
                self.write(tx, device, &before, &read, at).await?;
                let known = device.recognised.learn(self.recognise(device, &read, answer.ssh.as_ref().map(|ssh| ssh.banner.as_str())));
                if known != device.recognised {
                    tx.set_device_recognised(device.id, &known).await?;
                }
                rules::succeeded(before, answer.ssh.as_ref(), at, now)
            }
            Err(failure) => rules::failed(before, answer.ssh.as_ref(), answer.logins_refused, failure, at, now),
        };
        tx.save_backup(&after).await?;
        let fields = json!({ "state": after.state, "problem": after.problem });
        tx.emit(EventKind::BackupChanged, device.id, device.site, device.version, fields).await?;
        Ok(())
    }

    /// On a thread of its own: texts may be long, and what a device prints must not take the product down with it.
    async fn read_apart(&self, fetched: Fetched) -> Result<Read, FetchFailed> {
        let profiles = Arc::clone(&self.profiles);
        let read = tokio::task::spawn_blocking(move || Self::read(&profiles, fetched)).await;
        read.unwrap_or_else(|_| {
            let detail = "the text could not be read; this is a fault of ours, the log has it".to_owned();
            Err(FetchFailed { problem: BackupProblem::Internal, detail, tail: String::new() })
        })
    }

    /// Cleans what was printed; refuses what is not whole.
    fn read(profiles: &Profiles, fetched: Fetched) -> Result<Read, FetchFailed> {
        let refused = |problem, detail: String| FetchFailed { problem, detail, tail: String::new() };
        let Some(profile) = profiles.get(&fetched.profile) else {
            return Err(refused(BackupProblem::NoProfile, format!("this centre does not know the profile `{}`", fetched.profile)));
        };
        let size: usize = fetched.outputs.iter().map(|(_, text)| text.reveal().len()).sum();
        if size > CONFIG_SIZE_BYTES_MAX {
            return Err(refused(BackupProblem::TooLarge, format!("{size} bytes are more than the {CONFIG_SIZE_BYTES_MAX} that are kept")));
        }
        let outputs: Vec<(String, String)> =
            fetched.outputs.iter().map(|(command, text)| (command.clone(), text.reveal().to_owned())).collect();
        for (command, text) in &outputs {
            profile.is_complete(command, text).map_err(|reason| refused(BackupProblem::Truncated, profile.mask(&reason.to_string())))?;
        }
        let normalized = profile.normalize(&outputs);
        Ok(Read { profile: fetched.profile, outputs, normalized })
    }

    /// What the answers of the command line say of the device.
    fn recognise(&self, device: &Device, read: &Read, banner: Option<&str>) -> Recognised {
        let mut evidence = Evidence::new();
        if let Some(oid) = &device.facts.sys_object_id {
            evidence = evidence.with_sys_object_id(oid);
        }
        if let Some(descr) = &device.facts.sys_descr {
            evidence = evidence.with_sys_descr(descr);
        }
        if let Some(banner) = banner {
            evidence = evidence.with_ssh_banner(banner);
        }
        evidence.cli.clone_from(&read.outputs);
        let Some(profile) = self.profiles.get(&read.profile) else { return Recognised::default() };
        let facts = profile.facts(&evidence);
        Recognised {
            profile: Some(read.profile.clone()),
            vendor: facts.vendor,
            model: facts.model,
            os: facts.os,
            os_version: facts.version,
            serial: facts.serial,
        }
    }

    async fn write(&self, tx: &mut Tx, device: &Device, backup: &Backup, read: &Read, at: Timestamp) -> Result<(), ManageError> {
        let fingerprint = self.vault.fingerprint(read.normalized.significant.as_bytes());
        let latest = tx.latest_config(device.id).await?;
        let mut counts = (0, 0);
        if let Some(latest) = &latest {
            let known = tx.config_texts(latest.revision.id).await?;
            if known.as_ref().is_some_and(|known| known.fingerprint == fingerprint) {
                return Ok(tx.see_config(latest.revision.id, at).await?);
            }
            if let Some(known) = known {
                let (old, new) = (pack::unpack(&known.masked)?, read.normalized.masked.clone());
                let compared = tokio::task::spawn_blocking(move || diff::compare(&old, &new, 0))
                    .await
                    .map_err(|error| ManageError::Packed(std::io::Error::other(error)))?;
                counts = (count(compared.added), count(compared.removed));
            }
        }
        let id = ConfigId::new();
        let text = &read.normalized.text;
        let revision = ConfigRevision {
            id,
            device: device.id,
            number: latest.as_ref().map_or(1, |latest| latest.revision.number + 1),
            taken_at: at,
            seen_at: at,
            source: backup.source,
            by: backup.by,
            profile: read.profile.clone(),
            lines: count(text.lines().count()),
            size_bytes: count(text.len()),
            added: counts.0,
            removed: counts.1,
        };
        let texts = ConfigTexts {
            masked: pack::pack(&read.normalized.masked)?,
            sealed: self.vault.seal(Purpose::Config, id.bytes(), &pack::pack(text)?)?,
            fingerprint,
        };
        tx.insert_config(&revision, &texts).await?;
        let fields =
            json!({ "device": device.id.to_string(), "added": revision.added, "removed": revision.removed, "number": revision.number });
        tx.emit(EventKind::ConfigChanged, id, device.site, 1, fields).await?;
        Ok(())
    }
}

struct Read {
    profile: String,
    outputs: Vec<(String, String)>,
    normalized: Normalized,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
