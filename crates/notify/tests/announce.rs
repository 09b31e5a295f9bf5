//! Stories of planned work as clients hear of it: rows come and go, and what is written to whom, on both databases.
//!
//! A script is a list of words: `10s` lets time pass, `plan:FROM:TO:SERVICE,…` plans work (seconds from now), `lead:SECONDS` tells later,
//! `move:FROM:TO`, `cancel`, `end`, `cover:SERVICE` and `uncover:SERVICE` change what it touches, `quiet` takes the announcing back,
//! `sent` lets the mail server take what is queued, `shadow`, `restart` forgets everything but the rows.

#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::maintenance::{Maintenance, MaintenanceState, WorkObject};
use model::notice::{Notice, NoticeState};
use model::tenant::Language;
use model::{MaintenanceId, ServiceId, TenantId, Timestamp};
use notify::{Announce, Release};
use std::collections::BTreeMap;
use std::time::Duration;
use store::{CoveredService, NoticeFilter, Page};
use testkit::World;
use work::Job as _;

struct Stage {
    world: World,
    services: BTreeMap<String, (ServiceId, TenantId)>,
    window: Option<Maintenance>,
}

impl Stage {
    /// Ромашка (contact in Russian) has Интернет and Телефония, Acme (in English) VPN, six more have a service each.
    async fn new(location: &store::Location) -> Self {
        let world = World::new(location).await;
        world.contact(world.clients[0], "ivan@example.org", Language::Ru).await;
        world.contact(world.clients[1], "john@example.org", Language::En).await;
        let device = world.device(world.sites[1], "r1", &[]).await;
        let mut services = BTreeMap::new();
        for (client, name) in [(0, "Интернет"), (0, "Телефония"), (1, "VPN")] {
            let client = world.clients[client];
            services.insert(name.to_owned(), (world.service(client, name, &[(device, None)]).await, client));
        }
        for number in 1..=6 {
            let id = TenantId::new();
            let mut tx = world.store.write(&World::scope()).await.unwrap();
            let mut tenant = tx.tenant(world.clients[1]).await.unwrap().unwrap();
            (tenant.id, tenant.name) = (id, format!("C{number}"));
            tx.insert_tenant(&tenant).await.unwrap();
            tx.commit().await.unwrap();
            world.contact(id, &format!("c{number}@example.org"), Language::En).await;
            services.insert(format!("s{number}"), (world.service(id, &format!("s{number}"), &[(device, None)]).await, id));
        }
        Self { world, services, window: None }
    }

    async fn work(&self) {
        Announce { store: self.world.store.clone() }.run().await.unwrap();
        Release { store: self.world.store.clone() }.run().await.unwrap();
    }

    fn at(&self, text: &str) -> Timestamp {
        self.world.clock.now().plus(Duration::from_secs(text.parse().unwrap()))
    }

