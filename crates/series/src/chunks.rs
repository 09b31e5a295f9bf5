//! The chunk store: fjall with one keyspace per resolution. Keys are `window u32, series u64`, big-endian, so that one
//! window of all series lies together: rolling up and dropping by age are scans of neighbouring keys.

use crate::bucket::Bucket;
use crate::chunk::{decode_buckets, decode_raw};
use crate::error::{SeriesError, chunks, file};
use crate::metric::Metric;
use crate::wal::NewSeries;
use fjall::config::CompressionPolicy;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Slice};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// The journal's own minimum: 64 MiB, preallocated sparsely, so an idle store does not occupy it.
const JOURNAL_BYTES_MAX: u64 = 64 * 1024 * 1024;
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
const MEMTABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const OPEN_FILES_MAX: usize = 128;

/// How finely time is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    Raw,
    FiveMinutes,
    Hour,
}

impl Resolution {
    pub const ALL: [Resolution; 3] = [Resolution::Raw, Resolution::FiveMinutes, Resolution::Hour];

    pub const fn step_s(self) -> u32 {
        match self {
            Self::Raw => 1,
            Self::FiveMinutes => 300,
            Self::Hour => 3_600,
        }
    }
    /// Seconds in one chunk. A multiple of the next coarser step, so that a raw chunk holds whole hours.
    pub const fn window_s(self) -> u32 {
        match self {
            Self::Raw => 6 * 3_600,
            Self::FiveMinutes => 86_400,
            Self::Hour => 7 * 86_400,
        }
    }
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::FiveMinutes => "r5m",
            Self::Hour => "r1h",
        }
    }
}

/// The window of raw chunks that a second lies in.
pub(crate) const fn raw_window(second: u32) -> u32 {
    second / Resolution::Raw.window_s()
}

pub(crate) fn key(window: u32, series: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&window.to_be_bytes());
    key[4..].copy_from_slice(&series.to_be_bytes());
    key
}

fn parse_key(key: &[u8]) -> Option<(u32, u64)> {
    let (window, series) = key.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*window), u64::from_be_bytes(series.try_into().ok()?)))
}

pub(crate) struct Disk {
    pub db: Database,
    pub meta: Keyspace,
    pub ids: Keyspace,
    resolutions: [Keyspace; 3],
}

impl Disk {
    fn open(path: &PathBuf) -> Result<Self, SeriesError> {
        let db = Database::builder(path)
            .cache_size(CACHE_BYTES)
            .max_journaling_size(JOURNAL_BYTES_MAX)
            .max_cached_files(Some(OPEN_FILES_MAX))
            .worker_threads(1)
            .open()
            .map_err(|error| match error {
                fjall::Error::Locked => SeriesError::Locked { path: path.clone() },
                other => chunks("open")(other),
            })?;
        // pco has compressed already; a second pass costs time and gains nothing.
        let options = || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(MEMTABLE_BYTES_MAX)
                .data_block_compression_policy(CompressionPolicy::all(CompressionType::None))
        };
        let keyspace = |name: &str| db.keyspace(name, options).map_err(chunks("open a keyspace"));
        let resolutions =
            [keyspace(Resolution::Raw.name())?, keyspace(Resolution::FiveMinutes.name())?, keyspace(Resolution::Hour.name())?];
        let (meta, ids) = (keyspace("meta")?, keyspace("ids")?);
        Ok(Self { db, meta, ids, resolutions })
    }

    pub fn rows(&self, resolution: Resolution) -> &Keyspace {
        match resolution {
            Resolution::Raw => &self.resolutions[0],
            Resolution::FiveMinutes => &self.resolutions[1],
            Resolution::Hour => &self.resolutions[2],
        }
    }

    fn row(&self, resolution: Resolution, window: u32, series: u64) -> Result<Option<Slice>, SeriesError> {
        self.rows(resolution).get(key(window, series)).map_err(chunks("read a chunk"))
    }

    pub fn raw(&self, window: u32, series: u64) -> Result<Vec<(u32, f64)>, SeriesError> {
        let Some(row) = self.row(Resolution::Raw, window, series)? else { return Ok(Vec::new()) };
        let damaged = |detail| SeriesError::DamagedChunk { resolution: "raw", series, window, detail };
        decode_raw(window.saturating_mul(Resolution::Raw.window_s()), &row).map_err(damaged)
    }

    pub fn buckets(&self, resolution: Resolution, metric: Metric, window: u32, series: u64) -> Result<Vec<Bucket>, SeriesError> {
        let Some(row) = self.row(resolution, window, series)? else { return Ok(Vec::new()) };
        let damaged = |detail| SeriesError::DamagedChunk { resolution: resolution.name(), series, window, detail };
        decode_buckets(metric, window.saturating_mul(resolution.window_s()), &row).map_err(damaged)
    }

    /// Keys of the rows in windows `from..to`, at most `limit`.
    pub fn keys(&self, resolution: Resolution, from: (u32, u64), to: u32, limit: usize) -> Result<Vec<(u32, u64)>, SeriesError> {
        let mut keys = Vec::new();
        for row in self.rows(resolution).range(key(from.0, from.1)..key(to, 0)).take(limit) {
            keys.extend(parse_key(&row.key().map_err(chunks("list chunks"))?));
        }
        Ok(keys)
    }

    pub fn number(&self, name: &str) -> Result<u64, SeriesError> {
        let row = self.meta.get(name).map_err(chunks("read a setting"))?;
        Ok(row.and_then(|bytes| <[u8; 8]>::try_from(&*bytes).ok()).map_or(0, u64::from_le_bytes))
    }

    pub fn series(&self) -> Result<Vec<NewSeries>, SeriesError> {
        let mut all = Vec::new();
        for row in self.ids.iter() {
            let (id, value) = row.into_inner().map_err(chunks("list series"))?;
            let (Ok(id), Some((object, code))) = (<[u8; 8]>::try_from(&*id), value.split_first_chunk::<16>()) else { continue };
            let Some(metric) = <[u8; 2]>::try_from(code).ok().and_then(|code| Metric::from_code(u16::from_le_bytes(code))) else {
                tracing::warn!("A series of a metric that this build does not know is left alone");
                continue;
            };
            all.push(NewSeries { id: u64::from_be_bytes(id), object: *object, metric });
        }
        Ok(all)
    }

    pub fn persist(&self) -> Result<(), SeriesError> {
        self.db.persist(PersistMode::SyncAll).map_err(chunks("sync"))
    }
}

