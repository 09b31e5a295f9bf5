//! How samples and downsampled rows become bytes: columns, each compressed by pco and bounded in length when read back.

use crate::bucket::Bucket;
use crate::metric::Metric;
use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, FULL_BATCH_N};

const RAW_LAYOUT: u8 = 1;
const GAUGE_LAYOUT: u8 = 2;
const COUNTER_LAYOUT: u8 = 3;
/// No chunk holds more rows than a window has seconds.
const ROWS_MAX: usize = 86_400;
/// Chunks are short; higher levels cost time and spare nothing here.
const LEVEL: usize = 6;

const BROKEN_BEFORE: u32 = 1;
const BROKEN_AFTER: u32 = 2;
/// The counter never broke: growth and its seconds follow from first and last.
const PLAIN: u32 = 4;

pub(crate) fn encode_raw(window_start: u32, samples: &[(u32, f64)]) -> Result<Vec<u8>, String> {
    let offsets: Vec<u32> = samples.iter().map(|(at, _)| at - window_start).collect();
    let values: Vec<f64> = samples.iter().map(|(_, value)| *value).collect();
    let mut bytes = header(RAW_LAYOUT, samples.len());
    put(&mut bytes, &offsets)?;
    put(&mut bytes, &values)?;
    Ok(bytes)
}

pub(crate) fn decode_raw(window_start: u32, bytes: &[u8]) -> Result<Vec<(u32, f64)>, String> {
    let mut reader = Reader::new(RAW_LAYOUT, bytes)?;
    let offsets: Vec<u32> = reader.take()?;
    let values: Vec<f64> = reader.take()?;
    Ok(offsets.into_iter().map(|offset| window_start.saturating_add(offset)).zip(values).collect())
}

pub(crate) fn encode_buckets(metric: Metric, window_start: u32, buckets: &[Bucket]) -> Result<Vec<u8>, String> {
    let is_counter = metric.is_counter();
    let mut bytes = header(if is_counter { COUNTER_LAYOUT } else { GAUGE_LAYOUT }, buckets.len());
    let u32s = |of: fn(&Bucket) -> u32| -> Vec<u32> { buckets.iter().map(of).collect() };
    let f64s = |of: fn(&Bucket) -> f64| -> Vec<f64> { buckets.iter().map(of).collect() };
    put(&mut bytes, &buckets.iter().map(|bucket| bucket.start - window_start).collect::<Vec<u32>>())?;
    put(&mut bytes, &u32s(|bucket| bucket.count))?;
    put(&mut bytes, &u32s(|bucket| bucket.last_at.saturating_sub(bucket.start)))?;
    put(&mut bytes, &f64s(|bucket| bucket.last))?;
    if is_counter {
        put(&mut bytes, &u32s(|bucket| bucket.first_at.saturating_sub(bucket.start)))?;
        put(&mut bytes, &f64s(|bucket| bucket.first))?;
        put(&mut bytes, &u32s(flags))?;
        put(&mut bytes, &f64s(|bucket| if is_plain(bucket) { 0.0 } else { bucket.sum }))?;
        put(&mut bytes, &u32s(|bucket| if is_plain(bucket) { 0 } else { bucket.grown_s }))?;
        put(&mut bytes, &buckets.iter().map(|bucket| bucket.min as f32).collect::<Vec<f32>>())?;
        put(&mut bytes, &buckets.iter().map(|bucket| bucket.max as f32).collect::<Vec<f32>>())?;
    } else {
        put(&mut bytes, &f64s(|bucket| bucket.min))?;
        put(&mut bytes, &f64s(|bucket| bucket.max))?;
        put(&mut bytes, &f64s(|bucket| bucket.sum))?;
    }
    Ok(bytes)
}

pub(crate) fn decode_buckets(metric: Metric, window_start: u32, bytes: &[u8]) -> Result<Vec<Bucket>, String> {
    let is_counter = metric.is_counter();
    let mut reader = Reader::new(if is_counter { COUNTER_LAYOUT } else { GAUGE_LAYOUT }, bytes)?;
    let starts: Vec<u32> = reader.take()?;
    let mut buckets: Vec<Bucket> = starts.iter().map(|start| Bucket::empty(window_start.saturating_add(*start))).collect();
    reader.fill(&mut buckets, |bucket, count: u32| bucket.count = count)?;
    reader.fill(&mut buckets, |bucket, offset: u32| bucket.last_at = bucket.start.saturating_add(offset))?;
    reader.fill(&mut buckets, |bucket, last: f64| bucket.last = last)?;
    if is_counter {
        reader.fill(&mut buckets, |bucket, offset: u32| bucket.first_at = bucket.start.saturating_add(offset))?;
        reader.fill(&mut buckets, |bucket, first: f64| bucket.first = first)?;
        let flags: Vec<u32> = reader.take()?;
        reader.fill(&mut buckets, |bucket, sum: f64| bucket.sum = sum)?;
        reader.fill(&mut buckets, |bucket, grown_s: u32| bucket.grown_s = grown_s)?;
        reader.fill(&mut buckets, |bucket, min: f32| bucket.min = f64::from(min))?;
        reader.fill(&mut buckets, |bucket, max: f32| bucket.max = f64::from(max))?;
        for (bucket, flags) in buckets.iter_mut().zip(flags) {
            bucket.broken_before = flags & BROKEN_BEFORE != 0;
            bucket.broken_after = flags & BROKEN_AFTER != 0;
            if flags & PLAIN != 0 {
                bucket.sum = bucket.last - bucket.first;
                bucket.grown_s = bucket.last_at.saturating_sub(bucket.first_at);
            }
        }
    } else {
        reader.fill(&mut buckets, |bucket, min: f64| bucket.min = min)?;
        reader.fill(&mut buckets, |bucket, max: f64| bucket.max = max)?;
        reader.fill(&mut buckets, |bucket, sum: f64| bucket.sum = sum)?;
    }
    Ok(buckets)
}

