//! Attempts to come in that failed, by source: an e-mail, an address or a person.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::Timestamp;

impl Tx {
    /// When this source failed since `since`, oldest first, at most `limit` newest ones.
    pub async fn failures(&mut self, source: &str, since: Timestamp, limit: usize) -> Result<Vec<Timestamp>> {
        let sql = Sql::new("SELECT f.at FROM login_failure f WHERE f.source = ? AND f.at > ? ORDER BY f.at DESC LIMIT ?")
            .bind(source)
            .bind(since)
            .bind(limit as i64);
        let mut times = self.all(sql, |row| row.time("at")).await?;
        times.reverse();
        Ok(times)
    }

    pub async fn add_failure(&mut self, source: &str) -> Result<()> {
        let sql = Sql::new("INSERT INTO login_failure (source, at) VALUES (?, ?)").bind(source).bind(self.now());
        self.run(sql).await?;
        Ok(())
    }

    /// Takes the newest one back: the attempt was right after all.
    pub async fn forgive_failure(&mut self, source: &str) -> Result<()> {
        let sql =
            Sql::new("DELETE FROM login_failure WHERE seq = (SELECT MAX(f.seq) FROM login_failure f WHERE f.source = ?)").bind(source);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn purge_failures(&mut self, before: Timestamp) -> Result<u64> {
        self.run(Sql::new("DELETE FROM login_failure WHERE at <= ?").bind(before)).await
    }
}
