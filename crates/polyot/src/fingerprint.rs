//! Where the data belongs: the file `fingerprint` in the data folder names the folder, the machine and the path, and the database knows the
//! folders that work on it. Data that turns up elsewhere (restored, cloned, moved) is cold: two installations that both tell the same
//! clients are worse than one that waits for a word.

use crate::serve::chain;
use model::Scope;
use model::scope::Reason;
use model::system::{Cold, ColdReason};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use store::{Store, Tx};

pub const FILE: &str = "fingerprint";
const FILE_OPENS_WITH: &str = "polyot-folder-1";
const MACHINE_ID: &str = "/etc/machine-id";
/// In place of machine and path in a folder that was restored from a backup.
const RESTORED: &str = "restored";
/// The folders that work on this database: several centres may share one.
const FOLDERS: &str = "folders";
const FOLDERS_MAX: usize = 32;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Of the folder, random.
    pub id: String,
    machine: String,
    path: String,
}

impl Fingerprint {
    /// Of this folder on this machine.
    fn here(folder: &Path, id: String) -> Result<Self, String> {
        let whole = folder.canonicalize().map_err(|error| format!("the data folder {} cannot be looked at: {error}", folder.display()))?;
        let machine = machine().0;
        Ok(Self { machine: digest(&id, machine.as_bytes()), path: digest(&id, whole.as_os_str().as_encoded_bytes()), id })
    }

    fn text(&self) -> String {
        format!("{FILE_OPENS_WITH}\nid {}\nmachine {}\npath {}\n", self.id, self.machine, self.path)
    }

