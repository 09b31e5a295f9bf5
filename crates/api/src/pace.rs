//! How fast somebody without a login may speak: counted per minute, in memory, with a bounded size.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);
/// Names remembered at the same time; when there are more, minutes that are over are forgotten.
const NAMES_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Pace {
    /// Counts one; how long to wait when there were `most` in this minute already.
    pub(crate) fn count(&self, name: &str, most: u32, now: Timestamp) -> Result<(), Duration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES_MAX && !known.contains_key(name) {
            known.retain(|_, (since, _)| now.since(*since) < MINUTE);
            if known.len() >= NAMES_MAX {
                return Err(MINUTE);
            }
        }
        let (since, count) = known.entry(name.to_owned()).or_insert((now, 0));
        if now.since(*since) >= MINUTE || *since > now {
            (*since, *count) = (now, 0);
        }
        if *count >= most {
            return Err(MINUTE.saturating_sub(now.since(*since)).max(Duration::from_secs(1)));
        }
        *count += 1;
        Ok(())
    }

    /// Whether there is room in this minute, without counting.
    pub(crate) fn look(&self, name: &str, most: u32, now: Timestamp) -> Result<(), Duration> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(name) {
            Some((since, count)) if *count >= most && now.since(*since) < MINUTE && *since <= now => {
                Err(MINUTE.saturating_sub(now.since(*since)).max(Duration::from_secs(1)))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_begins_anew() {
        let pace = Pace::default();
        let at = |second: i64| Timestamp::from_secs(1_000 + second);
        assert!((0..3).all(|second| pace.count("a", 3, at(second)).is_ok()));
        assert_eq!(pace.count("a", 3, at(20)), Err(Duration::from_secs(40)));
        assert_eq!(pace.look("a", 3, at(20)), Err(Duration::from_secs(40)));
        assert!(pace.count("b", 3, at(20)).is_ok() && pace.look("b", 3, at(20)).is_ok());
        assert!(pace.look("a", 3, at(60)).is_ok() && pace.count("a", 3, at(60)).is_ok());
        assert!(pace.count("a", 3, at(-500)).is_ok(), "the clock was put back");
    }

    #[test]
    fn memory_stays_bounded() {
        let pace = Pace::default();
        let at = |second: i64| Timestamp::from_secs(1_000 + second);
        for number in 0..NAMES_MAX {
            pace.count(&number.to_string(), 1, at(0)).unwrap_or_default();
        }
        assert_eq!(pace.count("one more", 1, at(1)), Err(MINUTE));
        assert!(pace.count("one more", 1, at(61)).is_ok(), "the old ones are forgotten");
    }
}
