//! The background thread: syncs the log, seals, rolls up, drops by age. It ends when the last handle is dropped.

use crate::core::{Core, lock};
use crate::error::SeriesError;
use crate::seal;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it looks whether anything is due.
const TICK_MAX: Duration = Duration::from_secs(1);
/// Looking for what is too old is cheap, but not worth more often.
const DROP_INTERVAL: Duration = Duration::from_secs(600);
/// After a failure the disk gets this long to recover.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// A failure that lasts is logged once in this many times.
const LOG_ONE_OF: u32 = 60;

pub(crate) struct Worker {
    core: Arc<Core>,
    waker: SyncSender<()>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    pub fn start(core: Arc<Core>) -> Result<Self, SeriesError> {
        let (waker, wakes) = sync_channel(1);
        let worked = Arc::clone(&core);
        let thread = std::thread::Builder::new().name("series".into()).spawn(move || Round::new(worked).run(&wakes));
        Ok(Self { core, waker, thread: Mutex::new(Some(thread.map_err(SeriesError::Thread)?)) })
    }

    /// Asks it to look now. A full channel means that it will anyway.
    pub fn wake(&self) {
        let _ = self.waker.try_send(());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.core.is_stopping.store(true, Ordering::SeqCst);
        self.wake();
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            tracing::error!("The background thread of the sample store panicked");
        }
    }
}

struct Round {
    core: Arc<Core>,
    sealed_at: Instant,
    dropped_at: Option<Instant>,
    failed_at: Option<Instant>,
    failures_in_a_row: u32,
}

impl Round {
    fn new(core: Arc<Core>) -> Self {
        Self { core, sealed_at: Instant::now(), dropped_at: None, failed_at: None, failures_in_a_row: 0 }
    }

    fn run(&mut self, wakes: &Receiver<()>) {
        let interval = self.core.options.sync_interval;
        let tick = if interval.is_zero() { TICK_MAX } else { interval.min(TICK_MAX) };
        while !self.core.is_stopping.load(Ordering::SeqCst) {
            let _ = wakes.recv_timeout(tick);
            let synced = self.core.sync();
            self.note(synced);
            if self.failed_at.is_some_and(|failed| failed.elapsed() < RETRY_AFTER) {
                continue;
            }
            let worked = self.work();
            if worked.is_ok() && self.failures_in_a_row > 0 {
                tracing::info!(failures = self.failures_in_a_row, "The sample store works again");
                (self.failed_at, self.failures_in_a_row) = (None, 0);
            }
            self.note(worked);
        }
        let synced = self.core.sync();
        self.note(synced);
    }

    /// Dropping comes before what needs space, and a failure of one does not keep the others from working.
    fn work(&mut self) -> Result<(), SeriesError> {
        let is_stopping = || self.core.is_stopping.load(Ordering::SeqCst);
        let mut dropped = Ok(());
        if self.dropped_at.is_none_or(|at| at.elapsed() >= DROP_INTERVAL) {
            dropped = repeat(|| Ok(seal::drop_expired(&self.core)? && !is_stopping()));
        }
        let is_sealing = self.is_seal_due();
        let sealed = if is_sealing { seal::seal(&self.core) } else { Ok(()) };
        let rolled = repeat(|| Ok(seal::roll_next(&self.core)? && !is_stopping()));
        if dropped.is_ok() && self.dropped_at.is_none_or(|at| at.elapsed() >= DROP_INTERVAL) {
            self.dropped_at = Some(Instant::now());
        }
        if is_sealing && sealed.is_ok() {
            self.sealed_at = Instant::now();
        }
        dropped.and(sealed).and(rolled)
    }

    fn is_seal_due(&self) -> bool {
        let options = &self.core.options;
        let memory = lock(&self.core.memory);
        // On a full disk sealing gives most of the log's space back.
        let wants_space = self.core.wants_space.swap(false, Ordering::SeqCst) && memory.active_samples > 0;
        wants_space
            || memory.wal.is_broken
            || !memory.sealing.is_empty()
            || memory.active_samples >= options.head_samples_max
            || memory.wal.bytes() >= options.wal_bytes_max
            || (memory.active_samples > 0 && self.sealed_at.elapsed() >= options.seal_interval)
    }

    fn note(&mut self, result: Result<(), SeriesError>) {
        let Err(error) = result else { return };
        self.core.counts.failures.fetch_add(1, Ordering::Relaxed);
        self.failed_at = Some(Instant::now());
        if self.failures_in_a_row.is_multiple_of(LOG_ONE_OF) {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "Background work of the sample store failed; trying again in {} s", RETRY_AFTER.as_secs());
        }
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
    }
}

fn repeat(mut step: impl FnMut() -> Result<bool, SeriesError>) -> Result<(), SeriesError> {
    while step()? {}
    Ok(())
}

/// What the files below this folder occupy: a preallocated file counts with what is really there.
pub(crate) fn occupied_bytes(folder: &Path) -> u64 {
    const BLOCK_BYTES: u64 = 512;
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => occupied_bytes(&entry.path()),
        Ok(meta) => meta.blocks() * BLOCK_BYTES,
        Err(_) => 0,
    };
    entries.flatten().map(bytes).sum()
}