    /// `None`: there is no file. One that cannot be read counts as one of nowhere.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        };
        let word = |name: &str| {
            text.lines().filter_map(|line| line.split_once(' ')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let known = text.lines().next() == Some(FILE_OPENS_WITH);
        let read = word("id").zip(word("machine")).zip(word("path")).filter(|_| known);
        let nowhere = || Self { id: String::new(), machine: String::new(), path: String::new() };
        Ok(Some(read.map_or_else(nowhere, |((id, machine), path)| Self { id, machine, path })))
    }

    /// Written beside and renamed: never half a file.
    fn write(&self, folder: &Path) -> Result<(), String> {
        let (path, beside) = (folder.join(FILE), folder.join(format!("{FILE}.new")));
        let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
        let _ = std::fs::remove_file(&beside);
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
        file.write_all(self.text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, &path).map_err(failed)?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

/// Whether all is where it belongs by now.
pub async fn is_settled(folder: &Path, store: &Store) -> bool {
    look(folder, store).await.is_ok_and(|verdict| verdict == Verdict::Home)
}

/// What stands in the way, without changing anything. `None`: nothing.
pub async fn reason(folder: &Path, store: &Store) -> Result<Option<ColdReason>, String> {
    Ok(match look(folder, store).await? {
        Verdict::Cold(reason) => Some(reason),
        Verdict::Home | Verdict::New => None,
    })
}

async fn look(folder: &Path, store: &Store) -> Result<Verdict, String> {
    let found = Fingerprint::read(folder)?;
    let here = found.as_ref().map(|found| Fingerprint::here(folder, found.id.clone())).transpose()?;
    let known = folders(&mut store.read(&scope()).await.map_err(|error| chain(&error))?).await?;
    Ok(judge(found.as_ref(), here.as_ref(), &known))
}

/// What names this machine, and whether it is only its host name: containers have no id of their own.
pub fn machine() -> (String, bool) {
    let id = std::fs::read_to_string(MACHINE_ID).unwrap_or_default();
    match id.trim() {
        "" | "uninitialized" => (format!("host {}", crate::serve::host_name()), true),
        id => (id.to_owned(), false),
    }
}

fn digest(id: &str, text: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(id.as_bytes());
    hasher.update([0]);
    hasher.update(text);
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What to make of a folder.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Home,
    /// Nothing here has been named yet: a new installation, or one from before there were fingerprints.
    New,
    Cold(ColdReason),
}

fn judge(found: Option<&Fingerprint>, here: Option<&Fingerprint>, folders: &[String]) -> Verdict {
    match (found, here) {
        (None, _) | (_, None) if folders.is_empty() => Verdict::New,
        (None, _) | (_, None) => Verdict::Cold(ColdReason::NoFingerprint),
        (Some(found), _) if found.machine == RESTORED => Verdict::Cold(ColdReason::Restored),
        (Some(found), Some(here)) if found.machine != here.machine => Verdict::Cold(ColdReason::OtherMachine),
        (Some(found), Some(here)) if found.path != here.path => Verdict::Cold(ColdReason::Moved),
        (Some(found), _) if !folders.is_empty() && !folders.contains(&found.id) => Verdict::Cold(ColdReason::OtherDatabase),
        _ => Verdict::Home,
    }
}

fn scope() -> Scope {
    Scope::installation(Reason("where the data belongs"))
}

async fn folders(tx: &mut Tx) -> Result<Vec<String>, String> {
    let text = tx.value(FOLDERS).await.map_err(|error| chain(&error))?;
    Ok(text.map(|text| text.split_whitespace().map(str::to_owned).collect()).unwrap_or_default())
}

/// At the start of the process: looks, names what is new, and says whether all is where it belongs.
pub async fn arrive(folder: &Path, store: &Store) -> Result<Option<Cold>, String> {
    if let (_, true) = machine() {
        tracing::warn!(
            "There is no {MACHINE_ID}: this machine is known by its host name, and a container that gets another name starts cold; give it a fixed one (--hostname), or mount {MACHINE_ID}"
        );
    }
    match look(folder, store).await? {
        Verdict::Cold(reason) => Ok(Some(Cold { reason, since: store.clock().now() })),
        Verdict::New => settle(folder, store).await.map(|()| None),
        Verdict::Home => {
            let known = folders(&mut store.read(&scope()).await.map_err(|error| chain(&error))?).await?;
            if let Some(found) = Fingerprint::read(folder)?.filter(|found| !known.contains(&found.id)) {
                remember(store, &found.id).await?;
            }
            Ok(None)
        }
    }
}

/// This folder on this machine is the place from now on. The file first: killed in between, the next start goes on.
pub async fn settle(folder: &Path, store: &Store) -> Result<(), String> {
    let new = Fingerprint::here(folder, new_id()?)?;
    let known = folders(&mut store.read(&scope()).await.map_err(|error| chain(&error))?).await?;
    if known.is_empty() {
        new.write(folder)?;
        return remember(store, &new.id).await;
    }
    // A database that knows folders must know this one before the file says so.
    remember(store, &new.id).await?;
    new.write(folder)
}

async fn remember(store: &Store, id: &str) -> Result<(), String> {
    let mut tx = store.write(&scope()).await.map_err(|error| chain(&error))?;
    let mut known = if store.is_shared() { folders(&mut tx).await? } else { Vec::new() };
    known.push(id.to_owned());
    let from = known.len().saturating_sub(FOLDERS_MAX);
    tx.set_value(FOLDERS, &known[from..].join(" ")).await.map_err(|error| chain(&error))?;
    tx.commit().await.map_err(|error| chain(&error))
}

/// Marks a folder that was just restored.
pub fn mark_restored(folder: &Path) -> Result<(), String> {
    Fingerprint { id: new_id()?, machine: RESTORED.into(), path: RESTORED.into() }.write(folder)
}

fn new_id() -> Result<String, String> {
    let token = access::new_token().map_err(|error| chain(&error))?;
    Ok(digest(token.reveal(), b"folder")[..32].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(id: &str, machine: &str, path: &str) -> Fingerprint {
        Fingerprint { id: id.into(), machine: machine.into(), path: path.into() }
    }

    #[test]
    fn only_data_that_is_where_it_was_is_warm() {
        let here = print("a", "m", "p");
        for (case, found, folders, expected) in [
            ("new", None, vec![], Verdict::New),
            ("at home", Some(here.clone()), vec!["a"], Verdict::Home),
            ("killed before the database knew", Some(here.clone()), vec![], Verdict::Home),
            ("a second centre's database", Some(here.clone()), vec!["b", "a"], Verdict::Home),
            ("only the database was copied", None, vec!["a"], Verdict::Cold(ColdReason::NoFingerprint)),
            ("another database was put here", Some(here.clone()), vec!["b"], Verdict::Cold(ColdReason::OtherDatabase)),
            ("moved", Some(print("a", "m", "q")), vec!["a"], Verdict::Cold(ColdReason::Moved)),
            ("cloned", Some(print("a", "n", "p")), vec!["a"], Verdict::Cold(ColdReason::OtherMachine)),
            ("restored", Some(print("c", RESTORED, RESTORED)), vec!["a"], Verdict::Cold(ColdReason::Restored)),
            ("a damaged file", Some(print("", "", "")), vec!["a"], Verdict::Cold(ColdReason::OtherMachine)),
        ] {
            assert_eq!(
                judge(found.as_ref(), found.as_ref().map(|_| &here), &folders.into_iter().map(str::to_owned).collect::<Vec<_>>()),
                expected,
                "{case}"
            );
        }
    }
}
