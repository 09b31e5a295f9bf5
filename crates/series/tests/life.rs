//! Stories of one store: what is refused, what is dropped with age, what is forgotten, what a counter says.

mod common;

use common::{Folder, at, key, quiet, sample};
use model::Clock;
use series::{Appended, Metric, Options, Sample, Series, SeriesError, SeriesKey};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const DAY_S: i64 = 86_400;

#[test]
fn what_cannot_be_kept_is_refused_counted_and_named() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(0)));
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    let cpu = key(1, Metric::CpuLoadPercent);
    let samples = [(0, 1.0), (-14 * DAY_S - 1, 2.0), (301, 3.0), (-60, f64::NAN), (-60, f64::INFINITY), (300, 4.0)]
        .map(|(offset, value)| sample(cpu, offset, value));
    assert_eq!(store.append(&samples).expect("appends"), Appended { stored: 2, too_old: 1, too_new: 1, not_finite: 2 });
    let stats = store.stats();
    assert_eq!((stats.refused_too_old, stats.refused_too_new, stats.refused_not_finite, stats.samples_appended), (1, 1, 2, 2));
    assert!(matches!(store.append(&vec![sample(cpu, 0, 1.0); 50_001]), Err(SeriesError::TooMany { .. })));
    assert!(matches!(store.rate(cpu, at(0), at(60), 10), Err(SeriesError::IsGauge { metric: "cpu_load_percent" })));
    assert!(matches!(store.points(key(1, Metric::InOctets), at(0), at(60), 10), Err(SeriesError::IsCounter { .. })));
}

#[test]
fn the_last_write_of_a_second_wins_before_and_after_sealing() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(600)));
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    let cpu = key(1, Metric::CpuLoadPercent);
    for value in [1.0, 2.0] {
        store.append(&[sample(cpu, 60, value), sample(cpu, 0, 9.0)]).expect("appends");
    }
    assert_eq!(store.last(cpu).expect("reads"), Some((at(60), 2.0)));
    store.seal().expect("seals");
    store.append(&[sample(cpu, 60, 3.0)]).expect("appends");
    for _ in 0..2 {
        let points = store.points(cpu, at(0), at(600), 600).expect("reads");
        assert_eq!(points.iter().map(|point| (point.at, point.avg, point.count)).collect::<Vec<_>>(), [(at(0), 9.0, 1), (at(60), 3.0, 1)]);
        store.seal().expect("seals");
    }
}

#[test]
fn age_coarsens_and_then_drops() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(DAY_S)));
    let mut store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    let rtt = key(1, Metric::ReachRttMs);
    let samples: Vec<Sample> = (0..DAY_S / 60).map(|i| sample(rtt, i * 60, (i % 10) as f64)).collect();
    store.append(&samples).expect("appends");
    let mut disk_bytes = Vec::new();
    for (days, step_s) in [(0, 60), (16, 300), (200, 3_600)] {
        clock.advance(Duration::from_secs(days * 86_400));
        store.seal().expect("seals and drops");
        disk_bytes.push(store.stats().disk_bytes);
        let points = store.points(rtt, at(0), at(DAY_S), 1_500).expect("reads");
        assert_eq!(points.len() as i64, DAY_S / step_s, "after {days} days more, steps of {step_s} s");
        assert!(points.iter().all(|point| i64::from(point.count) * 60 == step_s.max(60)));
        assert_eq!(points.iter().map(|point| point.avg * f64::from(point.count)).sum::<f64>(), 6_480.0);
        assert_eq!(store.last(rtt).expect("reads"), Some((at(DAY_S - 60), 9.0)));
        drop(store);
        store = Series::open(folder.path(), quiet(&clock)).expect("opens again");
        assert_eq!(store.last(rtt).expect("reads"), Some((at(DAY_S - 60), 9.0)), "after a restart");
    }
    clock.advance(Duration::from_secs(5 * 366 * 86_400));
    store.seal().expect("drops");
    assert_eq!(store.points(rtt, at(0), at(DAY_S), 1_500).expect("reads"), []);
    // A clock that steps back must not let a late sample replace the rows that were made from dropped ones.
    drop(store);
    let back = Clock::fake(at(DAY_S));
    let store = Series::open(folder.path(), quiet(&back)).expect("opens again");
    assert_eq!(store.append(&[sample(rtt, 0, 7.0)]).expect("answers").too_old, 1);
}

