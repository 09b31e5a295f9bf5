//! The form of a backup: a gzipped tar whose first entry, `manifest.json`, names every other one with its size and SHA-256.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

pub const MANIFEST: &str = "manifest.json";
pub const FORMAT: u32 = 1;
pub const DATABASE: &str = "polyot.db";
/// What pg_dump wrote, for pg_restore.
pub const DUMP: &str = "database.dump";
pub const MASTER_KEY: &str = "master.key";
/// The configuration, its secrets hidden.
pub const CONFIG: &str = "polyot.toml.backup";
pub const SERIES: &str = "series";
/// Larger ones are not ours.
pub const MANIFEST_SIZE_BYTES_MAX: u64 = 16 * 1024 * 1024;
pub const PARTS_MAX: usize = 100_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// Of the program that made it.
    pub version: String,
    /// Of the database.
    pub schema: i64,
    pub made_at: Timestamp,
    /// The folder's own id.
    pub folder: Option<String>,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Names the master key that belongs to it, whether it is inside or not.
    pub master_key: Option<String>,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// From the data folder, with slashes.
    pub name: String,
    pub size_bytes: u64,
    pub sha256: String,
}

impl Part {
    pub fn of(folder: &Path, name: &str) -> io::Result<Self> {
        let mut from = Hashed::new(File::open(folder.join(name))?);
        io::copy(&mut from, &mut io::sink())?;
        Ok(Self { name: name.to_owned(), size_bytes: from.size_bytes, sha256: from.finish() })
    }

    /// Only what a backup holds, never a way out of the folder.
    pub fn is_ours(&self) -> bool {
        let path = Path::new(&self.name);
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let is_known = [DATABASE, DUMP, MASTER_KEY, CONFIG].contains(&self.name.as_str()) || self.name.starts_with("series/");
        is_plain && is_known
    }
}

/// Counts and hashes what is read through it.
pub struct Hashed<R> {
    from: R,
    hasher: Sha256,
    pub size_bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub fn new(from: R) -> Self {
        Self { from, hasher: Sha256::new(), size_bytes: 0 }
    }

    pub fn finish(self) -> String {
        self.hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.hasher.update(&into[..count]);
        self.size_bytes += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_never_leads_out_of_the_folder() {
        let part = |name: &str| Part { name: name.into(), size_bytes: 0, sha256: String::new() };
        for name in [DATABASE, "series/wal/0001", "series/chunks/a/b"] {
            assert!(part(name).is_ours(), "{name}");
        }
        for name in ["", "/etc/passwd", "../polyot.db", "series/../../x", "series/./x/..", "fingerprint", "lock", "x"] {
            assert!(!part(name).is_ours(), "{name}");
        }
    }
}
