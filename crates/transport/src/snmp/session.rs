//! The only file that knows the SNMP library.

use super::walk::{Limits, Stop, Walk, Walker};
use super::{OBJECTS_PER_GET, Oid, SESSIONS_MAX, Value};
use crate::Error;
use async_snmp::{
    Auth, AuthProtocol, Client, ClientBuilder, Community, DesSaltState, EngineCache, ErrorStatus, MasterKeys, PersistedDesSaltState,
    PrivProtocol, Retry, UdpHandle, UdpStats, UdpTransport, UsmConfig,
};
use model::credential::{Key, SnmpAuth, SnmpPriv};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Engines remembered; beyond it all are forgotten and discovered anew.
const ENGINES_MAX: usize = 20_000;

/// How long to wait for an answer and how often to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one try.
    pub timeout: Duration,
    /// Further tries after the first.
    pub retries: u32,
}

/// A credential made ready: deriving the keys of v3 is costly and done once per credential. `Debug` shows no secret.
pub struct Access {
    auth: Auth,
    is_v3: bool,
    is_des: bool,
    key: Key,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "access by {}", self.key.kind())
    }
}

/// What all sessions share: prepared credentials, discovered engines, the limit.
#[derive(Debug)]
pub struct Snmp {
    accesses: Mutex<Vec<Weak<Access>>>,
    engines: Mutex<HashMap<SocketAddr, Arc<EngineCache>>>,
    turns: Arc<Semaphore>,
    des_salts: DesSaltState,
}

/// A conversation with one agent over a socket of its own. So whatever comes in on it, garbage too, is known to be meant as an answer of this
/// agent, a spoofer has to guess the port, and an idle collector holds no socket.
pub struct Session<'a> {
    snmp: &'a Snmp,
    target: SocketAddr,
    is_v3: bool,
    patience: Patience,
    client: Client<UdpHandle>,
    transport: UdpTransport,
    _turn: OwnedSemaphorePermit,
}

impl Default for Snmp {
    fn default() -> Self {
        Self {
            accesses: Mutex::default(),
            engines: Mutex::default(),
            turns: Arc::new(Semaphore::new(SESSIONS_MAX)),
            des_salts: des_salts(),
        }
    }
}

impl Snmp {
    /// Prepares a credential; the same one is prepared once and shared.
    pub async fn access(&self, key: &Key) -> Result<Arc<Access>, Error> {
        if let Some(known) = lock(&self.accesses).iter().filter_map(Weak::upgrade).find(|access| access.key == *key) {
            return Ok(known);
        }
        let owned = key.clone();
        let derived = tokio::task::spawn_blocking(move || auth(&owned)).await;
        let auth = derived.map_err(|broken| Error::Credential { detail: broken.to_string() })??;
        let is_des = matches!(key, Key::SnmpV3 { privacy: SnmpPriv::Des, .. });
        let access = Arc::new(Access { auth, is_v3: matches!(key, Key::SnmpV3 { .. }), is_des, key: key.clone() });
        let mut accesses = lock(&self.accesses);
        accesses.retain(|known| known.strong_count() > 0);
        accesses.push(Arc::downgrade(&access));
        Ok(access)
    }

    /// Waits for its turn when [`SESSIONS_MAX`] are open.
    pub async fn open(&self, target: SocketAddr, access: &Access, patience: Patience) -> Result<Session<'_>, Error> {
        let broken = |cause: Box<async_snmp::Error>| Error::Socket { detail: cause.to_string() };
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|closed| Error::Socket { detail: closed.to_string() })?;
        let local = if target.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
        let transport = UdpTransport::builder().bind(local).warn_on_source_mismatch(false).build().await.map_err(broken)?;
        let retry = Retry::fixed(patience.retries, Duration::ZERO).map_err(|cause| Error::Socket { detail: cause.to_string() })?;
        let mut builder =
            ClientBuilder::new(access.auth.clone()).request_timeout(patience.timeout).retry(retry).max_oids_per_request(OBJECTS_PER_GET);
        if access.is_v3 {
            // A refusal (unknown user, wrong digest) is told in a Report that cannot be authentic; without this it would look like silence.
            // A forged one costs no more than one failed read: no trusted time is taken from it.
            builder = builder.engine_cache(self.engine(target)).allow_unauthenticated_v3_time_correction(true);
            if access.is_des {
                builder = builder.des_salt_state(self.des_salts.clone());
            }
        }
        let handle = transport.handle(target).map_err(broken)?;
        let client = builder.build_with_transport(handle).map_err(|cause| Error::Credential { detail: cause.to_string() })?;
        Ok(Session { snmp: self, target, is_v3: access.is_v3, patience, client, transport, _turn: turn })
    }

    fn engine(&self, target: SocketAddr) -> Arc<EngineCache> {
        let mut engines = lock(&self.engines);
        if engines.len() >= ENGINES_MAX && !engines.contains_key(&target) {
            engines.clear();
        }
        Arc::clone(engines.entry(target).or_default())
    }
}

