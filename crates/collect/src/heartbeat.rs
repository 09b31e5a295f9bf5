//! Heartbeats, and the reference targets that tell whether it is we who are cut off.

use crate::gateway::{self, LastGateway};
use crate::{Collector, reach};
use link::{Heartbeat, LinkError, Reference, Report};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;

/// Connected to where ICMP is not allowed and the target names no port of its own (`host:port`). A closed port is an answer too.
const REFERENCE_TCP_PORT: u16 = 22;

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    answered: bool,
    has_ever_answered: bool,
    rtt: Option<Duration>,
}

type Seen = Arc<Mutex<HashMap<String, Known>>>;

pub struct Pulse {
    collector: Arc<Collector>,
    /// `None` before the first plan: we do not know yet whom to ask.
    targets: Option<Vec<String>>,
    gateway: LastGateway,
    seen: Seen,
    probes: HashMap<String, AbortOnDropHandle<()>>,
}

impl Pulse {
    pub fn new(collector: Arc<Collector>) -> Self {
        Self::with_gateway(collector, LastGateway::new(gateway::default_gateway))
    }

    fn with_gateway(collector: Arc<Collector>, gateway: LastGateway) -> Self {
        Self { collector, targets: None, gateway, seen: Seen::default(), probes: HashMap::new() }
    }

    /// Takes the targets of a plan; none of them means the gateway of this machine. New ones are asked at once: the next beat knows of them.
    pub fn aim_at(&mut self, targets: &[String]) {
        self.targets = Some(targets.to_vec());
        let mut new = self.current_targets();
        new.retain(|target| !lock(&self.seen).contains_key(target));
        self.probe(new);
    }

    /// Tells how things are and asks the reference targets again; their answers are in the next beat.
    pub async fn beat(&mut self, plan_revision: u64, devices: usize) -> Result<(), LinkError> {
        let targets = self.current_targets();
        let references = {
            let mut seen = lock(&self.seen);
            seen.retain(|target, _| targets.contains(target));
            // A target is reported once its first probe has ended: before, its silence says nothing.
            targets.iter().filter_map(|target| seen.get(target).map(|known| reference(target, *known))).collect()
        };
        self.probes.retain(|target, _| targets.contains(target));
        self.probe(targets);
        let heartbeat = Heartbeat {
            collector: self.collector.id,
            at: self.collector.clock.now(),
            plan_revision,
            references,
            devices: u32::try_from(devices).unwrap_or(u32::MAX),
            overruns: self.collector.overruns.load(Ordering::Relaxed),
            shed: self.collector.end.shed(),
            probe_method: self.collector.method,
            probe_note: self.collector.probe_note.clone(),
        };
        self.collector.end.send(Report::Heartbeat(heartbeat)).await
    }

    fn current_targets(&mut self) -> Vec<String> {
        match &self.targets {
            None => vec![],
            Some(targets) if targets.is_empty() => self.gateway.current().map(|gateway| gateway.to_string()).into_iter().collect(),
            Some(targets) => targets.clone(),
        }
    }

    /// One probe per target at a time.
    fn probe(&mut self, targets: Vec<String>) {
        self.probes.retain(|_, probe| !probe.is_finished());
        for target in targets {
            if self.probes.contains_key(&target) {
                continue;
            }
            let collector = Arc::clone(&self.collector);
            let seen = Arc::clone(&self.seen);
            let name = target.clone();
            let probe = tokio::spawn(async move {
                let (host, port) = split(&name);
                let answer = match collector.resolver.resolve(host).await {
                    Ok(address) => reach::probe(&collector, address, port).await.0,
                    Err(cause) => {
                        tracing::debug!(%cause, "Reference target {name} has no address");
                        None
                    }
                };
                let mut seen = lock(&seen);
                let known = seen.entry(name).or_default();
                *known = Known { answered: answer.is_some(), has_ever_answered: known.has_ever_answered || answer.is_some(), rtt: answer };
            });
            self.probes.insert(target, AbortOnDropHandle::new(probe));
        }
    }
}

