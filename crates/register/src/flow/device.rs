//! Devices: where they stand, how they are reached, what they hang on.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::flow::bind::{Port, find_port, settle_port};
use crate::rules::{check_list, checked_address, checked_interval, checked_name, checked_port};
use access::{Action, Caller};
use model::device::{Device, DeviceState, Facts, Owner, ParentLink, Recognised};
use model::event::EventKind;
use model::tenant::TenantKind;
use model::{CredentialId, DeviceId, Problem, TenantId, limits};
use serde_json::{Value, json};
use std::time::Duration;
use store::Tx;

/// Standard ports of the SNMP agent (RFC 3417) and of SSH (RFC 4253).
const SNMP_PORT: i64 = 161;
const SSH_PORT: i64 = 22;

/// What stands between the device and the network; the interface by `ifc_…` or by ifName.
#[derive(Debug, Clone)]
pub struct NewParent {
    pub device: DeviceId,
    pub interface: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewDevice {
    pub site: TenantId,
    pub name: String,
    pub address: String,
    pub snmp_port: Option<i64>,
    pub ssh_port: Option<i64>,
    pub credentials: Vec<CredentialId>,
    pub parents: Vec<NewParent>,
    pub owner: Option<Owner>,
    pub probe_interval_s: Option<i64>,
    pub poll_interval_s: Option<i64>,
    /// Id of a device profile; `None`: the answers of the device decide.
    pub pinned_profile: Option<String>,
}

/// `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct DeviceChange {
    pub site: Option<TenantId>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub snmp_port: Option<i64>,
    pub ssh_port: Option<i64>,
    pub credentials: Option<Vec<CredentialId>>,
    pub parents: Option<Vec<NewParent>>,
    pub owner: Option<Owner>,
    pub probe_interval_s: Option<i64>,
    pub poll_interval_s: Option<i64>,
    pub pinned_profile: Option<Option<String>>,
}

const WHAT: &str = "device";

fn shown(device: &Device) -> Value {
    let parents: Vec<Value> = device.parents.iter().map(|link| json!({"device": link.device, "interface": link.interface})).collect();
    json!({
        "site": device.site, "name": device.name, "address": device.address, "snmp_port": device.snmp_port, "ssh_port": device.ssh_port,
        "credentials": device.credentials, "parents": parents, "owner": device.owner,
        "probe_interval_s": device.probe_interval.as_secs(), "poll_interval_s": device.poll_interval.as_secs(), "pinned_profile": device.pinned_profile,
    })
}

fn fields(device: &Device) -> Value {
    json!({"name": device.name, "site": device.site})
}

pub async fn create_device(tx: &mut Tx, caller: &Caller, new: NewDevice) -> Result<Device> {
    caller.may(tx, Action::WriteDevices, new.site).await.map_err(denied("site"))?;
    let collector = tx
        .default_collector()
        .await?
        .ok_or_else(|| RegisterError::Conflict { reason: "there is no collector yet that could watch a device".into() })?;
    let now = tx.now();
    let blank = Device {
        id: DeviceId::new(),
        site: new.site,
        name: String::new(),
        address: String::new(),
        snmp_port: 0,
        ssh_port: 0,
        credentials: Vec::new(),
        parents: Vec::new(),
        owner: Owner::Provider,
        probe_interval: limits::PROBE_INTERVAL_DEFAULT,
        poll_interval: limits::POLL_INTERVAL_DEFAULT,
        collector: collector.id,
        state: DeviceState::Unknown,
        state_since: now,
        seen_at: None,
        facts: Facts::default(),
        pinned_profile: None,
        recognised: Recognised::default(),
        created_at: now,
        version: 1,
    };
    let change = DeviceChange {
        site: Some(new.site),
        name: Some(new.name),
        address: Some(new.address),
        snmp_port: Some(new.snmp_port.unwrap_or(SNMP_PORT)),
        ssh_port: Some(new.ssh_port.unwrap_or(SSH_PORT)),
        credentials: Some(new.credentials),
        parents: Some(new.parents),
        owner: new.owner,
        probe_interval_s: new.probe_interval_s,
        poll_interval_s: new.poll_interval_s,
        pinned_profile: Some(new.pinned_profile),
    };
    let mut device = checked(tx, blank, change).await?;
    device.parents = settle_parents(tx, &mut device).await?;
    tx.insert_device(&device.inner).await?;
    let device = device.inner;
    tx.emit(EventKind::DeviceChanged, device.id, device.site, device.version, fields(&device)).await?;
    tx.audit("device.created", device.id, device.site, None, Some(shown(&device))).await?;
    Ok(device)
}

