//! How often a device may be tried: at most two failed logins in ten minutes over all tasks, so that a changed password locks nobody out.

use model::{Clock, DeviceId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Failed logins of one device within [`FAILURE_WINDOW`]. Common devices lock an account at three.
pub const FAILURES_MAX: usize = model::config::LOGIN_FAILURES_MAX;
pub const FAILURE_WINDOW: Duration = model::config::LOGIN_WINDOW;

/// Shared by all who log in anywhere. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LoginGuard {
    clock: Clock,
    failures: Arc<Mutex<HashMap<DeviceId, Vec<Timestamp>>>>,
}

/// No try is free now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{device}: {FAILURES_MAX} logins failed within {} s; the next one is allowed at {next_try_at}", FAILURE_WINDOW.as_secs())]
pub struct NotYet {
    pub device: DeviceId,
    pub next_try_at: Timestamp,
}

/// The tries of one device. A try is taken before it is made and given back when it succeeded, so a task that is cut off in between leaves the try
/// taken: the device may have counted it.
#[derive(Debug)]
pub struct Tries {
    guard: LoginGuard,
    device: DeviceId,
}

/// A try that was taken; it stays taken unless it is given back.
#[derive(Debug)]
pub(super) struct Try {
    at: Timestamp,
}

impl LoginGuard {
    pub fn new(clock: Clock) -> Self {
        Self { clock, failures: Arc::default() }
    }

    /// For one connection to `device`; refused at once when no try is free.
    pub fn tries(&self, device: DeviceId) -> Result<Tries, NotYet> {
        let now = self.clock.now();
        let mut all = self.lock();
        // What has passed away is forgotten here, for every device: the map never outgrows those that failed lately.
        all.retain(|_, failures| {
            failures.retain(|at| now.since(*at) < FAILURE_WINDOW);
            !failures.is_empty()
        });
        match all.get(&device) {
            Some(failures) if failures.len() >= FAILURES_MAX => Err(NotYet { device, next_try_at: next_try_at(failures) }),
            _ => Ok(Tries { guard: self.clone(), device }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, Vec<Timestamp>>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tries {
    /// When the next try is allowed; nothing when one is free now.
    pub fn next_try_at(&self) -> Option<Timestamp> {
        self.guard.tries(self.device).err().map(|not_yet| not_yet.next_try_at)
    }

    pub(super) fn take(&mut self) -> Option<Try> {
        let at = self.guard.clock.now();
        let mut all = self.guard.lock();
        let failures = all.entry(self.device).or_default();
        failures.retain(|failed| at.since(*failed) < FAILURE_WINDOW);
        if failures.len() >= FAILURES_MAX {
            return None;
        }
        failures.push(at);
        Some(Try { at })
    }

    /// The device accepted it, or never saw it.
    pub(super) fn give_back(&mut self, spent: Try) {
        let mut all = self.guard.lock();
        if let Some(failures) = all.get_mut(&self.device)
            && let Some(place) = failures.iter().position(|at| *at == spent.at)
        {
            failures.remove(place);
        }
    }
}

/// The oldest of the failures that fill the window has to pass away.
fn next_try_at(failures: &[Timestamp]) -> Timestamp {
    let mut sorted = failures.to_vec();
    sorted.sort();
    let oldest = sorted.len().saturating_sub(FAILURES_MAX);
    sorted.get(oldest).map_or(Timestamp::from_micros(0), |at| at.plus(FAILURE_WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn device(last: u8) -> DeviceId {
        DeviceId::from_bytes([last; 16])
    }

    #[test]
    fn the_third_try_waits_until_the_first_failure_is_ten_minutes_old() {
        let clock = Clock::fake(NOON);
        let guard = LoginGuard::new(clock.clone());
        let mut tries = guard.tries(device(1)).unwrap();
        tries.take().unwrap();
        clock.advance(Duration::from_secs(60));
        // Another task of the same device.
        let mut others = guard.tries(device(1)).unwrap();
        others.take().unwrap();
        assert!(tries.take().is_none() && others.take().is_none());
        let until = NOON.plus(FAILURE_WINDOW);
        assert_eq!(guard.tries(device(1)).unwrap_err(), NotYet { device: device(1), next_try_at: until });
        assert_eq!(tries.next_try_at(), Some(until));
        guard.tries(device(2)).unwrap();
        clock.advance(Duration::from_secs(540));
        guard.tries(device(1)).unwrap().take().unwrap();
        assert_eq!(guard.tries(device(1)).unwrap_err().next_try_at, NOON.plus(Duration::from_secs(660)));
    }

    #[test]
    fn a_success_leaves_no_trace_and_does_not_wipe_failures() {
        let guard = LoginGuard::new(Clock::fake(NOON));
        let mut tries = guard.tries(device(1)).unwrap();
        tries.take().unwrap();
        for _ in 0..5 {
            let spent = tries.take().unwrap();
            tries.give_back(spent);
        }
        tries.take().unwrap();
        assert!(tries.take().is_none());
    }

    #[test]
    fn old_failures_are_forgotten() {
        let clock = Clock::fake(NOON);
        let guard = LoginGuard::new(clock.clone());
        for last in 0..100 {
            guard.tries(device(last)).unwrap().take().unwrap();
        }
        clock.advance(FAILURE_WINDOW);
        guard.tries(device(200)).unwrap();
        assert!(guard.lock().is_empty());
    }
}
