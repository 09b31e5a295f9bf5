//! The state behind every handle, opening it, and the writing path.

use crate::bucket::RESTART;
use crate::chunks::{Chunks, Disk, Resolution};
use crate::error::{SeriesError, file};
use crate::memory::Memory;
use crate::seal::{FLOOR_S, Gate, NEXT_ID, ROLLED_UNTIL, remove_series};
use crate::wal::{Damage, NewSeries, Record, Wal};
use crate::{Appended, FUTURE_S_MAX, Options, SAMPLES_PER_APPEND_MAX, SERIES_MAX, Sample, SeriesKey};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const FORMAT: &str = "polyot-series 1";
/// While sealing runs, appends go on up to this many times the head limit; then they are refused.
const HEADROOM: usize = 2;
/// Free space that opening the chunk store again asks for.
const REVIVE_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Default)]
pub(crate) struct Counts {
    pub appended: AtomicU64,
    pub too_old: AtomicU64,
    pub too_new: AtomicU64,
    pub not_finite: AtomicU64,
    pub seals: AtomicU64,
    pub failures: AtomicU64,
}

pub(crate) struct Core {
    pub folder: PathBuf,
    pub options: Options,
    pub chunks: Chunks,
    pub memory: Mutex<Memory>,
    pub gate: Mutex<Gate>,
    /// Raw windows before this one have been rolled up.
    pub rolled_until: AtomicU32,
    /// Raw samples before this second have been dropped.
    pub floor_s: AtomicU32,
    pub damage: Damage,
    pub counts: Counts,
    pub is_stopping: AtomicBool,
    /// An append was refused for want of space.
    pub wants_space: AtomicBool,
}

