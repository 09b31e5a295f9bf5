//! Devices with their credentials and parents.

use crate::row::Row;
use crate::sql::Sql;
use crate::tenant::like;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::device::{Device, DeviceState, Facts, ParentLink, Recognised};
use model::{CollectorId, CredentialId, DeviceId, TenantId, Timestamp};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    pub state: Option<DeviceState>,
    pub client: Option<TenantId>,
    pub site: Option<TenantId>,
    pub collector: Option<CollectorId>,
    /// Part of the name or address.
    pub text: Option<String>,
}

/// A device as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceListed {
    pub device: Device,
    pub site_name: String,
    pub client: Option<(TenantId, String)>,
    pub collector_name: String,
    /// Active alarms by severity: critical, major, minor, warning.
    pub alarms: [i64; 4],
}

const COLUMNS: &str = "SELECT d.id, d.site, d.name, d.address, d.snmp_port, d.ssh_port, d.owner, d.probe_interval_s, d.poll_interval_s, d.collector, d.state, d.state_since, \
    d.seen_at, d.sys_name, d.sys_descr, d.sys_object_id, d.booted_at, d.probe_method, d.pinned_profile, d.profile, d.vendor, d.model, d.os, d.os_version, d.serial, d.created_at, d.version";

fn device(row: &Row) -> Result<Device> {
    Ok(Device {
        id: row.id("id")?,
        site: row.id("site")?,
        name: row.text("name")?,
        address: row.text("address")?,
        snmp_port: row.number("snmp_port")?,
        ssh_port: row.number("ssh_port")?,
        credentials: Vec::new(),
        parents: Vec::new(),
        owner: row.word("owner")?,
        probe_interval: Duration::from_secs(row.number("probe_interval_s")?),
        poll_interval: Duration::from_secs(row.number("poll_interval_s")?),
        collector: row.id("collector")?,
        state: row.word("state")?,
        state_since: row.time("state_since")?,
        seen_at: row.opt_time("seen_at")?,
        facts: Facts {
            sys_name: row.opt_text("sys_name")?,
            sys_descr: row.opt_text("sys_descr")?,
            sys_object_id: row.opt_text("sys_object_id")?,
            booted_at: row.opt_time("booted_at")?,
            probe_method: row.opt_word("probe_method")?,
        },
        pinned_profile: row.opt_text("pinned_profile")?,
        recognised: Recognised {
            profile: row.opt_text("profile")?,
            vendor: row.opt_text("vendor")?,
            model: row.opt_text("model")?,
            os: row.opt_text("os")?,
            os_version: row.opt_text("os_version")?,
            serial: row.opt_text("serial")?,
        },
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn device(&mut self, id: DeviceId) -> Result<Option<Device>> {
        let sql = Sql::new(COLUMNS).push(" FROM device d WHERE d.id = ?").bind(id).scoped(self, "d.site");
        let found = self.all(sql, device).await?;
        Ok(self.with_links(found).await?.into_iter().next())
    }

    /// All devices of one collector, for its plan.
    pub async fn devices_of_collector(&mut self, collector: CollectorId) -> Result<Vec<Device>> {
        let sql =
            Sql::new(COLUMNS).push(" FROM device d WHERE d.collector = ?").bind(collector).scoped(self, "d.site").push(" ORDER BY d.id");
        let found = self.all(sql, device).await?;
        self.with_links(found).await
    }

    pub async fn devices(&mut self, filter: &DeviceFilter, page: Page) -> Result<PageOf<DeviceListed>> {
        let like = filter.text.as_ref().map(|text| like(text));
        let mut sql = Sql::new(COLUMNS)
            .push(", s.name AS site_name, k.id AS client_id, k.name AS client_name, l.name AS collector_name")
            .push(", (SELECT COUNT(*) FROM alarm a WHERE a.device = d.id AND a.state = 'active' AND a.severity = 'critical') AS critical")
            .push(", (SELECT COUNT(*) FROM alarm a WHERE a.device = d.id AND a.state = 'active' AND a.severity = 'major') AS major")
            .push(", (SELECT COUNT(*) FROM alarm a WHERE a.device = d.id AND a.state = 'active' AND a.severity = 'minor') AS minor")
            .push(", (SELECT COUNT(*) FROM alarm a WHERE a.device = d.id AND a.state = 'active' AND a.severity = 'warning') AS warning")
            .push(" FROM device d JOIN tenant s ON s.id = d.site JOIN collector l ON l.id = d.collector")
            .push(" LEFT JOIN tenant k ON k.kind = 'client' AND k.id IN (SELECT p.ancestor FROM tenant_path p WHERE p.descendant = d.site)")
            .push(" WHERE 1 = 1")
            .and("d.state = ?", filter.state)
            .and("d.site = ?", filter.site)
            .and("d.collector = ?", filter.collector)
            .and("d.id > ?", page.after.map(DeviceId::from_bytes));
        if let Some(like) = like {
            sql = sql.push(" AND d.folded LIKE ? ESCAPE '!'").bind(like);
        }
        if let Some(client) = filter.client {
            sql = sql.under(vec![client], "d.site");
        }
        let sql = sql.scoped(self, "d.site").push(" ORDER BY d.id");
        let mut found = self.page(sql, page, listed, |listed| *listed.device.id.bytes()).await?;
        let devices = self.with_links(found.items.iter().map(|listed| listed.device.clone()).collect()).await?;
        for (listed, device) in found.items.iter_mut().zip(devices) {
            listed.device = device;
        }
        Ok(found)
    }

    pub async fn device_listed(&mut self, id: DeviceId) -> Result<Option<DeviceListed>> {
        let Some(device) = self.device(id).await? else { return Ok(None) };
        // The list of one site is small; one query shape serves list and single object alike.
        let filter = DeviceFilter { site: Some(device.site), ..DeviceFilter::default() };
        let mut before = *id.bytes();
        decrement(&mut before);
        let found = self.devices(&filter, Page { after: Some(before), limit: 1 }).await?;
        Ok(found.items.into_iter().find(|listed| listed.device.id == id))
    }

    /// Fills credentials and parents with one query each, however many devices.
    async fn with_links(&mut self, mut devices: Vec<Device>) -> Result<Vec<Device>> {
        if devices.is_empty() {
            return Ok(devices);
        }
        for chunk in devices.chunks_mut(IDS_PER_QUERY) {
            let ids: Vec<DeviceId> = chunk.iter().map(|device| device.id).collect();
            let sql = Sql::new("SELECT device, credential FROM device_credential WHERE 1 = 1")
                .and_in("device", ids.clone())
                .push(" ORDER BY device, place");
            let credentials: Vec<(DeviceId, CredentialId)> = self.all(sql, |row| Ok((row.id("device")?, row.id("credential")?))).await?;
            let sql = Sql::new("SELECT device, parent, interface FROM device_parent WHERE 1 = 1")
                .and_in("device", ids)
                .push(" ORDER BY device, parent");
            let parents: Vec<(DeviceId, ParentLink)> = self
                .all(sql, |row| Ok((row.id("device")?, ParentLink { device: row.id("parent")?, interface: row.opt_id("interface")? })))
                .await?;
            for device in chunk {
                device.credentials = credentials.iter().filter(|(owner, _)| *owner == device.id).map(|(_, id)| *id).collect();
                device.parents = parents.iter().filter(|(owner, _)| *owner == device.id).map(|(_, link)| *link).collect();
            }
        }
        Ok(devices)
    }

    pub async fn insert_device(&mut self, new: &Device) -> Result<()> {
        self.insert_devices(std::slice::from_ref(new)).await?;
        self.insert_parents(new).await
    }

    /// Many at once, with their credentials and without parents: as quick as the engine allows.
    pub async fn insert_devices(&mut self, new: &[Device]) -> Result<()> {
        for some in new.chunks(DEVICES_PER_INSERT) {
            let mut sql = Sql::new(
                "INSERT INTO device (id, site, name, address, folded, snmp_port, ssh_port, owner, probe_interval_s, poll_interval_s, collector, state, state_since, pinned_profile, profile, created_at, version) VALUES ",
            );
            for (place, device) in some.iter().enumerate() {
                sql = sql
                    .push(if place == 0 {
                        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
                    } else {
                        ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
                    })
                    .bind(device.id)
                    .bind(device.site)
                    .bind(&device.name)
                    .bind(&device.address)
                    .bind(folded(device))
                    .bind(device.snmp_port)
                    .bind(device.ssh_port)
                    .bind(device.owner)
                    .bind(device.probe_interval.as_secs() as i64)
                    .bind(device.poll_interval.as_secs() as i64)
                    .bind(device.collector)
                    .bind(device.state)
                    .bind(device.state_since)
                    .bind(device.pinned_profile.clone())
                    .bind(device.pinned_profile.clone())
                    .bind(device.created_at);
            }
            self.run(sql).await.map_err(named)?;
            let links: Vec<(DeviceId, CredentialId, usize)> = some
                .iter()
                .flat_map(|device| device.credentials.iter().enumerate().map(|(place, credential)| (device.id, *credential, place)))
                .collect();
            if links.is_empty() {
                continue;
            }
            let mut sql = Sql::new("INSERT INTO device_credential (device, credential, place) VALUES ");
            for (number, (device, credential, place)) in links.into_iter().enumerate() {
                sql = sql.push(if number == 0 { "(?, ?, ?)" } else { ", (?, ?, ?)" }).bind(device).bind(credential).bind(place as i64);
            }
            self.run(sql).await?;
        }
        Ok(())
    }

    /// What people change; the observed state has [`Tx::set_device_state`] and [`Tx::set_device_facts`].
    pub async fn update_device(&mut self, changed: &Device) -> Result<()> {
        let sql = Sql::new(
            "UPDATE device SET site = ?, name = ?, address = ?, folded = ?, snmp_port = ?, ssh_port = ?, owner = ?, probe_interval_s = ?, poll_interval_s = ?, pinned_profile = ?, version = version + 1 WHERE id = ? AND version = ?",
        )
        .bind(changed.site)
        .bind(&changed.name)
        .bind(&changed.address)
        .bind(folded(changed))
        .bind(changed.snmp_port)
        .bind(changed.ssh_port)
        .bind(changed.owner)
        .bind(changed.probe_interval.as_secs() as i64)
        .bind(changed.poll_interval.as_secs() as i64)
        .bind(changed.pinned_profile.clone())
        .bind(changed.id)
        .bind(changed.version)
        .scoped(self, "site");
        match self.run(sql).await.map_err(named)? {
            0 => return Err(StoreError::Stale { what: "this device" }),
            _ => self.run(Sql::new("DELETE FROM device_credential WHERE device = ?").bind(changed.id)).await?,
        };
        self.run(Sql::new("DELETE FROM device_parent WHERE device = ?").bind(changed.id)).await?;
        self.replace_links(changed).await
    }

    async fn replace_links(&mut self, device: &Device) -> Result<()> {
        for (place, credential) in device.credentials.iter().enumerate() {
            let sql = Sql::new("INSERT INTO device_credential (device, credential, place) VALUES (?, ?, ?)")
                .bind(device.id)
                .bind(*credential)
                .bind(place as i64);
            self.run(sql).await?;
        }
        self.insert_parents(device).await
    }

    async fn insert_parents(&mut self, device: &Device) -> Result<()> {
        for parent in &device.parents {
            let sql = Sql::new("INSERT INTO device_parent (device, parent, interface) VALUES (?, ?, ?)")
                .bind(device.id)
                .bind(parent.device)
                .bind(parent.interface);
            self.run(sql).await?;
        }
        Ok(())
    }

    /// Refused while a service or another device hangs on it.
    pub async fn delete_device(&mut self, id: DeviceId) -> Result<()> {
        let services = self.count(Sql::new("SELECT COUNT(*) AS n FROM service_endpoint WHERE device = ?").bind(id)).await?;
        if services > 0 {
            return Err(StoreError::InUse {
                what: format!("{services} service endpoint(s) are on this device; move or remove them first"),
            });
        }
        let children = self.count(Sql::new("SELECT COUNT(*) AS n FROM device_parent WHERE parent = ?").bind(id)).await?;
        if children > 0 {
            return Err(StoreError::InUse {
                what: format!("{children} device(s) have this device as parent; give them another one first"),
            });
        }
        let sql = Sql::new("DELETE FROM device WHERE id = ?").bind(id).scoped(self, "site");
        self.run(sql).await?;
        Ok(())
    }

    /// Devices that something hangs on, and what: they cannot be removed.
    pub async fn devices_in_use(&mut self) -> Result<Vec<(DeviceId, &'static str)>> {
        let mut used = Vec::new();
        for device in self.all(Sql::new("SELECT DISTINCT e.device FROM service_endpoint e"), |row| row.id("device")).await? {
            used.push((device, "a service has its end on this device"));
        }
        for device in self.all(Sql::new("SELECT DISTINCT p.parent FROM device_parent p"), |row| row.id("parent")).await? {
            used.push((device, "another device has this one as its parent"));
        }
        Ok(used)
    }

    /// Many at once; none of them may be in use.
    pub async fn delete_devices(&mut self, ids: &[DeviceId]) -> Result<()> {
        for some in ids.chunks(IDS_PER_QUERY) {
            self.run(Sql::new("DELETE FROM device WHERE 1 = 1").and_in("id", some.to_vec()).scoped(self, "site")).await?;
        }
        Ok(())
    }

    pub async fn set_device_state(&mut self, id: DeviceId, state: DeviceState, since: Timestamp) -> Result<()> {
        let sql = Sql::new("UPDATE device SET state = ?, state_since = ? WHERE id = ? AND state <> ?")
            .bind(state)
            .bind(since)
            .bind(id)
            .bind(state);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn set_device_facts(&mut self, id: DeviceId, facts: &Facts) -> Result<()> {
        let sql =
            Sql::new("UPDATE device SET sys_name = ?, sys_descr = ?, sys_object_id = ?, booted_at = ?, probe_method = ? WHERE id = ?")
                .bind(facts.sys_name.clone())
                .bind(facts.sys_descr.clone())
                .bind(facts.sys_object_id.clone())
                .bind(facts.booted_at)
                .bind(facts.probe_method)
                .bind(id);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn set_device_recognised(&mut self, id: DeviceId, known: &Recognised) -> Result<()> {
        let sql = Sql::new("UPDATE device SET profile = ?, vendor = ?, model = ?, os = ?, os_version = ?, serial = ? WHERE id = ?")
            .bind(known.profile.clone())
            .bind(known.vendor.clone())
            .bind(known.model.clone())
            .bind(known.os.clone())
            .bind(known.os_version.clone())
            .bind(known.serial.clone())
            .bind(id);
        self.run(sql).await?;
        Ok(())
    }

    /// Written in batches: it changes with every answer.
    pub async fn set_devices_seen(&mut self, seen: &[(DeviceId, Timestamp)]) -> Result<()> {
        for some in seen.chunks(SEEN_PER_QUERY) {
            let mut sql = Sql::new("UPDATE device SET seen_at = v.at FROM (");
            for (place, (id, at)) in some.iter().enumerate() {
                sql = if place == 0 { sql.push("SELECT ? AS id, ? AS at") } else { sql.push(" UNION ALL SELECT ?, ?") }.bind(*id).bind(*at);
            }
            self.run(sql.push(") v WHERE device.id = v.id")).await?;
        }
        Ok(())
    }
}

/// Devices in one statement that says when they were last heard.
const SEEN_PER_QUERY: usize = 200;
/// Devices in one insert.
const DEVICES_PER_INSERT: usize = 200;
/// Values in one `IN (…)`.
const IDS_PER_QUERY: usize = 500;

/// What a search looks at: name and address in lower case.
fn folded(device: &Device) -> String {
    format!("{} {}", device.name, device.address).to_lowercase()
}

fn decrement(bytes: &mut [u8; 16]) {
    *bytes = u128::from_be_bytes(*bytes).wrapping_sub(1).to_be_bytes();
}

fn named(error: StoreError) -> StoreError {
    match error {
        StoreError::Exists { .. } => StoreError::Exists { what: "a device with this name at this site".into() },
        other => other,
    }
}

fn listed(row: &Row) -> Result<DeviceListed> {
    let client = match (row.opt_id("client_id")?, row.opt_text("client_name")?) {
        (Some(id), Some(name)) => Some((id, name)),
        _ => None,
    };
    Ok(DeviceListed {
        device: device(row)?,
        site_name: row.text("site_name")?,
        client,
        collector_name: row.text("collector_name")?,
        alarms: [row.int("critical")?, row.int("major")?, row.int("minor")?, row.int("warning")?],
    })
}
