//! Windows of planned work: what they touch, which services they may interrupt, what clients were told of them.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::alarm::Alarm;
use model::maintenance::{Maintenance, MaintenanceState, WorkObject};
use model::{AlarmId, DeviceId, MaintenanceId, ServiceId, TenantId, Timestamp};

#[derive(Debug, Clone, Default)]
pub struct MaintenanceFilter {
    pub state: Option<MaintenanceState>,
    /// Over later than this.
    pub from: Option<Timestamp>,
    /// Begun earlier than this.
    pub to: Option<Timestamp>,
    /// On this device itself or on its site.
    pub device: Option<DeviceId>,
}

/// A window as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceListed {
    pub maintenance: Maintenance,
    /// In the order of its objects; of what was removed meanwhile as it was when planned.
    pub object_names: Vec<String>,
    /// Alarms of this scope that it mutes or muted to their end.
    pub muted_alarms: i64,
    pub created_by_email: Option<String>,
}

/// A service that a window may interrupt, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredService {
    pub maintenance: MaintenanceId,
    pub service: ServiceId,
    pub client: TenantId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a client has been told of a window. `state`: `announced`, `withdrawn` (nobody ever got it), `cancelled`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub maintenance: MaintenanceId,
    pub client: TenantId,
    pub state: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub services: Vec<ServiceId>,
}

const FIELDS: &str = "SELECT w.id, w.tenant, w.title, w.note, w.state, w.starts_at, w.ends_at, w.announces, w.announce_lead_s, w.mutes_open, w.created_by, w.created_at, w.version";

