//! Alarms: one row for one condition, from its first miss to its end.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState, ObjectKind, Severity};
use model::{AlarmId, CollectorId, DeviceId, IncidentId, TenantId, TicketId, Timestamp};

#[derive(Debug, Clone, Default)]
pub struct AlarmFilter {
    pub state: Option<AlarmState>,
    pub severity: Option<Severity>,
    pub class: Option<AlarmClass>,
    pub client: Option<TenantId>,
    pub device: Option<DeviceId>,
    pub incident: Option<IncidentId>,
    pub is_acked: Option<bool>,
    /// Only those that are not symptoms of another.
    pub is_root: Option<bool>,
    /// Only those that maintenance mutes, or only the others.
    pub is_muted: Option<bool>,
}

/// An alarm as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmListed {
    pub alarm: Alarm,
    /// Name of the interface or collector, title of the signal, or name of the device itself.
    pub object_name: String,
    /// Of the device, or of the service that a signal is about.
    pub device_name: Option<String>,
    pub site_name: String,
    pub client: Option<(TenantId, String)>,
    pub acked_by_email: Option<String>,
    pub services_hit: i64,
    pub clients_hit: i64,
    pub ticket: Option<TicketId>,
}

const FIELDS: &str = "SELECT a.id, a.class, a.object_kind, a.object, a.device, a.tenant, a.severity, a.state, a.misses, a.first_miss_at, a.raised_at, a.well_since, a.cleared_at, \
    a.flaps, a.incident, a.suppressed_by, a.muted_by, a.acked_by, a.acked_at, a.ack_note, a.detail, a.version";

pub(crate) fn alarm(row: &Row) -> Result<Alarm> {
    let kind: ObjectKind = row.word("object_kind")?;
    let object: DeviceId = row.id("object")?;
    Ok(Alarm {
        id: row.id("id")?,
        class: row.word("class")?,
        object: AlarmObject::from_parts(kind, *object.bytes()),
        device: row.opt_id("device")?,
        tenant: row.id("tenant")?,
        severity: row.word("severity")?,
        state: row.word("state")?,
        misses: row.number("misses")?,
        first_miss_at: row.time("first_miss_at")?,
        raised_at: row.opt_time("raised_at")?,
        well_since: row.opt_time("well_since")?,
        cleared_at: row.opt_time("cleared_at")?,
        flaps: row.number("flaps")?,
        incident: row.opt_id("incident")?,
        suppressed_by: row.opt_id("suppressed_by")?,
        muted_by: row.opt_id("muted_by")?,
        acked_by: row.opt_id("acked_by")?,
        acked_at: row.opt_time("acked_at")?,
        ack_note: row.opt_text("ack_note")?,
        detail: row.text("detail")?,
        version: row.int("version")?,
    })
}

fn listed(row: &Row) -> Result<AlarmListed> {
    let client = match (row.opt_id("client_id")?, row.opt_text("client_name")?) {
        (Some(id), Some(name)) => Some((id, name)),
        _ => None,
    };
    let device_name = row.opt_text("device_name")?;
    let own = [row.opt_text("interface_name")?, row.opt_text("collector_name")?, row.opt_text("signal_title")?, device_name.clone()];
    Ok(AlarmListed {
        alarm: alarm(row)?,
        object_name: own.into_iter().flatten().next().unwrap_or_default(),
        device_name,
        site_name: row.text("site_name")?,
        client,
        acked_by_email: row.opt_text("acked_by_email")?,
        services_hit: row.int("services_hit")?,
        clients_hit: row.int("clients_hit")?,
        ticket: row.opt_id("ticket")?,
    })
}

impl Tx {
    pub async fn alarm(&mut self, id: AlarmId) -> Result<Option<Alarm>> {
        let sql = Sql::new(FIELDS).push(" FROM alarm a WHERE a.id = ?").bind(id).scoped(self, "a.tenant");
        self.one(sql, alarm).await
    }

    /// Suspects and active ones: everything that judging must know after a start.
    pub async fn open_alarms(&mut self) -> Result<Vec<Alarm>> {
        let sql = Sql::new(FIELDS).push(" FROM alarm a WHERE a.state <> 'cleared'").scoped(self, "a.tenant").push(" ORDER BY a.id");
        self.all(sql, alarm).await
    }