/// A panic elsewhere leaves memory consistent: every change under the lock is made after what can fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub fn open(folder: &Path, options: Options) -> Result<Self, SeriesError> {
        fs::create_dir_all(folder).map_err(file("create", folder))?;
        check_format(folder)?;
        let chunks = Chunks::open(folder.join("chunks"))?;
        let (known, next_id, rolled_until, floor_s) =
            chunks.read(|disk| Ok((disk.series()?, disk.number(NEXT_ID)?, disk.number(ROLLED_UNTIL)?, disk.number(FLOOR_S)?)))?;
        let mut memory = Memory::new(Wal::open(folder.join("wal"))?);
        memory.next_id = memory.next_id.max(next_id);
        known.into_iter().for_each(|series| memory.register(series));
        let mut damage = Damage::default();
        let purged = replay(&mut memory, &folder.join("wal"), &mut damage)?;
        let core = Self {
            folder: folder.to_owned(),
            options,
            chunks,
            memory: Mutex::new(memory),
            gate: Mutex::default(),
            rolled_until: AtomicU32::new(u32::try_from(rolled_until).unwrap_or(u32::MAX)),
            floor_s: AtomicU32::new(u32::try_from(floor_s).unwrap_or(u32::MAX)),
            damage,
            counts: Counts::default(),
            is_stopping: AtomicBool::new(false),
            wants_space: AtomicBool::new(false),
        };
        if !purged.is_empty() {
            core.chunks.write(|disk| remove_series(&core, disk, &purged))?;
        }
        Ok(core)
    }

    pub fn now_s(&self) -> u32 {
        u32::try_from(self.options.clock.now().secs().max(0)).unwrap_or(u32::MAX)
    }

    /// The oldest second that is still kept in this resolution.
    pub fn oldest_s(&self, resolution: Resolution) -> u32 {
        let kept = match resolution {
            Resolution::Raw => self.options.raw_kept,
            Resolution::FiveMinutes => self.options.five_minutes_kept,
            Resolution::Hour => self.options.hours_kept,
        };
        self.now_s().saturating_sub(u32::try_from(kept.as_secs()).unwrap_or(u32::MAX))
    }

    pub fn demand_space(&self, reserve_bytes: u64) -> Result<(), SeriesError> {
        if reserve_bytes == 0 {
            return Ok(());
        }
        let disk = rustix::fs::statvfs(&self.folder).map_err(|error| file("measure the disk of", &self.folder)(error.into()))?;
        let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free_bytes < reserve_bytes {
            return Err(SeriesError::DiskFull { path: self.folder.clone(), free_bytes, reserve_bytes });
        }
        Ok(())
    }

    /// Opens the chunk store again after a failed write, but not on a full disk: it would stay closed, and reads with it.
    pub fn revive(&self) -> Result<(), SeriesError> {
        if self.chunks.has_failed() {
            self.demand_space(REVIVE_BYTES.max(self.options.reserve_bytes / 2))?;
            self.chunks.revive()?;
        }
        Ok(())
    }

    pub fn append(&self, samples: &[Sample]) -> Result<Appended, SeriesError> {
        if samples.len() > SAMPLES_PER_APPEND_MAX {
            return Err(SeriesError::TooMany { samples: samples.len(), limit: SAMPLES_PER_APPEND_MAX });
        }
        let (oldest, newest) =
            (self.oldest_s(Resolution::Raw).max(self.floor_s.load(Ordering::SeqCst)), self.now_s().saturating_add(FUTURE_S_MAX));
        let mut answer = Appended::default();
        let mut accepted: Vec<(&Sample, u32)> = Vec::with_capacity(samples.len());
        for sample in samples {
            let second = sample.at.secs();
            if !sample.value.is_finite() {
                answer.not_finite += 1;
            } else if second < i64::from(oldest) {
                answer.too_old += 1;
            } else if second > i64::from(newest) {
                answer.too_new += 1;
            } else {
                accepted.extend(u32::try_from(second).ok().map(|second| (sample, second)));
            }
        }
        if !accepted.is_empty() {
            self.demand_space(self.options.reserve_bytes)?;
            let mut memory = lock(&self.memory);
            let mut born: Vec<NewSeries> = Vec::new();
            let mut tentative: HashMap<SeriesKey, u64> = HashMap::new();
            let mut rows = Vec::with_capacity(accepted.len());
            for (sample, second) in &accepted {
                let known = memory.id_of(&sample.key).or_else(|| tentative.get(&sample.key).copied());
                let id = known.unwrap_or_else(|| {
                    let id = memory.next_id + born.len() as u64;
                    born.push(NewSeries { id, object: sample.key.object, metric: sample.key.metric });
                    tentative.insert(sample.key, id);
                    id
                });
                rows.push((id, *second, sample.value));
            }
            self.write(&mut memory, born, rows)?;
        }
        answer.stored = accepted.len();
        self.counts.appended.fetch_add(answer.stored as u64, Ordering::Relaxed);
        self.counts.too_old.fetch_add(answer.too_old as u64, Ordering::Relaxed);
        self.counts.too_new.fetch_add(answer.too_new as u64, Ordering::Relaxed);
        self.counts.not_finite.fetch_add(answer.not_finite as u64, Ordering::Relaxed);
        Ok(answer)
    }

    /// Marks every counter of these objects as restarted at this second.
    pub fn restarted(&self, objects: &[[u8; 16]], second: i64) -> Result<(), SeriesError> {
        let newest = self.now_s().saturating_add(FUTURE_S_MAX);
        let oldest = self.oldest_s(Resolution::Raw).max(self.floor_s.load(Ordering::SeqCst));
        let Some(second) = u32::try_from(second).ok().filter(|second| (oldest..=newest).contains(second)) else { return Ok(()) };
        self.demand_space(self.options.reserve_bytes)?;
        let mut memory = lock(&self.memory);
        let of = |object| memory.metrics_of(object).into_iter().filter(|(metric, _)| metric.is_counter());
        let rows: Vec<(u64, u32, f64)> = objects.iter().flat_map(of).map(|(_, id)| (id, second, RESTART)).collect();
        for part in rows.chunks(SAMPLES_PER_APPEND_MAX) {
            self.write(&mut memory, Vec::new(), part.to_vec())?;
        }
        Ok(())
    }

    /// Log first, memory second: what is refused has left no trace.
    fn write(&self, memory: &mut Memory, born: Vec<NewSeries>, samples: Vec<(u64, u32, f64)>) -> Result<(), SeriesError> {
        let limit = self.options.head_samples_max.saturating_mul(HEADROOM);
        if memory.samples() + samples.len() > limit.max(SAMPLES_PER_APPEND_MAX) {
            return Err(SeriesError::Busy { head_samples: memory.samples(), limit });
        }
        if memory.series + born.len() > SERIES_MAX {
            return Err(SeriesError::TooManySeries { series: memory.series + born.len(), limit: SERIES_MAX });
        }
        let record = Record::Append { born, samples };
        self.log(memory, &record)?;
        apply(memory, record);
        Ok(())
    }

    fn log(&self, memory: &mut Memory, record: &Record) -> Result<(), SeriesError> {
        if memory.wal.is_broken {
            let source =
                std::io::Error::other("an earlier write or sync of this segment failed; the next one begins with the next sealing");
            return Err(file("append to", memory.wal.path())(source));
        }
        memory.wal.write(&record.encode()).map_err(|source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                SeriesError::DiskFull { path: self.folder.clone(), free_bytes: 0, reserve_bytes: self.options.reserve_bytes }
            }
            _ => file("append to", memory.wal.path())(source),
        })?;
        if self.options.sync_interval.is_zero() { self.sync_locked(memory) } else { Ok(()) }
    }

    /// Makes everything acknowledged so far durable. The lock is not held while the disk works.
    pub fn sync(&self) -> Result<(), SeriesError> {
        let (segment, path) = {
            let mut memory = lock(&self.memory);
            if !std::mem::take(&mut memory.wal.is_dirty) {
                return Ok(());
            }
            (memory.wal.file(), memory.wal.path())
        };
        segment.sync_data().map_err(|source| self.sync_failed(&mut lock(&self.memory), path, source))
    }

    fn sync_locked(&self, memory: &mut Memory) -> Result<(), SeriesError> {
        memory.wal.is_dirty = false;
        let path = memory.wal.path();
        memory.wal.file().sync_data().map_err(|source| self.sync_failed(memory, path, source))
    }

    /// The kernel may have thrown the pages away: only a new segment can be trusted, and sealing what memory still holds.
    fn sync_failed(&self, memory: &mut Memory, path: PathBuf, source: std::io::Error) -> SeriesError {
        if memory.wal.path() == path {
            memory.wal.is_broken = true;
        }
        file("sync", path)(source)
    }

    pub fn purge(&self, object: &[u8; 16]) -> Result<usize, SeriesError> {
        // Behind the gate: nothing is on its way into chunks while its series are forgotten.
        let _gate = lock(&self.gate);
        self.revive()?;
        let ids: Vec<u64> = {
            let mut memory = lock(&self.memory);
            let ids: Vec<u64> = memory.metrics_of(object).into_iter().map(|(_, id)| id).collect();
            if ids.is_empty() {
                return Ok(0);
            }
            self.log(&mut memory, &Record::Purge { ids: ids.clone() })?;
            memory.forget(&ids);
            ids
        };
        self.sync()?;
        self.chunks.write(|disk: &Disk| remove_series(self, disk, &ids))?;
        Ok(ids.len())
    }

    pub fn last(&self, key: &SeriesKey) -> Result<Option<(u32, f64)>, SeriesError> {
        let (id, cached) = {
            let memory = lock(&self.memory);
            let Some(id) = memory.id_of(key) else { return Ok(None) };
            (id, memory.last.get(&id).copied())
        };
        if let Some(last) = cached.filter(|last| last.is_newest) {
            return Ok(Some((last.at, last.value)));
        }
        let sealed = crate::read::last_sealed(self, id, key.metric)?;
        let mut memory = lock(&self.memory);
        if memory.id_of(key) != Some(id) {
            return Ok(None);
        }
        Ok(memory.learn_last(id, sealed))
    }
}

