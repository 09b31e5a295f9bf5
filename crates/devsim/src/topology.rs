//! The topology file: who is served, where, by which devices, and how they hang together. Checked as a whole before anything starts.

use crate::platform;
use model::Secret;
use model::credential::{CredentialKind, SnmpAuth, SnmpPriv};
use model::tenant::{Language, TenantKind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// A simulated device costs three sockets and a few tasks; this many fit into one process easily.
pub const DEVICES_MAX: usize = 200;
pub const INTERFACES_PER_DEVICE_MAX: usize = 64;

const DEMO: &str = include_str!("../topology/demo.json");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology {
    pub ports: Ports,
    pub credentials: Credentials,
    pub tenants: Vec<Tenant>,
    pub contacts: Vec<Contact>,
    pub devices: Vec<Device>,
    pub services: Vec<Service>,
}

/// The same on every device; `0`: whatever is free (tests).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    pub snmp: u16,
    pub ssh: u16,
}

/// Every device knows all; which ones to register for it are the device's `credential` and `login`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub community: Secret,
    pub user: String,
    pub auth: SnmpAuth,
    pub auth_password: Secret,
    pub privacy: SnmpPriv,
    pub priv_password: Secret,
    pub ssh: SshLogin,
}

/// Of every device's command line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshLogin {
    pub user: String,
    pub password: Secret,
    /// The second password, where a platform has one.
    pub enable: Secret,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Name within this file.
    pub key: String,
    pub kind: TenantKind,
    /// `None`: directly under the provider.
    pub parent: Option<String>,
    pub name: String,
    pub brand: Option<String>,
    pub sender: Option<String>,
    pub language: Option<Language>,
    pub tz: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub tenant: String,
    pub name: String,
    pub email: String,
    pub language: Language,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub name: String,
    /// Key of a tenant of kind site.
    pub site: String,
    pub address: IpAddr,
    pub role: Role,
    /// Which credential to register: `snmp_v2c` or `snmp_v3`.
    pub credential: CredentialKind,
    /// Key of a platform: how it names itself and how its command line speaks.
    pub platform: String,
    /// How to log in to its command line.
    #[serde(default)]
    pub login: Login,
    /// What its SSH server offers.
    #[serde(default)]
    pub algorithms: Algorithms,
    /// How long it has been running when the simulation starts.
    pub uptime_days: u32,
    pub cpus: u32,
    pub cpu_busy_percent: f64,
    pub memory_mib: u32,
    pub interfaces: Vec<Interface>,
    /// Empty: a root, from which the centre looks.
    pub uplinks: Vec<Uplink>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Router,
    Switch,
}

impl Role {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Switch => "switch",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithms {
    #[default]
    Modern,
    /// Nothing that a careful client takes by itself.
    Old,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    #[default]
    Password,
    Key,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    pub name: String,
    pub alias: String,
    /// `10.0.0.1/30`
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub kind: InterfaceKind,
    pub speed_mbps: u32,
    pub mtu: u32,
    /// Mean of a busy hour.
    pub busy_in_mbps: f64,
    pub busy_out_mbps: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterfaceKind {
    #[default]
    Ethernet,
    Loopback,
}

/// A cable from this device's interface to a device nearer to the root.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uplink {
    pub interface: String,
    pub parent: String,
    pub parent_interface: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub client: String,
    pub name: String,
    pub endpoints: Vec<Endpoint>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    pub device: String,
    pub interface: Option<String>,
}

/// What is wrong with a topology, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("topology: {0}")]
pub struct BadTopology(pub String);

impl Topology {
    /// The one that `polyot demo` shows: a partner, three clients, four sites, 24 devices.
    pub fn demo() -> Self {
        Self::from_json(DEMO).expect("the embedded file is checked by a test of this crate")
    }

    pub fn from_json(json: &str) -> Result<Self, BadTopology> {
        let topology: Self = serde_json::from_str(json).map_err(|error| BadTopology(error.to_string()))?;
        topology.check()?;
        Ok(topology)
    }

    /// On free ports, so that several can run side by side.
    pub fn on_any_ports(mut self) -> Self {
        self.ports = Ports { snmp: 0, ssh: 0 };
        self
    }

    pub(crate) fn device(&self, name: &str) -> Option<usize> {
        self.devices.iter().position(|device| device.name == name)
    }

    pub(crate) fn check(&self) -> Result<(), BadTopology> {
        let bad = |what: String| Err(BadTopology(what));
        if self.devices.is_empty() || self.devices.len() > DEVICES_MAX {
            return bad(format!("{} devices; 1 to {DEVICES_MAX} are allowed", self.devices.len()));
        }
        let platforms = platform::all()?;
        let mut addresses = BTreeSet::new();
        let mut names = BTreeSet::new();
        for device in &self.devices {
            if !device.address.is_loopback() {
                return bad(format!("{}: {} is not a loopback address", device.name, device.address));
            }
            if !names.insert(&device.name) || !addresses.insert(device.address) {
                return bad(format!("{}: name or address is there twice", device.name));
            }
            if !matches!(device.credential, CredentialKind::SnmpV2c | CredentialKind::SnmpV3) {
                return bad(format!("{}: the credential must be snmp_v2c or snmp_v3", device.name));
            }
            if !platforms.contains_key(&device.platform) {
                return bad(format!("{}: no platform {}", device.name, device.platform));
            }
            self.check_interfaces(device)?;
        }
        if self.devices.iter().all(|device| !device.uplinks.is_empty()) {
            return bad("no device without an uplink: nothing to look from".to_owned());
        }
        self.check_tenants()
    }

