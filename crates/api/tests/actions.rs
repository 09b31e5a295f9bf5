//! What people do to alarms, tickets, notices, each other and the settings, and what is written down about it.

#![allow(clippy::unwrap_used)]

mod house;

use house::world;
use house::{ADMIN, House, PASSWORD};
use serde_json::json;

#[tokio::test]
async fn an_alarm_is_acknowledged_once_and_taken_back() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let admin = &world.admin;
    let path = format!("/api/v1/alarms/{}", world.a.alarm);
    assert_eq!((admin.get(&path).await.at("/can/ack"), admin.get(&path).await.at("/can/unack")), ("true".into(), "state".into()));
    assert_eq!(world.own.get(&path).await.at("/can/ack"), "role");
    let acked = admin.post(&format!("{path}/ack"), json!({"note": "on my way"})).await.expect(200);
    assert_eq!((acked.at("/acked_by/email"), acked.at("/ack_note"), acked.at("/version")), (ADMIN.into(), "on my way".into(), "2".into()));
    admin.post(&format!("{path}/ack"), json!({})).await.expect(409);
    let seen_by_client = world.own.get(&path).await.expect(200);
    assert_eq!(
        (seen_by_client.at("/acked_by"), seen_by_client.at("/ack_note")),
        ("null".into(), "null".into()),
        "he learns that, not who and what"
    );
    assert_ne!(seen_by_client.at("/acked_at"), "null");
    let back = admin.call("POST", &format!("{path}/unack"), &[], None).await.expect(200);
    assert_eq!(back.at("/acked_at"), "null");
    admin.post(&format!("{path}/unack"), json!({})).await.expect(409);
    let long = "x".repeat(model::limits::NOTE_CHARS_MAX + 1);
    assert_eq!(admin.post(&format!("{path}/ack"), json!({"note": long})).await.expect(400).at("/errors/0/field"), "note");
}

#[tokio::test]
async fn a_ticket_goes_from_new_to_resolved_and_keeps_its_notes() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let admin = &world.admin;
    let path = format!("/api/v1/tickets/{}", world.a.ticket);
    let fresh = admin.get(&path).await.expect(200);
    assert_eq!(
        (fresh.at("/state"), fresh.at("/device/name"), fresh.at("/notes/0/author/email")),
        ("new".into(), "zebra-cpe".into(), ADMIN.into())
    );
    assert_eq!(fresh.json()["alarms"].as_array().unwrap().len(), 2);
    let held = admin.post(&format!("{path}/ack"), json!({})).await.expect(200);
    assert_eq!((held.at("/state"), held.at("/holder/email"), held.at("/can/ack")), ("in_progress".into(), ADMIN.into(), "state".into()));
    admin.post(&format!("{path}/notes"), json!({"text": "called the site"})).await.expect(201);
    assert_eq!(admin.post(&format!("{path}/notes"), json!({"text": " "})).await.expect(400).at("/errors/0/field"), "text");
    let done = admin.post(&format!("{path}/resolve"), json!({"note": "power was off"})).await.expect(200);
    assert_eq!(
        (done.at("/state"), done.at("/notes/2/text"), done.at("/can/resolve")),
        ("resolved".into(), "power was off".into(), "state".into())
    );
    admin.post(&format!("{path}/resolve"), json!({})).await.expect(409);
    assert_eq!(admin.get("/api/v1/tickets?state=new").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_held_notice_is_released_by_whoever_may() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let admin = &world.admin;
    let me = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let line3 = house.invite(admin, "l3@provider.example", &[(&me, "provider_l3")]).await;
    let line1 = house.invite(admin, "l1@provider.example", &[(&me, "provider_l1")]).await;
    let held = format!("/api/v1/notices/{}", world.a.held);
    assert_eq!(line3.get(&held).await.expect(200).at("/can/release"), "role");
    line3.post(&format!("{held}/release"), json!({})).await.expect(403);
    assert_eq!(line3.post("/api/v1/notices/release", json!({"state": "held"})).await.expect(200).at("/released"), "0");
    assert_eq!(line1.post("/api/v1/notices/release", json!({"state": "held"})).await.expect(200).at("/released"), "1");
    assert_eq!(line1.get(&held).await.at("/state"), "queued");
    let withdrawn = line1.post(&format!("{held}/withdraw"), json!({})).await.expect(200);
    assert_eq!((withdrawn.at("/state"), withdrawn.at("/can/withdraw")), ("withdrawn".into(), "state".into()));
    line1.post(&format!("{held}/release"), json!({})).await.expect(409);
    let sent = format!("/api/v1/notices/{}/correction", world.a.notice);
    let correction = line1.post(&sent, json!({"text": "It was the neighbour."})).await.expect(201);
    assert_eq!((correction.at("/kind"), correction.at("/address")), ("correction".into(), "noc@zebra.example".into()));
}

