//! The cables: two routers' namespaces, a management link to each, a switch between them, and the gateway of the place the product stands in.

use std::process::Command;

use crate::shell::{self, Failure};

/// The collector's default gateway, by which the product knows that it is not itself cut off.
pub const GATEWAY: &str = "10.255.0.1";
const HOME: &str = "10.255.0.2/30";

pub fn management_address(router: u8) -> String {
    format!("10.255.{router}.2")
}

pub fn ip(words: &str) -> Result<(), Failure> {
    shell::output(Command::new("ip").args(words.split_whitespace())).map(drop)
}

/// The place of the product and the switch; routers are plugged in by `plug`.
pub fn build() -> Result<(), Failure> {
    for line in [
        "link set lo up",
        "netns add gateway",
        "link add home0 type veth peer name lan0 netns gateway",
        &format!("addr add {HOME} dev home0"),
        "link set home0 up",
        &format!("-n gateway addr add {GATEWAY}/30 dev lan0"),
        "-n gateway link set lo up",
        "-n gateway link set lan0 up",
        &format!("route add default via {GATEWAY}"),
        "netns add switch",
        "-n switch link set lo up",
        "-n switch link add br0 type bridge",
        "-n switch link set br0 up",
    ] {
        ip(line)?;
    }
    Ok(())
}

/// Gives router N its namespace, its management link and its port on the switch.
pub fn plug(n: u8) -> Result<(), Failure> {
    for line in [
        format!("netns add r{n}"),
        format!("-n r{n} link set lo up"),
        format!("link add vm{n} type veth peer name mg0 netns r{n}"),
        format!("addr add 10.255.{n}.1/30 dev vm{n}"),
        format!("link set vm{n} up"),
        format!("-n r{n} addr add {}/30 dev mg0", management_address(n)),
        format!("-n r{n} link set mg0 up"),
        format!("-n r{n} link add eth1 type veth peer name w{n} netns switch"),
        format!("-n switch link set w{n} master br0"),
        format!("-n switch link set w{n} up"),
        format!("-n r{n} link set eth1 up"),
    ] {
        ip(&line)?;
    }
    Ok(())
}

/// Takes router N away with everything that was plugged into it. Its daemons must be stopped before: a namespace lives as long as they.
pub fn unplug(n: u8) -> Result<(), Failure> {
    ip(&format!("link del vm{n}"))?;
    ip(&format!("netns del r{n}"))
}

/// Both ends lose the carrier, as with a cut cable; nobody shut anything down, so the routers' ports stay administratively up.
pub fn cut_link() -> Result<(), Failure> {
    ip("-n switch link set w1 down")?;
    ip("-n switch link set w2 down")
}

pub fn heal_link() -> Result<(), Failure> {
    ip("-n switch link set w1 up")?;
    ip("-n switch link set w2 up")
}

/// The product's own uplink fails: neither the gateway nor any device answers from here.
pub fn cut_home() -> Result<(), Failure> {
    ip("-n gateway link set lan0 down")?;
    ip("link set vm1 down")?;
    ip("link set vm2 down")
}

pub fn heal_home() -> Result<(), Failure> {
    ip("-n gateway link set lan0 up")?;
    ip("link set vm1 up")?;
    ip("link set vm2 up")?;
    // The default route went with the link.
    ip(&format!("route replace default via {GATEWAY}"))
}
