//! Planned work through the whole loop, on both databases: probes in; alarms, tickets, notices and the availability report out.
//!
//! r1 <- r2; Ромашка has Интернет on r2; Acme has VPN on r1 and, on r1 or `spare`, Backup that needs one of the two.

#![allow(clippy::unwrap_used)]

use jiff::civil::date;
use model::maintenance::WorkObject;
use model::observation::{Finding, Heartbeat, Observation, ProbeMethod, Sight};
use model::service::{Endpoint, Service};
use model::tenant::Language;
use model::{DeviceId, MaintenanceId, ServiceId, TenantId, Timestamp};
use monitor::maintenance::{NewMaintenance, Plan};
use monitor::{Monitor, TurnMaintenance};
use notify::{Announce, Release, Threads, WriteDue};
use report::Period;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use store::{NoticeFilter, Page, Store, TicketFilter};
use support::Desk;
use testkit::{START, World};
use work::Job as _;

struct Loop {
    world: World,
    monitor: Monitor,
    turn: TurnMaintenance,
    devices: BTreeMap<&'static str, DeviceId>,
    second: u64,
}

impl Loop {
    async fn new(location: &store::Location) -> Self {
        let world = World::new(location).await;
        let r1 = world.device(world.sites[1], "r1", &[]).await;
        let r2 = world.device(world.sites[0], "r2", &[(r1, None)]).await;
        let spare = world.device(world.sites[1], "spare", &[]).await;
        world.service(world.clients[0], "Интернет", &[(r2, None)]).await;
        world.service(world.clients[1], "VPN", &[(r1, None)]).await;
        let backup = Service {
            id: ServiceId::new(),
            client: world.clients[1],
            name: "Backup".into(),
            endpoints: [r1, spare].map(|device| Endpoint { device, interface: None }).to_vec(),
            need: Some(1),
            created_at: START,
            version: 1,
        };
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        tx.insert_service(&backup).await.unwrap();
        tx.commit().await.unwrap();
        world.contact(world.clients[0], "ivan@example.org", Language::Ru).await;
        world.contact(world.clients[1], "john@example.org", Language::En).await;
        let monitor = Monitor::start(world.store.clone()).await.unwrap();
        let turn = TurnMaintenance::new(world.store.clone());
        Self { world, monitor, turn, devices: [("r1", r1), ("r2", r2), ("spare", spare)].into(), second: 0 }
    }

    fn store(&self) -> Store {
        self.world.store.clone()
    }

    /// Lives until this second; each device is silent in its ranges. Every process dies in the middle of each hundred seconds.
    async fn until(&mut self, end: u64, silent: &[(&str, Range<u64>)]) {
        while self.second < end {
            let at = self.world.clock.now();
            let collector = self.world.collector;
            self.monitor.take(Sight::Heartbeat(Heartbeat { collector, at, references: vec![] })).await.unwrap();
            if self.second.is_multiple_of(5) {
                let mut tx = self.world.store.write(&World::scope()).await.unwrap();
                tx.note_collector(collector, at, "[]").await.unwrap();
                tx.commit().await.unwrap();
            }
            if self.second.is_multiple_of(10) {
                // The children are seen first: the cause comes later.
                for name in ["r2", "spare", "r1"] {
                    let is_silent = silent.iter().any(|(silent, when)| *silent == name && when.contains(&self.second));
                    let rtt = (!is_silent).then_some(Duration::from_millis(1));
                    let finding = Finding::Reach { method: ProbeMethod::Icmp, rtt, detail: String::new() };
                    let device = self.devices[name];
                    self.monitor.take(Sight::Observation(Observation { collector, device, at, finding })).await.unwrap();
                }
            }
            self.turn.run().await.unwrap();
            self.monitor.tick().await.unwrap();
            work::deliver_all(&self.store(), &Threads).await.unwrap();
            work::deliver_all(&self.store(), &Desk).await.unwrap();
            Announce { store: self.store() }.run().await.unwrap();
            WriteDue { store: self.store() }.run().await.unwrap();
            Release { store: self.store() }.run().await.unwrap();
            self.world.clock.advance(Duration::from_secs(1));
            self.second += 1;
            if self.second % 100 == 50 {
                self.monitor = Monitor::start(self.store()).await.unwrap();
                self.turn = TurnMaintenance::new(self.store());
            }
        }
    }

