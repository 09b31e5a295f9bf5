//! ICMP echo to any number of targets over one socket per address family.
//!
//! A raw socket is preferred where it is allowed, because only it hears who could not deliver; else a datagram socket
//! (net.ipv4.ping_group_range), where an unreachable host is just silent.

mod packet;

use crate::Error;
use packet::{Family, Heard, NONCE_LEN};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Requests of one probe; the first answer ends it.
pub const ECHOES_PER_PROBE: u32 = 3;
/// Between the requests, and after the last one: a probe takes at most [`ECHOES_PER_PROBE`] times this.
pub const ECHO_SPACING: Duration = Duration::from_secs(1);
/// Requests under way; a third of it is the number of silent targets at one time.
pub const PENDING_MAX: usize = 30_000;
const RECEIVE_BUFFER_BYTES: usize = 2_048;
/// Asked of the kernel, so that a burst of answers is not dropped.
const SOCKET_BUFFER_BYTES: usize = 512 * 1024;

/// Why a probe had no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    #[error("no answer to {ECHOES_PER_PROBE} ICMP echo requests")]
    Silent,
    #[error("{why}, says {by}")]
    Unreachable { by: IpAddr, why: &'static str },
    #[error("this machine cannot send: {0}")]
    CannotSend(String),
    #[error("{PENDING_MAX} ICMP requests are under way, no more are sent")]
    Full,
}

/// The sockets and who waits on them. Dropping it closes them.
#[derive(Debug)]
pub struct Icmp {
    v4: Option<Lane>,
    v6: Option<Lane>,
}

#[derive(Debug)]
struct Lane {
    family: Family,
    socket: Arc<UdpSocket>,
    is_raw: bool,
    identifier: u16,
    next_sequence: AtomicU16,
    pending: Arc<Mutex<HashMap<u16, Pending>>>,
    receiver: JoinHandle<()>,
}

#[derive(Debug)]
struct Pending {
    target: IpAddr,
    nonce: [u8; NONCE_LEN],
    sent: Instant,
    tell: mpsc::Sender<Told>,
}

#[derive(Debug)]
enum Told {
    Answered(Duration),
    Undelivered { by: IpAddr, why: &'static str },
}

/// Takes the requests of one probe off the list, however the probe ends.
struct Registered<'a> {
    lane: &'a Lane,
    sequences: Vec<u16>,
}

impl Icmp {
    /// Opens the sockets; must be called within a runtime. IPv6 may be absent on a machine, IPv4 decides whether ICMP is allowed.
    pub fn new() -> Result<Self, Error> {
        let v4 = Lane::open(Family::V4);
        let v6 = Lane::open(Family::V6);
        match (v4, v6) {
            (Err(source), Err(_)) => Err(Error::IcmpNotAllowed { source }),
            (v4, v6) => Ok(Self { v4: v4.ok(), v6: v6.ok() }),
        }
    }

    /// How ICMP is sent here, for a person.
    pub fn note(&self) -> String {
        let kind = |lane: &Option<Lane>| match lane {
            Some(lane) if lane.is_raw => "raw socket",
            Some(_) => "datagram socket",
            None => "none",
        };
        format!("ICMP over IPv4: {}, over IPv6: {}", kind(&self.v4), kind(&self.v6))
    }

    /// The round trip time of the first answer. Takes at most [`ECHOES_PER_PROBE`] × [`ECHO_SPACING`].
    pub async fn probe(&self, target: IpAddr) -> Result<Duration, Miss> {
        let lane = match target {
            IpAddr::V4(_) => self.v4.as_ref().ok_or_else(|| Miss::CannotSend("no ICMP socket for IPv4".to_owned()))?,
            IpAddr::V6(_) => self.v6.as_ref().ok_or_else(|| Miss::CannotSend("no ICMP socket for IPv6".to_owned()))?,
        };
        lane.probe(target).await
    }
}

