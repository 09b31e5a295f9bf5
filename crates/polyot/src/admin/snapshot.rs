//! A copy of the samples while the server writes them. The log is copied before the chunks: what is sealed in between is in both, and the
//! last write of a second wins. The chunks are copied again until nothing changed meanwhile, and the copy is opened to prove it.

use series::{Options, Series};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Chunks change when samples are sealed, which is rare and short.
const ATTEMPTS_MAX: u32 = 30;
const PAUSE: Duration = Duration::from_millis(500);
const LOG: &str = "wal";

/// Name from the folder to size and time of the last change.
type Listing = BTreeMap<String, (u64, SystemTime)>;

/// Copies `from` to `into`, which must not exist; the names that were copied.
pub fn copy(from: &Path, into: &Path) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let _ = fs::remove_dir_all(into);
        match attempt(from, into) {
            Ok(true) => return prove(into),
            Ok(false) => last = "it changed while it was copied".into(),
            // A file that went away between listing and copying.
            Err(error) if error.kind() == io::ErrorKind::NotFound => last = error.to_string(),
            Err(error) => return Err(format!("the samples in {} cannot be copied: {error}", from.display())),
        }
        std::thread::sleep(PAUSE);
    }
    Err(format!("the samples in {} cannot be copied: {last}; try again in a minute", from.display()))
}

/// False: the chunks changed under way.
fn attempt(from: &Path, into: &Path) -> io::Result<bool> {
    fs::create_dir_all(into)?;
    let is_log = |name: &str| name.starts_with(&format!("{LOG}/"));
    let mut before = list(from)?;
    before.retain(|name, _| !is_log(name));
    let log = list(&from.join(LOG)).unwrap_or_default();
    for name in log.keys() {
        copy_file(from, into, &format!("{LOG}/{name}"))?;
    }
    for name in before.keys() {
        copy_file(from, into, name)?;
    }
    let mut after = list(from)?;
    after.retain(|name, _| !is_log(name));
    Ok(before == after)
}

fn copy_file(from: &Path, into: &Path, name: &str) -> io::Result<()> {
    let to = into.join(name);
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from.join(name), to).map(|_| ())
}

/// Every file below a folder.
fn list(folder: &Path) -> io::Result<Listing> {
    fn walk(folder: &Path, prefix: &str, into: &mut Listing) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            let meta = entry.metadata()?;
            if meta.is_dir() {
                walk(&entry.path(), &name, into)?;
            } else if meta.is_file() {
                into.insert(name, (meta.len(), meta.modified()?));
            }
        }
        Ok(())
    }
    let mut listing = Listing::new();
    walk(folder, "", &mut listing)?;
    Ok(listing)
}

pub fn names(folder: &Path) -> io::Result<Vec<String>> {
    Ok(list(folder)?.into_keys().collect())
}

/// A copy that does not open is none.
fn prove(folder: &Path) -> Result<(), String> {
    let series = Series::open(folder, Options::default())
        .map_err(|error| format!("the copy of the samples does not open: {}; try again in a minute", crate::serve::chain(&error)))?;
    drop(series);
    Ok(())
}
