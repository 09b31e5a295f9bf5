//! The thread of notices: incident × client, from the first impact to the word that all is well.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::{IncidentId, TenantId, Timestamp};

/// `state`: `gathering` (waits a little for more faults of the same client), `told`, `closing` (all is well, the last word is due), `closed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub incident: IncidentId,
    pub client: TenantId,
    /// The incident under which the notices are filed: faults of one client within the gathering time make one notice.
    pub lead: IncidentId,
    pub state: String,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    /// Ids of services that the client has been told of, JSON.
    pub told_services: String,
}

const COLUMNS: &str = "SELECT h.incident, h.client, h.lead, h.state, h.opened_at, h.due_at, h.told_services FROM thread h WHERE 1 = 1";

fn thread(row: &Row) -> Result<Thread> {
    Ok(Thread {
        incident: row.id("incident")?,
        client: row.id("client")?,
        lead: row.id("lead")?,
        state: row.text("state")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("due_at")?,
        told_services: row.text("told_services")?,
    })
}

impl Tx {
    pub async fn thread(&mut self, incident: IncidentId, client: TenantId) -> Result<Option<Thread>> {
        let sql = Sql::new(COLUMNS).and("h.incident = ?", Some(incident)).and("h.client = ?", Some(client)).scoped(self, "h.client");
        self.one(sql, thread).await
    }

    /// A thread of this client that still gathers and leads.
    pub async fn gathering_thread(&mut self, client: TenantId) -> Result<Option<Thread>> {
        let sql = Sql::new(COLUMNS)
            .and("h.client = ?", Some(client))
            .push(" AND h.state = 'gathering' AND h.lead = h.incident ORDER BY h.opened_at LIMIT 1");
        self.one(sql, thread).await
    }

    /// Leading threads that gather or close.
    pub async fn pending_threads(&mut self) -> Result<Vec<Thread>> {
        let sql = Sql::new(COLUMNS).push(" AND h.state IN ('gathering', 'closing') AND h.lead = h.incident ORDER BY h.due_at, h.client");
        self.all(sql, thread).await
    }

    /// All incidents whose notices are filed under this one, itself included.
    pub async fn threads_led_by(&mut self, lead: IncidentId, client: TenantId) -> Result<Vec<Thread>> {
        let sql = Sql::new(COLUMNS).and("h.lead = ?", Some(lead)).and("h.client = ?", Some(client));
        self.all(sql, thread).await
    }

    pub async fn threads_of_incident(&mut self, incident: IncidentId) -> Result<Vec<Thread>> {
        self.all(Sql::new(COLUMNS).and("h.incident = ?", Some(incident)), thread).await
    }

    /// Whatever was filed under one incident is filed under another from now on.
    pub async fn lead_threads(&mut self, from: IncidentId, to: IncidentId, client: TenantId) -> Result<()> {
        let sql = Sql::new("UPDATE thread SET lead = ? WHERE lead = ? AND client = ?").bind(to).bind(from).bind(client);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn save_thread(&mut self, thread: &Thread) -> Result<()> {
        let sql = Sql::new("INSERT INTO thread (incident, client, lead, state, opened_at, due_at, told_services) VALUES (?, ?, ?, ?, ?, ?, ?) ")
            .push("ON CONFLICT (incident, client) DO UPDATE SET lead = excluded.lead, state = excluded.state, opened_at = excluded.opened_at, due_at = excluded.due_at, told_services = excluded.told_services")
            .bind(thread.incident)
            .bind(thread.client)
            .bind(thread.lead)
            .bind(&thread.state)
            .bind(thread.opened_at)
            .bind(thread.due_at)
            .bind(&thread.told_services);
        self.run(sql).await?;
        Ok(())
    }
}
