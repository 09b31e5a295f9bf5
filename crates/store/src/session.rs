//! Sessions: only the hash of a token is kept.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, SessionId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub person: PersonId,
    pub csrf: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// Where it was opened from; empty for sessions from before this was kept.
    pub address: String,
    /// What the program calls itself, shortened.
    pub agent: String,
}

const COLUMNS: &str = "SELECT s.id, s.person, s.csrf, s.created_at, s.seen_at, s.expires_at, s.address, s.agent FROM session s";

fn session(row: &Row) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.id("id")?,
        person: row.id("person")?,
        csrf: row.text("csrf")?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
        address: row.opt_text("address")?.unwrap_or_default(),
        agent: row.opt_text("agent")?.unwrap_or_default(),
    })
}

impl Tx {
    pub async fn insert_session(&mut self, token_hash: &[u8], session: &SessionRow) -> Result<()> {
        let sql = Sql::new("INSERT INTO session (token_hash, id, person, csrf, created_at, seen_at, expires_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(token_hash)
            .bind(session.id)
            .bind(session.person)
            .bind(&session.csrf)
            .bind(session.created_at)
            .bind(session.seen_at)
            .bind(session.expires_at)
            .bind(&session.address)
            .bind(&session.agent);
        self.run(sql).await?;
        Ok(())
    }

    /// A session that has not expired.
    pub async fn session(&mut self, token_hash: &[u8]) -> Result<Option<SessionRow>> {
        let sql = Sql::new(COLUMNS).push(" WHERE s.token_hash = ? AND s.expires_at > ?").bind(token_hash).bind(self.now());
        self.one(sql, session).await
    }

    /// All open sessions of a person, newest first. Only ever asked for the person himself.
    pub async fn sessions_of(&mut self, person: PersonId) -> Result<Vec<SessionRow>> {
        let sql = Sql::new(COLUMNS)
            .push(" WHERE s.person = ? AND s.expires_at > ? ORDER BY s.created_at DESC, s.id DESC")
            .bind(person)
            .bind(self.now());
        self.all(sql, session).await
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

    /// Ends one session of this person; false when he has none of that id.
    pub async fn delete_session_of(&mut self, person: PersonId, id: SessionId) -> Result<bool> {
        Ok(self.run(Sql::new("DELETE FROM session WHERE person = ? AND id = ?").bind(person).bind(id)).await? > 0)
    }

    /// Ends all sessions of a person but one; all of them without `kept`.
    pub async fn delete_sessions_of(&mut self, person: PersonId, kept: Option<SessionId>) -> Result<u64> {
        self.run(Sql::new("DELETE FROM session WHERE person = ?").bind(person).and("id <> ?", kept)).await
    }

    pub async fn delete_expired_sessions(&mut self) -> Result<u64> {
        self.run(Sql::new("DELETE FROM session WHERE expires_at <= ?").bind(self.now())).await
    }
}
