//! The first day of an installation, through the API only.

#![allow(clippy::unwrap_used)]

mod house;

use house::{ADMIN, House, PASSWORD};
use serde_json::json;

#[tokio::test]
async fn from_an_empty_database_to_a_watched_service() {
    for house in House::on_every_engine().await {
        let nobody = house.nobody();
        assert_eq!(nobody.get("/api/v1/setup").await.expect(200).json(), json!({"needed": true, "token_required": false}));
        nobody.get("/api/v1/me").await.expect(401);
        let admin = house.set_up().await;
        assert_eq!(nobody.get("/api/v1/setup").await.json(), json!({"needed": false, "token_required": false}));
        let again = json!({"email": "b@b.example", "password": PASSWORD, "provider": {"name": "Other"}, "language": "en", "tz": "UTC"});
        nobody.post("/api/v1/setup", again).await.expect(409);

        let me = admin.get("/api/v1/me").await.expect(200);
        assert_eq!(
            (me.at("/email"), me.at("/grants/0/role"), me.at("/can/write_register")),
            (ADMIN.into(), "provider_admin".into(), "true".into())
        );
        let provider = me.at("/grants/0/tenant/id");
        assert_eq!(admin.get("/api/v1/collectors").await.expect(200).at("/items/0/name"), "central");

        let partner = admin
            .make(
                "/api/v1/tenants",
                json!({"kind": "partner", "name": "Partner", "brand": {"name": "Northern Lights", "sender": "noc@north.example"}}),
            )
            .await;
        let client = admin.make("/api/v1/tenants", json!({"kind": "client", "parent": partner, "name": "Client", "language": "ru"})).await;
        let site = admin.post("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "Plant"})).await.expect(201);
        assert_eq!(site.at("/effective/brand/name"), "Northern Lights");
        assert_eq!((site.at("/effective/tz"), site.at("/effective/language")), ("Europe/Moscow".into(), "ru".into()));
        assert_eq!(site.json()["path"].as_array().unwrap().len(), 4);
        let site = site.at("/id");

        let community = admin
            .make("/api/v1/credentials", json!({"tenant": provider, "name": "read", "kind": "snmp_v2c", "community": "s3cret-c0mmunity"}))
            .await;
        let pop = admin.make("/api/v1/tenants", json!({"kind": "site", "name": "PoP"})).await;
        let core =
            admin.make("/api/v1/devices", json!({"site": pop, "name": "core1", "address": "192.0.2.1", "credentials": [community]})).await;
        let cpe = json!({"site": site, "name": "cpe1", "address": "192.0.2.2", "snmp_port": 1161, "parents": [{"device": core, "interface": "ge-0/0/1"}], "credentials": [community], "probe_interval_s": 5});
        let cpe = admin.post("/api/v1/devices", cpe).await.expect(201);
        assert_eq!((cpe.at("/parents/0/device/name"), cpe.at("/parents/0/interface/name")), ("core1".into(), "ge-0/0/1".into()));
        assert_eq!(
            (cpe.at("/state"), cpe.at("/client/name"), cpe.at("/credentials/0/name")),
            ("unknown".into(), "Client".into(), "read".into())
        );
        assert_eq!(cpe.headers["etag"], "\"1\"");
        let cpe = cpe.at("/id");
        let port = admin.get(&format!("/api/v1/devices/{core}/interfaces")).await.expect(200);
        assert_eq!(
            (port.at("/items/0/is_present"), port.at("/items/0/is_watched"), port.at("/items/0/seen_at")),
            ("false".into(), "true".into(), "null".into())
        );

        let service = json!({"client": client, "name": "Internet", "endpoints": [{"device": cpe, "interface": "eth0"}, {"device": core, "interface": "ge-0/0/1"}]});
        let service = admin.post("/api/v1/services", service).await.expect(201);
        assert_eq!((service.at("/state"), service.at("/endpoints/0/mapping")), ("unknown".into(), "stale".into()));
        let contact = json!({"tenant": client, "name": "Olga", "email": "olga@client.example", "webhook": "https://hooks.client.example/x", "language": "ru"});
        let contact = admin.post("/api/v1/contacts", contact).await.expect(201);
        assert!(contact.at("/webhook_secret").len() >= 43);
        let read = admin.get(&format!("/api/v1/contacts/{}", contact.at("/id"))).await.expect(200);
        assert!(read.json().get("webhook_secret").is_none(), "shown once");

        for list in [
            "tenants",
            "users",
            "contacts",
            "credentials",
            "devices",
            "services",
            "alarms",
            "incidents",
            "notices",
            "tickets",
            "collectors",
            "audit",
        ] {
            let answer = admin.get(&format!("/api/v1/{list}")).await.expect(200);
            assert!(!answer.text.contains("s3cret-c0mmunity"), "{list}");
        }
        assert_eq!(admin.get("/api/v1/summary").await.expect(200).at("/devices/unknown"), "2");
        assert_eq!(admin.get("/api/v1/devices?q=CPE&limit=1").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(admin.get(&format!("/api/v1/devices?client={client}")).await.expect(200).at("/items/0/name"), "cpe1");
        let verdict = admin.get("/api/v1/audit/verify").await.expect(200);
        assert_eq!(verdict.at("/ok"), "true");
        for page in ["/livez", "/readyz", "/metrics", "/api/openapi.json", "/"] {
            nobody.get(page).await.expect(200);
        }
        admin.get(&format!("/api/v1/series?object={cpe}&metric=reach_rtt")).await.expect(200);
    }
}

#[tokio::test]
async fn nobody_overwrites_what_he_has_not_seen() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Client"})).await;
        let path = format!("/api/v1/tenants/{client}");
        let unconditional = admin.call("PATCH", &path, &[], Some(json!({"name": "X"}))).await.expect(428);
        assert_eq!(unconditional.at("/code"), "precondition_required");
        let changed = admin.patch(&path, 1, json!({"name": "Second", "tz": "Asia/Tokyo", "shadow": true})).await.expect(200);
        assert_eq!(
            (changed.at("/version"), changed.at("/shadow"), changed.at("/effective/tz")),
            ("2".into(), "true".into(), "Asia/Tokyo".into())
        );
        let stale = admin.patch(&path, 1, json!({"name": "Third"})).await.expect(412);
        assert_eq!(stale.at("/code"), "stale_version");
        let emptied = admin.patch(&path, 2, json!({"tz": null})).await.expect(200);
        assert_eq!(
            (emptied.at("/tz"), emptied.at("/effective/tz"), emptied.at("/name")),
            ("null".into(), "Europe/Moscow".into(), "Second".into())
        );
        admin.patch(&path, 3, json!({"name": null})).await.expect(400);
    }
}

