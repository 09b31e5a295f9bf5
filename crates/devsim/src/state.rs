//! One device as it is now: when it booted, which interfaces are up, how much went through. Counted when somebody looks, not by a tick.

use crate::cli::{self, Configuration};
use crate::login::Login;
use crate::mib;
use crate::platform::{self, Platform};
use crate::shape::Shape;
use crate::topology::{self, BadTopology, InterfaceKind};
use async_snmp::{Oid, Value};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;
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
    /// As the configuration describes it.
    pub alias: String,
    /// Switched off by the configuration: ifAdminStatus down.
    pub is_shut: bool,
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
    pub platform: Arc<Platform>,
    pub login: Login,
    community: String,
    pub config: Configuration,
    /// What a reboot brings back.
    pub saved: Configuration,
    /// Who changed the configuration last, and who saved it.
    changed: (Timestamp, String),
    kept: (Timestamp, String),
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

/// What all devices of a topology have in common.
pub(crate) struct Common<'c> {
    pub login: &'c Login,
    pub community: &'c str,
    /// UTC second of the day at which the simulation began.
    pub day_start_s: f64,
}

impl Device {
    /// Set up at the factory: the platform's lines are typed in, and saved.
    pub fn new(spec: topology::Device, place_name: String, platform: Arc<Platform>, common: &Common<'_>) -> Result<Self, BadTopology> {
        let uptime_s = f64::from(spec.uptime_days) * SECONDS_PER_DAY;
        let port = |interface: &topology::Interface| {
            let shape = |direction: &str| Shape::of(&format!("{}/{}/{direction}", spec.name, interface.name));
            Port {
                spec: interface.clone(),
                alias: interface.alias.clone(),
                is_shut: false,
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
        let config = cli::blank(&platform, &spec)?;
        let set_up_at = (Timestamp::now() - jiff::SignedDuration::from_secs(uptime_s as i64), common.login.user.clone());
        let mut device = Self {
            spec,
            platform,
            login: common.login.clone(),
            community: common.community.to_owned(),
            saved: config.clone(),
            config,
            changed: set_up_at.clone(),
            kept: set_up_at.clone(),
            place_name,
            booted_at: -uptime_s,
            ports,
            cpu,
            day_start_s: common.day_start_s,
            counted_until: 0.0,
            table: None,
        };
        let lines = device.factory_lines();
        let user = device.login.user.clone();
        cli::type_in(&mut device, 0.0, &user, &lines)
            .map_err(|(line, said)| BadTopology(format!("{}: its platform refuses `{line}`: {said}", device.spec.name)))?;
        device.start_from_files();
        (device.changed, device.kept) = (set_up_at.clone(), set_up_at);
        device.saved = device.config.clone();
        device.follow_config();
        Ok(device)
    }

    fn factory_lines(&self) -> Vec<String> {
        let mut lines = self.filled(&self.platform.base, 0.0);
        let mut number = 0;
        for port in &self.ports {
            let template = match port.spec.kind {
                InterfaceKind::Ethernet => {
                    number += 1;
                    &self.platform.ethernet
                }
                InterfaceKind::Loopback => &self.platform.other,
            };
            let mut values = self.values(0.0);
            let address = port.spec.address.clone().unwrap_or_default();
            let (ip, mask) = topology::ip_and_mask(&address).unwrap_or_default();
            values.extend([
                ("interface", port.spec.name.clone()),
                ("alias", port.spec.alias.clone()),
                ("mtu", port.spec.mtu.to_string()),
                ("address", address),
                ("ip", ip),
                ("mask", mask),
                ("number", number.to_string()),
            ]);
            lines.extend(self.fill_with(template, &values));
        }
        lines
    }

    /// What the `{words}` of the platform's data stand for.
    pub fn values(&self, now: Second) -> BTreeMap<&'static str, String> {
        let at = Timestamp::now().to_zoned(TimeZone::UTC);
        let clock = |at: &Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S UTC %a %b %-d %Y").to_string();
        let uptime_s = (now - self.booted_at).max(0.0) as u64;
        let (days, hours, minutes) = (uptime_s / 86_400, uptime_s / 3_600 % 24, uptime_s / 60 % 60);
        BTreeMap::from([
            ("name", self.spec.name.clone()),
            ("host", self.host_name()),
            ("ip_address", self.spec.address.to_string()),
            ("site", self.place_name.clone()),
            ("role", self.spec.role.word().to_owned()),
            ("community", self.community.clone()),
            ("user", self.login.user.clone()),
            ("model", self.platform.model.clone()),
            ("version", self.platform.version.clone()),
            ("serial", self.serial()),
            ("memory_mib", self.spec.memory_mib.to_string()),
            ("cpus", self.spec.cpus.to_string()),
            ("uptime", format!("{days} days, {hours} hours, {minutes} minutes")),
            ("date", at.strftime("%Y-%m-%d").to_string()),
            ("time", at.strftime("%H:%M:%S").to_string()),
            ("clock", clock(&at.timestamp())),
            ("changed_at", clock(&self.changed.0)),
            ("changed_by", self.changed.1.clone()),
            ("kept_at", clock(&self.kept.0)),
            ("kept_by", self.kept.1.clone()),
            // A clock that is corrected all the time.
            ("clock_period", (17_179_800 + uptime_s % 97).to_string()),
            ("interface", self.ports.iter().map(|port| port.spec.name.clone()).next_back().unwrap_or_default()),
            ("first_interface", self.ports.iter().find(|port| self.is_spare(port)).map(|port| port.spec.name.clone()).unwrap_or_default()),
        ])
    }

    /// Lines of the platform's data with this device's values; a line that needs a value which is empty is left out.
    pub fn filled(&self, lines: &[String], now: Second) -> Vec<String> {
        self.fill_with(lines, &self.values(now))
    }

    pub fn fill_with(&self, lines: &[String], values: &BTreeMap<&'static str, String>) -> Vec<String> {
        let lacks = |line: &str| values.iter().any(|(word, value)| value.is_empty() && line.contains(&format!("{{{word}}}")));
        lines.iter().filter(|line| !lacks(line)).map(|line| platform::fill(line, values)).collect()
    }

    pub fn host_name(&self) -> String {
        let configured = match &self.config {
            Configuration::Tree(tree) => tree.hostname(),
            Configuration::Menus(menus) => menus.identity(),
            Configuration::Files(files) => files.host(),
        };
        configured.unwrap_or(&self.spec.name).to_owned()
    }

    /// Obviously invented, and always the same for the same device.
    pub fn serial(&self) -> String {
        let hash = self.spec.name.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
        format!("SIM{:06}", hash % 1_000_000)
    }

    /// An Ethernet port on which nothing hangs that the topology knows.
    fn is_spare(&self, port: &Port) -> bool {
        port.spec.kind == InterfaceKind::Ethernet && !self.spec.uplinks.iter().any(|uplink| uplink.interface == port.spec.name)
    }

    /// Somebody has changed the configuration.
    pub fn note_change(&mut self, user: &str, is_kept: bool) {
        self.changed = (Timestamp::now(), user.to_owned());
        if is_kept {
            self.keep(user);
        }
        self.follow_config();
    }

    /// Writes the configuration down where a reboot finds it.
    pub fn keep(&mut self, user: &str) {
        self.saved = self.config.clone();
        self.kept = (Timestamp::now(), user.to_owned());
    }

    /// Puts another configuration in the place of this one.
    pub fn put_back(&mut self, config: Configuration) {
        self.config = config;
        let user = self.login.user.clone();
        let is_kept = self.config.is_kept_at_once();
        self.note_change(&user, is_kept);
    }

    /// SNMP tells what the configuration says.
    fn follow_config(&mut self) {
        let (_, aspects) = self.config.aspects();
        for port in &mut self.ports {
            let aspect = aspects.get(&port.spec.name).cloned().unwrap_or_default();
            port.alias = aspect.alias;
            port.is_shut = aspect.is_shut;
        }
        self.table = None;
    }

    /// Places of the interfaces that the configuration has switched off.
    pub fn shut_ports(&self) -> impl Iterator<Item = usize> {
        self.ports.iter().enumerate().filter(|(_, port)| port.is_shut).map(|(place, _)| place)
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

    /// A device that was dead comes back with counters and uptime at zero, and with what was saved.
    pub fn reboot(&mut self, now: Second) {
        self.config = self.saved.clone();
        self.start_from_files();
        self.follow_config();
        self.booted_at = now;
        self.counted_until = now;
        for port in &mut self.ports {
            (port.in_octets, port.out_octets, port.changed_at) = (0.0, 0.0, now);
        }
        self.table = None;
    }

    /// What commands changed besides the files does not survive a start.
    fn start_from_files(&mut self) {
        if let Configuration::Files(files) = &mut self.config {
            let names: Vec<String> = self.ports.iter().map(|port| port.spec.name.clone()).collect();
            files.boot(&names);
        }
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
        let spec = demo.devices[place].clone();
        let platform = Arc::new(platform::all().unwrap().remove(&spec.platform).unwrap());
        let authorized = crate::ssh::keys::fresh().unwrap().public_key().clone();
        let secret = || model::Secret::new("simulated");
        let login = Login { user: "admin".to_owned(), password: secret(), enable: secret(), authorized };
        Device::new(spec, "place".to_owned(), platform, &Common { login: &login, community: "simulated", day_start_s: 43_200.0 }).unwrap()
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
