//! One collector served from a real register: plans down, heartbeats up, across a restart.
#![allow(clippy::unwrap_used)]

use dispatch::{Dispatch, Told};
use link::{CollectorEnd, Heartbeat, Report, Task};
use model::Timestamp;
use model::observation::{ProbeMethod, Reference, Sight};
use series::Series;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::World;
use tokio::sync::mpsc;
use work::Shutdown;

const CEILING: Duration = Duration::from_secs(100);

/// A served collector, seen from the collector.
struct Lab {
    end: CollectorEnd,
    sights: mpsc::Receiver<Sight>,
    shutdown: Shutdown,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Lab {
    fn start(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let series =
            Series::open(folder.path(), series::Options { reserve_bytes: 0, clock: world.clock.clone(), ..series::Options::default() })
                .unwrap();
        let (centre, end) = link::in_process(link::CAPACITY_DEFAULT);
        let (to_monitor, sights) = mpsc::channel(1_000);
        let dispatch = Dispatch {
            store: world.store.clone(),
            series,
            collector: world.collector,
            open_key: Arc::new(|_, _| Err("no keys here".to_owned())),
            seal_answer: Arc::new(|_, _| Err("no master key here".to_owned())),
            profiles: Arc::new(profiles::Profiles::builtin().clone()),
            sights: to_monitor,
            told: Arc::new(Told::default()),
        };
        let shutdown = Shutdown::new();
        let running = tokio::spawn(dispatch.run(centre, shutdown.clone()));
        Self { end, sights, shutdown, running, _folder: folder }
    }

    async fn plan(&self) -> link::Plan {
        match tokio::time::timeout(CEILING, self.end.recv()).await.expect("a plan comes").unwrap() {
            Task::Plan(plan) => plan,
            Task::Backup(task) => panic!("nobody asked for {}", task.device),
            Task::PollNow(device) => panic!("nobody asked for {device}"),
        }
    }

    /// What monitor hears of a heartbeat with these targets: (target, answers, has answered this process of the collector).
    async fn beat(&mut self, world: &World, plan_revision: u64, references: &[(&str, bool, bool)]) -> Vec<Reference> {
        let heartbeat = Heartbeat {
            collector: world.collector,
            at: Timestamp::from_secs(1_795_356_000),
            plan_revision,
            references: references
                .iter()
                .map(|(target, answered, has_ever_answered)| link::Reference {
                    target: (*target).to_owned(),
                    answered: *answered,
                    has_ever_answered: *has_ever_answered,
                    rtt: None,
                })
                .collect(),
            devices: 0,
            overruns: 0,
            shed: 0,
            probe_method: ProbeMethod::Icmp,
            probe_note: String::new(),
        };
        self.end.send(Report::Heartbeat(heartbeat)).await.unwrap();
        match tokio::time::timeout(CEILING, self.sights.recv()).await.expect("monitor hears it").unwrap() {
            Sight::Heartbeat(heartbeat) => heartbeat.references,
            Sight::Observation(observation) => panic!("nobody sent {observation:?}"),
        }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(CEILING, self.running).await.expect("it stops when told").unwrap();
    }
}

fn proof(target: &str, answers: bool) -> Reference {
    Reference { target: target.to_owned(), answers, has_ever_answered: true }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_during_our_own_outage_does_not_forget_the_proof() {
    for database in testkit::databases() {
        let world = World::new(&database.location).await;
        let mut lab = Lab::start(&world);
        let revision = lab.plan().await.revision.max(1);
        assert_eq!(lab.beat(&world, revision, &[("192.0.2.1", true, true)]).await, [proof("192.0.2.1", true)]);
        lab.stop().await;
        // Now the gateway is silent, and the new process has never heard it.
        let mut lab = Lab::start(&world);
        lab.plan().await;
        assert_eq!(lab.beat(&world, 0, &[]).await, [], "{}: no plan is followed yet", database.name);
        assert_eq!(lab.beat(&world, revision, &[("192.0.2.1", false, false)]).await, [proof("192.0.2.1", false)], "{}", database.name);
        lab.stop().await;
        // And once more, with no route at all.
        let mut lab = Lab::start(&world);
        lab.plan().await;
        assert_eq!(lab.beat(&world, revision, &[]).await, [proof("192.0.2.1", false)], "{}", database.name);
        let row = world.store.read(&World::scope()).await.unwrap().collector(world.collector).await.unwrap().unwrap();
        assert_eq!(row.note, r#"[{"target":"192.0.2.1","answers":false}]"#, "{}", database.name);
        lab.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_a_plan_a_second_and_reports_flow_meanwhile() {
    const DEVICES: usize = 60;
    let database = testkit::sqlite();
    let world = World::new(&database.location).await;
    let started = Instant::now();
    let mut lab = Lab::start(&world);
    let mut revision = lab.plan().await.revision;
    let mut plans = 1_u64;
    let import = async {
        let mut ids = HashSet::new();
        for n in 0..DEVICES {
            ids.insert(world.device(world.sites[0], &format!("device {n}"), &[]).await);
            // Wide enough for a plan after each, were there no pause.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        ids
    };
    let follow = async {
        loop {
            let plan = lab.plan().await;
            assert!(plan.revision > revision);
            (revision, plans) = (plan.revision, plans + 1);
            if plan.devices.len() == DEVICES {
                return plan.devices.into_iter().map(|device| device.device).collect::<HashSet<_>>();
            }
        }
    };
    let (imported, planned) = tokio::join!(import, follow);
    assert_eq!(imported, planned, "the last change has its plan");
    // One at once, and one more for each full second: holds however slow this machine is.
    let plans_max = 1 + started.elapsed().as_secs();
    eprintln!("{plans} plans for {DEVICES} devices in {:?}", started.elapsed());
    assert!(plans <= plans_max, "{plans} plans, {plans_max} at most");
    // In the pause after that plan a change waits, a report does not.
    world.device(world.sites[0], "one more", &[]).await;
    assert_eq!(lab.beat(&world, revision, &[("192.0.2.1", true, true)]).await, [proof("192.0.2.1", true)]);
    assert_eq!(lab.plan().await.devices.len(), DEVICES + 1);
    lab.stop().await;
}
