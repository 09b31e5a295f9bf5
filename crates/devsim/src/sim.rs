//! The running simulation: devices, their ports, and the faults on command.

use crate::cli::{self, Configuration};
use crate::faults::{Agent, Faults, Ssh};
use crate::front;
use crate::login::Login;
use crate::mib::{Handler, INTERNET};
use crate::network::{Network, Running};
use crate::platform::{self, Style};
use crate::ssh::{Sessions, keys, port};
use crate::state::{Common, Device};
use crate::topology::{self, BadTopology, Topology};
use async_snmp::agent::{Agent as SnmpAgent, SecurityModel};
use async_snmp::v3::{AuthoritativeEngine, generate_engine_id};
use async_snmp::{AuthProtocol, Oid, PrivProtocol, SecurityLevel};
use model::Secret;
use model::credential::{CredentialKind, Key, SnmpAuth, SnmpPriv};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

const SECONDS_PER_DAY: u64 = 86_400;

#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error(transparent)]
    Topology(#[from] BadTopology),
    #[error("{device}: cannot open {address}; is another simulation running, and has the system this loopback address?")]
    Open {
        device: String,
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("{device}: its SNMP agent cannot start")]
    Agent {
        device: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the simulation has no SSH key")]
    Key(#[from] keys::BadKey),
    #[error("{device}: refuses the line `{line}`: {said}")]
    Refused { device: String, line: String, said: String },
    #[error("{device}: its command line has no {what}")]
    Unfit { device: String, what: &'static str },
    #[error("no device {0} in the simulation")]
    NoDevice(String),
    #[error("{device} has no interface {interface}")]
    NoInterface { device: String, interface: String },
}

impl SimError {
    /// A port may become free; the rest is as it is written.
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Agent { .. })
    }
}

/// What one needs to register a simulated device.
#[derive(Debug, Clone, PartialEq)]
pub struct SimDevice {
    pub name: String,
    /// Key of its site in the topology.
    pub site: String,
    pub address: IpAddr,
    pub snmp_port: u16,
    pub ssh_port: u16,
    /// The credential to register for it.
    pub key: Key,
    /// And the one for its command line.
    pub ssh: Key,
    /// The second password of its command line, where there is one.
    pub enable: Option<Secret>,
    /// How the command line behaves.
    pub style: Style,
    /// Name of the parent device and its interface towards this one.
    pub parents: Vec<(String, String)>,
}

/// A simulated network. It ends when this is dropped.
pub struct Sim {
    devices: Vec<SimDevice>,
    network: Arc<Network>,
    /// Configurations as they were before a hand changed them.
    untouched: Mutex<BTreeMap<usize, Configuration>>,
    _tasks: JoinSet<()>,
}

impl Sim {
    /// Opens all ports; when one cannot be opened, none stays open. Needs a tokio runtime.
    pub async fn start(topology: Topology) -> Result<Self, SimError> {
        topology.check()?;
        let day_start_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() % SECONDS_PER_DAY) as f64;
        let began = Instant::now();
        let platforms: BTreeMap<String, _> = platform::all()?.into_iter().map(|(key, platform)| (key, Arc::new(platform))).collect();
        let visitor = keys::fresh()?;
        let ssh = &topology.credentials.ssh;
        let login = Login {
            user: ssh.user.clone(),
            password: ssh.password.clone(),
            enable: ssh.enable.clone(),
            authorized: visitor.public_key().clone(),
        };
        let common = Common { login: &login, community: topology.credentials.community.reveal(), day_start_s };
        let mut running = Vec::new();
        for spec in &topology.devices {
            let site = topology.tenants.iter().find(|tenant| tenant.key == spec.site).map_or_else(String::new, |site| site.name.clone());
            let platform = platforms.get(&spec.platform).ok_or_else(|| BadTopology(format!("no platform {}", spec.platform)))?;
            let device = Device::new(spec.clone(), site, Arc::clone(platform), &common)?;
            running.push(Arc::new(Running::new(device, began)?));
        }
        let network = Arc::new(Network::new(topology, running));
        let visitor = Secret::new(keys::written(&visitor)?);
        let (mut devices, mut tasks) = (Vec::new(), JoinSet::new());
        for place in 0..network.running.len() {
            devices.push(open(&network, place, &visitor, &mut tasks).await?);
        }
        Ok(Self { devices, network, untouched: Mutex::default(), _tasks: tasks })
    }

    pub fn topology(&self) -> &Topology {
        &self.network.topology
    }
    pub fn devices(&self) -> &[SimDevice] {
        &self.devices
    }
    pub fn device(&self, name: &str) -> Result<&SimDevice, SimError> {
        Ok(&self.devices[self.place(name)?])
    }

    /// Cuts the cable at an interface: both ends go down, what lies behind falls silent.
    pub fn link_down(&self, device: &str, interface: &str) -> Result<(), SimError> {
        let place = self.place(device)?;
        let port = self.topology().devices[place].interfaces.iter().position(|known| known.name == interface);
        let port = port.ok_or_else(|| SimError::NoInterface { device: device.to_owned(), interface: interface.to_owned() })?;
        self.change(|faults| {
            faults.links.insert((place, port));
        });
        Ok(())
    }

    /// Takes the device's power. When it is restored it has booted anew: uptime and counters start at zero.
    pub fn device_down(&self, device: &str) -> Result<(), SimError> {
        let place = self.place(device)?;
        self.change(|faults| {
            faults.dead.insert(place);
        });
        Ok(())
    }

    /// The SNMP agent says nothing more; the device still forwards and accepts TCP.
    pub fn snmp_silent(&self, device: &str) -> Result<(), SimError> {
        self.agent(device, Agent::Silent)
    }

    /// Every SNMP answer comes this much later.
    pub fn slow(&self, device: &str, delay: Duration) -> Result<(), SimError> {
        self.agent(device, Agent::Slow(delay))
    }

    /// SNMP answers are cut in half or noise, in turn.
    pub fn garbage(&self, device: &str) -> Result<(), SimError> {
        self.agent(device, Agent::Garbage)
    }

    /// Somebody logs in and types these lines in the way of the device's style (in its configuration mode, where it has one), without
    /// telling anybody and without saving. When a line is refused, those before it stand, as with real gear.
    pub fn config_changed(&self, device: &str, by: &str, lines: &[String]) -> Result<(), SimError> {
        let place = self.place(device)?;
        let done = self.network.with_device(place, |state, now| {
            let before = state.config.clone();
            self.untouched().entry(place).or_insert(before);
            cli::type_in(state, now, by, lines)
        });
        self.network.follow();
        done.map_err(|(line, said)| SimError::Refused { device: device.to_owned(), line, said })
    }

    /// The same with what the platform's data has for a night shift in a hurry; answers what was typed.
    pub fn config_changed_somehow(&self, device: &str, by: &str) -> Result<Vec<String>, SimError> {
        let place = self.place(device)?;
        let lines = self.network.with_device(place, |state, now| state.filled(&state.platform.by_hand, now));
        self.config_changed(device, by, &lines).map(|()| lines)
    }

    /// A shown configuration ends in the middle of a line, and the prompt follows as if nothing had happened.
    pub fn ssh_truncated(&self, device: &str) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.cuts = true)
    }

    /// Every prompt comes this much later.
    pub fn ssh_slow(&self, device: &str, delay: Duration) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.delay = Some(delay))
    }

    /// The pager goes on paging, whatever its switch says.
    pub fn ssh_pager_stubborn(&self, device: &str) -> Result<(), SimError> {
        match self.device(device)?.style {
            Style::PrivilegedExec | Style::Vtysh => self.ssh(device, |ssh| ssh.pages_always = true),
            Style::Path | Style::Shell => Err(SimError::Unfit { device: device.to_owned(), what: "pager" }),
        }
    }

    /// Asked for its configuration, it asks something back.
    pub fn ssh_question(&self, device: &str) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.asks = true)
    }

    /// Password and authorized key were changed by somebody.
    pub fn ssh_login_changed(&self, device: &str) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.refuses_login = true)
    }

    /// Another key answers: the device was replaced, or somebody stands in between.
    pub fn ssh_host_key_changed(&self, device: &str) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.has_other_host_key = true)
    }

    /// Only group1-sha1, ssh-rsa, CBC and hmac-sha1; its host key is an RSA one then, so it is another than before.
    pub fn ssh_legacy(&self, device: &str) -> Result<(), SimError> {
        self.ssh(device, |ssh| ssh.is_old = true)
    }

    /// Takes back every fault of the device, those of its cables and the lines of a hand included.
    pub fn restore(&self, device: &str) -> Result<(), SimError> {
        let place = self.place(device)?;
        // The lock is free again before the device's is taken: another hand takes them the other way round.
        let before = self.untouched().remove(&place);
        if let Some(config) = before {
            self.network.with_device(place, |state, _| state.put_back(config));
        }
        self.network.change(|faults| faults.forget(self.topology(), place));
        Ok(())
    }

    pub fn restore_all(&self) {
        let before = std::mem::take(&mut *self.untouched());
        for (place, config) in before {
            self.network.with_device(place, |state, _| state.put_back(config));
        }
        self.network.change(|faults| *faults = Faults::default());
    }

    /// Waits until every SSH port shows what the faults say. SNMP follows a command at once, TCP within a moment.
    pub async fn settled(&self) {
        for one in &self.network.running {
            let mut shown = one.shown.subscribe();
            // The sender lives as long as we: the only way this can end early is the end of the process.
            let _ = shown.wait_for(|shown| *shown == *one.reachable.borrow()).await;
        }
    }

    fn agent(&self, device: &str, mood: Agent) -> Result<(), SimError> {
        let place = self.place(device)?;
        self.change(|faults| {
            faults.agents.insert(place, mood);
        });
        Ok(())
    }

    fn ssh(&self, device: &str, change: impl FnOnce(&mut Ssh)) -> Result<(), SimError> {
        let place = self.place(device)?;
        self.change(|faults| change(faults.ssh.entry(place).or_default()));
        Ok(())
    }

    fn place(&self, device: &str) -> Result<usize, SimError> {
        self.topology().device(device).ok_or_else(|| SimError::NoDevice(device.to_owned()))
    }

    fn change(&self, change: impl FnOnce(&mut Faults)) {
        self.network.change(change);
    }

    fn untouched(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, Configuration>> {
        self.untouched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("devices", &self.devices.len()).finish_non_exhaustive()
    }
}

