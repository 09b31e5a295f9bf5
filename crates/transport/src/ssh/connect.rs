//! From an address to a login: the ladder of algorithms, the host key, then the keys in their order.

use super::algorithms::{self, Algorithms, Compat, Level};
use super::guard::Tries;
use super::login::{self, Outcome};
use super::session::{Line, Session};
use super::stream;
use super::{Error, quote};
use model::credential::Key;
use russh::client::{self, DisconnectReason, Handle, Handler};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;

/// Whose key the device must show.
#[derive(Debug, Clone, Default)]
pub struct HostKeyPolicy {
    /// `SHA256:…` as OpenSSH prints it. Without one any key is accepted and told.
    pub pinned: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// TCP and key exchange, for each rung of the ladder.
    pub connect: Duration,
    /// Each step of the authentication.
    pub login: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(15), login: Duration::from_secs(30) }
    }
}

#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub target: SocketAddr,
    /// Tried in this order, each once; keys of other protocols are passed over.
    pub keys: &'a [Key],
    pub host_key: HostKeyPolicy,
    pub compat: Compat,
    pub timeouts: Timeouts,
}

/// What was learned on the way in.
#[derive(Debug)]
pub struct Connected {
    pub session: Session,
    /// What the device really needs: to be remembered, and anything but modern to be told.
    pub level: Level,
    pub algorithms: Algorithms,
    /// `SHA256:…`
    pub host_key: String,
    /// The identification string (RFC 4253, 4.2), without `SSH-2.0-`.
    pub banner: String,
    /// Place in the list of the key that opened.
    pub key: usize,
    /// Keys that were refused before it: put this one first next time.
    pub refused: u32,
}

/// What the device has told so far; filled by the library's task.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    host_key: Option<String>,
    algorithms: Option<Algorithms>,
    banner: String,
    farewell: String,
}

#[derive(Debug)]
pub(super) struct Watcher {
    pinned: Option<String>,
    seen: Arc<Mutex<Seen>>,
}

impl Handler for Watcher {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        // Certificates are not asked for, so none may come.
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        let offered = key.fingerprint(HashAlg::Sha256).to_string();
        let is_expected = self.pinned.as_ref().is_none_or(|pinned| is_same(pinned, &offered));
        lock(&self.seen).host_key = Some(offered);
        Ok(is_expected)
    }

    async fn kex_done(&mut self, _: Option<&[u8]>, names: &russh::Names, session: &mut client::Session) -> Result<(), Self::Error> {
        let mut seen = lock(&self.seen);
        seen.algorithms = Some(Algorithms::of(names));
        let id = String::from_utf8_lossy(session.remote_sshid());
        seen.banner = quote(id.trim_start_matches("SSH-2.0-").trim_start_matches("SSH-1.99-"));
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Self::Error>) -> Result<(), Self::Error> {
        lock(&self.seen).farewell = match reason {
            DisconnectReason::ReceivedDisconnect(told) => quote(&told.message),
            DisconnectReason::Error(cause) => plain(&cause),
        };
        Ok(())
    }
}

/// A connection before or in the middle of its login.
pub(super) struct Dialled {
    pub(super) handle: Handle<Watcher>,
    holder: stream::Holder,
    seen: Arc<Mutex<Seen>>,
    pub(super) level: Level,
    target: SocketAddr,
}

impl Dialled {
    pub(super) fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }
}
impl Seen {
    pub(super) fn farewell(&self) -> String {
        self.farewell.clone()
    }
    pub(super) fn signs_with_sha1(&self) -> bool {
        self.algorithms.as_ref().is_some_and(|agreed| agreed.level() > Level::Modern)
    }
}

/// Connects, checks the host key and logs in. Dropping the future or the session closes the connection.
pub async fn connect(request: &Request<'_>, tries: &mut Tries) -> Result<Connected, Error> {
    let target = request.target;
    let wanted: Vec<(usize, &str)> = request.keys.iter().enumerate().filter_map(|(place, key)| Some((place, login::user(key)?))).collect();
    let mut rung = request.compat.start();
    let mut open: Option<(Dialled, String, login::Methods)> = None;
    let (mut refused, mut offered, mut unusable) = (0, None, None);
    for (done, (place, user)) in wanted.iter().enumerate() {
        let Some(key) = request.keys.get(*place) else { continue };
        // A server ends the connection when the name of the user changes (RFC 4252, 5).
        let is_usable = open.as_ref().is_some_and(|(dialled, known, _)| known == user && !dialled.handle.is_closed());
        if !is_usable {
            let mut dialled = dial(request, rung).await?;
            rung = dialled.level;
            match login::ask_methods(&mut dialled, request, user).await? {
                login::Asked::Open => return Ok(connected(dialled, *place, refused)),
                login::Asked::Methods(methods) => open = Some((dialled, (*user).to_owned(), methods)),
            }
        }
        let Some((dialled, _, methods)) = open.as_mut() else { continue };
        match login::attempt(dialled, request, key, methods, tries).await {
            Ok(Outcome::Open) => {
                let Some((dialled, ..)) = open else { continue };
                return Ok(connected(dialled, *place, refused));
            }
            Ok(Outcome::Refused) => refused += 1,
            Ok(Outcome::NotOffered) => offered = Some(methods.to_string()),
            Ok(Outcome::NoTryLeft) => return Err(Error::LoginRefused { target, tried: refused, left: wanted.len() - done }),
            Err(cause @ Error::Credential { .. }) => unusable = Some(cause),
            Err(cause) => return Err(cause),
        }
    }
    Err(match (refused, unusable, offered) {
        (0, Some(cause), _) => cause,
        (0, None, offered) => Error::NoMethod { target, offered: offered.unwrap_or_else(|| "SSH".to_owned()) },
        (tried, ..) => Error::LoginRefused { target, tried, left: 0 },
    })
}

