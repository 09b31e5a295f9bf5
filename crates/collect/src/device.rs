//! The watch over one device: starts what is due, never the same thing twice at a time.

use crate::schedule::{self, SECOND_READ};
use crate::talk::{self, Found};
use crate::{Collector, reach, status, tables};
use link::DevicePlan;
use model::observation::{Finding, SnmpAnswer};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use transport::snmp::Access;

/// How often it is told of one device that its name does not resolve.
const NAMELESS_TOLD_EVERY: Duration = Duration::from_secs(600);

/// Dropping it stops the watch and all that it started.
pub struct Watch {
    device: Arc<Device>,
    wish: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

/// A device and what the collector remembers of it between two probes.
pub struct Device {
    pub plan: DevicePlan,
    memory: Mutex<Memory>,
    /// Something in the memory became due.
    changed: Notify,
}

#[derive(Default)]
pub struct Memory {
    pub found: Option<Found>,
    /// When it was last told that the name of the device does not resolve.
    pub nameless_told: Option<Instant>,
    pub key_that_works: Option<Arc<Access>>,
    /// Keys made ready, by their place in the plan.
    pub accesses: HashMap<usize, Arc<Access>>,
    /// Watched interfaces by their name.
    pub indexes: HashMap<String, status::Place>,
    /// Watched interfaces that the last list of names, a complete one, did not hold.
    pub gone: HashSet<String>,
    /// When the names were last read.
    pub names_read: Option<Instant>,
    /// Watched interfaces that read *down* last time.
    pub down: HashSet<String>,
    /// The agent did not answer last time.
    pub is_silent: bool,
    /// Walks in a row that read nothing.
    pub walk_failures: u32,
    /// The agent is back: do not wait for the next walk.
    pub is_walk_wanted: bool,
    /// A first *down* was read: read again at that time.
    pub read_again_at: Option<Instant>,
}

/// One kind of work; a second one is not started beside it.
#[derive(Default)]
struct Slot(Option<AbortOnDropHandle<()>>);

impl Slot {
    /// False when the one before still runs: then nothing is started.
    fn start(&mut self, work: impl Future<Output = ()> + Send + 'static) -> bool {
        if self.0.as_ref().is_some_and(|running| !running.is_finished()) {
            return false;
        }
        self.0 = Some(AbortOnDropHandle::new(tokio::spawn(work)));
        true
    }
}

impl Watch {
    /// The address under the same name as `former` had is kept: a changed plan must not make us depend on the resolver again.
    pub fn start(collector: Arc<Collector>, plan: DevicePlan, former: Option<&Self>) -> Self {
        let same_name = former.filter(|former| former.plan().address == plan.address);
        let memory = Memory { found: same_name.and_then(|former| former.device.memory().found), ..Memory::default() };
        let device = Arc::new(Device { plan, memory: Mutex::new(memory), changed: Notify::new() });
        let wish = Arc::new(Notify::new());
        let task = tokio::spawn(watch(collector, Arc::clone(&device), Arc::clone(&wish)));
        Self { device, wish, _task: AbortOnDropHandle::new(task) }
    }

    pub fn plan(&self) -> &DevicePlan {
        &self.device.plan
    }

    #[cfg(test)]
    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn poll_now(&self) {
        self.wish.notify_one();
    }
}

impl Device {
    /// Every change is a single step, so a panic elsewhere leaves it whole. Never held over an await.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_snmp(&self) -> bool {
        talk::snmp_keys(&self.plan.keys).next().is_some()
    }
}

async fn watch(collector: Arc<Collector>, device: Arc<Device>, wish: Arc<Notify>) {
    let plan = &device.plan;
    let (mut reach, mut status, mut walk) = (Slot::default(), Slot::default(), Slot::default());
    let mut probe_at = Instant::now() + schedule::jitter(plan.device, plan.probe_interval);
    // The first walk goes with the first probe: a new device shows itself at once.
    let mut walk_at = probe_at;
    loop {
        let again_at = device.memory().read_again_at;
        let due = again_at.map_or(probe_at.min(walk_at), |again| probe_at.min(walk_at).min(again));
        let mut is_wished = false;
        tokio::select! {
            () = tokio::time::sleep_until(due) => {}
            () = wish.notified() => is_wished = true,
            () = device.changed.notified() => {}
        }
        let now = Instant::now();
        let is_probe_due = now >= probe_at;
        // A wish while the same work runs already is fulfilled by it; what was due by the clock and could not start is an overrun.
        let is_reach_left_out = (is_probe_due || is_wished) && !reach.start(probe_reach(Arc::clone(&collector), Arc::clone(&device)));
        if is_reach_left_out && is_probe_due {
            collector.note_overrun(plan.device, "a probe");
        }
        let is_again_due = again_at.is_some_and(|again| now >= again);
        if is_again_due {
            device.memory().read_again_at = None;
        }
        let is_status_left_out = device.has_snmp()
            && (is_probe_due || is_wished || is_again_due)
            && !status.start(read_status(Arc::clone(&collector), Arc::clone(&device)));
        if is_status_left_out && is_probe_due {
            collector.note_overrun(plan.device, "a status read");
        }
        let is_walk_due = now >= walk_at || is_wished || std::mem::take(&mut device.memory().is_walk_wanted);
        let is_walk_left_out = device.has_snmp() && is_walk_due && !walk.start(walk_tables(Arc::clone(&collector), Arc::clone(&device)));
        if is_walk_left_out && !is_wished {
            collector.note_overrun(plan.device, "a walk");
        }
        if is_probe_due {
            probe_at = schedule::next_tick(probe_at, plan.probe_interval, now);
        }
        if is_walk_due {
            let failures = device.memory().walk_failures;
            walk_at = now + schedule::walk_interval(plan.poll_interval, failures);
        }
    }
}

