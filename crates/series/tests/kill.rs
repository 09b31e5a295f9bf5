//! A process is killed while it appends; whatever it had acknowledged is there afterwards, with equal values.

mod common;

use common::{Folder, START_S, at, key};
use model::{Clock, Timestamp};
use series::{Metric, Options, Sample, Series};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const FOLDER: &str = "SERIES_KILL_FOLDER";
const FIRST: &str = "SERIES_KILL_FIRST";
const SEED: &str = "SERIES_KILL_SEED";
const ROUNDS: u64 = 6;
const OBJECTS: u8 = 20;

fn mix(seed: u64, batch: u64, object: u8) -> u64 {
    let mut x = seed ^ batch.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(object) << 56;
    x = (x ^ (x >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^ (x >> 29)
}

fn value(seed: u64, batch: u64, object: u8) -> f64 {
    (mix(seed, batch, object) % 1_000_000) as f64 / 8.0
}

/// Small heads, so that sealing runs all the time; the clock is a day ahead, so that rolling up does, too.
fn options() -> Options {
    Options { clock: Clock::fake(at(86_400)), head_samples_max: 3_000, reserve_bytes: 0, ..Options::default() }
}

#[test]
#[ignore = "the process that is killed, started by the test below"]
fn writer_process() {
    let number = |name: &str| std::env::var(name).expect("set by the parent").parse::<u64>().expect("a number");
    let folder = std::env::var(FOLDER).expect("set by the parent");
    let store = Series::open(Path::new(&folder), options()).expect("opens");
    let mut out = std::io::stdout();
    for batch in number(FIRST).. {
        let of =
            |object| Sample { key: key(object, Metric::CpuLoadPercent), at: at(batch as i64), value: value(number(SEED), batch, object) };
        let samples: Vec<Sample> = (0..OBJECTS).map(of).collect();
        while let Err(error) = store.append(&samples) {
            assert!(error.worth_retrying(), "{error}");
            std::thread::yield_now();
        }
        writeln!(out, "acknowledged {batch}").and_then(|()| out.flush()).expect("the parent reads");
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let clock_seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64);
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(clock_seed);
    eprintln!("{SEED}={seed}");
    let folder = Folder::new();
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut seals_survived = 0;
    for round in 0..ROUNDS {
        let first = acknowledged.last().map_or(0, |last| last + 2);
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "writer_process", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .env(FIRST, first.to_string())
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let stop_after = 50 + mix(seed, round, 255) % 3_000;
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut seen = 0;
        // What was printed before the death arrived is acknowledged as well, so the pipe is read to its end.
        for line in lines.map_while(Result::ok) {
            let Some(batch) = line.split("acknowledged ").nth(1).and_then(|batch| batch.parse().ok()) else { continue };
            acknowledged.push(batch);
            seen += 1;
            if seen == stop_after {
                child.kill().expect("is killed");
            }
        }
        let status = child.wait().expect("ends");
        assert!(!status.success() && seen >= stop_after, "round {round}: the child ended by itself ({status}) after {seen}");
        seals_survived += verify(folder.path(), seed, &acknowledged);
    }
    eprintln!("{} batches of {OBJECTS} acknowledged in {ROUNDS} rounds, {seals_survived} chunk reads", acknowledged.len());
}

/// Every acknowledged sample is there; no sample has a value that was not written. Answers how many samples came from chunks.
fn verify(folder: &Path, seed: u64, acknowledged: &[u64]) -> usize {
    let store = Series::open(folder, options()).expect("opens after the kill");
    let (first, last) = (acknowledged[0], acknowledged[acknowledged.len() - 1]);
    let mut read = 0;
    for object in 0..OBJECTS {
        let mut found: Vec<(u64, f64)> = Vec::new();
        for start in (first..=last).step_by(10_000) {
            let end = (start + 10_000).min(last + 1);
            let points = store.points(key(object, Metric::CpuLoadPercent), at(start as i64), at(end as i64), 20_000).expect("reads");
            found.extend(points.iter().map(|point| ((point.at.secs() - START_S) as u64, point.avg)));
        }
        assert!(found.iter().all(|(batch, found)| *found == value(seed, *batch, object)), "object {object}: a value nobody wrote");
        let mut found = found.into_iter().map(|(batch, _)| batch);
        for batch in acknowledged {
            assert!(found.any(|found| found == *batch), "object {object}: batch {batch} was acknowledged and is lost");
        }
        // Five-minute steps count the same samples.
        let (from, to) = (Timestamp::from_secs(START_S), at(86_400));
        let counted: u32 =
            store.points(key(object, Metric::CpuLoadPercent), from, to, 300).expect("reads").iter().map(|point| point.count).sum();
        assert!(counted as usize >= acknowledged.len(), "object {object}: {counted} in five-minute steps");
        read += counted as usize;
    }
    read.saturating_sub(store.stats().head_samples)
}
