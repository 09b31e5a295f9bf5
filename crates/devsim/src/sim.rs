//! The running simulation: devices, their ports, and the faults on command.

use crate::faults::{Agent, Faults};
use crate::mib::{Handler, MIB_2};
use crate::state::{Device, Second};
use crate::topology::{self, BadTopology, Topology};
use crate::{front, ssh_port};
use async_snmp::agent::{Agent as SnmpAgent, SecurityModel};
use async_snmp::v3::{AuthoritativeEngine, generate_engine_id};
use async_snmp::{AuthProtocol, Oid, PrivProtocol, SecurityLevel};
use model::credential::{CredentialKind, Key, SnmpAuth, SnmpPriv};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
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
    /// Name of the parent device and its interface towards this one.
    pub parents: Vec<(String, String)>,
}

/// One device while it runs: what the agent, the front and the SSH port share.
pub(crate) struct Running {
    pub device: Mutex<Device>,
    began: Instant,
    agent: Mutex<Option<Agent>>,
    reachable: watch::Sender<bool>,
    /// What the SSH port looks like from outside; it follows `reachable`.
    shown: watch::Sender<bool>,
}

impl Running {
    pub fn now(&self) -> Second {
        self.began.elapsed().as_secs_f64()
    }
    /// How the agent behaves; `None`: not at all.
    pub fn agent_mood(&self) -> Option<Agent> {
        let mood = *self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        mood.filter(|mood| *mood != Agent::Silent)
    }
}

/// A simulated network. It ends when this is dropped.
pub struct Sim {
    topology: Topology,
    devices: Vec<SimDevice>,
    running: Vec<Arc<Running>>,
    faults: Mutex<Faults>,
    _tasks: JoinSet<()>,
}

impl Sim {
    /// Opens all ports; when one cannot be opened, none stays open. Needs a tokio runtime.
    pub async fn start(topology: Topology) -> Result<Self, SimError> {
        topology.check()?;
        let day_start_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() % SECONDS_PER_DAY) as f64;
        let began = Instant::now();
        let (mut devices, mut running, mut tasks) = (Vec::new(), Vec::new(), JoinSet::new());
        for spec in &topology.devices {
            let site = topology.tenants.iter().find(|tenant| tenant.key == spec.site).map_or_else(String::new, |site| site.name.clone());
            let one = Arc::new(Running {
                device: Mutex::new(Device::new(spec.clone(), site, day_start_s)),
                began,
                agent: Mutex::new(Some(Agent::Answers)),
                reachable: watch::Sender::new(true),
                shown: watch::Sender::new(true),
            });
            devices.push(open(spec, &topology, &one, &mut tasks).await?);
            running.push(one);
        }
        Ok(Self { topology, devices, running, faults: Mutex::default(), _tasks: tasks })
    }

    pub fn topology(&self) -> &Topology {
        &self.topology
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
        let port = self.topology.devices[place].interfaces.iter().position(|known| known.name == interface);
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

    /// Takes back every fault of the device, those of its cables included.
    pub fn restore(&self, device: &str) -> Result<(), SimError> {
        let place = self.place(device)?;
        self.change(|faults| faults.forget(&self.topology, place));
        Ok(())
    }

    pub fn restore_all(&self) {
        self.change(|faults| *faults = Faults::default());
    }

    /// Waits until every SSH port shows what the faults say. SNMP follows a command at once, TCP within a moment.
    pub async fn settled(&self) {
        for one in &self.running {
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

    fn place(&self, device: &str) -> Result<usize, SimError> {
        self.topology.device(device).ok_or_else(|| SimError::NoDevice(device.to_owned()))
    }

    /// Changes the faults and lets every device know.
    fn change(&self, change: impl FnOnce(&mut Faults)) {
        let mut faults: MutexGuard<'_, Faults> = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let were_dead = faults.dead.clone();
        change(&mut faults);
        for (place, (one, verdict)) in self.running.iter().zip(faults.judge(&self.topology)).enumerate() {
            let now = one.now();
            let mut device = one.device.lock().unwrap_or_else(PoisonError::into_inner);
            device.set_up(&verdict.is_up, now);
            if were_dead.contains(&place) && !faults.dead.contains(&place) {
                device.reboot(now);
            }
            drop(device);
            *one.agent.lock().unwrap_or_else(PoisonError::into_inner) = verdict.is_reachable.then_some(verdict.agent);
            one.reachable.send_if_modified(|known| std::mem::replace(known, verdict.is_reachable) != verdict.is_reachable);
        }
    }
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("devices", &self.devices.len()).finish_non_exhaustive()
    }
}

/// Opens the ports of one device and starts its tasks.
async fn open(
    spec: &topology::Device,
    topology: &Topology,
    running: &Arc<Running>,
    tasks: &mut JoinSet<()>,
) -> Result<SimDevice, SimError> {
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
    tasks.spawn(ssh_port::serve(listener, ssh, running.reachable.subscribe(), running.shown.clone()));

    Ok(SimDevice {
        name: spec.name.clone(),
        site: spec.site.clone(),
        address: spec.address,
        snmp_port: snmp.port(),
        ssh_port: ssh.port(),
        key: key(spec.credential, &topology.credentials),
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
        .handler(Oid::from_slice(MIB_2), Arc::new(Handler(Arc::clone(running))))
        .vacm(|rules| {
            let (community, user) = (login.community.reveal().to_owned(), login.user.clone());
            rules
                .group(community, SecurityModel::V2c, "readers")
                .group(user, SecurityModel::Usm, "readers")
                .access("readers", SecurityModel::V2c, SecurityLevel::NoAuthNoPriv, |access| access.read_view("everything"))
                .access("readers", SecurityModel::Usm, SecurityLevel::AuthPriv, |access| access.read_view("everything"))
                .view("everything", |view| view.include(Oid::from_slice(MIB_2)))
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
        CredentialKind::SnmpV2c | CredentialKind::Ssh | CredentialKind::Enable => Key::SnmpV2c { community: login.community.clone() },
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