/// Puts what the log says back into memory. Answers the series that were purged, whose rows may still be there.
fn replay(memory: &mut Memory, folder: &Path, damage: &mut Damage) -> Result<Vec<u64>, SeriesError> {
    let mut known: HashSet<u64> = memory.metrics().into_keys().collect();
    let mut purged = Vec::new();
    let mut orphans: HashMap<u64, usize> = HashMap::new();
    memory.wal.older_bytes = Wal::replay(folder, damage, |record| match record {
        Record::Append { born, mut samples } => {
            known.extend(born.iter().map(|series| series.id));
            samples.retain(|(id, ..)| {
                let is_known = known.contains(id);
                if !is_known {
                    *orphans.entry(*id).or_default() += 1;
                }
                is_known
            });
            apply(memory, Record::Append { born, samples });
        }
        Record::Purge { ids } => {
            memory.forget(&ids);
            // An id is never given again: a row of the old series that a crash left behind must not become the new one's.
            memory.next_id = ids.iter().fold(memory.next_id, |next, id| next.max(id + 1));
            ids.iter().for_each(|id| _ = known.remove(id));
            purged.extend(ids);
        }
    })?;
    // Samples that were written before their series was purged are rightly without an owner.
    purged.iter().for_each(|id| _ = orphans.remove(id));
    let orphans: usize = orphans.into_values().sum();
    if orphans > 0 {
        tracing::error!(
            orphans,
            "Dropped samples of unknown series from the log: the record that introduced them is damaged or of a later build"
        );
    }
    // After a start it is unknown whether the chunks hold a newer sample than the log.
    memory.last.values_mut().for_each(|last| last.is_newest = false);
    Ok(purged)
}

fn apply(memory: &mut Memory, record: Record) {
    let Record::Append { born, samples } = record else { return };
    for series in born {
        memory.be_born(series);
    }
    for (id, at, value) in samples {
        memory.put(id, at, value);
    }
}

fn check_format(folder: &Path) -> Result<(), SeriesError> {
    let path = folder.join("FORMAT");
    match fs::read_to_string(&path) {
        Ok(found) if found.trim_end() == FORMAT => Ok(()),
        Ok(found) => {
            let found: String = found.trim_end().chars().take(80).collect();
            Err(SeriesError::UnknownFormat { path: folder.to_owned(), found, known: FORMAT })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if folder.join("chunks").exists() {
                return Err(SeriesError::UnknownFormat { path: folder.to_owned(), found: String::new(), known: FORMAT });
            }
            let fresh = folder.join("FORMAT.new");
            let written = fs::File::create(&fresh).and_then(|mut file| {
                file.write_all(format!("{FORMAT}\n").as_bytes())?;
                file.sync_all()?;
                fs::rename(&fresh, &path)?;
                fs::File::open(folder)?.sync_all()
            });
            written.map_err(file("write", &path))
        }
        Err(error) => Err(file("read", &path)(error)),
    }
}
