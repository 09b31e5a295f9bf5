//! Links that let a person set a new password, once: only the hash of the token is kept.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, Timestamp};

impl Tx {
    pub async fn insert_password_reset(&mut self, token_hash: &[u8], person: PersonId, expires_at: Timestamp) -> Result<()> {
        let sql = Sql::new("INSERT INTO password_reset (token_hash, person, expires_at) VALUES (?, ?, ?)")
            .bind(token_hash)
            .bind(person)
            .bind(expires_at);
        self.run(sql).await?;
        Ok(())
    }

    /// Uses up a link that is neither used nor expired, and every other one of the same person with it.
    pub async fn use_password_reset(&mut self, token_hash: &[u8]) -> Result<Option<PersonId>> {
        let now = self.now();
        let sql =
            Sql::new("UPDATE password_reset SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING person")
                .bind(now)
                .bind(token_hash)
                .bind(now);
        let Some(person) = self.one(sql, |row| row.id::<PersonId>("person")).await? else { return Ok(None) };
        self.run(Sql::new("UPDATE password_reset SET used_at = ? WHERE person = ? AND used_at IS NULL").bind(now).bind(person)).await?;
        Ok(Some(person))
    }

    pub async fn purge_password_resets(&mut self, before: Timestamp) -> Result<u64> {
        self.run(Sql::new("DELETE FROM password_reset WHERE expires_at <= ?").bind(before)).await
    }
}
