//! How much flows when: a working day with its quiet night, and a ripple on top. Pure formulas, so that a counter at any time is an
//! integral and needs no ticking task.

use std::f64::consts::TAU;

const DAY_S: f64 = 86_400.0;
/// The quietest time of the day.
const QUIET_HOUR_S: f64 = 4.0 * 3_600.0;
/// Night falls to this share of the busy hour: (1 - DAY_SWING) / (1 + DAY_SWING), about 14 %.
const DAY_SWING: f64 = 0.75;
/// Fast movement, so that a graph of an hour lives. Together with the day's swing below 1: traffic never runs backwards.
const RIPPLE: [(f64, f64); 2] = [(420.0, 0.12), (97.0, 0.06)];

/// The course of one quantity, with a phase of its own so that no two look alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    /// Radians, for the ripple only: the night is the same for all.
    phase: f64,
}

impl Shape {
    /// The same name gives the same shape, today and tomorrow.
    pub fn of(name: &str) -> Self {
        // FNV-1a: the standard library's hasher is seeded anew in every process.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { phase: (hash % 10_000) as f64 / 10_000.0 * TAU }
    }

    /// Level relative to the busy hour, between 0 and about 1.1, at a second of the day.
    pub fn level(self, day_s: f64) -> f64 {
        let day = 1.0 - DAY_SWING * (TAU * (day_s - QUIET_HOUR_S) / DAY_S).cos();
        let ripple: f64 = RIPPLE.iter().map(|(period, depth)| depth * (TAU * day_s / period + self.phase).sin()).sum();
        (day + ripple) / (1.0 + DAY_SWING)
    }

    /// The integral of [`Self::level`] from one second to a later one: seconds of busy hour.
    pub fn amount(self, from_s: f64, to_s: f64) -> f64 {
        let until = |s: f64| {
            let day = s - DAY_SWING * (TAU * (s - QUIET_HOUR_S) / DAY_S).sin() * DAY_S / TAU;
            let ripple: f64 = RIPPLE.iter().map(|(period, depth)| -depth * (TAU * s / period + self.phase).cos() * period / TAU).sum();
            (day + ripple) / (1.0 + DAY_SWING)
        };
        (until(to_s) - until(from_s)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_busy_and_a_night_is_quiet_and_nothing_runs_backwards() {
        for name in ["a", "daisy-gw-1/wan0/in", "я"] {
            let shape = Shape::of(name);
            let (night, noon) = (shape.level(4.0 * 3_600.0), shape.level(16.0 * 3_600.0));
            assert!(night < 0.3 && noon > 0.85, "{name}: {night} {noon}");
            for second in (0..86_400).step_by(13) {
                let level = shape.level(f64::from(second));
                assert!((0.0..1.2).contains(&level), "{name} at {second}: {level}");
            }
        }
        assert_ne!(Shape::of("a"), Shape::of("b"));
    }

    #[test]
    fn the_amount_is_the_sum_of_the_levels() {
        let shape = Shape::of("x");
        let (from, to) = (30_000.0, 31_000.0);
        let summed: f64 = (0..100_000).map(|step| shape.level(from + f64::from(step) * 0.01) * 0.01).sum();
        let amount = shape.amount(from, to);
        assert!((amount - summed).abs() < 0.1, "{amount} {summed}");
        let parts = shape.amount(from, 30_400.5) + shape.amount(30_400.5, to);
        assert!((amount - parts).abs() < 1e-6, "however often one looks");
    }
}
