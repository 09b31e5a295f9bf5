//! Every refusal says what is wrong and where, in one shape (RFC 9457).

#![allow(clippy::unwrap_used)]

mod house;

use axum::body::{Body, Bytes};
use house::{ADMIN, House, PASSWORD, Person};
use serde_json::{Value, json};

/// A request that cannot be accepted, and what must be said about it.
struct Case {
    method: &'static str,
    path: String,
    body: Option<&'static str>,
    status: u16,
    code: &'static str,
    /// Fields that must be named, in order.
    fields: &'static [&'static str],
    /// Part of the sentence.
    says: &'static str,
}

async fn check(person: &Person, case: Case) {
    let mut request = person.request(case.method, &case.path, &[("content-type", "application/json"), ("if-match", "\"1\"")], None);
    if let Some(body) = case.body {
        *request.body_mut() = Body::from(body);
    }
    let what = format!("{} {} {}", case.method, case.path, case.body.unwrap_or(""));
    let answer = person.send(request).await;
    assert_eq!(answer.status.as_u16(), case.status, "{what}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    let problem = answer.json();
    assert_eq!(problem["code"], case.code, "{what}: {}", answer.text);
    assert_eq!(problem["status"], case.status, "{what}");
    assert_eq!(problem["request_id"], answer.headers["x-request-id"].to_str().unwrap(), "{what}");
    let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, case.fields, "{what}: {}", answer.text);
    assert!(answer.text.contains(case.says), "{what} should say `{}`: {}", case.says, answer.text);
    assert!(problem["detail"].as_str().unwrap().ends_with('.'), "a sentence: {}", problem["detail"]);
}