/// Opens the ports of one device and starts its tasks.
async fn open(network: &Arc<Network>, place: usize, visitor: &Secret, tasks: &mut JoinSet<()>) -> Result<SimDevice, SimError> {
    let (topology, running) = (&network.topology, &network.running[place]);
    let spec = &topology.devices[place];
    let failed = |address: SocketAddr| move |source| SimError::Open { device: spec.name.clone(), address, source };
    let snmp = SocketAddr::new(spec.address, topology.ports.snmp);
    let public = UdpSocket::bind(snmp).await.map_err(failed(snmp))?;
    let ssh = SocketAddr::new(spec.address, topology.ports.ssh);
    let listener = TcpListener::bind(ssh).await.map_err(failed(ssh))?;
    let snmp = public.local_addr().map_err(failed(snmp))?;
    let ssh = listener.local_addr().map_err(failed(ssh))?;

    let agent = agent(spec, topology, running).await.map_err(|source| SimError::Agent { device: spec.name.clone(), source })?;
    let behind = agent.local_addr();
    let name = spec.name.clone();
    tasks.spawn(async move {
        if let Err(error) = agent.run().await {
            tracing::warn!(device = name, %error, "The agent of a simulated device ended");
        }
    });
    tasks.spawn(front::serve(public, behind, Arc::clone(running)));
    let sessions = Sessions::new(Arc::clone(network), place);
    tasks.spawn(port::serve(listener, ssh, sessions, running.reachable.subscribe(), running.shown.clone()));

    let (login, style) = (&topology.credentials.ssh, running.device().platform.style);
    Ok(SimDevice {
        name: spec.name.clone(),
        site: spec.site.clone(),
        address: spec.address,
        snmp_port: snmp.port(),
        ssh_port: ssh.port(),
        key: key(spec.credential, &topology.credentials),
        ssh: match spec.login {
            topology::Login::Password => Key::SshPassword { user: login.user.clone(), password: login.password.clone() },
            topology::Login::Key => Key::SshKey { user: login.user.clone(), key: visitor.clone() },
        },
        enable: (style == Style::PrivilegedExec).then(|| login.enable.clone()),
        style,
        parents: spec.uplinks.iter().map(|uplink| (uplink.parent.clone(), uplink.parent_interface.clone())).collect(),
    })
}

