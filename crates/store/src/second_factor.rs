//! The second factor of a person: its sealed secret, the newest step that was accepted, and the hashes of the recovery codes.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub sealed: Vec<u8>,
    /// `None`: begun, but not proved yet.
    pub since: Option<Timestamp>,
}

impl Tx {
    pub async fn second_factor(&mut self, person: PersonId) -> Result<Option<SecondFactor>> {
        let sql = Sql::new("SELECT f.sealed, f.since FROM second_factor f WHERE f.person = ?").bind(person);
        self.one(sql, |row| Ok(SecondFactor { sealed: row.blob("sealed")?, since: row.opt_time("since")? })).await
    }

    /// Begins anew with this secret. False when one is on already.
    pub async fn begin_second_factor(&mut self, person: PersonId, sealed: Vec<u8>) -> Result<bool> {
        let sql = Sql::new("INSERT INTO second_factor (person, sealed) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, last_step = 0 ")
            .push("WHERE second_factor.since IS NULL")
            .bind(person)
            .bind(sealed);
        Ok(self.run(sql).await? == 1)
    }

    /// Uses a time step up. False: this one or a later one was used before.
    pub async fn use_step(&mut self, person: PersonId, step: i64) -> Result<bool> {
        let sql = Sql::new("UPDATE second_factor SET last_step = ? WHERE person = ? AND last_step < ?").bind(step).bind(person).bind(step);
        Ok(self.run(sql).await? == 1)
    }

    /// From now on it is asked for. The codes replace older ones.
    pub async fn turn_second_factor_on(&mut self, person: PersonId, code_hashes: &[Vec<u8>]) -> Result<()> {
        self.run(Sql::new("UPDATE second_factor SET since = ? WHERE person = ?").bind(self.now()).bind(person)).await?;
        self.run(Sql::new("DELETE FROM recovery_code WHERE person = ?").bind(person)).await?;
        for hash in code_hashes {
            self.run(Sql::new("INSERT INTO recovery_code (person, code_hash) VALUES (?, ?)").bind(person).bind(hash.clone())).await?;
        }
        Ok(())
    }

    /// False when there was none.
    pub async fn remove_second_factor(&mut self, person: PersonId) -> Result<bool> {
        self.run(Sql::new("DELETE FROM recovery_code WHERE person = ?").bind(person)).await?;
        Ok(self.run(Sql::new("DELETE FROM second_factor WHERE person = ?").bind(person)).await? == 1)
    }

    /// Uses a recovery code up; false when it is none of his or was used before.
    pub async fn use_recovery_code(&mut self, person: PersonId, code_hash: &[u8]) -> Result<bool> {
        let sql = Sql::new("UPDATE recovery_code SET used_at = ? WHERE person = ? AND code_hash = ? AND used_at IS NULL")
            .bind(self.now())
            .bind(person)
            .bind(code_hash);
        Ok(self.run(sql).await? == 1)
    }

    pub async fn recovery_codes_left(&mut self, person: PersonId) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM recovery_code WHERE person = ? AND used_at IS NULL").bind(person)).await
    }
}
