//! The store on both engines: the same stories.

#![allow(clippy::unwrap_used)]

use model::event::{EventKind, Subscriber};
use model::person::{Grant, Role};
use model::tenant::{Language, TenantKind};
use model::{PersonId, Scope, TenantId};
use std::time::Duration;
use store::{DeviceFilter, Page, StoreError, TenantFilter};
use testkit::World;

fn check<F: AsyncFn(&World, &str)>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for database in testkit::databases() {
        runtime.block_on(async {
            let world = World::new(&database.location).await;
            story(&world, database.name).await;
            world.store.close().await;
        });
    }
}

fn person(grants: &[(TenantId, Role)]) -> Scope {
    Scope::Person {
        id: PersonId::new(),
        grants: grants.iter().map(|(tenant, role)| Grant { tenant: *tenant, role: *role }).collect(),
        via: None,
    }
}

#[test]
fn a_scope_sees_its_subtree_and_nothing_else() {
    check(async |world, engine| {
        let ours = world.device(world.sites[0], "r1", &[]).await;
        let theirs = world.device(world.sites[1], "r1", &[]).await;
        let cases = [
            (person(&[(world.provider, Role::ProviderL1)]), 6, vec![ours, theirs]),
            (person(&[(world.partner, Role::PartnerL1)]), 3, vec![ours]),
            (person(&[(world.clients[1], Role::ClientUser)]), 2, vec![theirs]),
            (person(&[(world.sites[0], Role::Auditor), (world.sites[1], Role::Auditor)]), 2, vec![ours, theirs]),
            (person(&[]), 0, vec![]),
        ];
        for (scope, tenants, devices) in cases {
            let mut tx = world.store.read(&scope).await.unwrap();
            assert_eq!(tx.tenants(&TenantFilter::default(), Page::default()).await.unwrap().items.len(), tenants, "{engine} {scope:?}");
            let seen: Vec<_> =
                tx.devices(&DeviceFilter::default(), Page::default()).await.unwrap().items.into_iter().map(|d| d.device.id).collect();
            assert_eq!(seen, devices, "{engine} {scope:?}");
            for id in [ours, theirs] {
                assert_eq!(tx.device(id).await.unwrap().is_some(), devices.contains(&id));
                assert_eq!(tx.device_listed(id).await.unwrap().is_some(), devices.contains(&id));
            }
        }
    });
}

#[test]
fn brand_zone_and_language_come_from_the_nearest_above() {
    check(async |world, engine| {
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        let site = tx.inherited(world.sites[0]).await.unwrap();
        assert_eq!(
            (site.brand_name.as_str(), site.sender.as_deref(), site.language),
            ("Partner Telecom", Some("noc@partner.example"), Language::Ru),
            "{engine}"
        );
        let other = tx.inherited(world.sites[1]).await.unwrap();
        assert_eq!(
            (other.brand_name.as_str(), other.sender, other.language, other.tz.as_str()),
            ("Polyot MSP", None, Language::En, "UTC"),
            "{engine}"
        );
    });
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    check(async |world, engine| {
        for number in 0..25 {
            world.device(world.sites[0], &format!("r{number}"), &[]).await;
        }
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        let (mut page, mut seen) = (Page::first(10), vec![]);
        loop {
            let found = tx.devices(&DeviceFilter::default(), page).await.unwrap();
            seen.extend(found.items.into_iter().map(|listed| listed.device.name));
            match found.next {
                Some(after) => page.after = Some(after),
                None => break,
            }
        }
        assert_eq!(seen, (0..25).map(|number| format!("r{number}")).collect::<Vec<_>>(), "{engine}");
    });
}

#[test]
fn what_is_not_committed_leaves_no_trace_and_no_event() {
    check(async |world, engine| {
        let before = world.store.read(&World::scope()).await.unwrap().last_event().await.unwrap();
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        let mut client = tx.tenant(world.clients[0]).await.unwrap().unwrap();
        client.name = "Лютик".into();
        tx.update_tenant(&client).await.unwrap();
        tx.emit(EventKind::TenantChanged, client.id, client.id, 2, store::Fields::Null).await.unwrap();
        tx.audit("tenant.update", client.id, client.id, None, None).await.unwrap();
        drop(tx);
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        assert_eq!(tx.tenant(client.id).await.unwrap().unwrap().name, "Ромашка", "{engine}");
        assert_eq!(tx.last_event().await.unwrap(), before);
        assert_eq!(tx.verify_audit().await.unwrap().rows, 0);
    });
}

#[test]
fn a_change_against_an_old_version_is_refused() {
    check(async |world, _| {
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        let client = tx.tenant(world.clients[0]).await.unwrap().unwrap();
        tx.update_tenant(&client).await.unwrap();
        assert!(matches!(tx.update_tenant(&client).await, Err(StoreError::Stale { .. })));
    });
}

