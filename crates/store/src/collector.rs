//! Collectors as the centre knows them.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::{CollectorId, TenantId, Timestamp};

/// `state` is `live`, `lost` or `cut_off` (its reference targets do not answer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorRow {
    pub id: CollectorId,
    pub tenant: TenantId,
    pub name: String,
    pub state: String,
    pub since: Timestamp,
    pub seen_at: Option<Timestamp>,
    /// Reference targets and whether they answer, JSON for pages.
    pub note: String,
    pub devices: i64,
    pub version: i64,
}

const COLUMNS: &str = "SELECT l.id, l.tenant, l.name, l.state, l.since, l.seen_at, l.note, l.version, \
    (SELECT COUNT(*) FROM device d WHERE d.collector = l.id) AS devices FROM collector l WHERE 1 = 1";

fn collector(row: &Row) -> Result<CollectorRow> {
    Ok(CollectorRow {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        state: row.text("state")?,
        since: row.time("since")?,
        seen_at: row.opt_time("seen_at")?,
        note: row.text("note")?,
        devices: row.int("devices")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn collectors(&mut self) -> Result<Vec<CollectorRow>> {
        let sql = Sql::new(COLUMNS).scoped(self, "l.tenant").push(" ORDER BY l.id");
        self.all(sql, collector).await
    }

    pub async fn collector(&mut self, id: CollectorId) -> Result<Option<CollectorRow>> {
        let sql = Sql::new(COLUMNS).and("l.id = ?", Some(id)).scoped(self, "l.tenant");
        self.one(sql, collector).await
    }

    /// The collector that new devices get, known to everybody who may add a device.
    pub async fn default_collector(&mut self) -> Result<Option<CollectorRow>> {
        self.one(Sql::new(COLUMNS).push(" ORDER BY l.id LIMIT 1"), collector).await
    }

    pub async fn insert_collector(&mut self, new: &CollectorRow) -> Result<()> {
        let sql =
            Sql::new("INSERT INTO collector (id, tenant, name, state, since, seen_at, note, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)")
                .bind(new.id)
                .bind(new.tenant)
                .bind(&new.name)
                .bind(&new.state)
                .bind(new.since)
                .bind(new.seen_at)
                .bind(&new.note);
        self.run(sql).await?;
        Ok(())
    }

    /// A sign of life; `state` is monitor's to write.
    pub async fn note_collector(&mut self, id: CollectorId, seen_at: Timestamp, note: &str) -> Result<()> {
        self.run(Sql::new("UPDATE collector SET seen_at = ?, note = ? WHERE id = ?").bind(seen_at).bind(note).bind(id)).await?;
        Ok(())
    }

    pub async fn set_collector(&mut self, changed: &CollectorRow) -> Result<()> {
        let sql = Sql::new("UPDATE collector SET state = ?, since = ?, version = version + 1 WHERE id = ?")
            .bind(&changed.state)
            .bind(changed.since)
            .bind(changed.id);
        self.run(sql).await?;
        Ok(())
    }
}
