//! A folder that goes away with its test, and short words for samples.
#![allow(dead_code, clippy::new_without_default)]

use model::{Clock, Timestamp};
use series::{Metric, Options, Sample, SeriesKey};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("series-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// 2026-11-22T00:00:00Z, the beginning of a raw, a daily and no weekly window.
pub const START_S: i64 = 1_795_305_600;

pub fn at(offset_s: i64) -> Timestamp {
    Timestamp::from_secs(START_S + offset_s)
}

pub fn key(object: u8, metric: Metric) -> SeriesKey {
    SeriesKey { object: [object; 16], metric }
}

pub fn sample(key: SeriesKey, offset_s: i64, value: f64) -> Sample {
    Sample { key, at: at(offset_s), value }
}

/// Nothing happens by itself: sealing is asked for by the test.
pub fn quiet(clock: &Clock) -> Options {
    Options { clock: clock.clone(), seal_interval: Duration::from_secs(86_400), reserve_bytes: 0, ..Options::default() }
}
