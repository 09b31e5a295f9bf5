//! What a recorded agent tells of a device: the profile's facts, and what standard MIBs say of ports, addresses, storage, parts and
//! neighbours. No vendor's table is read here.

mod names;
mod neighbours;
mod tables;

pub use neighbours::{BgpPeer, Link, OspfNeighbour};
pub use tables::{Ipv4, Ipv6, Memory, Part, Port, Processor, Storage, Vlan};

use crate::evidence::Evidence;
use crate::shelf::Profiles;
use crate::snmprec::Walk;
use serde::Serialize;

/// SNMPv2-MIB sysName.0
const SYS_NAME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 5, 0];

/// Everything at once, in the words of the MIBs. What is not known is null or an empty list.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The profile's id; null when only a last resort fits, for that says nothing about the system.
    pub os: Option<String>,
    #[serde(rename = "sysObjectID")]
    pub sys_object_id: Option<String>,
    pub sys_descr: Option<String>,
    pub sys_name: Option<String>,
    pub vendor: Option<String>,
    pub hardware: Option<String>,
    pub version: Option<String>,
    pub serial: Option<String>,
    pub features: Option<String>,
    pub ports: Vec<Port>,
    pub processors: Vec<Processor>,
    pub mempools: Vec<Memory>,
    pub storage: Vec<Storage>,
    pub inventory: Vec<Part>,
    pub vlans: Vec<Vlan>,
    pub ipv4: Vec<Ipv4>,
    pub ipv6: Vec<Ipv6>,
    pub links: Vec<Link>,
    #[serde(rename = "bgp_peers")]
    pub bgp_peers: Vec<BgpPeer>,
    #[serde(rename = "ospf_nbrs")]
    pub ospf_nbrs: Vec<OspfNeighbour>,
    /// Why this profile, or which ones are as good.
    pub why: Vec<String>,
}

/// `contexts` are recordings of the same agent asked in another context; their rows are added, never a device of its own.
#[must_use]
pub fn identify(profiles: &Profiles, walk: &Walk, contexts: &[Walk]) -> Identity {
    let evidence = Evidence::of_walk(walk);
    let detection = profiles.detect(&evidence);
    let profile = detection.best.as_deref().and_then(|id| profiles.get(id));
    let facts = profile.map(|profile| profile.facts(&evidence)).unwrap_or_default();
    let rivals =
        detection.rivals.iter().filter(|_| detection.best.is_none()).map(|rival| format!("perhaps {} ({})", rival.id, rival.score));
    let why = detection.why.iter().cloned().chain(rivals).collect();
    let ports = tables::ports(walk);
    let mut vlans = tables::vlans(walk);
    for context in contexts {
        vlans.extend(tables::vlans(context));
    }
    vlans.sort_by_key(|vlan| vlan.id);
    vlans.dedup();
    Identity {
        os: profile.filter(|profile| !profile.is_last_resort).map(|profile| profile.id.clone()),
        sys_object_id: evidence.sys_object_id().map(str::to_owned),
        sys_descr: evidence.sys_descr().map(str::to_owned),
        sys_name: walk.get(&SYS_NAME).map(|name| name.text().into_owned()),
        vendor: facts.vendor,
        hardware: facts.model,
        version: facts.version,
        serial: facts.serial,
        features: facts.features,
        processors: tables::processors(walk),
        mempools: tables::memory(walk),
        storage: tables::storage(walk),
        inventory: tables::inventory(walk),
        ipv4: tables::ipv4(walk),
        ipv6: tables::ipv6(walk),
        links: neighbours::links(walk, &ports),
        bgp_peers: neighbours::bgp(walk),
        ospf_nbrs: neighbours::ospf(walk),
        vlans,
        ports,
        why,
    }
}
