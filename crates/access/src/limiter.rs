//! How often somebody may fail: per e-mail and per address, in memory, with a bounded size.

use model::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// Failed attempts within [`FAILURE_WINDOW`] before the next one is refused unread.
pub const FAILURES_MAX: usize = 10;
pub const FAILURE_WINDOW: Duration = Duration::from_secs(600);
/// E-mails and addresses remembered at the same time; the one that failed longest ago is forgotten first.
pub const SOURCES_MAX: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Limiter {
    failures: HashMap<String, Vec<Timestamp>>,
}

impl Limiter {
    /// Counts an attempt before it is judged, so that a thousand at once count as a thousand. How long to wait when there were too many.
    pub(crate) fn attempt(&mut self, source: &str, now: Timestamp) -> Result<(), Duration> {
        self.make_room(source, now);
        let times = self.failures.entry(source.to_owned()).or_default();
        times.retain(|at| now.since(*at) < FAILURE_WINDOW);
        if let (true, Some(first)) = (times.len() >= FAILURES_MAX, times.first()) {
            return Err(FAILURE_WINDOW.saturating_sub(now.since(*first)).max(Duration::from_secs(1)));
        }
        times.push(now);
        Ok(())
    }

    /// The attempt was right after all.
    pub(crate) fn succeeded(&mut self, source: &str) {
        if let Some(times) = self.failures.get_mut(source) {
            times.pop();
            if times.is_empty() {
                self.failures.remove(source);
            }
        }
    }

    fn make_room(&mut self, source: &str, now: Timestamp) {
        if self.failures.len() < SOURCES_MAX || self.failures.contains_key(source) {
            return;
        }
        self.failures.retain(|_, times| times.last().is_some_and(|at| now.since(*at) < FAILURE_WINDOW));
        while self.failures.len() >= SOURCES_MAX {
            let Some(oldest) = self.failures.iter().min_by_key(|(_, times)| times.last().copied()).map(|(name, _)| name.clone()) else {
                return;
            };
            self.failures.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    #[test]
    fn the_eleventh_failure_in_ten_minutes_is_refused_and_told_how_long_to_wait() {
        let mut limiter = Limiter::default();
        for second in 0..10 {
            assert_eq!(limiter.attempt("a@b", at(second)), Ok(()));
        }
        assert_eq!(limiter.attempt("a@b", at(60)), Err(Duration::from_secs(540)));
        assert_eq!(limiter.attempt("c@d", at(60)), Ok(()), "another source is not concerned");
        assert_eq!(limiter.attempt("a@b", at(600)), Ok(()), "the first failure is ten minutes old");
    }

    #[test]
    fn a_success_does_not_count() {
        let mut limiter = Limiter::default();
        for second in 0..100 {
            assert_eq!(limiter.attempt("a@b", at(second)), Ok(()));
            limiter.succeeded("a@b");
        }
        assert!(limiter.failures.is_empty());
    }

    #[test]
    fn memory_stays_bounded_and_the_oldest_goes_first() {
        let mut limiter = Limiter::default();
        for number in 0..(SOURCES_MAX + 5) {
            limiter.attempt(&format!("{number}"), at(i64::try_from(number / 1_000).unwrap())).unwrap();
        }
        assert_eq!(limiter.failures.len(), SOURCES_MAX);
        assert!(limiter.failures.contains_key(&format!("{}", SOURCES_MAX + 4)));
    }
}
