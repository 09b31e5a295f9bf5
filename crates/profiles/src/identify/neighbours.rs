//! Neighbours: LLDP-MIB (IEEE 802.1AB), BGP4-MIB (RFC 4273), OSPF-MIB (RFC 4750).

use super::names;
use super::tables::{Port, column};
use crate::snmprec::Walk;
use serde::Serialize;

const LLDP_REM: [u32; 10] = [1, 0, 8802, 1, 1, 2, 1, 4, 1, 1];
const LLDP_LOC_PORT: [u32; 10] = [1, 0, 8802, 1, 1, 2, 1, 3, 7, 1];
const BGP_PEER: [u32; 9] = [1, 3, 6, 1, 2, 1, 15, 3, 1];
const OSPF_NBR: [u32; 9] = [1, 3, 6, 1, 2, 1, 14, 10, 1];

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    #[serde(rename = "ifName")]
    pub if_name: Option<String>,
    pub remote_hostname: String,
    pub remote_port: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BgpPeer {
    pub peer: String,
    #[serde(rename = "as")]
    pub asn: i64,
    pub state: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OspfNeighbour {
    pub addr: String,
    pub rid: String,
    pub state: Option<&'static str>,
}

pub(super) fn links(walk: &Walk, ports: &[Port]) -> Vec<Link> {
    let entry = &LLDP_REM;
    let of = |number: u32, index: &[u32]| {
        let oid: Vec<u32> = entry.iter().copied().chain([number]).chain(index.iter().copied()).collect();
        walk.get(&oid).map(|value| value.text().trim().to_owned()).filter(|text| !text.is_empty())
    };
    let local = column(walk, &LLDP_LOC_PORT, 3);
    let described = column(walk, &LLDP_LOC_PORT, 4);
    let names: Vec<u32> = entry.iter().copied().chain([9]).collect();
    let mut found = Vec::new();
    for (index, name) in walk.below(&names) {
        let [_, port, _] = index else { continue };
        // lldpRemPortIdSubtype 3 is a MAC address, 7 is whatever the maker likes; the description is for people then.
        let is_address = of(6, index).as_deref() == Some("3");
        let remote_port = if is_address { of(8, index) } else { of(7, index) }.or_else(|| of(7, index));
        let told = [local.get(port), described.get(port)].into_iter().flatten().map(|value| value.text().trim().to_owned());
        let is_told = |port: &&Port| told.clone().any(|told| Some(&told) == port.if_name.as_ref() || Some(&told) == port.if_descr.as_ref());
        let here = ports.iter().find(is_told).or_else(|| ports.iter().find(|one| one.if_index == *port));
        let if_name = here.and_then(|port| port.if_name.clone());
        found.push(Link { if_name, remote_hostname: name.text().trim().to_owned(), remote_port: remote_port.unwrap_or_default() });
    }
    found
}

pub(super) fn bgp(walk: &Walk) -> Vec<BgpPeer> {
    let rows: Vec<u32> = BGP_PEER.iter().copied().chain([9]).collect();
    let states: Vec<u32> = BGP_PEER.iter().copied().chain([2]).collect();
    let peers = walk.below(&rows).filter(|(index, _)| index.len() == 4);
    let peer = |(index, asn): (&[u32], &crate::snmprec::Value)| {
        let state: Vec<u32> = states.iter().chain(index).copied().collect();
        Some(BgpPeer {
            peer: index.iter().map(ToString::to_string).collect::<Vec<_>>().join("."),
            asn: asn.number()?,
            state: walk.get(&state).and_then(crate::snmprec::Value::number).and_then(names::bgp_state),
        })
    };
    peers.filter_map(peer).collect()
}

pub(super) fn ospf(walk: &Walk) -> Vec<OspfNeighbour> {
    let of = |number: u32, index: &[u32]| {
        let oid: Vec<u32> = OSPF_NBR.iter().copied().chain([number]).chain(index.iter().copied()).collect();
        walk.get(&oid)
    };
    let rows: Vec<u32> = OSPF_NBR.iter().copied().chain([1]).collect();
    let found = walk.below(&rows).map(|(index, addr)| OspfNeighbour {
        addr: addr.text().into_owned(),
        rid: of(3, index).map(|rid| rid.text().into_owned()).unwrap_or_default(),
        state: of(6, index).and_then(crate::snmprec::Value::number).and_then(names::ospf_state),
    });
    found.collect()
}