#[tokio::test]
async fn every_mistake_is_named() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await;
    let site = admin.make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "S"})).await;
    let case = |method: &'static str, path: &str, body: Option<&'static str>, status, code, fields, says| Case {
        method,
        path: format!("/api/{path}"),
        body,
        status,
        code,
        fields,
        says,
    };
    let bad = |path: &str, body: &'static str, fields: &'static [&'static str], says: &'static str| {
        case("POST", path, Some(body), 400, "bad_input", fields, says)
    };
    let devices = "v1/devices";
    for case in [
        case("GET", "v1/nothing", None, 404, "not_found", &[], "There is no address /api/v1/nothing"),
        case("GET", "v2/devices", None, 404, "not_found", &[], "openapi.json"),
        case("PUT", devices, Some("{}"), 405, "bad_input", &[], "not with this method"),
        case("GET", "v1/devices/core1", None, 404, "not_found", &[], "`core1` is not an id of this kind"),
        case("GET", "v1/devices/dev_00000000000000000000000000", None, 404, "not_found", &[], "There is no such device"),
        bad("v1/tenants", "{", &["body"], "is not valid JSON at line 1"),
        bad("v1/tenants", "[1,", &["body"], "must be a JSON object"),
        bad("v1/tenants", r#"{"kind":"client","name":"x"} tail"#, &["body"], "is not valid JSON"),
        bad("v1/tenants", "", &["kind"], "missing field `kind`"),
        bad("v1/tenants", r#"{"kind":"client"}"#, &["name"], "missing field"),
        bad("v1/tenants", r#"{"kind":"client","name":"x","colour":1}"#, &["colour"], "unknown field `colour`, expected one of"),
        bad("v1/tenants", r#"{"kind":"client","name":7}"#, &["name"], "expected a string"),
        bad("v1/tenants", r#"{"kind":"planet","name":"x"}"#, &["kind"], "expected one of: provider, partner, client, site"),
        bad("v1/tenants", r#"{"kind":"client","name":"x","brand":{"sender":{}}}"#, &["brand.sender"], "expected a string"),
        bad(
            "v1/tenants",
            r#"{"kind":"client","name":" ","tz":"Mars/Base","brand":{"sender":"nobody"}}"#,
            &["name", "brand.sender", "tz"],
            "Europe/Moscow",
        ),
        bad("v1/tenants", r#"{"kind":"provider","name":"x"}"#, &["kind"], "there is one provider"),
        bad("v1/tenants", r#"{"kind":"client","parent":"dev_1","name":"x"}"#, &["parent"], "expected `ten_`"),
        bad("v1/users", r#"{"email":"x@x.example","grants":[{"tenant":"ten_1","role":"boss"}]}"#, &["grants[0].tenant"], "is not an id"),
        bad("v1/users", r#"{"email":"nobody","grants":[]}"#, &["email", "grants"], "name@domain"),
        bad("v1/sessions", r#"{"email":"x"}"#, &["password"], "missing field"),
        bad("v1/sessions", r#"{"email":"x","password":"y"}"#, &["email"], "name@domain"),
        case("GET", "v1/devices?state=broken", None, 400, "bad_input", &["state"], "expected one of: up, down, degraded, unknown"),
        case("GET", "v1/devices?colour=red", None, 400, "bad_input", &["colour"], "unknown field"),
        case("GET", "v1/devices?limit=501", None, 400, "bad_input", &["limit"], "between 1 and 500"),
        case("GET", "v1/devices?limit=many", None, 400, "bad_input", &["limit"], "invalid digit"),
        case("GET", "v1/devices?cursor=x", None, 400, "bad_input", &["cursor"], "`next` of the page before"),
        case("GET", "v1/audit?cursor=x", None, 400, "bad_input", &["cursor"], "`next` of the page before"),
        case("GET", "v1/alarms?acked=perhaps", None, 400, "bad_input", &["acked"], "true"),
        case("GET", "v1/series?metric=x", None, 400, "bad_input", &["object"], "missing field"),
        case("PATCH", "v1/settings", Some(r#"{"brake":{"hold_s":9999}}"#), 412, "stale_version", &[], "read it again"),
    ] {
        check(&admin, case).await;
    }
    let many = json!({
        "site": site, "name": "", "address": "http://core1", "snmp_port": 0, "ssh_port": 70000, "probe_interval_s": 0, "poll_interval_s": 1,
        "credentials": ["crd_00000000000000000000000000"], "parents": ["dev_00000000000000000000000000"],
    });
    let answer = admin.post("/api/v1/devices", many).await.expect(400);
    let fields: Vec<Value> = answer.json()["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    let expected =
        ["name", "address", "snmp_port", "ssh_port", "probe_interval_s", "poll_interval_s", "credentials[0]", "parents[0].device"];
    assert_eq!(fields, expected, "all of them at once");
    let wrong_place = admin.post("/api/v1/devices", json!({"site": client, "name": "x", "address": "x"})).await.expect(400);
    assert_eq!(wrong_place.at("/errors/0/field"), "site");
    let parent = admin.post("/api/v1/devices", json!({"site": site, "name": "x", "address": "x", "parents": ["core1"]})).await.expect(400);
    assert_eq!((parent.at("/errors/0/field"), parent.text.contains("expected `dev_`")), ("parents[0]".into(), true), "{}", parent.text);
    admin.post("/api/v1/tenants", json!({"kind": "client", "parent": site, "name": "x"})).await.expect(400);
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json_is_refused_unread() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let huge = "x".repeat(model::limits::BODY_SIZE_BYTES_MAX + 1);
    let mut told = admin.request("POST", "/api/v1/tenants", &[("content-type", "application/json"), ("content-length", "99999999")], None);
    *told.body_mut() = Body::from(huge.clone());
    let answer = admin.send(told).await.expect(413);
    assert_eq!((answer.at("/code"), answer.text.contains("1048576 bytes")), ("too_large".into(), true));
    // Without a length told: found out while reading.
    let chunks = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(huge))]);
    let mut streamed = admin.request("POST", "/api/v1/tenants", &[("content-type", "application/json")], None);
    *streamed.body_mut() = Body::from_stream(chunks);
    admin.send(streamed).await.expect(413);
    let mut form = admin.request("POST", "/api/v1/tenants", &[("content-type", "text/plain")], None);
    *form.body_mut() = Body::from(r#"{"kind":"client","name":"x"}"#);
    assert_eq!(admin.send(form).await.expect(415).at("/code"), "bad_input");
    let deep = format!("{{\"kind\":{}", "[".repeat(100_000));
    let mut nested = admin.request("POST", "/api/v1/tenants", &[("content-type", "application/json")], None);
    *nested.body_mut() = Body::from(deep);
    admin.send(nested).await.expect(400);
}

#[tokio::test]
async fn ten_wrong_passwords_are_enough() {
    let house = House::new().await;
    house.set_up().await;
    let nobody = house.nobody();
    for _ in 0..access::BY_MAIL.failures_max {
        let answer = nobody.post("/api/v1/sessions", json!({"email": ADMIN, "password": "wrong wrong"})).await.expect(401);
        assert_eq!(answer.at("/code"), "unauthenticated");
    }
    let answer = nobody.post("/api/v1/sessions", json!({"email": ADMIN, "password": PASSWORD})).await.expect(429);
    assert_eq!(answer.at("/code"), "rate_limited");
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 500);
}

#[tokio::test]
async fn every_answer_is_safe_for_a_browser() {
    let house = House::new().await;
    let nobody = house.nobody();
    for path in ["/", "/api/v1/setup", "/api/v1/me", "/livez", "/nowhere"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"), "{path}");
    }
    let given = nobody.call("GET", "/livez", &[("x-request-id", "abc-1")], None).await;
    assert_eq!(given.headers["x-request-id"], "abc-1");
    let odd = nobody.call("GET", "/livez", &[("x-request-id", "a b\"c")], None).await;
    assert_ne!(odd.headers["x-request-id"], "a b\"c", "only plain ids are taken over");
    assert_eq!(nobody.get("/api/v1/setup").await.headers["cache-control"], "no-store");
}
