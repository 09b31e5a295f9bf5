//! Faults by word: the same for the command line, the terminal and the control port.

use clap::ValueEnum;
use devsim::{Sim, SimDevice};
use serde::Deserialize;
use std::str::FromStr;
use std::time::Duration;

/// Slower than a patient collector waits.
const SNMP_DELAY: Duration = Duration::from_secs(4);
const PROMPT_DELAY: Duration = Duration::from_secs(20);
/// Who changes configurations by hand.
const NIGHT_SHIFT: &str = "night-shift";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    /// A cable is cut at an interface; what lies behind falls silent
    LinkDown,
    /// A device loses its power
    #[value(alias = "down")]
    #[serde(alias = "down")]
    DeviceDown,
    /// Somebody changes a configuration by hand
    ConfigChange,
    /// An SNMP agent answers no more
    SnmpSilent,
    /// An SNMP agent answers late
    Slow,
    /// An SNMP agent answers nonsense
    Garbage,
    /// Everything but the roots of the network goes down at once
    Storm,
    /// A shown configuration ends in the middle
    SshTruncated,
    /// A command line takes its time
    SshSlow,
    /// A pager ignores its switch
    SshPager,
    /// A question comes instead of the configuration
    SshQuestion,
    /// Password and key were changed
    SshLogin,
    /// Another host key answers
    SshHostKey,
    /// Only algorithms of yesterday
    SshLegacy,
    /// Takes everything back, of one device or of all
    Restore,
}

impl Fault {
    pub fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// A fault and where; without a place, where it shows best.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    pub fault: Fault,
    pub device: Option<String>,
    pub interface: Option<String>,
    /// Lines typed by the hand that changes a configuration.
    #[serde(default)]
    pub lines: Vec<String>,
}

impl FromStr for Order {
    type Err = String;

    /// `link-down DEVICE INTERFACE`, `down DEVICE`, `restore`.
    fn from_str(line: &str) -> Result<Self, String> {
        let mut words = line.split_whitespace();
        let word = words.next().unwrap_or_default();
        let fault = Fault::from_str(word, true).map_err(|_| format!("`{word}` is no fault; `help` lists what there is"))?;
        let order = Self { device: words.next().map(str::to_owned), interface: words.next().map(str::to_owned), ..Self::of(fault) };
        match words.next() {
            Some(word) => Err(format!("`{word}` is one word too many: a fault, a device, an interface")),
            None => Ok(order),
        }
    }
}

impl Order {
    pub const fn of(fault: Fault) -> Self {
        Self { fault, device: None, interface: None, lines: Vec::new() }
    }

    /// Does it, and says what was done.
    pub fn obey(&self, sim: &Sim) -> Result<String, String> {
        let done = match self.fault {
            Fault::Restore => self.restore(sim),
            Fault::Storm => storm(sim),
            Fault::LinkDown => self.link_down(sim),
            _ => self.on_a_device(sim),
        };
        done.map_err(|error| crate::serve::chain(&error))
    }

    fn restore(&self, sim: &Sim) -> Result<String, devsim::SimError> {
        match &self.device {
            Some(device) => sim.restore(device).map(|()| format!("{device} is whole again.")),
            None => {
                sim.restore_all();
                Ok("Everything is whole again.".to_owned())
            }
        }
    }

    fn link_down(&self, sim: &Sim) -> Result<String, devsim::SimError> {
        let above = gateway(sim).and_then(|gateway| gateway.parents.first().cloned()).unwrap_or_default();
        let (device, interface) = match (&self.device, &self.interface) {
            (None, _) => above,
            (Some(device), Some(interface)) => (device.clone(), interface.clone()),
            (Some(device), None) => {
                // The cable towards the root is the one that matters.
                sim.device(device)?.parents.first().cloned().unwrap_or_else(|| (device.clone(), String::new()))
            }
        };
        sim.link_down(&device, &interface).map(|()| format!("Simulated fault: interface {interface} of {device} is down."))
    }