impl Lane {
    fn open(family: Family) -> io::Result<Self> {
        let (domain, protocol, local) = match family {
            Family::V4 => (Domain::IPV4, Protocol::ICMPV4, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            Family::V6 => (Domain::IPV6, Protocol::ICMPV6, IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        };
        let (socket, is_raw) = match Socket::new(domain, Type::RAW, Some(protocol)) {
            Ok(socket) => (socket, true),
            Err(_) => (Socket::new(domain, Type::DGRAM, Some(protocol))?, false),
        };
        socket.set_nonblocking(true)?;
        // The kernel may give less; then a burst loses answers, which the second request makes good.
        let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
        socket.bind(&SockAddr::from(SocketAddr::new(local, 0)))?;
        // A datagram ICMP socket has its identifier for a port; for a raw one any number serves, the nonce makes the answer ours.
        let identifier = if is_raw { std::process::id() as u16 } else { socket.local_addr()?.as_socket().map_or(0, |local| local.port()) };
        let socket = Arc::new(UdpSocket::from_std(socket.into())?);
        let pending = Arc::new(Mutex::new(HashMap::new()));
        let receiver = tokio::spawn(receive(family, is_raw, identifier, Arc::clone(&socket), Arc::clone(&pending)));
        Ok(Self { family, socket, is_raw, identifier, next_sequence: AtomicU16::new(0), pending, receiver })
    }

    async fn probe(&self, target: IpAddr) -> Result<Duration, Miss> {
        let (tell, mut told) = mpsc::channel(2 * ECHOES_PER_PROBE as usize);
        let mut registered = Registered { lane: self, sequences: Vec::with_capacity(ECHOES_PER_PROBE as usize) };
        let mut miss = Miss::Silent;
        for _ in 0..ECHOES_PER_PROBE {
            let deadline = tokio::time::Instant::now() + ECHO_SPACING;
            if let Err(cannot) = self.send(target, &tell, &mut registered).await {
                miss = cannot;
            }
            while let Ok(Some(event)) = tokio::time::timeout_at(deadline, told.recv()).await {
                match event {
                    Told::Answered(rtt) => return Ok(rtt),
                    Told::Undelivered { by, why } => miss = Miss::Unreachable { by, why },
                }
            }
        }
        Err(miss)
    }

    async fn send(&self, target: IpAddr, tell: &mpsc::Sender<Told>, registered: &mut Registered<'_>) -> Result<(), Miss> {
        let nonce = nonce();
        let sequence = {
            let mut pending = lock(&self.pending);
            if pending.len() >= PENDING_MAX {
                return Err(Miss::Full);
            }
            // Fewer than half of all sequence numbers are ever taken, so a free one is near.
            let sequence = loop {
                let candidate = self.next_sequence.fetch_add(1, Ordering::Relaxed);
                if !pending.contains_key(&candidate) {
                    break candidate;
                }
            };
            pending.insert(sequence, Pending { target, nonce, sent: Instant::now(), tell: tell.clone() });
            sequence
        };
        registered.sequences.push(sequence);
        let packet = packet::request(self.family, self.identifier, sequence, nonce);
        self.socket.send_to(&packet, SocketAddr::new(target, 0)).await.map_err(|cause| Miss::CannotSend(cause.to_string()))?;
        Ok(())
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.receiver.abort();
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        let mut pending = lock(&self.lane.pending);
        for sequence in &self.sequences {
            pending.remove(sequence);
        }
    }
}

async fn receive(family: Family, is_raw: bool, identifier: u16, socket: Arc<UdpSocket>, pending: Arc<Mutex<HashMap<u16, Pending>>>) {
    let mut buffer = [0; RECEIVE_BUFFER_BYTES];
    loop {
        let (len, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(cause) => {
                // A pending error of the socket is read once; should it stay, do not spin on it.
                tracing::debug!(%cause, "ICMP socket could not receive");
                tokio::time::sleep(ECHO_SPACING).await;
                continue;
            }
        };
        let Some(heard) = packet::read(family, is_raw && family == Family::V4, &buffer[..len]) else { continue };
        let pending = lock(&pending);
        match heard {
            Heard::Reply { identifier: of, sequence, nonce } if of == identifier => {
                if let Some(request) = pending.get(&sequence).filter(|request| request.nonce == nonce) {
                    let _ = request.tell.try_send(Told::Answered(request.sent.elapsed()));
                }
            }
            Heard::Undelivered { identifier: of, sequence, target, why } if of == identifier => {
                if let Some(request) = pending.get(&sequence).filter(|request| request.target == target) {
                    let _ = request.tell.try_send(Told::Undelivered { by: from.ip(), why });
                }
            }
            Heard::Reply { .. } | Heard::Undelivered { .. } => {}
        }
    }
}

/// Every change of the table is a single step, so a panic elsewhere leaves it whole.
fn lock(pending: &Mutex<HashMap<u16, Pending>>) -> MutexGuard<'_, HashMap<u16, Pending>> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unforeseeable, so that nobody answers without having seen the request.
fn nonce() -> [u8; NONCE_LEN] {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish().to_be_bytes()
}
