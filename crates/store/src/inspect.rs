//! Looking at a database from outside, without bringing its schema up to date: for backups and for finding out what is wrong.

use crate::engine::{Location, sqlite_url};
use crate::migrate;
use crate::{Result, StoreError};
use sqlx::{AnyConnection, Connection as _, Row as _};
use std::path::Path;

/// The newest schema that this program knows.
pub fn schema_known() -> i64 {
    migrate::known()
}

async fn connect(location: &Location) -> Result<AnyConnection> {
    sqlx::any::install_default_drivers();
    let url = match location {
        Location::Sqlite(path) => sqlite_url(path, "rw", location)?,
        Location::Postgres(url) => url.clone(),
    };
    AnyConnection::connect(&url).await.map_err(|source| StoreError::Open { url: location.shown(), source: Box::new(source) })
}

/// The schema that the database has.
pub async fn schema_found(location: &Location) -> Result<i64> {
    let mut connection = connect(location).await?;
    let row = sqlx::query("SELECT MAX(version) AS version FROM migration").fetch_one(&mut connection).await?;
    let version: Option<i64> = row.try_get("version")?;
    connection.close().await?;
    Ok(version.unwrap_or(0))
}

/// A consistent copy of an SQLite database that may be in use; `into` must not exist.
pub async fn copy_sqlite(path: &Path, into: &Path) -> Result<()> {
    let mut connection = connect(&Location::Sqlite(path.to_owned())).await?;
    let into = into.to_str().ok_or_else(|| StoreError::Damaged { what: "the path of the copy is not valid UTF-8".into() })?;
    sqlx::query("PRAGMA busy_timeout = 10000").execute(&mut connection).await?;
    sqlx::query("VACUUM INTO $1").bind(into.to_owned()).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// What SQLite finds wrong with its file; empty when it is whole.
pub async fn check_sqlite(path: &Path) -> Result<Vec<String>> {
    let mut connection = connect(&Location::Sqlite(path.to_owned())).await?;
    let rows = sqlx::query("PRAGMA integrity_check(20)").fetch_all(&mut connection).await?;
    let found: Vec<String> = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<sqlx::Result<_>>()?;
    connection.close().await?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
