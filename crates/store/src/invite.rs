//! Invitations: a link that lets a person set his first password, once.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    pub person: PersonId,
    pub expires_at: Timestamp,
}

impl Tx {
    pub async fn insert_invite(&mut self, token_hash: &[u8], invite: &Invite) -> Result<()> {
        let sql = Sql::new("INSERT INTO invite (token_hash, person, expires_at) VALUES (?, ?, ?)")
            .bind(token_hash)
            .bind(invite.person)
            .bind(invite.expires_at);
        self.run(sql).await?;
        Ok(())
    }

    /// Uses up an invitation that is neither used nor expired.
    pub async fn use_invite(&mut self, token_hash: &[u8]) -> Result<Option<PersonId>> {
        let now = self.now();
        let sql = Sql::new("UPDATE invite SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING person")
            .bind(now)
            .bind(token_hash)
            .bind(now);
        let found: Option<PersonId> = self.one(sql, |row| row.id("person")).await?;
        if let Some(person) = found {
            self.void_invites(person).await?;
        }
        Ok(found)
    }

    /// No link for a first password opens anything any more.
    pub async fn void_invites(&mut self, person: PersonId) -> Result<()> {
        let now = self.now();
        self.run(Sql::new("UPDATE invite SET used_at = ? WHERE person = ? AND used_at IS NULL").bind(now).bind(person)).await?;
        Ok(())
    }
}
