//! The log of samples that are not in a chunk yet: `wal/NNNNNNNNNN.log`, records with a CRC.
//!
//! A record is `mark u16, length u32, crc32 u32, payload`. What does not check is searched for the next record that does:
//! when there is none it was a torn tail (cut off), otherwise a damaged middle (skipped). Both are said aloud and counted;
//! refusing to start because of one damaged record would cost more samples than it saves.

use crate::error::{SeriesError, file};
use crate::metric::Metric;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MARK: [u8; 2] = [0xA5, 0x5E];
const HEADER_BYTES: usize = 10;
/// Largest payload; `SAMPLES_PER_APPEND_MAX` samples and as many new series fit.
const PAYLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;
const APPEND: u8 = 1;
const PURGE: u8 = 2;

/// A series that was born with this record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NewSeries {
    pub id: u64,
    pub object: [u8; 16],
    pub metric: Metric,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Record {
    Append { born: Vec<NewSeries>, samples: Vec<(u64, u32, f64)> },
    Purge { ids: Vec<u64> },
}

impl Record {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0u8; HEADER_BYTES];
        match self {
            Self::Append { born, samples } => {
                bytes.reserve(9 + born.len() * 26 + samples.len() * 20);
                bytes.push(APPEND);
                bytes.extend_from_slice(&(born.len() as u32).to_le_bytes());
                for series in born {
                    bytes.extend_from_slice(&series.id.to_le_bytes());
                    bytes.extend_from_slice(&series.object);
                    bytes.extend_from_slice(&series.metric.code().to_le_bytes());
                }
                bytes.extend_from_slice(&(samples.len() as u32).to_le_bytes());
                for (id, at, value) in samples {
                    bytes.extend_from_slice(&id.to_le_bytes());
                    bytes.extend_from_slice(&at.to_le_bytes());
                    bytes.extend_from_slice(&value.to_le_bytes());
                }
            }
            Self::Purge { ids } => {
                bytes.push(PURGE);
                bytes.extend_from_slice(&(ids.len() as u32).to_le_bytes());
                ids.iter().for_each(|id| bytes.extend_from_slice(&id.to_le_bytes()));
            }
        }
        let length = (bytes.len() - HEADER_BYTES) as u32;
        let crc = crc32fast::hash(&bytes[HEADER_BYTES..]);
        bytes[..2].copy_from_slice(&MARK);
        bytes[2..6].copy_from_slice(&length.to_le_bytes());
        bytes[6..10].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn decode(payload: &[u8]) -> Option<Self> {
        let mut rest = payload;
        match take::<1>(&mut rest)? {
            [APPEND] => {
                let born_count = u32::from_le_bytes(take(&mut rest)?) as usize;
                let mut born = Vec::new();
                for _ in 0..born_count {
                    let id = u64::from_le_bytes(take(&mut rest)?);
                    let object = take::<16>(&mut rest)?;
                    // A metric of a later build: its samples have no owner and are dropped aloud by the reader.
                    if let Some(metric) = Metric::from_code(u16::from_le_bytes(take(&mut rest)?)) {
                        born.push(NewSeries { id, object, metric });
                    }
                }
                let sample_count = u32::from_le_bytes(take(&mut rest)?) as usize;
                let mut samples = Vec::new();
                for _ in 0..sample_count {
                    let id = u64::from_le_bytes(take(&mut rest)?);
                    let at = u32::from_le_bytes(take(&mut rest)?);
                    samples.push((id, at, f64::from_le_bytes(take(&mut rest)?)));
                }
                Some(Self::Append { born, samples })
            }
            [PURGE] => {
                let count = u32::from_le_bytes(take(&mut rest)?) as usize;
                let mut ids = Vec::new();
                for _ in 0..count {
                    ids.push(u64::from_le_bytes(take(&mut rest)?));
                }
                Some(Self::Purge { ids })
            }
            _ => None,
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

/// The record at `offset` and where the next one begins.
fn record_at(bytes: &[u8], offset: usize) -> Option<(Record, usize)> {
    let header = bytes.get(offset..offset + HEADER_BYTES)?;
    if header[..2] != MARK {
        return None;
    }
    let length = u32::from_le_bytes([header[2], header[3], header[4], header[5]]) as usize;
    let crc = u32::from_le_bytes([header[6], header[7], header[8], header[9]]);
    if length > PAYLOAD_BYTES_MAX {
        return None;
    }
    let end = offset + HEADER_BYTES + length;
    let payload = bytes.get(offset + HEADER_BYTES..end)?;
    if crc32fast::hash(payload) != crc {
        return None;
    }
    Record::decode(payload).map(|record| (record, end))
}

/// What was found wrong while reading the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    pub torn_bytes: u64,
    pub skipped_bytes: u64,
}

pub(crate) struct Wal {
    folder: PathBuf,
    file: Arc<File>,
    number: u64,
    length: u64,
    /// Bytes in older segments, which wait for their samples to be sealed.
    pub older_bytes: u64,
    pub is_dirty: bool,
    /// After a failed sync or cut nothing may follow in this segment: a new one begins with the next checkpoint.
    pub is_broken: bool,
}

impl Wal {
    /// Begins a new segment after those that are there; [`Wal::replay`] reads them.
    pub fn open(folder: PathBuf) -> Result<Self, SeriesError> {
        fs::create_dir_all(&folder).map_err(file("create", &folder))?;
        let number = segments(&folder)?.into_iter().max().map_or(1, |last| last + 1);
        let file = Arc::new(create(&folder, number)?);
        Ok(Self { folder, file, number, length: 0, older_bytes: 0, is_dirty: false, is_broken: false })
    }

    /// Hands over the records of one older segment after the other and answers how many bytes they have.
    pub fn replay(folder: &Path, damage: &mut Damage, mut with: impl FnMut(Record)) -> Result<u64, SeriesError> {
        let mut numbers = segments(folder)?;
        numbers.sort_unstable();
        let mut older_bytes = 0;
        for number in numbers {
            let path = segment(folder, number);
            let bytes = fs::read(&path).map_err(file("read", &path))?;
            let good = read_segment(&path, &bytes, damage, &mut with);
            if good < bytes.len() {
                let cut = OpenOptions::new().write(true).open(&path).and_then(|file| {
                    file.set_len(good as u64)?;
                    file.sync_all()
                });
                cut.map_err(file("cut the torn end of", &path))?;
            }
            older_bytes += good as u64;
        }
        Ok(older_bytes)
    }

    /// Writes one record to the operating system; it then outlives this process. Durable after [`Wal::file`] is synced.
    pub fn write(&mut self, record: &[u8]) -> std::io::Result<()> {
        let mut file = &*self.file;
        if let Err(error) = file.write_all(record) {
            let cut = self.file.set_len(self.length).and_then(|()| file.seek(SeekFrom::Start(self.length)));
            self.is_broken |= cut.is_err();
            return Err(error);
        }
        self.length += record.len() as u64;
        self.is_dirty = true;
        Ok(())
    }

    /// Where the next segment goes: folder and number. Only sealing makes one, so the number stays free.
    pub fn next(&self) -> (PathBuf, u64) {
        (self.folder.clone(), self.number + 1)
    }

    /// Goes on in a new segment and answers the number of the last old one.
    pub fn go_on_in(&mut self, file: File) -> u64 {
        let old = self.number;
        self.older_bytes += self.length;
        (self.file, self.number, self.length) = (Arc::new(file), old + 1, 0);
        (self.is_dirty, self.is_broken) = (false, false);
        old
    }

    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }
    pub fn path(&self) -> PathBuf {
        segment(&self.folder, self.number)
    }
    pub fn bytes(&self) -> u64 {
        self.older_bytes + self.length
    }
}