#[tokio::test]
async fn grants_change_as_far_as_one_sees_and_an_administrator_always_remains() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
        let p1 = admin.make("/api/v1/tenants", json!({"kind": "partner", "name": "P1"})).await;
        let p2 = admin.make("/api/v1/tenants", json!({"kind": "partner", "name": "P2"})).await;
        let boss = house.invite(&admin, "boss@p1.example", &[(&p1, "partner_admin")]).await;
        let both = house.invite(&admin, "both@p.example", &[(&p1, "partner_l1"), (&p2, "partner_l1")]).await;
        let path = format!("/api/v1/users/{}", both.id);
        let seen = boss.get(&path).await.expect(200);
        assert_eq!(seen.json()["grants"].as_array().unwrap().len(), 1, "{}", seen.text);
        let version = seen.json()["version"].as_i64().unwrap();
        boss.patch(&path, version, json!({"grants": []})).await.expect(200);
        boss.get(&path).await.expect(404);
        let left = admin.get(&path).await.expect(200);
        assert_eq!((left.json()["grants"].as_array().unwrap().len(), left.at("/grants/0/tenant/id")), (1, p2.clone()));
        both.get(&format!("/api/v1/tenants/{p1}")).await.expect(404);
        both.get(&format!("/api/v1/tenants/{p2}")).await.expect(200);

        let me = format!("/api/v1/users/{}", admin.id);
        let version = admin.get(&me).await.json()["version"].as_i64().unwrap();
        let step_down = admin.patch(&me, version, json!({"grants": [{"tenant": provider, "role": "provider_l1"}]})).await.expect(400);
        assert!(step_down.text.contains("another administrator must"), "{}", step_down.text);
        let more = json!({"grants": [{"tenant": provider, "role": "provider_admin"}, {"tenant": provider, "role": "shift_lead"}]});
        admin.patch(&me, version, more).await.expect(200);
        let doubled = json!({"email": "BOSS@p1.example", "grants": [{"tenant": p1, "role": "partner_l1"}]});
        admin.post("/api/v1/users", doubled).await.expect(409);
    }
}

#[tokio::test]
async fn the_audit_trail_tells_who_did_what_and_never_a_secret() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let credential = json!({"tenant": provider, "name": "v3", "kind": "snmp_v3", "user": "u", "auth": "sha256", "auth_password": "auth-s3cret-1", "priv": "aes128", "priv_password": "priv-s3cret-1"});
    let made = admin.post("/api/v1/credentials", credential).await.expect(201);
    let path = format!("/api/v1/credentials/{}", made.at("/id"));
    admin.patch(&path, 1, json!({"name": "v3 core", "auth_password": "auth-s3cret-2"})).await.expect(200);
    assert_eq!(admin.patch(&path, 2, json!({"community": "x"})).await.expect(400).at("/errors/0/field"), "community");
    let trail = admin.get(&format!("/api/v1/audit?object={}", made.at("/id"))).await.expect(200);
    assert_eq!((trail.at("/items/0/action"), trail.at("/items/1/action")), ("credential.changed".into(), "credential.created".into()));
    assert_eq!(
        (trail.at("/items/0/from/name"), trail.at("/items/0/to/name"), trail.at("/items/0/to/secret")),
        ("v3".into(), "v3 core".into(), "replaced".into())
    );
    assert_eq!(trail.at("/items/0/who/email"), ADMIN);
    // Sealed anew with the new part, the old rest kept.
    let id: model::CredentialId = made.at("/id").parse().unwrap();
    let sealed = house.store.read(&house::TEST).await.unwrap().sealed_credentials(&[id]).await.unwrap().remove(0).sealed;
    let model::credential::Key::SnmpV3 { auth_password, priv_password, .. } = house.centre.vault.open_key(id, &sealed).unwrap() else {
        panic!("another kind")
    };
    assert_eq!((auth_password.reveal(), priv_password.reveal()), ("auth-s3cret-2", "priv-s3cret-1"));

    let first = admin.get("/api/v1/audit?limit=2").await.expect(200);
    let next = admin.get(&format!("/api/v1/audit?limit=2&cursor={}", first.at("/next"))).await.expect(200);
    assert_eq!(first.json()["items"][1]["seq"].as_i64().unwrap() - 1, next.json()["items"][0]["seq"].as_i64().unwrap());
    let whole = admin.get("/api/v1/audit?limit=500").await.expect(200);
    let told: Vec<String> =
        whole.json()["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect();
    assert!(["tenant.created", "person.created"].iter().all(|action| told.contains(&(*action).to_owned())), "{told:?}");
    for secret in ["s3cret", PASSWORD] {
        assert!(!whole.text.contains(secret) && !made.text.contains(secret));
    }
}

#[tokio::test]
async fn settings_are_the_providers_and_have_limits() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let seen = admin.get("/api/v1/settings").await.expect(200);
    assert_eq!((seen.at("/shadow"), seen.at("/version"), seen.at("/can/edit")), ("false".into(), "0".into(), "true".into()));
    let change = json!({"shadow": true, "brake": {"clients_per_minute": 3}, "reference_targets": ["192.0.2.1", "gw.example"]});
    let changed = admin.patch("/api/v1/settings", 0, change).await.expect(200);
    assert_eq!(
        (changed.at("/brake/clients_per_minute"), changed.at("/brake/devices_percent"), changed.at("/version")),
        ("3".into(), "20".into(), "1".into())
    );
    assert_eq!(admin.get("/api/v1/summary").await.at("/shadow"), "true");
    for (patch, field) in [
        (json!({"brake": {"hold_s": 181}}), "brake.hold_s"),
        (json!({"brake": {"devices_percent": 0}}), "brake.devices_percent"),
        (json!({"brake": {"clients_per_minute": -1}}), "brake.clients_per_minute"),
        (json!({"reference_targets": ["http://x"]}), "reference_targets[0]"),
        (json!({"reference_targets": ["a", "a"]}), "reference_targets"),
    ] {
        assert_eq!(admin.patch("/api/v1/settings", 1, patch).await.expect(400).at("/errors/0/field"), field);
    }
    let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let line1 = house.invite(&admin, "l1@provider.example", &[(&provider, "provider_l1")]).await;
    assert_eq!(line1.get("/api/v1/settings").await.expect(200).at("/can/edit"), "role");
    line1.patch("/api/v1/settings", 1, json!({"shadow": false})).await.expect(403);
}
