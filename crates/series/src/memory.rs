//! What is kept in memory: which series there are, and the samples that are not in chunks yet.

use crate::SeriesKey;
use crate::metric::Metric;
use crate::wal::{NewSeries, Wal};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The newest samples of one series, ordered by second.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head(Vec<(u32, f64)>);

impl Head {
    /// The last write of a second wins. Answers whether the head grew.
    pub fn put(&mut self, at: u32, value: f64) -> bool {
        if self.0.last().is_none_or(|last| last.0 < at) {
            if self.0.capacity() == 0 {
                self.0.reserve_exact(4);
            }
            self.0.push((at, value));
            return true;
        }
        match self.0.binary_search_by_key(&at, |sample| sample.0) {
            Ok(i) => {
                self.0[i].1 = value;
                false
            }
            Err(i) => {
                self.0.insert(i, (at, value));
                true
            }
        }
    }
    pub fn samples(&self) -> &[(u32, f64)] {
        &self.0
    }
    /// Samples in `from..to`, seconds.
    pub fn range(&self, from: u32, to: u32) -> &[(u32, f64)] {
        let start = self.0.partition_point(|sample| sample.0 < from);
        let end = self.0.partition_point(|sample| sample.0 < to);
        self.0.get(start..end).unwrap_or(&[])
    }
}

/// `newer` wins where both have a sample of the same second. Both are ordered, so is the answer.
pub(crate) fn overlay(older: &[(u32, f64)], newer: &[(u32, f64)]) -> Vec<(u32, f64)> {
    let mut merged = Vec::with_capacity(older.len() + newer.len());
    let (mut i, mut j) = (0, 0);
    while i < older.len() || j < newer.len() {
        let takes_newer = j < newer.len() && (i >= older.len() || newer[j].0 <= older[i].0);
        if takes_newer {
            if i < older.len() && older[i].0 == newer[j].0 {
                i += 1;
            }
            merged.push(newer[j]);
            j += 1;
        } else {
            merged.push(older[i]);
            i += 1;
        }
    }
    merged
}

pub(crate) type Heads = HashMap<u64, Head>;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    pub at: u32,
    pub value: f64,
    /// The chunks are known to hold nothing newer.
    pub is_newest: bool,
}

pub(crate) struct Memory {
    pub wal: Wal,
    by_object: HashMap<[u8; 16], BTreeMap<Metric, u64>>,
    pub series: usize,
    pub next_id: u64,
    /// Series whose row is not in the chunk store yet.
    pub born: Vec<NewSeries>,
    pub active: Heads,
    pub active_samples: usize,
    /// Heads on their way into chunks; still read from here until they are there.
    pub sealing: Arc<Heads>,
    pub sealing_samples: usize,
    /// The newest value that memory knows of each series.
    pub last: HashMap<u64, Last>,
}

impl Memory {
    pub fn new(wal: Wal) -> Self {
        Self {
            wal,
            by_object: HashMap::new(),
            series: 0,
            next_id: 1,
            born: Vec::new(),
            active: HashMap::new(),
            active_samples: 0,
            sealing: Arc::default(),
            sealing_samples: 0,
            last: HashMap::new(),
        }
    }

    pub fn register(&mut self, series: NewSeries) {
        if self.by_object.entry(series.object).or_default().insert(series.metric, series.id).is_none() {
            self.series += 1;
        }
        self.next_id = self.next_id.max(series.id + 1);
    }

    pub fn id_of(&self, key: &SeriesKey) -> Option<u64> {
        self.by_object.get(&key.object)?.get(&key.metric).copied()
    }

    pub fn metrics_of(&self, object: &[u8; 16]) -> Vec<(Metric, u64)> {
        self.by_object.get(object).into_iter().flatten().map(|(metric, id)| (*metric, *id)).collect()
    }

    /// Every series with its metric, for sealing and rolling up.
    pub fn metrics(&self) -> HashMap<u64, Metric> {
        self.by_object.values().flatten().map(|(metric, id)| (*id, *metric)).collect()
    }

    pub fn put(&mut self, id: u64, at: u32, value: f64) {
        if self.active.entry(id).or_default().put(at, value) {
            self.active_samples += 1;
        }
        if !value.is_nan() {
            let last = self.last.entry(id).or_insert(Last { at, value, is_newest: false });
            if last.at <= at {
                (last.at, last.value) = (at, value);
            }
        }
    }

    /// A series that no chunk knows yet.
    pub fn be_born(&mut self, series: NewSeries) {
        self.register(series);
        self.born.push(series);
        self.last.insert(series.id, Last { at: 0, value: 0.0, is_newest: true });
    }

    /// Takes in what the chunks hold and answers the newest of both.
    pub fn learn_last(&mut self, id: u64, sealed: Option<(u32, f64)>) -> Option<(u32, f64)> {
        let known = self.last.get(&id).map(|last| (last.at, last.value));
        let newest = match (known, sealed) {
            (Some(known), Some(sealed)) if sealed.0 > known.0 => sealed,
            (Some(known), _) => known,
            (None, sealed) => sealed?,
        };
        self.last.insert(id, Last { at: newest.0, value: newest.1, is_newest: true });
        Some(newest)
    }

    /// Samples of one series in `from..to` that are not in chunks yet.
    pub fn unsealed(&self, id: u64, from: u32, to: u32) -> Vec<(u32, f64)> {
        let of = |heads: &'_ Heads| heads.get(&id).map(|head| head.range(from, to).to_vec()).unwrap_or_default();
        let (sealing, active) = (of(&self.sealing), of(&self.active));
        if sealing.is_empty() { active } else { overlay(&sealing, &active) }
    }

    /// The earliest second that is not in chunks yet.
    pub fn earliest_unsealed(&self) -> Option<u32> {
        self.active.values().chain(self.sealing.values()).filter_map(|head| head.samples().first()).map(|sample| sample.0).min()
    }

    pub fn samples(&self) -> usize {
        self.active_samples + self.sealing_samples
    }

    /// Forgets series; their ids are never given again.
    pub fn forget(&mut self, ids: &[u64]) {
        for metrics in self.by_object.values_mut() {
            let before = metrics.len();
            metrics.retain(|_, id| !ids.contains(id));
            self.series -= before - metrics.len();
        }
        self.by_object.retain(|_, metrics| !metrics.is_empty());
        self.born.retain(|series| !ids.contains(&series.id));
        let sealing = Arc::make_mut(&mut self.sealing);
        for id in ids {
            self.last.remove(id);
            self.active_samples -= self.active.remove(id).map_or(0, |head| head.samples().len());
            self.sealing_samples -= sealing.remove(id).map_or(0, |head| head.samples().len());
        }
    }
}
