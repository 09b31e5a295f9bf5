//! Which services a window may interrupt: kept as rows, so that what is announced and what a report takes out is what was true then.

use crate::MonitorError;
use model::maintenance::{Maintenance, MaintenanceState, WorkObject};
use model::service::Service;
use model::{DeviceId, ServiceId, TenantId, Timestamp, limits};
use std::collections::{HashMap, HashSet};
use store::{CoveredService, Page, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// The register as far as it decides who is touched by work.
pub(crate) struct Network {
    site_of: HashMap<DeviceId, TenantId>,
    parents: HashMap<DeviceId, Vec<DeviceId>>,
    services: Vec<Service>,
}

impl Network {
    /// What the asking scope sees of it.
    pub(crate) async fn load(tx: &mut Tx) -> Result<Self> {
        let site_of = tx.device_nodes().await?.into_iter().map(|node| (node.id, node.site)).collect();
        let mut parents: HashMap<DeviceId, Vec<DeviceId>> = HashMap::new();
        for (device, parent) in tx.parent_links().await? {
            parents.entry(device).or_default().push(parent);
        }
        let mut services = Vec::new();
        let mut page = Page::first(limits::PAGE_ITEMS_MAX);
        loop {
            let found = tx.services(None, page).await?;
            services.extend(found.items.into_iter().map(|listed| listed.service));
            match found.next {
                Some(after) => page.after = Some(after),
                None => break,
            }
        }
        Ok(Self { site_of, parents, services })
    }

    /// Devices that these windows name, by themselves or by their site.
    pub(crate) fn worked_on(&self, windows: &[&Maintenance]) -> HashSet<DeviceId> {
        let objects: HashSet<WorkObject> = windows.iter().flat_map(|window| window.objects.iter().copied()).collect();
        let is_named = |(device, site): &(&DeviceId, &TenantId)| {
            objects.contains(&WorkObject::Device(**device)) || objects.contains(&WorkObject::Site(**site))
        };
        self.site_of.iter().filter(is_named).map(|(device, _)| *device).collect()
    }

    /// Those, and everything to which all ways lead over them.
    fn cut_off_by(&self, mut devices: HashSet<DeviceId>) -> HashSet<DeviceId> {
        loop {
            let is_behind = |(device, above): &(&DeviceId, &Vec<DeviceId>)| {
                !devices.contains(*device) && !above.is_empty() && above.iter().all(|parent| devices.contains(parent))
            };
            let behind: Vec<DeviceId> = self.parents.iter().filter(is_behind).map(|(device, _)| *device).collect();
            if behind.is_empty() {
                return devices;
            }
            devices.extend(behind);
        }
    }

    /// Services that `window` may interrupt while `others` run as well: it names the service, or it takes away an endpoint of it and fewer
    /// than it needs are left by all of them together.
    pub(crate) fn services_under(&self, window: &Maintenance, others: &[&Maintenance]) -> Vec<&Service> {
        let own = self.cut_off_by(self.worked_on(&[window]));
        let mut all: Vec<&Maintenance> = others.to_vec();
        all.push(window);
        let together = self.cut_off_by(self.worked_on(&all));
        let is_under = |service: &&Service| {
            if window.objects.contains(&WorkObject::Service(service.id)) {
                return true;
            }
            let touches = service.endpoints.iter().any(|end| own.contains(&end.device));
            let left = service.endpoints.iter().filter(|end| !together.contains(&end.device)).count();
            touches && left < service.needed()
        };
        self.services.iter().filter(is_under).collect()
    }
}

/// Brings the rows of every open window in line with the register as it is now.
pub(crate) async fn reconcile(tx: &mut Tx) -> Result<()> {
    let windows = tx.open_windows().await?;
    if windows.is_empty() {
        return Ok(());
    }
    let network = Network::load(tx).await?;
    let running: Vec<&Maintenance> = windows.iter().filter(|window| window.state == MaintenanceState::Running).collect();
    for window in &windows {
        let others: Vec<&Maintenance> = if window.state == MaintenanceState::Running { running.clone() } else { Vec::new() };
        reconcile_one(tx, &network, window, &others).await?;
    }
    Ok(())
}

pub(crate) async fn reconcile_one(tx: &mut Tx, network: &Network, window: &Maintenance, others: &[&Maintenance]) -> Result<()> {
    let now = tx.now();
    let wanted: HashMap<ServiceId, TenantId> =
        network.services_under(window, others).into_iter().map(|service| (service.id, service.client)).collect();
    let mut covered: HashSet<ServiceId> = HashSet::new();
    for row in tx.services_of_maintenance(window.id).await? {
        if row.to <= now {
            continue;
        }
        let is_wanted = wanted.contains_key(&row.service);
        let from = if window.state == MaintenanceState::Planned { window.starts_at } else { row.from };
        let to = if is_wanted { window.ends_at } else { now };
        if (from, to) != (row.from, row.to) {
            tx.uncover_service(&row).await?;
            if from < to {
                tx.cover_service(&CoveredService { from, to, ..row }).await?;
            }
        }
        if is_wanted {
            covered.insert(row.service);
        }
    }
    for (service, client) in wanted.into_iter().filter(|(service, _)| !covered.contains(service)) {
        let from: Timestamp = window.starts_at.max(now);
        if from < window.ends_at {
            tx.cover_service(&CoveredService { maintenance: window.id, service, client, from, to: window.ends_at }).await?;
        }
    }
    Ok(())
}
