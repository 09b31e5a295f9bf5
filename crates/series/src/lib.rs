//! The embedded store of samples: append, graph, rate, newest value.
//!
//! Promises
//! - An acknowledged sample survives the death of the process at once (it is in the operating system's hands) and a power
//!   loss after at most [`Options::sync_interval`] (1 s; zero syncs every append).
//! - The last write of a second wins. Time is kept in whole seconds: what jitters below does not compress.
//! - What is read does not depend on where it lies: in memory, in raw chunks or in downsampled rows, before or after a restart.
//! - A gap stays a gap. A rate is never negative and never taken across a restart or an absurd jump: those are gaps too.
//! - A full disk refuses appends by name while reads go on; appends work again when there is space.
//! - A torn end of the log is cut off, a damaged middle is skipped; both aloud and in [`Stats`].
//!
//! Never: SQL, the network, labels or a query language, a sample older than the raw retention, a value that is not finite.
//!
//! Values are `f64`: a 64-bit counter above 2^53 is kept to 2 to 2048 units, which a rate over seconds does not show.
//!
//! From async code: [`Series::append`], [`Series::restarted`], [`Series::stats`] and [`Series::metrics_of`] work in memory and
//! write one record to the page cache: about a microsecond per sample, never waiting for a sync (unless each append is to be
//! synced) or for sealing, so a batch of a few thousand may be appended in place. [`Series::points`], [`Series::rate`], [`Series::last`] read files, and
//! [`Series::open`], [`Series::seal`], [`Series::purge`] and the last drop may take seconds: run those in `spawn_blocking`.

mod bucket;
mod chunk;
mod chunks;
mod core;
mod error;
mod memory;
mod metric;
mod read;
mod seal;
mod wal;
mod worker;

pub use error::SeriesError;
pub use metric::{Kind, Metric, Unit};

use crate::core::{Core, lock};
use model::{Clock, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Samples in one [`Series::append`].
pub const SAMPLES_PER_APPEND_MAX: usize = 50_000;
/// Points in one answer, whatever was asked for.
pub const POINTS_MAX: usize = 20_000;
/// Series in one store.
pub const SERIES_MAX: usize = 2_000_000;
/// How far a collector's clock may run ahead of ours.
pub const FUTURE_S_MAX: u32 = 300;

/// What one series measures: a metric of a device or of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    pub object: [u8; 16],
    pub metric: Metric,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub key: SeriesKey,
    pub at: Timestamp,
    pub value: f64,
}

/// What became of the samples of one append. The refused ones are counted in [`Stats`], too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appended {
    pub stored: usize,
    /// Older than the raw retention.
    pub too_old: usize,
    /// Further ahead than [`FUTURE_S_MAX`].
    pub too_new: usize,
    /// Infinite, or not a number.
    pub not_finite: usize,
}

/// One aligned step of a graph, from `at` on. Of a counter: rates per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at: Timestamp,
    pub min: f64,
    pub avg: f64,
    pub max: f64,
    pub count: u32,
}

#[derive(Debug, Clone)]
pub struct Options {
    pub clock: Clock,
    /// What a power loss may take at most; zero syncs every append.
    pub sync_interval: Duration,
    /// Samples in memory before they are sealed; up to twice as many while sealing runs. 16 bytes each, up to 32 while growing.
    pub head_samples_max: usize,
    /// Size of the log that makes sealing due.
    pub wal_bytes_max: u64,
    /// Samples are sealed at the latest after this time.
    pub seal_interval: Duration,
    pub raw_kept: Duration,
    pub five_minutes_kept: Duration,
    pub hours_kept: Duration,
    /// Appends stop when less is free on the disk, so that sealing and other parts can still write. Zero: use it up.
    pub reserve_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            clock: Clock::System,
            sync_interval: Duration::from_secs(1),
            head_samples_max: 1_000_000,
            wal_bytes_max: 32 * 1024 * 1024,
            seal_interval: Duration::from_secs(3_600),
            raw_kept: DAY * 14,
            five_minutes_kept: DAY * 180,
            hours_kept: DAY * 365 * 5,
            reserve_bytes: 128 * 1024 * 1024,
        }
    }
}

/// For `/metrics`. Counts are since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    pub series: usize,
    pub samples_appended: u64,
    pub refused_too_old: u64,
    pub refused_too_new: u64,
    pub refused_not_finite: u64,
    /// Samples in memory, not in chunks yet.
    pub head_samples: usize,
    pub seals: u64,
    /// Times that syncing, sealing, rolling up or dropping failed in the background.
    pub background_failures: u64,
    pub wal_bytes: u64,
    /// Occupied on disk, log and chunks.
    pub disk_bytes: u64,
    /// Cut off the end of the log when it was opened.
    pub torn_bytes: u64,
    /// Skipped in the middle of the log when it was opened: these samples are lost.
    pub skipped_bytes: u64,
}

/// A handle to an open store; clones share it. The last one to go syncs the log and stops the background thread.
#[derive(Clone)]
pub struct Series {
    core: Arc<Core>,
    worker: Arc<worker::Worker>,
}

