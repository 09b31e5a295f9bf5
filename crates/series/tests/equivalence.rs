//! What is read does not depend on where it lies: any order of appends, sealings and restarts answers as a plain map does.

mod common;

use common::{Folder, START_S, at, key, quiet};
use model::Clock;
use proptest::prelude::*;
use series::{Metric, Point, Sample, Series, SeriesKey};
use std::collections::BTreeMap;
use std::time::Duration;

const SPAN_S: i64 = 3 * 86_400;

#[derive(Debug, Clone)]
enum Deed {
    /// Offsets and values; counters add them up.
    Append(Vec<(u8, i64, u32)>),
    Seal,
    Restart,
    Wait(u32),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    // Bursts of regular polls, as in life, and lone samples anywhere, as after an outage of a collector.
    let polls =
        (0..3u8, 0..SPAN_S - 7_200, 1..200u32, prop::sample::select(vec![1i64, 10, 60, 300])).prop_map(|(who, from, count, every)| {
            Deed::Append((0..count).map(|i| (who, from + i64::from(i) * every % 7_200, i * 37 % 101)).collect())
        });
    let lone = prop::collection::vec((0..3u8, 0..SPAN_S, 0..100u32), 1..20).prop_map(Deed::Append);
    let deed =
        prop_oneof![4 => polls, 2 => lone, 2 => Just(Deed::Seal), 1 => Just(Deed::Restart), 1 => (1..40_000u32).prop_map(Deed::Wait)];
    prop::collection::vec(deed, 1..25)
}

type Truth = BTreeMap<i64, f64>;

/// The same answer from a plain map. Values are whole numbers, so that sums are exact in any order.
fn points_of(truth: &Truth, from: i64, to: i64, step: i64) -> Vec<Point> {
    let mut points: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (second, value) in truth.range(from..to) {
        points.entry(second - second % step).or_default().push(*value);
    }
    let point = |(start, values): (i64, Vec<f64>)| Point {
        at: model::Timestamp::from_secs(start),
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        avg: values.iter().sum::<f64>() / values.len() as f64,
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        count: values.len() as u32,
    };
    points.into_iter().map(point).collect()
}

/// Start, growth per second and samples of each step with a known difference: of plain growth only, as the test writes it.
fn rates_of(truth: &Truth, from: i64, to: i64, step: i64) -> Vec<(i64, f64, u32)> {
    let mut steps: BTreeMap<i64, (f64, i64, u32)> = BTreeMap::new();
    let mut prev: Option<(i64, f64)> = None;
    for (&second, &value) in truth.range(..to) {
        let entry = steps.entry(second - second % step).or_default();
        entry.2 += 1;
        if let Some((at, before)) = prev
            && value >= before
        {
            entry.0 += value - before;
            entry.1 += second - at;
        }
        prev = Some((second, value));
    }
    steps
        .into_iter()
        .filter(|(start, (_, grown_s, _))| *start >= from && *grown_s > 0)
        .map(|(start, (grown, s, count))| (start, grown / s as f64, count))
        .collect()
}

fn check(deeds: &[Deed]) {
    let folder = Folder::new();
    let clock = Clock::fake(at(SPAN_S));
    let keys = [key(1, Metric::CpuLoadPercent), key(1, Metric::InErrors), key(2, Metric::OutOctets)];
    let mut store = Series::open(folder.path(), quiet(&clock)).expect("opens");
    let mut truth: BTreeMap<usize, Truth> = BTreeMap::new();
    for deed in deeds {
        match deed {
            Deed::Append(rows) => {
                let value = |who: u8, offset: i64, value: u32| {
                    if who == 0 { f64::from(value) } else { (offset / 10 * 3) as f64 + f64::from(value % 7) }
                };
                let of = |&(who, offset, v): &(u8, i64, u32)| Sample {
                    key: keys[usize::from(who)],
                    at: at(offset),
                    value: value(who, offset, v),
                };
                let samples: Vec<Sample> = rows.iter().map(of).collect();
                let answer = store.append(&samples).expect("appends");
                assert_eq!(answer.stored, samples.len());
                for (sample, row) in samples.iter().zip(rows) {
                    truth.entry(usize::from(row.0)).or_default().insert(sample.at.secs(), sample.value);
                }
            }
            Deed::Seal => store.seal().expect("seals"),
            Deed::Restart => {
                drop(store);
                store = Series::open(folder.path(), quiet(&clock)).expect("opens again");
            }
            Deed::Wait(seconds) => clock.advance(Duration::from_secs(u64::from(*seconds))),
        }
    }
    // The clock may have moved far: stay within the range that was written.
    for (who, truth) in &truth {
        compare(&store, keys[*who], truth);
        let newest = truth.last_key_value().map(|(second, value)| (model::Timestamp::from_secs(*second), *value));
        assert_eq!(store.last(keys[*who]).expect("reads"), newest);
    }
}

fn compare(store: &Series, key: SeriesKey, truth: &Truth) {
    // points_max chooses the step: 60 s and 300 s over parts, 900 s and 3600 s over all.
    for (from, to, step) in [(3_600, 3_600 * 9, 60), (0, SPAN_S / 3, 300), (0, SPAN_S, 900), (0, SPAN_S, 3_600), (0, SPAN_S, 21_600)] {
        let points_max = usize::try_from((to - from) / step).expect("small");
        if key.metric.is_counter() {
            // A difference from before the range is looked for no farther than two hours back.
            let got = store.rate(key, at(from), at(to), points_max).expect("reads");
            let model = rates_of(truth, START_S + from, START_S + to, step);
            let skipped = usize::from(got.first().map(|point| point.at.secs()) != model.first().map(|rate| rate.0));
            let model = &model[skipped.min(model.len())..];
            assert_eq!(got.len(), model.len(), "{key:?} step {step}");
            for (i, (point, rate)) in got.iter().zip(model).enumerate() {
                assert_eq!((point.at.secs(), point.count), (rate.0, rate.2), "{key:?} step {step}");
                assert!(i == 0 || (point.avg - rate.1).abs() < 1e-9, "{key:?} step {step}: {point:?} is not {rate:?}");
                assert!(point.min <= point.avg && point.avg <= point.max && point.min >= 0.0, "{point:?}");
            }
        } else {
            assert_eq!(
                store.points(key, at(from), at(to), points_max).expect("reads"),
                points_of(truth, START_S + from, START_S + to, step),
                "step {step}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn it_reads_the_same_wherever_it_lies(deeds in deeds()) {
        check(&deeds);
    }
}
