//! A real agent (net-snmp's snmpd) and hostile ones on loopback, for the tests of `transport` and `collect`.
#![allow(dead_code)]

use std::fmt::Write as _;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// When it is set, a test that cannot run fails instead of being left out.
const REQUIRE_ALL: &str = "POLYOT_REQUIRE_ALL";

/// Says aloud that a test is left out.
pub fn skip(why: &str) {
    assert!(std::env::var_os(REQUIRE_ALL).is_none(), "{REQUIRE_ALL} is set and {why}");
    eprintln!("SKIPPED: {why}");
}

pub fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// snmpd in the foreground with a configuration of its own; ends with the value.
pub struct Snmpd {
    child: Child,
    folder: PathBuf,
    pub port: u16,
}

impl Snmpd {
    /// `None`, said aloud, when net-snmp is not installed. `extra`: further lines of snmpd.conf.
    pub fn start(extra: &str) -> Option<Self> {
        Self::start_on(free_udp_port(), extra)
    }

    pub fn start_on(port: u16, extra: &str) -> Option<Self> {
        let Some(program) = ["/usr/sbin/snmpd", "/usr/local/sbin/snmpd"].into_iter().find(|path| std::path::Path::new(path).exists())
        else {
            skip("snmpd is not installed (apt-get install snmpd)");
            return None;
        };
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let folder = std::env::temp_dir().join(format!("polyot-snmpd-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).unwrap();
        let mut config =
            format!("agentaddress udp:127.0.0.1:{port}\nrocommunity public 127.0.0.1\nsysName polyot-lab\nsysDescr a router of the lab\n");
        config.push_str(extra);
        std::fs::write(folder.join("snmpd.conf"), config).unwrap();
        let child = Command::new(program)
            .args(["-f", "-Ln", "-C", "-c"])
            .arg(folder.join("snmpd.conf"))
            .env("SNMP_PERSISTENT_DIR", &folder)
            .env("SNMPCONFPATH", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let agent = Self { child, folder, port };
        agent.wait_until_it_answers();
        Some(agent)
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    fn wait_until_it_answers(&self) {
        const CEILING: Duration = Duration::from_secs(30);
        let start = Instant::now();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        // GET sysUpTime.0 by community `public`, as net-snmp sends it.
        let request = b"\x30\x29\x02\x01\x01\x04\x06public\xa0\x1c\x02\x04\x00\x00\x00\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x05\x00";
        while start.elapsed() < CEILING {
            socket.send_to(request, self.address()).unwrap();
            if socket.recv_from(&mut [0; 1500]).is_ok() {
                return;
            }
        }
        panic!("snmpd does not answer on port {}", self.port);
    }
}

impl Drop for Snmpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An agent that answers each datagram with what `respond` makes of it (nothing, one or many); ends with the value.
pub struct Hostile {
    pub address: SocketAddr,
    pub heard: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hostile {
    pub fn start(respond: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let address = socket.local_addr().unwrap();
        let (heard, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, is_over) = (Arc::clone(&heard), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 65_535];
            while !is_over.load(Ordering::SeqCst) {
                let Ok((len, from)) = socket.recv_from(&mut buffer) else { continue };
                counter.fetch_add(1, Ordering::SeqCst);
                for answer in respond(&buffer[..len]) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self { address, heard, stop, thread: Some(thread) }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// BER with definite lengths: one element.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match content.len() {
        len @ 0..=127 => element.push(len as u8),
        len @ 128..=255 => element.extend([0x81, len as u8]),
        len => element.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    element.extend_from_slice(content);
    element
}

pub fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = vec![(arcs[0] * 40 + arcs[1]) as u8];
    for arc in &arcs[2..] {
        let groups = (0..5).rev().map(|shift| (arc >> (7 * shift) & 0x7f) as u8);
        let mut significant: Vec<u8> = groups.skip_while(|group| *group == 0).collect();
        if significant.is_empty() {
            significant.push(0);
        }
        let last = significant.len() - 1;
        content.extend(significant.iter().enumerate().map(|(at, group)| if at == last { *group } else { group | 0x80 }));
    }
    tlv(6, &content)
}

/// What a v2c request asks: PDU type, request id as sent, objects.
pub struct Asked {
    pub pdu: u8,
    pub request_id: Vec<u8>,
    pub objects: Vec<Vec<u32>>,
}

fn element(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (len, header) = match bytes[1] {
        0x81 => (usize::from(bytes[2]), 3),
        0x82 => (usize::from(bytes[2]) << 8 | usize::from(bytes[3]), 4),
        len => (usize::from(len), 2),
    };
    (bytes[0], &bytes[header..header + len], &bytes[header + len..])
}

pub fn asked(request: &[u8]) -> Asked {
    let (_, message, _) = element(request);
    let (_, _version, rest) = element(message);
    let (_, _community, rest) = element(rest);
    let (pdu, body, _) = element(rest);
    let (_, request_id, rest) = element(body);
    let (_, _, rest) = element(rest);
    let (_, _, rest) = element(rest);
    let (_, mut bindings, _) = element(rest);
    let mut objects = vec![];
    while !bindings.is_empty() {
        let (_, binding, later) = element(bindings);
        let (_, name, _) = element(binding);
        let mut arcs = vec![u32::from(name[0] / 40), u32::from(name[0] % 40)];
        let mut arc = 0;
        for byte in &name[1..] {
            arc = arc << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                arcs.push(arc);
                arc = 0;
            }
        }
        objects.push(arcs);
        bindings = later;
    }
    Asked { pdu, request_id: request_id.to_vec(), objects }
}

/// A v2c response by community `public`. `bindings`: encoded name and value each.
pub fn response(request_id: &[u8], error_status: u8, bindings: &[(Vec<u32>, Vec<u8>)]) -> Vec<u8> {
    let bindings: Vec<u8> = bindings.iter().flat_map(|(name, value)| tlv(0x30, &[oid(name), value.clone()].concat())).collect();
    let body = [tlv(2, request_id), tlv(2, &[error_status]), tlv(2, &[0]), tlv(0x30, &bindings)].concat();
    tlv(0x30, &[tlv(2, &[1]), tlv(4, b"public"), tlv(0xa2, &body)].concat())
}

/// For messages of failed assertions.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An honest agent over a MIB that the test may change: object to encoded value.
pub type Mib = Arc<std::sync::Mutex<std::collections::BTreeMap<Vec<u32>, Vec<u8>>>>;

pub fn honest(mib: &Mib) -> Hostile {
    let mib = Arc::clone(mib);
    Hostile::start(move |request| {
        let asked = asked(request);
        let mib = mib.lock().unwrap();
        let bindings: Vec<_> = match asked.pdu {
            0xa0 => {
                let value = |object: &Vec<u32>| mib.get(object).cloned().unwrap_or_else(|| tlv(0x81, &[]));
                asked.objects.iter().map(|object| (object.clone(), value(object))).collect()
            }
            // One row for each GETBULK is allowed: an answer may be shorter than wanted.
            _ => asked
                .objects
                .iter()
                .map(|object| {
                    let beyond = (std::ops::Bound::Excluded(object.clone()), std::ops::Bound::Unbounded);
                    mib.range(beyond).next().map_or((object.clone(), tlv(0x82, &[])), |(name, value)| (name.clone(), value.clone()))
                })
                .collect(),
        };
        vec![response(&asked.request_id, 0, &bindings)]
    })
}
