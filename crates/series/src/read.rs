//! Choosing the resolution and the step, and joining what lies in heads, raw chunks and downsampled rows.

use crate::bucket::{Bucket, fold_buckets, fold_samples};
use crate::chunks::{Disk, Resolution, raw_window};
use crate::core::{Core, lock};
use crate::error::SeriesError;
use crate::memory::overlay;
use crate::metric::Metric;
use crate::{POINTS_MAX, Point};
use model::Timestamp;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// Steps that read well on an axis; each is aligned to the epoch. From 5 minutes on all are multiples of the 5 minutes,
/// from an hour on of the hour, which the downsampled rows are kept in.
const STEPS_S: [u32; 19] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY_S];
const DAY_S: u32 = 86_400;
/// How far before the range the counter's previous sample is looked for.
const LOOK_BACK_S: u32 = 7_200;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    pub from: u32,
    pub to: u32,
    pub step_s: u32,
}

impl Plan {
    fn resolution(&self) -> Resolution {
        match self.step_s {
            step if step % Resolution::Hour.step_s() == 0 => Resolution::Hour,
            step if step % Resolution::FiveMinutes.step_s() == 0 => Resolution::FiveMinutes,
            _ => Resolution::Raw,
        }
    }
}

/// The finest aligned step that gives at most `points_max` points and whose resolution still reaches back to `from`.
pub(crate) fn plan(core: &Core, from: Timestamp, to: Timestamp, points_max: usize) -> Option<Plan> {
    let second = |at: Timestamp| u32::try_from(at.secs().max(0)).unwrap_or(u32::MAX);
    let newest = core.now_s().saturating_add(crate::FUTURE_S_MAX + 1);
    // `to` is exclusive; a part of a second counts as a whole one.
    let end = second(Timestamp::from_micros(to.micros().saturating_add(999_999))).min(newest);
    let from = second(from).max(core.oldest_s(Resolution::Hour));
    if from >= end {
        return None;
    }
    let step_min = match from {
        _ if from >= core.oldest_s(Resolution::Raw) => 1,
        _ if from >= core.oldest_s(Resolution::FiveMinutes) => Resolution::FiveMinutes.step_s(),
        _ => Resolution::Hour.step_s(),
    };
    let points_max = points_max.clamp(1, POINTS_MAX) as u32;
    let points = |step: u32| end.div_ceil(step) - from / step;
    let whole_days = |count: u32| DAY_S.saturating_mul(count);
    let step_s = STEPS_S.into_iter().find(|&step| step >= step_min && points(step) <= points_max).unwrap_or_else(|| {
        // One more than needed covers the part of a step at either end; a lone point takes the whole range.
        (2..).map(whole_days).find(|&step| points(step) <= points_max || step > end).unwrap_or(u32::MAX)
    });
    let from = from / step_s * step_s;
    Some(Plan { from, to: end.div_ceil(step_s).saturating_mul(step_s).min(newest), step_s })
}

/// Stretches of `plan.step_s` that have samples, with the growth since the stretch before when it is a counter.
pub(crate) fn stretches(core: &Core, id: u64, metric: Metric, plan: Plan) -> Result<Vec<Bucket>, SeriesError> {
    let resolution = plan.resolution();
    let look_back = if metric.is_counter() { LOOK_BACK_S.max(plan.step_s) } else { 0 };
    let start = plan.from.saturating_sub(look_back);
    let start = start - start % plan.step_s;
    let window_s = Resolution::Raw.window_s();
    // Memory first: what is sealed in between is then seen twice, which is harmless, and never missed.
    let rolled_until = core.rolled_until.load(Ordering::SeqCst);
    let unsealed = lock(&core.memory).unsealed(id, start - start % window_s, plan.to.div_ceil(window_s).saturating_mul(window_s));
    let range = start..plan.to;
    let mut finest = core.chunks.read(|disk| match resolution {
        Resolution::Raw => {
            let mut samples = Vec::new();
            for window in raw_window(start)..=raw_window(plan.to - 1) {
                samples.extend(disk.raw(window, id)?);
            }
            let mut samples = overlay(&samples, &unsealed);
            samples.retain(|sample| range.contains(&sample.0));
            Ok(fold_samples(metric, &samples, plan.step_s))
        }
        Resolution::FiveMinutes | Resolution::Hour => {
            let mut fresh: BTreeSet<u32> = unsealed.iter().map(|sample| raw_window(sample.0)).collect();
            fresh.extend(rolled_until.max(raw_window(start))..=raw_window(plan.to - 1));
            downsampled(disk, resolution, id, metric, start, plan.to, &fresh, &unsealed)
        }
    })?;
    finest.retain(|bucket| range.contains(&bucket.start));
    let joined = fold_buckets(metric, &finest, plan.step_s);
    Ok(with_growth(metric, joined, plan.from))
}