#[tokio::test]
async fn what_is_in_use_is_not_removed_and_no_circle_is_closed() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
        let site = admin.make("/api/v1/tenants", json!({"kind": "site", "name": "PoP"})).await;
        let key =
            admin.make("/api/v1/credentials", json!({"tenant": provider, "name": "k", "kind": "ssh", "user": "u", "password": "p"})).await;
        let a = admin.make("/api/v1/devices", json!({"site": site, "name": "a", "address": "a.example", "credentials": [key]})).await;
        let b = admin.make("/api/v1/devices", json!({"site": site, "name": "b", "address": "b.example", "parents": [a]})).await;
        admin.delete(&format!("/api/v1/credentials/{key}")).await.expect(409);
        admin.delete(&format!("/api/v1/devices/{a}")).await.expect(409);
        let circle = admin.patch(&format!("/api/v1/devices/{a}"), 1, json!({"parents": [b]})).await.expect(400);
        assert_eq!(circle.at("/errors/0/field"), "parents[0].device");
        let own = admin.patch(&format!("/api/v1/devices/{a}"), 1, json!({"parents": [a]})).await.expect(400);
        assert_eq!(own.at("/errors/0/code"), "circle");
        admin.post("/api/v1/devices", json!({"site": site, "name": "a", "address": "x"})).await.expect(409);
        admin.patch(&format!("/api/v1/devices/{b}"), 1, json!({"parents": []})).await.expect(200);
        admin.call("DELETE", &format!("/api/v1/devices/{a}"), &[("if-match", "\"9\"")], None).await.expect(412);
        admin.delete(&format!("/api/v1/devices/{a}")).await.expect(204);
        admin.get(&format!("/api/v1/devices/{a}")).await.expect(404);
        admin.delete(&format!("/api/v1/credentials/{key}")).await.expect(204);
    }
}

#[tokio::test]
async fn a_browser_needs_its_csrf_token_and_a_closed_session_opens_nothing() {
    let house = House::new().await;
    house.set_up().await;
    let nobody = house.nobody();
    let opened = nobody.post("/api/v1/sessions", json!({"email": ADMIN, "password": PASSWORD})).await.expect(201);
    let cookie = opened.headers["set-cookie"].to_str().unwrap().to_owned();
    for attribute in ["polyot_session=", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let body = Some(json!({"kind": "client", "name": "C"}));
    nobody.call("GET", "/api/v1/me", &[("cookie", cookie)], None).await.expect(200);
    let refused = nobody.call("POST", "/api/v1/tenants", &[("cookie", cookie)], body.clone()).await.expect(403);
    assert_eq!(refused.at("/code"), "csrf");
    nobody.call("POST", "/api/v1/tenants", &[("cookie", cookie), ("x-csrf-token", "wrong")], body.clone()).await.expect(403);
    nobody.call("POST", "/api/v1/tenants", &[("cookie", cookie), ("x-csrf-token", &opened.at("/csrf"))], body).await.expect(201);
    let csrf = opened.at("/csrf");
    nobody.call("DELETE", "/api/v1/sessions/current", &[("cookie", cookie), ("x-csrf-token", &csrf)], None).await.expect(204);
    nobody.call("GET", "/api/v1/me", &[("cookie", cookie)], None).await.expect(401);
}

#[tokio::test]
async fn the_set_up_token_must_be_the_printed_one() {
    let mut house = House::new().await;
    let centre = api::Centre { setup_token: Some(house::secret("printed")), ..house.centre.clone() };
    house.router = api::router(centre);
    let body = |token: Option<&str>| json!({"token": token, "email": ADMIN, "password": PASSWORD, "provider": {"name": "P"}, "language": "ru", "tz": "UTC"});
    assert_eq!(house.nobody().get("/api/v1/setup").await.at("/token_required"), "true");
    assert_eq!(house.nobody().post("/api/v1/setup", body(None)).await.expect(400).at("/errors/0/field"), "token");
    house.nobody().post("/api/v1/setup", body(Some("guessed"))).await.expect(400);
    house.nobody().post("/api/v1/setup", body(Some("printed"))).await.expect(201);
}
