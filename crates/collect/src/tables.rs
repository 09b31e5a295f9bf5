//! All tables of one device: system, interfaces, processors, memory.

use crate::device::Device;
use crate::oids;
use crate::status::{NamedBy, Place, learn};
use crate::{Collector, talk};
use model::device::{AdminStatus, OperStatus};
use model::limits::INTERFACES_PER_DEVICE_MAX;
use model::observation::{InterfaceReading, Tables};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use transport::Error;
use transport::snmp::{Cell, Limits, Patience, Session, Value, Walk};

const WALK_PATIENCE: Patience = Patience { timeout: Duration::from_secs(2), retries: 2 };
/// For each of the tables.
const WALK_TIME_MAX: Duration = Duration::from_secs(60);
/// Processors and storage areas of one device.
const HOST_ROWS_MAX: usize = 1_024;
/// DisplayString is at most 255 octets long (RFC 2579); what is longer is cut.
const TEXT_CHARS_MAX: usize = 255;
const PHYS_ADDRESS_LEN_MAX: usize = 20;

const X_COLUMNS: [u32; 11] = [
    oids::IF_NAME,
    oids::IF_ALIAS,
    oids::IF_HIGH_SPEED,
    oids::IF_HC_IN_OCTETS,
    oids::IF_HC_OUT_OCTETS,
    oids::IF_HC_IN_UCAST,
    oids::IF_HC_IN_MULTICAST,
    oids::IF_HC_IN_BROADCAST,
    oids::IF_HC_OUT_UCAST,
    oids::IF_HC_OUT_MULTICAST,
    oids::IF_HC_OUT_BROADCAST,
];
const COLUMNS: [u32; 11] = [
    oids::IF_DESCR,
    oids::IF_TYPE,
    oids::IF_MTU,
    oids::IF_SPEED,
    oids::IF_PHYS_ADDRESS,
    oids::IF_ADMIN_STATUS,
    oids::IF_OPER_STATUS,
    oids::IF_IN_DISCARDS,
    oids::IF_IN_ERRORS,
    oids::IF_OUT_DISCARDS,
    oids::IF_OUT_ERRORS,
];
const NARROW_COLUMNS: [u32; 6] =
    [oids::IF_IN_OCTETS, oids::IF_IN_UCAST, oids::IF_IN_NUCAST, oids::IF_OUT_OCTETS, oids::IF_OUT_UCAST, oids::IF_OUT_NUCAST];

/// The values of one interface by column.
#[derive(Default)]
struct Row {
    x: BTreeMap<u32, Value>,
    plain: BTreeMap<u32, Value>,
}

/// An error only when nothing could be read; else what was read, with `is_complete` telling whether that is all.
pub async fn read(collector: &Collector, device: &Device) -> Result<Tables, Error> {
    let session = talk::open(collector, device, WALK_PATIENCE).await?;
    let system = session.get(&[oids::sys_name(), oids::sys_descr(), oids::sys_object_id(), oids::sys_up_time()]).await?;
    let mut tables = Tables {
        sys_name: system.first().and_then(text),
        sys_descr: system.get(1).and_then(text),
        sys_object_id: system.get(2).and_then(object_id),
        uptime: system.get(3).and_then(ticks),
        is_complete: true,
        ..Tables::default()
    };
    let time_max = WALK_TIME_MAX.min(device.plan.poll_interval);
    let mut rows = BTreeMap::new();
    tables.is_complete = read_interfaces(&session, &mut rows, time_max).await;
    tables.interfaces = interfaces(&rows);
    let names = rows.iter().filter_map(|(if_index, row)| {
        let by_name = row.x.get(&oids::IF_NAME).and_then(text).map(|name| (name, NamedBy::IfName));
        let (name, named_by) = by_name.or_else(|| Some((row.plain.get(&oids::IF_DESCR).and_then(text)?, NamedBy::IfDescr)))?;
        Some((name, Place { if_index: *if_index, named_by }))
    });
    learn(device, names, tables.is_complete);
    if tables.is_complete {
        let limits = Limits { rows_max: HOST_ROWS_MAX, time_max };
        tables.cpu_percent = loads(&session.walk(&[oids::hr_processor_load()], limits).await);
        let storage = session.walk(&STORAGE_COLUMNS.map(oids::hr_storage_entry), limits).await;
        if storage.stopped.is_none() {
            (tables.memory_used_bytes, tables.memory_total_bytes) = memory(&storage.cells).unzip();
        }
    }
    Ok(tables)
}

