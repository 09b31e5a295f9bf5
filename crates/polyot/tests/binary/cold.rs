//! Data that turns up elsewhere: moved, or a database beside another folder. And the word in a shell that takes it into service.

use crate::backup_restore::{admin, done};
use crate::product::{EMAIL, Home, PASSWORD, Product, on_postgresql, wait_for};
use serde_json::json;

fn system(product: &Product) -> serde_json::Value {
    let mut client = product.client();
    client.log_in(EMAIL, PASSWORD);
    client.get("/api/v1/system").json()
}

#[test]
fn a_moved_folder_is_cold_until_a_word_in_the_shell_and_warm_ever_after() {
    let mut home = Home::new();
    home.start().admin();
    let moved = home.path("moved");
    std::fs::rename(&home.data, &moved).unwrap();
    home.data = moved.clone();
    let product = home.start();
    let told = system(&product);
    assert_eq!((&told["is_cold"], &told["cold_reason"], &told["can"]["warm"]), (&json!(true), &json!("moved"), &json!(true)), "{told}");
    assert!(product.log().contains("This installation is cold (moved)"), "{}", product.log());
    let said = done(admin(&home, &["warm", "--data", moved.to_str().unwrap()]));
    assert!(said.contains("was cold (moved)") && said.contains("within a second"), "{said}");
    wait_for("an installation in service", || (system(&product)["is_cold"] == false).then_some(()));
    // It is in the trail, as a deed of the shell.
    let client = product.admin();
    let rows = client.items("/api/v1/audit?object=system");
    assert_eq!((rows.len(), &rows[0]["action"], &rows[0]["who"]), (1, &json!("system.warmed"), &json!(null)), "{rows:?}");
    let said = done(admin(&home, &["warm", "--data", moved.to_str().unwrap()]));
    assert!(said.contains("nothing to do"), "{said}");
    product.kill();
    let product = home.start();
    assert_eq!(system(&product)["is_cold"], false);
    product.kill();
}

#[test]
fn a_database_without_its_folder_is_cold() {
    let home = Home::new();
    home.start().admin();
    // As somebody copies it by hand: database and key, and nothing else.
    let mut copy = Home::new();
    std::fs::create_dir(&copy.data).unwrap();
    for name in ["polyot.db", "polyot.db-wal", "master.key"] {
        let _ = std::fs::copy(home.data.join(name), copy.data.join(name));
    }
    let product = copy.start();
    assert_eq!(system(&product)["cold_reason"], "no_fingerprint");
    product.kill();
    // Or into the folder of another installation.
    let other = Home::new();
    other.start().admin();
    for name in ["polyot.db", "polyot.db-wal", "polyot.db-shm"] {
        let _ = std::fs::remove_file(other.data.join(name));
        let _ = std::fs::copy(home.data.join(name), other.data.join(name));
    }
    let product = other.start();
    assert_eq!(system(&product)["cold_reason"], "other_database");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(system(&product)["is_cold"], true, "nobody said a word");
    product.kill();
    copy.env.clear();
}

/// A dump brought back beside a new folder, or a second centre: one word, and it works beside the first.
#[test]
fn a_new_folder_on_a_shared_database_waits_for_a_word() {
    on_postgresql(|mut home| {
        home.start().admin();
        let first = home.data.clone();
        home.data = home.path("second");
        std::fs::create_dir(&home.data).unwrap();
        std::fs::copy(first.join("master.key"), home.data.join("master.key")).unwrap();
        let product = home.start();
        assert_eq!(system(&product)["cold_reason"], "no_fingerprint");
        let mut client = product.client();
        client.log_in(EMAIL, PASSWORD);
        assert_eq!(client.post("/api/v1/system/warm", &json!({})).status, 200);
        product.kill();
        for data in [first, home.data.clone()] {
            home.data = data;
            let product = home.start();
            assert_eq!(system(&product)["is_cold"], false);
            product.kill();
        }
    });
}
