//! What the agent of a simulated device knows, as a sorted table, and the handler that answers from it. Objects and their meaning as in
//! SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863) and HOST-RESOURCES-MIB (RFC 2790).

use crate::network::Running;
use crate::platform;
use crate::state::{Device, Port, Second, Table};
use crate::topology::{InterfaceKind, Role};
use async_snmp::handler::{BoxFuture, GetNextResult, GetResult, HandlerResult, MibHandler, RequestContext};
use async_snmp::{Oid, Value, VarBind};
use bytes::Bytes;
use std::sync::Arc;

/// internet (RFC 1155): everything the agent has lies below.
pub(crate) const INTERNET: &[u32] = &[1, 3, 6, 1];
const SYSTEM: &[u32] = &[1, 3, 6, 1, 2, 1, 1];
const IF_NUMBER: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 1];
const IF_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1];
const IF_X_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
const HR_SYSTEM: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 1];
const HR_MEMORY_SIZE: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 2, 2];
const HR_STORAGE_RAM: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 2, 1, 2];
const HR_STORAGE_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 2, 3, 1];
const HR_DEVICE_PROCESSOR: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 1, 3];
const HR_DEVICE_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 2, 1];
/// entPhysicalEntry (RFC 6933).
const ENT_PHYSICAL_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1];
const HR_PROCESSOR_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 3, 3, 1];

/// entPhysicalClass chassis(3).
const CHASSIS: i32 = 3;
/// IANAifType.
const ETHERNET_CSMACD: i32 = 6;
const SOFTWARE_LOOPBACK: i32 = 24;
/// hrDeviceIndex of the first processor; net-snmp and others number processors like this.
const FIRST_PROCESSOR: u32 = 196_608;
/// Mean size of a packet on the internet, roughly; and of how many packets one is damaged or dropped.
const OCTETS_PER_PACKET: f64 = 700.0;
const PACKETS_PER_ERROR: f64 = 9_000_000.0;
const PACKETS_PER_DISCARD: f64 = 2_500_000.0;
/// Share of memory in use when idle, and how much more at the busy hour.
const MEMORY_IDLE: f64 = 0.42;
const MEMORY_BUSY: f64 = 0.15;

struct Rows(Vec<(Oid, Value)>);

impl Rows {
    fn put(&mut self, entry: &[u32], column: u32, index: u32, value: Value) {
        let arcs = entry.iter().copied().chain([column, index]);
        self.0.push((Oid::new(arcs), value));
    }
}