/// False when a walk ended early.
async fn read_interfaces(session: &Session<'_>, rows: &mut BTreeMap<u32, Row>, time_max: Duration) -> bool {
    let limits = Limits { rows_max: INTERFACES_PER_DEVICE_MAX, time_max };
    let wide = session.walk(&X_COLUMNS.map(oids::if_x_entry), limits).await;
    let mut is_complete = take(rows, &wide, &X_COLUMNS, |row| &mut row.x);
    if !is_complete && rows.is_empty() {
        return false;
    }
    let plain = session.walk(&COLUMNS.map(oids::if_entry), limits).await;
    is_complete &= take(rows, &plain, &COLUMNS, |row| &mut row.plain);
    // The narrow counters are read only where wide ones are missing.
    if is_complete && rows.values().any(|row| !is_wide(row)) {
        let narrow = session.walk(&NARROW_COLUMNS.map(oids::if_entry), limits).await;
        is_complete &= take(rows, &narrow, &NARROW_COLUMNS, |row| &mut row.plain);
    }
    is_complete
}

fn take(rows: &mut BTreeMap<u32, Row>, walk: &Walk, columns: &[u32], part: fn(&mut Row) -> &mut BTreeMap<u32, Value>) -> bool {
    for cell in &walk.cells {
        // ifTable has one index; what has more is no row of it.
        let ([if_index], Some(column)) = (&*cell.index, columns.get(cell.column)) else { continue };
        if rows.len() < INTERFACES_PER_DEVICE_MAX || rows.contains_key(if_index) {
            part(rows.entry(*if_index).or_default()).insert(*column, cell.value.clone());
        }
    }
    if let Some(stop) = &walk.stopped {
        tracing::debug!(%stop, "A walk of interfaces ended early");
    }
    walk.stopped.is_none()
}

fn interfaces(rows: &BTreeMap<u32, Row>) -> Vec<InterfaceReading> {
    let mut names = HashSet::new();
    rows.iter()
        .map(|(if_index, row)| {
            let mut reading = interface(*if_index, row);
            // A name is an identity: of two with the same one the later is told apart.
            if !names.insert(reading.if_name.clone()) {
                reading.if_name = format!("{} (ifIndex {if_index})", reading.if_name);
                names.insert(reading.if_name.clone());
            }
            reading
        })
        .collect()
}

fn interface(if_index: u32, row: &Row) -> InterfaceReading {
    let plain = |column: u32| row.plain.get(&column);
    let x = |column: u32| row.x.get(&column);
    let number = |column: u32| plain(column).and_then(Value::as_u64);
    let if_descr = plain(oids::IF_DESCR).and_then(text);
    let is_64_bit = is_wide(row);
    let wide_sum = |columns: [u32; 3]| sum(columns.map(|column| x(column).and_then(Value::as_u64)), u64::MAX);
    let narrow_sum = |columns: [u32; 2]| sum(columns.map(number), u64::from(u32::MAX));
    let pick = |wide: Option<u64>, narrow: Option<u64>| if is_64_bit { wide } else { narrow };
    let octets = |wide: u32, narrow: u32| pick(x(wide).and_then(Value::as_u64), number(narrow));
    InterfaceReading {
        if_index: i64::from(if_index),
        if_name: x(oids::IF_NAME).and_then(text).or_else(|| if_descr.clone()).unwrap_or_else(|| format!("ifIndex {if_index}")),
        if_descr,
        if_alias: x(oids::IF_ALIAS).and_then(text),
        if_type: plain(oids::IF_TYPE).and_then(Value::as_i64),
        speed_bps: speed(number(oids::IF_SPEED), x(oids::IF_HIGH_SPEED).and_then(Value::as_u64)),
        mtu: plain(oids::IF_MTU).and_then(Value::as_i64),
        mac: plain(oids::IF_PHYS_ADDRESS).and_then(phys_address),
        admin: plain(oids::IF_ADMIN_STATUS).and_then(Value::as_i64).and_then(AdminStatus::from_mib),
        oper: plain(oids::IF_OPER_STATUS).and_then(Value::as_i64).and_then(OperStatus::from_mib),
        in_octets: octets(oids::IF_HC_IN_OCTETS, oids::IF_IN_OCTETS),
        out_octets: octets(oids::IF_HC_OUT_OCTETS, oids::IF_OUT_OCTETS),
        in_packets: pick(
            wide_sum([oids::IF_HC_IN_UCAST, oids::IF_HC_IN_MULTICAST, oids::IF_HC_IN_BROADCAST]),
            narrow_sum([oids::IF_IN_UCAST, oids::IF_IN_NUCAST]),
        ),
        out_packets: pick(
            wide_sum([oids::IF_HC_OUT_UCAST, oids::IF_HC_OUT_MULTICAST, oids::IF_HC_OUT_BROADCAST]),
            narrow_sum([oids::IF_OUT_UCAST, oids::IF_OUT_NUCAST]),
        ),
        in_errors: number(oids::IF_IN_ERRORS),
        out_errors: number(oids::IF_OUT_ERRORS),
        in_discards: number(oids::IF_IN_DISCARDS),
        out_discards: number(oids::IF_OUT_DISCARDS),
        is_64_bit,
    }
}

