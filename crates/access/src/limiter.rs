//! How often somebody may fail, by e-mail, by network and by person. Kept in the database: a restart forgets nothing, and several centres
//! count together.

use crate::error::AccessError;
use model::Timestamp;
use std::time::Duration;
use store::{Store, Tx};

/// A limit on failures of one source within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    /// So many failures, and the next attempt is refused unread.
    pub failures_max: usize,
    pub window: Duration,
}

const TEN_MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Wrong passwords for one e-mail.
pub const BY_MAIL: Limit = Limit { name: "mail", failures_max: 10, window: TEN_MINUTES };
/// Wrong passwords, codes, invitations and links from one network: more than one person may sit behind it.
pub const BY_NETWORK: Limit = Limit { name: "net", failures_max: 30, window: TEN_MINUTES };
/// Wrong second factors of one person, whose password was right each time. With three codes valid at once, a guesser of six digits
/// finds one in 45 years.
pub const BY_CODE: Limit = Limit { name: "code", failures_max: 20, window: DAY };
/// Mails with a link that one address may ask for.
pub const RESETS_BY_MAIL: Limit = Limit { name: "reset-mail", failures_max: 3, window: HOUR };
pub const RESETS_BY_NETWORK: Limit = Limit { name: "reset-net", failures_max: 20, window: HOUR };
/// Failures are forgotten after this time: the longest window.
pub(crate) const FAILURES_KEPT: Duration = DAY;

/// One attempt of one source under a limit.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    limit: Limit,
    source: String,
}

impl Try {
    pub(crate) fn new(limit: Limit, source: impl std::fmt::Display) -> Self {
        Self { limit, source: format!("{} {source}", limit.name) }
    }
}

/// How long to wait when this many failed at these times, oldest first.
fn wait(limit: Limit, failures: &[Timestamp], now: Timestamp) -> Option<Duration> {
    let first = failures.len().checked_sub(limit.failures_max).and_then(|place| failures.get(place))?;
    Some(limit.window.saturating_sub(now.since(*first)).max(Duration::from_secs(1)))
}

async fn check(tx: &mut Tx, tries: &[Try]) -> Result<(), AccessError> {
    let now = tx.now();
    let mut longest = None;
    for one in tries {
        let failures = tx.failures(&one.source, now.minus(one.limit.window), one.limit.failures_max).await?;
        longest = longest.max(wait(one.limit, &failures, now));
    }
    longest.map_or(Ok(()), |wait| Err(AccessError::TooManyFailures { wait }))
}

/// Counts an attempt before it is judged, so that a thousand at once count as a thousand.
pub(crate) async fn count(store: &Store, tries: &[Try]) -> Result<(), AccessError> {
    // Who is refused anyway costs no write.
    check(&mut store.read(&crate::flow::COMING_IN).await?, tries).await?;
    let mut tx = store.write(&crate::flow::COMING_IN).await?;
    check(&mut tx, tries).await?;
    for one in tries {
        tx.add_failure(&one.source).await?;
    }
    Ok(tx.commit().await?)
}

/// The attempt was right after all.
pub(crate) async fn forgive(tx: &mut Tx, tries: &[Try]) -> Result<(), AccessError> {
    for one in tries {
        tx.forgive_failure(&one.source).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_until_the_oldest_failure_that_counts_is_out_of_the_window() {
        let at = |secs: i64| Timestamp::from_secs(1_000_000 + secs);
        let limit = Limit { name: "x", failures_max: 3, window: Duration::from_secs(600) };
        for (failures, now, expected) in [
            (vec![], 0, None),
            (vec![0, 1], 2, None),
            (vec![0, 1, 2], 60, Some(540)),
            (vec![0, 100, 200, 300], 300, Some(400)),
            (vec![0, 0, 0], 600, Some(1)),
        ] {
            let times: Vec<Timestamp> = failures.iter().copied().map(at).collect();
            assert_eq!(wait(limit, &times, at(now)), expected.map(Duration::from_secs), "{failures:?} at {now}");
        }
    }
}
