//! Devices, their interfaces and how they hang together.

use crate::{CollectorId, CredentialId, DeviceId, InterfaceId, TenantId, Timestamp};
use std::time::Duration;

vocabulary! {
    /// Whose property the box is; whoever uses it is told by the services on it.
    Owner: "owner" { Provider = "provider", Partner = "partner", Client = "client", VendorLoan = "vendor_loan" }
}

vocabulary! {
    /// `degraded`: SNMP is silent or an interface that matters is down. `unknown`: nobody looks, or we are blind.
    DeviceState: "state of a device" { Up = "up", Down = "down", Degraded = "degraded", Unknown = "unknown" }
}

vocabulary! {
    /// ifOperStatus (IF-MIB, RFC 2863).
    OperStatus: "ifOperStatus" {
        Up = "up", Down = "down", Testing = "testing", Unknown = "unknown", Dormant = "dormant", NotPresent = "not_present", LowerLayerDown = "lower_layer_down",
    }
}

vocabulary! {
    /// ifAdminStatus (IF-MIB, RFC 2863).
    AdminStatus: "ifAdminStatus" { Up = "up", Down = "down", Testing = "testing" }
}

impl OperStatus {
    /// From the integer of IF-MIB (1 to 7).
    pub const fn from_mib(value: i64) -> Option<Self> {
        Some(match value {
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Testing,
            4 => Self::Unknown,
            5 => Self::Dormant,
            6 => Self::NotPresent,
            7 => Self::LowerLayerDown,
            _ => return None,
        })
    }
    /// Carries no traffic. *Unknown* (tun, loopback of some agents) and *dormant* (waits for a call) are no fault.
    pub const fn is_down(self) -> bool {
        matches!(self, Self::Down | Self::NotPresent | Self::LowerLayerDown)
    }
}

impl AdminStatus {
    /// From the integer of IF-MIB (1 to 3).
    pub const fn from_mib(value: i64) -> Option<Self> {
        Some(match value {
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Testing,
            _ => return None,
        })
    }
}

/// What stands between a device and the network: a neighbour and, when known, the neighbour's interface towards us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParentLink {
    pub device: DeviceId,
    pub interface: Option<InterfaceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    /// The site it stands at.
    pub site: TenantId,
    pub name: String,
    /// Host name or IP address, without port. Two tenants may use the same one.
    pub address: String,
    pub snmp_port: u16,
    pub ssh_port: u16,
    pub credentials: Vec<CredentialId>,
    pub parents: Vec<ParentLink>,
    pub owner: Owner,
    pub probe_interval: Duration,
    pub poll_interval: Duration,
    pub collector: CollectorId,
    pub state: DeviceState,
    pub state_since: Timestamp,
    /// When the collector last heard anything from it.
    pub seen_at: Option<Timestamp>,
    pub facts: Facts,
    /// The profile that a person chose; recognition never overrules it.
    pub pinned_profile: Option<String>,
    pub recognised: Recognised,
    pub created_at: Timestamp,
    pub version: i64,
}

/// What the device says of itself (SNMPv2-MIB system group) and how we reach it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub sys_name: Option<String>,
    pub sys_descr: Option<String>,
    pub sys_object_id: Option<String>,
    /// When the agent started, from sysUpTime.
    pub booted_at: Option<Timestamp>,
    /// `icmp` or `tcp`: how reachability was last judged.
    pub probe_method: Option<crate::observation::ProbeMethod>,
}

/// What a device profile makes of the answers of the device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognised {
    /// The profile, e.g. `vendor.os`.
    pub profile: Option<String>,
    pub vendor: Option<String>,
    pub model: Option<String>,
    pub os: Option<String>,
    pub os_version: Option<String>,
    pub serial: Option<String>,
}

impl Recognised {
    /// What is newly known replaces what was known; what is not told now stays.
    pub fn learn(&self, newer: Self) -> Self {
        Self {
            profile: newer.profile.or_else(|| self.profile.clone()),
            vendor: newer.vendor.or_else(|| self.vendor.clone()),
            model: newer.model.or_else(|| self.model.clone()),
            os: newer.os.or_else(|| self.os.clone()),
            os_version: newer.os_version.or_else(|| self.os_version.clone()),
            serial: newer.serial.or_else(|| self.serial.clone()),
        }
    }
}

/// One interface; its identity is its ifName, not its ifIndex, which may change at every reboot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    pub id: InterfaceId,
    pub device: DeviceId,
    pub if_name: String,
    pub if_index: Option<i64>,
    pub if_descr: Option<String>,
    pub if_alias: Option<String>,
    /// IANAifType.
    pub if_type: Option<i64>,
    pub speed_bps: Option<i64>,
    pub mtu: Option<i64>,
    pub mac: Option<String>,
    pub admin: Option<AdminStatus>,
    pub oper: Option<OperStatus>,
    /// When `oper` last changed, as far as we saw.
    pub oper_since: Option<Timestamp>,
    /// When the device last listed it; `None`: bound by name, never seen.
    pub seen_at: Option<Timestamp>,
    /// False when the latest complete table no longer lists it.
    pub is_present: bool,
    pub version: i64,
}

impl Interface {
    /// An interface known by name alone: bound before the device has listed it.
    pub fn unseen(device: DeviceId, if_name: &str) -> Self {
        Self {
            id: InterfaceId::new(),
            device,
            if_name: if_name.to_owned(),
            if_index: None,
            if_descr: None,
            if_alias: None,
            if_type: None,
            speed_bps: None,
            mtu: None,
            mac: None,
            admin: None,
            oper: None,
            oper_since: None,
            seen_at: None,
            is_present: false,
            version: 1,
        }
    }
}
