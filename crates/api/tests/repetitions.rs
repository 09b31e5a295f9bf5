//! A request sent twice acts once.

#![allow(clippy::unwrap_used)]

mod house;

use house::{House, Person};
use serde_json::{Value, json};
use std::sync::Arc;

async fn post(person: &Person, path: &str, key: &str, body: Value) -> house::Answer {
    person.call("POST", path, &[("idempotency-key", key)], Some(body)).await
}

#[tokio::test]
async fn the_second_time_brings_the_first_answer_and_no_second_object() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let body = json!({"kind": "client", "name": "Once"});
        let first = post(&admin, "/api/v1/tenants", "k1", body.clone()).await.expect(201);
        let second = post(&admin, "/api/v1/tenants", "k1", body.clone()).await.expect(201);
        assert_eq!(first.json(), second.json());
        assert_eq!(first.headers["etag"], second.headers["etag"]);
        assert!(first.headers.get("idempotency-replayed").is_none() && second.headers["idempotency-replayed"] == "true");
        assert_eq!(admin.get("/api/v1/tenants?kind=client").await.json()["items"].as_array().unwrap().len(), 1);

        let other = post(&admin, "/api/v1/tenants", "k1", json!({"kind": "client", "name": "Twice"})).await.expect(409);
        assert!(other.text.contains("take a new key"), "{}", other.text);
        post(&admin, "/api/v1/contacts", "k1", body.clone()).await.expect(400);
        post(&admin, "/api/v1/tenants", "k2", body).await.expect(201);
        // A refused request keeps nothing: mended, it may use its key again.
        post(&admin, "/api/v1/tenants", "k3", json!({"kind": "client", "name": ""})).await.expect(400);
        post(&admin, "/api/v1/tenants", "k3", json!({"kind": "client", "name": "Third"})).await.expect(201);
    }
}

#[tokio::test]
async fn a_key_belongs_to_its_person() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let partner = admin.make("/api/v1/tenants", json!({"kind": "partner", "name": "P"})).await;
    let other = house.invite(&admin, "p@p.example", &[(&partner, "partner_admin")]).await;
    let body = json!({"kind": "client", "parent": partner, "name": "C"});
    let first = post(&admin, "/api/v1/tenants", "same", body.clone()).await.expect(201).at("/id");
    let second = post(&other, "/api/v1/tenants", "same", body).await.expect(201).at("/id");
    assert_ne!(first, second);
}

#[tokio::test]
async fn at_the_same_time_it_is_still_done_once() {
    for house in House::on_every_engine().await {
        let admin = Arc::new(house.set_up().await);
        let mut running = Vec::new();
        for _ in 0..8 {
            let admin = Arc::clone(&admin);
            running.push(tokio::spawn(
                async move { post(&admin, "/api/v1/tenants", "race", json!({"kind": "client", "name": "Race"})).await },
            ));
        }
        let mut ids = Vec::new();
        for one in running {
            ids.push(one.await.unwrap().expect(201).at("/id"));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
}

/// Answers that show a secret once are kept sealed: no file of the database holds them, nor a digest that could be guessed at.
#[tokio::test]
async fn what_is_kept_gives_no_secret_away() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let me = admin.get("/api/v1/me").await;
    let provider = me.at("/grants/0/tenant/id");
    let user = json!({"email": "u@u.example", "grants": [{"tenant": provider, "role": "provider_l1"}]});
    let invited = post(&admin, "/api/v1/users", "u", user.clone()).await.expect(201);
    let again = post(&admin, "/api/v1/users", "u", user).await.expect(201);
    assert_eq!(invited.at("/invite_url"), again.at("/invite_url"));
    let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await;
    let contact = json!({"tenant": client, "name": "N", "webhook": "https://h.example/", "language": "en"});
    let contact = post(&admin, "/api/v1/contacts", "c", contact).await.expect(201);
    let credential = json!({"tenant": provider, "name": "k", "kind": "snmp_v2c", "community": "very-s3cret-community"});
    post(&admin, "/api/v1/credentials", "s", credential).await.expect(201);
    let invite = invited.at("/invite_url").split_once("token=").unwrap().1.to_owned();
    let secrets =
        [invite, contact.at("/webhook_secret"), "very-s3cret-community".into(), admin.token.clone().unwrap(), house::PASSWORD.into()];
    house.store.close().await;
    let mut files = 0;
    for entry in std::fs::read_dir(&house.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for secret in &secrets {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{} holds {secret}", path.display());
            }
            files += 1;
        }
    }
    assert!(files >= 2, "database and master key were looked at");
}
