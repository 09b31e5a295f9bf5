//! The simulated network seen by the real net-snmp tools (snmpget, snmpwalk) and by TCP connect.
#![allow(clippy::unwrap_used)]

use devsim::{Sim, SimDevice, Topology};
use model::credential::Key;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::Command;

const SNMPWALK: &str = "/usr/bin/snmpwalk";
/// Ten times what a change takes to be seen on a slow machine.
const CEILING: Duration = Duration::from_secs(20);
/// A living device on loopback accepts within milliseconds; a dead one never.
const CONNECT_WAIT: Duration = Duration::from_secs(1);

const SYS_DESCR: &str = "1.3.6.1.2.1.1.1.0";
const SYS_OBJECT_ID: &str = "1.3.6.1.2.1.1.2.0";
const SYS_CONTACT: &str = "1.3.6.1.2.1.1.4.0";
const SYS_NAME: &str = "1.3.6.1.2.1.1.5.0";
const UPTIME: &str = "1.3.6.1.2.1.1.3.0";
const OPER_STATUS: &str = "1.3.6.1.2.1.2.2.1.8";
const HC_IN_OCTETS: &str = "1.3.6.1.2.1.31.1.1.1.6";

/// `None`, said aloud, where the tools are not installed; a failure where everything is required.
async fn demo() -> Option<Sim> {
    if !Path::new(SNMPWALK).exists() {
        assert!(std::env::var_os("POLYOT_REQUIRE_ALL").is_none(), "{SNMPWALK} is missing (apt-get install snmp)");
        eprintln!("SKIPPED: no net-snmp tools, {SNMPWALK} is missing (apt-get install snmp)");
        return None;
    }
    Some(Sim::start(Topology::demo().on_any_ports()).await.unwrap())
}

fn v2c(community: &str) -> Vec<String> {
    ["-v2c", "-c", community].map(str::to_owned).to_vec()
}

/// The way of the demo's topology: SHA-256 and AES-128.
fn v3(user: &str, auth: &str, privacy: &str) -> Vec<String> {
    ["-v3", "-l", "authPriv", "-u", user, "-a", "SHA-256", "-A", auth, "-x", "AES", "-X", privacy].map(str::to_owned).to_vec()
}

fn registered(device: &SimDevice) -> Vec<String> {
    match &device.key {
        Key::SnmpV2c { community } => v2c(community.reveal()),
        Key::SnmpV3 { user, auth_password, priv_password, .. } => v3(user, auth_password.reveal(), priv_password.reveal()),
        other => panic!("{:?} opens no SNMP agent", other.kind()),
    }
}

/// Runs a tool of net-snmp: OIDs numeric, values raw, one try. `Err` is what it said.
async fn run(tool: &str, device: &SimDevice, login: &[String], wait_s: f32, oid: &str) -> Result<BTreeMap<String, String>, String> {
    let output = Command::new(tool)
        .args(["-m", "", "-On", "-Oe", "-OQ", "-Ot", "-r", "0", "-t", &wait_s.to_string()])
        .args(login)
        .arg(format!("udp:{}:{}", device.address, device.snmp_port))
        .arg(oid)
        .output()
        .await
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once(" = "));
    Ok(pairs.map(|(oid, value)| (oid.trim_start_matches('.').to_owned(), value.trim_matches('"').to_owned())).collect())
}

async fn walk(sim: &Sim, device: &str, oid: &str) -> BTreeMap<String, String> {
    let device = sim.device(device).unwrap();
    run("snmpwalk", device, &registered(device), 5.0, oid).await.unwrap_or_else(|said| panic!("{} {oid}: {said}", device.name))
}

async fn get(sim: &Sim, device: &str, oid: &str) -> String {
    let device = sim.device(device).unwrap();
    let got = run("snmpget", device, &registered(device), 5.0, oid).await.unwrap_or_else(|said| panic!("{} {oid}: {said}", device.name));
    got.into_values().next().unwrap()
}

async fn number(sim: &Sim, device: &str, oid: &str) -> u64 {
    get(sim, device, oid).await.parse().unwrap()
}

async fn accepts(device: &SimDevice) -> bool {
    let address = SocketAddr::new(device.address, device.ssh_port);
    match tokio::time::timeout(CONNECT_WAIT, TcpStream::connect(address)).await {
        Ok(connected) => {
            connected.expect("a dead device is silent, it does not refuse");
            true
        }
        Err(_) => false,
    }
}

/// From the first look after the command has settled, and on the next.
async fn check_accepts(sim: &Sim, device: &str, expected: bool) {
    let device = sim.device(device).unwrap();
    tokio::time::timeout(CEILING, sim.settled()).await.expect("the ports follow the faults");
    for look in 1..=2 {
        assert_eq!(accepts(device).await, expected, "{} accepts, look {look}", device.name);
    }
}