fn is_wide(row: &Row) -> bool {
    [oids::IF_HC_IN_OCTETS, oids::IF_HC_OUT_OCTETS].iter().all(|column| matches!(row.x.get(column), Some(Value::Counter64(_))))
}

/// Counters wrap, and so does their sum: modulo the same width it is a counter again. `None` when the first is missing.
fn sum<const N: usize>(counters: [Option<u64>; N], max: u64) -> Option<u64> {
    counters[0]?;
    Some(counters.into_iter().flatten().fold(0, u64::wrapping_add) & max)
}

/// ifSpeed is exact below 4.3 Gbit/s; above it stands at its maximum and ifHighSpeed (Mbit/s) tells.
fn speed(plain_bps: Option<u64>, high_mbps: Option<u64>) -> Option<u64> {
    let exact = plain_bps.filter(|bps| *bps > 0 && *bps < u64::from(u32::MAX));
    exact.or_else(|| high_mbps.filter(|mbps| *mbps > 0).map(|mbps| mbps.saturating_mul(1_000_000)))
}

fn phys_address(value: &Value) -> Option<String> {
    let bytes = value.as_bytes().filter(|bytes| !bytes.is_empty() && bytes.len() <= PHYS_ADDRESS_LEN_MAX)?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}

fn object_id(value: &Value) -> Option<String> {
    match value {
        Value::Oid(oid) => Some(oid.to_string()),
        _ => None,
    }
}

fn ticks(value: &Value) -> Option<Duration> {
    match value {
        Value::Ticks(hundredths) => Some(Duration::from_millis(u64::from(*hundredths) * 10)),
        _ => None,
    }
}

/// True of a name that [`interfaces`] made up: no agent lists it, so its absence from a list says nothing.
pub fn is_made_up(if_name: &str) -> bool {
    if_name.starts_with("ifIndex ") || (if_name.contains(" (ifIndex ") && if_name.ends_with(')'))
}

/// A text of a device: whatever is no UTF-8 or a control character is replaced, and it is cut at [`TEXT_CHARS_MAX`]. `None` when nothing is left.
pub fn text(value: &Value) -> Option<String> {
    let raw = String::from_utf8_lossy(value.as_bytes()?);
    let clean: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean: String = clean.trim().chars().take(TEXT_CHARS_MAX).collect();
    (!clean.is_empty()).then_some(clean)
}

fn loads(walk: &Walk) -> Vec<f64> {
    if walk.stopped.is_some() {
        return vec![];
    }
    walk.cells
        .iter()
        .filter_map(|cell| cell.value.as_i64())
        .filter(|percent| (0..=100).contains(percent))
        .map(|percent| percent as f64)
        .collect()
}

const STORAGE_COLUMNS: [u32; 5] =
    [oids::HR_STORAGE_TYPE, oids::HR_STORAGE_DESCR, oids::HR_STORAGE_UNITS, oids::HR_STORAGE_SIZE, oids::HR_STORAGE_USED];