fn is_plain(bucket: &Bucket) -> bool {
    bucket.sum == bucket.last - bucket.first && bucket.grown_s == bucket.last_at.saturating_sub(bucket.first_at)
}

fn flags(bucket: &Bucket) -> u32 {
    let mut flags = 0;
    if bucket.broken_before {
        flags |= BROKEN_BEFORE;
    }
    if bucket.broken_after {
        flags |= BROKEN_AFTER;
    }
    if is_plain(bucket) {
        flags |= PLAIN;
    }
    flags
}

fn header(layout: u8, rows: usize) -> Vec<u8> {
    let mut bytes = vec![layout];
    bytes.extend_from_slice(&(rows as u32).to_le_bytes());
    bytes
}

/// A column is its length and its bytes; a column of one repeated value is kept as that value: most flags and counts are.
fn put<T: Number + Default>(bytes: &mut Vec<u8>, column: &[T]) -> Result<(), String> {
    let is_constant = column.windows(2).all(|pair| pair[0].to_latent_ordered() == pair[1].to_latent_ordered());
    let shortened = if is_constant { &column[..column.len().min(1)] } else { column };
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let compressed = simple_compress(shortened, &config).map_err(|error| error.to_string())?;
    let length = (compressed.len() as u32) << 1 | u32::from(is_constant);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&compressed);
    Ok(())
}

struct Reader<'a> {
    rows: usize,
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(layout: u8, bytes: &'a [u8]) -> Result<Self, String> {
        let (header, bytes) = bytes.split_first_chunk::<5>().ok_or("it is cut off")?;
        if header[0] != layout {
            return Err(format!("layout {} instead of {layout}", header[0]));
        }
        let rows = u32::from_le_bytes([header[1], header[2], header[3], header[4]]) as usize;
        if rows > ROWS_MAX {
            return Err(format!("{rows} rows, the limit is {ROWS_MAX}"));
        }
        Ok(Self { rows, bytes })
    }

    fn take<T: Number + Default>(&mut self) -> Result<Vec<T>, String> {
        let (length, rest) = self.bytes.split_first_chunk::<4>().ok_or("it is cut off")?;
        let length = u32::from_le_bytes(*length);
        let is_constant = length & 1 == 1;
        let (column, rest) = rest.split_at_checked((length >> 1) as usize).ok_or("it is cut off")?;
        self.bytes = rest;
        let stored = if is_constant { self.rows.min(1) } else { self.rows };
        // pco writes whole batches; the rest of the last one is cut off again.
        let mut values = vec![T::default(); stored.next_multiple_of(FULL_BATCH_N)];
        let progress = simple_decompress_into(column, &mut values).map_err(|error| error.to_string())?;
        if progress.n_processed != stored {
            return Err(format!("{} values instead of {stored}", progress.n_processed));
        }
        values.truncate(stored);
        if is_constant && let Some(&value) = values.first() {
            values.resize(self.rows, value);
        }
        Ok(values)
    }

    fn fill<T: Number + Default>(&mut self, buckets: &mut [Bucket], set: impl Fn(&mut Bucket, T)) -> Result<(), String> {
        for (bucket, value) in buckets.iter_mut().zip(self.take::<T>()?) {
            set(bucket, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::{RESTART, fold_samples};

    #[test]
    fn what_is_encoded_is_decoded_bit_by_bit_and_no_damage_panics() {
        let samples: Vec<(u32, f64)> =
            (0..700u32).map(|i| (86_400 + i * 30, if i == 300 { RESTART } else { f64::from(i) * 1234.5 })).collect();
        let raw = encode_raw(86_400, &samples).expect("encodes");
        let back = decode_raw(86_400, &raw).expect("decodes");
        assert_eq!(samples.len(), back.len());
        assert!(samples.iter().zip(&back).all(|(a, b)| a.0 == b.0 && a.1.to_bits() == b.1.to_bits()));
        for metric in [Metric::CpuLoadPercent, Metric::InOctets] {
            let buckets = fold_samples(metric, &samples, 300);
            let rows = encode_buckets(metric, 86_400, &buckets).expect("encodes");
            let decoded = decode_buckets(metric, 86_400, &rows).expect("decodes");
            for (a, b) in buckets.iter().zip(&decoded) {
                assert_eq!(
                    (a.start, a.count, a.sum, a.min, a.max, a.last, a.last_at),
                    (b.start, b.count, b.sum, b.min, b.max, b.last, b.last_at)
                );
                if metric.is_counter() {
                    assert_eq!(a, b);
                }
            }
            for i in 0..rows.len() {
                let mut damaged = rows.clone();
                damaged[i] ^= 0x55;
                let _ = decode_buckets(metric, 86_400, &damaged);
                let _ = decode_buckets(metric, 86_400, &rows[..i]);
            }
        }
    }
}
