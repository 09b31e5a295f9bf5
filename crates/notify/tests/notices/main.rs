//! Stories of notices: impacts come and go, and what is written to whom. Real rows on both databases; nothing is sent here but where a story says so.

#![allow(clippy::unwrap_used)]

mod stage;

use expect_test::{Expect, expect};
use model::IncidentId;
use model::alarm::AlarmState;
use model::notice::{Notice, NoticeState};
use notify::{SendQueued, Sender, Threads, WriteDue};
use stage::{Stage, alarm};
use std::sync::Arc;
use store::{NoticeFilter, Page};
use testkit::{World, exim};
use work::Job;

/// No mail server is configured, no webhook known.
fn without_mail() -> Sender {
    let webhook = notify::channel::webhook::Webhook::new(notify::channel::webhook::Reach::Anywhere).unwrap();
    Sender {
        mailer: None,
        default_from: "noc@example.org".into(),
        webhook,
        open_secret: Arc::new(|_, _| Err("no webhook in this story".into())),
    }
}

fn run<F: AsyncFn(&mut Stage) -> String>(story: F) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    testkit::databases()
        .into_iter()
        .map(|database| {
            runtime.block_on(async {
                let mut stage = Stage::new(&database.location).await;
                let told = story(&mut stage).await;
                stage.world.store.close().await;
                told
            })
        })
        .collect()
}

fn check(script: &str, expected: Expect) {
    let told = run(async |stage| {
        let begin = stage.world.clock.now();
        let mut told = String::new();
        let mut before: Vec<String> = Vec::new();
        for word in script.split_whitespace() {
            stage.step(word).await;
            let now = stage.lines().await;
            for (place, line) in now.iter().enumerate().filter(|(place, line)| before.get(*place) != Some(line)) {
                told.push_str(&format!("{}s {word}: {}. {line}\n", stage.world.clock.now().since(begin).as_secs(), place + 1));
            }
            before = now;
        }
        stage.told = before.len();
        told
    });
    for one in told {
        expected.assert_eq(&one);
    }
}

