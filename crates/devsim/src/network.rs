//! What all parts of a running simulation share: the devices, and the faults that are in force.

use crate::faults::{Agent, Faults, Ssh};
use crate::ssh::keys;
use crate::state::{Device, Second};
use crate::topology::Topology;
use russh::keys::PrivateKey;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

pub(crate) struct HostKeys {
    pub usual: PrivateKey,
    pub other: PrivateKey,
    pub legacy: PrivateKey,
}

impl HostKeys {
    pub fn new() -> Result<Self, keys::BadKey> {
        Ok(Self { usual: keys::fresh()?, other: keys::fresh()?, legacy: keys::legacy()? })
    }
}

/// One device while it runs: what the agent, the front and the SSH port share.
pub(crate) struct Running {
    device: Mutex<Device>,
    began: Instant,
    mood: Mutex<Mood>,
    host_keys: HostKeys,
    pub reachable: watch::Sender<bool>,
    /// What the SSH port looks like from outside; it follows `reachable`.
    pub shown: watch::Sender<bool>,
    /// Counts how often it was booted.
    boots: watch::Sender<u64>,
}

#[derive(Debug, Clone)]
struct Mood {
    /// `None`: out of reach.
    agent: Option<Agent>,
    ssh: Ssh,
}

impl Running {
    pub fn new(device: Device, began: Instant) -> Result<Self, keys::BadKey> {
        Ok(Self {
            device: Mutex::new(device),
            began,
            mood: Mutex::new(Mood { agent: Some(Agent::Answers), ssh: Ssh::default() }),
            host_keys: HostKeys::new()?,
            reachable: watch::Sender::new(true),
            shown: watch::Sender::new(true),
            boots: watch::Sender::new(0),
        })
    }

    pub fn now(&self) -> Second {
        self.began.elapsed().as_secs_f64()
    }

    pub fn device(&self) -> MutexGuard<'_, Device> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the agent behaves; `None`: not at all.
    pub fn agent_mood(&self) -> Option<Agent> {
        self.mood().agent.filter(|mood| *mood != Agent::Silent)
    }
}

pub(crate) struct Network {
    pub topology: Topology,
    pub running: Vec<std::sync::Arc<Running>>,
    faults: Mutex<Faults>,
}

impl Network {
    pub fn new(topology: Topology, running: Vec<std::sync::Arc<Running>>) -> Self {
        Self { topology, running, faults: Mutex::default() }
    }

    pub fn with_device<T>(&self, place: usize, look: impl FnOnce(&mut Device, Second) -> T) -> T {
        let one = &self.running[place];
        look(&mut one.device(), one.now())
    }
    pub fn ssh(&self, place: usize) -> Ssh {
        self.running[place].mood().ssh.clone()
    }
    pub fn host_keys(&self, place: usize) -> &HostKeys {
        &self.running[place].host_keys
    }
    pub fn reachable(&self, place: usize) -> watch::Receiver<bool> {
        self.running[place].reachable.subscribe()
    }
    pub fn boots(&self, place: usize) -> watch::Receiver<u64> {
        self.running[place].boots.subscribe()
    }

    /// A configuration has changed: what is shut there is down at both ends.
    pub fn follow(&self) {
        self.change(|_| ());
    }

    /// Changes the faults and lets every device know.
    pub fn change(&self, change: impl FnOnce(&mut Faults)) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let were_dead = faults.dead.clone();
        change(&mut faults);
        let mut shut = BTreeSet::new();
        for (place, one) in self.running.iter().enumerate() {
            let mut device = one.device();
            if were_dead.contains(&place) && !faults.dead.contains(&place) {
                let now = one.now();
                device.reboot(now);
                one.boots.send_modify(|boots| *boots += 1);
            }
            shut.extend(device.shut_ports().map(|port| (place, port)));
        }
        for (one, verdict) in self.running.iter().zip(faults.judge(&self.topology, &shut)) {
            let now = one.now();
            one.device().set_up(&verdict.is_up, now);
            *one.mood() = Mood { agent: verdict.is_reachable.then_some(verdict.agent), ssh: verdict.ssh };
            one.reachable.send_if_modified(|known| std::mem::replace(known, verdict.is_reachable) != verdict.is_reachable);
        }
    }
}
