//! Mails to people of ours that wait to go out. What they say is made when they are sent.

use crate::sql::Sql;
use crate::{Result, StoreError, Tx};
use model::Timestamp;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    PasswordReset,
}

impl MailKind {
    const fn word(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
        }
    }
    fn read(word: &str) -> Result<Self> {
        match word {
            "password_reset" => Ok(Self::PasswordReset),
            other => Err(StoreError::Damaged { what: format!("the kind `{other}` of a mail") }),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOut {
    pub id: [u8; 16],
    pub kind: MailKind,
    /// As it was asked for; nobody may be known by it.
    pub address: String,
    pub created_at: Timestamp,
    pub attempts: u32,
}

impl Tx {
    pub async fn insert_mail(&mut self, id: [u8; 16], kind: MailKind, address: &str) -> Result<()> {
        let now = self.now();
        let sql = Sql::new("INSERT INTO mail_out (id, kind, address, created_at, due_at) VALUES (?, ?, ?, ?, ?)")
            .bind(&id[..])
            .bind(kind.word())
            .bind(address)
            .bind(now)
            .bind(now);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn mails_waiting(&mut self) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM mail_out")).await
    }

    pub async fn has_due_mail(&mut self) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM mail_out WHERE due_at <= ? LIMIT 1) w").bind(self.now());
        Ok(self.count(sql).await? > 0)
    }

    /// Takes the oldest one that is due; nobody else does for the length of the lease.
    pub async fn claim_mail(&mut self, lease: Duration) -> Result<Option<MailOut>> {
        let now = self.now();
        let sql = Sql::new("UPDATE mail_out SET due_at = ?, attempts = attempts + 1 WHERE id = (SELECT m.id FROM mail_out m WHERE m.due_at <= ? ORDER BY m.due_at, m.id LIMIT 1")
            .bind(now.plus(lease))
            .bind(now)
            .push(self.skip_locked())
            .push(") RETURNING id, kind, address, created_at, attempts");
        self.one(sql, |row| {
            let id = row.blob("id")?.try_into().map_err(|_| StoreError::Damaged { what: "the id of a mail".into() })?;
            Ok(MailOut {
                id,
                kind: MailKind::read(&row.text("kind")?)?,
                address: row.text("address")?,
                created_at: row.time("created_at")?,
                attempts: row.number("attempts")?,
            })
        })
        .await
    }

    pub async fn postpone_mail(&mut self, id: [u8; 16], due_at: Timestamp, error: &str) -> Result<()> {
        let sql = Sql::new("UPDATE mail_out SET due_at = ?, last_error = ? WHERE id = ?").bind(due_at).bind(error).bind(&id[..]);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn delete_mail(&mut self, id: [u8; 16]) -> Result<()> {
        self.run(Sql::new("DELETE FROM mail_out WHERE id = ?").bind(&id[..])).await?;
        Ok(())
    }
}
