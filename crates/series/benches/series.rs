//! `cargo bench -p series`: what the store costs, beside plain uncompressed rows in the same key-value store. Prints figures
//! and judges nothing. CPU seconds are the honest unit on a shared machine.

use model::{Clock, Timestamp};
use series::{Metric, Options, Sample, Series, SeriesError, SeriesKey};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const START_S: i64 = 1_795_305_600;
const OBJECTS: u32 = 1_000;
const POLLS: i64 = 500;
const PEER_POLLS: i64 = 50;
const BATCH: usize = 2_000;
const METRICS: [Metric; 10] = [
    Metric::InOctets,
    Metric::OutOctets,
    Metric::InPackets,
    Metric::InErrors,
    Metric::ReachUp,
    Metric::CpuLoadPercent,
    Metric::MemUsedBytes,
    Metric::MemTotalBytes,
    Metric::ReachRttMs,
    Metric::UptimeS,
];

/// A small generator (xorshift), so that every run is the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The next value of each series of one object, as devices show them.
fn step(values: &mut [f64; 10], dice: &mut Dice) {
    values[0] += (200_000_000 + dice.below(400_000_000)) as f64;
    values[1] += (50_000_000 + dice.below(100_000_000)) as f64;
    values[2] += (200_000 + dice.below(400_000)) as f64;
    values[3] += if dice.below(50) == 0 { dice.below(20) as f64 } else { 0.0 };
    values[4] = if dice.below(500) == 0 { 0.0 } else { 1.0 };
    values[5] = (values[5] + dice.below(7) as f64 - 3.0).clamp(0.0, 100.0);
    values[6] = (values[6] + (dice.below(65) as f64 - 32.0) * 4_096.0).max(0.0);
    values[7] = 8.0 * 1_073_741_824.0;
    values[8] = (4_000 + dice.below(900)) as f64 / 1_000.0;
    values[9] += 60.0;
}

fn key(object: u32, metric: Metric) -> SeriesKey {
    SeriesKey { object: std::array::from_fn(|i| object.to_le_bytes()[i % 4]), metric }
}

/// User and system time of this process.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn rss_mb() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4_096.0 / 1e6
}

fn occupied_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            entry.metadata().ok().map(|meta| if meta.is_dir() { occupied_bytes(&entry.path()) } else { meta.blocks() * 512 })
        })
        .sum()
}