/// Rows of the resolution, except in `fresh` raw windows, which are summed up from their samples on the fly.
#[allow(clippy::too_many_arguments)]
fn downsampled(
    disk: &Disk,
    resolution: Resolution,
    id: u64,
    metric: Metric,
    start: u32,
    to: u32,
    fresh: &BTreeSet<u32>,
    unsealed: &[(u32, f64)],
) -> Result<Vec<Bucket>, SeriesError> {
    let mut buckets = Vec::new();
    for row in start / resolution.window_s()..=(to - 1) / resolution.window_s() {
        let rows = disk.buckets(resolution, metric, row, id)?;
        buckets.extend(rows.into_iter().filter(|bucket| !fresh.contains(&raw_window(bucket.start))));
    }
    for &window in fresh {
        let newer_from = unsealed.partition_point(|sample| raw_window(sample.0) < window);
        let newer_to = unsealed.partition_point(|sample| raw_window(sample.0) <= window);
        let samples = overlay(&disk.raw(window, id)?, unsealed.get(newer_from..newer_to).unwrap_or(&[]));
        let fine = fold_samples(metric, &samples, Resolution::FiveMinutes.step_s());
        buckets.extend(fold_buckets(metric, &fine, resolution.step_s()));
    }
    buckets.sort_unstable_by_key(|bucket| bucket.start);
    Ok(buckets)
}

fn with_growth(metric: Metric, buckets: Vec<Bucket>, from: u32) -> Vec<Bucket> {
    let mut earlier = Bucket::empty(0);
    let mut grown = Vec::with_capacity(buckets.len());
    for mut bucket in buckets {
        if bucket.count == 0 {
            earlier.broken_after |= bucket.broken_before || bucket.broken_after;
            continue;
        }
        bucket.reach_back(metric, &earlier);
        earlier = bucket;
        if bucket.start >= from {
            grown.push(bucket);
        }
    }
    grown
}

pub(crate) fn as_points(buckets: &[Bucket]) -> Vec<Point> {
    let point = |bucket: &Bucket| Point {
        at: Timestamp::from_secs(i64::from(bucket.start)),
        min: bucket.min,
        avg: bucket.sum / f64::from(bucket.count),
        max: bucket.max,
        count: bucket.count,
    };
    buckets.iter().map(point).collect()
}

pub(crate) fn as_rates(buckets: &[Bucket]) -> Vec<Point> {
    let known = buckets.iter().filter(|bucket| bucket.grown_s > 0);
    let point = |bucket: &Bucket| {
        let avg = bucket.sum / f64::from(bucket.grown_s);
        // The single rates are kept in fewer digits than their mean.
        Point {
            at: Timestamp::from_secs(i64::from(bucket.start)),
            min: bucket.min.min(avg),
            avg,
            max: bucket.max.max(avg),
            count: bucket.count,
        }
    };
    known.map(point).collect()
}

/// The newest sample in chunks.
pub(crate) fn last_sealed(core: &Core, id: u64, metric: Metric) -> Result<Option<(u32, f64)>, SeriesError> {
    let newest = core.now_s().saturating_add(crate::FUTURE_S_MAX);
    core.chunks.read(|disk| {
        for window in (raw_window(core.oldest_s(Resolution::Raw))..=raw_window(newest)).rev() {
            let samples = disk.raw(window, id)?;
            if let Some(&sample) = samples.iter().rev().find(|sample| !sample.1.is_nan()) {
                return Ok(Some(sample));
            }
        }
        let row_of = |second: u32| second / Resolution::Hour.window_s();
        for row in (row_of(core.oldest_s(Resolution::Hour))..=row_of(newest)).rev() {
            let buckets = disk.buckets(Resolution::Hour, metric, row, id)?;
            if let Some(bucket) = buckets.iter().rev().find(|bucket| bucket.count > 0) {
                return Ok(Some((bucket.last_at, bucket.last)));
            }
        }
        Ok(None)
    })
}
