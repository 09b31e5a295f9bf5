//! Incidents: the alarms of one cause.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::alarm::{Incident, IncidentState};
use model::{AlarmId, IncidentId};

const COLUMNS: &str =
    "SELECT n.id, n.tenant, n.root, n.state, n.opened_at, n.closed_at, n.merged_into, n.version FROM incident n WHERE 1 = 1";

fn incident(row: &Row) -> Result<Incident> {
    Ok(Incident {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        root: row.id("root")?,
        state: row.word("state")?,
        opened_at: row.time("opened_at")?,
        closed_at: row.opt_time("closed_at")?,
        merged_into: row.opt_id("merged_into")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn incident(&mut self, id: IncidentId) -> Result<Option<Incident>> {
        let sql = Sql::new(COLUMNS).and("n.id = ?", Some(id)).scoped(self, "n.tenant");
        self.one(sql, incident).await
    }

    /// Newest first.
    pub async fn incidents(&mut self, state: Option<IncidentState>, page: Page) -> Result<PageOf<Incident>> {
        let sql = Sql::new(COLUMNS)
            .and("n.state = ?", state)
            .and("n.id < ?", page.after.map(IncidentId::from_bytes))
            .scoped(self, "n.tenant")
            .push(" ORDER BY n.id DESC");
        self.page(sql, page, incident, |incident| *incident.id.bytes()).await
    }

    pub async fn insert_incident(&mut self, new: &Incident) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO incident (id, tenant, root, state, opened_at, closed_at, merged_into, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(new.id)
        .bind(new.tenant)
        .bind(new.root)
        .bind(new.state)
        .bind(new.opened_at)
        .bind(new.closed_at)
        .bind(new.merged_into);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn update_incident(&mut self, changed: &Incident) -> Result<()> {
        let sql = Sql::new("UPDATE incident SET tenant = ?, root = ?, state = ?, opened_at = ?, closed_at = ?, merged_into = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(changed.tenant)
            .bind(changed.root)
            .bind(changed.state)
            .bind(changed.opened_at)
            .bind(changed.closed_at)
            .bind(changed.merged_into)
            .bind(changed.id)
            .bind(changed.version);
        self.run_versioned("this incident", sql).await
    }

    /// Whether any alarm of it is still open.
    pub async fn has_open_alarm(&mut self, id: IncidentId) -> Result<bool> {
        let sql =
            Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM alarm a WHERE a.incident = ? AND a.state <> 'cleared' LIMIT 1) w")
                .bind(id);
        Ok(self.count(sql).await? > 0)
    }

    /// Whether an alarm of it is active and not muted: then people are told and work on it.
    pub async fn has_live_alarm(&mut self, id: IncidentId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM alarm a WHERE a.incident = ? AND a.state = 'active' AND a.muted_by IS NULL").bind(id);
        Ok(self.count(sql).await? > 0)
    }

    /// Whether an active alarm that nobody mutes is a symptom of this one.
    pub async fn has_live_symptom(&mut self, cause: AlarmId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM alarm a WHERE a.suppressed_by = ? AND a.state = 'active' AND a.muted_by IS NULL")
            .bind(cause);
        Ok(self.count(sql).await? > 0)
    }

    /// Whether all of its alarms, open or over, were muted.
    pub async fn is_all_muted(&mut self, id: IncidentId) -> Result<bool> {
        let sql =
            Sql::new("SELECT COUNT(*) AS n FROM alarm a WHERE a.incident = ? AND a.state <> 'suspect' AND a.muted_by IS NULL").bind(id);
        Ok(self.count(sql).await? == 0)
    }

    /// Everything of one incident goes to another: alarms and impacts follow.
    pub async fn move_alarms(&mut self, from: IncidentId, to: IncidentId) -> Result<()> {
        self.run(Sql::new("UPDATE alarm SET incident = ?, version = version + 1 WHERE incident = ?").bind(to).bind(from)).await?;
        self.run(Sql::new("UPDATE impact SET incident = ? WHERE incident = ?").bind(to).bind(from)).await?;
        Ok(())
    }
}
