//! What a kind of device is, as data: how it names itself, how its command line speaks, what it was configured with. Vendors are named
//! there, in `topology/platforms.json`, with the guides that each claim comes from; here stand only the behaviours.

use crate::topology::BadTopology;
use serde::Deserialize;
use std::collections::BTreeMap;

const PLATFORMS: &str = include_str!("../topology/platforms.json");

/// How a command line behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// `>` and `#`, enable with a password, sections, a pager, abbreviations.
    PrivilegedExec,
    /// The same sections, privileged at once, no pager until asked for.
    Vtysh,
    /// Menus with paths, settings and items; colours unless the login name switches them off.
    Path,
    /// A shell with files.
    Shell,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Where the claims below are written.
    pub source: Vec<String>,
    pub style: Style,
    /// sysObjectID; enterprise numbers as in the registry of IANA.
    pub object_id: String,
    /// sysDescr.
    pub description: String,
    pub model: String,
    pub version: String,
    /// Software version and comment of the SSH identification (RFC 4253, 4.2).
    pub ssh_id: String,
    /// Before the password (RFC 4252, 5.4).
    pub banner: Vec<String>,
    /// After it.
    pub greeting: Vec<String>,
    /// The answer to the question for the version.
    pub about: Vec<String>,
    /// First lines of a shown configuration.
    pub header: Vec<String>,
    /// Typed in when the device was set up.
    pub base: Vec<String>,
    /// Typed in for every interface of kind Ethernet, and for every other.
    pub ethernet: Vec<String>,
    pub other: Vec<String>,
    /// Typed in by somebody at night: the fault "configuration changed by hand".
    pub by_hand: Vec<String>,
    /// Rules of a sectioned configuration, by context; see [`crate::cli::tree`].
    #[serde(default)]
    pub grammar: BTreeMap<String, Vec<String>>,
    /// Interfaces that are made by configuring them.
    #[serde(default)]
    pub virtual_interfaces: Vec<String>,
    /// Menus of a path configuration, in the order of an export; see [`crate::cli::menus`].
    #[serde(default)]
    pub menus: Vec<Menu>,
    #[serde(default)]
    pub files: BTreeMap<String, Vec<String>>,
    /// Further objects that its SNMP agent has, as text.
    #[serde(default)]
    pub objects: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    pub path: String,
    pub kind: MenuKind,
    pub properties: Vec<String>,
    /// Hidden in an export unless asked for.
    #[serde(default)]
    pub sensitive: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MenuKind {
    /// One set of values.
    Settings,
    /// Items that come and go.
    Items,
    /// Items that the hardware gives.
    Fixed,
}

pub(crate) fn all() -> Result<BTreeMap<String, Platform>, BadTopology> {
    let platforms: BTreeMap<String, Platform> =
        serde_json::from_str(PLATFORMS).map_err(|error| BadTopology(format!("platforms: {error}")))?;
    for (key, platform) in &platforms {
        if platform.source.is_empty() {
            return Err(BadTopology(format!("platform {key}: says nowhere where its claims come from")));
        }
        let objects = platform.objects.keys().chain([&platform.object_id]);
        if let Some(bad) = objects.into_iter().find(|oid| oid.split('.').any(|arc| arc.parse::<u32>().is_err())) {
            return Err(BadTopology(format!("platform {key}: {bad} is not an object identifier")));
        }
    }
    Ok(platforms)
}

/// Puts values in the place of `{word}`; what is not known stays.
pub(crate) fn fill(template: &str, values: &BTreeMap<&str, String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        match from.find('}').and_then(|end| values.get(&from[1..end]).map(|value| (end, value))) {
            Some((end, value)) => {
                filled.push_str(value);
                rest = &from[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}
