//! Preview, apply, discard, undo: each in one transaction.

use super::plan::{Snapshot, Wanted, plan};
use super::{Layout, read, text};
use crate::Result;
use crate::error::{RegisterError, denied};
use crate::flow::device::{blank, fields, shown};
use crate::rules::checked_name;
use access::{Action, Caller};
use model::device::Device;
use model::event::EventKind;
use model::import::{Import, ImportFormat, ImportOutcome, ImportRow, ImportState, ImportVerdict};
use model::tenant::TenantKind;
use model::{CredentialId, DeviceId, ImportId, Problem, TenantId, limits};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use store::{ImportListed, Page, Tx};

const WHAT: &str = "import";

#[derive(Debug, Clone)]
pub struct NewImport {
    pub format: ImportFormat,
    pub file_name: String,
    pub text: String,
    /// For rows that name no site.
    pub site: Option<TenantId>,
    pub is_simulated: bool,
    pub layout: Layout,
}

/// Reads a file and says of every row what would become of it. The file itself is not kept.
pub async fn preview_import(tx: &mut Tx, caller: &Caller, new: NewImport) -> Result<ImportId> {
    let bad = |problem| RegisterError::Bad(vec![problem]);
    let tenant = match new.site {
        Some(site) => {
            caller.may(tx, Action::WriteDevices, site).await.map_err(denied("site"))?;
            if tx.tenant(site).await?.is_none_or(|tenant| tenant.kind != TenantKind::Site) {
                return Err(bad(Problem::new("not_allowed", "a device stands at a site; this is not one").at("site")));
            }
            site
        }
        None => writable_root(tx, caller).await?,
    };
    let file_name = checked_name(&new.file_name).map_err(|problem| bad(problem.at("file_name")))?;
    let parsed = read(new.format, text::checked(&new.text).map_err(bad)?, &new.layout).map_err(bad)?;
    // Rows may name any site that the caller may write to, not only the default one.
    let root = if new.site.is_some() { writable_root(tx, caller).await? } else { tenant };
    let snapshot = snapshot(tx, root, new.site).await?;
    let rows = plan(parsed.drafts, &snapshot);
    let import = Import {
        id: ImportId::new(),
        tenant: if rows.iter().all(|row| row.site.is_none_or(|site| Some(site) == new.site)) { tenant } else { root },
        format: new.format,
        state: ImportState::Previewed,
        file_name,
        is_simulated: new.is_simulated,
        notes: parsed.notes,
        created_by: caller.person,
        created_at: tx.now(),
        version: 1,
    };
    tx.insert_import(&import).await?;
    tx.insert_import_rows(import.id, &rows).await?;
    say(tx, &import, 1, "import.previewed", json!({"format": import.format, "file_name": import.file_name, "rows": rows.len()})).await?;
    Ok(import.id)
}

/// The highest place where the caller may write devices.
async fn writable_root(tx: &mut Tx, caller: &Caller) -> Result<TenantId> {
    for grant in &caller.grants {
        if access::roles_for(Action::WriteDevices).contains(&grant.role) && tx.tenant(grant.tenant).await?.is_some() {
            return Ok(grant.tenant);
        }
    }
    Err(RegisterError::Forbidden { action: Action::WriteDevices })
}

