//! What incidents do to services of clients.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::alarm::{AlarmClass, Impact};
use model::service::{Mapping, Service};
use model::{AlarmId, DeviceId, ImpactId, IncidentId, InterfaceId, MaintenanceId, ServiceId, TenantId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactListed {
    pub impact: Impact,
    /// As it was when the fault began.
    pub service_name: String,
    pub client_name: String,
    /// Site of the endpoint that is hit.
    pub site: Option<TenantId>,
}

const COLUMNS: &str = "SELECT m.id, m.incident, m.alarm, m.service, m.service_name, m.client, m.site, m.mapping, m.started_at, m.ended_at, m.muted_by, k.name AS client_name \
    FROM impact m JOIN tenant k ON k.id = m.client WHERE 1 = 1";

fn listed(row: &Row) -> Result<ImpactListed> {
    Ok(ImpactListed {
        impact: Impact {
            id: row.id("id")?,
            incident: row.id("incident")?,
            alarm: row.id("alarm")?,
            service: row.id("service")?,
            client: row.id("client")?,
            mapping: row.word("mapping")?,
            from: row.time("started_at")?,
            to: row.opt_time("ended_at")?,
            muted_by: row.opt_id("muted_by")?,
        },
        service_name: row.text("service_name")?,
        client_name: row.text("client_name")?,
        site: row.opt_id("site")?,
    })
}

impl Tx {
    pub async fn impacts_of_incident(&mut self, incident: IncidentId) -> Result<Vec<ImpactListed>> {
        let sql = Sql::new(COLUMNS).and("m.incident = ?", Some(incident)).scoped(self, "m.client").push(" ORDER BY m.id");
        self.all(sql, listed).await
    }

    /// Of one client in these incidents.
    pub async fn impacts_of_client(&mut self, incidents: &[IncidentId], client: TenantId) -> Result<Vec<ImpactListed>> {
        let sql = Sql::new(COLUMNS)
            .and_in("m.incident", incidents.to_vec())
            .and("m.client = ?", Some(client))
            .scoped(self, "m.client")
            .push(" ORDER BY m.id");
        self.all(sql, listed).await
    }

    pub async fn open_impacts_of_alarm(&mut self, alarm: AlarmId) -> Result<Vec<ImpactListed>> {
        let sql = Sql::new(COLUMNS).and("m.alarm = ?", Some(alarm)).push(" AND m.ended_at IS NULL").push(" ORDER BY m.id");
        self.all(sql, listed).await
    }

    pub async fn open_impacts_of_service(&mut self, service: ServiceId) -> Result<Vec<ImpactListed>> {
        let sql = Sql::new(COLUMNS).and("m.service = ?", Some(service)).push(" AND m.ended_at IS NULL ORDER BY m.id");
        self.all(sql, listed).await
    }

    /// Since when each endpoint of a service is out, in their order, by the open impacts on it.
    pub async fn failed_endpoints(&mut self, service: &Service) -> Result<Vec<Option<Timestamp>>> {
        let mut failed: Vec<Option<Timestamp>> = vec![None; service.endpoints.len()];
        for hit in self.open_impacts_of_service(service.id).await? {
            let sql = Sql::new("SELECT a.class, a.object, a.device FROM alarm a WHERE a.id = ?").bind(hit.impact.alarm);
            let found = self.one(sql, |row| Ok((row.word("class")?, row.id("object")?, row.opt_id("device")?))).await?;
            let Some((class, object, device)): Option<(AlarmClass, InterfaceId, Option<DeviceId>)> = found else { continue };
            let is_port = class == AlarmClass::InterfaceDown;
            // A signal about the service itself, not about one of its ends.
            let is_whole = !is_port && device.is_none();
            for (end, since) in service.endpoints.iter().zip(&mut failed) {
                if is_whole || if is_port { end.interface == Some(object) } else { device == Some(end.device) } {
                    *since = Some(since.map_or(hit.impact.from, |known| known.min(hit.impact.from)));
                }
            }
        }
        Ok(failed)
    }

    pub async fn impact(&mut self, id: ImpactId) -> Result<Option<ImpactListed>> {
        let sql = Sql::new(COLUMNS).and("m.id = ?", Some(id)).scoped(self, "m.client");
        self.one(sql, listed).await
    }

    pub async fn insert_impact(&mut self, new: &ImpactListed) -> Result<()> {
        let sql = Sql::new("INSERT INTO impact (id, incident, alarm, service, service_name, client, site, mapping, started_at, ended_at, muted_by, confirmed_at, is_counted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(new.impact.id)
            .bind(new.impact.incident)
            .bind(new.impact.alarm)
            .bind(new.impact.service)
            .bind(&new.service_name)
            .bind(new.impact.client)
            .bind(new.site)
            .bind(new.impact.mapping)
            .bind(new.impact.from)
            .bind(new.impact.to)
            .bind(new.impact.muted_by)
            .bind(self.now())
            // What the register was not sure of proves no downtime.
            .bind(new.impact.mapping == Mapping::Sure);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn close_impact(&mut self, id: ImpactId, at: Timestamp) -> Result<()> {
        self.run(
            Sql::new("UPDATE impact SET ended_at = ?, cleared_at = ? WHERE id = ? AND ended_at IS NULL").bind(at).bind(self.now()).bind(id),
        )
        .await?;
        Ok(())
    }

    /// Clients that are down by alarms raised since then, told or not: a burst is seen whole before its first word goes.
    pub async fn clients_hit_since(&mut self, since: Timestamp) -> Result<Vec<TenantId>> {
        let sql =
            Sql::new("SELECT DISTINCT m.client FROM impact m JOIN alarm a ON a.id = m.alarm WHERE m.ended_at IS NULL AND m.muted_by IS NULL AND a.raised_at >= ?")
                .bind(since);
        self.all(sql, |row| row.id("client")).await
    }

    /// Ends an impact of which nobody saw the end: the port was bound elsewhere, the device removed. Told to line 1, never to the client.
    pub async fn close_impact_unseen(&mut self, id: ImpactId, at: Timestamp) -> Result<()> {
        self.run(Sql::new("UPDATE impact SET ended_at = ?, mapping = 'stale' WHERE id = ? AND ended_at IS NULL").bind(at).bind(id)).await?;
        Ok(())
    }

    /// Mutes an impact, or lets it be heard.
    pub async fn mute_impact(&mut self, id: ImpactId, by: Option<MaintenanceId>) -> Result<()> {
        self.run(Sql::new("UPDATE impact SET muted_by = ? WHERE id = ?").bind(by).bind(id)).await?;
        Ok(())
    }

    pub async fn is_service_hit(&mut self, service: ServiceId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM impact m WHERE m.ended_at IS NULL AND m.service = ?").bind(service);
        Ok(self.count(sql).await? > 0)
    }
}
