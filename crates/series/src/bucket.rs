//! What is kept of the samples of one stretch of time, and how two neighbouring stretches are joined.
//!
//! Joining is the same arithmetic wherever the samples lie, so a head, a raw chunk and a downsampled row answer alike.

use crate::metric::{Kind, Metric, Unit};

/// A sample whose value is not a number says "the device restarted here": no difference is taken across it.
pub(crate) const RESTART: f64 = f64::NAN;

/// Fastest plausible growth per second. 800 Gbit/s and its minimum-size frames (84 octets on the wire, IEEE 802.3).
/// A jump beyond it is another interface behind the same index, not traffic.
const OCTETS_PER_S_MAX: f64 = 1e11;
const PACKETS_PER_S_MAX: f64 = 1.2e9;
/// A 32-bit counter that goes back has wrapped only when it grew no faster than 1 Gbit/s; RFC 2863, 3.1.6 asks for
/// 64-bit octet counters above 20 Mbit/s, but agents of SNMPv1 age count gigabit links with 32 bits.
const WRAP_OCTETS_PER_S_MAX: f64 = 125e6;
const WRAP_PACKETS_PER_S_MAX: f64 = 1.5e6;
/// After a longer silence nobody knows how often a 32-bit counter has wrapped.
const WRAP_GAP_S_MAX: u32 = 900;

/// How much a counter grew from `prev` to `next`, `dt_s` later. `None`: it was reset, or the jump is absurd; the pair then
/// counts as a gap, because a rate we do not know must be neither zero nor a spike.
pub(crate) fn growth(metric: Metric, prev: f64, next: f64, dt_s: u32) -> Option<f64> {
    if dt_s == 0 {
        return None;
    }
    let octets = metric.unit() == Unit::Octets;
    let dt = f64::from(dt_s);
    if next >= prev {
        let max = if octets { OCTETS_PER_S_MAX } else { PACKETS_PER_S_MAX };
        return Some(next - prev).filter(|grown| grown / dt <= max);
    }
    let (width, max) = match metric.kind() {
        Kind::Gauge => return None,
        Kind::Counter64 => (2f64.powi(64), if octets { OCTETS_PER_S_MAX } else { PACKETS_PER_S_MAX }),
        Kind::Counter32 => (2f64.powi(32), if octets { WRAP_OCTETS_PER_S_MAX } else { WRAP_PACKETS_PER_S_MAX }),
    };
    if metric.kind() == Kind::Counter32 && dt_s > WRAP_GAP_S_MAX {
        return None;
    }
    let grown = width - prev + next;
    // Less than half a turn: a reset from a low value would otherwise look like almost a whole one.
    (grown < width / 2.0 && prev < width && grown / dt <= max).then_some(grown)
}

/// `min`, `max` and `sum` are of the values of a gauge; of a counter they are the rates per second of its neighbouring
/// samples and its growth. Seconds are since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    pub start: u32,
    pub count: u32,
    pub first_at: u32,
    pub last_at: u32,
    pub first: f64,
    pub last: f64,
    pub min: f64,
    pub max: f64,
    pub sum: f64,
    /// Seconds over which `sum` of a counter grew.
    pub grown_s: u32,
    pub broken_before: bool,
    pub broken_after: bool,
}

impl Bucket {
    pub fn empty(start: u32) -> Self {
        Self {
            start,
            count: 0,
            first_at: 0,
            last_at: 0,
            first: 0.0,
            last: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            grown_s: 0,
            broken_before: false,
            broken_after: false,
        }
    }

    /// Adds a later sample.
    pub fn push(&mut self, metric: Metric, at: u32, value: f64) {
        let mut one = Self::empty(at);
        if value.is_nan() {
            one.broken_before = true;
        } else {
            one = Self { count: 1, first_at: at, last_at: at, first: value, last: value, ..one };
            if !metric.is_counter() {
                one = Self { min: value, max: value, sum: value, ..one };
            }
        }
        self.join(metric, &one);
    }

    /// Takes in a later stretch, with the growth between the two.
    pub fn join(&mut self, metric: Metric, later: &Bucket) {
        if later.count == 0 {
            let is_broken = later.broken_before || later.broken_after;
            if self.count == 0 {
                self.broken_before |= is_broken
            } else {
                self.broken_after |= is_broken
            }
            return;
        }
        if self.count == 0 {
            *self = Self { start: self.start, broken_before: self.broken_before || later.broken_before, ..*later };
            return;
        }
        let across = crossing(metric, self, later);
        self.count += later.count;
        self.last = later.last;
        self.last_at = later.last_at;
        self.broken_after = later.broken_after;
        self.add(later.sum, later.grown_s, later.min, later.max);
        if let Some((grown, dt_s)) = across {
            let rate = rate(grown, dt_s);
            self.add(grown, dt_s, rate, rate);
        }
    }

