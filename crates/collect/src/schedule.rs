//! When what is due. Pure.

use model::DeviceId;
use std::time::Duration;
use tokio::time::Instant;

/// A first reading of *down* is read again after this long, or at the next tick when that is sooner.
pub const SECOND_READ: Duration = Duration::from_secs(10);
/// Walks of a silent agent become at most this many times rarer.
pub const BACK_OFF_MAX: u32 = 8;

/// Spreads the devices over their interval, always the same way: a restart does not bunch them.
pub fn jitter(device: DeviceId, interval: Duration) -> Duration {
    // FNV-1a: stable between builds, unlike the hasher of the standard library.
    let hash = device.bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    interval.mul_f64((hash >> 11) as f64 / (1_u64 << 53) as f64)
}

/// The next point of the grid after `now`; points that passed meanwhile are left out, never made up for.
pub fn next_tick(last: Instant, interval: Duration, now: Instant) -> Instant {
    let interval = interval.max(Duration::from_millis(1));
    let passed = now.saturating_duration_since(last).as_micros() / interval.as_micros();
    last + interval * u32::try_from(passed + 1).unwrap_or(u32::MAX)
}

/// Between two walks after `failures` walks in a row that read nothing.
pub fn walk_interval(poll_interval: Duration, failures: u32) -> Duration {
    poll_interval * 2_u32.saturating_pow(failures).min(BACK_OFF_MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn passed_ticks_are_left_out_and_the_grid_stays() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let ten = Duration::from_secs(10);
        assert_eq!(next_tick(start, ten, start), at(10));
        assert_eq!(next_tick(start, ten, at(9)), at(10));
        assert_eq!(next_tick(start, ten, at(10)), at(20));
        assert_eq!(next_tick(start, ten, at(47)), at(50));
    }

    #[test]
    fn back_off_is_bounded() {
        let minute = Duration::from_secs(60);
        let waits: Vec<u64> = [0, 1, 2, 3, 4, 40].map(|failures| walk_interval(minute, failures).as_secs()).to_vec();
        assert_eq!(waits, [60, 120, 240, 480, 480, 480]);
    }

    #[test]
    fn devices_spread_over_the_interval_evenly() {
        const COUNT: usize = 10_000;
        let interval = Duration::from_secs(10);
        let mut per_second = [0_usize; 10];
        for _ in 0..COUNT {
            let wait = jitter(DeviceId::new(), interval);
            assert!(wait < interval);
            per_second[wait.as_secs() as usize] += 1;
        }
        assert!(per_second.iter().all(|count| (COUNT / 20..COUNT / 5).contains(count)), "{per_second:?}");
    }
}