pub async fn patch_device(tx: &mut Tx, caller: &Caller, id: DeviceId, version: i64, change: DeviceChange) -> Result<Device> {
    let before = tx.device(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteDevices, before.site).await.map_err(denied(WHAT))?;
    check_version("this device", version, before.version)?;
    if let Some(site) = change.site {
        caller.may(tx, Action::WriteDevices, site).await.map_err(denied("site"))?;
    }
    let mut after = checked(tx, before.clone(), change).await?;
    after.parents = settle_parents(tx, &mut after).await?;
    let mut after = after.inner;
    tx.update_device(&after).await?;
    after.version += 1;
    if after.pinned_profile != before.pinned_profile {
        // What another profile read from the answers may mean nothing to this one.
        after.recognised = Recognised { profile: after.pinned_profile.clone(), ..Recognised::default() };
        tx.set_device_recognised(id, &after.recognised).await?;
    }
    tx.emit(EventKind::DeviceChanged, id, after.site, after.version, fields(&after)).await?;
    tx.audit("device.changed", id, after.site, Some(shown(&before)), Some(shown(&after))).await?;
    Ok(after)
}

pub async fn delete_device(tx: &mut Tx, caller: &Caller, id: DeviceId, version: Option<i64>) -> Result<()> {
    let before = tx.device(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteDevices, before.site).await.map_err(denied(WHAT))?;
    check_version("this device", version.unwrap_or(before.version), before.version)?;
    tx.delete_device(id).await?;
    tx.emit(EventKind::DeviceRemoved, id, before.site, before.version + 1, fields(&before)).await?;
    tx.audit("device.removed", id, before.site, Some(shown(&before)), None).await?;
    Ok(())
}

/// A device whose fields are right and whose parents' ports may still have to be written.
struct Checked {
    inner: Device,
    ports: Option<Vec<(DeviceId, Port)>>,
}

impl std::ops::Deref for Checked {
    type Target = Device;
    fn deref(&self) -> &Device {
        &self.inner
    }
}
impl std::ops::DerefMut for Checked {
    fn deref_mut(&mut self) -> &mut Device {
        &mut self.inner
    }
}

async fn checked(tx: &mut Tx, mut device: Device, change: DeviceChange) -> Result<Checked> {
    let mut checks = Checks::default();
    plain_fields(&mut checks, &mut device, &change);
    if let Some(site) = change.site {
        device.site = site;
        let is_site = tx.tenant(site).await?.is_some_and(|tenant| tenant.kind == TenantKind::Site);
        checks
            .demand("site", if is_site { Ok(()) } else { Err(Problem::new("not_allowed", "a device stands at a site; this is not one")) });
    }
    if let Some(credentials) = change.credentials {
        device.credentials = credentials;
    }
    check_credentials(tx, &mut checks, &device).await?;
    let ports = match change.parents {
        Some(parents) => Some(check_parents(tx, &mut checks, &device, parents).await?),
        None => None,
    };
    checks.finish(Some(Checked { inner: device, ports }))
}

