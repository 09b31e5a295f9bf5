//! The server as such: health, numbers, refusals of every kind, and a stop that is quick and clean.

use crate::product::{Home, on_postgresql, wait_for};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Body limit of the API (crates/model).
const BODY_SIZE_BYTES_MAX: usize = model::limits::BODY_SIZE_BYTES_MAX;

#[test]
fn health_and_numbers_are_open_and_name_nobody() {
    let home = Home::new();
    let product = home.start();
    let nobody = product.client();
    assert_eq!(nobody.get("/livez").status, 200);
    assert_eq!(wait_for("/readyz", || Some(nobody.get("/readyz").status).filter(|status| *status == 200)), 200);
    product.admin().create("/api/v1/tenants", &json!({"kind": "client", "name": "Unmentioned"}));
    let numbers = nobody.get("/metrics");
    assert_eq!(numbers.status, 200);
    assert!(numbers.header("content-type").starts_with("text/plain; version=0.0.4"));
    assert!(!numbers.text.contains("Unmentioned"));
    for line in numbers.text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(name.starts_with("polyot_") && value.parse::<f64>().is_ok(), "{line}");
    }
    for name in ["polyot_events_total", "polyot_tickets_open", "polyot_observations_total", "polyot_series_disk_size_bytes"] {
        assert!(numbers.text.lines().any(|line| line.starts_with(&format!("{name} "))), "{name} is missing:\n{}", numbers.text);
    }
    // The collector inside speaks without being asked.
    wait_for("heartbeats", || {
        nobody.get("/metrics").text.lines().any(|line| line.starts_with("polyot_heartbeats_total ") && !line.ends_with(" 0")).then_some(())
    });
}

#[test]
fn every_refusal_is_a_problem_with_the_request_id_under_which_the_log_has_it() {
    let home = Home::new();
    let product = home.start();
    let admin = product.admin();
    let json_type = [("content-type", "application/json")];
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| admin.send(method, path, headers, Some(body.to_owned()));

    product.client().get("/api/v1/tenants").problem(401, "unauthenticated");
    admin.get("/api/v1/nothing").problem(404, "not_found");
    admin.get("/api/v1/tenants/ten_nonsense").problem(404, "not_found");
    admin.get("/api/v1/devices/dev_00000000000000000000000000").problem(404, "not_found");
    send("PUT", "/api/v1/tenants", &json_type, "{}").problem(405, "bad_input");
    send("POST", "/livez", &[], "").problem(405, "bad_input");
    send("POST", "/api/v1/tenants", &json_type, "{\"kind\": ").problem(400, "bad_input");
    let problem = send("POST", "/api/v1/tenants", &json_type, "{\"kind\": \"client\", \"name\": 5}").problem(400, "bad_input");
    assert_eq!(problem["errors"][0]["field"], "name", "{problem}");
    let problem = send("POST", "/api/v1/tenants", &json_type, "{\"kind\": \"client\", \"name\": \"A\", \"colour\": \"red\"}")
        .problem(400, "bad_input");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("colour") || problem["errors"][0]["field"] == "colour", "{problem}");
    send("POST", "/api/v1/tenants", &[("content-type", "text/plain")], "{}").problem(415, "bad_input");
    let huge = format!("{{\"kind\": \"client\", \"name\": \"{}\"}}", "x".repeat(BODY_SIZE_BYTES_MAX));
    send("POST", "/api/v1/tenants", &json_type, &huge).problem(413, "too_large");
    admin.get("/api/v1/tenants?limit=0").problem(400, "bad_input");
    admin.get("/api/v1/tenants?colour=red").problem(400, "bad_input");
    // One's own request id is taken over; a wild one is not.
    let given = send("GET", "/api/v1/nothing", &[("x-request-id", "proxy-7")], "").problem(404, "not_found");
    assert_eq!(given["request_id"], "proxy-7");
    let wild = "x".repeat(500);
    let given = send("GET", "/api/v1/nothing", &[("x-request-id", &wild)], "").problem(404, "not_found");
    assert_ne!(given["request_id"], wild.as_str());
    product.check_log();
}

#[test]
fn a_body_that_announces_too_much_or_never_ends_does_not_fill_the_memory() {
    let home = Home::new();
    let product = home.start();
    let admin = product.admin();
    let token = admin.token.clone().unwrap();
    let head = |rest: &str| {
        format!("POST /api/v1/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{rest}\r\n")
    };
    for rest in ["content-length: 99999999999\r\n", "transfer-encoding: chunked\r\n"] {
        let mut stream = TcpStream::connect(("127.0.0.1", product.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(head(rest).as_bytes()).unwrap();
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        // Refused at the latest when the limit is passed; the server may close while we still write.
        for _ in 0..(2 * BODY_SIZE_BYTES_MAX / 0x10000) {
            if stream.write_all(chunk.as_bytes()).is_err() {
                break;
            }
        }
        let mut line = String::new();
        let _ = BufReader::new(stream).read_line(&mut line);
        assert!(line.is_empty() || line.starts_with("HTTP/1.1 413"), "{rest}: {line}");
    }
    assert_eq!(admin.get("/livez").status, 200);
}

/// Streams of events that stay open.
fn open_streams(port: u16, token: &str, number: usize) -> Vec<BufReader<TcpStream>> {
    let open = |_| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\r\n")
            .unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        until(&mut reader, "event: hello");
        reader
    };
    (0..number).map(open).collect()
}

fn until(reader: &mut BufReader<TcpStream>, wanted: &str) {
    let mut line = String::new();
    while !line.starts_with(wanted) {
        line.clear();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "the stream ended before `{wanted}`");
    }
}

fn sigterm_is_obeyed(home: &Home) {
    let product = home.start();
    let admin = product.admin();
    let mut streams = open_streams(product.port, admin.token.as_ref().unwrap(), 3);
    admin.create("/api/v1/tenants", &json!({"kind": "client", "name": "Acme"}));
    for stream in &mut streams {
        until(stream, "event: tenant.changed");
    }
    // A connection that does nothing is no reason to stay either.
    let _idle = TcpStream::connect(("127.0.0.1", product.port)).unwrap();
    let (status, took) = product.terminate();
    eprintln!("SIGTERM with 3 open streams and an idle connection: {:.2} s", took.as_secs_f64());
    assert_eq!(status.code(), Some(0));
    // Cleanly: the folder is free and nothing was lost.
    let product = home.start();
    assert_eq!(product.admin().items("/api/v1/tenants?kind=client").len(), 1);
}

#[test]
fn sigterm_ends_open_streams_and_stops_with_success() {
    sigterm_is_obeyed(&Home::new());
}

#[test]
fn sigterm_stops_with_success_on_postgresql() {
    on_postgresql(|home| sigterm_is_obeyed(&home));
}
