//! Another tenant's object is "not found". Generated from the OpenAPI document itself: every address, every method, four kinds of
//! people who have nothing to do with client A, and not one id, name or e-mail of A in any answer.

#![allow(clippy::unwrap_used)]

mod house;

use house::world::{self, MARK, Owned, World};
use house::{Answer, House, Person};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

/// Works without a login.
const OPEN: [&str; 7] =
    ["get_setup", "set_up", "log_in", "accept_invitation", "ask_password_reset", "accept_password_reset", "tell_signals"];
/// A plain address without an id that is about the caller himself or about nobody.
const ABOUT_ME: [&str; 6] = ["get_me", "get_summary", "log_out", "end_other_sessions", "get_second_factor", "get_system"];

/// Without an address of its own: the object stands behind the question mark, and must.
const POINTED: [&str; 3] = ["get_series", "get_availability", "get_availability_table"];

struct Operation {
    method: String,
    path: String,
    id: String,
    has_body: bool,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                id: operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId")).to_owned(),
                has_body: operation.get("requestBody").is_some(),
            });
        }
    }
    found
}

/// The path with an object of A in the place of `{id}`; both kinds of tenant, both states of notice.
fn paths(operation: &Operation, a: &Owned) -> Vec<String> {
    if !operation.path.contains('{') {
        return queries(&operation.id, a).into_iter().map(|query| format!("{}{query}", operation.path)).collect();
    }
    let noun = operation.path.split('/').nth(3).unwrap();
    let ids = match noun {
        "tenants" => vec![&a.client, &a.site],
        "users" => vec![&a.user],
        "contacts" => vec![&a.contact],
        "credentials" => vec![&a.credential],
        "devices" => vec![&a.device],
        "services" => vec![&a.service],
        "alarms" => vec![&a.alarm],
        "incidents" => vec![&a.incident],
        "notices" => vec![&a.notice, &a.held],
        "tickets" => vec![&a.ticket],
        "sessions" => vec![&a.session],
        "tokens" => vec![&a.token],
        "maintenances" => vec![&a.maintenance],
        "sources" | "in" => vec![&a.source],
        "signals" => vec![&a.signal],
        "configs" => vec![&a.config],
        "imports" => vec![&a.import],
        other => panic!("{} {} is not covered: say here which object of A stands for {other}", operation.method, operation.path),
    };
    ids.into_iter().map(|id| operation.path.replace("{id}", id)).collect()
}

/// Filters that point at A; the empty one is the whole list.
fn queries(operation: &str, a: &Owned) -> Vec<String> {
    let mut queries = vec![String::new()];
    queries.extend(match operation {
        "list_tenants" => vec![format!("?parent={}", a.client), format!("?q={MARK}")],
        "list_contacts" => vec![format!("?tenant={}", a.client)],
        "list_devices" => vec![format!("?client={}", a.client), format!("?site={}", a.site), format!("?q={MARK}")],
        "list_services" => vec![format!("?client={}", a.client)],
        "list_alarms" => vec![format!("?client={}", a.client), format!("?device={}", a.device)],
        "list_notices" => vec![format!("?client={}", a.client), format!("?incident={}", a.incident), "?state=held".into()],
        "get_availability" | "get_availability_table" => vec![format!("?client={}&from=2026-01-01&to=2026-02-01", a.client)],
        "list_maintenances" => vec![format!("?device={}", a.device)],
        "list_configs" => vec![format!("?client={}", a.client), format!("?device={}", a.device)],
        "list_signals" => vec![format!("?source={}", a.source), "?unmapped=true".into()],
        "list_audit" => vec![format!("?object={}", a.device), format!("?object={}", a.client)],
        "get_series" => vec![format!("?object={}&metric=reach_rtt", a.device), format!("?object={}&metric=in_bps", a.interface)],
        "stream_events" => vec!["?after=0".into()],
        _ => vec![],
    });
    queries
}

