//! From heads to chunks, from raw to coarser, and out by age. One at a time, behind `Core::gate`.

use crate::bucket::{Bucket, fold_buckets, fold_samples};
use crate::chunk::{encode_buckets, encode_raw};
use crate::chunks::{Disk, Resolution, key, raw_window, series_row};
use crate::core::{Core, lock};
use crate::error::{SeriesError, chunks};
use crate::memory::{Heads, overlay};
use crate::metric::Metric;
use crate::wal::{self, NewSeries};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows in one commit.
const COMMIT_ROWS_MAX: usize = 512;
/// Rows dropped by age in one go, so that the gate is not held for long.
const DROP_ROWS_MAX: usize = 20_000;
/// A window is rolled up when it has been over for this long; what comes later rolls it up once more.
const ROLL_GRACE_S: u32 = 900;
pub(crate) const ROLLED_UNTIL: &str = "rolled_until";
pub(crate) const NEXT_ID: &str = "next_id";
pub(crate) const FLOOR_S: &str = "floor_s";

/// Which log segment holds the last sample of the heads that are being sealed.
#[derive(Default)]
pub(crate) struct Gate {
    until: u64,
}

/// Puts all heads into chunks, syncs them and removes the log that held them.
pub(crate) fn seal(core: &Core) -> Result<(), SeriesError> {
    let mut gate = lock(&core.gate);
    core.demand_space(core.options.reserve_bytes / 2)?;
    core.revive()?;
    if !lock(&core.memory).sealing.is_empty() {
        write_out(core, gate.until)?;
    }
    let (folder, number) = {
        let memory = lock(&core.memory);
        if memory.active.is_empty() && memory.wal.bytes() == 0 && !memory.wal.is_broken {
            return Ok(());
        }
        memory.wal.next()
    };
    // Nobody appends while the lock is held, so nothing slow is done under it.
    let segment = wal::create(&folder, number)?;
    {
        let mut memory = lock(&core.memory);
        gate.until = memory.wal.go_on_in(segment);
        memory.sealing = Arc::new(std::mem::take(&mut memory.active));
        memory.sealing_samples = std::mem::take(&mut memory.active_samples);
    }
    write_out(core, gate.until)
}

fn write_out(core: &Core, until: u64) -> Result<(), SeriesError> {
    let (heads, metrics, born, next_id) = {
        let memory = lock(&core.memory);
        (Arc::clone(&memory.sealing), memory.metrics(), memory.born.clone(), memory.next_id)
    };
    core.chunks.write(|disk| {
        disk.meta.insert(NEXT_ID, next_id.to_le_bytes()).map_err(chunks("write a setting"))?;
        write_heads(core, disk, &heads, &metrics, &born)?;
        disk.persist()
    })?;
    let born: HashSet<u64> = born.into_iter().map(|series| series.id).collect();
    let folder = {
        let mut memory = lock(&core.memory);
        memory.sealing = Arc::default();
        memory.sealing_samples = 0;
        memory.born.retain(|series| !born.contains(&series.id));
        memory.wal.next().0
    };
    core.counts.seals.fetch_add(1, Ordering::Relaxed);
    // Should this fail, the samples are read from the log once more after a restart, with the same outcome.
    let removed_bytes = wal::remove_until(&folder, until)?;
    let mut memory = lock(&core.memory);
    memory.wal.older_bytes = memory.wal.older_bytes.saturating_sub(removed_bytes);
    Ok(())
}

