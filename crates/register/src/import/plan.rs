//! Pure: what each row of a file means for the register as it is. The fields pass the rules that a device made by hand passes.

use super::Draft;
use crate::checks::Checks;
use crate::flow::device::{DeviceChange, SNMP_PORT, SSH_PORT, blank, plain_fields};
use crate::rules::check_list;
use model::credential::Credential;
use model::device::{Device, Owner};
use model::import::{ImportRow, ImportVerdict};
use model::{CollectorId, CredentialId, DeviceId, FieldProblem, Problem, TenantId, Timestamp, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::time::Duration;
use store::SiteSeen;

/// Text of a file in a row, when it is too long to be a name or an address.
const SHOWN_CHARS_MAX: usize = 200;

/// The register as far as an import needs it.
pub(super) struct Snapshot {
    pub sites: Vec<SiteSeen>,
    pub devices: Vec<Device>,
    pub credentials: Vec<Credential>,
    pub default_site: Option<TenantId>,
    pub collector: CollectorId,
    pub now: Timestamp,
}

/// What an import writes of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub name: String,
    pub address: String,
    pub snmp_port: u16,
    pub ssh_port: u16,
    pub owner: Owner,
    pub probe_interval_s: u64,
    pub poll_interval_s: u64,
    pub credentials: Vec<CredentialId>,
}

impl Wanted {
    pub(super) fn of(device: &Device) -> Self {
        Self {
            name: device.name.clone(),
            address: device.address.clone(),
            snmp_port: device.snmp_port,
            ssh_port: device.ssh_port,
            owner: device.owner,
            probe_interval_s: device.probe_interval.as_secs(),
            poll_interval_s: device.poll_interval.as_secs(),
            credentials: device.credentials.clone(),
        }
    }

    pub(super) fn put_into(self, device: &mut Device) {
        device.name = self.name;
        device.address = self.address;
        device.snmp_port = self.snmp_port;
        device.ssh_port = self.ssh_port;
        device.owner = self.owner;
        device.probe_interval = Duration::from_secs(self.probe_interval_s);
        device.poll_interval = Duration::from_secs(self.poll_interval_s);
        device.credentials = self.credentials;
    }
}

/// Look-ups into the register and into what came before in the same file.
struct Index<'a> {
    snapshot: &'a Snapshot,
    sites: HashMap<String, Vec<&'a SiteSeen>>,
    sites_by_id: HashMap<TenantId, &'a SiteSeen>,
    names: HashMap<(TenantId, String), &'a Device>,
    /// Addresses are one client's own: two clients may both use 10.0.0.1.
    addresses: HashMap<(TenantId, String), &'a Device>,
    credentials: HashMap<String, Vec<&'a Credential>>,
    seen_names: HashMap<(TenantId, String), u32>,
    seen_addresses: HashMap<(TenantId, String), u32>,
}

