//! Opening the database: SQLite (a file, WAL, one writer) or PostgreSQL by URL.

use crate::migrate;
use crate::tx::Tx;
use crate::{Result, StoreError};
use model::{Clock, Scope};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Readers of SQLite beside the one writer.
const READERS_MAX: u32 = 4;
/// Connections of one centre to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 12;
/// How long a write waits for the writer before it is refused as busy.
const WRITER_WAIT: Duration = Duration::from_secs(20);
const BUSY_TIMEOUT_MS: u32 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file; its folder must exist.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`. `Debug` of a `Location` is never logged; use [`Location::shown`].
    Postgres(String),
}

impl Location {
    /// For people: without the password.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
                _ => "postgres://…".into(),
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    writer: AnyPool,
    reader: AnyPool,
    /// Counts commits that announced events, so that those who wait for events need not poll.
    pub(crate) commits: Arc<watch::Sender<u64>>,
    pub(crate) hook: Option<CommitHook>,
}

/// Called before and after every commit: tests of crash safety end the process here.
pub type CommitHook = Arc<dyn Fn(CommitStage) + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitStage {
    Before,
    After,
}

impl Store {
    /// Opens, creates if new, and brings the schema up to date.
    pub async fn open(location: &Location, clock: Clock) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let failed = |source: sqlx::Error| StoreError::Open { url: location.shown(), source: Box::new(source) };
        let (engine, writer, reader) = match location {
            Location::Sqlite(path) => {
                let url = sqlite_url(path, "rwc", location)?;
                let writer = sqlite_pool(&url, 1).await.map_err(failed)?;
                let reader = sqlite_pool(&url, READERS_MAX).await.map_err(failed)?;
                (Engine::Sqlite, writer, reader)
            }
            Location::Postgres(url) => {
                let pool = AnyPoolOptions::new().max_connections(POSTGRES_CONNECTIONS_MAX).acquire_timeout(WRITER_WAIT).connect(url).await;
                let pool = match pool {
                    // The pool does not keep the cause; one more connection tells it.
                    Err(late @ sqlx::Error::PoolTimedOut) => return Err(failed(AnyConnection::connect(url).await.err().unwrap_or(late))),
                    other => other.map_err(failed)?,
                };
                (Engine::Postgres, pool.clone(), pool)
            }
        };
        let store = Self { engine, clock, writer, reader, commits: Arc::new(watch::Sender::new(0)), hook: None };
        migrate::run(&store.writer, engine, store.clock.now()).await?;
        Ok(store)
    }

    /// The same store with a hook around every commit.
    pub fn with_commit_hook(mut self, hook: CommitHook) -> Self {
        self.hook = Some(hook);
        self
    }

    /// True when other processes may work on the same database, so that jobs need leases.
    pub fn is_shared(&self) -> bool {
        self.engine == Engine::Postgres
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A consistent view for reading.
    pub async fn read(&self, scope: &Scope) -> Result<Tx> {
        Ok(Tx::new(self.clone(), self.reader.begin().await?, scope.clone()))
    }

    /// A transaction that may write. Writers take turns on both engines: what was read in it is still true when it commits, events are
    /// numbered by commit, and the audit chain has one end. On SQLite it takes the write lock at once (a deferred upgrade fails with
    /// SQLITE_BUSY_SNAPSHOT whatever the busy timeout), on PostgreSQL an advisory lock.
    pub async fn write(&self, scope: &Scope) -> Result<Tx> {
        let inner = match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        };
        let mut tx = Tx::new(self.clone(), inner, scope.clone());
        tx.order().await?;
        Ok(tx)
    }

    /// Wakes whenever a commit of this process announced events.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    pub fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        }
    }

    pub async fn close(&self) {
        self.writer.close().await;
        self.reader.close().await;
    }
}

pub(crate) fn sqlite_url(path: &Path, mode: &str, location: &Location) -> Result<String> {
    let text = path.to_str().ok_or_else(|| StoreError::Open {
        url: location.shown(),
        source: "the path is not valid UTF-8; choose another data folder".into(),
    })?;
    Ok(format!("sqlite://{}?mode={mode}", text.replace('%', "%25").replace('?', "%3f").replace('#', "%23")))
}

async fn sqlite_pool(url: &str, connections_max: u32) -> sqlx::Result<AnyPool> {
    // Once without the pool: it would try again until its time is over and then know no cause.
    let mut first = AnyConnection::connect(url).await?;
    prepare(&mut first).await?;
    first.close().await?;
    AnyPoolOptions::new()
        .max_connections(connections_max)
        .min_connections(1)
        .acquire_timeout(WRITER_WAIT)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        // A full disk makes SQLite roll back by itself. sqlx counts its transaction as open ever after, so that no other would begin on it.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect(url)
        .await
}

/// synchronous=FULL: what was answered to a person or a mail server survives a power cut.
async fn prepare(connection: &mut AnyConnection) -> sqlx::Result<()> {
    for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY"] {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))).execute(&mut *connection).await?;
    Ok(())
}
