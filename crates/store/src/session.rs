//! Sessions: only the hash of a token is kept.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub person: PersonId,
    pub csrf: String,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Tx {
    pub async fn insert_session(&mut self, token_hash: &[u8], session: &SessionRow) -> Result<()> {
        let sql = Sql::new("INSERT INTO session (token_hash, person, csrf, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(token_hash)
            .bind(session.person)
            .bind(&session.csrf)
            .bind(self.now())
            .bind(session.seen_at)
            .bind(session.expires_at);
        self.run(sql).await?;
        Ok(())
    }

    /// A session that has not expired.
    pub async fn session(&mut self, token_hash: &[u8]) -> Result<Option<SessionRow>> {
        let sql = Sql::new("SELECT person, csrf, seen_at, expires_at FROM session WHERE token_hash = ? AND expires_at > ?")
            .bind(token_hash)
            .bind(self.now());
        self.one(sql, |row| {
            Ok(SessionRow {
                person: row.id("person")?,
                csrf: row.text("csrf")?,
                seen_at: row.time("seen_at")?,
                expires_at: row.time("expires_at")?,
            })
        })
        .await
    }

    /// Moves the end of a session that is in use.
    pub async fn touch_session(&mut self, token_hash: &[u8], seen_at: Timestamp, expires_at: Timestamp) -> Result<()> {
        let sql =
            Sql::new("UPDATE session SET seen_at = ?, expires_at = ? WHERE token_hash = ?").bind(seen_at).bind(expires_at).bind(token_hash);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn delete_session(&mut self, token_hash: &[u8]) -> Result<()> {
        self.run(Sql::new("DELETE FROM session WHERE token_hash = ?").bind(token_hash)).await?;
        Ok(())
    }

    pub async fn delete_expired_sessions(&mut self) -> Result<u64> {
        self.run(Sql::new("DELETE FROM session WHERE expires_at <= ?").bind(self.now())).await
    }
}
