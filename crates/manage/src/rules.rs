//! When a device is asked for its configuration, and what an answer makes of it. Pure.

use model::config::{
    BACKUP_EVERY, BACKUP_RETRY_FIRST, BACKUP_RETRY_LONGEST, Backup, BackupProblem, BackupSource, BackupState, LOGIN_FAILURES_MAX,
};
use model::task::{FetchFailed, SshSeen};
use model::{DeviceId, TaskId, Timestamp};
use std::time::Duration;

/// Longest detail and tail kept, characters.
const DETAIL_CHARS_MAX: usize = 500;
const TAIL_CHARS_MAX: usize = 2_000;

/// The next fetch on schedule: spread by the device, so that a thousand devices backed up in one minute are not so again.
pub(crate) fn next_scheduled(device: DeviceId, now: Timestamp) -> Timestamp {
    let spread = device.bytes().iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let tenth = BACKUP_EVERY.as_secs() / 10;
    now.plus(BACKUP_EVERY - Duration::from_secs(spread % tenth.max(1)))
}

fn retry_after(failures: i64) -> Duration {
    work::backoff(u32::try_from(failures).unwrap_or(u32::MAX), BACKUP_RETRY_FIRST, BACKUP_RETRY_LONGEST)
}

/// Marks the task that was given out.
pub(crate) fn queued(before: Backup, task: TaskId) -> Backup {
    Backup { state: BackupState::Queued, task: Some(task), ..before }
}

/// Why nobody may ask this device now, as a sentence; `None`: one may.
pub(crate) fn hindrance(backup: &Backup, has_credential: bool, now: Timestamp) -> Option<String> {
    if !has_credential {
        return Some("the device has no SSH credential; add one to the device first".into());
    }
    if let (Some(offered), Some(pinned)) = (&backup.host_key_offered, &backup.host_key) {
        return Some(format!("its host key changed from {pinned} to {offered}; decide about it first"));
    }
    backup.paused_until(now).map(|until| {
        format!("it refused {LOGIN_FAILURES_MAX} logins; so that the account is not locked, nobody tries again before {until}")
    })
}

/// A whole text came.
pub(crate) fn succeeded(before: Backup, ssh: Option<&SshSeen>, at: Timestamp, now: Timestamp) -> Backup {
    let device = before.device;
    // Somebody asked while this one ran: he gets one of his own.
    let is_wished = before.source == BackupSource::Demand && before.next_at > before.tried_at;
    let (source, by) = if is_wished { (BackupSource::Demand, before.by) } else { (BackupSource::Schedule, None) };
    Backup {
        state: BackupState::Ok,
        task: None,
        tried_at: Some(at),
        succeeded_at: Some(at),
        next_at: Some(if is_wished { now } else { next_scheduled(device, now) }),
        source,
        by,
        failures: 0,
        problem: None,
        detail: None,
        tail: None,
        login_failed_at: Vec::new(),
        ..told(before, ssh)
    }
}

/// No text, or none that may be kept.
pub(crate) fn failed(before: Backup, ssh: Option<&SshSeen>, refused: u32, failure: FetchFailed, at: Timestamp, now: Timestamp) -> Backup {
    let failures = before.failures.saturating_add(1);
    let mut after = told(before, ssh);
    for _ in 0..refused.min(u32::try_from(LOGIN_FAILURES_MAX).unwrap_or(u32::MAX)) {
        after.login_failed_at.push(at);
    }
    let surplus = after.login_failed_at.len().saturating_sub(LOGIN_FAILURES_MAX);
    after.login_failed_at.drain(..surplus);
    let again_at = now.plus(retry_after(failures));
    let again_at = after.paused_until(now).map_or(again_at, |until| until.max(again_at));
    let must_decide = failure.problem == BackupProblem::HostKeyChanged;
    Backup {
        state: BackupState::Failed,
        task: None,
        tried_at: Some(at),
        next_at: if must_decide { None } else { Some(again_at) },
        source: BackupSource::Schedule,
        by: None,
        failures,
        problem: Some(failure.problem),
        detail: Some(failure.detail.chars().take(DETAIL_CHARS_MAX).collect()),
        tail: Some(last(&failure.tail, TAIL_CHARS_MAX)).filter(|tail| !tail.is_empty()),
        ..after
    }
}

/// The task's time is over and nobody answered: the collector was restarted or is gone.
pub(crate) fn lost(before: Backup, now: Timestamp) -> Backup {
    let at = before.tried_at.unwrap_or(now);
    let failure = FetchFailed { problem: BackupProblem::Lost, detail: "the collector did not answer in time".into(), tail: String::new() };
    failed(before, None, 0, failure, at, now)
}

/// The profile knows no way to a configuration: looked at again on schedule, because profiles learn.
pub(crate) fn impossible(before: Backup, profile: &str, now: Timestamp) -> Backup {
    let next_at = Some(next_scheduled(before.device, now));
    let detail = format!("the profile {profile} does not say how to fetch a configuration; choose another one if the device has one");
    Backup {
        state: BackupState::Impossible,
        task: None,
        next_at,
        source: BackupSource::Schedule,
        by: None,
        problem: Some(BackupProblem::NoProfile),
        detail: Some(detail),
        ..before
    }
}

