//! What the product does while nothing happens.

use crate::product::{Home, wait_for};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// Longer than the slowest known beat.
const WATCHED: Duration = Duration::from_secs(16);
/// The collector's row is written every 15 s; its commit is one change. Ten times that is no heartbeat any more.
const CHANGES_MAX: usize = 10;

fn status_kib(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.trim_matches([':', ' ', '\t']).split_whitespace().next())
        .unwrap()
        .parse()
        .unwrap()
}

fn written_bytes(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
    text.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

#[test]
fn an_idle_product_leaves_the_disk_alone() {
    let home = Home::new();
    let product = home.start();
    product.admin();
    let wal = home.data.join("polyot.db-wal");
    wait_for("the write-ahead log", || changed(&wal));
    // What belongs to the start is over when the housekeeping has run.
    std::thread::sleep(Duration::from_secs(3));
    let (bytes_before, started) = (written_bytes(product.pid()), Instant::now());
    let (mut last, mut changes) = (changed(&wal), Vec::new());
    while started.elapsed() < WATCHED {
        std::thread::sleep(Duration::from_millis(20));
        let now = changed(&wal);
        if now != last {
            changes.push(started.elapsed().as_secs_f64());
            last = now;
        }
    }
    eprintln!(
        "idle for {} s: RSS {} KiB (peak {} KiB); the write-ahead log changed {} times, at {changes:.1?} s; {} bytes written to anything",
        WATCHED.as_secs(),
        status_kib(product.pid(), "VmRSS"),
        status_kib(product.pid(), "VmHWM"),
        changes.len(),
        written_bytes(product.pid()) - bytes_before,
    );
    assert!(changes.len() <= CHANGES_MAX, "something writes all the time: {changes:.1?}");
    product.check_log();
}
