//! The first start: a one-time link for a person, one process per folder, a folder that survives `kill -9`.

use crate::product::{EMAIL, Home, PASSWORD, Product, location, on_postgresql, wait_for};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

fn set_up(token: Option<&str>) -> Value {
    json!({"token": token, "email": EMAIL, "password": PASSWORD, "provider": {"name": "MSP"}, "language": "ru", "tz": "Europe/Moscow"})
}

/// The token of the link, which stands on a line of its own.
fn token(product: &Product) -> String {
    let log = product.log();
    let link = log.lines().find(|line| line.contains("/setup#")).unwrap_or_else(|| panic!("no link: {log}"));
    let address = format!("http://127.0.0.1:{}/setup#", product.port);
    link.trim().strip_prefix(&address).unwrap_or_else(|| panic!("`{link}` does not lead to {address}")).to_owned()
}

fn the_link_works_once(home: &Home) {
    let product = home.start();
    let token = token(&product);
    // Log lines begin with the time; the link is none of them.
    assert!(product.log().lines().filter(|line| line.starts_with("20")).all(|line| !line.contains(&token)), "{}", product.log());
    let nobody = product.client();
    assert_eq!(nobody.get("/api/v1/setup").json(), json!({"needed": true, "token_required": true}));
    for wrong in [None, Some(""), Some("wrong"), Some(&token[1..])] {
        let problem = nobody.post("/api/v1/setup", &set_up(wrong)).problem(400, "bad_input");
        assert_eq!(problem["errors"][0]["field"], "token", "{problem}");
        assert!(!problem.to_string().contains(&token));
    }
    assert_eq!(nobody.get("/api/v1/me").status, 401);
    let session = nobody.create("/api/v1/setup", &set_up(Some(&token)));
    assert_eq!(session["me"]["email"], EMAIL);
    nobody.post("/api/v1/setup", &set_up(Some(&token))).problem(409, "conflict");
    assert_eq!(nobody.get("/api/v1/setup").json(), json!({"needed": false, "token_required": false}));
    product.admin();
    product.kill();

    // Never again: no link, and the old one opens nothing.
    let product = home.start();
    assert!(!product.log().contains("/setup#"), "{}", product.log());
    product.client().post("/api/v1/setup", &set_up(Some(&token))).problem(409, "conflict");
    product.admin();
}

#[test]
fn the_setup_link_is_printed_once_and_works_once() {
    the_link_works_once(&Home::bare());
}

#[test]
fn the_setup_link_works_once_on_postgresql() {
    on_postgresql(|mut home| {
        home.env.clear();
        the_link_works_once(&home);
    });
}

#[test]
fn a_link_that_was_never_used_is_replaced_at_the_next_start() {
    let home = Home::bare();
    let product = home.start();
    let first = token(&product);
    product.kill();
    let product = home.start();
    assert_ne!(token(&product), first);
    product.client().post("/api/v1/setup", &set_up(Some(&first))).problem(400, "bad_input");
}

#[test]
fn the_administrator_of_the_environment_is_made_once_and_never_changed_by_it() {
    let home = Home::new();
    let product = home.start();
    assert!(!product.log().contains("/setup#"), "{}", product.log());
    product.admin();
    product.kill();
    let mut changed = home;
    changed.env = vec![("POLYOT_ADMIN_EMAIL".into(), EMAIL.into()), ("POLYOT_ADMIN_PASSWORD".into(), "quite another one".into())];
    // The old password still opens.
    changed.start().admin();
}

#[test]
fn a_data_folder_belongs_to_one_process_and_kill_9_sets_it_free() {
    let home = Home::new();
    let product = home.start();
    let sentence = home.refusal();
    assert!(sentence.contains("another polyot") && sentence.contains(&home.data.display().to_string()), "{sentence}");
    product.admin();
    product.kill();
    // At once: no stale lock, no waiting.
    home.start().admin();
}

#[test]
fn what_lies_in_the_data_folder_is_for_its_owner_alone() {
    let home = Home::new();
    let product = home.start();
    product.admin();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.data), 0o700);
    assert_eq!(mode(&home.data.join("master.key")), 0o600);
    assert_eq!(location(&home), store::Location::Sqlite(home.data.join("polyot.db")));
    assert!(home.data.join("polyot.db").exists());
}

#[test]
fn killed_at_any_moment_of_the_first_start_the_next_one_goes_on() {
    let home = Home::new();
    let mut starts = 0;
    // Later and later, until a start was complete: no moment leaves something that stops the next.
    for delay_ms in (5..).step_by(25) {
        let mut child = home.command().stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay_ms));
        assert!(child.try_wait().unwrap().is_none(), "start {starts} ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        starts += 1;
        if delay_ms > 400 {
            break;
        }
    }
    let product = home.start();
    let admin = product.admin();
    let me = admin.get("/api/v1/me").json();
    assert_eq!(me["grants"].as_array().unwrap().len(), 1, "after {starts} kills: {me}");
    assert_eq!(wait_for("one provider", || Some(admin.items("/api/v1/tenants?kind=provider").len())), 1);
}
