//! What the faults on command mean for every device. Pure: topology and faults in, verdicts out.

use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How the SNMP agent of a device behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agent {
    Answers,
    Silent,
    Slow(Duration),
    Garbage,
}

/// What is wrong with the SSH side of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ssh {
    /// A configuration ends in the middle of a line; the prompt follows as if nothing had happened.
    pub cuts: bool,
    /// Before every prompt.
    pub delay: Option<Duration>,
    /// The pager does not care for its switch.
    pub pages_always: bool,
    /// Asks something back instead of showing its configuration.
    pub asks: bool,
    /// Neither the password nor the key is what it was.
    pub refuses_login: bool,
    pub has_other_host_key: bool,
    /// Only algorithms that nobody should use any more.
    pub is_old: bool,
}

/// The faults that are in force. Devices and interfaces by their place in the topology.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    pub links: BTreeSet<(usize, usize)>,
    pub dead: BTreeSet<usize>,
    pub agents: BTreeMap<usize, Agent>,
    pub ssh: BTreeMap<usize, Ssh>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// A packet from the root gets there and back.
    pub is_reachable: bool,
    pub agent: Agent,
    pub ssh: Ssh,
    /// ifOperStatus up, by interface.
    pub is_up: Vec<bool>,
}

/// A cable, both ends as (device, interface).
struct Link {
    child: (usize, usize),
    parent: (usize, usize),
}

fn links(topology: &Topology) -> Vec<Link> {
    let mut links = Vec::new();
    for (child, device) in topology.devices.iter().enumerate() {
        for uplink in &device.uplinks {
            let Some(parent) = topology.device(&uplink.parent) else { continue };
            let place = |of: usize, name: &str| topology.devices[of].interfaces.iter().position(|interface| interface.name == name);
            if let (Some(near), Some(far)) = (place(child, &uplink.interface), place(parent, &uplink.parent_interface)) {
                links.push(Link { child: (child, near), parent: (parent, far) });
            }
        }
    }
    links
}

impl Faults {
    /// Takes back every fault of one device: its own and those of its cables at either end.
    pub fn forget(&mut self, topology: &Topology, device: usize) {
        self.dead.remove(&device);
        self.agents.remove(&device);
        self.ssh.remove(&device);
        for link in links(topology) {
            if link.child.0 == device || link.parent.0 == device {
                self.links.remove(&link.child);
                self.links.remove(&link.parent);
            }
        }
        self.links.retain(|(of, _)| *of != device);
    }

