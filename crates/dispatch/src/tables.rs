//! Comparing the interfaces a device reports with the rows we have. Pure.

use model::device::Interface;
use model::observation::{InterfaceReading, InterfaceStatus, Tables};
use model::{DeviceId, Timestamp, limits};
use std::collections::{HashMap, HashSet};

/// What must be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub new: Vec<Interface>,
    pub changed: Vec<Interface>,
    /// Reported interfaces beyond [`limits::INTERFACES_PER_DEVICE_MAX`], left out aloud.
    pub left_out: usize,
}

/// The identity is the ifName: an index that moved changes the row, not the interface.
pub(crate) fn compare(device: DeviceId, known: &[Interface], tables: &Tables, at: Timestamp) -> Changes {
    let mut changes = Changes::default();
    let by_name: HashMap<&str, &Interface> = known.iter().map(|row| (row.if_name.as_str(), row)).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    for reading in &tables.interfaces {
        // Two rows of one name (seen on broken agents): the first one counts.
        if reading.if_name.is_empty() || !seen.insert(&reading.if_name) {
            continue;
        }
        match by_name.get(reading.if_name.as_str()) {
            Some(row) => {
                let updated = merged(row, reading, at);
                if updated != **row {
                    changes.changed.push(Interface { seen_at: Some(at), ..updated });
                }
            }
            None if known.len() + changes.new.len() >= limits::INTERFACES_PER_DEVICE_MAX => changes.left_out += 1,
            None => changes.new.push(merged(&Interface::unseen(device, &reading.if_name), reading, at)),
        }
    }
    if tables.is_complete {
        let gone = known.iter().filter(|row| row.is_present && !seen.contains(row.if_name.as_str()));
        changes.changed.extend(gone.map(|row| Interface { is_present: false, ..row.clone() }));
    }
    changes
}

fn merged(row: &Interface, reading: &InterfaceReading, at: Timestamp) -> Interface {
    let oper = reading.oper.or(row.oper);
    Interface {
        if_index: Some(reading.if_index),
        if_descr: reading.if_descr.clone().or_else(|| row.if_descr.clone()),
        if_alias: reading.if_alias.clone().or_else(|| row.if_alias.clone()),
        if_type: reading.if_type.or(row.if_type),
        speed_bps: reading.speed_bps.and_then(|speed| i64::try_from(speed).ok()).or(row.speed_bps),
        mtu: reading.mtu.or(row.mtu),
        mac: reading.mac.clone().or_else(|| row.mac.clone()),
        admin: reading.admin.or(row.admin),
        oper,
        oper_since: if oper == row.oper { row.oper_since } else { Some(at) },
        seen_at: row.seen_at.or(Some(at)),
        is_present: true,
        ..row.clone()
    }
}

/// Rows whose state a quick read shows differently. A status without an ifIndex is of an interface that is not in the table.
pub(crate) fn compare_status(known: &[Interface], statuses: &[InterfaceStatus], at: Timestamp) -> Vec<Interface> {
    let changed = |status: &InterfaceStatus| {
        let row = known.iter().find(|row| row.if_name == status.if_name)?;
        let is_present = status.if_index > 0;
        let differs =
            row.oper != Some(status.oper) || (status.admin.is_some() && row.admin != status.admin) || row.is_present != is_present;
        differs.then(|| Interface {
            oper_since: if row.oper == Some(status.oper) { row.oper_since } else { Some(at) },
            oper: Some(status.oper),
            admin: status.admin.or(row.admin),
            if_index: if is_present { Some(status.if_index) } else { row.if_index },
            seen_at: if is_present { Some(at) } else { row.seen_at },
            is_present,
            ..row.clone()
        })
    };
    statuses.iter().filter_map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::device::OperStatus;

    fn reading(if_name: &str, if_index: i64, oper: OperStatus) -> InterfaceReading {
        InterfaceReading { if_name: if_name.into(), if_index, oper: Some(oper), ..InterfaceReading::default() }
    }

    #[test]
    fn an_interface_is_its_name_whatever_the_index_does() {
        let (device, first, later) = (DeviceId::new(), Timestamp::from_secs(10), Timestamp::from_secs(70));
        let before = Tables {
            interfaces: vec![reading("eth0", 1, OperStatus::Up), reading("eth1", 2, OperStatus::Up)],
            is_complete: true,
            ..Tables::default()
        };
        let rows = compare(device, &[], &before, first).new;
        assert_eq!(rows.iter().map(|row| (row.if_name.as_str(), row.if_index)).collect::<Vec<_>>(), [("eth0", Some(1)), ("eth1", Some(2))]);
        assert_eq!(compare(device, &rows, &before, later), Changes::default(), "nothing changed, nothing is written");

        let swapped = Tables { interfaces: vec![reading("eth1", 1, OperStatus::Down)], is_complete: true, ..Tables::default() };
        let changes = compare(device, &rows, &swapped, later);
        assert_eq!(changes.new, []);
        let told: Vec<_> = changes.changed.iter().map(|row| (row.id, row.if_index, row.oper, row.oper_since, row.is_present)).collect();
        assert_eq!(
            told,
            [
                (rows[1].id, Some(1), Some(OperStatus::Down), Some(later), true),
                (rows[0].id, Some(1), Some(OperStatus::Up), Some(first), false)
            ]
        );
    }

    #[test]
    fn a_table_that_broke_off_takes_no_interface_away() {
        let device = DeviceId::new();
        let whole = Tables {
            interfaces: vec![reading("a", 1, OperStatus::Up), reading("b", 2, OperStatus::Up)],
            is_complete: true,
            ..Tables::default()
        };
        let rows = compare(device, &[], &whole, Timestamp::from_secs(1)).new;
        let half = Tables { interfaces: vec![reading("a", 1, OperStatus::Up)], is_complete: false, ..Tables::default() };
        assert_eq!(compare(device, &rows, &half, Timestamp::from_secs(2)), Changes::default());
    }

    #[test]
    fn an_interface_that_left_the_table_is_kept_as_it_was_last_seen() {
        let (device, at) = (DeviceId::new(), Timestamp::from_secs);
        let whole = Tables { interfaces: vec![reading("eth0", 4, OperStatus::Up)], is_complete: true, ..Tables::default() };
        let rows = compare(device, &[], &whole, at(1)).new;
        let status = |if_index, oper| [InterfaceStatus { if_name: "eth0".into(), if_index, admin: None, oper }];
        let gone = compare_status(&rows, &status(0, OperStatus::NotPresent), at(9));
        let row = &gone[0];
        let told = (row.if_index, row.oper, row.oper_since, row.seen_at, row.is_present);
        assert_eq!(told, (Some(4), Some(OperStatus::NotPresent), Some(at(9)), Some(at(1)), false));
        assert_eq!(compare_status(&gone, &status(0, OperStatus::NotPresent), at(10)), [], "nothing changed, nothing is written");
        let back = compare_status(&gone, &status(5, OperStatus::Up), at(20));
        assert_eq!((back[0].if_index, back[0].seen_at, back[0].is_present), (Some(5), Some(at(20)), true));
    }
}