pub(crate) fn table(device: &Device, now: Second) -> Vec<(Oid, Value)> {
    let mut table = Rows(Vec::new());
    system(&mut table, device, now);
    for (place, port) in device.ports.iter().enumerate() {
        let index = u32::try_from(place + 1).unwrap_or(u32::MAX);
        interface(&mut table, device, port, index);
        interface_x(&mut table, port, index);
    }
    host(&mut table, device, now);
    hardware(&mut table, device);
    let mut sorted = table.0;
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

/// SNMPv2-MIB, group system; IF-MIB ifNumber.
fn system(table: &mut Rows, device: &Device, now: Second) {
    let services = match device.spec.role {
        // sysServices: the sum of 2^(layer - 1).
        Role::Router => 6,
        Role::Switch => 2,
    };
    let description = platform::fill(&device.platform.description, &device.values(now));
    table.put(SYSTEM, 1, 0, text(&description));
    table.put(SYSTEM, 2, 0, Value::ObjectIdentifier(oid(&device.platform.object_id)));
    table.put(SYSTEM, 3, 0, Value::TimeTicks(ticks(now - device.booted_at)));
    table.put(SYSTEM, 4, 0, text("nobody: this device is simulated"));
    table.put(SYSTEM, 5, 0, text(&device.host_name()));
    table.put(SYSTEM, 6, 0, text(&format!("{} (simulated)", device.place_name)));
    table.put(SYSTEM, 7, 0, Value::Integer(services));
    let ports = i32::try_from(device.ports.len()).unwrap_or(i32::MAX);
    table.0.push((Oid::new(IF_NUMBER.iter().copied().chain([0])), Value::Integer(ports)));
}

/// IF-MIB, ifTable.
fn interface(table: &mut Rows, device: &Device, port: &Port, index: u32) {
    let (kind, mac) = match port.spec.kind {
        InterfaceKind::Ethernet => (ETHERNET_CSMACD, mac(device, index)),
        InterfaceKind::Loopback => (SOFTWARE_LOOPBACK, Bytes::new()),
    };
    let speed_bps = u64::from(port.spec.speed_mbps) * 1_000_000;
    let mut put = |column: u32, value: Value| table.put(IF_ENTRY, column, index, value);
    put(1, integer(index));
    put(2, text(&port.spec.name));
    put(3, Value::Integer(kind));
    put(4, integer(port.spec.mtu));
    // ifSpeed: 4,294,967,295 when faster; ifHighSpeed tells then.
    put(5, Value::Gauge32(u32::try_from(speed_bps).unwrap_or(u32::MAX)));
    put(6, Value::OctetString(mac));
    put(7, Value::Integer(if port.is_shut { 2 } else { 1 }));
    put(8, Value::Integer(if port.is_up { 1 } else { 2 }));
    put(9, Value::TimeTicks(ticks(port.changed_at - device.booted_at)));
    for (column, octets) in [(10, port.in_octets), (16, port.out_octets)] {
        let packets = octets / OCTETS_PER_PACKET;
        // Columns of one direction: octets, unicast packets, (non-unicast, deprecated), discards, errors.
        for (offset, amount) in [(0, octets), (1, packets), (3, packets / PACKETS_PER_DISCARD), (4, packets / PACKETS_PER_ERROR)] {
            put(column + offset, Value::Counter32(low_32(amount)));
        }
    }
    put(15, Value::Counter32(0));
}

/// IF-MIB, ifXTable.
fn interface_x(table: &mut Rows, port: &Port, index: u32) {
    let mut put = |column: u32, value: Value| table.put(IF_X_ENTRY, column, index, value);
    put(1, text(&port.spec.name));
    for column in 2..=5 {
        put(column, Value::Counter32(0));
    }
    for (column, octets) in [(6, port.in_octets), (10, port.out_octets)] {
        put(column, Value::Counter64(octets as u64));
        put(column + 1, Value::Counter64((octets / OCTETS_PER_PACKET) as u64));
        put(column + 2, Value::Counter64(0));
        put(column + 3, Value::Counter64(0));
    }
    let is_ethernet = port.spec.kind == InterfaceKind::Ethernet;
    put(14, Value::Integer(if is_ethernet { 1 } else { 2 }));
    put(15, Value::Gauge32(port.spec.speed_mbps));
    put(16, Value::Integer(2));
    put(17, Value::Integer(if is_ethernet { 1 } else { 2 }));
    put(18, text(&port.alias));
    put(19, Value::TimeTicks(0));
}

/// HOST-RESOURCES-MIB: uptime, memory, processors.
fn host(table: &mut Rows, device: &Device, now: Second) {
    let level = device.cpu.level(device.day_s(now));
    table.put(HR_SYSTEM, 1, 0, Value::TimeTicks(ticks(now - device.booted_at)));
    let memory_kib = i32::try_from(u64::from(device.spec.memory_mib) * 1_024).unwrap_or(i32::MAX);
    table.0.push((Oid::new(HR_MEMORY_SIZE.iter().copied().chain([0])), Value::Integer(memory_kib)));
    let used_kib = f64::from(memory_kib) * (MEMORY_IDLE + MEMORY_BUSY * level);
    for (column, value) in [
        (1, Value::Integer(1)),
        (2, Value::ObjectIdentifier(Oid::from_slice(HR_STORAGE_RAM))),
        (3, text("simulated memory")),
        (4, Value::Integer(1_024)),
        (5, Value::Integer(memory_kib)),
        (6, Value::Integer(used_kib as i32)),
        (7, Value::Counter32(0)),
    ] {
        table.put(HR_STORAGE_ENTRY, column, 1, value);
    }
    for cpu in 0..device.spec.cpus {
        let index = FIRST_PROCESSOR + cpu;
        for (column, value) in [
            (1, integer(index)),
            (2, Value::ObjectIdentifier(Oid::from_slice(HR_DEVICE_PROCESSOR))),
            (3, text("simulated processor")),
            (4, Value::ObjectIdentifier(Oid::new([0, 0]))),
            (5, Value::Integer(2)),
            (6, Value::Counter32(0)),
        ] {
            table.put(HR_DEVICE_ENTRY, column, index, value);
        }
        // Neighbouring processors are never equally busy.
        let busy = device.spec.cpu_busy_percent * level * (1.0 + 0.2 * f64::from(cpu % 3) - 0.2);
        table.put(HR_PROCESSOR_ENTRY, 1, index, Value::ObjectIdentifier(Oid::new([0, 0])));
        table.put(HR_PROCESSOR_ENTRY, 2, index, Value::Integer(busy.clamp(1.0, 100.0) as i32));
    }
}

/// ENTITY-MIB (the chassis alone), and what the platform has of its own.
fn hardware(table: &mut Rows, device: &Device) {
    let platform = &device.platform;
    for (column, value) in [
        (2, text(&format!("{} chassis (simulated)", platform.model))),
        (3, Value::ObjectIdentifier(Oid::new([0, 0]))),
        (4, Value::Integer(0)),
        (5, Value::Integer(CHASSIS)),
        (7, text("Chassis")),
        (10, text(&platform.version)),
        (11, text(&device.serial())),
        (13, text(&platform.model)),
    ] {
        table.put(ENT_PHYSICAL_ENTRY, column, 1, value);
    }
    let values = device.values(device.booted_at);
    table.0.extend(platform.objects.iter().map(|(name, value)| (oid(name), text(&platform::fill(value, &values)))));
}

/// Numbers with dots; what is none is left out, and the topology's check has said so before.
fn oid(text: &str) -> Oid {
    Oid::new(text.split('.').filter_map(|arc| arc.parse::<u32>().ok()))
}
fn text(text: &str) -> Value {
    Value::OctetString(Bytes::copy_from_slice(text.as_bytes()))
}
fn integer(number: u32) -> Value {
    Value::Integer(i32::try_from(number).unwrap_or(i32::MAX))
}
/// TimeTicks wrap after 497 days (RFC 2578, 7.1.8).
fn ticks(seconds: f64) -> u32 {
    low_32(seconds.max(0.0) * 100.0)
}
/// A 32-bit counter is the low half of the 64-bit one: it wraps (RFC 2578, 7.1.6).
fn low_32(amount: f64) -> u32 {
    (amount as u64 & u64::from(u32::MAX)) as u32
}
/// Locally administered (IEEE 802: second bit of the first octet), so that it can be nobody's.
fn mac(device: &Device, index: u32) -> Bytes {
    let tail = match device.spec.address {
        std::net::IpAddr::V4(v4) => v4.octets()[3],
        std::net::IpAddr::V6(v6) => v6.octets()[15],
    };
    Bytes::copy_from_slice(&[0x02, 0x51, 0x4d, 0, tail, u8::try_from(index).unwrap_or(u8::MAX)])
}

/// Answers from the table of one device.
pub(crate) struct Handler(pub Arc<Running>);

impl Handler {
    fn table(&self) -> Table {
        let now = self.0.now();
        self.0.device().table(now)
    }
}

impl MibHandler for Handler {
    fn get<'a>(&'a self, _: &'a RequestContext, oid: &'a Oid) -> BoxFuture<'a, HandlerResult<GetResult>> {
        Box::pin(async move {
            let table = self.table();
            Ok(match table.binary_search_by(|(known, _)| known.cmp(oid)) {
                Ok(place) => GetResult::Value(table[place].1.clone()),
                Err(_) if oid.parent().is_some_and(|object| table.iter().any(|(known, _)| known.starts_with(&object))) => {
                    GetResult::NoSuchInstance
                }
                Err(_) => GetResult::NoSuchObject,
            })
        })
    }

    fn get_next<'a>(&'a self, _: &'a RequestContext, oid: &'a Oid) -> BoxFuture<'a, HandlerResult<GetNextResult>> {
        Box::pin(async move {
            let table = self.table();
            let next = table.partition_point(|(known, _)| known <= oid);
            Ok(match table.get(next) {
                Some((oid, value)) => GetNextResult::Value(VarBind::new(oid.clone(), value.clone())),
                None => GetNextResult::EndOfMibView,
            })
        })
    }
}
