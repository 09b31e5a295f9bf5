//! Numbers of enumerations into their names.

/// IF-MIB ifOperStatus and ifAdminStatus.
pub(super) fn status(number: i64) -> Option<&'static str> {
    Some(match number {
        1 => "up",
        2 => "down",
        3 => "testing",
        4 => "unknown",
        5 => "dormant",
        6 => "notPresent",
        7 => "lowerLayerDown",
        _ => return None,
    })
}

/// IANAifType-MIB; those that are met in the networks of providers.
pub(super) fn if_type(number: i64) -> String {
    let name = match number {
        1 => "other",
        6 => "ethernetCsmacd",
        9 => "iso88025TokenRing",
        18 => "ds1",
        20 => "basicISDN",
        22 => "propPointToPointSerial",
        23 => "ppp",
        24 => "softwareLoopback",
        28 => "slip",
        30 => "ds3",
        32 => "frameRelay",
        33 => "rs232",
        37 => "atm",
        39 => "sonet",
        48 => "modem",
        49 => "aal5",
        53 => "propVirtual",
        54 => "propMultiplexor",
        62 => "fastEther",
        63 => "isdn",
        69 => "fastEtherFX",
        71 => "ieee80211",
        77 => "lapd",
        81 => "ds0",
        82 => "ds0Bundle",
        94 => "adsl",
        96 => "sdsl",
        97 => "vdsl",
        100 => "voiceEM",
        101 => "voiceFXO",
        102 => "voiceFXS",
        103 => "voiceEncap",
        104 => "voiceOverIp",
        108 => "pppMultilinkBundle",
        117 => "gigabitEthernet",
        127 => "docsCableMaclayer",
        128 => "docsCableDownstream",
        129 => "docsCableUpstream",
        131 => "tunnel",
        134 => "atmSubInterface",
        135 => "l2vlan",
        136 => "l3ipvlan",
        142 => "ipForward",
        144 => "ieee1394",
        150 => "mplsTunnel",
        160 => "usb",
        161 => "ieee8023adLag",
        166 => "mpls",
        169 => "shdsl",
        171 => "pos",
        172 => "dvbAsiIn",
        188 => "radioMAC",
        194 => "atmVirtual",
        195 => "opticalChannel",
        196 => "opticalTransport",
        202 => "virtualTg",
        209 => "bridge",
        215 => "gfp",
        219 => "mplsTunnelItem",
        230 => "adsl2",
        238 => "adsl2plus",
        244 => "wwanPP2",
        246 => "ilan",
        249 => "aluELP",
        250 => "gpon",
        251 => "vdsl2",
        258 => "vmwareVirtualNic",
        _ => return number.to_string(),
    };
    name.to_owned()
}

/// BGP4-MIB bgpPeerState (RFC 4273).
pub(super) fn bgp_state(number: i64) -> Option<&'static str> {
    [None, Some("idle"), Some("connect"), Some("active"), Some("opensent"), Some("openconfirm"), Some("established")]
        .get(usize::try_from(number).ok()?)
        .copied()
        .flatten()
}

/// OSPF-MIB ospfNbrState (RFC 4750).
pub(super) fn ospf_state(number: i64) -> Option<&'static str> {
    [
        None,
        Some("down"),
        Some("attempt"),
        Some("init"),
        Some("twoWay"),
        Some("exchangeStart"),
        Some("exchange"),
        Some("loading"),
        Some("full"),
    ]
    .get(usize::try_from(number).ok()?)
    .copied()
    .flatten()
}
