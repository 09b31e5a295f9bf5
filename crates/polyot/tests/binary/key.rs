//! The master key: made once, private, and what happens when it is not the one that belongs to the database.

use crate::lab::{Agent, COMMUNITY, register, wait_until_watched};
use crate::product::{Home, PASSWORD, wait_for};
use crate::rows::refer_to_loopback;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// No file of the data folder holds a secret as people typed it.
fn check_nothing_in_plain(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_nothing_in_plain(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in [COMMUNITY, PASSWORD] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "`{secret}` stands in {}", path.display());
        }
    }
}

#[test]
fn the_master_key_is_made_once_and_stays() {
    let home = Home::new();
    let path = home.data.join("master.key");
    home.start().admin();
    let first = std::fs::read(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let product = home.start();
    product.admin();
    assert_eq!(std::fs::read(&path).unwrap(), first);
    let text = String::from_utf8(first).unwrap();
    assert!(!product.log().contains(text.split_whitespace().nth(1).unwrap()), "the key is in the log");
}

#[test]
fn a_master_key_that_others_can_read_or_that_is_none_is_refused() {
    let home = Home::new();
    home.start().admin();
    let path = home.data.join("master.key");
    let key = std::fs::read(&path).unwrap();
    for mode in [0o644, 0o640, 0o604] {
        set_mode(&path, mode);
        let sentence = home.refusal();
        assert!(sentence.contains("master.key") && sentence.contains(&format!("{mode:o}")) && sentence.contains("chmod 600"), "{sentence}");
    }
    set_mode(&path, 0o600);
    for (case, text) in [("empty", &b""[..]), ("cut short", &key[..key.len() - 9]), ("bytes", &[0xff, 0, 1, 2][..])] {
        std::fs::write(&path, text).unwrap();
        let sentence = home.refusal();
        assert!(sentence.contains("master.key") && sentence.contains("backup"), "{case}: {sentence}");
    }
    std::fs::write(&path, &key).unwrap();
    home.start().admin();
}

#[test]
fn with_another_master_key_devices_are_watched_without_their_secrets_and_it_is_said() {
    let Some(agent) = Agent::on_loopback() else { return };
    let home = Home::new();
    let product = home.start();
    let admin = product.admin();
    refer_to_loopback(&home);
    let site = register(&admin, &agent.address, agent.port);
    wait_until_watched(&admin, &site.device);
    product.kill();
    check_nothing_in_plain(&home.data);

    // Restored without the key file: no new one is made beside secrets that it does not open.
    let path = home.data.join("master.key");
    let right = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let sentence = home.refusal();
    assert!(sentence.contains("master.key") && sentence.contains("backup"), "{sentence}");
    assert!(!path.exists(), "a key was made all the same");

    // Somebody puts the key of another installation there.
    let stranger = Home::new();
    stranger.start().admin();
    std::fs::copy(stranger.data.join("master.key"), &path).unwrap();
    set_mode(&path, 0o600);
    let product = home.start();
    let admin = product.admin();
    let log = wait_for("a sentence about the key", || Some(product.log()).filter(|log| log.contains("cannot be opened")));
    let line = log.lines().find(|line| line.contains("cannot be opened")).unwrap();
    assert!(line.contains(&site.credential) && line.contains("key file"), "which credential and what to do: {line}");
    // Reachability is still watched.
    let before = admin.device(&site.device)["seen_at"].clone();
    wait_for("a later probe", || (admin.device(&site.device)["seen_at"] != before).then_some(()));
    // A secret that is entered again is sealed with the key that is there.
    let version = admin.get(&format!("/api/v1/credentials/{}", site.credential)).json()["version"].to_string();
    let body = json!({"community": COMMUNITY}).to_string();
    let headers = [("content-type", "application/json"), ("if-match", version.as_str())];
    let answer = admin.send("PATCH", &format!("/api/v1/credentials/{}", site.credential), &headers, Some(body));
    assert_eq!(answer.status, 200, "{}", answer.text);
    wait_for("tables read anew", || (admin.device(&site.device)["state"] == "up").then_some(()));
    product.kill();

    // The old key is the wrong one now; it is said again, and nothing breaks.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, right).unwrap();
    set_mode(&path, 0o600);
    let product = home.start();
    product.admin();
    wait_for("a sentence about the key", || product.log().contains("cannot be opened").then_some(()));
    product.kill();
}