    async fn step(&mut self, word: &str) {
        if let Some(seconds) = word.strip_suffix('s').and_then(|n| n.parse::<u64>().ok()) {
            for _ in 0..seconds {
                self.world.clock.advance(Duration::from_secs(1));
                self.work().await;
            }
            return;
        }
        let parts: Vec<&str> = word.split(':').collect();
        let (from, to) = match parts.as_slice() {
            ["plan" | "move", from, to, ..] => (self.at(from), self.at(to)),
            _ => (self.world.clock.now(), self.world.clock.now()),
        };
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        if let Some(window) = &mut self.window {
            *window = tx.maintenance(window.id).await.unwrap().unwrap().maintenance;
        }
        match parts.as_slice() {
            ["plan", _, _, services] => {
                let window = Maintenance {
                    id: MaintenanceId::new(),
                    tenant: self.world.provider,
                    title: "Замена платы на узле Acme".into(),
                    note: "secret of the house".into(),
                    state: MaintenanceState::Planned,
                    starts_at: from,
                    ends_at: to,
                    objects: vec![WorkObject::Site(self.world.sites[1])],
                    announces: true,
                    announce_lead_s: None,
                    mutes_open: false,
                    created_by: None,
                    created_at: tx.now(),
                    version: 1,
                };
                tx.insert_maintenance(&window, &["Plant".into()]).await.unwrap();
                for name in services.split(',') {
                    let (service, client) = self.services[name];
                    tx.cover_service(&CoveredService { maintenance: window.id, service, client, from, to }).await.unwrap();
                }
                self.window = Some(window);
            }
            ["cover" | "uncover", name] => {
                let window = self.window.clone().unwrap();
                let (service, client) = self.services[*name];
                let row = CoveredService { maintenance: window.id, service, client, from: window.starts_at, to: window.ends_at };
                if parts[0] == "cover" {
                    tx.cover_service(&row).await.unwrap();
                } else {
                    tx.uncover_service(&row).await.unwrap();
                }
            }
            ["shadow"] => {
                let mut settings = tx.settings().await.unwrap();
                settings.shadow = true;
                tx.set_settings(&settings).await.unwrap();
            }
            ["sent"] => {
                let queued = NoticeFilter { state: Some(NoticeState::Queued), ..NoticeFilter::default() };
                for listed in tx.notices(&queued, Page::first(500)).await.unwrap().items {
                    let sent = Notice { state: NoticeState::Sent, sent_at: Some(tx.now()), ..listed.notice };
                    tx.update_notice(&sent).await.unwrap();
                }
            }
            other => {
                let mut window = self.window.clone().unwrap();
                match other {
                    ["lead", seconds] => window.announce_lead_s = Some(seconds.parse().unwrap()),
                    ["move", ..] => {
                        (window.starts_at, window.ends_at) = (from, to);
                        for row in tx.services_of_maintenance(window.id).await.unwrap() {
                            tx.uncover_service(&row).await.unwrap();
                            tx.cover_service(&CoveredService { from, to, ..row }).await.unwrap();
                        }
                    }
                    ["cancel"] => window.state = MaintenanceState::Cancelled,
                    ["end"] => (window.state, window.ends_at) = (MaintenanceState::Ended, tx.now()),
                    ["quiet"] => window.announces = false,
                    other => panic!("unknown word {other:?}"),
                }
                tx.update_maintenance(&window, None).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        // `plan` and the `lead` behind it are one commit in life.
        if !matches!(parts.as_slice(), ["plan", "7200", ..]) {
            self.work().await;
        }
    }

    async fn lines(&self) -> Vec<String> {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let mut all = tx.notices(&NoticeFilter::default(), Page::first(500)).await.unwrap().items;
        all.reverse();
        let of = |listed: &store::NoticeListed| {
            let notice = &listed.notice;
            assert_eq!(notice.topic.maintenance(), self.window.as_ref().map(|window| window.id));
            for secret in ["secret", "Замена", "Plant", "r1"] {
                assert!(!notice.body.contains(secret) && !notice.subject.contains(secret), "{secret} in {}", notice.body);
            }
            let reason = notice.hold_reason.map_or(String::new(), |reason| format!(" ({reason})"));
            let services: Vec<&str> = self.services.keys().map(String::as_str).filter(|name| notice.body.contains(*name)).collect();
            format!("{} {} {}{reason}: {}", notice.kind, notice.address, notice.state, services.join(", "))
        };
        all.iter().map(of).collect()
    }
}

fn run<F: AsyncFn(&mut Stage) -> String>(story: F) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let one = |database: testkit::Database| {
        runtime.block_on(async {
            let mut stage = Stage::new(&database.location).await;
            let told = story(&mut stage).await;
            stage.world.store.close().await;
            told
        })
    };
    testkit::databases().into_iter().map(one).collect()
}

fn check(script: &str, expected: Expect) {
    let told = run(async |stage| {
        let begin = stage.world.clock.now();
        let (mut told, mut before) = (String::new(), Vec::new());
        for word in script.split_whitespace() {
            stage.step(word).await;
            let now = stage.lines().await;
            for (place, line) in now.iter().enumerate().filter(|(place, line)| before.get(*place) != Some(*line)) {
                told.push_str(&format!("{}s {word}: {}. {line}\n", stage.world.clock.now().since(begin).as_secs(), place + 1));
            }
            before = now;
        }
        told
    });
    for one in told {
        expected.assert_eq(&one);
    }
}

#[test]
fn every_client_is_told_of_his_own_services_once() {
    check(
        "plan:600:900:Интернет,Телефония,VPN 5s sent 700s 400s",
        expect![[r#"
        0s plan:600:900:Интернет,Телефония,VPN: 1. maintenance_announced ivan@example.org queued: Интернет, Телефония
        0s plan:600:900:Интернет,Телефония,VPN: 2. maintenance_announced john@example.org queued: VPN
        5s sent: 1. maintenance_announced ivan@example.org sent: Интернет, Телефония
        5s sent: 2. maintenance_announced john@example.org sent: VPN
    "#]],
    );
}

#[test]
fn with_a_lead_they_are_told_when_it_is_time() {
    check(
        "plan:7200:7300:VPN lead:7190 5s 5s",
        expect![[r#"
        10s 5s: 1. maintenance_announced john@example.org queued: VPN
    "#]],
    );
}

#[test]
fn a_change_and_a_cancellation_follow_in_the_same_thread() {
    check(
        "plan:600:900:VPN sent move:1200:1500 sent cover:s1 sent uncover:s1 cancel sent 5s",
        expect![[r#"
        0s plan:600:900:VPN: 1. maintenance_announced john@example.org queued: VPN
        0s sent: 1. maintenance_announced john@example.org sent: VPN
        0s move:1200:1500: 2. maintenance_changed john@example.org queued: VPN
        0s sent: 2. maintenance_changed john@example.org sent: VPN
        0s cover:s1: 3. maintenance_announced c1@example.org queued: s1
        0s sent: 3. maintenance_announced c1@example.org sent: s1
        0s uncover:s1: 4. maintenance_cancelled c1@example.org queued: s1
        0s cancel: 5. maintenance_cancelled john@example.org queued: VPN
        0s sent: 4. maintenance_cancelled c1@example.org sent: s1
        0s sent: 5. maintenance_cancelled john@example.org sent: VPN
    "#]],
    );
}

#[test]
fn what_nobody_has_heard_of_is_withdrawn_and_not_cancelled() {
    check(
        "plan:600:900:VPN cancel 5s",
        expect![[r#"
        0s plan:600:900:VPN: 1. maintenance_announced john@example.org queued: VPN
        0s cancel: 1. maintenance_announced john@example.org withdrawn: VPN
    "#]],
    );
    check(
        "plan:600:900:VPN move:700:900 sent quiet",
        expect![[r#"
        0s plan:600:900:VPN: 1. maintenance_announced john@example.org queued: VPN
        0s move:700:900: 1. maintenance_announced john@example.org withdrawn: VPN
        0s move:700:900: 2. maintenance_announced john@example.org queued: VPN
        0s sent: 2. maintenance_announced john@example.org sent: VPN
        0s quiet: 3. maintenance_cancelled john@example.org queued: VPN
    "#]],
    );
}

#[test]
fn work_that_ends_early_needs_no_word() {
    check(
        "plan:1:900:VPN sent 5s end 5s",
        expect![[r#"
        0s plan:1:900:VPN: 1. maintenance_announced john@example.org queued: VPN
        0s sent: 1. maintenance_announced john@example.org sent: VPN
    "#]],
    );
}

#[test]
fn a_burst_waits_for_a_person_and_shadow_sends_nothing() {
    check(
        "plan:600:900:s1,s2,s3,s4,s5,s6 179s 1s",
        expect![[r#"
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 1. maintenance_announced c1@example.org held (brake_clients): s1
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 2. maintenance_announced c2@example.org held (brake_clients): s2
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 3. maintenance_announced c3@example.org held (brake_clients): s3
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 4. maintenance_announced c4@example.org held (brake_clients): s4
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 5. maintenance_announced c5@example.org held (brake_clients): s5
        0s plan:600:900:s1,s2,s3,s4,s5,s6: 6. maintenance_announced c6@example.org held (brake_clients): s6
        180s 1s: 1. maintenance_announced c1@example.org queued (brake_clients): s1
        180s 1s: 2. maintenance_announced c2@example.org queued (brake_clients): s2
        180s 1s: 3. maintenance_announced c3@example.org queued (brake_clients): s3
        180s 1s: 4. maintenance_announced c4@example.org queued (brake_clients): s4
        180s 1s: 5. maintenance_announced c5@example.org queued (brake_clients): s5
        180s 1s: 6. maintenance_announced c6@example.org queued (brake_clients): s6
    "#]],
    );
    check(
        "shadow plan:600:900:VPN sent cancel",
        expect![[r#"
        0s plan:600:900:VPN: 1. maintenance_announced john@example.org draft (shadow): VPN
        0s cancel: 2. maintenance_cancelled john@example.org draft (shadow): VPN
    "#]],
    );
}

#[test]
fn the_words_are_plain_in_both_languages() {
    let told = run(async |stage| {
        stage.step("plan:600:900:Интернет,VPN").await;
        let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
        let mut all = tx.notices(&NoticeFilter::default(), Page::first(500)).await.unwrap().items;
        all.reverse();
        let reference = texts::notice::reference(stage.window.as_ref().unwrap().id);
        let shown =
            |listed: &store::NoticeListed| format!("{}\n{}", listed.notice.subject, listed.notice.body).replace(&reference, "MNT-1");
        all.iter().map(shown).collect::<Vec<_>>().join("---\n")
    });
    for one in told {
        expect![[r#"
            Плановые работы: Интернет [MNT-1]
            Здравствуйте, ivan!

            Мы планируем работы. Пока они идут, возможны перерывы в работе этих услуг:

            • Интернет

            Начало: 22.11.2026 14:10 UTC
            Окончание: 22.11.2026 14:15 UTC

            От вас ничего не требуется. Если что-то изменится, мы напишем.

            Клиент: Ромашка
            Если у вас есть вопросы, назовите номер MNT-1.

            Partner Telecom
            ---
            Planned maintenance: VPN [MNT-1]
            Hello john,

            We plan maintenance. These services may be interrupted while it lasts:

            • VPN

            Begins: 22 Nov 2026, 14:10 UTC
            Ends: 22 Nov 2026, 14:15 UTC

            You do not need to do anything. We will write to you if anything changes.

            Client: Acme
            If you have any questions, please quote MNT-1.

            Polyot MSP
        "#]]
        .assert_eq(&one);
    }
}
