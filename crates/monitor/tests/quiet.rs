//! Nothing leaks to children: whatever the intervals, the order and the luck of the probes, work on a device that goes silent and comes back
//! within its window raises no live alarm, not even on what is three devices behind it.

#![allow(clippy::unwrap_used)]

use model::alarm::AlarmState;
use model::maintenance::WorkObject;
use model::observation::{Finding, Heartbeat, Observation, ProbeMethod, Sight};
use monitor::maintenance::{NewMaintenance, Plan};
use monitor::{Monitor, TurnMaintenance};
use std::time::Duration;
use testkit::World;
use work::Job as _;

const RUNS: u64 = 12;
const WINDOW_S: u64 = 420;

/// A small generator of our own: a run that fails is told by its number and can be run again.
struct Luck(u64);

impl Luck {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// core <- worked <- child <- grandchild <- leaf; the third from the core on is probed as often as luck wants.
async fn run(number: u64) -> usize {
    let mut luck = Luck(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
    let database = testkit::sqlite();
    let world = World::new(&database.location).await;
    let mut devices = Vec::new();
    for name in ["core", "worked", "child", "grandchild", "leaf"] {
        let parents: Vec<_> = devices.last().map(|(id, _)| (*id, None)).into_iter().collect();
        let id = world.device(world.sites[0], name, &parents).await;
        let every = [1, 3, 5, 10, 10, 10, 15, 30][luck.below(8) as usize];
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        let mut device = tx.device(id).await.unwrap().unwrap();
        device.probe_interval = Duration::from_secs(every);
        tx.update_device(&device).await.unwrap();
        tx.commit().await.unwrap();
        world.service(world.clients[0], &format!("on {name}"), &[(id, None)]).await;
        devices.push((id, every));
    }
    let now = world.clock.now();
    let mut tx = world.store.write(&World::scope()).await.unwrap();
    let plan = Plan { starts_at: now, ends_at: now.plus(Duration::from_secs(WINDOW_S)), objects: vec![WorkObject::Device(devices[1].0)] };
    let new = NewMaintenance { title: "w".into(), note: None, plan, announces: false, announce_lead_s: None, mutes_open: false };
    monitor::maintenance::plan(&mut tx, new).await.unwrap();
    tx.commit().await.unwrap();
    let mut monitor = Monitor::start(world.store.clone()).await.unwrap();
    let turn = TurnMaintenance::new(world.store.clone());
    let begins = 20 + luck.below(40);
    let ends = begins + 5 + luck.below(200);
    // What is behind comes back a little later, each after the one before it.
    let lags: Vec<u64> = (0..devices.len() as u64).map(|place| if place < 2 { 0 } else { place * luck.below(15) }).collect();
    let phases: Vec<u64> = devices.iter().map(|(_, every)| luck.below(*every)).collect();
    let mut muted = 0;
    for second in 0..WINDOW_S {
        let at = world.clock.now();
        monitor.take(Sight::Heartbeat(Heartbeat { collector: world.collector, at, references: vec![] })).await.unwrap();
        let mut order: Vec<usize> = (0..devices.len()).collect();
        order.sort_by_key(|_| luck.below(1_000));
        for place in order {
            let (device, every) = devices[place];
            if second % every == phases[place] {
                let is_silent = place >= 1 && (begins..ends + lags[place]).contains(&second);
                let rtt = (!is_silent).then_some(Duration::from_millis(1));
                let finding = Finding::Reach { method: ProbeMethod::Icmp, rtt, detail: String::new() };
                monitor.take(Sight::Observation(Observation { collector: world.collector, device, at, finding })).await.unwrap();
            }
        }
        turn.run().await.unwrap();
        monitor.tick().await.unwrap();
        if second % 5 == 0 {
            let mut tx = world.store.read(&World::scope()).await.unwrap();
            let active: Vec<_> = tx.open_alarms().await.unwrap().into_iter().filter(|alarm| alarm.state == AlarmState::Active).collect();
            let live: Vec<_> = active.iter().filter(|alarm| alarm.muted_by.is_none()).collect();
            assert!(live.is_empty(), "run {number}, second {second}, intervals {devices:?}: live {live:?}");
            muted = muted.max(active.len());
        }
        world.clock.advance(Duration::from_secs(1));
    }
    world.store.close().await;
    muted
}

#[test]
fn work_on_a_device_leaks_to_nothing_behind_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut seen = 0;
    for number in 0..RUNS {
        seen += runtime.block_on(run(number));
    }
    println!("{RUNS} runs, at most {seen} alarms muted at once in sum, none live");
    assert!(seen > RUNS as usize, "most runs must have alarms to mute: {seen}");
}
