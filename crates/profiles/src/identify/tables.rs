//! Tables of IF-MIB (RFC 2863), IP-MIB (RFC 4293), HOST-RESOURCES-MIB (RFC 2790), ENTITY-MIB (RFC 6933) and Q-BRIDGE-MIB (RFC 4363).

use super::names;
use crate::snmprec::{Value, Walk};
use serde::Serialize;
use std::collections::BTreeMap;

const IF_ENTRY: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
const IF_X_ENTRY: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
const IP_AD_ENT: [u32; 9] = [1, 3, 6, 1, 2, 1, 4, 20, 1];
const IP_ADDRESS: [u32; 9] = [1, 3, 6, 1, 2, 1, 4, 34, 1];
const HR_PROCESSOR_LOAD: [u32; 11] = [1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2];
const HR_STORAGE: [u32; 10] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1];
const HR_STORAGE_TYPES: &str = "1.3.6.1.2.1.25.2.1.";
const ENTITY: [u32; 11] = [1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1];
const VLAN_STATIC_NAME: [u32; 13] = [1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 1];
const VLAN_ID_MAX: u32 = 4094;
/// ifSpeed says this when the speed does not fit (RFC 2863, 3.1.7).
const SPEED_IS_HIGH: i64 = 4_294_967_295;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    pub if_index: u32,
    pub if_name: Option<String>,
    pub if_descr: Option<String>,
    pub if_alias: Option<String>,
    pub if_type: Option<String>,
    /// bit/s
    pub if_speed: Option<i64>,
    pub if_mtu: Option<i64>,
    pub oper: Option<&'static str>,
    pub admin: Option<&'static str>,
    pub mac: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Processor {
    pub oid: String,
    /// Percent.
    pub usage: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Memory {
    pub descr: String,
    /// Bytes.
    pub total: i64,
    pub used: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Storage {
    pub descr: String,
    /// Bytes.
    pub size: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub index: u32,
    pub serial: String,
    pub model: String,
    pub descr: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vlan {
    pub id: u32,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ipv4 {
    pub addr: String,
    pub len: u32,
    pub if_index: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ipv6 {
    pub addr: String,
    pub len: u32,
    pub if_index: i64,
}

/// Rows of one column of a table with one number as index.
pub(super) fn column<'w>(walk: &'w Walk, entry: &[u32], number: u32) -> BTreeMap<u32, &'w Value> {
    let mut base = entry.to_vec();
    base.push(number);
    walk.below(&base).filter_map(|(index, value)| if let [index] = index { Some((*index, value)) } else { None }).collect()
}

fn text(value: Option<&&Value>) -> Option<String> {
    value.map(|value| value.text().trim().to_owned()).filter(|text| !text.is_empty())
}

fn number(value: Option<&&Value>) -> Option<i64> {
    value.and_then(|value| value.number())
}

pub(super) fn ports(walk: &Walk) -> Vec<Port> {
    let of = |number| column(walk, &IF_ENTRY, number);
    let of_x = |number| column(walk, &IF_X_ENTRY, number);
    let (index, descr, kind, mtu, speed, mac, admin, oper) = (of(1), of(2), of(3), of(4), of(5), of(6), of(7), of(8));
    let (name, high_speed, alias) = (of_x(1), of_x(15), of_x(18));
    let mut all: Vec<u32> = index.keys().chain(descr.keys()).chain(kind.keys()).chain(name.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let port = |index: u32| Port {
        if_index: index,
        if_name: text(name.get(&index)).or_else(|| text(descr.get(&index))),
        if_descr: text(descr.get(&index)).or_else(|| text(name.get(&index))),
        if_alias: text(alias.get(&index)),
        if_type: number(kind.get(&index)).map(names::if_type),
        if_speed: speed_of(number(speed.get(&index)), number(high_speed.get(&index))),
        if_mtu: number(mtu.get(&index)),
        oper: number(oper.get(&index)).and_then(names::status),
        admin: number(admin.get(&index)).and_then(names::status),
        mac: mac.get(&index).and_then(|value| mac_of(&value.bytes)),
    };
    all.into_iter().map(port).collect()
}

fn speed_of(speed: Option<i64>, high: Option<i64>) -> Option<i64> {
    match (speed, high) {
        (Some(speed), Some(high)) if high > 0 && (speed == SPEED_IS_HIGH || speed / 1_000_000 < high) => high.checked_mul(1_000_000),
        (None, Some(high)) => high.checked_mul(1_000_000),
        (speed, _) => speed,
    }
}

fn mac_of(bytes: &[u8]) -> Option<String> {
    let is_address = bytes.len() == 6 && bytes.iter().any(|byte| *byte != 0);
    is_address.then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn processors(walk: &Walk) -> Vec<Processor> {
    let base: String = HR_PROCESSOR_LOAD.map(|arc| arc.to_string()).join(".");
    let loads =
        walk.below(&HR_PROCESSOR_LOAD).filter_map(|(index, value)| if let [index] = index { Some((index, value.number()?)) } else { None });
    loads.map(|(index, usage)| Processor { oid: format!("{base}.{index}"), usage }).collect()
}

/// hrStorageTable: (type, description, bytes of all, bytes used).
fn stores(walk: &Walk) -> Vec<(u32, String, i64, i64)> {
    let of = |number| column(walk, &HR_STORAGE, number);
    let (kind, descr, unit, size, used) = (of(2), of(3), of(4), of(5), of(6));
    let mut found = Vec::new();
    for (index, descr) in &descr {
        let kind = kind.get(index).map(|value| value.text().trim_start_matches('.').to_owned()).unwrap_or_default();
        let kind = kind.strip_prefix(HR_STORAGE_TYPES).and_then(|kind| kind.parse().ok()).unwrap_or(0);
        let (Some(unit), Some(size)) = (number(unit.get(index)), number(size.get(index))) else { continue };
        // A count of units that does not fit 31 bits turns negative on many agents.
        let units = |count: i64| if count < 0 { count + (1 << 32) } else { count };
        let used = number(used.get(index)).unwrap_or(0);
        let (Some(all), Some(used)) = (units(size).checked_mul(unit), units(used).checked_mul(unit)) else { continue };
        found.push((kind, descr.text().trim().to_owned(), all, used));
    }
    found
}

pub(super) fn memory(walk: &Walk) -> Vec<Memory> {
    const RAM: u32 = 2;
    const VIRTUAL: u32 = 3;
    let kept = stores(walk).into_iter().filter(|(kind, _, total, _)| matches!(*kind, RAM | VIRTUAL) && *total > 0);
    kept.map(|(_, descr, total, used)| Memory { descr, total, used }).collect()
}

pub(super) fn storage(walk: &Walk) -> Vec<Storage> {
    const FIXED_DISK: u32 = 4;
    const REMOVABLE: u32 = 5;
    const FLASH: u32 = 9;
    const NETWORK_DISK: u32 = 10;
    let kept =
        stores(walk).into_iter().filter(|(kind, _, size, _)| matches!(*kind, FIXED_DISK | REMOVABLE | FLASH | NETWORK_DISK) && *size > 0);
    kept.map(|(_, descr, size, _)| Storage { descr, size }).collect()
}

pub(super) fn inventory(walk: &Walk) -> Vec<Part> {
    let of = |number| column(walk, &ENTITY, number);
    let (descr, class, serial, model) = (of(2), of(5), of(11), of(13));
    let mut all: Vec<u32> = descr.keys().chain(class.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let part = |index: u32| Part {
        index,
        serial: text(serial.get(&index)).unwrap_or_default(),
        model: text(model.get(&index)).unwrap_or_default(),
        descr: text(descr.get(&index)).unwrap_or_default(),
    };
    all.into_iter().map(part).collect()
}

pub(super) fn vlans(walk: &Walk) -> Vec<Vlan> {
    let rows = walk.below(&VLAN_STATIC_NAME).filter_map(|(index, value)| if let [id] = index { Some((*id, value)) } else { None });
    let real = rows.filter(|(id, _)| (1..=VLAN_ID_MAX).contains(id));
    real.map(|(id, value)| Vlan { id, name: value.text().trim().to_owned() }).collect()
}

/// ipAdEntTable, and of ipAddressTable what the old table does not hold.
pub(super) fn ipv4(walk: &Walk) -> Vec<Ipv4> {
    let dotted = |index: &[u32]| index.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    let mut found: BTreeMap<String, Ipv4> = BTreeMap::new();
    for (index, value) in walk.below(&base(&IP_AD_ENT, 2)).filter(|(index, _)| index.len() == 4) {
        let mut mask = base(&IP_AD_ENT, 3);
        mask.extend_from_slice(index);
        let len =
            walk.get(&mask).and_then(|mask| mask.text().parse::<std::net::Ipv4Addr>().ok()).map_or(32, |mask| u32::from(mask).count_ones());
        let addr = dotted(index);
        found.insert(addr.clone(), Ipv4 { addr, len, if_index: value.number().unwrap_or(0) });
    }
    for (bytes, len, if_index) in addresses(walk, 1, 4) {
        let addr = dotted(&bytes);
        found.entry(addr.clone()).or_insert(Ipv4 { addr, len, if_index });
    }
    found.into_values().collect()
}

pub(super) fn ipv6(walk: &Walk) -> Vec<Ipv6> {
    let mut found = Vec::new();
    for (bytes, len, if_index) in addresses(walk, 2, 16).into_iter().chain(addresses(walk, 4, 20)) {
        let octets: Vec<u8> = bytes.iter().take(16).filter_map(|byte| u8::try_from(*byte).ok()).collect();
        let Ok(octets) = <[u8; 16]>::try_from(octets) else { continue };
        found.push(Ipv6 { addr: std::net::Ipv6Addr::from(octets).to_string(), len, if_index });
    }
    found
}

/// ipAddressIfIndex with the length out of ipAddressPrefix, whose row pointer ends with it.
fn addresses(walk: &Walk, kind: u32, size: u32) -> Vec<(Vec<u32>, u32, i64)> {
    let mut prefix = base(&IP_ADDRESS, 3);
    prefix.extend([kind, size]);
    let mut found = Vec::new();
    for (index, value) in walk.below(&prefix).filter(|(index, _)| index.len() == size as usize) {
        let mut pointer = base(&IP_ADDRESS, 5);
        pointer.extend([kind, size]);
        pointer.extend_from_slice(index);
        let last = walk.get(&pointer).and_then(|pointer| pointer.text().rsplit('.').next()?.parse().ok());
        let whole = if kind == 1 { 32 } else { 128 };
        let len = last.filter(|len| (1..=whole).contains(len)).unwrap_or(whole);
        found.push((index.to_vec(), len, value.number().unwrap_or(0)));
    }
    found
}

fn base(entry: &[u32], number: u32) -> Vec<u32> {
    let mut base = entry.to_vec();
    base.push(number);
    base
}
