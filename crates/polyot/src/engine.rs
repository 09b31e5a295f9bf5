//! The loop, wired: collector, dispatch, monitor, notify and support as tasks of one process.

use access::Vault;
use collect::Probing;
use dispatch::{Dispatch, Told};
use futures::FutureExt as _;
use model::observation::Sight;
use model::scope::Reason;
use model::{Clock, CollectorId, Scope};
use manage::{BackUpDue, FindLost, Keeper};
use profiles::Profiles;
use monitor::{Monitor, TurnMaintenance};
use notify::{Announce, Release, SendQueued, Sender, Threads, WriteDue};
use series::Series;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use support::Desk;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use work::{Shutdown, run_job, run_subscriber};

/// Observations on their way from dispatch to monitor.
const SIGHTS_MAX: usize = 1_024;
/// Observations that wait for monitor while it looks out for signs of life; more stay in the channel.
const WAITING_MAX: usize = 4_096;
const MONITOR_TICK: Duration = Duration::from_secs(1);
/// How often a new installation looks whether the first set-up has been done.
const SET_UP_LOOK: Duration = Duration::from_millis(200);

pub struct Engine {
    pub store: Store,
    pub series: Series,
    pub vault: Arc<Vault>,
    pub sender: Sender,
    pub people: notify::SendPeopleMail,
    pub heart: Option<crate::watchdog::send::Heart>,
    pub probing: Probing,
    pub profiles: Arc<Profiles>,
    pub told: Arc<Told>,
}

impl Engine {
    /// Starts everything; the tasks end after `shutdown`.
    pub fn start(self, tasks: &mut JoinSet<()>, shutdown: &Shutdown) {
        let store = &self.store;
        tasks.spawn(run_subscriber(store.clone(), Threads, shutdown.clone()));
        tasks.spawn(run_subscriber(store.clone(), Desk, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), WriteDue { store: store.clone() }, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), TurnMaintenance::new(store.clone()), shutdown.clone()));
        tasks.spawn(run_job(store.clone(), Announce { store: store.clone() }, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), Release { store: store.clone() }, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), SendQueued { store: store.clone(), sender: self.sender }, shutdown.clone()));
        tasks.spawn(run_subscriber(
            store.clone(),
            Keeper { vault: Arc::clone(&self.vault), profiles: Arc::clone(&self.profiles) },
            shutdown.clone(),
        ));
        tasks.spawn(run_job(store.clone(), BackUpDue { store: store.clone() }, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), FindLost { store: store.clone() }, shutdown.clone()));
        tasks.spawn(run_job(store.clone(), self.people, shutdown.clone()));
        if let Some(heart) = self.heart {
            tasks.spawn(heart.beat(store.clone(), shutdown.clone()));
        }
        let watch = Watch { store: self.store, series: self.series, vault: self.vault, probing: self.probing, profiles: self.profiles, told: self.told };
        let (store, shutdown) = (watch.store.clone(), shutdown.clone());
        tasks.spawn(async move {
            // Several centres on one database: one of them watches, another takes over within seconds.
            work::run_alone(store, "watch".into(), shutdown, |stop| watch.clone().run(stop)).await;
        });
    }
}

/// The collector inside this process, and what becomes of its reports.
#[derive(Clone)]
struct Watch {
    store: Store,
    series: Series,
    vault: Arc<Vault>,
    probing: Probing,
    profiles: Arc<Profiles>,
    told: Arc<Told>,
}

impl Watch {
    async fn run(self, shutdown: Shutdown) {
        let Some(collector) = self.collector(&shutdown).await else { return };
        let (centre, end) = link::in_process(link::CAPACITY_DEFAULT);
        let (sights, mut seen) = mpsc::channel(SIGHTS_MAX);
        let (vault, sealer) = (Arc::clone(&self.vault), Arc::clone(&self.vault));
        let dispatch = Dispatch {
            store: self.store.clone(),
            series: self.series,
            collector,
            open_key: Arc::new(move |id, sealed| vault.open_key(id, sealed).map_err(|error| error.to_string())),
            seal_answer: Arc::new(move |id, bytes| {
                sealer.seal(access::Purpose::TaskAnswer, id.bytes(), bytes).map_err(|error| error.to_string())
            }),
            profiles: Arc::clone(&self.profiles),
            sights,
            told: self.told,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(dispatch.run(centre, shutdown.clone()));
        let options = collect::Options { collector, probing: self.probing, profiles: self.profiles };
        let stop = shutdown.clone();
        tasks.spawn(async move {
            let _ = collect::run(end, Clock::System, options, stop).await;
        });
        let stop = shutdown.clone();
        let store = self.store;
        tasks.spawn(async move {
            let mut monitor = loop {
                match Monitor::start(store.clone()).await {
                    Ok(monitor) => break monitor,
                    Err(error) => tracing::error!(%error, "Monitor cannot start; it is tried again"),
                }
                tokio::time::sleep(MONITOR_TICK).await;
            };
            judge_all(&mut monitor, &mut seen, &stop).await;
        });
        // None of them ends before it is told to: one that did (a panic, a closed link) takes the others along, and the process says so.
        if let Some(ended) = tasks.join_next().await
            && !shutdown.is_cancelled()
        {
            tracing::error!(panic = ended.err().map(|error| error.to_string()), "A part of the watch has ended by itself");
            tasks.abort_all();
        }
        while tasks.join_next().await.is_some() {}
    }

    /// The collector row is made by the first set-up.
    async fn collector(&self, shutdown: &Shutdown) -> Option<CollectorId> {
        loop {
            match self.default_collector().await {
                Ok(Some(id)) => return Some(id),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "Cannot read the collector; it is tried again"),
            }
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = tokio::time::sleep(SET_UP_LOOK) => {}
            }
        }
    }

    async fn default_collector(&self) -> Result<Option<CollectorId>, StoreError> {
        let mut tx = self.store.read(&Scope::installation(Reason("start"))).await?;
        Ok(tx.default_collector().await?.map(|row| row.id))
    }
}

/// Feeds monitor until told to stop. Signs of life overtake observations: in a storm the collector must not look lost because we are slow.
async fn judge_all(monitor: &mut Monitor, seen: &mut mpsc::Receiver<Sight>, stop: &Shutdown) {
    let mut waiting: VecDeque<Sight> = VecDeque::new();
    let mut timer = tokio::time::interval(MONITOR_TICK);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        while waiting.len() < WAITING_MAX
            && let Ok(sight) = seen.try_recv()
        {
            match sight {
                Sight::Heartbeat(_) => say(monitor.take(sight).await),
                Sight::Observation(_) => waiting.push_back(sight),
            }
        }
        if let Some(sight) = waiting.pop_front() {
            say(monitor.take(sight).await);
            if stop.is_cancelled() {
                return;
            }
            if timer.tick().now_or_never().is_some() {
                say(monitor.tick().await);
            }
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            sight = seen.recv() => match sight {
                Some(sight) => say(monitor.take(sight).await),
                None => return,
            },
            _ = timer.tick() => say(monitor.tick().await),
        }
    }
}

/// The next probe tells it again.
fn say(done: Result<(), monitor::MonitorError>) {
    if let Err(error) = done {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(%error, ?source, "An observation could not be judged");
    }
}