/// A body that would be accepted from somebody who may, and that draws A's objects in where it can.
fn body(operation: &str, a: &Owned) -> Value {
    match operation {
        "set_up" => json!({"email": "x@x.example", "password": "long enough", "provider": {"name": "X"}, "language": "en", "tz": "UTC"}),
        "log_in" => json!({"email": "boss@zebra.example", "password": "not this one"}),
        "accept_invitation" => json!({"token": "guessed", "password": "long enough"}),
        "ask_password_reset" => json!({"email": "boss@zebra.example"}),
        "accept_password_reset" => json!({"token": "guessed", "password": "long enough"}),
        "create_token" => json!({"name": "X", "access": "write", "tenant": a.client, "expires_in_days": 1}),
        "begin_second_factor" => json!({"password": "not this one"}),
        "confirm_second_factor" => json!({"code": "123456"}),
        "remove_second_factor" => json!({"password": "not this one", "code": "123456"}),
        "hand_password_reset" | "remove_users_second_factor" | "warm_system" => json!({}),
        "create_tenant" => json!({"kind": "site", "parent": a.client, "name": "X"}),
        "patch_tenant" | "patch_contact" | "patch_credential" | "patch_service" => json!({"name": "X"}),
        "create_user" => json!({"email": "x@x.example", "grants": [{"tenant": a.client, "role": "client_user"}]}),
        "patch_user" => json!({"grants": []}),
        "create_contact" => json!({"tenant": a.client, "name": "X", "email": "x@x.example", "language": "en"}),
        "create_credential" => json!({"tenant": a.client, "name": "X", "kind": "snmp_v2c", "community": "x"}),
        "create_device" => json!({"site": a.site, "name": "x", "address": "x", "credentials": [a.credential], "parents": [a.device]}),
        "patch_device" => json!({"name": "x", "parents": []}),
        "create_service" => json!({"client": a.client, "name": "X", "endpoints": [{"device": a.device, "interface": a.interface}]}),
        "ack_alarm" | "resolve_ticket" => json!({"note": "x"}),
        "create_maintenance" => {
            json!({"title": "X", "starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-01T01:00:00Z", "objects": [{"device": a.device}, {"service": a.service}]})
        }
        "preview_maintenance" => {
            json!({"starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-01T01:00:00Z", "objects": [{"site": a.site}]})
        }
        "patch_maintenance" => json!({"title": "X"}),
        "unack_alarm" | "cancel_maintenance" | "end_maintenance" | "release_notice" | "withdraw_notice" | "ack_ticket" => json!({}),
        "correct_notice" | "note_ticket" => json!({"text": "x"}),
        "release_notices" => json!({"state": "held"}),
        "create_source" => json!({"kind": "zabbix", "tenant": a.client, "name": "X"}),
        "patch_source" => json!({"name": "X"}),
        "renew_source_secret" | "back_up_device" => json!({}),
        "accept_host_key" => json!({"accept": "SHA256:zebra-two"}),
        "create_import" => json!({"format": "csv", "file_name": "x.csv", "site": a.site, "text": "name;address\nx;192.0.2.78\n"}),
        "apply_import" | "discard_import" | "undo_import" => json!({}),
        "map_signal" => json!({"device": a.device}),
        "tell_signals" => json!({"version": "4", "alerts": []}),
        "patch_settings" => json!({"shadow": true}),
        other => panic!("{other} is not covered: say here which body it takes"),
    }
}

async fn call(person: &Person, operation: &Operation, path: &str, a: &Owned) -> Answer {
    let headers: &[(&str, &str)] = if operation.method == "PATCH" { &[("if-match", "\"1\"")] } else { &[] };
    let body = operation.has_body.then(|| body(&operation.id, a));
    let request = person.request(&operation.method, path, headers, body);
    if operation.id == "stream_events" { listen(person, request).await } else { person.send(request).await }
}

/// What a stream says until it has been silent for a second.
async fn listen(person: &Person, request: axum::http::Request<axum::body::Body>) -> Answer {
    let answer = person.router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = answer.into_body();
    let mut text = String::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(Duration::from_secs(1), body.frame()).await {
        text += &String::from_utf8_lossy(frame.data_ref().map_or(&[][..], |data| data));
    }
    Answer { status, headers, text }
}

fn check_silent(who: &str, what: &str, answer: &Answer, a: &Owned) {
    let text = answer.text.to_lowercase();
    for id in a.ids() {
        assert!(!text.contains(&id.to_lowercase()), "{who}: {what} gives away {id}: {}", answer.text);
    }
    assert!(!text.contains(MARK), "{who}: {what} gives away a name or e-mail: {}", answer.text);
}