fn write_heads(core: &Core, disk: &Disk, heads: &Heads, metrics: &HashMap<u64, Metric>, born: &[NewSeries]) -> Result<(), SeriesError> {
    let mut batch = disk.db.batch();
    for series in born {
        let (id, row) = series_row(series);
        batch.insert(&disk.ids, id, row);
    }
    let mut windows: Vec<(u32, u64)> = Vec::new();
    for (id, head) in heads {
        let mut of_series: Vec<(u32, u64)> = head.samples().iter().map(|sample| (raw_window(sample.0), *id)).collect();
        of_series.dedup();
        windows.extend(of_series);
    }
    windows.sort_unstable();
    let rolled_until = core.rolled_until.load(Ordering::SeqCst);
    for (window, id) in windows {
        let (Some(head), Some(metric)) = (heads.get(&id), metrics.get(&id)) else { continue };
        let start = window * Resolution::Raw.window_s();
        let samples = overlay(&or_lost(disk.raw(window, id))?, head.range(start, start.saturating_add(Resolution::Raw.window_s())));
        batch.insert(disk.rows(Resolution::Raw), key(window, id), encode(Resolution::Raw, id, window, encode_raw(start, &samples))?);
        // A late sample: its window is rolled up already, so its rows are made anew. They are read back, so commit first.
        if window < rolled_until {
            roll(disk, &mut batch, *metric, id, window, &samples)?;
            commit(disk, &mut batch)?;
        } else if batch.len() >= COMMIT_ROWS_MAX {
            commit(disk, &mut batch)?;
        }
    }
    commit(disk, &mut batch)
}

/// A chunk that cannot be decoded is given up aloud: it must not keep every other series from being sealed.
fn or_lost<T>(chunk: Result<Vec<T>, SeriesError>) -> Result<Vec<T>, SeriesError> {
    match chunk {
        Err(damaged @ SeriesError::DamagedChunk { .. }) => {
            tracing::error!(error = %damaged, "Replaced a damaged chunk: what it held is lost");
            Ok(Vec::new())
        }
        read => read,
    }
}

fn commit(disk: &Disk, batch: &mut fjall::OwnedWriteBatch) -> Result<(), SeriesError> {
    std::mem::replace(batch, disk.db.batch()).commit().map_err(chunks("write chunks"))
}

fn encode(resolution: Resolution, series: u64, window: u32, encoded: Result<Vec<u8>, String>) -> Result<Vec<u8>, SeriesError> {
    encoded.map_err(|detail| SeriesError::DamagedChunk { resolution: resolution.name(), series, window, detail })
}

/// The 5-minute and hourly rows of one raw window, made from all of its samples.
fn roll(
    disk: &Disk,
    batch: &mut fjall::OwnedWriteBatch,
    metric: Metric,
    id: u64,
    window: u32,
    samples: &[(u32, f64)],
) -> Result<(), SeriesError> {
    let fine = fold_samples(metric, samples, Resolution::FiveMinutes.step_s());
    let coarse = fold_buckets(metric, &fine, Resolution::Hour.step_s());
    let start = window * Resolution::Raw.window_s();
    let end = start.saturating_add(Resolution::Raw.window_s());
    for (resolution, made) in [(Resolution::FiveMinutes, fine), (Resolution::Hour, coarse)] {
        let row = start / resolution.window_s();
        let kept = or_lost(disk.buckets(resolution, metric, row, id))?;
        let mut buckets: Vec<Bucket> = kept.into_iter().filter(|bucket| bucket.start < start || bucket.start >= end).collect();
        buckets.extend(made);
        buckets.sort_unstable_by_key(|bucket| bucket.start);
        let bytes = encode_buckets(metric, row * resolution.window_s(), &buckets);
        batch.insert(disk.rows(resolution), key(row, id), encode(resolution, id, row, bytes)?);
    }
    Ok(())
}