#[test]
fn one_notice_per_client_with_his_services_only_and_one_when_all_is_well() {
    check(
        "+inc1:ромашка/Интернет +inc1:ромашка/Телефония +inc1:acme/VPN 1s sent 60s -inc1:ромашка/Интернет 10s -inc1:ромашка/Телефония 4s 2s -inc1:acme/VPN 6s",
        expect![[r#"
            0s +inc1:ромашка/Интернет: 1. opened ivan@example.org queued: Интернет
            0s +inc1:ромашка/Телефония: 2. updated ivan@example.org queued: Интернет, Телефония
            0s +inc1:acme/VPN: 3. opened john@example.org queued: VPN
            1s sent: 1. opened ivan@example.org sent: Интернет
            1s sent: 2. updated ivan@example.org sent: Интернет, Телефония
            1s sent: 3. opened john@example.org sent: VPN
            77s 2s: 4. restored ivan@example.org queued: Интернет, Телефония
            83s 6s: 5. restored john@example.org queued: VPN
        "#]],
    );
}

#[test]
fn a_stale_mapping_is_a_draft_and_never_a_guess() {
    check(
        "+inc1:ромашка/Интернет? 2s -inc1:ромашка/Интернет? 6s",
        expect![[r#"
            0s +inc1:ромашка/Интернет?: 1. opened ivan@example.org draft (stale_mapping): Интернет
            8s 6s: 1. opened ivan@example.org withdrawn (stale_mapping): Интернет
        "#]],
    );
}

#[test]
fn in_shadow_all_is_written_and_nothing_queued() {
    check(
        "shadow-acme +inc1:acme/VPN +inc1:ромашка/Интернет 2s -inc1:acme/VPN 6s",
        expect![[r#"
            0s +inc1:acme/VPN: 1. opened john@example.org draft (shadow): VPN
            0s +inc1:ромашка/Интернет: 2. opened ivan@example.org queued: Интернет
            8s 6s: 3. restored john@example.org draft (shadow): VPN
        "#]],
    );
}

#[test]
fn a_burst_waits_three_minutes_for_a_person_and_longer_while_we_are_cut_off() {
    check(
        "+i:a/s1 +i:b/s2 +i:c/s3 +i:d/s4 +i:e/s5 1s +i:f/s6 1s cut_off 180s 20s live 11s",
        expect![[r#"
            0s +i:a/s1: 1. opened a@example.org queued: s1
            0s +i:b/s2: 2. opened b@example.org queued: s2
            0s +i:c/s3: 3. opened c@example.org queued: s3
            0s +i:d/s4: 4. opened d@example.org queued: s4
            0s +i:e/s5: 5. opened e@example.org queued: s5
            1s +i:f/s6: 6. opened f@example.org held (brake_clients): s6
            182s 180s: 6. opened f@example.org held (cut_off): s6
            213s 11s: 6. opened f@example.org queued (cut_off): s6
        "#]],
    );
}

#[test]
fn a_burst_of_one_fault_is_held_whole_not_from_the_sixth_client_on() {
    let told = run(async |stage| {
        // All impacts of one alarm commit together; their deliveries come one by one.
        for word in ["+i:a/s1", "+i:b/s2", "+i:c/s3", "+i:d/s4", "+i:e/s5", "+i:f/s6"] {
            stage.hit(&word[1..]).await;
        }
        work::deliver_next(&stage.world.store, &Threads).await.unwrap();
        WriteDue { store: stage.world.store.clone() }.run().await.unwrap();
        let first = stage.lines().await;
        stage.work().await;
        assert_eq!(stage.lines().await.len(), 6);
        assert!(stage.lines().await.iter().all(|line| line.contains("held (brake_clients)")), "{:?}", stage.lines().await);
        first.join("\n")
    });
    for one in told {
        assert_eq!(one, "opened a@example.org held (brake_clients): s1");
    }
}

#[test]
fn what_never_went_out_is_withdrawn_when_all_is_well_and_nobody_hears_of_it() {
    check(
        "+i:a/s1 +i:b/s2 +i:c/s3 +i:d/s4 +i:e/s5 1s +i:f/s6 1s -i:f/s6 6s",
        expect![[r#"
            0s +i:a/s1: 1. opened a@example.org queued: s1
            0s +i:b/s2: 2. opened b@example.org queued: s2
            0s +i:c/s3: 3. opened c@example.org queued: s3
            0s +i:d/s4: 4. opened d@example.org queued: s4
            0s +i:e/s5: 5. opened e@example.org queued: s5
            1s +i:f/s6: 6. opened f@example.org held (brake_clients): s6
            8s 6s: 6. opened f@example.org withdrawn (brake_clients): s6
        "#]],
    );
}

#[test]
fn who_was_told_under_a_merged_incident_goes_on_hearing_in_the_same_thread() {
    check(
        "+i1:ромашка/Интернет 1s sent +i2:acme/VPN 1s sent i1=>i2 1s -i1:ромашка/Интернет -i2:acme/VPN 6s",
        expect![[r#"
            0s +i1:ромашка/Интернет: 1. opened ivan@example.org queued: Интернет
            1s sent: 1. opened ivan@example.org sent: Интернет
            1s +i2:acme/VPN: 2. opened john@example.org queued: VPN
            2s sent: 2. opened john@example.org sent: VPN
            9s 6s: 3. restored ivan@example.org queued: Интернет
            9s 6s: 4. restored john@example.org queued: VPN
        "#]],
    );
}

#[test]
fn a_fault_that_comes_back_is_a_new_story_in_the_same_thread() {
    check(
        "+i1:acme/VPN 1s sent -i1:acme/VPN 6s sent +i1:acme/VPN 1s",
        expect![[r#"
            0s +i1:acme/VPN: 1. opened john@example.org queued: VPN
            1s sent: 1. opened john@example.org sent: VPN
            7s 6s: 2. restored john@example.org queued: VPN
            7s sent: 2. restored john@example.org sent: VPN
            7s +i1:acme/VPN: 3. opened john@example.org queued: VPN
        "#]],
    );
}

#[test]
fn faults_of_one_client_within_the_gathering_time_make_one_notice() {
    let told = run(async |stage| {
        // Something on the client's device waits for its verdict, so the first fault gathers.
        let device = stage.device("r9").await;
        stage.world.service(stage.world.clients[0], "Видео", &[(device, None)]).await;
        let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
        let mut suspect = alarm(device, stage.world.sites[1], IncidentId::new(), tx.now());
        (suspect.state, suspect.incident, suspect.raised_at) = (AlarmState::Suspect, None, None);
        tx.insert_alarm(&suspect).await.unwrap();
        tx.commit().await.unwrap();
        let mut told = String::new();
        for word in ["+i1:ромашка/Интернет", "5s", "+i2:ромашка/VPN", "14s", "1s"] {
            stage.step(word).await;
            told.push_str(&format!("{word}: {:?}\n", stage.lines().await));
        }
        told
    });
    let expected = expect![[r#"
        +i1:ромашка/Интернет: []
        5s: []
        +i2:ромашка/VPN: []
        14s: []
        1s: ["opened ivan@example.org queued: VPN, Интернет"]
    "#]];
    for one in told {
        expected.assert_eq(&one);
    }
}

#[test]
fn a_second_outage_is_told_as_its_own_and_not_with_the_services_of_the_first() {
    check(
        "+i1:acme/Old 1s sent -i1:acme/Old 6s sent 300s +i1:acme/New 1s sent -i1:acme/New 6s",
        expect![[r#"
            0s +i1:acme/Old: 1. opened john@example.org queued: Old
            1s sent: 1. opened john@example.org sent: Old
            7s 6s: 2. restored john@example.org queued: Old
            7s sent: 2. restored john@example.org sent: Old
            307s +i1:acme/New: 3. opened john@example.org queued: New
            308s sent: 3. opened john@example.org sent: New
            314s 6s: 4. restored john@example.org queued: New
        "#]],
    );
}

#[test]
fn what_gathered_under_an_incident_that_merges_is_still_told() {
    let told = run(async |stage| {
        // A suspect keeps the second thread gathering until the merge has happened.
        stage.step("+i1:ромашка/Интернет").await;
        stage.step("1s").await;
        stage.step("sent").await;
        let device = stage.device("r9").await;
        stage.world.service(stage.world.clients[0], "Видео", &[(device, None)]).await;
        let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
        let mut suspect = alarm(device, stage.world.sites[1], IncidentId::new(), tx.now());
        (suspect.state, suspect.incident, suspect.raised_at) = (AlarmState::Suspect, None, None);
        tx.insert_alarm(&suspect).await.unwrap();
        tx.commit().await.unwrap();
        stage.step("+i2:ромашка/VPN").await;
        stage.step("i1=>i2").await;
        stage.step("25s").await;
        stage.lines().await.join("\n")
    });
    for one in told {
        assert_eq!(one, "opened ivan@example.org sent: Интернет\nupdated ivan@example.org queued: VPN, Интернет");
    }
}

#[test]
fn while_we_are_cut_off_nothing_is_sent_and_afterwards_it_goes() {
    check(
        "cut_off +i1:acme/VPN 40s live 31s",
        expect![[r#"
            0s +i1:acme/VPN: 1. opened john@example.org held (cut_off): VPN
            71s 31s: 1. opened john@example.org queued (cut_off): VPN
        "#]],
    );
}

#[test]
fn who_was_told_for_real_hears_the_end_for_real_also_when_shadow_came_between() {
    check(
        "+i1:acme/VPN 1s sent shadow-acme +i1:acme/Video 1s -i1:acme/VPN -i1:acme/Video 6s",
        expect![[r#"
            0s +i1:acme/VPN: 1. opened john@example.org queued: VPN
            1s sent: 1. opened john@example.org sent: VPN
            1s +i1:acme/Video: 2. updated john@example.org draft (shadow): VPN, Video
            8s 6s: 3. restored john@example.org queued: VPN, Video
        "#]],
    );
}

#[test]
fn nobody_to_tell_is_said_aloud() {
    let told = run(async |stage| {
        let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
        for contact in tx.contacts(Some(stage.world.clients[1]), Page::default()).await.unwrap().items {
            tx.delete_contact(contact.id).await.unwrap();
        }
        tx.commit().await.unwrap();
        stage.step("+i1:acme/VPN").await;
        stage.lines().await.join("\n")
    });
    assert!(told.iter().all(|one| one == "opened nobody failed: VPN"), "{told:?}");
}

#[test]
fn while_the_mail_server_is_away_nothing_is_lost_and_the_order_is_kept() {
    let Some(mut exim) = exim::start() else { return };
    let database = testkit::sqlite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut stage = Stage::new(&database.location).await;
        let mailer = notify::channel::email::Mailer::new(
            exim.url().parse().unwrap(),
            Some(&exim.ca_pem()),
            notify::channel::email::Timeouts::default(),
        )
        .unwrap();
        let sender = Sender {
            mailer: Some(mailer),
            default_from: "noc@example.org".into(),
            webhook: notify::channel::webhook::Webhook::new(notify::channel::webhook::Reach::Anywhere).unwrap(),
            open_secret: Arc::new(|_, _| Err("no webhook in this story".into())),
        };
        let send = SendQueued { store: stage.world.store.clone(), sender };
        exim.stop();
        stage.step("+i1:ромашка/Интернет").await;
        // An hour without a mail server, the fault over in the middle of it.
        for minute in 0..60 {
            if minute == 30 {
                stage.step("-i1:ромашка/Интернет").await;
            }
            stage.step("60s").await;
            send.run().await.unwrap();
        }
        let waiting = stage.lines().await;
        assert_eq!(waiting.len(), 2, "{waiting:?}");
        assert!(waiting.iter().all(|line| line.contains("queued")), "{waiting:?}");
        exim.restart();
        for _ in 0..10 {
            stage.step("60s").await;
            send.run().await.unwrap();
        }
        let mails = exim.mails(2);
        assert_eq!(mails.len(), 2);
        let first_id = mails[0].lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
        assert!(mails[1].contains(&format!("In-Reply-To: {first_id}")), "the second hangs on the first:\n{}", mails[1]);
        let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
        for listed in tx.notices(&NoticeFilter::default(), Page::default()).await.unwrap().items {
            assert_eq!(listed.notice.state, NoticeState::Sent);
            assert!(listed.notice.proof.as_deref().is_some_and(|proof| proof.starts_with("250")), "{:?}", listed.notice.proof);
        }
    });
}

#[test]
fn shadow_that_is_switched_on_while_a_notice_waits_holds_it_back() {
    let told = run(async |stage| {
        let sender = without_mail();
        let send = SendQueued { store: stage.world.store.clone(), sender };
        stage.step("+i1:acme/VPN").await;
        send.run().await.unwrap();
        let waiting = stage.lines().await;
        stage.step("shadow-acme").await;
        stage.step("60s").await;
        send.run().await.unwrap();
        [waiting, stage.lines().await].concat().join("\n")
    });
    for one in told {
        assert_eq!(one, "opened john@example.org queued: VPN\nopened john@example.org draft (shadow): VPN");
    }
}

#[test]
fn nobody_hears_that_all_is_well_who_never_heard_of_the_fault() {
    let told = run(async |stage| {
        let sender = without_mail();
        stage.step("+i1:acme/VPN").await;
        stage.step("-i1:acme/VPN").await;
        stage.step("6s").await;
        // The first word is refused for good only after the last one was written.
        let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
        let first = tx.notices(&NoticeFilter::default(), Page::default()).await.unwrap().items.pop().unwrap().notice;
        tx.update_notice(&Notice { state: NoticeState::Failed, ..first }).await.unwrap();
        tx.commit().await.unwrap();
        SendQueued { store: stage.world.store.clone(), sender }.run().await.unwrap();
        stage.lines().await.join("\n")
    });
    for one in told {
        assert_eq!(one, "opened john@example.org failed: VPN\nrestored john@example.org withdrawn: VPN");
    }
}