fn generate(polls: i64, mut take: impl FnMut(i64, &[Sample])) {
    let mut dice = Dice(88_172_645_463_325_252);
    let mut state = vec![[1e6; 10]; OBJECTS as usize];
    let mut batch = Vec::with_capacity(BATCH);
    for poll in 0..polls {
        for (object, values) in (0..).zip(state.iter_mut()) {
            step(values, &mut dice);
            let at = Timestamp::from_secs(START_S + poll * 60);
            batch.extend(METRICS.iter().zip(values.iter()).map(|(metric, value)| Sample { key: key(object, *metric), at, value: *value }));
            if batch.len() >= BATCH {
                take(poll, &batch);
                batch.clear();
            }
        }
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("series-bench-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn main() {
    let generator = cpu_s();
    generate(POLLS, |_, batch| assert!(!std::hint::black_box(batch).is_empty()));
    println!("generator alone: {:.2} CPU-s of the figures below", cpu_s() - generator);
    ours();
    peer();
}

fn ours() {
    let folder = scratch("ours");
    let clock = Clock::fake(Timestamp::from_secs(START_S));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let store = Series::open(&folder, options.clone()).expect("opens");
    println!("idle: RSS {:.1} MB, disk {} kB", rss_mb(), occupied_bytes(&folder) / 1_000);
    let (cpu, wall, mut samples, mut now, mut slowest, mut busy) = (cpu_s(), Instant::now(), 0u64, 0, Duration::ZERO, 0);
    generate(POLLS, |poll, batch| {
        if poll != now {
            clock.advance(Duration::from_secs(60));
            now = poll;
        }
        loop {
            let began = Instant::now();
            let answer = store.append(batch);
            slowest = slowest.max(began.elapsed());
            let Err(error) = answer else { break };
            assert!(matches!(error, SeriesError::Busy { .. }), "{error}");
            busy += 1;
            std::thread::sleep(Duration::from_millis(5));
        }
        samples += batch.len() as u64;
    });
    let ingested = cpu_s() - cpu;
    println!(
        "ours: {samples} samples, {:.0} samples per CPU-s while sealing in the background, {:.1} s wall, slowest append {slowest:?}, {busy} times busy, RSS {:.0} MB",
        samples as f64 / ingested,
        wall.elapsed().as_secs_f64(),
        rss_mb()
    );
    clock.advance(Duration::from_secs(8 * 3_600));
    store.seal().expect("seals");
    let all = cpu_s() - cpu;
    println!("ours: {:.0} samples per CPU-s with the rest sealed and everything rolled up", samples as f64 / all);
    drop(store);
    println!(
        "ours: {:.2} B per sample on disk: chunks of all resolutions and the journal",
        occupied_bytes(&folder) as f64 / samples as f64
    );
    for entry in std::fs::read_dir(folder.join("chunks/keyspaces")).into_iter().flatten().flatten() {
        println!("ours:   keyspace {:?}: {:.2} B per sample", entry.file_name(), occupied_bytes(&entry.path()) as f64 / samples as f64);
    }
    let opened = Instant::now();
    let store = Series::open(&folder, options).expect("opens");
    println!("ours: opened in {:?}", opened.elapsed());
    let (from, to) = (Timestamp::from_secs(START_S), Timestamp::from_secs(START_S + POLLS * 60));
    for (what, points_max) in [("raw", 1_000), ("5 min", 110)] {
        let (cpu, reads) = (cpu_s(), 500);
        let mut points = 0;
        for object in 0..reads {
            points += store.rate(key(object, Metric::InOctets), from, to, points_max).expect("reads").len();
            points += store.points(key(object, Metric::CpuLoadPercent), from, to, points_max).expect("reads").len();
        }
        println!(
            "ours: {points} points of {} queries at {what}, {:.2} ms CPU per 1000 points",
            2 * reads,
            (cpu_s() - cpu) * 1e6 / points as f64
        );
    }
    drop(store);
    let _ = std::fs::remove_dir_all(&folder);
}

/// Plain rows: key = series and second, value = eight bytes; a sync per second as ours.
fn peer() {
    let folder = scratch("peer");
    let db = fjall::Database::builder(&folder).open().expect("opens");
    let rows = db.keyspace("rows", fjall::KeyspaceCreateOptions::default).expect("opens");
    let (cpu, mut samples, mut synced) = (cpu_s(), 0u64, Instant::now());
    generate(PEER_POLLS, |_, batch| {
        let mut write = db.batch();
        for sample in batch {
            let mut row = [0u8; 22];
            row[..16].copy_from_slice(&sample.key.object);
            row[16..18].copy_from_slice(&sample.key.metric.code().to_be_bytes());
            row[18..].copy_from_slice(&(sample.at.secs() as u32).to_be_bytes());
            write.insert(&rows, row, sample.value.to_le_bytes());
        }
        write.commit().expect("writes");
        if synced.elapsed() > Duration::from_secs(1) {
            db.persist(fjall::PersistMode::SyncData).expect("syncs");
            synced = Instant::now();
        }
        samples += batch.len() as u64;
    });
    let ingested = cpu_s() - cpu;
    rows.rotate_memtable_and_wait().expect("flushes");
    println!(
        "plain rows in fjall: {:.0} samples per CPU-s, {:.2} B per sample in tables ({samples} samples), {:.2} with its journal",
        samples as f64 / ingested,
        rows.disk_space() as f64 / samples as f64,
        occupied_bytes(&folder) as f64 / samples as f64
    );
    drop((rows, db));
    let _ = std::fs::remove_dir_all(&folder);
}