    async fn plan(&self, on: &str, when: Range<u64>) -> MaintenanceId {
        let at = |second: u64| START.plus(Duration::from_secs(second));
        let plan = Plan { starts_at: at(when.start), ends_at: at(when.end), objects: vec![WorkObject::Device(self.devices[on])] };
        let new = NewMaintenance { title: "work".into(), note: None, plan, announces: true, announce_lead_s: None, mutes_open: false };
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        let id = monitor::maintenance::plan(&mut tx, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Tickets and notices, by the second in which they were written.
    async fn told(&self) -> String {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let mut lines = Vec::new();
        for listed in tx.notices(&NoticeFilter::default(), Page::first(500)).await.unwrap().items {
            let notice = listed.notice;
            let names: Vec<&str> = ["Интернет", "VPN", "Backup"].into_iter().filter(|name| notice.body.contains(*name)).collect();
            let since = notice.body.lines().find_map(|line| line.strip_prefix("Started: ")).unwrap_or("").to_owned();
            lines.push((notice.created_at, format!("{} to {}: {} {since}", notice.kind, notice.address, names.join(", "))));
        }
        for listed in tx.tickets(&TicketFilter::default(), Page::first(500)).await.unwrap().items {
            lines.push((listed.ticket.opened_at, format!("ticket {}: {}", listed.ticket.state, listed.ticket.title)));
        }
        lines.sort();
        lines.iter().map(|(at, line)| format!("{}s {}\n", at.since(START).as_secs(), line.trim())).collect()
    }

    async fn report(&self, client: TenantId) -> String {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let period = Period { from: date(2026, 11, 22), to: date(2026, 11, 23) };
        let report = report::availability(&mut tx, client, period).await.unwrap();
        let mut text = String::new();
        let since = |at: Timestamp| at.since(START).as_secs();
        for of in report.services {
            let counted: i64 = of.evidence.iter().map(|line| line.counted_s).sum();
            assert_eq!(counted, of.downtime_s, "the evidence adds up");
            text += &format!(
                "{}: period {}, excluded {}, down {}, degraded {}, {} %\n",
                of.service.1,
                of.period_s,
                of.excluded_s,
                of.downtime_s,
                of.degraded_s,
                of.pct3.unwrap_or_default()
            );
            for line in of.evidence {
                let to = line.to.map_or("now".into(), |to| since(to).to_string());
                let seen = match (line.first_missed_at, line.confirmed_at) {
                    (Some(missed), Some(confirmed)) => format!(", missed {} confirmed {}", since(missed), since(confirmed)),
                    _ => String::new(),
                };
                let on = line.device.map_or(String::new(), |(_, name)| format!(" of {name}"));
                text += &format!(
                    "  {}{on} {}..{to}: counted {}, degraded {}, excluded {}{seen}\n",
                    line.kind.as_str(),
                    since(line.from),
                    line.counted_s,
                    line.degraded_s,
                    line.excluded_s
                );
            }
        }
        text
    }
}

fn check(story: impl AsyncFn(&mut Loop), told: expect_test::Expect, report: expect_test::Expect) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for database in testkit::databases() {
        let (was_told, was_reported) = runtime.block_on(async {
            let mut stage = Loop::new(&database.location).await;
            story(&mut stage).await;
            let mut reported = stage.report(stage.world.clients[0]).await;
            reported += &stage.report(stage.world.clients[1]).await;
            let told = stage.told().await;
            stage.world.store.close().await;
            (told, reported)
        });
        told.assert_eq(&was_told);
        report.assert_eq(&was_reported);
    }
}

#[test]
fn an_outage_inside_the_window_costs_nothing_and_is_told_to_nobody() {
    check(
        async |stage| {
            stage.until(20, &[]).await;
            stage.plan("r1", 100..300).await;
            stage.until(500, &[("r1", 120..220), ("r2", 120..240)]).await;
        },
        expect_test::expect![[r#"
            20s maintenance_announced to ivan@example.org: Интернет
            20s maintenance_announced to john@example.org: VPN
        "#]],
        expect_test::expect![[r#"
            Интернет: period 500, excluded 200, down 0, degraded 0, 100.000 %
              maintenance 100..300: counted 0, degraded 0, excluded 200
              down of r2 120..240: counted 0, degraded 0, excluded 120, missed 120 confirmed 150
            VPN: period 500, excluded 200, down 0, degraded 0, 100.000 %
              maintenance 100..300: counted 0, degraded 0, excluded 200
              down of r1 120..220: counted 0, degraded 0, excluded 100, missed 120 confirmed 140
            Backup: period 500, excluded 0, down 0, degraded 100, 100.000 %
              degraded of r1 120..220: counted 0, degraded 100, excluded 0, missed 120 confirmed 140
        "#]],
    );
}

#[test]
fn an_outage_that_outlasts_the_window_is_told_at_its_end_and_counts_from_there() {
    check(
        async |stage| {
            stage.plan("r1", 100..200).await;
            stage.until(500, &[("r1", 120..300), ("r2", 120..300)]).await;
        },
        expect_test::expect![[r#"
            0s maintenance_announced to ivan@example.org: Интернет
            0s maintenance_announced to john@example.org: VPN
            140s ticket resolved: r1 cannot be reached
            200s opened to ivan@example.org: Интернет
            200s opened to john@example.org: VPN 22 Nov 2026, 14:02 UTC
            335s restored to ivan@example.org: Интернет
            335s restored to john@example.org: VPN 22 Nov 2026, 14:02 UTC
        "#]],
        expect_test::expect![[r#"
            Интернет: period 500, excluded 100, down 100, degraded 0, 75.000 %
              maintenance 100..200: counted 0, degraded 0, excluded 100
              down of r2 120..300: counted 100, degraded 0, excluded 80, missed 120 confirmed 150
            VPN: period 500, excluded 100, down 100, degraded 0, 75.000 %
              maintenance 100..200: counted 0, degraded 0, excluded 100
              down of r1 120..300: counted 100, degraded 0, excluded 80, missed 120 confirmed 140
            Backup: period 500, excluded 0, down 0, degraded 180, 100.000 %
              degraded of r1 120..300: counted 0, degraded 180, excluded 0, missed 120 confirmed 140
        "#]],
    );
}

#[test]
fn an_outage_from_before_the_window_is_told_once_and_counts_outside_of_it() {
    check(
        async |stage| {
            stage.until(100, &[("r1", 40..260), ("r2", 40..260)]).await;
            stage.plan("r1", 100..200).await;
            stage.until(500, &[("r1", 40..260), ("r2", 40..260)]).await;
        },
        expect_test::expect![[r#"
            60s opened to john@example.org: VPN 22 Nov 2026, 14:00 UTC
            60s ticket resolved: r1 cannot be reached
            70s opened to ivan@example.org: Интернет
            100s maintenance_announced to ivan@example.org: Интернет
            100s maintenance_announced to john@example.org: VPN
            295s restored to ivan@example.org: Интернет
            295s restored to john@example.org: VPN 22 Nov 2026, 14:00 UTC
        "#]],
        expect_test::expect![[r#"
            Интернет: period 500, excluded 100, down 120, degraded 0, 70.000 %
              down of r2 40..260: counted 120, degraded 0, excluded 100, missed 40 confirmed 70
              maintenance 100..200: counted 0, degraded 0, excluded 100
            VPN: period 500, excluded 100, down 120, degraded 0, 70.000 %
              down of r1 40..260: counted 120, degraded 0, excluded 100, missed 40 confirmed 60
              maintenance 100..200: counted 0, degraded 0, excluded 100
            Backup: period 500, excluded 0, down 0, degraded 220, 100.000 %
              degraded of r1 40..260: counted 0, degraded 220, excluded 0, missed 40 confirmed 60
        "#]],
    );
}

#[test]
fn a_service_that_needs_one_of_two_is_degraded_by_the_first_and_down_by_the_second() {
    check(
        async |stage| stage.until(500, &[("r1", 100..200), ("r2", 100..200), ("spare", 150..300)]).await,
        expect_test::expect![[r#"
            120s opened to john@example.org: VPN 22 Nov 2026, 14:01 UTC
            120s ticket resolved: r1 cannot be reached
            130s opened to ivan@example.org: Интернет
            170s opened to john@example.org: Backup 22 Nov 2026, 14:02 UTC
            170s ticket resolved: spare cannot be reached
            235s restored to ivan@example.org: Интернет
            235s restored to john@example.org: Backup 22 Nov 2026, 14:02 UTC
            235s restored to john@example.org: VPN 22 Nov 2026, 14:01 UTC
        "#]],
        expect_test::expect![[r#"
            Интернет: period 500, excluded 0, down 100, degraded 0, 80.000 %
              down of r2 100..200: counted 100, degraded 0, excluded 0, missed 100 confirmed 130
            VPN: period 500, excluded 0, down 100, degraded 0, 80.000 %
              down of r1 100..200: counted 100, degraded 0, excluded 0, missed 100 confirmed 120
            Backup: period 500, excluded 0, down 50, degraded 150, 90.000 %
              degraded of r1 100..150: counted 0, degraded 50, excluded 0, missed 100 confirmed 120
              down of r1 150..200: counted 50, degraded 0, excluded 0, missed 100 confirmed 120
              down of spare 150..200: counted 0, degraded 0, excluded 0, missed 150 confirmed 170
              degraded of spare 200..300: counted 0, degraded 100, excluded 0, missed 150 confirmed 170
        "#]],
    );
}
