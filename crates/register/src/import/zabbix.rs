//! Hosts exported from Zabbix as YAML or JSON (its manual, Configuration export/import, Hosts).

use super::{Draft, Parsed};
use model::{FieldProblem, Problem};
use serde::Deserialize;
use serde_saphyr::Spanned;

/// Hosts come with their items and triggers: these are read over, but counted.
const NODES_MAX: usize = 4_000_000;
const EVENTS_MAX: usize = 8_000_000;

#[derive(Deserialize)]
struct File {
    zabbix_export: Export,
}

#[derive(Deserialize)]
struct Export {
    #[serde(default)]
    hosts: Vec<Spanned<Host>>,
}

#[derive(Deserialize)]
struct Host {
    #[serde(default)]
    host: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    interfaces: Vec<Interface>,
    #[serde(default)]
    macros: Vec<Macro>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Macro {
    #[serde(default, rename = "macro")]
    name: String,
}

/// What is not written has its default: type ZABBIX (agent), use of the IP address, main interface.
#[derive(Deserialize)]
struct Interface {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    useip: String,
    #[serde(default)]
    ip: String,
    #[serde(default)]
    dns: String,
    #[serde(default)]
    port: String,
    #[serde(default)]
    details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    community: String,
    #[serde(default)]
    authpassphrase: String,
}

pub(super) fn read(text: &str) -> Result<Parsed, FieldProblem> {
    let text = text.trim_start();
    if text.starts_with('<') {
        let detail = "is XML; export the hosts once more as YAML: Data collection, Hosts, mark them, Export, YAML";
        return Err(Problem::new("bad_format", detail).at("text"));
    }
    let is_json = text.starts_with('{');
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: NODES_MAX, max_events: EVENTS_MAX },
    };
    let file: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map_or(String::new(), |at| format!(" at line {}, column {}", at.line(), at.column()));
        Problem::new("bad_format", format!("is not an export of hosts from Zabbix as YAML or JSON{place}")).at("text")
    })?;
    let mut parsed = Parsed::default();
    let (mut has_secrets, mut disabled) = (false, 0);
    for (place, spanned) in file.zabbix_export.hosts.into_iter().enumerate() {
        // JSON from a machine has one line: there the number of the entry says more.
        let line = if is_json { place as u64 + 1 } else { spanned.referenced.line() };
        let host = spanned.value;
        disabled += usize::from(host.status == "DISABLED");
        has_secrets |= host.macros.iter().any(|one| one.name.contains("COMMUNITY") || one.name.contains("PASS"));
        let details = |one: &Interface| one.details.as_ref().is_some_and(|d| !(d.community.is_empty() && d.authpassphrase.is_empty()));
        has_secrets |= host.interfaces.iter().any(details);
        let snmp = host.interfaces.iter().find(|one| one.kind == "SNMP");
        let interface = snmp.or(host.interfaces.first());
        let address = interface.map_or("", |one| if one.useip == "NO" || one.ip.is_empty() { one.dns.as_str() } else { one.ip.as_str() });
        parsed.drafts.push(Draft {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            name: if host.name.trim().is_empty() { host.host.clone() } else { host.name.clone() },
            address: address.to_owned(),
            site_hints: host.groups.into_iter().map(|group| group.name).collect(),
            snmp_port: snmp.map(|one| one.port.clone()).filter(|port| !port.is_empty() && !port.starts_with('{')),
            ..Draft::default()
        });
    }
    if has_secrets {
        parsed.notes.push(
            "The file holds SNMP communities or keys: they are not taken over and not kept. Make a credential and give it to the devices."
                .into(),
        );
    }
    if disabled > 0 {
        parsed.notes.push(format!("{disabled} host(s) are disabled there; they are taken over like the others."));
    }
    Ok(parsed)
}
