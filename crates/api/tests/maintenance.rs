//! Maintenance and the availability report as people use them: who plans, who sees what of it, what the table holds.

#![allow(clippy::unwrap_used)]

mod house;

use house::{House, Person, TEST};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState, Impact, Incident, IncidentState, Severity};
use model::service::{Endpoint, Mapping, Service};
use model::{AlarmId, Clock, DeviceId, ImpactId, IncidentId, ServiceId, TenantId, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use store::ImpactListed;

struct Place {
    admin: Person,
    clients: [String; 2],
    sites: [String; 2],
    /// Stands at the first client's site and carries services of both.
    device: String,
    services: [String; 2],
    people: [Person; 2],
}

async fn place(house: &House) -> Place {
    let admin = house.set_up().await;
    let (mut clients, mut sites, mut people) = (Vec::new(), Vec::new(), Vec::new());
    for name in ["Alpha", "=Beta"] {
        let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": name, "tz": "Europe/Moscow"})).await;
        sites.push(admin.make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": format!("{name} site")})).await);
        people.push(house.invite(&admin, &format!("boss@{}.example", name.trim_start_matches('=')), &[(&client, "client_admin")]).await);
        clients.push(client);
    }
    let device = admin.make("/api/v1/devices", json!({"site": sites[0], "name": "edge", "address": "192.0.2.1"})).await;
    let mut services = Vec::new();
    for (client, name) in clients.iter().zip(["Internet", "+Voice"]) {
        services.push(admin.make("/api/v1/services", json!({"client": client, "name": name, "endpoints": [{"device": device}]})).await);
    }
    let pair = |mut list: Vec<String>| [list.remove(0), list.remove(0)];
    let [second, first] = [people.remove(1), people.remove(0)];
    Place { admin, clients: pair(clients), sites: pair(sites), device, services: pair(services), people: [first, second] }
}

fn hours_ahead(hours: i64) -> String {
    Timestamp::from_micros(Clock::System.now().micros() + hours * 3_600_000_000).to_string()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn work_is_looked_ahead_planned_changed_and_cancelled() {
    for house in House::on_every_engine().await {
        let place = place(&house).await;
        let admin = &place.admin;
        let objects = json!([{"device": place.device}]);
        let ahead = json!({"starts_at": hours_ahead(1), "ends_at": hours_ahead(2), "objects": objects});
        let ahead = admin.post("/api/v1/maintenances/preview", ahead).await.expect(200).json();
        assert_eq!(names(&ahead["devices"]), ["edge"]);
        assert_eq!(names(&ahead["services"]), ["Internet", "+Voice"]);
        assert_eq!((names(&ahead["clients"]), &ahead["open_alarms"]), (vec!["Alpha", "=Beta"], &json!(0)));

        let new = json!({"title": "Card of Beta", "note": "n", "starts_at": hours_ahead(1), "ends_at": hours_ahead(2), "objects": objects, "announces": true});
        let made = admin.post("/api/v1/maintenances", new).await.expect(201).json();
        let path = format!("/api/v1/maintenances/{}", made["id"].as_str().unwrap());
        assert_eq!((&made["state"], &made["can"]), (&json!("planned"), &json!({"edit": true, "cancel": true, "end": "state"})));
        assert_eq!(names(&made["clients"]), ["Alpha", "=Beta"]);

        // The first client sees his device; the second only that he is touched. Neither learns the title, nor each other.
        let seen = place.people[0].get(&path).await.expect(200).json();
        assert_eq!((names(&seen["objects"]), names(&seen["clients"])), (vec!["edge"], vec!["Alpha"]));
        let seen = place.people[1].get(&path).await.expect(200).json();
        assert_eq!(
            (&seen["objects"], names(&seen["clients"]), &seen["title"], &seen["note"]),
            (&json!([]), vec!["=Beta"], &json!(""), &json!(""))
        );
        assert_eq!(seen["can"], json!({"edit": "role", "cancel": "role", "end": "role"}));
        for person in &place.people {
            person.post(&format!("{path}/cancel"), json!({})).await.expect(403);
            assert_eq!(person.get("/api/v1/maintenances").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        }
        let foreign = json!({"title": "x", "starts_at": hours_ahead(1), "ends_at": hours_ahead(2), "objects": [{"site": place.sites[0]}]});
        place.people[1].post("/api/v1/maintenances", foreign.clone()).await.expect(404);
        place.people[0].post("/api/v1/maintenances", foreign).await.expect(403);

        admin.patch(&path, 7, json!({"title": "x"})).await.expect(412);
        let changed =
            admin.patch(&path, 1, json!({"ends_at": hours_ahead(3), "objects": [{"site": place.sites[0]}]})).await.expect(200).json();
        assert_eq!((&changed["version"], names(&changed["objects"])), (&json!(2), vec!["Alpha site"]));
        for (state, count) in [("planned", 1), ("running", 0)] {
            let list = admin.get(&format!("/api/v1/maintenances?state={state}&device={}", place.device)).await.expect(200).json();
            assert_eq!(list["items"].as_array().unwrap().len(), count, "{state}");
        }
        admin.post(&format!("{path}/end"), json!({})).await.expect(409);
        let cancelled = admin.post(&format!("{path}/cancel"), json!({})).await.expect(200).json();
        assert_eq!(cancelled["state"], "cancelled");
        admin.patch(&path, 3, json!({"title": "x"})).await.expect(409);
        let audit = admin.get(&format!("/api/v1/audit?object={}", made["id"].as_str().unwrap())).await.expect(200).text;
        for action in ["maintenance.planned", "maintenance.changed", "maintenance.cancelled"] {
            assert!(audit.contains(action), "{action} in {audit}");
        }
    }
}

#[tokio::test]
async fn bad_windows_are_refused_by_name() {
    let house = House::new().await;
    let place = place(&house).await;
    let window = |starts: i64, ends: i64, objects: Value| json!({"title": "x", "starts_at": hours_ahead(starts), "ends_at": hours_ahead(ends), "objects": objects});
    let device = json!([{"device": place.device}]);
    for (body, field, code) in [
        (window(-3, -2, device.clone()), "ends_at", "in_the_past"),
        (window(-3, 2, device.clone()), "starts_at", "in_the_past"),
        (window(2, 1, device.clone()), "ends_at", "ends_before_start"),
        (window(1, 2, json!([])), "objects", "required"),
        (window(1, 2, json!([{}])), "objects[0]", "bad_value"),
        (window(1, 2, json!([{"device": place.device}, {"device": place.device}])), "objects", "doubled"),
    ] {
        let answer = place.admin.post("/api/v1/maintenances", body).await.expect(400).json();
        assert_eq!((&answer["errors"][0]["field"], &answer["errors"][0]["code"]), (&json!(field), &json!(code)), "{answer}");
    }
    for (need, status) in [(json!(0), 400), (json!(2), 400), (json!(1), 200), (json!(null), 200)] {
        let version = place.admin.get(&format!("/api/v1/services/{}", place.services[0])).await.json()["version"].as_i64().unwrap();
        place.admin.patch(&format!("/api/v1/services/{}", place.services[0]), version, json!({"need": need})).await.expect(status);
    }
}

#[tokio::test]
async fn a_running_window_is_on_the_device_mutes_in_lists_and_is_ended() {
    let house = House::new().await;
    let place = place(&house).await;
    let new = json!({"title": "Now", "starts_at": hours_ahead(0), "ends_at": hours_ahead(2), "objects": [{"device": place.device}]});
    let made = place.admin.post("/api/v1/maintenances", new).await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["state"], "running");
    let device = place.admin.get(&format!("/api/v1/devices/{}", place.device)).await.expect(200).json();
    assert_eq!(device["maintenance"], json!({"id": id, "name": "Now"}));
    fault(&house, &place, 30, None, Some(id)).await;
    for (query, count) in [("?muted=true", 1), ("?muted=false", 0)] {
        let list = place.admin.get(&format!("/api/v1/alarms{query}")).await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{query}");
    }
    let alarm = place.admin.get("/api/v1/alarms").await.json()["items"][0].clone();
    assert_eq!((&alarm["is_muted"], &alarm["muted_by"]["name"]), (&json!(true), &json!("Now")));
    let summary = place.admin.get("/api/v1/summary").await.expect(200).json();
    assert_eq!((&summary["alarms"]["critical"], &summary["unacked"], &summary["muted"]), (&json!(0), &json!(0), &json!(1)));
    assert_eq!(place.admin.get(&format!("/api/v1/maintenances/{id}")).await.json()["muted_alarms"], 1);
    let ended = place.admin.post(&format!("/api/v1/maintenances/{id}/end"), json!({})).await.expect(200).json();
    assert_eq!(ended["state"], "ended");
    place.admin.post(&format!("/api/v1/maintenances/{id}/end"), json!({})).await.expect(409);
}

/// An outage of `length_s` (or one that lasts) on a service that has been in the register for long.
async fn fault(house: &House, place: &Place, begun_ago_s: u64, length_s: Option<u64>, muted_by: Option<&str>) -> ServiceId {
    let now = Clock::System.now();
    let (device, site): (DeviceId, TenantId) = (place.device.parse().unwrap(), place.sites[0].parse().unwrap());
    let client: TenantId = place.clients[1].parse().unwrap();
    let (id, incident) = (AlarmId::new(), IncidentId::new());
    let from = now.minus(Duration::from_secs(begun_ago_s));
    let to = length_s.map(|length| from.plus(Duration::from_secs(length)));
    let service = Service {
        id: ServiceId::new(),
        client,
        name: "@Old".into(),
        endpoints: vec![Endpoint { device, interface: None }],
        need: None,
        created_at: now.minus(Duration::from_secs(90 * 86_400)),
        version: 1,
    };
    let muted_by = muted_by.map(|id| id.parse().unwrap());
    let alarm = Alarm {
        id,
        class: AlarmClass::Unreachable,
        object: AlarmObject::Device(device),
        device: Some(device),
        tenant: site,
        severity: Severity::Critical,
        state: if to.is_some() { AlarmState::Cleared } else { AlarmState::Active },
        misses: 3,
        first_miss_at: from,
        raised_at: Some(from),
        well_since: None,
        cleared_at: to,
        flaps: 0,
        incident: Some(incident),
        suppressed_by: None,
        muted_by,
        acked_by: None,
        acked_at: None,
        ack_note: None,
        detail: "no answer".into(),
        version: 1,
    };
    let row = Incident {
        id: incident,
        tenant: site,
        root: id,
        state: IncidentState::Open,
        opened_at: from,
        closed_at: to,
        merged_into: None,
        version: 1,
    };
    let impact =
        Impact { id: ImpactId::new(), incident, alarm: id, service: service.id, client, mapping: Mapping::Sure, from, to, muted_by };
    let mut tx = house.store.write(&TEST).await.unwrap();
    tx.insert_service(&service).await.unwrap();
    tx.insert_incident(&row).await.unwrap();
    tx.insert_alarm(&alarm).await.unwrap();
    tx.insert_impact(&ImpactListed { impact, service_name: service.name.clone(), client_name: String::new(), site: None }).await.unwrap();
    tx.commit().await.unwrap();
    service.id
}

#[tokio::test]
async fn a_report_adds_up_is_a_harmless_table_and_shows_a_client_only_his_own() {
    for house in House::on_every_engine().await {
        let place = place(&house).await;
        let service = fault(&house, &place, 40 * 86_400, Some(3_600), None).await.to_string();
        let day = |ago: u64| Clock::System.now().minus(Duration::from_secs(ago * 86_400)).to_string()[..10].to_owned();
        let query = format!("client={}&from={}&to={}", place.clients[1], day(45), day(35));
        let own = &place.people[1];
        let report = own.get(&format!("/api/v1/reports/availability?{query}")).await.expect(200).json();
        assert_eq!((&report["tz"], &report["unknown_time"]), (&json!("Europe/Moscow"), &json!("counted_as_available")));
        // The other service came into the register today.
        let services = report["services"].as_array().unwrap();
        assert_eq!(services.len(), 1, "{report}");
        assert_eq!(
            (&services[0]["service"]["id"], &services[0]["period_s"], &services[0]["downtime_s"]),
            (&json!(service), &json!(864_000), &json!(3_600))
        );
        assert_eq!((&services[0]["availability_pct"], &services[0]["availability_pct_6dp"]), (&json!("99.583"), &json!("99.583333")));
        let line = &services[0]["evidence"][0];
        assert_eq!((&line["kind"], &line["counted_s"]), (&json!("down"), &json!(3_600)));
        // The device stands at somebody else's.
        assert_eq!(
            (&line["device"], &line["alarm"], &line["incident"], &line["detail"]),
            (&json!(null), &json!(null), &json!(null), &json!(""))
        );
        let all = place.admin.get(&format!("/api/v1/reports/availability?{query}")).await.expect(200).json();
        assert_eq!(all["services"][0]["evidence"][0]["device"]["name"], "edge");

        for (language, heading, total) in [("en", "Service", "total"), ("ru", "Услуга", "итог")] {
            let table = own.get(&format!("/api/v1/reports/availability.csv?{query}&language={language}")).await.expect(200);
            assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
            let rows: Vec<&str> = table.text.strip_prefix('\u{feff}').expect("a mark").split_terminator("\r\n").collect();
            assert_eq!(rows.len(), 4, "headings, evidence, total, note: {}", table.text);
            assert!(rows[0].contains(heading) && rows[2].starts_with(&format!("{total},'=Beta,'@Old,")), "{}", table.text);
            assert!(rows.iter().all(|row| !row.split(',').any(|cell| cell.starts_with(['=', '+', '@']))), "{}", table.text);
        }
        place.people[0].get(&format!("/api/v1/reports/availability?{query}")).await.expect(404);
        for (from, to, field) in [
            ("2026-13-01", "2026-12-01", "from"),
            ("2026-02-01", "2026-01-01", "to"),
            ("2020-01-01", "2026-01-01", "to"),
            ("2999-01-01", "2999-02-01", "from"),
        ] {
            let answer =
                own.get(&format!("/api/v1/reports/availability?client={}&from={from}&to={to}", place.clients[1])).await.expect(400).json();
            assert_eq!(answer["errors"][0]["field"], field, "{answer}");
        }
    }
}