/// Used and total bytes of main memory.
///
/// Agents on Linux count buffers and cache, which the kernel gives back on demand, as used in the row of type hrStorageRam and show them again in
/// rows of their own: those are taken off. Where there is a row of what is available, that is the better figure.
fn memory(cells: &[Cell]) -> Option<(u64, u64)> {
    let ram = Value::Oid(oids::hr_storage_ram());
    let mut areas: BTreeMap<&[u32], [Option<&Value>; 5]> = BTreeMap::new();
    for cell in cells {
        if let Some(place) = areas.entry(&cell.index).or_default().get_mut(cell.column) {
            *place = Some(&cell.value);
        }
    }
    let (mut total, mut used, mut reclaimable, mut available) = (0_u64, 0_u64, 0_u64, None);
    let mut has_ram = false;
    for [kind, descr, units, size, in_use] in areas.into_values() {
        let bytes = |count: Option<&Value>| {
            count.and_then(Value::as_u64).zip(units.and_then(Value::as_u64)).map(|(n, unit)| n.saturating_mul(unit))
        };
        let descr = descr.and_then(text).unwrap_or_default().to_lowercase();
        let area = bytes(in_use).zip(bytes(size));
        if descr.contains("available memory") {
            available = area.map(|(in_use, size)| size.max(in_use));
        } else if descr.contains("buffers") || descr.contains("cached") {
            reclaimable = reclaimable.saturating_add(area.map_or(0, |(in_use, _)| in_use));
        } else if kind == Some(&ram) && !descr.contains("shared") {
            let (in_use, size) = area?;
            total = total.saturating_add(size);
            used = used.saturating_add(in_use);
            has_ram = true;
        }
    }
    if !has_ram || total == 0 {
        return None;
    }
    let used = available.map_or_else(|| used.saturating_sub(reclaimable), |available| total.saturating_sub(available));
    Some((used.min(total), total))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(x: &[(u32, Value)], plain: &[(u32, Value)]) -> Row {
        Row { x: x.iter().cloned().collect(), plain: plain.iter().cloned().collect() }
    }

    #[test]
    fn wide_counters_are_preferred_and_never_mixed_with_narrow_ones() {
        let narrow = [
            (oids::IF_IN_OCTETS, Value::Unsigned(1)),
            (oids::IF_OUT_OCTETS, Value::Unsigned(2)),
            (oids::IF_IN_UCAST, Value::Unsigned(u64::from(u32::MAX))),
            (oids::IF_IN_NUCAST, Value::Unsigned(5)),
        ];
        let wide = [(oids::IF_HC_IN_OCTETS, Value::Counter64(1 << 40)), (oids::IF_HC_OUT_OCTETS, Value::Counter64(7))];
        let reading = interface(1, &row(&wide, &narrow));
        assert_eq!((reading.is_64_bit, reading.in_octets, reading.out_octets), (true, Some(1 << 40), Some(7)));
        assert_eq!(reading.in_packets, None, "narrow packets beside wide octets would wrap unseen");
        let reading = interface(1, &row(&[], &narrow));
        assert_eq!((reading.is_64_bit, reading.in_octets, reading.out_octets), (false, Some(1), Some(2)));
        assert_eq!(reading.in_packets, Some(4), "the sum of counters wraps as they do");
    }

    #[test]
    fn speed_is_exact_where_it_can_be() {
        assert_eq!(speed(Some(1_536_000), Some(2)), Some(1_536_000));
        assert_eq!(speed(Some(u64::from(u32::MAX)), Some(10_000)), Some(10_000_000_000));
        assert_eq!(speed(Some(0), Some(0)), None);
    }

    #[test]
    fn names_are_identities_also_when_an_agent_repeats_them() {
        let name = |text: &str| row(&[(oids::IF_NAME, Value::Bytes(text.as_bytes().to_vec()))], &[]);
        let rows = BTreeMap::from([(1, name("eth0")), (2, name("eth0")), (3, name("")), (4, name("\u{7}x\0\0"))]);
        let names: Vec<String> = interfaces(&rows).into_iter().map(|reading| reading.if_name).collect();
        assert_eq!(names, ["eth0", "eth0 (ifIndex 2)", "ifIndex 3", "x"]);
        assert_eq!(names.iter().filter(|name| is_made_up(name)).count(), 2);
    }

    #[test]
    fn a_text_of_a_device_is_clean_and_short() {
        assert_eq!(text(&Value::Bytes(vec![b'y'; 60_000])).map(|text| text.len()), Some(TEXT_CHARS_MAX));
        assert_eq!(text(&Value::Bytes(b"a\r\nb\xff\0".to_vec())).as_deref(), Some("a  b\u{fffd}"));
        assert_eq!(text(&Value::Integer(1)), None);
    }

    fn areas(areas: &[(&str, bool, i64, i64)]) -> Vec<Cell> {
        let cells = areas.iter().zip(1_u32..).flat_map(|((descr, is_ram, size, used), index)| {
            let kind = if *is_ram { oids::hr_storage_ram() } else { transport::snmp::Oid::new([1, 3, 6, 1, 2, 1, 25, 2, 1, 1]) };
            let values = [
                Value::Oid(kind),
                Value::Bytes(descr.as_bytes().to_vec()),
                Value::Integer(1024),
                Value::Integer(*size),
                Value::Integer(*used),
            ];
            values.into_iter().enumerate().map(move |(column, value)| Cell { column, index: [index].into(), value })
        });
        cells.collect()
    }

    #[test]
    fn memory_that_the_kernel_gives_back_is_not_used() {
        let old = [("Physical memory", true, 1_000, 900), ("Memory buffers", false, 1_000, 100), ("Cached memory", false, 500, 500)];
        assert_eq!(memory(&areas(&old)), Some((300 * 1024, 1_000 * 1024)));
        let new = [old.as_slice(), &[("Available memory", false, 600, 0)]].concat();
        assert_eq!(memory(&areas(&new)), Some((400 * 1024, 1_000 * 1024)));
        assert_eq!(memory(&areas(&[("/", false, 1_000, 900)])), None);
        assert_eq!(memory(&areas(&[("RAM", true, -1, 900)])), None, "a size that wrapped");
        assert_eq!(memory(&areas(&[("slot 1", true, 10, 5), ("slot 2", true, 10, 1)])), Some((6 * 1024, 20 * 1024)));
    }
}
