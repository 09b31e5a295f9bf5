//! `polyot admin backup`: everything of one moment in one file, while the server goes on.

use super::archive::{CONFIG, DATABASE, DUMP, FORMAT, MANIFEST, MASTER_KEY, Manifest, Part, SERIES};
use super::{config_file, snapshot};
use crate::config::Config;
use crate::fingerprint::Fingerprint;
use crate::serve::chain;
use access::Vault;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::Clock;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use store::Location;

const PG_DUMP: &str = "pg_dump";

pub async fn run(config: &Config, config_file: Option<&Path>, file: &Path, with_master_key: bool) -> Result<(), String> {
    if file.exists() {
        return Err(format!("{} is there already; name a file that is not", file.display()));
    }
    let staging = Staging::beside(file)?;
    let mut names = Vec::new();
    let database = copy_database(config, &staging.path, &mut names).await?;
    let samples = config.data_dir.join(SERIES);
    if samples.is_dir() {
        let into = staging.path.join(SERIES);
        let copied = into.clone();
        tokio::task::spawn_blocking(move || snapshot::copy(&samples, &copied)).await.map_err(|error| error.to_string())??;
        names.extend(snapshot::names(&into).map_err(|error| error.to_string())?.into_iter().map(|name| format!("{SERIES}/{name}")));
    }
    if let Some(text) = config_file.and_then(|path| fs::read_to_string(path).ok()).and_then(|text| config_file::without_secrets(&text)) {
        write_private(&staging.path.join(CONFIG), text.as_bytes())?;
        names.push(CONFIG.into());
    }
    let vault = if config.master_key_file.exists() {
        Some(Vault::open_existing(&config.master_key_file).map_err(|error| chain(&error))?)
    } else {
        None
    };
    if with_master_key {
        let key = fs::read(&config.master_key_file).map_err(|error| format!("{}: {error}", config.master_key_file.display()))?;
        write_private(&staging.path.join(MASTER_KEY), &key)?;
        names.push(MASTER_KEY.into());
    }
    let parts =
        names.iter().map(|name| Part::of(&staging.path, name)).collect::<io::Result<Vec<_>>>().map_err(|error| error.to_string())?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        schema: store::schema_found(&config.location).await.map_err(|error| chain(&error))?,
        made_at: Clock::System.now(),
        folder: Fingerprint::read(&config.data_dir)?.map(|found| found.id),
        database: database.into(),
        master_key: vault.map(|vault| vault.key_id()),
        parts,
    };
    let (archive, folder) = (file.to_owned(), staging.path.clone());
    let (written, manifest) =
        tokio::task::spawn_blocking(move || (write(&archive, &folder, &manifest), manifest)).await.map_err(|error| error.to_string())?;
    written.map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    say(file, &manifest, with_master_key, &names);
    Ok(())
}

fn say(file: &Path, manifest: &Manifest, with_master_key: bool, names: &[String]) {
    let size_bytes: u64 = manifest.parts.iter().map(|part| part.size_bytes).sum();
    println!("Wrote {} ({} parts, {size_bytes} bytes unpacked).", file.display(), manifest.parts.len());
    if with_master_key {
        eprintln!("WARNING: the archive holds the master key. Whoever has it can open every device; lock it away like the key itself.");
    } else {
        println!("The master key is not in it. Keep it apart: `polyot admin recovery-sheet` prints it, or copy the file.");
    }
    if manifest.database == "postgres" && !names.iter().any(|name| name == DUMP) {
        eprintln!("WARNING: the database is not in it: {PG_DUMP} is not installed here. Back it up with `pg_dump --format=custom`.");
    }
}

async fn copy_database(config: &Config, staging: &Path, names: &mut Vec<String>) -> Result<&'static str, String> {
    match &config.location {
        Location::Sqlite(path) => {
            store::copy_sqlite(path, &staging.join(DATABASE)).await.map_err(|error| chain(&error))?;
            names.push(DATABASE.into());
            Ok("sqlite")
        }
        Location::Postgres(url) => {
            if dump(url, &staging.join(DUMP)).await? {
                names.push(DUMP.into());
            }
            Ok("postgres")
        }
    }
}

/// False: there is no pg_dump here.
async fn dump(url: &str, into: &Path) -> Result<bool, String> {
    let mut command = tokio::process::Command::new(PG_DUMP);
    let (url, password) = without_password(url);
    // In the environment: the arguments of a process can be read by everybody on the machine.
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command.args(["--format=custom", "--no-owner", "--dbname", &url, "--file"]).arg(into);
    let run = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().await;
    match run {
        Ok(output) if output.status.success() => Ok(true),
        Ok(output) => Err(format!("{PG_DUMP} failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(format!("{PG_DUMP} cannot be started: {error}")),
    }
}

/// `postgres://user:password@…` as address and password, the latter decoded.
fn without_password(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (login, host) = rest[..end].rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}{}", &rest[end..]), decoded(password)))
    };
    split().map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let made = File::options().write(true).create_new(true).mode(0o600).open(path);
    made.and_then(|mut file| file.write_all(bytes)).map_err(|error| format!("{}: {error}", path.display()))
}

/// Written beside and renamed: a backup that was cut off never has its name.
fn write(file: &Path, folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let beside = with_suffix(file, "part");
    let written = write_beside(&beside, folder, manifest).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_beside(beside: &Path, folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let out = File::options().write(true).create(true).truncate(true).mode(0o600).open(beside)?;
    let mut tar = tar::Builder::new(GzEncoder::new(out, Compression::fast()));
    let text = serde_json::to_vec_pretty(manifest)?;
    let made_s = u64::try_from(manifest.made_at.secs()).unwrap_or(0);
    let mut head = |name: &str, size_bytes: u64, from: &mut dyn io::Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(size_bytes);
        header.set_mode(0o600);
        header.set_mtime(made_s);
        tar.append_data(&mut header, name, from)
    };
    head(MANIFEST, text.len() as u64, &mut text.as_slice())?;
    for part in &manifest.parts {
        head(&part.name, part.size_bytes, &mut File::open(folder.join(&part.name))?)?;
    }
    tar.into_inner()?.finish()?.sync_all()
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.{suffix}", std::process::id()));
    PathBuf::from(name)
}

/// A private folder beside the archive; gone when dropped.
struct Staging {
    path: PathBuf,
}

impl Staging {
    fn beside(file: &Path) -> Result<Self, String> {
        let path = with_suffix(file, "staging");
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_does_not_stand_in_the_arguments() {
        for (url, bare, password) in [
            ("postgres://u:p%40ss@h:5432/db?x=1", "postgres://u@h:5432/db?x=1", Some("p@ss")),
            ("postgres://u@h/db", "postgres://u@h/db", None),
            ("postgres:///db?host=/run/x", "postgres:///db?host=/run/x", None),
        ] {
            assert_eq!(without_password(url), (bare.to_owned(), password.map(str::to_owned)));
        }
    }
}
