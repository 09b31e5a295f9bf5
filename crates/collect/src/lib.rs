//! The collector: watches the devices of its plan and reports every outcome.
//!
//! Promises: each device is probed at its interval whatever the others do; a poll that overruns is never stacked; a silent agent costs little
//! and its return is seen within two intervals; a backup task always gets an answer, and no device sees more than two refused logins in ten minutes; all timestamps come from the [`Clock`] and tell when the question was asked.
//! Never: SQL, a decision what an outcome means, an address that is not in the plan (but the gateway of this machine).

mod backup;
mod device;
mod gateway;
mod heartbeat;
mod oids;
mod reach;
mod roster;
mod schedule;
mod shell;
mod status;
mod tables;
mod talk;

use link::{CollectorEnd, LinkError, Report, Task};
use model::limits::HEARTBEAT;
use model::observation::{Finding, Observation, ProbeMethod};
use model::task::BackupTask;
use model::{Clock, CollectorId, DeviceId, Timestamp};
use profiles::Profiles;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use transport::address::Resolver;
use transport::icmp::Icmp;
use transport::snmp::Snmp;
use transport::ssh::LoginGuard;

/// Reachability probes at once.
pub const PROBES_MAX: usize = 2_048;
/// Status reads at once of agents that answered last time.
pub const STATUS_READS_MAX: usize = 256;
/// Status reads at once of agents that were silent: they may wait for each other, but the others never wait for them.
pub const SILENT_READS_MAX: usize = 128;
/// Table walks at once.
pub const WALKS_MAX: usize = 64;

/// How this collector works.
#[derive(Clone)]
pub struct Options {
    pub collector: CollectorId,
    pub probing: Probing,
    /// How each kind of device is talked to.
    pub profiles: Arc<Profiles>,
}

/// How reachability is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Probing {
    /// ICMP, or TCP connect where the system does not allow ICMP.
    #[default]
    Auto,
    /// TCP connect, although ICMP may be allowed.
    Tcp,
}

/// Why [`run`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Shutdown,
    /// The centre's end of the link is gone.
    LinkClosed,
}

/// What all watches share.
struct Collector {
    id: CollectorId,
    end: CollectorEnd,
    clock: Clock,
    icmp: Option<Icmp>,
    method: ProbeMethod,
    probe_note: String,
    snmp: Snmp,
    resolver: Resolver,
    probe_turns: Semaphore,
    status_turns: Semaphore,
    silent_turns: Semaphore,
    walk_turns: Semaphore,
    profiles: Arc<Profiles>,
    logins: LoginGuard,
    backup_turns: Arc<Semaphore>,
    overruns: AtomicU64,
}

/// Watches until told to stop or until the link closes; every task of it has ended (or is being dropped) when this returns.
pub async fn run(end: CollectorEnd, clock: Clock, options: Options, shutdown: CancellationToken) -> Ended {
    let collector = Arc::new(Collector::new(end, clock, &options));
    tracing::info!(collector = %collector.id, method = %collector.method, "Collector starts: {}", collector.probe_note);
    let mut roster = roster::Roster::new(Arc::clone(&collector));
    let mut heartbeat = heartbeat::Pulse::new(Arc::clone(&collector));
    let mut backups = JoinSet::new();
    let mut beats = tokio::time::interval(HEARTBEAT);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return Ended::Shutdown,
            _ = beats.tick() => {
                if let Err(LinkError::Closed) = heartbeat.beat(roster.revision(), roster.devices()).await {
                    return Ended::LinkClosed;
                }
            }
            task = collector.end.recv() => match task {
                Ok(Task::Plan(plan)) => {
                    heartbeat.aim_at(&plan.references);
                    roster.follow(plan);
                }
                Ok(Task::PollNow(device)) => roster.poll_now(device),
                Ok(Task::Backup(task)) => {
                    // Ended ones are forgotten here; running ones end with this loop.
                    while backups.try_join_next().is_some() {}
                    backups.spawn(answer_backup(Arc::clone(&collector), *task));
                }
                Err(LinkError::Closed) => return Ended::LinkClosed,
                Err(cause) => tracing::warn!(%cause, "A task from the centre is left out"),
            },
        }
    }
}

async fn answer_backup(collector: Arc<Collector>, task: BackupTask) {
    // Never closed, so a turn always comes.
    let _turn = collector.backup_turns.acquire().await;
    let id = task.task;
    let worker = Arc::clone(&collector);
    let device = task.device;
    let asked = AbortOnDropHandle::new(tokio::spawn(async move { backup::back_up(&worker, task).await }));
    // What a device prints must not leave the centre without an answer.
    let answer = asked.await.unwrap_or_else(|_| backup::broken(id, device, collector.clock.now()));
    if let Err(cause) = collector.end.send(Report::Backup(Box::new(answer))).await {
        tracing::warn!(task = %id, %cause, "The answer to a task is left out");
    }
}

impl Collector {
    fn new(end: CollectorEnd, clock: Clock, options: &Options) -> Self {
        let (icmp, probe_note) = match options.probing {
            Probing::Tcp => (None, "TCP connect, as configured".to_owned()),
            Probing::Auto => match Icmp::new() {
                Ok(icmp) => {
                    let note = icmp.note();
                    (Some(icmp), note)
                }
                Err(cause) => (None, format!("TCP connect, because {cause}")),
            },
        };
        Self {
            id: options.collector,
            end,
            method: if icmp.is_some() { ProbeMethod::Icmp } else { ProbeMethod::Tcp },
            icmp,
            probe_note,
            snmp: Snmp::default(),
            resolver: Resolver::default(),
            probe_turns: Semaphore::new(PROBES_MAX),
            status_turns: Semaphore::new(STATUS_READS_MAX),
            silent_turns: Semaphore::new(SILENT_READS_MAX),
            walk_turns: Semaphore::new(WALKS_MAX),
            profiles: Arc::clone(&options.profiles),
            logins: LoginGuard::new(clock.clone()),
            backup_turns: Arc::new(Semaphore::new(backup::BACKUPS_MAX)),
            overruns: AtomicU64::new(0),
            clock,
        }
    }

    async fn report(&self, device: DeviceId, at: Timestamp, finding: Finding) {
        let observation = Observation { collector: self.id, device, at, finding };
        match self.end.send(Report::Observation(observation)).await {
            // The main loop sees the closed link too and ends.
            Ok(()) | Err(LinkError::Closed) => {}
            Err(cause) => tracing::warn!(%device, %cause, "An observation of {device} is left out"),
        }
    }

    fn note_overrun(&self, device: DeviceId, what: &str) {
        self.overruns.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(%device, what, "{what} of {device} is left out: the one before still runs");
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        tracing::info!(collector = %self.id, "Collector has stopped");
    }
}
