//! Bringing the schema up to date. A released migration is never edited.

use crate::engine::Engine;
use crate::{Result, StoreError};
use model::Timestamp;
use sqlx::{AnyPool, AssertSqlSafe, Row as _};

struct Migration {
    version: i64,
    /// What it brings, in a few words.
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "tenants and people", sql: include_str!("../migrations/0001_tenants_people.sql") },
    Migration { version: 2, name: "events and audit", sql: include_str!("../migrations/0002_events_audit.sql") },
    Migration { version: 3, name: "register", sql: include_str!("../migrations/0003_register.sql") },
    Migration { version: 4, name: "alarms and incidents", sql: include_str!("../migrations/0004_alarms.sql") },
    Migration { version: 5, name: "notices and tickets", sql: include_str!("../migrations/0005_notices_tickets.sql") },
    Migration { version: 6, name: "tasks, configurations, recognised devices", sql: include_str!("../migrations/0006_configs.sql") },
    Migration { version: 7, name: "maintenance", sql: include_str!("../migrations/0007_maintenance.sql") },
    Migration { version: 8, name: "trust", sql: include_str!("../migrations/0008_trust.sql") },
    Migration { version: 9, name: "sources and imports", sql: include_str!("../migrations/0009_beside.sql") },
];

/// The version of the newest one.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// The words that the two engines spell differently.
fn spelled(sql: &str, engine: Engine) -> String {
    let (blob, int, serial, strict) = match engine {
        Engine::Sqlite => ("BLOB", "INTEGER", "INTEGER PRIMARY KEY AUTOINCREMENT", " STRICT"),
        Engine::Postgres => ("BYTEA", "BIGINT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", ""),
    };
    let without_comments: String = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    without_comments.replace("{blob}", blob).replace("{int}", int).replace("{serial}", serial).replace("{strict}", strict)
}

pub(crate) async fn run(pool: &AnyPool, engine: Engine, now: Timestamp) -> Result<()> {
    let prepare = "CREATE TABLE IF NOT EXISTS migration (version {int} PRIMARY KEY, name TEXT NOT NULL, applied_at {int} NOT NULL){strict}";
    sqlx::query(AssertSqlSafe(spelled(prepare, engine))).execute(pool).await?;
    let found: Option<i64> = sqlx::query("SELECT MAX(version) AS version FROM migration").fetch_one(pool).await?.try_get("version")?;
    let found = found.unwrap_or(0);
    let known = known();
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        apply(pool, engine, migration, now).await.map_err(|source| StoreError::Migration {
            version: migration.version,
            name: migration.name,
            source,
        })?;
        tracing::info!(version = migration.version, "Migrated the database: {}", migration.name);
    }
    Ok(())
}

/// One migration, one transaction: after a crash it is there whole or not at all. Two centres starting at once take turns.
async fn apply(pool: &AnyPool, engine: Engine, migration: &Migration, now: Timestamp) -> sqlx::Result<()> {
    let mut tx = match engine {
        Engine::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await?,
        Engine::Postgres => pool.begin().await?,
    };
    if engine == Engine::Postgres {
        sqlx::query("LOCK TABLE migration IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    }
    let done = sqlx::query("SELECT version FROM migration WHERE version = $1").bind(migration.version).fetch_optional(&mut *tx).await?;
    if done.is_some() {
        return Ok(());
    }
    for statement in spelled(migration.sql, engine).split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO migration (version, name, applied_at) VALUES ($1, $2, $3)")
        .bind(migration.version)
        .bind(migration.name.to_owned())
        .bind(now.micros())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