    fn check_interfaces(&self, device: &Device) -> Result<(), BadTopology> {
        let bad = |what: String| Err(BadTopology(format!("{}: {what}", device.name)));
        if device.interfaces.len() > INTERFACES_PER_DEVICE_MAX {
            return bad(format!("more than {INTERFACES_PER_DEVICE_MAX} interfaces"));
        }
        let names: BTreeSet<&str> = device.interfaces.iter().map(|interface| interface.name.as_str()).collect();
        if names.len() != device.interfaces.len() {
            return bad("an interface's name is there twice".to_owned());
        }
        for address in device.interfaces.iter().filter_map(|interface| interface.address.as_deref()) {
            if ip_and_mask(address).is_none() {
                return bad(format!("{address} is not an IPv4 address with a prefix length"));
            }
        }
        for link in &device.uplinks {
            let parent = self.device(&link.parent).map(|parent| &self.devices[parent]);
            let is_known = |of: &Device, name: &str| of.interfaces.iter().any(|interface| interface.name == name);
            if !is_known(device, &link.interface) || !parent.is_some_and(|parent| is_known(parent, &link.parent_interface)) {
                return bad(format!("uplink {} to {} {} leads nowhere", link.interface, link.parent, link.parent_interface));
            }
        }
        Ok(())
    }

    fn check_tenants(&self) -> Result<(), BadTopology> {
        let mut kinds: BTreeMap<&str, TenantKind> = BTreeMap::new();
        for tenant in &self.tenants {
            let above = match &tenant.parent {
                None => Some(TenantKind::Provider),
                Some(parent) => kinds.get(parent.as_str()).copied(),
            };
            if !above.is_some_and(|above| above.may_hold(tenant.kind)) {
                return Err(BadTopology(format!("{}: a {} cannot stand there (parents come first)", tenant.key, tenant.kind)));
            }
            if kinds.insert(&tenant.key, tenant.kind).is_some() {
                return Err(BadTopology(format!("{}: key is there twice", tenant.key)));
            }
        }
        let is = |key: &str, kind: TenantKind| kinds.get(key) == Some(&kind);
        for device in &self.devices {
            if !is(&device.site, TenantKind::Site) {
                return Err(BadTopology(format!("{}: {} is not a site", device.name, device.site)));
            }
        }
        for contact in &self.contacts {
            if !kinds.contains_key(contact.tenant.as_str()) {
                return Err(BadTopology(format!("contact {}: no tenant {}", contact.name, contact.tenant)));
            }
        }
        for service in &self.services {
            let is_known = |endpoint: &Endpoint| {
                self.device(&endpoint.device).is_some_and(|device| {
                    let interfaces = &self.devices[device].interfaces;
                    endpoint.interface.as_ref().is_none_or(|name| interfaces.iter().any(|interface| interface.name == *name))
                })
            };
            if !is(&service.client, TenantKind::Client) || !service.endpoints.iter().all(is_known) {
                return Err(BadTopology(format!("service {}: its client or an endpoint is not there", service.name)));
            }
        }
        Ok(())
    }
}

/// `10.0.0.1/30`: the address, and its mask in dots.
pub(crate) fn ip_and_mask(address: &str) -> Option<(String, String)> {
    let (ip, length) = address.split_once('/')?;
    let (ip, length): (Ipv4Addr, u32) = (ip.parse().ok()?, length.parse().ok()?);
    let mask = u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
    Some((ip.to_string(), Ipv4Addr::from(mask).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_one_partner_three_clients_four_sites_and_24_devices() {
        let demo = Topology::demo();
        let count = |kind| demo.tenants.iter().filter(|tenant| tenant.kind == kind).count();
        assert_eq!([TenantKind::Partner, TenantKind::Client, TenantKind::Site].map(count), [1, 3, 4]);
        assert_eq!(demo.devices.len(), 24);
        assert!(!format!("{demo:?}").contains("simulated-auth"), "a secret shows");
    }

    #[test]
    fn a_topology_that_cannot_be_is_refused_by_name() {
        for (from, to, says) in [
            ("127.77.0.12", "10.0.0.12", "not a loopback address"),
            ("127.77.0.12", "127.77.0.11", "there twice"),
            ("\"parent_interface\": \"lan0\"", "\"parent_interface\": \"lan9\"", "leads nowhere"),
            ("\"site\": \"pop\"", "\"site\": \"daisy\"", "is not a site"),
            ("\"client\": \"daisy\"", "\"client\": \"partner\"", "client or an endpoint"),
            ("\"tenant\": \"daisy\"", "\"tenant\": \"nobody\"", "no tenant nobody"),
            ("\"ports\"", "\"port\"", "unknown field"),
            ("\"platform\": \"", "\"platform\": \"no-", "no platform no-"),
            ("\"uptime_days\": 212", "\"uptime_days\": -1", "invalid value"),
        ] {
            let json = DEMO.replacen(from, to, 1);
            assert_ne!(json, DEMO, "{from} is not in the file");
            let said = Topology::from_json(&json).expect_err(from).to_string();
            assert!(said.contains(says), "{from}: {said}");
        }
    }
}