    /// The suspect or active row of a condition.
    pub async fn open_alarm(&mut self, class: AlarmClass, object: AlarmObject) -> Result<Option<Alarm>> {
        let sql = Sql::new(FIELDS)
            .push(" FROM alarm a WHERE a.state <> 'cleared' AND a.class = ? AND a.object = ?")
            .bind(class)
            .bind(&object.bytes()[..])
            .scoped(self, "a.tenant");
        self.one(sql, alarm).await
    }

    /// The last time this condition ended, if not before `since`.
    pub async fn lately_cleared(&mut self, class: AlarmClass, object: AlarmObject, since: Timestamp) -> Result<Option<Alarm>> {
        let sql = Sql::new(FIELDS)
            .push(" FROM alarm a WHERE a.state = 'cleared' AND a.class = ? AND a.object = ? AND a.cleared_at >= ?")
            .bind(class)
            .bind(&object.bytes()[..])
            .bind(since)
            .push(" ORDER BY a.cleared_at DESC LIMIT 1");
        self.one(sql, alarm).await
    }

    pub async fn alarms_of_device(&mut self, device: DeviceId) -> Result<Vec<Alarm>> {
        let sql = Sql::new(FIELDS).push(" FROM alarm a WHERE a.state <> 'cleared' AND a.device = ?").bind(device).scoped(self, "a.tenant");
        self.all(sql, alarm).await
    }

    pub async fn alarms_of_incident(&mut self, incident: IncidentId) -> Result<Vec<Alarm>> {
        let sql =
            Sql::new(FIELDS).push(" FROM alarm a WHERE a.incident = ?").bind(incident).scoped(self, "a.tenant").push(" ORDER BY a.id");
        self.all(sql, alarm).await
    }

    /// Newest first. Suspects are never listed: they are not alarms yet.
    pub async fn alarms(&mut self, filter: &AlarmFilter, page: Page) -> Result<PageOf<AlarmListed>> {
        let mut sql = Sql::new(FIELDS)
            .push(", COALESCE(d.name, w.name) AS device_name, g.title AS signal_title, i.if_name AS interface_name, l.name AS collector_name, s.name AS site_name, k.id AS client_id, k.name AS client_name, u.email AS acked_by_email")
            // A root counts for its whole incident, a symptom for itself.
            .push(", (SELECT COUNT(DISTINCT m.service) FROM impact m WHERE m.alarm = a.id OR (a.suppressed_by IS NULL AND m.incident = a.incident)) AS services_hit")
            .push(", (SELECT COUNT(DISTINCT m.client) FROM impact m WHERE m.alarm = a.id OR (a.suppressed_by IS NULL AND m.incident = a.incident)) AS clients_hit")
            .push(", (SELECT t.id FROM ticket t WHERE t.incident = a.incident) AS ticket")
            .push(" FROM alarm a JOIN tenant s ON s.id = a.tenant LEFT JOIN device d ON d.id = a.device LEFT JOIN interface i ON i.id = a.object")
            .push(" LEFT JOIN collector l ON l.id = a.object LEFT JOIN person u ON u.id = a.acked_by LEFT JOIN signal g ON g.id = a.object LEFT JOIN service w ON w.id = g.service")
            .push(" LEFT JOIN tenant k ON k.kind = 'client' AND k.id IN (SELECT p.ancestor FROM tenant_path p WHERE p.descendant = a.tenant)")
            .push(" WHERE a.state <> 'suspect'")
            .and("a.state = ?", filter.state)
            .and("a.severity = ?", filter.severity)
            .and("a.class = ?", filter.class)
            .and("a.device = ?", filter.device)
            .and("a.incident = ?", filter.incident)
            .and("a.id < ?", page.after.map(AlarmId::from_bytes));
        sql = match filter.is_acked {
            Some(true) => sql.push(" AND a.acked_at IS NOT NULL"),
            Some(false) => sql.push(" AND a.acked_at IS NULL"),
            None => sql,
        };
        sql = match filter.is_root {
            Some(true) => sql.push(" AND a.suppressed_by IS NULL"),
            Some(false) => sql.push(" AND a.suppressed_by IS NOT NULL"),
            None => sql,
        };
        sql = match filter.is_muted {
            Some(true) => sql.push(" AND a.muted_by IS NOT NULL"),
            Some(false) => sql.push(" AND a.muted_by IS NULL"),
            None => sql,
        };
        if let Some(client) = filter.client {
            sql = sql.under(vec![client], "a.tenant");
        }
        let sql = sql.scoped(self, "a.tenant").push(" ORDER BY a.id DESC");
        self.page(sql, page, listed, |listed| *listed.alarm.id.bytes()).await
    }