    /// Counts the growth from the stretch before this one, which belongs to the later sample.
    pub fn reach_back(&mut self, metric: Metric, earlier: &Bucket) {
        if earlier.count > 0
            && self.count > 0
            && let Some((grown, dt_s)) = crossing(metric, earlier, self)
        {
            let rate = rate(grown, dt_s);
            self.add(grown, dt_s, rate, rate);
        }
    }

    fn add(&mut self, sum: f64, grown_s: u32, min: f64, max: f64) {
        self.sum += sum;
        self.grown_s += grown_s;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }
}

fn crossing(metric: Metric, earlier: &Bucket, later: &Bucket) -> Option<(f64, u32)> {
    if !metric.is_counter() || earlier.broken_after || later.broken_before {
        return None;
    }
    let dt_s = later.first_at.saturating_sub(earlier.last_at);
    growth(metric, earlier.last, later.first, dt_s).map(|grown| (grown, dt_s))
}

/// Rounded to what a downsampled row keeps, so that both answer alike.
fn rate(grown: f64, dt_s: u32) -> f64 {
    f64::from((grown / f64::from(dt_s)) as f32)
}

/// Sums samples, ordered by time, into stretches of `step_s`; stretches without one are left out.
pub(crate) fn fold_samples(metric: Metric, samples: &[(u32, f64)], step_s: u32) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = Vec::new();
    for &(at, value) in samples {
        open_at(&mut buckets, at - at % step_s).push(metric, at, value);
    }
    buckets
}

/// Joins stretches, ordered by time, into longer ones.
pub(crate) fn fold_buckets(metric: Metric, finer: &[Bucket], step_s: u32) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = Vec::new();
    for bucket in finer {
        open_at(&mut buckets, bucket.start - bucket.start % step_s).join(metric, bucket);
    }
    buckets
}

fn open_at(buckets: &mut Vec<Bucket>, start: u32) -> &mut Bucket {
    if buckets.last().is_none_or(|last| last.start != start) {
        buckets.push(Bucket::empty(start));
    }
    buckets.last_mut().expect("one was pushed if there was none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_wraps_resets_or_jumps_and_never_gives_a_negative_or_absurd_rate() {
        let top32 = 2f64.powi(32);
        let top64 = 2f64.powi(64);
        // Name, metric, before, after, seconds between, growth.
        type Case = (&'static str, Metric, f64, f64, u32, Option<f64>);
        let table: [Case; 16] = [
            ("grows", Metric::InOctets, 1000.0, 7000.0, 60, Some(6000.0)),
            ("stands", Metric::InOctets, 1000.0, 1000.0, 60, Some(0.0)),
            ("32 bits wrap", Metric::InOctets32, top32 - 1000.0, 500.0, 60, Some(1500.0)),
            ("32 bits wrap, over a missing poll", Metric::InOctets32, top32 - 1000.0, 500.0, 300, Some(1500.0)),
            ("32 bits go back after a long silence", Metric::InOctets32, top32 - 1000.0, 500.0, 901, None),
            ("32 bits reset from the lower half", Metric::InOctets32, 1.0e9, 500.0, 60, None),
            ("32 bits step back a little", Metric::InOctets32, 3.0e9, 3.0e9 - 1.0, 60, None),
            ("32-bit errors reset", Metric::InErrors, 4.0e9, 3.0, 60, None),
            ("32-bit errors wrap", Metric::InErrors, top32 - 2.0, 3.0, 60, Some(5.0)),
            ("32-bit packets wrap at 1 Gbit/s", Metric::InPackets32, top32 - 6.0e7, 2.0e7, 60, Some(8.0e7)),
            ("64 bits reset from high", Metric::InOctets, 9.0e15, 500.0, 60, None),
            ("64 bits reset from low", Metric::InOctets, 5000.0, 10.0, 60, None),
            ("64 bits wrap", Metric::InOctets, top64 - 4096.0, 4096.0, 60, Some(8192.0)),
            ("another interface behind the index", Metric::InOctets, 1000.0, 9.0e15, 60, None),
            ("800 Gbit/s is still traffic", Metric::InOctets, 0.0, 6.0e12, 60, Some(6.0e12)),
            ("the same second", Metric::InOctets, 0.0, 6.0, 0, None),
        ];
        for (name, metric, prev, next, dt_s, expected) in table {
            assert_eq!(growth(metric, prev, next, dt_s), expected, "{name}");
        }
    }

    #[test]
    fn no_growth_is_taken_across_a_restart_wherever_the_stretch_is_cut() {
        let samples = [(0, 100.0), (60, 160.0), (90, RESTART), (120, 500.0), (180, 560.0)];
        for step in [10, 60, 70, 90, 100, 120, 200, 300] {
            let parts = fold_samples(Metric::InOctets, &samples, step);
            let mut whole = Bucket::empty(0);
            for part in &parts {
                whole.join(Metric::InOctets, part);
            }
            assert_eq!((whole.count, whole.sum, whole.grown_s), (4, 120.0, 120), "step {step}");
        }
    }
}