impl Session<'_> {
    /// The values of scalar objects or instances, in the order asked; [`Value::Absent`] for what the agent does not have.
    /// An answer that names other objects is garbage.
    pub async fn get(&self, oids: &[Oid]) -> Result<Vec<Value>, Error> {
        let before = self.transport.stats();
        let asked: Vec<async_snmp::Oid> = oids.iter().map(|oid| async_snmp::Oid::from_slice(oid.arcs())).collect();
        let answer = self.client.get_many(&asked).await.map_err(|cause| self.error(&cause, before))?;
        let mut found: HashMap<Oid, Value> =
            answer.varbinds.into_iter().map(|binding| (Oid::new(binding.oid.arcs()), value(&binding.value))).collect();
        let values = oids.iter().map(|oid| {
            found
                .remove(oid)
                .ok_or_else(|| Error::Garbage { target: self.target, detail: format!("the answer lacks {oid}, which was asked for") })
        });
        values.collect()
    }

    /// Reads the columns of a table. What was read before an error is kept.
    pub async fn walk(&self, columns: &[Oid], limits: Limits) -> Walk {
        let mut walker = Walker::new(columns, limits.rows_max);
        let stopped = match tokio::time::timeout(limits.time_max, self.walk_on(&mut walker)).await {
            Ok(Ok(())) => None,
            Ok(Err(stop)) => Some(stop),
            Err(_) => Some(Stop::Time { time_max: limits.time_max }),
        };
        Walk { cells: walker.cells, stopped }
    }

    async fn walk_on(&self, walker: &mut Walker) -> Result<(), Stop> {
        while let Some((asked, repetitions)) = walker.next() {
            let before = self.transport.stats();
            let asked: Vec<async_snmp::Oid> = asked.iter().map(|oid| async_snmp::Oid::from_slice(oid.arcs())).collect();
            match self.client.get_bulk(&asked, 0, repetitions).await {
                Ok(bindings) => {
                    walker.feed(bindings.into_iter().map(|binding| (Oid::new(binding.oid.arcs()), value(&binding.value))).collect())?;
                }
                Err(cause) if is_too_big(&cause) => {
                    if !walker.ask_for_less() {
                        return Err(Error::TooBig { target: self.target }.into());
                    }
                }
                Err(cause) => return Err(self.error(&cause, before).into()),
            }
        }
        Ok(())
    }

    /// Names what happened. `before`: what the socket had seen when the request was sent.
    fn error(&self, cause: &async_snmp::Error, before: UdpStats) -> Error {
        use async_snmp::Error as Cause;
        let target = self.target;
        let cause = cause.exchange_source();
        if self.is_v3 && !matches!(cause, Cause::Snmp { .. }) {
            // The box may have been replaced or lost its boot counter: discover its engine anew next time.
            lock(&self.snmp.engines).remove(&target);
        }
        match cause {
            Cause::Timeout { .. } => self.silence(before),
            Cause::Report { status, .. } => Error::Refused { target, reason: status.to_string() },
            Cause::Auth { .. } => {
                Error::Refused { target, reason: "the answer is not authentic: wrong digest or out of the time window".to_owned() }
            }
            Cause::Snmp { status: ErrorStatus::TooBig, .. } => Error::TooBig { target },
            Cause::Snmp { status: status @ (ErrorStatus::NoAccess | ErrorStatus::AuthorizationError), .. } => {
                Error::Refused { target, reason: status.to_string() }
            }
            Cause::Snmp { status, .. } => Error::Status { target, status: status.to_string() },
            Cause::Decode(broken) => Error::Garbage { target, detail: broken.to_string() },
            Cause::MalformedResponse { .. } | Cause::ResponseShape { .. } | Cause::WalkAborted { .. } => {
                Error::Garbage { target, detail: "the answer does not fit the request".to_owned() }
            }
            Cause::Network { source, .. } => Error::Network { target, detail: source.to_string() },
            Cause::Privacy(broken) => Error::Refused { target, reason: broken.to_string() },
            other => Error::Network { target, detail: other.to_string() },
        }
    }

    /// No answer was accepted in time; but perhaps something came.
    fn silence(&self, before: UdpStats) -> Error {
        let now = self.transport.stats();
        let unreadable = now.malformed_datagrams - before.malformed_datagrams;
        let unfitting = now.discarded_datagrams - before.discarded_datagrams;
        // A late answer to an earlier request is no garbage; before the first answer there is none.
        let was_heard = now.correlated_datagrams > 0;
        if unreadable > 0 {
            return Error::Garbage { target: self.target, detail: format!("{unreadable} datagrams came that are not SNMP") };
        }
        if now.correlated_datagrams > before.correlated_datagrams {
            if self.is_v3 {
                // Some agents drop what they cannot decrypt without a word (RFC 3414 wants a Report).
                let reason = "the agent answers discovery but not the request: wrong privacy password or protocol?".to_owned();
                return Error::Refused { target: self.target, reason };
            }
            return Error::Garbage { target: self.target, detail: "answers came that do not fit: other community or version".to_owned() };
        }
        if unfitting > 0 && !was_heard {
            return Error::Garbage { target: self.target, detail: format!("{unfitting} answers came with a wrong request id") };
        }
        Error::Silent { target: self.target, waited: self.patience.timeout * (self.patience.retries + 1) }
    }
}