#[test]
fn a_purged_object_is_gone_and_its_neighbour_stays_also_after_a_restart() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(DAY_S)));
    let mut store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    let (gone, stays) = (key(1, Metric::CpuLoadPercent), key(2, Metric::CpuLoadPercent));
    let both =
        |from: i64| -> Vec<Sample> { (from..from + 50).flat_map(|i| [sample(gone, i * 60, 1.0), sample(stays, i * 60, 2.0)]).collect() };
    store.append(&both(0)).expect("appends");
    store.seal().expect("seals");
    store.append(&both(50)).expect("appends");
    assert_eq!(store.purge(gone.object).expect("purges"), 1);
    for is_restarted in [false, true] {
        if is_restarted {
            drop(store);
            store = Series::open(folder.path(), quiet(&clock)).expect("opens again");
        }
        assert_eq!((store.metrics_of(gone.object), store.metrics_of(stays.object)), (vec![], vec![Metric::CpuLoadPercent]));
        assert_eq!((store.last(gone).expect("reads"), store.stats().series), (None, 1));
        assert_eq!(store.points(stays, at(0), at(6_000), 100).expect("reads").len(), 100);
    }
    // The same object comes back; a restart must not take its new samples for purged ones.
    store.append(&[sample(gone, 30, 5.0)]).expect("appends");
    drop(store);
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens again");
    let points = store.points(gone, at(0), at(6_000), 6_000).expect("reads");
    assert_eq!(points.iter().map(|point| (point.at, point.avg)).collect::<Vec<_>>(), [(at(30), 5.0)]);
}

#[test]
fn an_unknown_format_and_a_second_process_are_refused_by_name() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(0)));
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    assert!(matches!(Series::open(folder.path(), quiet(&clock)).map(|_| ()), Err(SeriesError::Locked { .. })));
    drop(store);
    std::fs::write(folder.path().join("FORMAT"), "polyot-series 9\n").expect("writes");
    let refusal = Series::open(folder.path(), quiet(&clock)).map(|_| ()).expect_err("is refused");
    assert!(refusal.to_string().contains("`polyot-series 9`") && !refusal.worth_retrying(), "{refusal}");
}

#[test]
fn a_store_that_was_killed_while_it_was_made_is_made_again() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(0)));
    // What a killed first start leaves: the format, and a half-made chunk store beside its place.
    drop(Series::open(folder.path(), quiet(&clock)).expect("opens"));
    std::fs::remove_dir_all(folder.path().join("chunks")).expect("removes");
    std::fs::create_dir(folder.path().join("chunks.new")).expect("makes");
    std::fs::write(folder.path().join("chunks.new/0.jnl"), b"").expect("writes");
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens again");
    let key = SeriesKey { object: [7; 16], metric: Metric::ReachRttMs };
    store.append(&[Sample { key, at: at(0), value: 1.0 }]).expect("appends");
    store.seal().expect("seals");
    assert!(!folder.path().join("chunks.new").exists());
}

#[test]
fn a_rate_knows_wraps_resets_gaps_and_both_widths_wherever_it_lies() {
    let top32 = 2f64.powi(32);
    // Name, wide samples, narrow samples, restarts, expected (offset, rate) of 60 s steps.
    type Case = (&'static str, &'static [(i64, f64)], Vec<(i64, f64)>, &'static [i64], &'static [(i64, f64)]);
    let table: [Case; 6] = [
        ("missing polls", &[(0, 0.0), (60, 600.0), (240, 2_400.0)], vec![], &[], &[(60, 10.0), (240, 10.0)]),
        ("reboot with 64 bits", &[(0, 9e9), (60, 9e9 + 60.0), (120, 6.0), (180, 66.0)], vec![], &[], &[(60, 1.0), (180, 1.0)]),
        (
            "reboot that counted past the old value",
            &[(0, 10.0), (60, 70.0), (120, 9e6), (180, 9e6 + 60.0)],
            vec![],
            &[100],
            &[(60, 1.0), (180, 1.0)],
        ),
        (
            "wrap of 32 bits",
            &[],
            vec![(0, top32 - 120.0), (60, top32 - 60.0), (120, 0.0), (180, 60.0)],
            &[],
            &[(60, 1.0), (120, 1.0), (180, 1.0)],
        ),
        ("restart that looks like a wrap", &[], vec![(0, 3e9), (60, 3e9 + 60.0), (120, 1e9)], &[90], &[(60, 1.0)]),
        ("32 bits first, 64 later", &[(120, 1e12), (180, 1e12 + 60.0)], vec![(0, 0.0), (60, 60.0)], &[], &[(60, 1.0), (180, 1.0)]),
    ];
    let (folder, clock) = (Folder::new(), Clock::fake(at(400)));
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    for (object, (_, wide, narrow, restarts, _)) in (0..).zip(&table) {
        let of = |metric| move |&(offset, value): &(i64, f64)| sample(key(object, metric), offset, value);
        let samples: Vec<Sample> = wide.iter().map(of(Metric::InOctets)).chain(narrow.iter().map(of(Metric::InOctets32))).collect();
        store.append(&samples).expect("appends");
        for offset in *restarts {
            store.restarted(&[[object; 16]], at(*offset)).expect("notes");
        }
    }
    for place in ["in heads", "in raw chunks", "in downsampled rows"] {
        for (object, (name, _, _, _, expected)) in (0..).zip(&table) {
            let rates = store.rate(key(object, Metric::InOctets), at(0), at(300), 5).expect("reads");
            let got: Vec<_> = rates.iter().map(|point| (point.at, point.avg)).collect();
            let expected: Vec<_> = expected.iter().map(|(offset, rate)| (at(*offset), *rate)).collect();
            assert_eq!(got, expected, "{name}, {place}");
            let hour = store.rate(key(object, Metric::InOctets), at(0), at(3_600), 1).expect("reads");
            assert_eq!(hour.len(), 1, "{name}, {place}");
            assert_eq!((hour[0].avg, hour[0].max), (expected[0].1, expected[0].1), "{name}, {place}");
        }
        store.seal().expect("seals");
        if place == "in raw chunks" {
            clock.advance(Duration::from_secs(DAY_S as u64));
            store.seal().expect("rolls up");
        }
    }
}