/// Removes the segments up to `number`, whose samples are in chunks now, and answers how many bytes that were.
pub(crate) fn remove_until(folder: &Path, number: u64) -> Result<u64, SeriesError> {
    let mut removed_bytes = 0;
    for old in segments(folder)?.into_iter().filter(|old| *old <= number) {
        let path = segment(folder, old);
        removed_bytes += fs::metadata(&path).map(|meta| meta.len()).unwrap_or(0);
        fs::remove_file(&path).map_err(file("remove", &path))?;
    }
    Ok(removed_bytes)
}

/// Answers how many bytes of the segment are good; what follows is a torn tail.
fn read_segment(path: &Path, bytes: &[u8], damage: &mut Damage, replay: &mut impl FnMut(Record)) -> usize {
    let mut offset = 0;
    while offset < bytes.len() {
        if let Some((record, end)) = record_at(bytes, offset) {
            replay(record);
            offset = end;
            continue;
        }
        let Some(next) = (offset + 1..bytes.len()).find(|&next| bytes[next] == MARK[0] && record_at(bytes, next).is_some()) else {
            let torn_bytes = (bytes.len() - offset) as u64;
            tracing::warn!(segment = %path.display(), offset, torn_bytes, "Cut off a torn record at the end of the sample log");
            damage.torn_bytes += torn_bytes;
            return offset;
        };
        let skipped_bytes = (next - offset) as u64;
        tracing::error!(segment = %path.display(), offset, skipped_bytes, "Skipped a damaged part of the sample log: its samples are lost");
        damage.skipped_bytes += skipped_bytes;
        offset = next;
    }
    offset
}

