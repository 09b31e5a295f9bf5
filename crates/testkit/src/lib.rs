//! What every test needs: both databases, fresh, and a small world in them.
//!
//! Promises: a test on PostgreSQL runs on a private cluster of the installed server, on a socket of its own, gone when the process ends;
//! without a server it says so aloud, and fails where `POLYOT_REQUIRE_ALL` is set.
//! Never: a mock of our own crates.

pub mod exim;
mod postgres;
mod world;

pub use world::{START, World};

use store::Location;

/// A fresh, empty database; gone when dropped.
pub struct Database {
    pub name: &'static str,
    pub location: Location,
    _folder: Option<tempfile::TempDir>,
}

/// SQLite in a file.
pub fn sqlite() -> Database {
    let folder = tempfile::tempdir().expect("the temporary folder takes a new folder");
    Database { name: "sqlite", location: Location::Sqlite(folder.path().join("polyot.db")), _folder: Some(folder) }
}

/// Both engines, or SQLite alone when no PostgreSQL server is installed: told aloud.
pub fn databases() -> Vec<Database> {
    let mut all = vec![sqlite()];
    match postgres::fresh_database() {
        Ok(url) => all.push(Database { name: "postgresql", location: Location::Postgres(url), _folder: None }),
        Err(why) => skipped("PostgreSQL", &why),
    }
    all
}

/// Says aloud that a part of a test was left out; panics where everything is required.
pub fn skipped(part: &str, why: &str) {
    assert!(std::env::var_os("POLYOT_REQUIRE_ALL").is_none(), "{part} is required here: {why}");
    eprintln!("SKIPPED: {part}: {why}");
}
