//! A full disk stops appends by name, reads go on, and appends work again when there is space. On a real tmpfs of 16 MB.

mod common;

use common::{Folder, at, key, quiet, sample};
use model::Clock;
use series::{Metric, Options, Sample, Series, SeriesError};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

struct SmallDisk(Folder);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = Folder::new();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(folder.path()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        eprintln!("SKIPPED: no right to mount a tmpfs here, the full disk was not tested");
        None
    }
    /// Leaves about this much free.
    fn fill(&self, leave_bytes: u64) -> PathBuf {
        let path = self.0.path().join("filler");
        let mut file = File::create(&path).expect("creates");
        while file.write_all(&[7; 4096]).is_ok() {}
        let full = file.metadata().expect("exists").len();
        file.set_len(full.saturating_sub(leave_bytes)).expect("cuts");
        path
    }
    fn stuff(&self, filler: &Path) {
        let mut file = OpenOptions::new().append(true).open(filler).expect("opens");
        while file.write_all(&[7]).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn batch(from: i64) -> Vec<Sample> {
    // Values that do not compress, so that chunks need space as well.
    let noise = |i: i64| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 3) as f64;
    (from..from + 100).map(|i| sample(key(1, Metric::CpuLoadPercent), i, noise(i))).collect()
}

fn count(store: &Series) -> u32 {
    let points = store.points(key(1, Metric::CpuLoadPercent), at(0), at(86_400), 400).expect("reads go on");
    points.iter().map(|point| point.count).sum()
}

/// The disk is filled but for `leave_bytes`, appends use that up; `is_stuffed`: then somebody else takes the very last byte, too.
fn check(options: Options, leave_bytes: u64, is_stuffed: bool) {
    let Some(disk) = SmallDisk::mount() else { return };
    let store_folder = disk.0.path().join("series");
    let store = Series::open(&store_folder, options.clone()).expect("opens");
    store.append(&batch(0)).expect("appends");
    store.seal().expect("seals");
    store.append(&batch(100)).expect("appends");
    let filler = disk.fill(leave_bytes);
    let mut acknowledged = 200;
    let refusal = loop {
        assert!(acknowledged < 80_000, "the disk never filled up");
        match store.append(&batch(acknowledged)) {
            Ok(_) => acknowledged += 100,
            Err(refusal) => break refusal,
        }
    };
    assert!(matches!(refusal, SeriesError::DiskFull { .. }) && refusal.worth_retrying(), "{refusal:?}");
    assert!(refusal.to_string().contains("full"), "{refusal}");
    assert_eq!(i64::from(count(&store)), acknowledged, "reads of heads and chunks go on");
    if is_stuffed {
        acknowledged = fail_to_seal(&disk, &filler, &store, acknowledged);
    }
    assert_eq!(i64::from(count(&store)), acknowledged, "reads go on whatever became of sealing");
    std::fs::remove_file(filler).expect("there is space again");
    store.append(&batch(acknowledged)).expect("appends again");
    store.seal().expect("seals again");
    assert_eq!(i64::from(count(&store)), acknowledged + 100);
    drop(store);
    let store = Series::open(&store_folder, options).expect("opens again");
    assert_eq!(i64::from(count(&store)), acknowledged + 100, "also after a restart");
    assert_eq!(store.stats().torn_bytes + store.stats().skipped_bytes, 0, "a refused append left nothing in the log");
}

/// The background seals as well when an append was refused, and may win: then there is nothing left to seal, so once more.
fn fail_to_seal(disk: &SmallDisk, filler: &Path, store: &Series, mut acknowledged: i64) -> i64 {
    for _ in 0..20 {
        disk.stuff(filler);
        if let Err(refusal) = store.seal() {
            assert!(refusal.worth_retrying(), "{refusal:?}");
            eprintln!("sealing on a full disk: {refusal}: {:?}", std::error::Error::source(&refusal).map(ToString::to_string));
            return acknowledged;
        }
        let file = OpenOptions::new().write(true).open(filler).expect("opens");
        file.set_len(file.metadata().expect("exists").len() - (64 << 10)).expect("cuts");
        while store.append(&batch(acknowledged)).is_ok() && acknowledged < 80_000 {
            acknowledged += 100;
        }
    }
    panic!("sealing never met the full disk");
}

#[test]
fn the_reserve_refuses_before_the_disk_is_full() {
    let clock = Clock::fake(at(86_400));
    check(Options { reserve_bytes: 4 << 20, ..quiet(&clock) }, 3 << 20, false);
    check(Options { reserve_bytes: 4 << 20, ..quiet(&clock) }, 64 << 10, true);
}

#[test]
fn without_a_reserve_the_last_byte_is_used_and_nothing_breaks() {
    let clock = Clock::fake(at(86_400));
    check(quiet(&clock), 64 << 10, true);
}
