//! Other monitoring systems. What is kept of their secret is its hash.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::signal::Source;
use model::{SourceId, Timestamp};

/// A source as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceListed {
    pub source: Source,
    /// Open signals that are about nothing we know yet.
    pub unmapped: i64,
}

const COLUMNS: &str = "SELECT s.id, s.tenant, s.kind, s.name, s.heard_at, s.received, s.created_at, s.version, \
    (SELECT COUNT(*) FROM signal g WHERE g.source = s.id AND g.state = 'open' AND g.device IS NULL AND g.service IS NULL) AS unmapped \
    FROM source s WHERE 1 = 1";

fn listed(row: &Row) -> Result<SourceListed> {
    Ok(SourceListed {
        source: Source {
            id: row.id("id")?,
            tenant: row.id("tenant")?,
            kind: row.word("kind")?,
            name: row.text("name")?,
            heard_at: row.opt_time("heard_at")?,
            received: row.int("received")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        },
        unmapped: row.int("unmapped")?,
    })
}

impl Tx {
    pub async fn source(&mut self, id: SourceId) -> Result<Option<SourceListed>> {
        let sql = Sql::new(COLUMNS).and("s.id = ?", Some(id)).scoped(self, "s.tenant");
        self.one(sql, listed).await
    }

    pub async fn sources(&mut self, page: Page) -> Result<PageOf<SourceListed>> {
        let sql = Sql::new(COLUMNS).and("s.id > ?", page.after.map(SourceId::from_bytes)).scoped(self, "s.tenant").push(" ORDER BY s.id");
        self.page(sql, page, listed, |listed| *listed.source.id.bytes()).await
    }

    pub async fn source_secret_hash(&mut self, id: SourceId) -> Result<Option<Vec<u8>>> {
        let sql = Sql::new("SELECT s.secret_hash FROM source s WHERE s.id = ?").bind(id).scoped(self, "s.tenant");
        self.one(sql, |row| row.blob("secret_hash")).await
    }

    pub async fn insert_source(&mut self, new: &Source, secret_hash: Vec<u8>) -> Result<()> {
        let sql = Sql::new("INSERT INTO source (id, tenant, kind, name, secret_hash, created_at, version) VALUES (?, ?, ?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(new.tenant)
            .bind(new.kind)
            .bind(&new.name)
            .bind(secret_hash)
            .bind(new.created_at);
        self.run(sql).await?;
        Ok(())
    }

    /// With a hash, the old secret opens nothing any more.
    pub async fn update_source(&mut self, changed: &Source, secret_hash: Option<Vec<u8>>) -> Result<()> {
        let mut sql = Sql::new("UPDATE source SET version = version + 1, name = ?").bind(&changed.name);
        if let Some(hash) = secret_hash {
            sql = sql.push(", secret_hash = ?").bind(hash);
        }
        let sql = sql.push(" WHERE id = ? AND version = ?").bind(changed.id).bind(changed.version).scoped(self, "tenant");
        self.run_versioned("this source", sql).await
    }

    /// That it spoke is no change that people made: the version stays.
    pub async fn heard_source(&mut self, id: SourceId, at: Timestamp, reports: u32) -> Result<()> {
        let sql = Sql::new("UPDATE source SET heard_at = ?, received = received + ? WHERE id = ?").bind(at).bind(reports).bind(id);
        self.run(sql).await?;
        Ok(())
    }

    /// With its signals and rules.
    pub async fn delete_source(&mut self, id: SourceId) -> Result<()> {
        self.run(Sql::new("DELETE FROM source WHERE id = ?").bind(id).scoped(self, "tenant")).await?;
        Ok(())
    }
}