fn connected(dialled: Dialled, key: usize, refused: u32) -> Connected {
    let seen = dialled.seen();
    let algorithms =
        seen.algorithms.unwrap_or_else(|| Algorithms { kex: String::new(), host_key: String::new(), cipher: String::new(), mac: None });
    Connected {
        level: algorithms.level(),
        algorithms,
        host_key: seen.host_key.unwrap_or_default(),
        banner: seen.banner,
        key,
        refused,
        session: Session::new(Line { handle: dialled.handle, _holder: dialled.holder, target: dialled.target }),
    }
}

/// Down the ladder until there is a common algorithm.
async fn dial(request: &Request<'_>, start: Level) -> Result<Dialled, Error> {
    let mut level = start;
    loop {
        match dial_at(request, level).await {
            Err(Error::NoCommonAlgorithm { target, kind, theirs, .. }) => match request.compat.below(level) {
                Some(lower) => level = lower,
                None => return Err(Error::NoCommonAlgorithm { target, level, kind, theirs }),
            },
            outcome => return outcome,
        }
    }
}

async fn dial_at(request: &Request<'_>, level: Level) -> Result<Dialled, Error> {
    let (target, waited) = (request.target, request.timeouts.connect);
    let deadline = tokio::time::Instant::now() + waited;
    let tcp = match tokio::time::timeout_at(deadline, TcpStream::connect(target)).await {
        Err(_) => return Err(Error::Silent { target, during: "connecting", waited }),
        Ok(Err(source)) => return Err(Error::Unreachable { target, source }),
        Ok(Ok(tcp)) => tcp,
    };
    let (holder, held) = stream::hold(tcp);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watcher = Watcher { pinned: request.host_key.pinned.clone(), seen: Arc::clone(&seen) };
    let exchange = Box::pin(client::connect_stream(Arc::new(algorithms::config(level)), held, watcher));
    match tokio::time::timeout_at(deadline, exchange).await {
        Err(_) => Err(Error::Silent { target, during: "exchanging keys", waited }),
        Ok(Ok(handle)) => Ok(Dialled { handle, holder, seen, level, target }),
        Ok(Err(cause)) => Err(refusal(request, level, &lock(&seen).clone(), cause)),
    }
}

fn refusal(request: &Request<'_>, level: Level, seen: &Seen, cause: russh::Error) -> Error {
    let target = request.target;
    match cause {
        russh::Error::NoCommonAlgo { kind, theirs, .. } => {
            let kind = match kind {
                russh::AlgorithmKind::Kex => "key exchange",
                russh::AlgorithmKind::Key => "host key",
                russh::AlgorithmKind::Cipher => "cipher",
                russh::AlgorithmKind::Compression => "compression",
                russh::AlgorithmKind::Mac => "MAC",
            };
            Error::NoCommonAlgorithm { target, level, kind, theirs: theirs.iter().map(|name| quote(name)).collect() }
        }
        russh::Error::UnknownKey => match (&request.host_key.pinned, &seen.host_key) {
            (Some(pinned), Some(offered)) => Error::HostKeyChanged { target, pinned: pinned.clone(), offered: offered.clone() },
            _ => Error::KeyExchange { target, detail: "the host shows a certificate, which was not asked for".to_owned() },
        },
        russh::Error::Version => Error::NotSsh { target, detail: "it sends no identification string".to_owned() },
        russh::Error::IO(_) | russh::Error::HUP | russh::Error::Disconnect | russh::Error::RecvError => {
            Error::Lost { target, during: "exchanging keys", detail: seen.farewell() }
        }
        cause => Error::KeyExchange { target, detail: plain(&cause) },
    }
}

/// Without what the device may have put into it.
fn plain(cause: &russh::Error) -> String {
    quote(&cause.to_string())
}

/// OpenSSH leaves the padding out, others may not.
fn is_same(pinned: &str, offered: &str) -> bool {
    pinned.trim().trim_end_matches('=') == offered.trim_end_matches('=')
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