#[test]
fn an_event_reaches_its_subscriber_once_and_a_dead_worker_loses_nothing() {
    check(async |world, engine| {
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        tx.emit(EventKind::IncidentOpened, "inc_x", world.sites[0], 1, store::Fields::Null).await.unwrap();
        tx.commit().await.unwrap();
        let lease = Duration::from_secs(30);
        let claim = async || {
            let mut tx = world.store.write(&World::scope()).await.unwrap();
            let claimed = tx.claim_delivery(Subscriber::Support, lease).await.unwrap();
            tx.commit().await.unwrap();
            claimed
        };
        let first = claim().await.expect("the event waits");
        assert_eq!((first.attempts, first.event.kind), (1, EventKind::IncidentOpened), "{engine}");
        assert_eq!(claim().await, None, "{engine}: leased to somebody else");
        world.clock.advance(Duration::from_secs(31));
        let again = claim().await.expect("the lease of a dead worker ends");
        assert_eq!(again.attempts, 2);
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        assert!(tx.finish_delivery(again.event.seq, Subscriber::Support).await.unwrap());
        assert!(!tx.finish_delivery(again.event.seq, Subscriber::Support).await.unwrap(), "the slow first worker is told that it is done");
        tx.commit().await.unwrap();
        world.clock.advance(Duration::from_secs(3600));
        assert_eq!(claim().await, None);
    });
}

#[test]
fn the_audit_chain_tells_which_row_was_touched() {
    check(async |world, engine| {
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        for number in 0..30 {
            tx.audit("test", format!("obj_{number}"), world.sites[0], None, Some(store::Fields::from(number))).await.unwrap();
        }
        let state = tx.verify_audit().await.unwrap();
        assert_eq!((state.rows, state.broken_at), (30, None), "{engine}");
        tx.tamper_with_audit_for_test(17).await.unwrap();
        assert_eq!(tx.verify_audit().await.unwrap().broken_at, Some(17), "{engine}");
    });
}

#[test]
fn a_circle_of_parents_is_seen() {
    check(async |world, engine| {
        let a = world.device(world.sites[0], "a", &[]).await;
        let b = world.device(world.sites[0], "b", &[(a, None)]).await;
        let c = world.device(world.sites[0], "c", &[(b, None)]).await;
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        assert!(tx.is_behind(c, a).await.unwrap() && tx.is_behind(c, c).await.unwrap() && !tx.is_behind(a, c).await.unwrap(), "{engine}");
    });
}

#[test]
fn one_process_holds_a_lease_until_it_ends() {
    check(async |world, engine| {
        let take = async |holder: &str| {
            let mut tx = world.store.write(&World::scope()).await.unwrap();
            let taken = tx.take_lease("job", holder, Duration::from_secs(10)).await.unwrap();
            tx.commit().await.unwrap();
            taken
        };
        assert!(take("a").await && take("a").await && !take("b").await, "{engine}");
        world.clock.advance(Duration::from_secs(11));
        assert!(take("b").await && !take("a").await, "{engine}");
    });
}

#[test]
fn a_second_start_finds_what_the_first_wrote() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for database in testkit::databases() {
        runtime.block_on(async {
            let world = World::new(&database.location).await;
            world.store.close().await;
            let again = World::reopen(&database.location, world.clock.clone()).await;
            let mut tx = again.store.read(&World::scope()).await.unwrap();
            let kinds: Vec<TenantKind> =
                tx.tenants(&TenantFilter::default(), Page::default()).await.unwrap().items.iter().map(|t| t.kind).collect();
            assert_eq!(kinds.len(), 6, "{}", database.name);
        });
    }
}

#[test]
fn a_search_finds_cyrillic_whatever_its_case_and_takes_wildcards_as_they_are() {
    check(async |world, engine| {
        let core = world.device(world.sites[0], "Ядро-1", &[]).await;
        let other = world.device(world.sites[0], "100%_up", &[]).await;
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        for (text, found) in [
            ("ядро", vec![core]),
            ("ЯДРО", vec![core]),
            ("127.0", vec![core, other]),
            ("%_U", vec![other]),
            ("_", vec![other]),
            ("нет", vec![]),
        ] {
            let filter = DeviceFilter { text: Some(text.into()), ..DeviceFilter::default() };
            let seen: Vec<_> = tx.devices(&filter, Page::default()).await.unwrap().items.into_iter().map(|d| d.device.id).collect();
            assert_eq!(seen, found, "{engine}: {text}");
        }
        let filter = TenantFilter { text: Some("РОМАШ".into()), ..TenantFilter::default() };
        assert_eq!(tx.tenants(&filter, Page::default()).await.unwrap().items.len(), 1, "{engine}");
    });
}