/// The agent behind the front: on a port of its own that nobody is told.
async fn agent(
    spec: &topology::Device,
    topology: &Topology,
    running: &Arc<Running>,
) -> Result<SnmpAgent, Box<dyn std::error::Error + Send + Sync>> {
    let login = &topology.credentials;
    // A new engine at every start: its boots count begins at 1, so nothing has to be kept.
    let engine = AuthoritativeEngine::install(generate_engine_id()?.to_vec(), |_| Ok::<(), Infallible>(()))?;
    let agent = SnmpAgent::builder()
        .bind(SocketAddr::new(spec.address, 0).to_string())
        .community(login.community.reveal().as_bytes())
        .authoritative_engine(engine)
        .usm_user(login.user.clone(), |user| {
            user.auth_priv(
                auth(login.auth),
                login.auth_password.reveal().as_bytes(),
                privacy(login.privacy),
                login.priv_password.reveal().as_bytes(),
            )
        })?
        .without_builtin_handlers()
        .handler(Oid::from_slice(INTERNET), Arc::new(Handler(Arc::clone(running))))
        .vacm(|rules| {
            let (community, user) = (login.community.reveal().to_owned(), login.user.clone());
            rules
                .group(community, SecurityModel::V2c, "readers")
                .group(user, SecurityModel::Usm, "readers")
                .access("readers", SecurityModel::V2c, SecurityLevel::NoAuthNoPriv, |access| access.read_view("everything"))
                .access("readers", SecurityModel::Usm, SecurityLevel::AuthPriv, |access| access.read_view("everything"))
                .view("everything", |view| view.include(Oid::from_slice(INTERNET)))
        })
        .build()
        .await?;
    Ok(agent)
}

