//! Services of clients and the endpoints that realise them.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::device::DeviceState;
use model::service::{Endpoint, Mapping, Service};
use model::{DeviceId, InterfaceId, ServiceId, TenantId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointListed {
    pub endpoint: Endpoint,
    pub device_name: String,
    pub device_site: TenantId,
    pub device_state: DeviceState,
    pub interface_name: Option<String>,
    pub mapping: Mapping,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceListed {
    pub service: Service,
    pub client_name: String,
    pub endpoints: Vec<EndpointListed>,
    /// An open impact is on it.
    pub is_hit: bool,
}

const COLUMNS: &str = "SELECT v.id, v.client, v.name, v.need, v.created_at, v.version, k.name AS client_name, \
    (SELECT COUNT(*) FROM impact m WHERE m.service = v.id AND m.ended_at IS NULL) AS hits FROM service v JOIN tenant k ON k.id = v.client WHERE 1 = 1";

fn listed(row: &Row) -> Result<ServiceListed> {
    Ok(ServiceListed {
        service: Service {
            id: row.id("id")?,
            client: row.id("client")?,
            name: row.text("name")?,
            endpoints: Vec::new(),
            need: row.opt_int("need")?.and_then(|need| u32::try_from(need).ok()),
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        },
        client_name: row.text("client_name")?,
        endpoints: Vec::new(),
        is_hit: row.int("hits")? > 0,
    })
}

fn endpoint(row: &Row) -> Result<(ServiceId, EndpointListed)> {
    let interface: Option<InterfaceId> = row.opt_id("interface")?;
    // A bound port that the device never listed, or lists no longer, proves nothing about the service.
    let is_known = interface.is_none() || (row.opt_int("seen_at")?.is_some() && row.opt_int("is_present")? == Some(1));
    Ok((
        row.id("service")?,
        EndpointListed {
            endpoint: Endpoint { device: row.id("device")?, interface },
            device_name: row.text("device_name")?,
            device_site: row.id("device_site")?,
            device_state: row.word("device_state")?,
            interface_name: row.opt_text("if_name")?,
            mapping: if is_known { Mapping::Sure } else { Mapping::Stale },
        },
    ))
}

const ENDPOINTS: &str = "SELECT e.service, e.device, e.interface, d.name AS device_name, d.site AS device_site, d.state AS device_state, i.if_name, i.seen_at, i.is_present \
    FROM service_endpoint e JOIN device d ON d.id = e.device LEFT JOIN interface i ON i.id = e.interface WHERE 1 = 1";

impl Tx {
    pub async fn service(&mut self, id: ServiceId) -> Result<Option<ServiceListed>> {
        let sql = Sql::new(COLUMNS).and("v.id = ?", Some(id)).scoped(self, "v.client");
        let found = self.all(sql, listed).await?;
        Ok(self.with_endpoints(found).await?.into_iter().next())
    }

    pub async fn services(&mut self, client: Option<TenantId>, page: Page) -> Result<PageOf<ServiceListed>> {
        let mut sql = Sql::new(COLUMNS).and("v.id > ?", page.after.map(ServiceId::from_bytes)).scoped(self, "v.client");
        if let Some(client) = client {
            sql = sql.under(vec![client], "v.client");
        }
        let mut found = self.page(sql.push(" ORDER BY v.id"), page, listed, |listed| *listed.service.id.bytes()).await?;
        found.items = self.with_endpoints(found.items).await?;
        Ok(found)
    }

    /// Services with an endpoint on this device, whatever the interface.
    pub async fn services_on_device(&mut self, device: DeviceId) -> Result<Vec<ServiceListed>> {
        let sql = Sql::new(COLUMNS)
            .push(" AND v.id IN (SELECT service FROM service_endpoint WHERE device = ?)")
            .bind(device)
            .scoped(self, "v.client")
            .push(" ORDER BY v.id");
        let found = self.all(sql, listed).await?;
        self.with_endpoints(found).await
    }

    async fn with_endpoints(&mut self, mut services: Vec<ServiceListed>) -> Result<Vec<ServiceListed>> {
        let ids: Vec<ServiceId> = services.iter().map(|listed| listed.service.id).collect();
        let sql = Sql::new(ENDPOINTS).and_in("e.service", ids).push(" ORDER BY e.service, e.place");
        let endpoints = self.all(sql, endpoint).await?;
        for listed in &mut services {
            listed.endpoints = endpoints.iter().filter(|(owner, _)| *owner == listed.service.id).map(|(_, end)| end.clone()).collect();
            listed.service.endpoints = listed.endpoints.iter().map(|end| end.endpoint).collect();
        }
        Ok(services)
    }

    pub async fn insert_service(&mut self, new: &Service) -> Result<()> {
        let sql = Sql::new("INSERT INTO service (id, client, name, need, created_at, version) VALUES (?, ?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(new.client)
            .bind(&new.name)
            .bind(new.need)
            .bind(new.created_at);
        self.run(sql).await?;
        self.insert_endpoints(new).await
    }

    async fn insert_endpoints(&mut self, service: &Service) -> Result<()> {
        for (place, end) in service.endpoints.iter().enumerate() {
            let sql = Sql::new("INSERT INTO service_endpoint (service, place, device, interface) VALUES (?, ?, ?, ?)")
                .bind(service.id)
                .bind(place as i64)
                .bind(end.device)
                .bind(end.interface);
            self.run(sql).await?;
        }
        Ok(())
    }

    pub async fn update_service(&mut self, changed: &Service) -> Result<()> {
        let sql = Sql::new("UPDATE service SET name = ?, need = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(&changed.name)
            .bind(changed.need)
            .bind(changed.id)
            .bind(changed.version)
            .scoped(self, "client");
        self.run_versioned("this service", sql).await?;
        self.run(Sql::new("DELETE FROM service_endpoint WHERE service = ?").bind(changed.id)).await?;
        self.insert_endpoints(changed).await
    }

    pub async fn delete_service(&mut self, id: ServiceId) -> Result<()> {
        let sql = Sql::new("DELETE FROM service WHERE id = ?").bind(id).scoped(self, "client");
        self.run(sql).await?;
        Ok(())
    }
}