pub(crate) fn series_row(series: &NewSeries) -> ([u8; 8], Vec<u8>) {
    (series.id.to_be_bytes(), [&series.object[..], &series.metric.code().to_le_bytes()].concat())
}

/// The chunk store, which refuses every write after a failed one until it is opened again.
pub(crate) struct Chunks {
    path: PathBuf,
    disk: RwLock<Option<Disk>>,
    has_failed: AtomicBool,
}

/// A new store is made beside its place and moved there whole: one that was killed while it made its first files could never be opened again.
fn create(path: &Path) -> Result<(), SeriesError> {
    let beside = path.with_extension("new");
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(file("remove the half-made", &beside))?;
    }
    let disk = Disk::open(&beside)?;
    disk.persist()?;
    drop(disk);
    std::fs::rename(&beside, path).map_err(file("move into place", path))?;
    match path.parent() {
        Some(parent) => std::fs::File::open(parent).and_then(|folder| folder.sync_all()).map_err(file("sync", parent)),
        None => Ok(()),
    }
}

impl Chunks {
    pub fn open(path: PathBuf) -> Result<Self, SeriesError> {
        if !path.exists() {
            create(&path)?;
        }
        let disk = Disk::open(&path)?;
        Ok(Self { path, disk: RwLock::new(Some(disk)), has_failed: AtomicBool::new(false) })
    }

    pub fn read<T>(&self, with: impl FnOnce(&Disk) -> Result<T, SeriesError>) -> Result<T, SeriesError> {
        let disk = self.disk.read().unwrap_or_else(PoisonError::into_inner);
        with(disk.as_ref().ok_or(SeriesError::ChunksStopped)?)
    }

    pub fn write<T>(&self, with: impl FnOnce(&Disk) -> Result<T, SeriesError>) -> Result<T, SeriesError> {
        let done = self.read(with);
        if matches!(done, Err(SeriesError::Chunks { .. } | SeriesError::ChunksStopped)) {
            self.has_failed.store(true, Ordering::SeqCst);
        }
        done
    }

    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::SeqCst)
    }

    /// Opens the store again; what it had not synced is still in our log and heads.
    pub fn revive(&self) -> Result<(), SeriesError> {
        let mut slot = self.disk.write().unwrap_or_else(PoisonError::into_inner);
        drop(slot.take());
        *slot = Some(Disk::open(&self.path)?);
        self.has_failed.store(false, Ordering::SeqCst);
        tracing::info!("Opened the chunk store of samples again");
        Ok(())
    }
}
