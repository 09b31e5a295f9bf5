//! Answers kept by `Idempotency-Key`, so that a repeated request does not act twice.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, Timestamp};

/// The answer given to the first request with this key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    pub request_hash: Vec<u8>,
    pub status: u16,
    pub body: String,
}

impl Tx {
    pub async fn replay(&mut self, person: PersonId, key: &str) -> Result<Option<Replay>> {
        let sql = Sql::new("SELECT request_hash, status, body FROM idempotency WHERE person = ? AND key = ?").bind(person).bind(key);
        self.one(sql, |row| Ok(Replay { request_hash: row.blob("request_hash")?, status: row.number("status")?, body: row.text("body")? }))
            .await
    }

    /// Fails with `Exists` when another request with this key was quicker.
    pub async fn keep_answer(&mut self, person: PersonId, key: &str, answer: &Replay) -> Result<()> {
        let sql = Sql::new("INSERT INTO idempotency (person, key, request_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(person)
            .bind(key)
            .bind(answer.request_hash.clone())
            .bind(answer.status)
            .bind(&answer.body)
            .bind(self.now());
        self.run(sql).await?;
        Ok(())
    }

    pub async fn purge_answers(&mut self, before: Timestamp) -> Result<u64> {
        self.run(Sql::new("DELETE FROM idempotency WHERE at < ?").bind(before)).await
    }
}