/// Rolls up the oldest window that is over. Answers whether there may be another.
pub(crate) fn roll_next(core: &Core) -> Result<bool, SeriesError> {
    let _gate = lock(&core.gate);
    let over = raw_window(core.now_s().saturating_sub(ROLL_GRACE_S));
    let rolled_until = core.rolled_until.load(Ordering::SeqCst);
    if rolled_until >= over {
        return Ok(false);
    }
    core.demand_space(core.options.reserve_bytes / 2)?;
    core.revive()?;
    let metrics = lock(&core.memory).metrics();
    let next = core.chunks.write(|disk| {
        let first = disk.keys(Resolution::Raw, (rolled_until, 0), over, 1)?;
        let mut next = over;
        if let Some(&(window, _)) = first.first() {
            next = window + 1;
            let mut from = (window, 0);
            loop {
                let keys = disk.keys(Resolution::Raw, from, next, COMMIT_ROWS_MAX)?;
                let Some(&(_, last)) = keys.last() else { break };
                let mut batch = disk.db.batch();
                for (_, id) in keys {
                    // Without a metric it belongs to a later build, which will see to it itself.
                    let Some(metric) = metrics.get(&id) else { continue };
                    roll(disk, &mut batch, *metric, id, window, &or_lost(disk.raw(window, id))?)?;
                }
                commit(disk, &mut batch)?;
                from = (window, last + 1);
            }
        }
        disk.meta.insert(ROLLED_UNTIL, u64::from(next).to_le_bytes()).map_err(chunks("write a setting"))?;
        disk.persist()?;
        Ok(next)
    })?;
    core.rolled_until.store(next, Ordering::SeqCst);
    Ok(next < over)
}

/// Drops whole windows that are older than their retention. Answers whether there may be more.
pub(crate) fn drop_expired(core: &Core) -> Result<bool, SeriesError> {
    let _gate = lock(&core.gate);
    core.revive()?;
    let mut has_more = false;
    for resolution in Resolution::ALL {
        let mut limit = core.oldest_s(resolution) / resolution.window_s();
        if resolution == Resolution::Raw {
            // Raw samples must have been rolled up, and nothing may be waiting to be merged into them.
            let waiting = lock(&core.memory).earliest_unsealed().map_or(u32::MAX, raw_window);
            limit = limit.min(core.rolled_until.load(Ordering::SeqCst)).min(waiting);
        }
        has_more |= core.chunks.write(|disk| {
            let keys = disk.keys(resolution, (0, 0), limit, DROP_ROWS_MAX)?;
            if keys.is_empty() {
                return Ok(false);
            }
            let mut batch = disk.db.batch();
            if resolution == Resolution::Raw {
                // Should the clock step back, a sample in a dropped window must not replace its downsampled rows.
                let floor_s = limit.saturating_mul(resolution.window_s());
                core.floor_s.fetch_max(floor_s, Ordering::SeqCst);
                batch.insert(&disk.meta, FLOOR_S, u64::from(floor_s).to_le_bytes());
            }
            for (window, id) in &keys {
                batch.remove(disk.rows(resolution), key(*window, *id));
            }
            batch.commit().map_err(chunks("drop old chunks"))?;
            Ok(keys.len() == DROP_ROWS_MAX)
        })?;
    }
    Ok(has_more)
}

/// Removes every row of these series. Their ids are never given again, so what a crash leaves behind is removed by replay.
pub(crate) fn remove_series(core: &Core, disk: &Disk, ids: &[u64]) -> Result<(), SeriesError> {
    let newest = core.now_s().saturating_add(crate::FUTURE_S_MAX);
    let mut batch = disk.db.batch();
    for &id in ids {
        batch.remove(&disk.ids, id.to_be_bytes());
        for resolution in Resolution::ALL {
            let rows = disk.rows(resolution);
            let oldest = core.oldest_s(resolution) / resolution.window_s();
            // Two more than the retention: dropping lags behind the clock.
            for window in oldest.saturating_sub(2)..=newest / resolution.window_s() {
                if rows.contains_key(key(window, id)).map_err(chunks("read a chunk"))? {
                    batch.remove(rows, key(window, id));
                }
            }
        }
        if batch.len() >= COMMIT_ROWS_MAX {
            commit(disk, &mut batch)?;
        }
    }
    commit(disk, &mut batch)?;
    disk.persist()
}
