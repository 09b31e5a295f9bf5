//! What is known of a device when one asks what it is.

use crate::snmprec::Walk;
use std::collections::BTreeMap;

const SYS_DESCR: &str = "1.3.6.1.2.1.1.1.0";
const SYS_OBJECT_ID: &str = "1.3.6.1.2.1.1.2.0";

/// Values by object identifier, banner of the SSH server, answers to commands. All may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Object identifier without leading point, in the order of the tree, and its value as text.
    values: BTreeMap<Vec<u32>, String>,
    pub ssh_banner: Option<String>,
    /// (command, its answer)
    pub cli: Vec<(String, String)>,
}

impl Evidence {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn of_walk(walk: &Walk) -> Self {
        let mut values: BTreeMap<Vec<u32>, String> = BTreeMap::new();
        for (oid, value) in walk.iter() {
            values.insert(oid.to_vec(), value.text().into_owned());
        }
        Self { values, ..Self::default() }
    }

    /// SNMPv2-MIB sysDescr.0
    #[must_use]
    pub fn with_sys_descr(self, text: &str) -> Self {
        self.with_value(SYS_DESCR, text)
    }

    /// SNMPv2-MIB sysObjectID.0, with or without leading point.
    #[must_use]
    pub fn with_sys_object_id(self, oid: &str) -> Self {
        self.with_value(SYS_OBJECT_ID, oid.trim_start_matches('.'))
    }

    /// A value read from the device; one whose name is no object identifier is left out.
    #[must_use]
    pub fn with_value(mut self, oid: &str, text: &str) -> Self {
        if let Some(oid) = arcs(oid) {
            self.values.insert(oid, text.to_owned());
        }
        self
    }

    #[must_use]
    pub fn with_ssh_banner(mut self, banner: &str) -> Self {
        self.ssh_banner = Some(banner.to_owned());
        self
    }

    #[must_use]
    pub fn with_cli(mut self, command: &str, answer: &str) -> Self {
        self.cli.push((command.to_owned(), answer.to_owned()));
        self
    }

    #[must_use]
    pub fn sys_descr(&self) -> Option<&str> {
        self.value(SYS_DESCR)
    }

    #[must_use]
    pub fn sys_object_id(&self) -> Option<&str> {
        self.value(SYS_OBJECT_ID).map(|oid| oid.trim_start_matches('.'))
    }

    pub(crate) fn value(&self, oid: &str) -> Option<&str> {
        self.values.get(&arcs(oid)?).map(String::as_str)
    }

    /// Rows of a column: (index, value), in the order of the index.
    pub(crate) fn column(&self, oid: &str) -> Vec<(&[u32], &str)> {
        let Some(base) = arcs(oid) else { return Vec::new() };
        let below = self.values.range(base.clone()..).take_while(|(oid, _)| oid.starts_with(&base));
        below.filter(|(oid, _)| oid.len() > base.len()).map(|(oid, value)| (&oid[base.len()..], value.as_str())).collect()
    }

    pub(crate) fn answer(&self, command: &str) -> Option<&str> {
        self.cli.iter().find(|(asked, _)| asked.trim() == command).map(|(_, answer)| answer.as_str())
    }
}

/// `1.3.6.1` as numbers; None when it is none.
pub(crate) fn arcs(oid: &str) -> Option<Vec<u32>> {
    oid.trim().trim_start_matches('.').split('.').map(|arc| arc.parse().ok()).collect()
}
