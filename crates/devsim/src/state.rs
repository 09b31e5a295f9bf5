//! One device as it is now: when it booted, which interfaces are up, how much went through. Counted when somebody looks, not by a tick.

use crate::mib;
use crate::shape::Shape;
use crate::topology;
use async_snmp::{Oid, Value};
use std::sync::Arc;

/// Answers within this time come from the same table: agents of real devices refresh their counters at about this pace.
const TABLE_AGE_S_MAX: f64 = 1.0;
/// Mean of the day's shape relative to the busy hour: what flowed before the simulation began.
const DAY_MEAN: f64 = 0.57;
const OCTETS_PER_MEGABIT: f64 = 125_000.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// Everything an agent knows, sorted by OID; shared with the answers under way.
pub(crate) type Table = Arc<Vec<(Oid, Value)>>;

/// Seconds since the simulation began. Negative: before.
pub(crate) type Second = f64;

pub(crate) struct Port {
    pub spec: topology::Interface,
    pub is_up: bool,
    /// When `is_up` last changed.
    pub changed_at: Second,
    pub in_octets: f64,
    pub out_octets: f64,
    in_shape: Shape,
    out_shape: Shape,
}

pub(crate) struct Device {
    pub spec: topology::Device,
    pub place_name: String,
    pub booted_at: Second,
    pub ports: Vec<Port>,
    pub cpu: Shape,
    /// UTC second of the day at which the simulation began.
    day_start_s: f64,
    counted_until: Second,
    /// The last one made, and when.
    table: Option<(Second, Table)>,
}

impl Device {
    pub fn new(spec: topology::Device, place_name: String, day_start_s: f64) -> Self {
        let uptime_s = f64::from(spec.uptime_days) * SECONDS_PER_DAY;
        let port = |interface: &topology::Interface| {
            let shape = |direction: &str| Shape::of(&format!("{}/{}/{direction}", spec.name, interface.name));
            Port {
                spec: interface.clone(),
                is_up: true,
                changed_at: -uptime_s,
                in_octets: interface.busy_in_mbps * OCTETS_PER_MEGABIT * DAY_MEAN * uptime_s,
                out_octets: interface.busy_out_mbps * OCTETS_PER_MEGABIT * DAY_MEAN * uptime_s,
                in_shape: shape("in"),
                out_shape: shape("out"),
            }
        };
        let ports = spec.interfaces.iter().map(port).collect();
        let cpu = Shape::of(&spec.name);
        Self { spec, place_name, booted_at: -uptime_s, ports, cpu, day_start_s, counted_until: 0.0, table: None }
    }

    /// Second of the day (it may run past one day) at a time of the simulation.
    pub fn day_s(&self, now: Second) -> f64 {
        self.day_start_s + now
    }

    /// Interfaces as the faults leave them; what flowed until now is counted first.
    pub fn set_up(&mut self, is_up: &[bool], now: Second) {
        self.count(now);
        for (port, is_up) in self.ports.iter_mut().zip(is_up) {
            if port.is_up != *is_up {
                port.is_up = *is_up;
                port.changed_at = now;
            }
        }
        self.table = None;
    }

    /// A device that was dead comes back with counters and uptime at zero.
    pub fn reboot(&mut self, now: Second) {
        self.booted_at = now;
        self.counted_until = now;
        for port in &mut self.ports {
            (port.in_octets, port.out_octets, port.changed_at) = (0.0, 0.0, now);
        }
        self.table = None;
    }

    /// Everything the agent knows, sorted by OID.
    pub fn table(&mut self, now: Second) -> Table {
        if let Some((made_at, table)) = &self.table
            && now - made_at < TABLE_AGE_S_MAX
        {
            return Arc::clone(table);
        }
        self.count(now);
        let table = Arc::new(mib::table(self, now));
        self.table = Some((now, Arc::clone(&table)));
        table
    }

    fn count(&mut self, now: Second) {
        let (from, to) = (self.day_s(self.counted_until), self.day_s(now));
        for port in self.ports.iter_mut().filter(|port| port.is_up) {
            port.in_octets += port.spec.busy_in_mbps * OCTETS_PER_MEGABIT * port.in_shape.amount(from, to);
            port.out_octets += port.spec.busy_out_mbps * OCTETS_PER_MEGABIT * port.out_shape.amount(from, to);
        }
        self.counted_until = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Topology;

    fn device(name: &str) -> Device {
        let demo = Topology::demo();
        let place = demo.device(name).unwrap();
        Device::new(demo.devices[place].clone(), "place".to_owned(), 43_200.0)
    }

    fn octets(device: &mut Device, port: usize, now: Second) -> u64 {
        device.table(now);
        device.ports[port].in_octets as u64
    }

    #[test]
    fn counters_grow_with_time_stand_still_on_a_dead_link_and_start_anew_after_a_reboot() {
        let mut device = device("daisy-gw-1");
        let first = octets(&mut device, 0, 0.0);
        assert!(first > u64::from(u32::MAX), "41 days at 180 Mbit/s are more than 32 bits: {first}");
        let minute = octets(&mut device, 0, 60.0) - first;
        let busy = 180.0 * OCTETS_PER_MEGABIT * 60.0;
        assert!((0.5..1.2).contains(&(minute as f64 / busy)), "noon: {minute} of {busy}");
        let up = [false, true, true];
        device.set_up(&up, 61.0);
        let dark = octets(&mut device, 0, 62.0);
        assert_eq!(octets(&mut device, 0, 1_000.0), dark);
        assert_eq!(device.ports[0].changed_at, 61.0);
        let lan = octets(&mut device, 1, 2_000.0);
        device.set_up(&[true; 3], 2_000.0);
        assert!(octets(&mut device, 0, 2_010.0) > dark);
        device.reboot(2_020.0);
        assert!(octets(&mut device, 1, 2_022.0) < lan);
        assert_eq!(device.booted_at, 2_020.0);
    }

    #[test]
    fn one_table_serves_a_second_and_a_fault_makes_a_new_one() {
        let mut device = device("daisy-gw-1");
        let first = device.table(10.0);
        assert!(Arc::ptr_eq(&first, &device.table(10.9)));
        assert!(!Arc::ptr_eq(&first, &device.table(11.1)));
        let before = device.table(11.2);
        device.set_up(&[false, true, true], 11.3);
        assert!(!Arc::ptr_eq(&before, &device.table(11.3)));
    }
}
