//! `polyot admin restore`: into a new folder, or not at all. What was restored starts cold.

use super::archive::{DATABASE, DUMP, FORMAT, Hashed, MANIFEST, MANIFEST_SIZE_BYTES_MAX, MASTER_KEY, Manifest, PARTS_MAX, Part};
use crate::fingerprint;
use crate::serve::chain;
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Unpacks beside the folder, compares every part with the manifest, and renames at the end.
pub fn unpack(file: &Path, data: &Path) -> Result<(), String> {
    check_empty(data)?;
    let opened = File::open(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let mut beside = data.as_os_str().to_owned();
    beside.push(format!(".{}.restoring", std::process::id()));
    let beside = PathBuf::from(beside);
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&beside);
    made.map_err(|error| format!("{} cannot be made: {error}", beside.display()))?;
    let done = unpack_into(file, opened, &beside).and_then(|()| take_place(&beside, data));
    if done.is_err() {
        let _ = fs::remove_dir_all(&beside);
    }
    done
}

fn check_empty(data: &Path) -> Result<(), String> {
    match fs::read_dir(data).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(format!("{} is not empty: restore into a new folder, and look at it before you stop the old one", data.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{} cannot be looked at: {error}", data.display())),
    }
}

fn unpack_into(file: &Path, opened: File, folder: &Path) -> Result<(), String> {
    let shown = file.display();
    let mut tar = tar::Archive::new(GzDecoder::new(io::BufReader::new(opened)));
    let mut entries = tar.entries().map_err(|error| format!("{shown} is no backup of this product: {error}"))?;
    let manifest = read_manifest(&shown.to_string(), entries.next())?;
    for part in &manifest.parts {
        let name = &part.name;
        let entry = match entries.next() {
            None => return Err(damaged(&shown, name, "it is missing; the archive is half-written")),
            Some(Err(error)) => return Err(damaged(&shown, name, &format!("the archive ends before it or is damaged ({error})"))),
            Some(Ok(entry)) => entry,
        };
        if entry.path_bytes() != name.as_bytes() {
            return Err(damaged(&shown, name, "something else stands in its place"));
        }
        let found = write_part(folder, part, entry).map_err(|error| damaged(&shown, name, &error.to_string()))?;
        if found.size_bytes < part.size_bytes {
            let text = format!("it ends after {} of {} bytes; the archive is half-written", found.size_bytes, part.size_bytes);
            return Err(damaged(&shown, name, &text));
        }
        if found != *part {
            return Err(damaged(&shown, name, "its content is not what the manifest says"));
        }
    }
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(damaged(&shown, "(beyond the last part)", "the archive holds more than its manifest says")),
    }
}

fn damaged(file: &impl std::fmt::Display, part: &str, why: &str) -> String {
    format!("{file} is damaged at the part `{part}`: {why}. Nothing was restored; take another backup")
}

fn read_manifest<R: Read>(file: &str, first: Option<io::Result<tar::Entry<'_, R>>>) -> Result<Manifest, String> {
    let none = |why: String| format!("{file} is no backup of this product, or damaged at the part `{MANIFEST}`: {why}");
    let entry = first.ok_or_else(|| none("it is empty".into()))?.map_err(|error| none(error.to_string()))?;
    if entry.path_bytes() != MANIFEST.as_bytes() || entry.size() > MANIFEST_SIZE_BYTES_MAX {
        return Err(none("it does not begin with a manifest".into()));
    }
    let size_bytes = entry.size();
    let mut text = Vec::new();
    entry.take(MANIFEST_SIZE_BYTES_MAX).read_to_end(&mut text).map_err(|error| none(error.to_string()))?;
    if (text.len() as u64) < size_bytes {
        return Err(none(format!("it ends after {} of {size_bytes} bytes", text.len())));
    }
    // The format first: of a newer one nothing else is known.
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|error| none(error.to_string()))?;
    let version = value["version"].as_str().unwrap_or("unknown").to_owned();
    let newer =
        |what: String| format!("{file} was made by Polyot {version} and is newer than this program ({what}): restore it with that one");
    if let Some(format) = value["format"].as_u64().filter(|format| *format > u64::from(FORMAT)) {
        return Err(newer(format!("format {format}, known {FORMAT}")));
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|error| none(error.to_string()))?;
    if manifest.schema > store::schema_known() {
        return Err(newer(format!("database schema {}, known {}", manifest.schema, store::schema_known())));
    }
    if manifest.parts.len() > PARTS_MAX {
        return Err(none(format!("it names more than {PARTS_MAX} parts")));
    }
    match manifest.parts.iter().find(|part| !part.is_ours()) {
        Some(part) => Err(none(format!("it names `{}`, which no backup holds", part.name))),
        None => Ok(manifest),
    }
}

/// What was really found in the archive. An entry that is cut off is a short part, not an error.
fn write_part(folder: &Path, part: &Part, entry: impl Read) -> io::Result<Part> {
    let path = folder.join(&part.name);
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let mut from = Hashed::new(entry.take(part.size_bytes.saturating_add(1)));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    match io::copy(&mut from, &mut file) {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {}
        Err(error) => return Err(error),
    }
    file.sync_all()?;
    Ok(Part { name: part.name.clone(), size_bytes: from.size_bytes, sha256: from.finish() })
}

fn take_place(beside: &Path, data: &Path) -> Result<(), String> {
    fingerprint::mark_restored(beside)?;
    let _ = fs::remove_dir(data);
    fs::rename(beside, data).map_err(|error| format!("{} cannot get its name: {error}", data.display()))?;
    if let Some(parent) = data.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(|error| format!("{}: {error}", parent.display()))?;
    }
    Ok(())
}

/// Looks at what is there now and says what comes next.
pub async fn finish(data: &Path) -> Result<(), String> {
    let database = data.join(DATABASE);
    if database.exists() {
        let wrong = store::check_sqlite(&database).await.map_err(|error| chain(&error))?;
        if let Some(first) = wrong.first() {
            return Err(format!("the database in {} was restored as it was saved, but it is damaged: {first}", data.display()));
        }
    }
    println!("Restored {}. It starts cold: it watches nothing and tells nobody until you say so.", data.display());
    if data.join(DUMP).exists() {
        println!("Now bring the database back: pg_restore --no-owner --dbname=postgres://… {}", data.join(DUMP).display());
    }
    if !data.join(MASTER_KEY).exists() {
        println!(
            "The master key was not in the archive: copy it to {}, or type it in from the recovery sheet: polyot admin master-key --from-sheet --data {}",
            data.join(MASTER_KEY).display(),
            data.display()
        );
    }
    println!(
        "Then: polyot serve --data {}, look around, and polyot admin warm --data {} when the old one is off.",
        data.display(),
        data.display()
    );
    Ok(())
}
