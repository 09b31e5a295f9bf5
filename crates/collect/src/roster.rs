//! Which devices are watched: follows the plan, touching only what changed.

use crate::Collector;
use crate::device::Watch;
use link::Plan;
use model::DeviceId;
use std::collections::HashMap;
use std::sync::Arc;

pub struct Roster {
    collector: Arc<Collector>,
    revision: u64,
    watches: HashMap<DeviceId, Watch>,
}

impl Roster {
    pub fn new(collector: Arc<Collector>) -> Self {
        Self { collector, revision: 0, watches: HashMap::new() }
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }
    pub fn devices(&self) -> usize {
        self.watches.len()
    }

    /// What left the plan stops, what changed restarts, all else goes on undisturbed.
    pub fn follow(&mut self, plan: Plan) {
        if plan.collector != self.collector.id {
            tracing::warn!(collector = %plan.collector, "A plan for another collector is left out");
            return;
        }
        self.revision = plan.revision;
        let mut former = std::mem::take(&mut self.watches);
        let (mut kept, mut started) = (0_usize, 0_usize);
        for device in plan.devices {
            let id = device.device;
            let watch = match former.remove(&id) {
                Some(watch) if *watch.plan() == device => {
                    kept += 1;
                    watch
                }
                // The former watch is dropped here and stops at once.
                former => {
                    started += 1;
                    Watch::start(Arc::clone(&self.collector), device, former.as_ref())
                }
            };
            self.watches.insert(id, watch);
        }
        tracing::info!(revision = plan.revision, kept, started, stopped = former.len(), "Plan {} is followed", plan.revision);
    }

    pub fn poll_now(&self, device: DeviceId) {
        match self.watches.get(&device) {
            Some(watch) => watch.poll_now(),
            None => tracing::warn!(%device, "{device} is to be polled now but is not in the plan"),
        }
    }
}