#[test]
fn memory_stays_bounded_with_many_series() {
    const LIMIT: usize = 40_000;
    let (folder, clock) = (Folder::new(), Clock::fake(at(700)));
    let store = Series::open(folder.path(), Options { head_samples_max: LIMIT, ..quiet(&clock) }).expect("opens");
    let object = |i: u32| -> [u8; 16] { std::array::from_fn(|byte| i.to_le_bytes()[byte % 4]) };
    let mut appended = 0u64;
    for round in 0..10 {
        for part in 0..10u32 {
            let of = |i| Sample {
                key: series::SeriesKey { object: object(i), metric: Metric::InPackets },
                at: at(round * 60),
                value: round as f64,
            };
            let samples: Vec<Sample> = (part * 2_000..(part + 1) * 2_000).map(of).collect();
            // Refused aloud while sealing is behind; the collector keeps its samples and tries again.
            while let Err(error) = store.append(&samples) {
                assert!(matches!(error, SeriesError::Busy { .. }), "{error}");
                std::thread::sleep(Duration::from_millis(5));
            }
            appended += samples.len() as u64;
            assert!(store.stats().head_samples <= 2 * LIMIT);
        }
    }
    let stats = store.stats();
    assert_eq!((stats.series, stats.samples_appended), (20_000, appended));
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let rss_mb = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("pages") * 4096 / 1_000_000;
    eprintln!(
        "{} series, {appended} samples, {} sealings: RSS {rss_mb} MB, disk {} MB",
        stats.series,
        stats.seals,
        stats.disk_bytes / 1_000_000
    );
    assert!(stats.seals >= 2 && rss_mb < 120, "RSS {rss_mb} MB after {} sealings", stats.seals);
}

#[test]
fn a_log_torn_at_any_byte_of_its_last_record_opens_with_everything_before() {
    let (folder, clock) = (Folder::new(), Clock::fake(at(600)));
    let cpu = key(1, Metric::CpuLoadPercent);
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    store.append(&[sample(cpu, 0, 1.0)]).expect("appends");
    let before = store.stats().wal_bytes;
    store.append(&[sample(cpu, 60, 2.0)]).expect("appends");
    drop(store);
    let log = folder.path().join("wal/0000000001.log");
    let bytes = std::fs::read(&log).expect("reads");
    for cut in (before as usize..bytes.len()).rev() {
        // The segments of the rounds before are empty; the first is put back as a torn write left it.
        std::fs::write(&log, &bytes[..cut]).expect("writes");
        let store = Series::open(folder.path(), quiet(&clock)).expect("opens");
        assert_eq!(store.last(cpu).expect("reads"), Some((at(0), 1.0)), "cut at {cut}");
        assert_eq!(store.stats().torn_bytes, cut as u64 - before, "cut at {cut}");
    }
    let mut damaged = bytes.clone();
    damaged.extend_from_slice(&bytes[before as usize..]);
    damaged[before as usize + 20] ^= 1;
    std::fs::write(&log, &damaged).expect("writes");
    let store = Series::open(folder.path(), quiet(&clock)).expect("opens past the damaged middle");
    assert_eq!(store.last(cpu).expect("reads"), Some((at(60), 2.0)));
    assert_eq!((store.stats().skipped_bytes, store.stats().torn_bytes), (bytes.len() as u64 - before, 0));
}

#[test]
fn whoever_reads_while_others_append_and_seal_sees_all_that_was_acknowledged() {
    const SAMPLES: i64 = 4_000;
    let (folder, clock) = (Folder::new(), Clock::fake(at(DAY_S)));
    let store = Series::open(folder.path(), Options { head_samples_max: 50, ..quiet(&clock) }).expect("opens");
    let cpu = key(1, Metric::CpuLoadPercent);
    let acknowledged = AtomicI64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..SAMPLES {
                while store.append(&[sample(cpu, i, 1.0)]).is_err() {
                    std::thread::yield_now();
                }
                acknowledged.store(i + 1, Ordering::SeqCst);
            }
        });
        scope.spawn(|| {
            while acknowledged.load(Ordering::SeqCst) < SAMPLES {
                store.seal().expect("seals");
            }
        });
        let mut reads = 0;
        while acknowledged.load(Ordering::SeqCst) < SAMPLES || reads == 0 {
            // A second each, and five minutes each: from heads and raw chunks, and from downsampled rows.
            for points_max in [20_000, 58] {
                let before = acknowledged.load(Ordering::SeqCst);
                let points = store.points(cpu, at(0), at(DAY_S / 5), points_max).expect("reads");
                let seen: u32 = points.iter().map(|point| point.count).sum();
                assert!(i64::from(seen) >= before, "{seen} of {before} acknowledged samples");
                reads += 1;
            }
        }
    });
}