/// A person trusts the key that was offered.
pub(crate) fn trusted(before: Backup, now: Timestamp) -> Backup {
    Backup { host_key: before.host_key_offered.clone(), host_key_offered: None, next_at: Some(now), source: BackupSource::Demand, ..before }
}

fn told(before: Backup, ssh: Option<&SshSeen>) -> Backup {
    let Some(ssh) = ssh else { return before };
    let mut after = Backup { level: Some(ssh.level), algorithms: Some(ssh.algorithms.clone()), ..before };
    match &after.host_key {
        Some(pinned) if *pinned != ssh.host_key => after.host_key_offered = Some(ssh.host_key.clone()),
        Some(_) => after.host_key_offered = None,
        None => after.host_key = Some(ssh.host_key.clone()),
    }
    after
}

fn last(text: &str, chars_max: usize) -> String {
    let surplus = text.chars().count().saturating_sub(chars_max);
    text.chars().skip(surplus).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::{LOGIN_WINDOW, SshLevel};

    fn now() -> Timestamp {
        Timestamp::from_secs(1_795_000_000)
    }
    fn seen(host_key: &str) -> SshSeen {
        SshSeen { level: SshLevel::Modern, algorithms: "k/h/c/m".into(), host_key: host_key.into(), banner: "SSH-2.0-x".into() }
    }
    fn failure(problem: BackupProblem) -> FetchFailed {
        FetchFailed { problem, detail: "said so".into(), tail: "tail".into() }
    }

    #[test]
    fn two_refused_logins_pause_the_device_until_ten_minutes_after_the_first() {
        let device = Backup::never(DeviceId::new());
        let once = failed(device, Some(&seen("a")), 1, failure(BackupProblem::Login), now(), now());
        assert_eq!(once.paused_until(now()), None);
        assert_eq!(hindrance(&once, true, now()), None);
        let later = now().plus(Duration::from_secs(60));
        let twice = failed(once, Some(&seen("a")), 1, failure(BackupProblem::Login), later, later);
        assert_eq!(twice.paused_until(later), Some(now().plus(LOGIN_WINDOW)));
        assert!(hindrance(&twice, true, later).is_some_and(|why| why.contains("logins")), "a person is told too");
        assert!(twice.next_at >= Some(now().plus(LOGIN_WINDOW)));
        assert_eq!(twice.paused_until(now().plus(LOGIN_WINDOW)), None);
        let many = failed(twice, None, 9, failure(BackupProblem::Login), later, later);
        assert_eq!(many.login_failed_at.len(), LOGIN_FAILURES_MAX);
    }

    #[test]
    fn the_first_host_key_is_trusted_and_another_one_waits_for_a_person() {
        let first = succeeded(Backup::never(DeviceId::new()), Some(&seen("a")), now(), now());
        assert_eq!((first.host_key.as_deref(), first.host_key_offered.as_deref()), (Some("a"), None));
        let changed = failed(first, Some(&seen("b")), 0, failure(BackupProblem::HostKeyChanged), now(), now());
        assert_eq!((changed.host_key.as_deref(), changed.host_key_offered.as_deref()), (Some("a"), Some("b")));
        assert_eq!(changed.next_at, None, "nobody tries by himself");
        assert!(hindrance(&changed, true, now()).is_some_and(|why| why.contains("host key")));
        let decided = trusted(changed, now());
        assert_eq!((decided.host_key.as_deref(), decided.next_at), (Some("b"), Some(now())));
        assert_eq!(hindrance(&decided, true, now()), None);
    }

    #[test]
    fn who_asks_while_one_runs_gets_one_of_his_own() {
        let later = now().plus(Duration::from_secs(1));
        let wish = |at| Backup { source: BackupSource::Demand, tried_at: Some(now()), next_at: Some(at), ..Backup::never(DeviceId::new()) };
        let own = succeeded(wish(now()), Some(&seen("a")), now(), later);
        assert_eq!(own.source, BackupSource::Schedule, "the wish is what was fulfilled");
        let again = succeeded(wish(later), Some(&seen("a")), now(), later);
        assert_eq!((again.source, again.next_at), (BackupSource::Demand, Some(later)));
    }

    #[test]
    fn failures_wait_longer_and_longer_and_a_success_forgets_them() {
        let mut backup = Backup::never(DeviceId::new());
        let mut waits = Vec::new();
        for _ in 0..8 {
            backup = failed(backup, None, 0, failure(BackupProblem::Connect), now(), now());
            waits.push(backup.next_at.unwrap().since(now()).as_secs());
        }
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        let good = succeeded(backup, Some(&seen("a")), now(), now());
        assert_eq!((good.failures, good.problem, good.state), (0, None, BackupState::Ok));
        let wait = good.next_at.unwrap().since(now());
        assert!(wait <= BACKUP_EVERY && wait > BACKUP_EVERY * 8 / 10, "{wait:?}");
    }
}
