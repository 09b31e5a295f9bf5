//! How long to wait before trying again.

use std::time::Duration;

/// Doubles with every attempt from `first`, up to `longest`.
pub fn backoff(attempts: u32, first: Duration, longest: Duration) -> Duration {
    let factor = 1u32.checked_shl(attempts.saturating_sub(1).min(30)).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_at_the_longest() {
        let secs: Vec<u64> = (0..12).map(|attempt| backoff(attempt, Duration::from_secs(1), Duration::from_secs(300)).as_secs()).collect();
        assert_eq!(secs, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(backoff(u32::MAX, Duration::from_secs(1), Duration::from_secs(300)).as_secs(), 300);
    }
}