    pub async fn alarm_listed(&mut self, id: AlarmId) -> Result<Option<AlarmListed>> {
        let mut after = *id.bytes();
        after = (u128::from_be_bytes(after).wrapping_add(1)).to_be_bytes();
        let found = self.alarms(&AlarmFilter::default(), Page { after: Some(after), limit: 1 }).await?;
        Ok(found.items.into_iter().find(|listed| listed.alarm.id == id))
    }

    /// Fails with `Exists` when the condition already has an open row: no doubled alarm.
    pub async fn insert_alarm(&mut self, new: &Alarm) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO alarm (id, class, object_kind, object, device, tenant, severity, state, misses, first_miss_at, raised_at, well_since, cleared_at, flaps, incident, \
             suppressed_by, muted_by, acked_by, acked_at, ack_note, detail, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(new.id)
        .bind(new.class)
        .bind(new.object.kind())
        .bind(&new.object.bytes()[..])
        .bind(new.device)
        .bind(new.tenant)
        .bind(new.severity)
        .bind(new.state)
        .bind(new.misses)
        .bind(new.first_miss_at)
        .bind(new.raised_at)
        .bind(new.well_since)
        .bind(new.cleared_at)
        .bind(new.flaps)
        .bind(new.incident)
        .bind(new.suppressed_by)
        .bind(new.muted_by)
        .bind(new.acked_by)
        .bind(new.acked_at)
        .bind(new.ack_note.clone())
        .bind(&new.detail);
        self.run(sql).await?;
        Ok(())
    }

    /// Writes the whole row if nobody changed it since it was read.
    pub async fn update_alarm(&mut self, changed: &Alarm) -> Result<()> {
        let sql = Sql::new(
            "UPDATE alarm SET severity = ?, state = ?, misses = ?, first_miss_at = ?, raised_at = ?, well_since = ?, cleared_at = ?, flaps = ?, incident = ?, suppressed_by = ?, muted_by = ?, \
             acked_by = ?, acked_at = ?, ack_note = ?, detail = ?, version = version + 1 WHERE id = ? AND version = ?",
        )
        .bind(changed.severity)
        .bind(changed.state)
        .bind(changed.misses)
        .bind(changed.first_miss_at)
        .bind(changed.raised_at)
        .bind(changed.well_since)
        .bind(changed.cleared_at)
        .bind(changed.flaps)
        .bind(changed.incident)
        .bind(changed.suppressed_by)
        .bind(changed.muted_by)
        .bind(changed.acked_by)
        .bind(changed.acked_at)
        .bind(changed.ack_note.clone())
        .bind(&changed.detail)
        .bind(changed.id)
        .bind(changed.version)
        .scoped(self, "tenant");
        self.run_versioned("this alarm", sql).await
    }

    /// A suspect that turned out to be nothing leaves no trace.
    pub async fn forget_suspect(&mut self, id: AlarmId) -> Result<()> {
        self.run(Sql::new("DELETE FROM alarm WHERE id = ? AND state = 'suspect'").bind(id)).await?;
        Ok(())
    }

    /// How many devices of a collector became unreachable since then, and how many it has.
    pub async fn unreachable_share(&mut self, collector: CollectorId, since: Timestamp) -> Result<(i64, i64)> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM alarm a JOIN device d ON d.id = a.device WHERE a.class = 'unreachable' AND a.state = 'active' AND a.muted_by IS NULL AND d.collector = ? AND a.raised_at >= ?")
            .bind(collector)
            .bind(since);
        let unreachable = self.count(sql).await?;
        let all = self.count(Sql::new("SELECT COUNT(*) AS n FROM device d WHERE d.collector = ?").bind(collector)).await?;
        Ok((unreachable, all))
    }

    /// Whether a first miss of something that carries this client's services waits for its verdict.
    pub async fn has_suspects_for(&mut self, client: TenantId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM alarm a WHERE a.state = 'suspect' AND a.class <> 'snmp_silent' AND a.device IN ")
            .push("(SELECT e.device FROM service_endpoint e JOIN service v ON v.id = e.service WHERE v.client = ?)")
            .bind(client);
        Ok(self.count(sql).await? > 0)
    }
}
