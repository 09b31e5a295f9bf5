//! Another monitoring system is connected, speaks, is renewed and taken away; on both databases.

#![allow(clippy::unwrap_used)]

mod house;

use house::{House, Person};
use serde_json::{Value, json};

fn with(house: &House, secret: &str) -> Person {
    Person { router: house.router.clone(), token: Some(secret.into()), id: String::new() }
}

fn firing(key: &str, labels: Value) -> Value {
    json!({"version": "4", "alerts": [{"status": "firing", "fingerprint": key, "labels": labels}]})
}

#[tokio::test]
async fn a_source_is_connected_speaks_and_goes() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Ромашка"})).await;
        let site = admin.make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "Склад"})).await;
        let device = admin.make("/api/v1/devices", json!({"site": site, "name": "edge", "address": "192.0.2.1"})).await;
        let source = json!({"kind": "alertmanager", "tenant": client, "name": "Prometheus"});
        let made = admin.post("/api/v1/sources", source).await.expect(201);
        let (id, path, secret) = (made.at("/id"), made.at("/path"), made.at("/secret"));
        let source = format!("/api/v1/sources/{id}");
        assert!(!admin.get(&source).await.expect(200).text.contains(&secret), "shown once");

        let known = firing("a", json!({"alertname": "Down", "host": "edge", "severity": "critical"}));
        let told = with(&house, &secret).post(&path, known.clone()).await.expect(200);
        assert_eq!((told.at("/raised"), told.at("/unmapped")), ("1".into(), "0".into()));
        let unknown = firing("b", json!({"alertname": "Down", "instance": "10.1.1.1:9100"}));
        assert_eq!(with(&house, &secret).post(&path, unknown).await.expect(200).at("/unmapped"), "1");
        let alarm = admin.get("/api/v1/alarms?class=external").await.expect(200);
        assert_eq!((alarm.at("/items/0/object/kind"), alarm.at("/items/0/object/name")), ("signal".into(), "Down".into()));
        assert_eq!((alarm.at("/items/0/device/id"), alarm.at("/items/0/site/id")), (device.clone(), site.clone()));

        let waiting = admin.get("/api/v1/signals?unmapped=true").await.expect(200);
        assert_eq!(waiting.json()["items"].as_array().unwrap().len(), 1);
        let signal = format!("/api/v1/signals/{}", waiting.at("/items/0/id"));
        assert!(admin.get(&signal).await.expect(200).at("/raw").contains("10.1.1.1:9100"));
        admin.post(&format!("{signal}/map"), json!({})).await.expect(400);
        admin.post(&format!("{signal}/map"), json!({"device": device, "label": "none"})).await.expect(400);
        let mapped = admin.post(&format!("{signal}/map"), json!({"device": device})).await.expect(200);
        assert_eq!(mapped.at("/device/name"), "edge");
        assert_eq!(admin.get("/api/v1/alarms?class=external&state=active").await.json()["items"].as_array().unwrap().len(), 2);
        let seen = admin.get(&source).await.expect(200);
        assert_eq!((seen.at("/received"), seen.at("/unmapped"), seen.at("/version")), ("2".into(), "0".into(), "1".into()));

        let renewed = admin.post(&format!("{source}/secret"), json!({})).await.expect(200).at("/secret");
        with(&house, &secret).post(&path, known.clone()).await.expect(401);
        house.nobody().post(&path, known.clone()).await.expect(401);
        with(&house, &renewed).post(&path, known).await.expect(200);
        admin.patch(&source, 1, json!({"name": "X"})).await.expect(412);
        assert_eq!(admin.patch(&source, 2, json!({"name": "X"})).await.expect(200).at("/name"), "X");

        admin.delete(&source).await.expect(204);
        with(&house, &renewed).post(&path, json!({"version": "4", "alerts": []})).await.expect(401);
        let left = admin.get("/api/v1/alarms?class=external&state=active").await.expect(200);
        assert_eq!(left.json()["items"], json!([]), "nobody would tell their end");
        let audit = admin.get("/api/v1/audit?limit=100").await.expect(200).text;
        for action in ["source.created", "signal.mapped", "source.secret_renewed", "source.changed", "source.removed"] {
            assert!(audit.contains(action), "{action} is not in the audit trail");
        }
        assert!(!audit.contains(&secret) && !audit.contains(&renewed));
    }
}

/// Guessing is slowed down, and costs the source nothing.
#[tokio::test]
async fn guessers_are_stopped_and_a_flood_is_told_to_wait() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let provider = admin.get("/api/v1/tenants?kind=provider").await.at("/items/0/id");
    let made = admin.post("/api/v1/sources", json!({"kind": "zabbix", "tenant": provider, "name": "Z"})).await.expect(201);
    let (path, secret) = (made.at("/path"), made.at("/secret"));
    let event = json!({"format": "1", "event_id": "1", "value": "1", "name": "x", "host": "h"});
    for _ in 0..600 {
        with(&house, &secret).post(&path, event.clone()).await.expect(200);
    }
    let refused = with(&house, &secret).post(&path, event.clone()).await.expect(429);
    assert!(refused.headers.contains_key("retry-after") && refused.at("/detail").contains("600 messages"), "{}", refused.text);
    let other = admin.post("/api/v1/sources", json!({"kind": "zabbix", "tenant": provider, "name": "Z2"})).await.expect(201);
    for _ in 0..20 {
        with(&house, "guess").post(&other.at("/path"), event.clone()).await.expect(401);
    }
    with(&house, "guess").post(&other.at("/path"), event).await.expect(429);
}