fn reference(target: &str, known: Known) -> Reference {
    Reference { target: target.to_owned(), answered: known.answered, has_ever_answered: known.has_ever_answered, rtt: known.rtt }
}

/// `host`, `host:port` or an address; an IPv6 address with a port needs brackets.
fn split(target: &str) -> (&str, u16) {
    if transport::address::literal(target).is_some() {
        return (target, REFERENCE_TCP_PORT);
    }
    match target.rsplit_once(':') {
        Some((host, port)) => port.parse().map_or((target, REFERENCE_TCP_PORT), |port| (host, port)),
        None => (target, REFERENCE_TCP_PORT),
    }
}

/// Every change is a single step, so a panic elsewhere leaves the map whole.
fn lock(seen: &Mutex<HashMap<String, Known>>) -> MutexGuard<'_, HashMap<String, Known>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Options, Probing};
    use link::CentreEnd;
    use model::{Clock, CollectorId};
    use std::net::Ipv4Addr;

    const CEILING: Duration = Duration::from_secs(100);

    /// Beats until a heartbeat fits.
    async fn beat_until(pulse: &mut Pulse, centre: &CentreEnd, fits: impl Fn(&[Reference]) -> bool) -> Vec<Reference> {
        let beating = async {
            loop {
                pulse.beat(1, 0).await.unwrap();
                let Report::Heartbeat(heartbeat) = centre.recv().await.unwrap() else { panic!("nothing else is reported") };
                if fits(&heartbeat.references) {
                    return heartbeat.references;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(CEILING, beating).await.expect("it is reported")
    }

    fn is_proof(references: &[Reference], target: &str) -> bool {
        matches!(references, [only] if only.target == target && only.has_ever_answered)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_gateway_is_still_asked_when_its_route_is_gone() {
        let route = Arc::new(Mutex::new(Some(Ipv4Addr::LOCALHOST)));
        let kernel = Arc::clone(&route);
        let (centre, end) = link::in_process(100);
        let options = Options { collector: CollectorId::new(), probing: Probing::Tcp, profiles: Arc::default() };
        let collector = Arc::new(Collector::new(end, Clock::System, &options));
        let mut pulse = Pulse::with_gateway(collector, LastGateway::new(move || *kernel.lock().unwrap()));
        pulse.aim_at(&[]);
        beat_until(&mut pulse, &centre, |references| is_proof(references, "127.0.0.1")).await;
        *route.lock().unwrap() = None;
        for _ in 0..3 {
            let beat = beat_until(&mut pulse, &centre, |_| true).await;
            assert!(is_proof(&beat, "127.0.0.1"), "the proof went with the route: {beat:?}");
        }
        *route.lock().unwrap() = Some(Ipv4Addr::new(127, 0, 0, 2));
        beat_until(&mut pulse, &centre, |references| is_proof(references, "127.0.0.2")).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn new_targets_are_asked_before_the_next_beat() {
        let (_centre, end) = link::in_process(100);
        let options = Options { collector: CollectorId::new(), probing: Probing::Tcp, profiles: Arc::default() };
        let mut pulse = Pulse::new(Arc::new(Collector::new(end, Clock::System, &options)));
        pulse.aim_at(&["127.0.0.1:1".to_owned()]);
        let answered = async {
            while lock(&pulse.seen).is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(CEILING, answered).await.expect("it was asked without a beat");
    }

    #[test]
    fn a_target_may_carry_a_port() {
        for (target, expected) in [
            ("192.0.2.1", ("192.0.2.1", 22)),
            ("192.0.2.1:443", ("192.0.2.1", 443)),
            ("gw.example", ("gw.example", 22)),
            ("gw.example:8022", ("gw.example", 8022)),
            ("2001:db8::1", ("2001:db8::1", 22)),
            ("[2001:db8::1]:80", ("[2001:db8::1]", 80)),
            ("odd:name", ("odd:name", 22)),
        ] {
            assert_eq!(split(target), expected);
        }
    }
}