fn check_status(who: &str, what: &str, operation: &Operation, path: &str, answer: &Answer) {
    let status = answer.status.as_u16();
    let names_a =
        path.contains('_') && path.contains(['?', '/']) && (operation.path.contains('{') || POINTED.contains(&operation.id.as_str()));
    let allowed: &[u16] = match operation.id.as_str() {
        "get_setup" => &[200],
        "set_up" => &[409],
        "log_in" => &[401, 429],
        "accept_invitation" | "accept_password_reset" => &[404, 429],
        // The same for everybody and every e-mail.
        "ask_password_reset" => &[202, 429],
        "begin_second_factor" | "confirm_second_factor" | "remove_second_factor" => &[400, 409, 429],
        // Keyed by the secret of the source; whether there is such a source is not told.
        "tell_signals" => &[401, 429],
        id if ABOUT_ME.contains(&id) => &[200, 204],
        id if POINTED.contains(&id) && !path.contains('?') => &[400],
        _ if names_a => &[404],
        "get_settings" | "patch_settings" => &[404],
        "verify_audit" => &[404],
        // Nothing of his is held, so nothing goes.
        "release_notices" => &[200],
        _ if operation.method == "GET" => &[200],
        // It names an object of A in the body.
        _ => &[404],
    };
    assert!(allowed.contains(&status), "{who}: {what} answered {status}, allowed {allowed:?}: {}", answer.text);
}

/// Everything of A as the administrator sees it, to prove afterwards that nobody changed it.
async fn picture(world: &World) -> String {
    let mut picture = String::new();
    for operation in operations().iter().filter(|operation| operation.method == "GET" && operation.path.contains('{')) {
        for path in paths(operation, &world.a) {
            picture += &format!("{path}\n{}\n", world.admin.get(&path).await.expect(200).text);
        }
    }
    picture
}

#[tokio::test]
async fn nobody_learns_of_or_touches_what_is_not_his() {
    for house in House::on_every_engine().await {
        let world = world::build(&house).await;
        let before = picture(&world).await;
        let nobody = house.nobody();
        let people = [
            ("nobody", &nobody),
            ("a stranger", &world.stranger),
            ("a sibling client's admin", &world.sibling_client),
            ("a sibling partner's admin", &world.sibling_partner),
        ];
        let mut operations = operations();
        // Logging out ends the session that the others need.
        operations.sort_by_key(|operation| operation.id == "log_out");
        let mut calls = 0;
        for operation in &operations {
            for (who, person) in people {
                for path in paths(operation, &world.a) {
                    let what = format!("{} {path}", operation.method);
                    let answer = call(person, operation, &path, &world.a).await;
                    check_silent(who, &what, &answer, &world.a);
                    if person.token.is_none() && !OPEN.contains(&operation.id.as_str()) {
                        assert_eq!(answer.status.as_u16(), 401, "{who}: {what}: {}", answer.text);
                    } else {
                        check_status(who, &what, operation, &path, &answer);
                    }
                    calls += 1;
                }
            }
        }
        assert_eq!(picture(&world).await, before, "somebody changed something of A");
        println!("{} operations, {calls} calls by {} people, nothing of A in any answer", operations.len(), people.len());
    }
}

/// The walk above would also be silent if the answers were empty for everybody: A's own people and the provider do get them.
#[tokio::test]
async fn the_owner_and_the_provider_do_see_it() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let forbidden_to_clients = ["credentials", "tickets", "sources", "signals", "imports", "configs", "backup"];
    for operation in operations().iter().filter(|operation| operation.method == "GET" && operation.path.contains('{')) {
        for path in paths(operation, &world.a) {
            world.admin.get(&path).await.expect(200);
            let is_internal = forbidden_to_clients.iter().any(|noun| path.contains(noun)) || path.ends_with(&world.a.held);
            world.own.get(&path).await.expect(if is_internal { 404 } else { 200 });
        }
    }
    for list in ["tenants", "contacts", "devices", "services", "alarms", "notices", "users", "incidents"] {
        let answer = world.own.get(&format!("/api/v1/{list}")).await.expect(200);
        assert!(answer.text.to_lowercase().contains(MARK), "{list}: {}", answer.text);
        assert!(
            !answer.text.contains("provider.example") && !answer.text.contains("Provider One"),
            "{list} names the provider: {}",
            answer.text
        );
    }
    for empty in ["credentials", "tickets", "collectors", "audit", "sources", "signals", "imports", "configs"] {
        assert_eq!(world.own.get(&format!("/api/v1/{empty}")).await.expect(200).json()["items"], json!([]), "{empty}");
    }
    let heard = listen(&world.own, world.own.request("GET", "/api/v1/events?after=0", &[], None)).await;
    assert!(heard.text.contains("event: alarm.raised") && heard.text.contains("event: device.changed"), "{}", heard.text);
    assert!(!heard.text.contains("event: credential.changed"), "{}", heard.text);
    // What the neighbour hears of his own fault, without the cause that is not his.
    let heard = listen(&world.sibling_client, world.sibling_client.request("GET", "/api/v1/events?after=0", &[], None)).await;
    assert!(heard.text.contains(r#""suppressed_by":null"#) && heard.text.contains("event: impact.opened"), "{}", heard.text);
}

/// What one sees but may not change is "forbidden", which says what is missing.
#[tokio::test]
async fn seen_but_not_allowed_is_forbidden() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let a = &world.a;
    for (method, path, body) in [
        ("PATCH", format!("/api/v1/tenants/{}", a.client), json!({"name": "X"})),
        ("PATCH", format!("/api/v1/devices/{}", a.device), json!({"name": "x"})),
        ("PATCH", format!("/api/v1/services/{}", a.service), json!({"name": "x"})),
        ("PATCH", format!("/api/v1/maintenances/{}", a.maintenance), json!({"title": "x"})),
        ("POST", format!("/api/v1/maintenances/{}/cancel", a.maintenance), json!({})),
        ("PATCH", format!("/api/v1/contacts/{}", a.contact), json!({"name": "x"})),
        ("PATCH", format!("/api/v1/users/{}", a.user), json!({"grants": []})),
        ("POST", format!("/api/v1/alarms/{}/ack", a.alarm), json!({})),
        ("POST", format!("/api/v1/notices/{}/correction", a.notice), json!({"text": "x"})),
        ("POST", "/api/v1/users".into(), json!({"email": "x@x.example", "grants": [{"tenant": a.client, "role": "client_user"}]})),
        ("POST", "/api/v1/devices".into(), json!({"site": a.site, "name": "x", "address": "x"})),
    ] {
        let answer = world.own.call(method, &path, &[("if-match", "\"1\"")], Some(body)).await.expect(403);
        assert_eq!(answer.at("/code"), "forbidden");
        assert!(answer.at("/detail").starts_with("None of your roles there may "), "{}", answer.text);
    }
    // What he cannot even see is not there.
    let credential = format!("/api/v1/credentials/{}", a.credential);
    world.own.patch(&credential, 1, json!({"name": "X"})).await.expect(404);
    world.own.delete(&credential).await.expect(404);
    world.own.post(&format!("/api/v1/tickets/{}/ack", a.ticket), json!({})).await.expect(404);
}