    /// `shut`: interfaces that a configuration has switched off.
    pub fn judge(&self, topology: &Topology, shut: &BTreeSet<(usize, usize)>) -> Vec<Verdict> {
        let links = links(topology);
        let is_dark = |end: &(usize, usize)| self.links.contains(end) || shut.contains(end);
        let carries = |link: &Link| {
            !is_dark(&link.child) && !is_dark(&link.parent) && !self.dead.contains(&link.child.0) && !self.dead.contains(&link.parent.0)
        };
        let mut verdicts: Vec<Verdict> = topology
            .devices
            .iter()
            .enumerate()
            .map(|(place, device)| Verdict {
                is_reachable: device.uplinks.is_empty() && !self.dead.contains(&place),
                agent: self.agents.get(&place).copied().unwrap_or(Agent::Answers),
                ssh: self.ssh.get(&place).cloned().unwrap_or_default(),
                is_up: (0..device.interfaces.len()).map(|interface| !is_dark(&(place, interface))).collect(),
            })
            .collect();
        for link in &links {
            if !carries(link) {
                // Loss of signal is seen at both ends (IF-MIB, ifOperStatus down(2)).
                verdicts[link.child.0].is_up[link.child.1] = false;
                verdicts[link.parent.0].is_up[link.parent.1] = false;
            }
        }
        // From the roots outwards; each round reaches at least one more device or is the last.
        for _ in 0..topology.devices.len() {
            let reached: Vec<usize> = links
                .iter()
                .filter(|link| carries(link) && verdicts[link.parent.0].is_reachable && !verdicts[link.child.0].is_reachable)
                .map(|link| link.child.0)
                .collect();
            if reached.is_empty() {
                break;
            }
            for child in reached {
                verdicts[child].is_reachable = true;
            }
        }
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of the devices out of reach and of the interfaces that are down.
    fn check(change: impl Fn(&Topology, &mut Faults), unreachable: &[&str], down: &[&str]) {
        let topology = Topology::demo();
        let mut faults = Faults::default();
        change(&topology, &mut faults);
        let (mut gone, mut dark) = (Vec::new(), Vec::new());
        for (device, verdict) in topology.devices.iter().zip(faults.judge(&topology, &BTreeSet::new())) {
            if !verdict.is_reachable {
                gone.push(device.name.clone());
            }
            let names = device.interfaces.iter().zip(&verdict.is_up).filter(|(_, is_up)| !**is_up);
            dark.extend(names.map(|(interface, _)| format!("{} {}", device.name, interface.name)));
        }
        assert_eq!(
            (gone.iter().map(String::as_str).collect(), dark.iter().map(String::as_str).collect()),
            (unreachable.to_vec(), down.to_vec())
        );
    }

    fn place(topology: &Topology, device: &str, interface: &str) -> (usize, usize) {
        let device = topology.device(device).unwrap();
        (device, topology.devices[device].interfaces.iter().position(|known| known.name == interface).unwrap())
    }

    #[test]
    fn a_cut_cable_darkens_both_ends_and_silences_what_lies_behind() {
        check(|_, _| {}, &[], &[]);
        let both = ["pop-access-1 ge1", "daisy-gw-1 wan0"];
        for (device, interface) in [("daisy-gw-1", "wan0"), ("pop-access-1", "ge1")] {
            check(
                |topology, faults| {
                    faults.links.insert(place(topology, device, interface));
                },
                &["daisy-gw-1", "daisy-sw-1"],
                &both,
            );
        }
        check(
            |topology, faults| {
                faults.links.insert(place(topology, "daisy-sw-1", "ge2"));
            },
            &[],
            &["daisy-sw-1 ge2"],
        );
    }

    #[test]
    fn a_dead_device_takes_its_children_along_and_its_neighbours_see_the_link_go() {
        check(
            |topology, faults| {
                faults.dead.insert(topology.device("pop-access-1").unwrap());
            },
            &[
                "pop-access-1",
                "daisy-gw-1",
                "daisy-sw-1",
                "bakery-gw-1",
                "bakery-sw-1",
                "bakery-sw-2",
                "bakery-ap-1",
                "clinic-gw-1",
                "clinic-sw-1",
            ],
            &[
                "pop-core-1 xe1",
                "pop-access-1 xe0",
                "pop-access-1 ge1",
                "pop-access-1 ge2",
                "pop-access-1 ge3",
                "daisy-gw-1 wan0",
                "bakery-gw-1 wan0",
                "clinic-gw-1 wan0",
            ],
        );
    }

    #[test]
    fn forgetting_takes_back_what_was_done_to_the_device_and_its_cables_and_nothing_else() {
        check(
            |topology, faults| {
                let daisy = topology.device("daisy-gw-1").unwrap();
                faults.links.insert(place(topology, "pop-access-1", "ge1"));
                faults.links.insert(place(topology, "daisy-gw-1", "lan0"));
                faults.dead.insert(daisy);
                faults.dead.insert(topology.device("clinic-sw-1").unwrap());
                faults.agents.insert(daisy, Agent::Garbage);
                faults.forget(topology, daisy);
                assert!(faults.agents.is_empty());
            },
            &["clinic-sw-1"],
            &["clinic-gw-1 lan0", "clinic-sw-1 ge1", "clinic-sw-1 ge4", "clinic-sw-2 GigabitEthernet0/1"],
        );
    }
}
