//! The web folder: npm is called here and nowhere else (no build script may).

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Failure, root};

pub const NODE_HINT: &str = "Node and npm are missing; install them: sudo apt-get install -y nodejs npm";

pub fn dir() -> PathBuf {
    root().join("web")
}

pub fn is_there() -> bool {
    dir().join("package.json").is_file()
}

/// The newest proof that `npm ci` ran for this lock file.
fn is_installed() -> bool {
    let stamp = dir().join("node_modules/.package-lock.json");
    let lock = dir().join("package-lock.json");
    let age = |path: PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    match (age(stamp), age(lock)) {
        (Some(installed), Some(wanted)) => installed >= wanted,
        _ => false,
    }
}

pub fn npm(words: &[&str]) -> Result<(), Failure> {
    shell::run(Command::new("npm").args(words).current_dir(dir()))
}

/// Installs the locked packages when they are missing or older than the lock file.
pub fn install() -> Result<(), Failure> {
    if shell::find("npm").is_none() || shell::find("node").is_none() {
        return Err(Failure::new(NODE_HINT));
    }
    if is_installed() {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])
}

/// Runs a tool that the web folder has installed.
pub fn tool(name: &str, words: &[&str]) -> Result<(), Failure> {
    shell::run(Command::new(dir().join("node_modules/.bin").join(name)).args(words).current_dir(dir()))
}

/// True when package.json has this script.
pub fn has_script(name: &str) -> bool {
    let Ok(text) = std::fs::read_to_string(dir().join("package.json")) else { return false };
    let Ok(package) = serde_json::from_str::<serde_json::Value>(&text) else { return false };
    package["scripts"][name].is_string()
}

/// Runs a script that package.json must have; a missing one is a failure, not a skip.
pub fn script(name: &str) -> Result<(), Failure> {
    if !has_script(name) {
        return Err(Failure::new(format!("web/package.json has no script `{name}`: add it, `cargo xtask` calls it")));
    }
    npm(&["run", "--silent", name])
}