fn plain_fields(checks: &mut Checks, device: &mut Device, change: &DeviceChange) {
    if let Some(name) = checks.take_option("name", change.name.as_deref().map(checked_name)) {
        device.name = name;
    }
    if let Some(address) = checks.take_option("address", change.address.as_deref().map(checked_address)) {
        device.address = address;
    }
    if let Some(port) = checks.take_option("snmp_port", change.snmp_port.map(checked_port)) {
        device.snmp_port = port;
    }
    if let Some(port) = checks.take_option("ssh_port", change.ssh_port.map(checked_port)) {
        device.ssh_port = port;
    }
    if let Some(pinned) = &change.pinned_profile {
        let checked = pinned.as_deref().map(checked_profile).transpose();
        device.pinned_profile = checks.take("pinned_profile", checked).flatten();
    }
    device.owner = change.owner.unwrap_or(device.owner);
    let probe = change.probe_interval_s.map(|s| checked_interval(s, limits::PROBE_INTERVAL_S_MIN, limits::PROBE_INTERVAL_S_MAX));
    if let Some(seconds) = checks.take_option("probe_interval_s", probe) {
        device.probe_interval = Duration::from_secs(seconds.into());
    }
    let poll = change.poll_interval_s.map(|s| checked_interval(s, limits::POLL_INTERVAL_S_MIN, limits::POLL_INTERVAL_S_MAX));
    if let Some(seconds) = checks.take_option("poll_interval_s", poll) {
        device.poll_interval = Duration::from_secs(seconds.into());
    }
}

fn checked_profile(id: &str) -> std::result::Result<String, Problem> {
    match profiles::Profiles::builtin().get(id) {
        Some(profile) => Ok(profile.id.clone()),
        None => Err(Problem::new("not_found", format!("there is no device profile `{id}`; `polyot profile list` names all"))),
    }
}

/// A credential may be used where its owner is the site or stands above it: a client's secret never opens a neighbour's box.
async fn check_credentials(tx: &mut Tx, checks: &mut Checks, device: &Device) -> Result<()> {
    checks.demand("credentials", check_list(&device.credentials, limits::CREDENTIALS_PER_DEVICE_MAX));
    let above: Vec<TenantId> = tx.lineage(device.site).await?.into_iter().map(|tenant| tenant.id).collect();
    for (place, id) in device.credentials.iter().enumerate().take(limits::CREDENTIALS_PER_DEVICE_MAX) {
        let field = format!("credentials[{place}]");
        match tx.credential(*id).await? {
            None => checks.add(Problem::new("not_found", "there is no such credential").at(field)),
            Some(credential) if !above.contains(&credential.tenant) => {
                checks.add(Problem::new("not_allowed", "belongs to somebody who is neither the site nor above it").at(field));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn check_parents(tx: &mut Tx, checks: &mut Checks, device: &Device, parents: Vec<NewParent>) -> Result<Vec<(DeviceId, Port)>> {
    let ids: Vec<DeviceId> = parents.iter().map(|parent| parent.device).collect();
    checks.demand("parents", check_list(&ids, limits::PARENTS_PER_DEVICE_MAX));
    let mut ports = Vec::new();
    for (place, parent) in parents.into_iter().enumerate().take(limits::PARENTS_PER_DEVICE_MAX) {
        let field = format!("parents[{place}]");
        if parent.device != device.id && tx.device(parent.device).await?.is_none() {
            checks.add(Problem::new("not_found", "there is no such device").at(format!("{field}.device")));
            continue;
        }
        if tx.is_behind(parent.device, device.id).await? {
            checks.add(
                Problem::new("circle", "is this device itself or stands behind it; that would close a circle")
                    .at(format!("{field}.device")),
            );
            continue;
        }
        if let Some(port) = find_port(tx, checks, &field, parent.device, parent.interface.as_deref()).await? {
            ports.push((parent.device, port));
        }
    }
    Ok(ports)
}

async fn settle_parents(tx: &mut Tx, device: &mut Checked) -> Result<Vec<ParentLink>> {
    let Some(ports) = device.ports.take() else { return Ok(device.inner.parents.clone()) };
    let mut links = Vec::with_capacity(ports.len());
    for (parent, port) in ports {
        links.push(ParentLink { device: parent, interface: settle_port(tx, parent, port).await? });
    }
    Ok(links)
}