/// DES wants a salt that is never used twice with one key (RFC 3414, 8.1.1.1). We keep no state over restarts: the second of the start, which
/// does not come again, takes the place of the boot counter.
fn des_salts() -> DesSaltState {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let boots = u32::try_from(seconds & 0x3fff_ffff).unwrap_or(1).max(1);
    let start = PersistedDesSaltState::new(boots).expect("30 bits and not zero are within the range of boots");
    DesSaltState::restart(start, |_| Ok::<(), std::io::Error>(())).expect("one more is within the range too, and nothing is persisted")
}

fn is_too_big(cause: &async_snmp::Error) -> bool {
    matches!(cause.exchange_source(), async_snmp::Error::Snmp { status: ErrorStatus::TooBig, .. })
}

fn auth(key: &Key) -> Result<Auth, Error> {
    let broken = |cause: &dyn std::fmt::Display| Error::Credential { detail: cause.to_string() };
    match key {
        Key::SnmpV2c { community } => Ok(Auth::v2c(Community::from(community.reveal().as_bytes().to_vec()))),
        Key::SnmpV3 { user, auth, auth_password, privacy, priv_password } => {
            let keys = MasterKeys::new(auth_protocol(*auth), auth_password.reveal().as_bytes())
                .map_err(|cause| broken(&format!("authentication password: {cause}")))?
                .with_privacy(priv_protocol(*privacy), priv_password.reveal().as_bytes())
                .map_err(|cause| broken(&format!("privacy password: {cause}")))?;
            let config = UsmConfig::new(user.clone().into_bytes()).with_master_keys(keys).map_err(|cause| broken(&cause))?;
            Ok(Auth::Usm(config))
        }
        Key::SshPassword { .. } | Key::SshKey { .. } | Key::Enable { .. } => {
            Err(Error::Credential { detail: "is not for SNMP".to_owned() })
        }
    }
}

const fn auth_protocol(auth: SnmpAuth) -> AuthProtocol {
    match auth {
        SnmpAuth::Md5 => AuthProtocol::Md5,
        SnmpAuth::Sha1 => AuthProtocol::Sha1,
        SnmpAuth::Sha224 => AuthProtocol::Sha224,
        SnmpAuth::Sha256 => AuthProtocol::Sha256,
        SnmpAuth::Sha384 => AuthProtocol::Sha384,
        SnmpAuth::Sha512 => AuthProtocol::Sha512,
    }
}

const fn priv_protocol(privacy: SnmpPriv) -> PrivProtocol {
    match privacy {
        SnmpPriv::Des => PrivProtocol::Des,
        SnmpPriv::Aes128 => PrivProtocol::Aes128,
        SnmpPriv::Aes192 => PrivProtocol::Aes192Blumenthal,
        SnmpPriv::Aes256 => PrivProtocol::Aes256Blumenthal,
    }
}

fn value(value: &async_snmp::Value) -> Value {
    use async_snmp::Value as Wire;
    match value {
        Wire::Integer(number) => Value::Integer(i64::from(*number)),
        Wire::Counter32(number) | Wire::Gauge32(number) | Wire::UInteger32(number) => Value::Unsigned(u64::from(*number)),
        Wire::Counter64(number) => Value::Counter64(*number),
        Wire::TimeTicks(ticks) => Value::Ticks(*ticks),
        Wire::OctetString(bytes) => Value::Bytes(bytes.to_vec()),
        Wire::ObjectIdentifier(oid) => Value::Oid(Oid::new(oid.arcs())),
        Wire::NoSuchObject | Wire::NoSuchInstance => Value::Absent,
        Wire::EndOfMibView => Value::EndOfMibView,
        _ => Value::Other,
    }
}

/// Every change is a single step, so a panic elsewhere leaves the map whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