fn window(row: &Row) -> Result<Maintenance> {
    Ok(Maintenance {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        title: row.text("title")?,
        note: row.text("note")?,
        state: row.word("state")?,
        starts_at: row.time("starts_at")?,
        ends_at: row.time("ends_at")?,
        objects: Vec::new(),
        announces: row.flag("announces")?,
        announce_lead_s: row.opt_int("announce_lead_s")?.and_then(|lead| u32::try_from(lead).ok()),
        mutes_open: row.flag("mutes_open")?,
        created_by: row.opt_id("created_by")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

fn listed(row: &Row) -> Result<MaintenanceListed> {
    Ok(MaintenanceListed {
        maintenance: window(row)?,
        object_names: Vec::new(),
        muted_alarms: 0,
        created_by_email: row.opt_text("created_by_email")?,
    })
}

fn covered(row: &Row) -> Result<CoveredService> {
    Ok(CoveredService {
        maintenance: row.id("maintenance")?,
        service: row.id("service")?,
        client: row.id("client")?,
        from: row.time("from_at")?,
        to: row.time("to_at")?,
    })
}

const OBJECTS: &str = "SELECT o.maintenance, o.kind, o.object, COALESCE(d.name, t.name, v.name, o.name) AS name FROM maintenance_object o \
    LEFT JOIN device d ON d.id = o.object LEFT JOIN tenant t ON t.id = o.object LEFT JOIN service v ON v.id = o.object WHERE 1 = 1";
const COVERED: &str = "SELECT c.maintenance, c.service, c.client, c.from_at, c.to_at FROM maintenance_service c WHERE 1 = 1";

impl Tx {
    /// Rows that this scope sees: one of the objects is his, or a service of his may be interrupted.
    fn seen_windows(&self, sql: Sql) -> Sql {
        if self.roots().is_none() {
            return sql;
        }
        sql.push(" AND (w.id IN (SELECT c.maintenance FROM maintenance_service c WHERE 1 = 1")
            .scoped(self, "c.client")
            .push(") OR w.id IN (SELECT o.maintenance FROM maintenance_object o JOIN device d ON d.id = o.object WHERE 1 = 1")
            .scoped(self, "d.site")
            .push(") OR w.id IN (SELECT o.maintenance FROM maintenance_object o WHERE o.kind = 'site'")
            .scoped(self, "o.object")
            .push(") OR w.id IN (SELECT o.maintenance FROM maintenance_object o JOIN service v ON v.id = o.object WHERE 1 = 1")
            .scoped(self, "v.client")
            .push("))")
    }

    pub async fn maintenance(&mut self, id: MaintenanceId) -> Result<Option<MaintenanceListed>> {
        let sql = Sql::new(FIELDS)
            .push(", u.email AS created_by_email FROM maintenance w LEFT JOIN person u ON u.id = w.created_by WHERE w.id = ?")
            .bind(id);
        let sql = self.seen_windows(sql);
        let found = self.all(sql, listed).await?;
        Ok(self.with_objects(found).await?.into_iter().next())
    }

    /// Newest first.
    pub async fn maintenances(&mut self, filter: &MaintenanceFilter, page: Page) -> Result<PageOf<MaintenanceListed>> {
        let mut sql = Sql::new(FIELDS)
            .push(", u.email AS created_by_email FROM maintenance w LEFT JOIN person u ON u.id = w.created_by WHERE 1 = 1")
            .and("w.state = ?", filter.state)
            .and("w.ends_at > ?", filter.from)
            .and("w.starts_at < ?", filter.to)
            .and("w.id < ?", page.after.map(MaintenanceId::from_bytes));
        if let Some(device) = filter.device {
            sql = sql
                .push(" AND w.id IN (SELECT o.maintenance FROM maintenance_object o WHERE o.object = ? OR o.object IN (SELECT d.site FROM device d WHERE d.id = ?")
                .bind(device)
                .bind(device)
                .scoped(self, "d.site")
                .push("))");
        }
        let sql = self.seen_windows(sql).push(" ORDER BY w.id DESC");
        let mut found = self.page(sql, page, listed, |listed| *listed.maintenance.id.bytes()).await?;
        found.items = self.with_objects(found.items).await?;
        Ok(found)
    }

    async fn with_objects(&mut self, mut windows: Vec<MaintenanceListed>) -> Result<Vec<MaintenanceListed>> {
        let ids: Vec<MaintenanceId> = windows.iter().map(|listed| listed.maintenance.id).collect();
        let sql = Sql::new(OBJECTS).and_in("o.maintenance", ids.clone()).push(" ORDER BY o.maintenance, o.place");
        let objects = self
            .all(sql, |row| {
                let raw: DeviceId = row.id("object")?;
                let owner: MaintenanceId = row.id("maintenance")?;
                Ok((owner, WorkObject::from_parts(row.word("kind")?, *raw.bytes()), row.text("name")?))
            })
            .await?;
        let sql = Sql::new("SELECT a.muted_by, COUNT(*) AS n FROM alarm a WHERE a.state <> 'suspect'")
            .and_in("a.muted_by", ids)
            .scoped(self, "a.tenant")
            .push(" GROUP BY a.muted_by");
        let muted: Vec<(MaintenanceId, i64)> = self.all(sql, |row| Ok((row.id("muted_by")?, row.int("n")?))).await?;
        for listed in &mut windows {
            let id = listed.maintenance.id;
            for (_, object, name) in objects.iter().filter(|(owner, ..)| *owner == id) {
                listed.maintenance.objects.push(*object);
                listed.object_names.push(name.clone());
            }
            listed.muted_alarms = muted.iter().find(|(by, _)| *by == id).map_or(0, |(_, count)| *count);
        }
        Ok(windows)
    }

    /// Windows that have not ended, in whatever scope: what mutes does so whoever looks.
    pub async fn open_windows(&mut self) -> Result<Vec<Maintenance>> {
        let sql =
            Sql::new(FIELDS).push(", NULL AS created_by_email FROM maintenance w WHERE w.state IN ('planned', 'running') ORDER BY w.id");
        let found = self
            .all(sql, |row| {
                Ok(MaintenanceListed { maintenance: window(row)?, object_names: vec![], muted_alarms: 0, created_by_email: None })
            })
            .await?;
        Ok(self.with_objects(found).await?.into_iter().map(|listed| listed.maintenance).collect())
    }

    /// Windows that mute now.
    pub async fn windows_in_effect(&mut self) -> Result<Vec<Maintenance>> {
        let now = self.now();
        let mut windows = self.open_windows().await?;
        windows.retain(|window| window.is_in_effect(now));
        Ok(windows)
    }

    pub async fn insert_maintenance(&mut self, new: &Maintenance, names: &[String]) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO maintenance (id, tenant, title, note, state, starts_at, ends_at, announces, announce_lead_s, mutes_open, created_by, created_at, version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(new.id)
        .bind(new.tenant)
        .bind(&new.title)
        .bind(&new.note)
        .bind(new.state)
        .bind(new.starts_at)
        .bind(new.ends_at)
        .bind(new.announces)
        .bind(new.announce_lead_s)
        .bind(new.mutes_open)
        .bind(new.created_by)
        .bind(new.created_at);
        self.run(sql).await?;
        self.set_objects(new, names).await
    }

    async fn set_objects(&mut self, of: &Maintenance, names: &[String]) -> Result<()> {
        self.run(Sql::new("DELETE FROM maintenance_object WHERE maintenance = ?").bind(of.id)).await?;
        for (place, (object, name)) in of.objects.iter().zip(names).enumerate() {
            let sql = Sql::new("INSERT INTO maintenance_object (maintenance, place, kind, object, name) VALUES (?, ?, ?, ?, ?)")
                .bind(of.id)
                .bind(place as i64)
                .bind(object.kind())
                .bind(&object.bytes()[..])
                .bind(name);
            self.run(sql).await?;
        }
        Ok(())
    }

    /// Writes the whole row if nobody changed it since it was read; `names` replaces the objects.
    pub async fn update_maintenance(&mut self, changed: &Maintenance, names: Option<&[String]>) -> Result<()> {
        let sql = Sql::new("UPDATE maintenance SET tenant = ?, title = ?, note = ?, state = ?, starts_at = ?, ends_at = ?, announces = ?, announce_lead_s = ?, mutes_open = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(changed.tenant)
            .bind(&changed.title)
            .bind(&changed.note)
            .bind(changed.state)
            .bind(changed.starts_at)
            .bind(changed.ends_at)
            .bind(changed.announces)
            .bind(changed.announce_lead_s)
            .bind(changed.mutes_open)
            .bind(changed.id)
            .bind(changed.version);
        self.run_versioned("this maintenance", sql).await?;
        match names {
            Some(names) => self.set_objects(changed, names).await,
            None => Ok(()),
        }
    }

    /// Services that a window may interrupt, of clients of this scope.
    pub async fn services_of_maintenance(&mut self, id: MaintenanceId) -> Result<Vec<CoveredService>> {
        let sql =
            Sql::new(COVERED).and("c.maintenance = ?", Some(id)).scoped(self, "c.client").push(" ORDER BY c.client, c.service, c.from_at");
        self.all(sql, covered).await
    }

    /// When windows that were not cancelled covered this service, as far as that touches the time from `from` to `to`.
    pub async fn windows_over_service(
        &mut self,
        service: ServiceId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(CoveredService, String)>> {
        let sql = Sql::new("SELECT c.maintenance, c.service, c.client, c.from_at, c.to_at, w.title FROM maintenance_service c JOIN maintenance w ON w.id = c.maintenance WHERE w.state <> 'cancelled'")
            .and("c.service = ?", Some(service))
            .and("c.to_at > ?", Some(from))
            .and("c.from_at < ?", Some(to))
            .scoped(self, "c.client")
            .push(" ORDER BY c.from_at, c.maintenance");
        self.all(sql, |row| Ok((covered(row)?, row.text("title")?))).await
    }

    pub async fn cover_service(&mut self, new: &CoveredService) -> Result<()> {
        let sql = Sql::new("INSERT INTO maintenance_service (maintenance, service, client, from_at, to_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (maintenance, service, from_at) DO UPDATE SET to_at = excluded.to_at")
            .bind(new.maintenance)
            .bind(new.service)
            .bind(new.client)
            .bind(new.from)
            .bind(new.to);
        self.run(sql).await?;
        Ok(())
    }

    /// Cover that never began is forgotten.
    pub async fn uncover_service(&mut self, gone: &CoveredService) -> Result<()> {
        let sql = Sql::new("DELETE FROM maintenance_service WHERE maintenance = ? AND service = ? AND from_at = ?")
            .bind(gone.maintenance)
            .bind(gone.service)
            .bind(gone.from);
        self.run(sql).await?;
        Ok(())
    }

    /// No cover by this window lasts longer than this.
    pub async fn cut_cover(&mut self, id: MaintenanceId, at: Timestamp) -> Result<()> {
        self.run(Sql::new("UPDATE maintenance_service SET to_at = ? WHERE maintenance = ? AND to_at > ?").bind(at).bind(id).bind(at))
            .await?;
        self.run(Sql::new("DELETE FROM maintenance_service WHERE maintenance = ? AND to_at <= from_at").bind(id)).await?;
        Ok(())
    }

    /// Active alarms that are muted, or hold a muted impact.
    pub async fn muted_alarms(&mut self) -> Result<Vec<Alarm>> {
        let sql = Sql::new(
            "SELECT a.id FROM alarm a WHERE a.state = 'active' AND (a.muted_by IS NOT NULL OR a.id IN (SELECT m.alarm FROM impact m WHERE m.ended_at IS NULL AND m.muted_by IS NOT NULL)) ORDER BY a.id",
        );
        let ids: Vec<AlarmId> = self.all(sql, |row| row.id("id")).await?;
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.alarm(id).await?);
        }
        Ok(found)
    }

    /// Whether anything open is muted.
    pub async fn has_muted(&mut self) -> Result<bool> {
        let sql = Sql::new(
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM alarm a WHERE a.state = 'active' AND a.muted_by IS NOT NULL UNION ALL SELECT 1 AS x FROM impact m WHERE m.ended_at IS NULL AND m.muted_by IS NOT NULL) w",
        );
        Ok(self.count(sql).await? > 0)
    }

    /// Devices and what each of them is behind.
    pub async fn parent_links(&mut self) -> Result<Vec<(DeviceId, DeviceId)>> {
        self.all(Sql::new("SELECT p.device, p.parent FROM device_parent p"), |row| Ok((row.id("device")?, row.id("parent")?))).await
    }

    pub async fn told_of(&mut self, id: MaintenanceId) -> Result<Vec<Told>> {
        let sql = Sql::new("SELECT h.maintenance, h.client, h.state, h.starts_at, h.ends_at, h.services FROM maintenance_told h WHERE h.maintenance = ? ORDER BY h.client").bind(id);
        self.all(sql, |row| {
            let services = row.text("services")?;
            let damaged = |error| StoreError::Damaged { what: format!("what a client was told: {error}") };
            Ok(Told {
                maintenance: row.id("maintenance")?,
                client: row.id("client")?,
                state: row.text("state")?,
                starts_at: row.time("starts_at")?,
                ends_at: row.time("ends_at")?,
                services: serde_json::from_str(&services).map_err(damaged)?,
            })
        })
        .await
    }

    pub async fn save_told(&mut self, told: &Told) -> Result<()> {
        let sql = Sql::new("INSERT INTO maintenance_told (maintenance, client, state, starts_at, ends_at, services) VALUES (?, ?, ?, ?, ?, ?) ")
            .push("ON CONFLICT (maintenance, client) DO UPDATE SET state = excluded.state, starts_at = excluded.starts_at, ends_at = excluded.ends_at, services = excluded.services")
            .bind(told.maintenance)
            .bind(told.client)
            .bind(&told.state)
            .bind(told.starts_at)
            .bind(told.ends_at)
            .bind(serde_json::json!(told.services).to_string());
        self.run(sql).await?;
        Ok(())
    }

    /// Windows of which clients are told: open ones, and cancelled ones of which somebody heard and nobody heard the end.
    pub async fn windows_to_announce(&mut self) -> Result<Vec<Maintenance>> {
        let sql = Sql::new(FIELDS).push(" FROM maintenance w WHERE w.state IN ('planned', 'running') AND w.announces = 1").push(
            " OR w.state <> 'ended' AND w.id IN (SELECT h.maintenance FROM maintenance_told h WHERE h.state = 'announced') ORDER BY w.id",
        );
        self.all(sql, window).await
    }
}