fn segment(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:010}.log"))
}

fn segments(folder: &Path) -> Result<Vec<u64>, SeriesError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(file("list", folder))? {
        let name = entry.map_err(file("list", folder))?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".log")).and_then(|number| number.parse::<u64>().ok()));
    }
    Ok(numbers)
}

/// Makes an empty segment; slow, because its name is synced, too.
pub(crate) fn create(folder: &Path, number: u64) -> Result<File, SeriesError> {
    let path = segment(folder, number);
    let created = OpenOptions::new().write(true).create(true).truncate(true).open(&path).map_err(file("create", &path))?;
    // Without this a power loss may forget the name of the file together with what was synced into it.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(file("sync", folder))?;
    Ok(created)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u64) -> Record {
        let born = vec![NewSeries { id, object: [id as u8; 16], metric: Metric::InOctets }];
        Record::Append { born, samples: vec![(id, 1_000, 1.5), (id, 1_060, 2.5)] }
    }

    fn read(bytes: &[u8]) -> (Vec<Record>, Damage, usize) {
        let (mut records, mut damage) = (Vec::new(), Damage::default());
        let good = read_segment(Path::new("test"), bytes, &mut damage, &mut |record| records.push(record));
        (records, damage, good)
    }

    #[test]
    fn a_tail_torn_at_any_byte_loses_that_record_only() {
        let whole: Vec<u8> = [record(1).encode(), record(2).encode()].concat();
        let tail = record(3).encode();
        for cut in 0..tail.len() {
            let (records, damage, good) = read(&[&whole[..], &tail[..cut]].concat());
            assert_eq!((records, good), (vec![record(1), record(2)], whole.len()), "cut at {cut}");
            assert_eq!(damage, Damage { torn_bytes: cut as u64, skipped_bytes: 0 }, "cut at {cut}");
        }
        let zeroed = [&whole[..], &[0; 512]].concat();
        assert_eq!(read(&zeroed).0.len(), 2, "a file grown by zeros, as after a power loss");
    }

    #[test]
    fn a_damaged_middle_is_skipped_and_counted_whichever_byte_is_wrong() {
        let middle = record(2).encode();
        for i in 0..middle.len() {
            let mut damaged = middle.clone();
            damaged[i] ^= 0xFF;
            let bytes = [record(1).encode(), damaged, record(3).encode()].concat();
            let (records, damage, good) = read(&bytes);
            assert_eq!((records, good), (vec![record(1), record(3)], bytes.len()), "byte {i}");
            assert_eq!(damage, Damage { torn_bytes: 0, skipped_bytes: middle.len() as u64 }, "byte {i}");
        }
    }

    #[test]
    fn a_purge_is_read_back() {
        let purge = Record::Purge { ids: vec![3, 1 << 40] };
        assert_eq!(read(&purge.encode()).0, vec![purge]);
    }

    #[test]
    fn a_record_that_the_disk_had_no_space_for_leaves_no_trace() {
        let folder = std::env::temp_dir().join(format!("series-wal-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("creates");
        let mount = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&folder).status();
        if !mount.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: no right to mount a tmpfs here, a write cut short by a full disk was not tested");
            return;
        }
        let mut wal = Wal::open(folder.join("wal")).expect("opens");
        let filler = folder.join("filler");
        fs::write(&filler, vec![7; 300_000]).expect("writes");
        // Not a divisor of the page, so that the write that meets the end of the disk is cut in its middle.
        let long = Record::Append { born: vec![], samples: vec![(1, 1_000, 1.5); 1_501] };
        let mut written = 0;
        while wal.write(&long.encode()).is_ok() {
            written += 1;
        }
        fs::remove_file(&filler).expect("removes");
        wal.write(&long.encode()).expect("writes again");
        let (mut read, mut damage) = (0, Damage::default());
        Wal::replay(&folder.join("wal"), &mut damage, |_| read += 1).expect("reads");
        // An open file would keep the disk mounted.
        drop(wal);
        let _ = std::process::Command::new("umount").arg(&folder).status();
        let _ = fs::remove_dir(&folder);
        assert_eq!((read, damage), (written + 1, Damage::default()));
    }
}