#[tokio::test]
async fn every_device_answers_with_its_registered_credential_and_says_that_it_is_simulated() {
    let Some(sim) = demo().await else { return };
    let kinds: Vec<&str> = sim.devices().iter().map(|device| device.key.kind().as_str()).collect();
    assert!(kinds.contains(&"snmp_v2c") && kinds.contains(&"snmp_v3"), "{kinds:?}");
    for device in sim.devices() {
        let description = get(&sim, &device.name, SYS_DESCR).await;
        assert!(description.contains("(simulated)"), "{}: {description}", device.name);
        assert!(get(&sim, &device.name, SYS_CONTACT).await.ends_with("is simulated"), "{}", device.name);
        let object = get(&sim, &device.name, SYS_OBJECT_ID).await;
        assert!(object.trim_start_matches('.').starts_with("1.3.6.1.4.1."), "{}: {object}", device.name);
        assert_eq!(get(&sim, &device.name, SYS_NAME).await, device.name);
        assert!(accepts(device).await, "{}", device.name);
    }
}

#[tokio::test]
async fn a_wrong_community_or_password_opens_nothing() {
    let Some(sim) = demo().await else { return };
    let device = sim.device("daisy-gw-1").unwrap();
    let said = run("snmpget", device, &v2c("public"), 0.5, SYS_NAME).await.unwrap_err();
    assert!(said.contains("Timeout"), "{said}");
    for (login, says) in [
        (v3("simulated", "wrong-password", "simulated-priv-1"), "Authentication failure"),
        (
            ["-v3", "-l", "authNoPriv", "-u", "simulated", "-a", "SHA-256", "-A", "simulated-auth-1"].map(str::to_owned).to_vec(),
            "authorizationError",
        ),
        (v3("nobody", "simulated-auth-1", "simulated-priv-1"), "Unknown user name"),
    ] {
        let said = run("snmpget", device, &login, 2.0, SYS_NAME).await.unwrap_err();
        assert!(said.contains(says), "{said}");
    }
    assert!(
        run("snmpget", device, &v3("simulated", "simulated-auth-1", "simulated-priv-1"), 5.0, SYS_NAME).await.is_ok(),
        "v3 is there as well"
    );
}