impl Series {
    /// Opens or creates the store in this folder, which belongs to it alone.
    pub fn open(folder: &Path, options: Options) -> Result<Self, SeriesError> {
        let core = Arc::new(Core::open(folder, options)?);
        let worker = Arc::new(worker::Worker::start(Arc::clone(&core))?);
        Ok(Self { core, worker })
    }

    /// Stores samples in any order. All of the accepted ones, or none when it fails.
    pub fn append(&self, samples: &[Sample]) -> Result<Appended, SeriesError> {
        let appended = self.core.append(samples);
        if matches!(appended, Err(SeriesError::DiskFull { .. })) {
            self.core.wants_space.store(true, Ordering::SeqCst);
        }
        let is_due = lock(&self.core.memory).active_samples >= self.core.options.head_samples_max;
        if is_due || appended.is_err() {
            self.worker.wake();
        }
        appended
    }

    /// Says that the counters of these objects began anew at `at` (the poll's time less sysUpTime): no rate is taken across.
    /// Without it a 32-bit counter that fell from its upper half at a plausible speed passes for one that wrapped.
    pub fn restarted(&self, objects: &[[u8; 16]], at: Timestamp) -> Result<(), SeriesError> {
        self.core.restarted(objects, at.secs())
    }

    /// A gauge in `from..to`: at most `points_max` aligned steps of whole seconds; steps without a sample are left out.
    pub fn points(&self, key: SeriesKey, from: Timestamp, to: Timestamp, points_max: usize) -> Result<Vec<Point>, SeriesError> {
        if key.metric.is_counter() {
            return Err(SeriesError::IsCounter { metric: key.metric.name() });
        }
        Ok(read::as_points(&self.stretches(key, from, to, points_max)?))
    }

    /// A counter in `from..to`, per second. A difference belongs to the step of its later sample; steps without a known
    /// difference are left out. A 64-bit metric is completed from its 32-bit sister ([`Metric::narrow`]).
    pub fn rate(&self, key: SeriesKey, from: Timestamp, to: Timestamp, points_max: usize) -> Result<Vec<Point>, SeriesError> {
        if !key.metric.is_counter() {
            return Err(SeriesError::IsGauge { metric: key.metric.name() });
        }
        let mut points = read::as_rates(&self.stretches(key, from, to, points_max)?);
        if let Some(metric) = key.metric.narrow() {
            let narrow = read::as_rates(&self.stretches(SeriesKey { metric, ..key }, from, to, points_max)?);
            let wide_count = points.len();
            let missing = |point: &Point| points[..wide_count].binary_search_by_key(&point.at, |wide| wide.at).is_err();
            let mut added: Vec<Point> = narrow.into_iter().filter(missing).collect();
            points.append(&mut added);
            points.sort_unstable_by_key(|point| point.at);
        }
        Ok(points)
    }

    fn stretches(&self, key: SeriesKey, from: Timestamp, to: Timestamp, points_max: usize) -> Result<Vec<bucket::Bucket>, SeriesError> {
        let Some(id) = lock(&self.core.memory).id_of(&key) else { return Ok(Vec::new()) };
        let Some(plan) = read::plan(&self.core, from, to, points_max) else { return Ok(Vec::new()) };
        read::stretches(&self.core, id, key.metric, plan)
    }

    /// The newest sample, as it was written.
    pub fn last(&self, key: SeriesKey) -> Result<Option<(Timestamp, f64)>, SeriesError> {
        Ok(self.core.last(&key)?.map(|(at, value)| (Timestamp::from_secs(i64::from(at)), value)))
    }

    /// What is measured of this object.
    pub fn metrics_of(&self, object: [u8; 16]) -> Vec<Metric> {
        lock(&self.core.memory).metrics_of(&object).into_iter().map(|(metric, _)| metric).collect()
    }

    /// Forgets all samples of a removed object and answers how many series it had.
    pub fn purge(&self, object: [u8; 16]) -> Result<usize, SeriesError> {
        self.core.purge(&object)
    }

    /// Puts everything in memory into synced chunks and rolls up what is over, now instead of in the background.
    pub fn seal(&self) -> Result<(), SeriesError> {
        seal::seal(&self.core)?;
        while seal::roll_next(&self.core)? {}
        while seal::drop_expired(&self.core)? {}
        Ok(())
    }

    /// Makes everything acknowledged so far durable, now instead of within the interval.
    pub fn sync(&self) -> Result<(), SeriesError> {
        self.core.sync()
    }

    pub fn stats(&self) -> Stats {
        let counts = &self.core.counts;
        let disk_bytes = worker::occupied_bytes(&self.core.folder);
        let memory = lock(&self.core.memory);
        Stats {
            series: memory.series,
            samples_appended: counts.appended.load(Ordering::Relaxed),
            refused_too_old: counts.too_old.load(Ordering::Relaxed),
            refused_too_new: counts.too_new.load(Ordering::Relaxed),
            refused_not_finite: counts.not_finite.load(Ordering::Relaxed),
            head_samples: memory.samples(),
            seals: counts.seals.load(Ordering::Relaxed),
            background_failures: counts.failures.load(Ordering::Relaxed),
            wal_bytes: memory.wal.bytes(),
            disk_bytes,
            torn_bytes: self.core.damage.torn_bytes,
            skipped_bytes: self.core.damage.skipped_bytes,
        }
    }
}