impl<'a> Index<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let mut sites: HashMap<String, Vec<&SiteSeen>> = HashMap::new();
        for site in &snapshot.sites {
            let (name, parent) = (site.name.to_lowercase(), site.parent_name.to_lowercase());
            for word in [format!("{parent}/{name}"), site.id.to_string().to_lowercase(), name] {
                sites.entry(word).or_default().push(site);
            }
        }
        let sites_by_id: HashMap<TenantId, &SiteSeen> = snapshot.sites.iter().map(|site| (site.id, site)).collect();
        let whose = |site: TenantId| sites_by_id.get(&site).and_then(|seen| seen.client).unwrap_or(site);
        let mut credentials: HashMap<String, Vec<&Credential>> = HashMap::new();
        for credential in &snapshot.credentials {
            credentials.entry(credential.name.to_lowercase()).or_default().push(credential);
        }
        Self {
            snapshot,
            names: snapshot.devices.iter().map(|device| ((device.site, device.name.to_lowercase()), device)).collect(),
            addresses: snapshot.devices.iter().map(|device| ((whose(device.site), device.address.to_lowercase()), device)).collect(),
            sites,
            credentials,
            seen_names: HashMap::new(),
            seen_addresses: HashMap::new(),
            sites_by_id,
        }
    }

    fn site(&self, checks: &mut Checks, draft: &Draft) -> Option<&'a SiteSeen> {
        let fallback = || self.snapshot.default_site.and_then(|id| self.sites_by_id.get(&id).copied());
        let Some(text) = &draft.site else {
            let hinted = draft.site_hints.iter().find_map(|word| match self.named(word) {
                [one] => Some(*one),
                _ => None,
            });
            let site = hinted.or_else(fallback);
            if site.is_none() {
                checks.add(Problem::new("required", "names no site, and the import has no default site").at("site"));
            }
            return site;
        };
        let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        match self.named(text) {
            [one] => Some(*one),
            [] => {
                checks.add(Problem::new("not_found", format!("there is no site `{shown}` where you may write")).at("site"));
                None
            }
            several => {
                let detail = format!("{} sites are called `{shown}`; write `client / site`", several.len());
                checks.add(Problem::new("ambiguous", detail).at("site"));
                None
            }
        }
    }

    fn named(&self, text: &str) -> &[&'a SiteSeen] {
        let word = text.to_lowercase();
        let word = match word.split_once('/') {
            Some((parent, name)) => format!("{}/{}", parent.trim(), name.trim()),
            None => word.trim().to_owned(),
        };
        self.sites.get(&word).map_or(&[], Vec::as_slice)
    }

    fn credentials(&self, checks: &mut Checks, site: &SiteSeen, names: &[String]) -> Vec<CredentialId> {
        let mut found = Vec::new();
        for name in names {
            let named = self.credentials.get(&name.to_lowercase()).map_or(&[][..], Vec::as_slice);
            let usable: Vec<&&Credential> = named.iter().filter(|one| site.above.contains(&one.tenant)).collect();
            match usable.as_slice() {
                [one] => found.push(one.id),
                [] => checks.add(Problem::new("not_found", "names no credential of this site or above it; make it first").at("credential")),
                _ => checks.add(Problem::new("ambiguous", "names several credentials; rename one of them").at("credential")),
            }
        }
        checks.demand("credential", check_list(&found, limits::CREDENTIALS_PER_DEVICE_MAX));
        found
    }
}

pub(super) fn plan(drafts: Vec<Draft>, snapshot: &Snapshot) -> Vec<ImportRow> {
    let mut index = Index::new(snapshot);
    drafts.into_iter().enumerate().map(|(place, draft)| row(&mut index, u32::try_from(place + 1).unwrap_or(u32::MAX), draft)).collect()
}

fn row(index: &mut Index<'_>, place: u32, mut draft: Draft) -> ImportRow {
    let mut checks = Checks::default();
    draft.problems.drain(..).for_each(|problem| checks.add(problem));
    let site = index.site(&mut checks, &draft);
    let known = site.and_then(|site| index.names.get(&(site.id, draft.name.trim().to_lowercase())).copied());
    let mut device = match (known, site) {
        (Some(known), _) => known.clone(),
        (None, site) => {
            let nowhere = TenantId::from_bytes([0; 16]);
            blank(site.map_or(nowhere, |site| site.id), index.snapshot.collector, index.snapshot.now)
        }
    };
    let mut change = change_of(&mut checks, &draft);
    if known.is_none() {
        (change.snmp_port, change.ssh_port) = (change.snmp_port.or(Some(SNMP_PORT)), change.ssh_port.or(Some(SSH_PORT)));
    }
    plain_fields(&mut checks, &mut device, &change);
    if let (Some(site), Some(names)) = (site, &draft.credentials) {
        device.credentials = index.credentials(&mut checks, site, names);
    }
    let problems = checks.into_problems();
    let conflicts = match (site, problems.is_empty()) {
        (Some(site), true) => conflicts(index, site, &device, known, draft.line),
        _ => Vec::new(),
    };
    let before = known.map(Wanted::of);
    let wanted = Wanted::of(&device);
    let verdict = match (problems.is_empty(), conflicts.is_empty(), &before) {
        (false, _, _) => ImportVerdict::Bad,
        (true, false, _) => ImportVerdict::Conflict,
        (true, true, None) => ImportVerdict::Add,
        (true, true, Some(before)) if *before == wanted => ImportVerdict::Same,
        (true, true, Some(_)) => ImportVerdict::Change,
    };
    let changes = if verdict == ImportVerdict::Bad { json!({}) } else { changes(index.snapshot, before.as_ref(), &wanted) };
    let cut = |text: &str| text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect::<String>();
    ImportRow {
        place,
        line: draft.line,
        verdict,
        name: cut(&draft.name),
        address: cut(&draft.address),
        site: site.map(|site| site.id),
        site_name: site.map_or_else(|| cut(draft.site.as_deref().unwrap_or_default()), |site| site.name.clone()),
        problems: shown(problems.iter().chain(&conflicts)),
        changes,
        wanted: if verdict == ImportVerdict::Bad { Value::Null } else { json!(wanted) },
        before: before.map(|before| json!(before)),
        device: known.map(|known| known.id).or_else(|| (verdict == ImportVerdict::Add).then(DeviceId::new)),
        device_version: known.map(|known| known.version),
        outcome: None,
        outcome_detail: None,
    }
}