    fn on_a_device(&self, sim: &Sim) -> Result<String, devsim::SimError> {
        let device = self.device.clone().or_else(|| gateway(sim).map(|device| device.name.clone())).unwrap_or_default();
        let name = device.as_str();
        let what = match self.fault {
            Fault::DeviceDown => sim.device_down(name).map(|()| "has no power".to_owned()),
            Fault::SnmpSilent => sim.snmp_silent(name).map(|()| "answers no SNMP".to_owned()),
            Fault::Slow => sim.slow(name, SNMP_DELAY).map(|()| format!("answers SNMP {} s late", SNMP_DELAY.as_secs())),
            Fault::Garbage => sim.garbage(name).map(|()| "answers SNMP with nonsense".to_owned()),
            Fault::ConfigChange if self.lines.is_empty() => {
                sim.config_changed_somehow(name, NIGHT_SHIFT).map(|lines| format!("was changed by hand: {}", lines.join("; ")))
            }
            Fault::ConfigChange => sim.config_changed(name, NIGHT_SHIFT, &self.lines).map(|()| "was changed by hand".to_owned()),
            Fault::SshTruncated => sim.ssh_truncated(name).map(|()| "shows half of its configuration".to_owned()),
            Fault::SshSlow => sim.ssh_slow(name, PROMPT_DELAY).map(|()| format!("prompts {} s late", PROMPT_DELAY.as_secs())),
            Fault::SshPager => sim.ssh_pager_stubborn(name).map(|()| "pages whatever one says".to_owned()),
            Fault::SshQuestion => sim.ssh_question(name).map(|()| "asks back instead of showing its configuration".to_owned()),
            Fault::SshLogin => sim.ssh_login_changed(name).map(|()| "has another password and another key".to_owned()),
            Fault::SshHostKey => sim.ssh_host_key_changed(name).map(|()| "has another host key".to_owned()),
            Fault::SshLegacy => sim.ssh_legacy(name).map(|()| "offers only algorithms of yesterday".to_owned()),
            Fault::LinkDown | Fault::Storm | Fault::Restore => Ok(String::new()),
        };
        what.map(|what| format!("Simulated fault: {device} {what}."))
    }
}

pub(super) fn help(sim: &Sim) -> String {
    let faults = Fault::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let lines: Vec<String> = faults
        .map(|fault| format!("  {:<14} {}", fault.get_name(), fault.get_help().map(ToString::to_string).unwrap_or_default()))
        .collect();
    let names: Vec<&str> = sim.devices().iter().map(|device| device.name.as_str()).collect();
    format!("FAULT [DEVICE [INTERFACE]]\n{}\nDevices: {}", lines.join("\n"), names.join(" "))
}

fn storm(sim: &Sim) -> Result<String, devsim::SimError> {
    let below: Vec<&SimDevice> = sim.devices().iter().filter(|device| !device.parents.is_empty()).collect();
    for device in &below {
        sim.device_down(&device.name)?;
    }
    Ok(format!("Simulated fault: {} devices have no power.", below.len()))
}

/// A device with others behind it and with a link above it that has a device above itself: cause and symptoms can be told apart there.
fn gateway(sim: &Sim) -> Option<&SimDevice> {
    let has_child = |name: &str| sim.devices().iter().any(|device| device.parents.iter().any(|(parent, _)| parent == name));
    let has_parent = |name: &str| sim.devices().iter().any(|device| device.name == name && !device.parents.is_empty());
    sim.devices().iter().find(|device| has_child(&device.name) && device.parents.first().is_some_and(|(parent, _)| has_parent(parent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_line_is_a_fault_with_its_place_or_a_sentence() {
        let order = |fault, device: Option<&str>, interface: Option<&str>| Order {
            device: device.map(str::to_owned),
            interface: interface.map(str::to_owned),
            ..Order::of(fault)
        };
        for (line, picture) in [
            ("down daisy-gw-1", Ok(order(Fault::DeviceDown, Some("daisy-gw-1"), None))),
            ("link-down daisy-gw-1 wan0", Ok(order(Fault::LinkDown, Some("daisy-gw-1"), Some("wan0")))),
            ("  config-change   daisy-gw-2 ", Ok(order(Fault::ConfigChange, Some("daisy-gw-2"), None))),
            ("restore", Ok(order(Fault::Restore, None, None))),
            ("ssh-host-key x", Ok(order(Fault::SshHostKey, Some("x"), None))),
            ("frob x", Err("`frob` is no fault; `help` lists what there is".to_owned())),
            ("link-down a b c", Err("`c` is one word too many: a fault, a device, an interface".to_owned())),
        ] {
            assert_eq!(line.parse::<Order>(), picture, "{line}");
        }
    }

    #[tokio::test]
    async fn every_fault_finds_a_place_and_a_wrong_place_is_named() {
        let sim = Sim::start(devsim::Topology::demo().on_any_ports()).await.unwrap();
        for fault in Fault::value_variants() {
            let device = (*fault == Fault::SshPager).then(|| "daisy-gw-2".to_owned());
            let done = Order { device, ..Order::of(*fault) }.obey(&sim);
            let done = done.unwrap_or_else(|why| panic!("{}: {why}", fault.word()));
            assert!(done.starts_with("Simulated fault: ") || *fault == Fault::Restore, "{done}");
        }
        assert_eq!("link-down".parse::<Order>().unwrap().obey(&sim).unwrap(), "Simulated fault: interface ge1 of pop-access-1 is down.");
        assert_eq!("down nobody".parse::<Order>().unwrap().obey(&sim).unwrap_err(), "no device nobody in the simulation");
    }
}
