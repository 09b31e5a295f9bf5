//! What can go wrong with the database, told so that the caller knows whether trying again may help.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{what} was changed by somebody else in the meantime: read it again")]
    Stale { what: &'static str },
    #[error("{what} already exists")]
    Exists { what: String },
    #[error("still in use: {what}")]
    InUse { what: String },
    #[error("the disk with the database is full: nothing was written; free space and try again")]
    DiskFull,
    #[error("the database is busy or away")]
    Unavailable {
        #[source]
        source: sqlx::Error,
    },
    #[error("a row in the database cannot be read: {what}")]
    Damaged { what: String },
    #[error("cannot open the database {url}")]
    Open {
        url: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("migration {version} ({name}) failed")]
    Migration {
        version: i64,
        name: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database has version {found}, this program knows up to {known}: start the newer program that wrote it")]
    TooNew { found: i64, known: i64 },
    #[error("the database refused a statement")]
    Query {
        #[source]
        source: sqlx::Error,
    },
}

impl StoreError {
    /// True when the same call may succeed later without anybody changing the input.
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::DiskFull | Self::Stale { .. })
    }
}

/// SQLITE_FULL (13) and PostgreSQL's `disk_full` (53100).
const DISK_FULL_CODES: [&str; 2] = ["13", "53100"];
/// SQLITE_IOERR_WRITE (778), SQLITE_IOERR_FSYNC (1034), SQLITE_IOERR_SHMSIZE (4874): what a full disk looks like through the WAL.
const DISK_FULL_IO_CODES: [&str; 3] = ["778", "1034", "4874"];

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        if let sqlx::Error::Database(answer) = &source {
            let code = answer.code().unwrap_or_default();
            if DISK_FULL_CODES.contains(&code.as_ref()) || DISK_FULL_IO_CODES.contains(&code.as_ref()) {
                return Self::DiskFull;
            }
            if answer.is_unique_violation() {
                return Self::Exists { what: answer.constraint().unwrap_or("a row with this key").to_owned() };
            }
            if answer.is_foreign_key_violation() {
                return Self::InUse { what: "other rows refer to it, or it refers to a row that is gone".into() };
            }
            // SQLITE_BUSY (5) and its kin, PostgreSQL's serialization_failure, deadlock_detected and admin_shutdown.
            if matches!(code.as_ref(), "5" | "261" | "517" | "40001" | "40P01" | "57P01") {
                return Self::Unavailable { source };
            }
            return Self::Query { source };
        }
        match source {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable { source }
            }
            other => Self::Query { source: other },
        }
    }
}