/// What the file says of a device, as a person would say it; numbers that are none are named.
fn change_of(checks: &mut Checks, draft: &Draft) -> DeviceChange {
    let mut number = |field: &str, text: &Option<String>| {
        let parse = |text: &String| text.trim().parse::<i64>().map_err(|_| Problem::new("bad_number", "is not a whole number"));
        checks.take_option(field, text.as_ref().map(parse))
    };
    let (snmp_port, ssh_port) = (number("snmp_port", &draft.snmp_port), number("ssh_port", &draft.ssh_port));
    let probe_interval_s = number("probe_interval_s", &draft.probe_interval_s);
    let poll_interval_s = number("poll_interval_s", &draft.poll_interval_s);
    DeviceChange {
        name: Some(draft.name.clone()),
        address: Some(draft.address.clone()),
        snmp_port,
        ssh_port,
        owner: checks.take_option("owner", draft.owner.as_ref().map(|text| text.trim().to_lowercase().parse())),
        probe_interval_s,
        poll_interval_s,
        ..DeviceChange::default()
    }
}

/// Whose the name or the address is already: in the register, or further up in the file.
fn conflicts(index: &mut Index<'_>, site: &SiteSeen, device: &Device, known: Option<&Device>, line: u32) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    let whose = site.client.unwrap_or(site.id);
    let address = (whose, device.address.to_lowercase());
    if let Some(other) = index.addresses.get(&address).filter(|other| known.is_none_or(|known| known.id != other.id)) {
        let at = index.sites_by_id.get(&other.site).map_or("", |site| site.name.as_str());
        found.push(Problem::new("address_taken", format!("is the address of `{}` at `{at}`", other.name)).at("address"));
    }
    if let Some(first) = index.seen_names.insert((site.id, device.name.to_lowercase()), line) {
        found.push(Problem::new("doubled", format!("stands in line {first} already")).at("name"));
    }
    if let Some(first) = index.seen_addresses.insert(address, line) {
        found.push(Problem::new("doubled", format!("stands in line {first} already")).at("address"));
    }
    found
}

/// `{field: [from, to]}`; credentials by their names.
fn changes(snapshot: &Snapshot, before: Option<&Wanted>, wanted: &Wanted) -> Value {
    let name = |id: &Value| {
        let known = snapshot.credentials.iter().find(|one| id.as_str() == Some(one.id.to_string().as_str()));
        known.map_or_else(|| id.clone(), |one| json!(one.name))
    };
    let shown = |wanted: &Wanted| -> Map<String, Value> {
        let Value::Object(mut fields) = json!(wanted) else { return Map::new() };
        if let Some(Value::Array(ids)) = fields.get_mut("credentials") {
            ids.iter_mut().for_each(|id| *id = name(id));
        }
        fields
    };
    let from = before.map(shown).unwrap_or_default();
    let changed = shown(wanted).into_iter().filter_map(|(field, to)| {
        let from = from.get(&field).cloned().unwrap_or(Value::Null);
        (from != to).then(|| (field, json!([from, to])))
    });
    Value::Object(changed.collect())
}

fn shown<'a>(problems: impl Iterator<Item = &'a FieldProblem>) -> Value {
    problems.map(|problem| json!({"field": problem.field, "code": problem.problem.code, "detail": problem.problem.detail})).collect()
}