fn key(kind: CredentialKind, login: &topology::Credentials) -> Key {
    match kind {
        CredentialKind::SnmpV3 => Key::SnmpV3 {
            user: login.user.clone(),
            auth: login.auth,
            auth_password: login.auth_password.clone(),
            privacy: login.privacy,
            priv_password: login.priv_password.clone(),
        },
        // The topology's check lets nothing else in.
        _ => Key::SnmpV2c { community: login.community.clone() },
    }
}

const fn auth(auth: SnmpAuth) -> AuthProtocol {
    match auth {
        SnmpAuth::Md5 => AuthProtocol::Md5,
        SnmpAuth::Sha1 => AuthProtocol::Sha1,
        SnmpAuth::Sha224 => AuthProtocol::Sha224,
        SnmpAuth::Sha256 => AuthProtocol::Sha256,
        SnmpAuth::Sha384 => AuthProtocol::Sha384,
        SnmpAuth::Sha512 => AuthProtocol::Sha512,
    }
}

const fn privacy(privacy: SnmpPriv) -> PrivProtocol {
    match privacy {
        SnmpPriv::Des => PrivProtocol::Des,
        SnmpPriv::Aes128 => PrivProtocol::Aes128,
        SnmpPriv::Aes192 => PrivProtocol::Aes192Blumenthal,
        SnmpPriv::Aes256 => PrivProtocol::Aes256Blumenthal,
    }
}