async fn snapshot(tx: &mut Tx, root: TenantId, default_site: Option<TenantId>) -> Result<Snapshot> {
    let collector = tx
        .default_collector()
        .await?
        .ok_or_else(|| RegisterError::Conflict { reason: "there is no collector yet that could watch a device".into() })?;
    let sites = tx.sites_under(root).await?;
    let ours: HashSet<TenantId> = sites.iter().map(|site| site.id).collect();
    let mut devices = tx.devices_of_collector(collector.id).await?;
    devices.retain(|device| ours.contains(&device.site));
    let mut credentials = Vec::new();
    let mut page = Page::first(limits::PAGE_ITEMS_MAX);
    loop {
        let found = tx.credentials(page).await?;
        credentials.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    Ok(Snapshot { sites, devices, credentials, default_site, collector: collector.id, now: tx.now() })
}

async fn writable(tx: &mut Tx, caller: &Caller, id: ImportId) -> Result<ImportListed> {
    let listed = tx.import(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteDevices, listed.import.tenant).await.map_err(denied(WHAT))?;
    Ok(listed)
}

fn demand(import: &Import, state: ImportState, verb: &str) -> Result<()> {
    if import.state == state {
        return Ok(());
    }
    Err(RegisterError::Conflict { reason: format!("this import is {}: only one that is {state} can be {verb}", import.state) })
}

async fn say(tx: &mut Tx, import: &Import, version: i64, action: &str, what: Value) -> Result<()> {
    tx.emit(EventKind::ImportChanged, import.id, import.tenant, version, json!({"file_name": import.file_name})).await?;
    tx.audit(action, import.id, import.tenant, None, Some(what)).await?;
    Ok(())
}

/// Writes the plan. Rows that are bad or in conflict are left out, and only when `accepts_bad` says that this is known; rows whose part of the
/// register has changed since the preview are left out as well, each with its reason.
pub async fn apply_import(tx: &mut Tx, caller: &Caller, id: ImportId, accepts_bad: bool) -> Result<()> {
    let ImportListed { import, counts } = writable(tx, caller, id).await?;
    demand(&import, ImportState::Previewed, "applied")?;
    if counts.bad + counts.conflict > 0 && !accepts_bad {
        return Err(RegisterError::BadRows { bad: counts.bad, conflict: counts.conflict });
    }
    let root = writable_root(tx, caller).await?;
    let present = Present::new(snapshot(tx, root, None).await?);
    let rows = tx.import_rows_to_do(id, &[ImportVerdict::Add, ImportVerdict::Change], None).await?;
    let mut writing = Writing::default();
    for row in rows {
        match present.device_for(&row) {
            Ok((before, device)) => writing.take(before, device),
            Err(reason) => tx.set_row_outcome(id, row.place, ImportOutcome::LeftOut, &reason).await?,
        }
    }
    let written = (writing.added.len(), writing.changed.len());
    writing.write(tx).await?;
    tx.rows_applied(id).await?;
    tx.set_import_state(id, import.version, ImportState::Applied).await?;
    say(tx, &import, import.version + 1, "import.applied", json!({"added": written.0, "changed": written.1})).await
}

/// The register at the moment of writing.
struct Present {
    snapshot: Snapshot,
    sites: HashMap<TenantId, TenantId>,
    devices: HashMap<DeviceId, usize>,
    names: HashSet<(TenantId, String)>,
    addresses: HashMap<(TenantId, String), DeviceId>,
    credentials: HashSet<CredentialId>,
}

impl Present {
    fn new(snapshot: Snapshot) -> Self {
        let sites: HashMap<TenantId, TenantId> = snapshot.sites.iter().map(|site| (site.id, site.client.unwrap_or(site.id))).collect();
        let whose = |site: TenantId| sites.get(&site).copied().unwrap_or(site);
        Self {
            devices: snapshot.devices.iter().enumerate().map(|(place, device)| (device.id, place)).collect(),
            names: snapshot.devices.iter().map(|device| (device.site, device.name.clone())).collect(),
            addresses: snapshot.devices.iter().map(|device| ((whose(device.site), device.address.clone()), device.id)).collect(),
            credentials: snapshot.credentials.iter().map(|credential| credential.id).collect(),
            sites,
            snapshot,
        }
    }

    /// The device as it is and as it shall be, or why that cannot be any more.
    fn device_for(&self, row: &ImportRow) -> std::result::Result<(Option<Device>, Device), String> {
        let site = row.site.filter(|site| self.sites.contains_key(site)).ok_or("its site is gone")?;
        let id = row.device.ok_or("the plan has no device for it")?;
        let wanted: Wanted = serde_json::from_value(row.wanted.clone()).map_err(|_| "the plan of this row cannot be read")?;
        if wanted.credentials.iter().any(|credential| !self.credentials.contains(credential)) {
            return Err("a credential that it names is gone".into());
        }
        let known = self.devices.get(&id).map(|place| &self.snapshot.devices[*place]);
        match (row.verdict, known) {
            (ImportVerdict::Add, None) => {}
            (ImportVerdict::Change, Some(known)) if Some(known.version) == row.device_version => {}
            (ImportVerdict::Change, Some(_)) => return Err("somebody changed the device since the preview".into()),
            (ImportVerdict::Change, None) => return Err("the device was removed since the preview".into()),
            _ => return Err("the device exists already".into()),
        }
        let keeps_name = known.is_some_and(|known| known.name == wanted.name);
        if !keeps_name && self.names.contains(&(site, wanted.name.clone())) {
            return Err("a device with this name stands there since the preview".into());
        }
        let address = (self.sites.get(&site).copied().unwrap_or(site), wanted.address.clone());
        if self.addresses.get(&address).is_some_and(|other| *other != id) {
            return Err("another device has this address since the preview".into());
        }
        let mut device = known.cloned().unwrap_or_else(|| blank(site, self.snapshot.collector, self.snapshot.now));
        device.id = id;
        wanted.put_into(&mut device);
        Ok((known.cloned(), device))
    }
}

/// What one import writes, gathered so that it goes in with few statements.
#[derive(Default)]
struct Writing {
    added: Vec<Device>,
    changed: Vec<(Device, Device)>,
}

impl Writing {
    fn take(&mut self, before: Option<Device>, device: Device) {
        match before {
            None => self.added.push(device),
            Some(before) => self.changed.push((before, device)),
        }
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        tx.insert_devices(&self.added).await?;
        let mut news: Vec<(String, TenantId, i64, Value)> =
            self.added.iter().map(|device| (device.id.to_string(), device.site, 1, fields(device))).collect();
        let made = self.added.iter().map(|device| (device.id.to_string(), device.site, None, Some(shown(device)))).collect();
        let mut mended = Vec::new();
        for (before, after) in &self.changed {
            tx.update_device(after).await?;
            news.push((after.id.to_string(), after.site, after.version + 1, fields(after)));
            mended.push((after.id.to_string(), after.site, Some(shown(before)), Some(shown(after))));
        }
        tx.emit_many(EventKind::DeviceChanged, news).await?;
        tx.audit_many("device.created", made).await?;
        Ok(tx.audit_many("device.changed", mended).await?)
    }
}

pub async fn discard_import(tx: &mut Tx, caller: &Caller, id: ImportId) -> Result<()> {
    let ImportListed { import, .. } = writable(tx, caller, id).await?;
    demand(&import, ImportState::Previewed, "discarded")?;
    tx.set_import_state(id, import.version, ImportState::Discarded).await?;
    say(tx, &import, import.version + 1, "import.discarded", json!({})).await
}

/// Removes what it added and restores what it changed, as long as nobody has touched it since; the others are named, row by row.
pub async fn undo_import(tx: &mut Tx, caller: &Caller, id: ImportId) -> Result<()> {
    let ImportListed { import, .. } = writable(tx, caller, id).await?;
    demand(&import, ImportState::Applied, "undone")?;
    let rows = tx.import_rows_to_do(id, &[ImportVerdict::Add, ImportVerdict::Change], Some(ImportOutcome::Applied)).await?;
    let root = writable_root(tx, caller).await?;
    let present = Present::new(snapshot(tx, root, None).await?);
    let used: HashMap<DeviceId, &str> = tx.devices_in_use().await?.into_iter().collect();
    let (mut news, mut gone, mut removed, mut restored, mut kept) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
    let mut going = Vec::new();
    for row in &rows {
        match undo_one(tx, &present, &used, row).await? {
            Undone::Removed(device) => {
                gone.push((device.id.to_string(), device.site, device.version + 1, fields(&device)));
                going.push(device.id);
                removed.push((device.id.to_string(), device.site, Some(shown(&device)), None));
            }
            Undone::Restored(both) => {
                let (before, after) = *both;
                news.push((after.id.to_string(), after.site, after.version + 1, fields(&after)));
                restored.push((after.id.to_string(), after.site, Some(shown(&before)), Some(shown(&after))));
            }
            Undone::Kept(reason) => {
                kept += 1;
                tx.set_row_outcome(id, row.place, ImportOutcome::Kept, &reason).await?;
            }
        }
    }
    let counts = json!({"removed": removed.len(), "restored": restored.len(), "kept": kept});
    tx.delete_devices(&going).await?;
    tx.emit_many(EventKind::DeviceRemoved, gone).await?;
    tx.emit_many(EventKind::DeviceChanged, news).await?;
    tx.audit_many("device.removed", removed).await?;
    tx.audit_many("device.changed", restored).await?;
    tx.rows_undone(id).await?;
    tx.set_import_state(id, import.version, ImportState::Undone).await?;
    say(tx, &import, import.version + 1, "import.undone", counts).await
}

enum Undone {
    Removed(Box<Device>),
    /// As the import had made it, and as it was before and is again.
    Restored(Box<(Device, Device)>),
    Kept(String),
}

async fn undo_one(tx: &mut Tx, present: &Present, used: &HashMap<DeviceId, &str>, row: &ImportRow) -> Result<Undone> {
    let known = row.device.and_then(|id| present.devices.get(&id)).map(|place| &present.snapshot.devices[*place]);
    let Some(device) = known.cloned() else { return Ok(Undone::Kept("the device is gone already".into())) };
    if Some(device.version) != row.device_version {
        return Ok(Undone::Kept("somebody changed the device since it was imported".into()));
    }
    if row.verdict == ImportVerdict::Add {
        return Ok(match used.get(&device.id) {
            Some(why) => Undone::Kept((*why).to_owned()),
            None => Undone::Removed(Box::new(device)),
        });
    }
    let Some(Ok(before)) = row.before.clone().map(serde_json::from_value::<Wanted>) else {
        return Ok(Undone::Kept("what it was before cannot be read".into()));
    };
    if before.credentials.iter().any(|credential| !present.credentials.contains(credential)) {
        return Ok(Undone::Kept("a credential that it had before is gone".into()));
    }
    if before.name != device.name && present.names.contains(&(device.site, before.name.clone())) {
        return Ok(Undone::Kept("another device has the name that it had before".into()));
    }
    let mut after = device.clone();
    before.put_into(&mut after);
    tx.update_device(&after).await?;
    Ok(Undone::Restored(Box::new((device, after))))
}