async fn probe_reach(collector: Arc<Collector>, device: Arc<Device>) {
    // Never closed, so a turn always comes.
    let _turn = collector.probe_turns.acquire().await;
    let at = collector.clock.now();
    let address = match talk::find(&collector, &device).await {
        Ok(address) => address,
        // Nobody was asked, so nobody was silent: a dead resolver is no dead device.
        Err(cause) => return tell_nameless(&device, &cause),
    };
    let (rtt, detail) = reach::probe(&collector, address, device.plan.ssh_port).await;
    collector.report(device.plan.device, at, Finding::Reach { method: collector.method, rtt, detail }).await;
}

fn tell_nameless(device: &Device, cause: &transport::Error) {
    let mut memory = device.memory();
    if memory.nameless_told.is_none_or(|told| told.elapsed() >= NAMELESS_TOLD_EVERY) {
        memory.nameless_told = Some(Instant::now());
        tracing::debug!(device = %device.plan.device, %cause, "{} is not probed: its address is not known", device.plan.device);
    }
}

async fn read_status(collector: Arc<Collector>, device: Arc<Device>) {
    let was_silent = device.memory().is_silent;
    let turns = if was_silent { &collector.silent_turns } else { &collector.status_turns };
    let _turn = turns.acquire().await;
    let at = collector.clock.now();
    let read = status::read(&collector, &device, was_silent).await;
    let answer = match &read {
        Ok(_) => SnmpAnswer::Answered,
        Err(cause) => talk::answer(cause),
    };
    {
        let mut memory = device.memory();
        memory.is_silent = read.is_err();
        if read.is_err() {
            // Another key may fit by now.
            memory.key_that_works = None;
        } else if was_silent {
            memory.walk_failures = 0;
            memory.is_walk_wanted = true;
        }
        if let Ok(interfaces) = &read {
            let down: HashSet<String> =
                interfaces.iter().filter(|status| status.oper.is_down()).map(|status| status.if_name.clone()).collect();
            let is_new = down.iter().any(|name| !memory.down.contains(name));
            // The next tick serves when it comes soon enough.
            if is_new && device.plan.probe_interval > SECOND_READ {
                memory.read_again_at = Some(Instant::now() + SECOND_READ);
            }
            memory.down = down;
        }
    }
    device.changed.notify_one();
    collector.report(device.plan.device, at, Finding::Snmp { answer }).await;
    if let Some(interfaces) = read.ok().filter(|interfaces| !interfaces.is_empty()) {
        collector.report(device.plan.device, at, Finding::Status { interfaces }).await;
    }
}

async fn walk_tables(collector: Arc<Collector>, device: Arc<Device>) {
    let _turn = collector.walk_turns.acquire().await;
    let at = collector.clock.now();
    match tables::read(&collector, &device).await {
        Ok(tables) => {
            device.memory().walk_failures = 0;
            collector.report(device.plan.device, at, Finding::Tables(Box::new(tables))).await;
        }
        // That the agent is silent or refuses is told by the status read, which goes on at its own pace.
        Err(cause) => {
            let mut memory = device.memory();
            memory.walk_failures = memory.walk_failures.saturating_add(1);
            tracing::debug!(device = %device.plan.device, %cause, "The walk of {} read nothing", device.plan.device);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn work_that_overruns_is_never_stacked_and_stops_with_its_slot() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let go_on = Arc::new(Notify::new());
        let work = || {
            let (running, most, go_on) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&go_on));
            async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                go_on.notified().await;
                running.fetch_sub(1, Ordering::SeqCst);
            }
        };
        let mut slot = Slot::default();
        for round in 0..3 {
            assert!(slot.start(work()), "round {round}");
            for _ in 0..10 {
                tokio::task::yield_now().await;
                assert!(!slot.start(work()));
            }
            go_on.notify_one();
            while slot.0.as_ref().is_some_and(|task| !task.is_finished()) {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!((most.load(Ordering::SeqCst), running.load(Ordering::SeqCst)), (1, 0));
        assert!(slot.start(work()));
        tokio::task::yield_now().await;
        drop(slot);
        while Arc::strong_count(&most) > 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(running.load(Ordering::SeqCst), 1, "it was dropped in the middle, not finished");
    }
}
