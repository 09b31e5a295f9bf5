//! Things around the product: SNMP agents, a place that can be cut off, certificates.

use crate::client::Client;
use crate::product::wait_for;
use serde_json::{Value, json};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const SNMPD: &str = "/usr/sbin/snmpd";
pub const COMMUNITY: &str = "gH7-not-public";

pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// Runs a tool; its failure is told with what it said.
pub fn run(line: &str) -> Result<(), String> {
    let mut words = line.split_whitespace();
    let output =
        Command::new(words.next().unwrap()).args(words).stdin(Stdio::null()).output().map_err(|error| format!("{line}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{line}: {}", String::from_utf8_lossy(&output.stderr))) }
}

/// A real SNMP agent on an address and port of its own.
pub struct Agent {
    folder: tempfile::TempDir,
    namespace: Option<String>,
    pub address: String,
    pub port: u16,
    child: Option<Child>,
}

impl Agent {
    /// `None`, told aloud, where net-snmp's agent is missing.
    pub fn on_loopback() -> Option<Self> {
        // A free TCP port is most likely a free UDP port, too; a clash shows at the start.
        let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start("127.0.0.1".into(), port, None)
    }

    pub fn start(address: String, port: u16, namespace: Option<String>) -> Option<Self> {
        if !Path::new(SNMPD).exists() {
            testkit::skipped("a real SNMP agent", &format!("{SNMPD} is missing (apt-get install snmpd)"));
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "agentaddress udp:{address}:{port}\nrocommunity {COMMUNITY}\nsysName edge.example.net\nsysLocation test\nsysContact noc@example.net\n"
        );
        std::fs::write(folder.path().join("snmpd.conf"), text).unwrap();
        let mut agent = Self { folder, namespace, address, port, child: None };
        agent.resume();
        Some(agent)
    }

    pub fn resume(&mut self) {
        let folder = self.folder.path();
        let mut command = match &self.namespace {
            Some(name) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", name, SNMPD]);
                command
            }
            None => Command::new(SNMPD),
        };
        command.args(["-f", "-r", "-C", "-c"]).arg(folder.join("snmpd.conf")).arg("-Lf").arg(folder.join("snmpd.log"));
        command.arg("-p").arg(folder.join("snmpd.pid")).env("SNMP_PERSISTENT_DIR", folder.join("kept")).env("MIBS", "");
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let log = folder.join("snmpd.log");
        wait_for("an SNMP agent that runs", || std::fs::read_to_string(&log).ok().filter(|text| text.contains("NET-SNMP version")));
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_file(self.folder.path().join("snmpd.log"));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A site with a cable to it: a network namespace with an address of its own that can be cut off.
pub struct Place {
    name: String,
    cable: String,
    pub address: String,
}

impl Place {
    /// `None`, told aloud, without root.
    pub fn new() -> Option<Self> {
        if !is_root() {
            testkit::skipped("a device that loses its cable", "making a network namespace needs root");
            return None;
        }
        // One of 8192 /30 networks of the range for benchmarks (RFC 2544), by our process number: nobody else's.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = (std::process::id() * 2 + MADE.fetch_add(1, Ordering::SeqCst)) % 8_192;
        let at = |host: u32| format!("198.18.{}.{}", number / 64, (number % 64) * 4 + host);
        let (name, cable) = (format!("pbt{number}"), format!("pbt{number}"));
        let place = Self { name, cable, address: at(2) };
        let (name, cable) = (&place.name, &place.cable);
        let lines = [
            format!("ip netns add {name}"),
            format!("ip link add {cable} type veth peer name eth0 netns {name}"),
            format!("ip addr add {}/30 dev {cable}", at(1)),
            format!("ip link set {cable} up"),
            format!("ip -n {name} link set lo up"),
            format!("ip -n {name} addr add {}/30 dev eth0", at(2)),
            format!("ip -n {name} link set eth0 up"),
        ];
        for line in lines {
            if let Err(why) = run(&line) {
                testkit::skipped("a device that loses its cable", &why);
                return None;
            }
        }
        Some(place)
    }

    pub fn agent(&self) -> Option<Agent> {
        Agent::start(self.address.clone(), 161, Some(self.name.clone()))
    }

    pub fn cut(&self) {
        run(&format!("ip -n {} link set eth0 down", self.name)).unwrap();
    }

    pub fn heal(&self) {
        run(&format!("ip -n {} link set eth0 up", self.name)).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = run(&format!("ip link del {}", self.cable));
        let _ = run(&format!("ip netns del {}", self.name));
    }
}

/// The register's rows of one watched device.
pub struct Site {
    pub credential: String,
    pub device: String,
}

/// A client with a Russian contact, a site, a device looked at every second, and a service on it.
pub fn register(admin: &Client, address: &str, port: u16) -> Site {
    let id = |row: Value| row["id"].as_str().unwrap().to_owned();
    let client = id(admin.create("/api/v1/tenants", &json!({"kind": "client", "name": "Ромашка"})));
    let site = id(admin.create("/api/v1/tenants", &json!({"kind": "site", "parent": client, "name": "Склад"})));
    let contact = json!({"tenant": client, "name": "Дежурный", "email": "duty@example.org", "language": "ru"});
    admin.create("/api/v1/contacts", &contact);
    let credential =
        id(admin.create("/api/v1/credentials", &json!({"tenant": client, "name": "read", "kind": "snmp_v2c", "community": COMMUNITY})));
    let device = id(admin.create(
        "/api/v1/devices",
        &json!({"site": site, "name": "edge", "address": address, "snmp_port": port, "credentials": [credential], "probe_interval_s": 1, "poll_interval_s": 5}),
    ));
    admin.create("/api/v1/services", &json!({"client": client, "name": "Интернет", "endpoints": [{"device": device}]}));
    Site { credential, device }
}

/// Waits until a device answers, by SNMP as well.
pub fn wait_until_watched(admin: &Client, device: &str) {
    wait_for("a device that is up and told its name", || {
        let seen = admin.device(device);
        (seen["state"] == "up" && seen["facts"]["sys_name"] == "edge.example.net").then_some(())
    });
}

/// A certificate for 127.0.0.1 that vouches for itself; files `cert.pem` and `key.pem`.
pub fn make_certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    run(&format!(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {} -out {} -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1,DNS:localhost -addext basicConstraints=critical,CA:FALSE",
        key.display(),
        cert.display()
    ))
    .unwrap();
    (cert, key)
}
