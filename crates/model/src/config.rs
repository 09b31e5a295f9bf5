//! Configurations of devices: revisions, and how the backup of a device stands.

use crate::{ConfigId, DeviceId, PersonId, TaskId, Timestamp};
use std::time::Duration;

/// How often a configuration is fetched when nobody asks.
pub const BACKUP_EVERY: Duration = Duration::from_secs(6 * 3600);
/// After a failure: at first, doubling up to …
pub const BACKUP_RETRY_FIRST: Duration = Duration::from_secs(60);
/// … this.
pub const BACKUP_RETRY_LONGEST: Duration = Duration::from_secs(3600);
/// Refused logins within [`LOGIN_WINDOW`] after which a device is left alone until the window ends: many devices lock the account at three.
pub const LOGIN_FAILURES_MAX: usize = 2;
pub const LOGIN_WINDOW: Duration = Duration::from_secs(600);
/// Largest configuration that is kept, bytes.
pub const CONFIG_SIZE_BYTES_MAX: usize = 8 * 1024 * 1024;

vocabulary! {
    /// `never`: not tried yet. `impossible` is never stored: it is what a device without an SSH credential shows.
    BackupState: "state of a backup" {
        Never = "never", Queued = "queued", Running = "running", Ok = "ok", Failed = "failed", Impossible = "impossible",
    }
}

vocabulary! {
    BackupSource: "source of a backup" { Schedule = "schedule", Demand = "demand" }
}

vocabulary! {
    /// Why there is no new revision.
    BackupProblem: "backup problem" {
        Connect = "connect", Login = "login", LoginPaused = "login_paused", HostKeyChanged = "host_key_changed", Algorithms = "algorithms",
        NoPrompt = "no_prompt", PromptChanged = "prompt_changed", Question = "question", Refused = "refused", Timeout = "timeout", Cut = "cut",
        Truncated = "truncated", TooLarge = "too_large", NoProfile = "no_profile", NoCredential = "no_credential", Lost = "lost", Internal = "internal",
    }
}

vocabulary! {
    /// Which generation of algorithms the session needed.
    SshLevel: "level of SSH" { Modern = "modern", Legacy = "legacy", Ancient = "ancient" }
}

vocabulary! {
    TaskState: "state of a task" { Queued = "queued", Sent = "sent", Answered = "answered", Done = "done", Lost = "lost" }
}

/// One text that a device's configuration once was. Its secrets lie sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRevision {
    pub id: ConfigId,
    pub device: DeviceId,
    /// 1, 2, … per device.
    pub number: i64,
    /// When it was first seen, …
    pub taken_at: Timestamp,
    /// … and when last.
    pub seen_at: Timestamp,
    pub source: BackupSource,
    /// Who asked, when somebody did.
    pub by: Option<PersonId>,
    /// Profile that read it.
    pub profile: String,
    pub lines: i64,
    pub size_bytes: i64,
    /// Lines against the revision before; 0 for the first.
    pub added: i64,
    pub removed: i64,
}

/// How the backup of one device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub device: DeviceId,
    pub state: BackupState,
    /// The task that is queued or under way.
    pub task: Option<TaskId>,
    pub tried_at: Option<Timestamp>,
    pub succeeded_at: Option<Timestamp>,
    /// `None` while a person must decide first.
    pub next_at: Option<Timestamp>,
    /// What the next try is for.
    pub source: BackupSource,
    pub by: Option<PersonId>,
    pub failures: i64,
    pub problem: Option<BackupProblem>,
    /// The sentence to the problem; no secret.
    pub detail: Option<String>,
    /// Last lines of the session, secrets masked.
    pub tail: Option<String>,
    pub level: Option<SshLevel>,
    pub algorithms: Option<String>,
    /// SHA-256 fingerprint of the host key that we trust.
    pub host_key: Option<String>,
    /// One that differs; nothing is sent to this device until somebody decides.
    pub host_key_offered: Option<String>,
    /// Refused logins, the latest [`LOGIN_FAILURES_MAX`].
    pub login_failed_at: Vec<Timestamp>,
}

impl Backup {
    pub fn never(device: DeviceId) -> Self {
        Self {
            device,
            state: BackupState::Never,
            task: None,
            tried_at: None,
            succeeded_at: None,
            next_at: None,
            source: BackupSource::Schedule,
            by: None,
            failures: 0,
            problem: None,
            detail: None,
            tail: None,
            level: None,
            algorithms: None,
            host_key: None,
            host_key_offered: None,
            login_failed_at: Vec::new(),
        }
    }

    /// Until when no login may be tried.
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        let recent: Vec<Timestamp> = self.login_failed_at.iter().copied().filter(|at| at.plus(LOGIN_WINDOW) > now).collect();
        if recent.len() < LOGIN_FAILURES_MAX { None } else { recent.iter().min().map(|first| first.plus(LOGIN_WINDOW)) }
    }
}