/// A partner's administrator runs his own subtree and gives only roles of his own world.
#[tokio::test]
async fn a_partner_admin_stays_in_his_subtree() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let me = &world.sibling_partner;
    let partner = me.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let partner = if partner.is_empty() { unreachable!() } else { partner };
    let own: Vec<Value> = me.get("/api/v1/tenants?kind=partner").await.expect(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(own.len(), 1, "he sees his own partner only; the first grant is on {partner}");
    let partner = own[0]["id"].as_str().unwrap();
    let client = me.make("/api/v1/tenants", json!({"kind": "client", "parent": partner, "name": "Fourth"})).await;
    me.post("/api/v1/tenants", json!({"kind": "partner", "parent": partner, "name": "Sub"})).await.expect(403);
    me.post("/api/v1/tenants", json!({"kind": "client", "name": "Under the provider"})).await.expect(404);
    me.make("/api/v1/contacts", json!({"tenant": client, "name": "N", "email": "n@four.example", "language": "en"})).await;
    me.make("/api/v1/users", json!({"email": "u@four.example", "grants": [{"tenant": client, "role": "client_admin"}]})).await;
    for (role, tenant, status) in
        [("auditor", partner, 403), ("provider_admin", partner, 403), ("client_admin", partner, 400), ("partner_admin", &client, 400)]
    {
        let body = json!({"email": "v@four.example", "grants": [{"tenant": tenant, "role": role}]});
        me.post("/api/v1/users", body).await.expect(status);
    }
    me.post("/api/v1/credentials", json!({"tenant": client, "name": "k", "kind": "snmp_v2c", "community": "c"})).await.expect(403);
}

/// Nothing is served under /api that the document does not describe: handlers are counted in the source, plain routes are named here.
#[test]
fn every_route_is_in_the_document() {
    const PLAIN: [&str; 4] = ["/api/openapi.json", "/livez", "/readyz", "/metrics"];
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut handlers = 0;
    for entry in std::fs::read_dir(source.join("resource")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        handlers += text.matches("#[utoipa::path(").count();
        assert!(!text.contains(".route("), "routes are made in routes.rs only");
    }
    assert_eq!(handlers, operations().len(), "a handler is described but not routed, or the other way round");
    let routes = std::fs::read_to_string(source.join("routes.rs")).unwrap();
    let plain: Vec<&str> = routes.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(plain, PLAIN, "a route beside the OpenAPI document");
    assert_eq!(routes.matches(".route(").count(), PLAIN.len());
    assert_eq!(routes.matches("nest").count() + routes.matches("route_service").count(), 0);
    let ids: std::collections::HashSet<String> = operations().into_iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), handlers, "two operations have the same operationId");
}
