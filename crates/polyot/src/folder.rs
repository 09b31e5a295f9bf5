//! The data folder: made private, and held by one process at a time.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const LOCK_FILE: &str = "lock";

/// Holds the folder as long as it lives.
pub struct Held {
    _lock: File,
}

/// Makes an empty file that only its owner may read, if there is none; SQLite gives its WAL the same mode.
pub fn private_file(path: &Path) -> Result<(), String> {
    match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(format!("{} cannot be made: {error}", path.display())),
    }
}

/// Whether a server works in it at this moment.
pub fn is_held(folder: &Path) -> bool {
    let Ok(lock) = File::options().write(true).open(folder.join(LOCK_FILE)) else { return false };
    matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

/// Makes the folder if it is new (readable by its owner alone) and takes its lock.
pub fn hold(folder: &Path) -> Result<Held, String> {
    let shown = folder.display();
    if !folder.exists() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| format!("the data folder {shown} cannot be made: {error}"))?;
    }
    let path = folder.join(LOCK_FILE);
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| format!("the data folder {shown} is not writable: {error}"))?;
    let _ = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600));
    match lock.try_lock() {
        Ok(()) => Ok(Held { _lock: lock }),
        Err(TryLockError::WouldBlock) => {
            Err(format!("another polyot already works in the data folder {shown}: stop it, or give another folder with --data"))
        }
        Err(TryLockError::Error(error)) => Err(format!("the data folder {shown} cannot be locked: {error}")),
    }
}