#[tokio::test]
async fn a_walk_gives_the_tables_of_if_mib_and_host_resources_in_order_and_to_the_end() {
    let Some(sim) = demo().await else { return };
    for device in ["daisy-gw-1", "clinic-gw-1"] {
        let all = walk(&sim, device, "1.3.6.1").await;
        let column = |prefix: &str| -> Vec<&str> {
            let rows = all.iter().filter(|(oid, _)| oid.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')));
            rows.map(|(_, value)| value.as_str()).collect()
        };
        assert_eq!(column("1.3.6.1.2.1.2.2.1.1"), ["1", "2", "3"], "ifIndex");
        assert_eq!(column("1.3.6.1.2.1.31.1.1.1.1"), ["wan0", "lan0", "lo0"], "ifName");
        assert_eq!(column(OPER_STATUS), ["1", "1", "1"], "ifOperStatus");
        assert_eq!(column("1.3.6.1.2.1.31.1.1.1.15"), ["1000", "1000", "0"], "ifHighSpeed");
        assert_eq!(column("1.3.6.1.2.1.2.2.1.5"), ["1000000000", "1000000000", "0"], "ifSpeed");
        assert_eq!(column("1.3.6.1.2.1.25.3.3.1.2").len(), 2, "hrProcessorLoad of two processors");
        for load in column("1.3.6.1.2.1.25.3.3.1.2") {
            assert!((1..=100).contains(&load.parse::<u32>().unwrap()), "{load} %");
        }
        let memory: Vec<u64> = column("1.3.6.1.2.1.25.2.3.1").iter().filter_map(|value| value.parse().ok()).collect();
        let [_, unit, size, used, _] = memory[..] else { panic!("hrStorageTable: {memory:?}") };
        assert!(unit == 1_024 && used > size / 4 && used < size, "{memory:?}");
        for row in 1..=3 {
            let wide: u64 = all[&format!("{HC_IN_OCTETS}.{row}")].parse().unwrap();
            let narrow: u64 = all[&format!("1.3.6.1.2.1.2.2.1.10.{row}")].parse().unwrap();
            assert_eq!(wide & 0xffff_ffff, narrow, "ifInOctets is the low half of ifHCInOctets");
        }
    }
}

#[tokio::test]
async fn an_object_that_is_not_there_and_a_write_are_refused_as_the_protocol_says() {
    let Some(sim) = demo().await else { return };
    assert_eq!(get(&sim, "daisy-gw-1", "1.3.6.1.2.1.2.2.1.8.99").await, "No Such Instance currently exists at this OID");
    assert_eq!(get(&sim, "daisy-gw-1", "1.3.6.1.2.1.99.1.0").await, "No Such Object available on this agent at this OID");
    let device = sim.device("daisy-gw-1").unwrap();
    let set = Command::new("snmpset")
        .args(["-m", "", "-r", "0", "-t", "5"])
        .args(registered(device))
        .arg(format!("udp:{}:{}", device.address, device.snmp_port))
        .args([SYS_NAME, "s", "renamed"])
        .output()
        .await
        .unwrap();
    assert!(!set.status.success() && String::from_utf8_lossy(&set.stderr).contains("authorizationError"), "{set:?}");
}

#[tokio::test]
async fn counters_and_uptime_only_grow() {
    let Some(sim) = demo().await else { return };
    let oid = format!("{HC_IN_OCTETS}.1");
    let (octets, uptime) = (number(&sim, "pop-core-1", &oid).await, number(&sim, "pop-core-1", UPTIME).await);
    assert!(octets > u64::from(u32::MAX) && uptime > 212 * 86_400 * 100, "{octets} octets, {uptime} ticks");
    let started = Instant::now();
    loop {
        let (later, ticks) = (number(&sim, "pop-core-1", &oid).await, number(&sim, "pop-core-1", UPTIME).await);
        assert!(later >= octets && ticks >= uptime, "backwards");
        if later > octets && ticks > uptime {
            break;
        }
        assert!(started.elapsed() < CEILING, "nothing moves");
    }
}

#[tokio::test]
async fn a_cut_link_shows_at_the_near_end_silences_what_lies_behind_and_heals() {
    let Some(sim) = demo().await else { return };
    sim.link_down("daisy-gw-1", "wan0").unwrap();
    assert_eq!(get(&sim, "pop-access-1", &format!("{OPER_STATUS}.2")).await, "2", "ge1, the near end");
    assert_eq!(get(&sim, "pop-access-1", &format!("{OPER_STATUS}.3")).await, "1", "the neighbour's port");
    for behind in ["daisy-gw-1", "daisy-sw-1"] {
        let behind = sim.device(behind).unwrap();
        assert!(run("snmpget", behind, &registered(behind), 0.5, SYS_NAME).await.unwrap_err().contains("Timeout"));
        check_accepts(&sim, &behind.name, false).await;
    }
    assert!(accepts(sim.device("bakery-gw-1").unwrap()).await, "others do not notice");
    sim.restore("daisy-gw-1").unwrap();
    assert_eq!(get(&sim, "pop-access-1", &format!("{OPER_STATUS}.2")).await, "1");
    assert_eq!(get(&sim, "daisy-sw-1", SYS_NAME).await, "daisy-sw-1");
    check_accepts(&sim, "daisy-gw-1", true).await;
}

#[tokio::test]
async fn a_dead_device_is_silent_by_tcp_too_and_comes_back_booted_anew() {
    let Some(sim) = demo().await else { return };
    for _ in 0..2 {
        sim.device_down("bakery-gw-1").unwrap();
        check_accepts(&sim, "bakery-gw-1", false).await;
        sim.restore("bakery-gw-1").unwrap();
        check_accepts(&sim, "bakery-gw-1", true).await;
    }
    let uptime = number(&sim, "bakery-gw-1", UPTIME).await;
    assert!(uptime < 86_400 * 100, "{uptime} ticks: it has just booted");
    let octets = number(&sim, "bakery-gw-1", &format!("{HC_IN_OCTETS}.1")).await;
    assert!(octets < 1_000_000_000, "{octets}: counters began again");
}

#[tokio::test]
async fn an_agent_can_be_silent_slow_or_mad_while_the_device_lives() {
    let Some(sim) = demo().await else { return };
    let (name, device) = ("clinic-gw-1", sim.device("clinic-gw-1").unwrap());
    let login = registered(device);
    sim.snmp_silent(name).unwrap();
    assert!(run("snmpget", device, &login, 0.5, SYS_NAME).await.unwrap_err().contains("Timeout"));
    assert!(accepts(device).await, "only the agent is silent");
    sim.slow(name, Duration::from_millis(700)).unwrap();
    assert!(run("snmpget", device, &login, 0.2, SYS_NAME).await.is_err(), "too slow for the hasty");
    let started = Instant::now();
    assert!(run("snmpget", device, &login, 10.0, SYS_NAME).await.is_ok(), "the patient is answered");
    assert!(started.elapsed() >= Duration::from_millis(700));
    sim.garbage(name).unwrap();
    for _ in 0..2 {
        assert!(run("snmpget", device, &login, 0.5, SYS_NAME).await.is_err(), "half or noise");
    }
    sim.restore_all();
    assert_eq!(get(&sim, name, SYS_NAME).await, name);
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_name_and_a_busy_port_too() {
    let sim = Sim::start(Topology::demo().on_any_ports()).await.unwrap();
    assert_eq!(sim.device_down("nobody").unwrap_err().to_string(), "no device nobody in the simulation");
    assert_eq!(sim.link_down("daisy-gw-1", "wan9").unwrap_err().to_string(), "daisy-gw-1 has no interface wan9");
    let mut second = Topology::demo();
    second.ports.snmp = sim.devices()[0].snmp_port;
    second.ports.ssh = 0;
    let error = Sim::start(second).await.unwrap_err();
    assert!(error.to_string().contains("pop-core-1: cannot open 127.77.0.1:") && error.worth_retrying(), "{error}");
}
