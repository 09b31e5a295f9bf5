//! Which object a signal is about: by a rule of a person, else by the name or address in its labels.

use model::DeviceId;
use model::signal::{SignalRule, Target};
use std::collections::{BTreeMap, HashMap};
use store::DeviceName;

/// Labels that name a device, the surest first.
pub(super) const NAMING: [&str; 6] = ["device", "hostname", "host", "instance", "ip", "dns"];
/// The label of a rule that is about this one signal only.
pub(super) const KEY: &str = "(key)";

/// Devices by name and by address, in lower case; `None`: several are called so.
#[derive(Debug, Default)]
pub(super) struct Directory {
    names: HashMap<String, Option<DeviceId>>,
}

impl Directory {
    pub(super) fn new(devices: Vec<DeviceName>) -> Self {
        let mut names: HashMap<String, Option<DeviceId>> = HashMap::new();
        for device in devices {
            let (name, address) = (device.name.to_lowercase(), device.address.to_lowercase());
            for word in if name == address { vec![name] } else { vec![name, address] } {
                names.entry(word).and_modify(|known| *known = known.filter(|id| *id == device.id)).or_insert(Some(device.id));
            }
        }
        Self { names }
    }

    fn find(&self, text: &str) -> Option<DeviceId> {
        self.names.get(&text.to_lowercase()).copied().flatten()
    }
}

/// A rule goes before a name; the first label with exactly one device decides.
pub(super) fn target(rules: &[SignalRule], directory: &Directory, key: &str, labels: &BTreeMap<String, String>) -> Option<Target> {
    let holds = |rule: &&SignalRule| match rule.label.as_str() {
        KEY => rule.value == key,
        label => labels.get(label) == Some(&rule.value),
    };
    if let Some(rule) = rules.iter().find(holds) {
        return Some(rule.target);
    }
    let named = NAMING.iter().filter_map(|label| labels.get(*label));
    named.flat_map(|value| [value.as_str(), host_of(value)]).find_map(|text| directory.find(text)).map(Target::Device)
}

/// The host in `host`, `host:9100`, `[2001:db8::1]:9100` or `https://host:9100/metrics`.
pub(super) fn host_of(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#']).next().unwrap_or(text);
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside.0;
    }
    match text.split_once(':') {
        // More than one colon without brackets is an IPv6 address, not a port.
        Some((host, port)) if !port.contains(':') => host,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_a_scheme_and_a_path_are_not_the_host() {
        for (text, host) in [
            ("core1", "core1"),
            ("core1:9100", "core1"),
            ("192.0.2.7:161", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:9100", "2001:db8::1"),
            ("https://core1.example:8443/metrics?x", "core1.example"),
            ("", ""),
            (":", ""),
            ("[", "["),
        ] {
            assert_eq!(host_of(text), host, "{text}");
        }
    }

    #[test]
    fn a_name_that_two_devices_have_names_none() {
        let (a, b) = (DeviceId::new(), DeviceId::new());
        let device = |id, name: &str, address: &str| DeviceName { id, name: name.into(), address: address.into() };
        let directory = Directory::new(vec![device(a, "Core1", "192.0.2.1"), device(b, "core1", "192.0.2.2"), device(a, "same", "same")]);
        assert_eq!(directory.find("core1"), None);
        assert_eq!((directory.find("192.0.2.1"), directory.find("192.0.2.2"), directory.find("SAME")), (Some(a), Some(b), Some(a)));
    }
}
