//! Who comes in and how: tokens, sessions, the second factor, ways back in, and an installation that may be a copy.

#![allow(clippy::unwrap_used)]

mod house;

use house::{ADMIN, House, PASSWORD, Person, TEST, world};
use model::Timestamp;
use model::system::{Cold, ColdReason};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_secs(1_795_356_000);
const DAY: Duration = Duration::from_secs(86_400);

async fn token(person: &Person, body: Value) -> (String, Person) {
    let made = person.post("/api/v1/tokens", body).await.expect(201);
    let token = made.at("/token");
    assert!(token.starts_with("pt_"), "{token}");
    (made.at("/id"), Person { token: Some(token), ..person.clone() })
}

async fn actions(admin: &Person) -> Vec<Value> {
    admin.get("/api/v1/audit?limit=500").await.expect(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_token_does_what_its_person_may_at_that_moment_and_no_more() {
    for house in House::on_every_engine_at(NOW).await {
        let clock = house.store.clock().clone();
        let admin = house.set_up().await;
        let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
        let other = house.invite(&admin, "second@provider.example", &[(&provider, "provider_admin")]).await;

        let (_, reader) = token(&other, json!({"name": "looks", "access": "read", "expires_in_days": 30})).await;
        let (id, writer) = token(&other, json!({"name": "acts", "access": "write", "expires_in_days": 30})).await;
        reader.get("/api/v1/tenants").await.expect(200);
        let refused = reader.post("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await.expect(403);
        assert_eq!(refused.at("/code"), "forbidden");
        let client = writer.make("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await;

        // The trail names the token.
        let rows = actions(&admin).await;
        let deed = rows.iter().find(|row| row["object"] == client.as_str()).unwrap();
        assert_eq!((&deed["token"]["name"], &deed["who"]["email"]), (&json!("acts"), &json!("second@provider.example")), "{deed}");
        assert!(rows.iter().filter(|row| row["token"].is_null()).count() > 1, "deeds in person name none");
        assert_eq!(admin.get("/api/v1/audit/verify").await.at("/ok"), "true");

        // Nothing that would outlive it, and nothing through the door of browsers.
        let never = [
            ("POST", "/api/v1/tokens".to_owned(), json!({"name": "x", "access": "read", "expires_in_days": 1})),
            ("POST", "/api/v1/me/second-factor".into(), json!({"password": PASSWORD})),
            ("POST", format!("/api/v1/users/{}/password-reset", admin.id), json!({})),
            ("POST", format!("/api/v1/users/{}/second-factor/remove", admin.id), json!({})),
            ("DELETE", "/api/v1/sessions/others".into(), json!({})),
        ];
        for (method, path, body) in never {
            writer.call(method, &path, &[], Some(body)).await.expect(403);
        }
        let cookie = format!("polyot_session={}", writer.token.as_deref().unwrap());
        house.nobody().call("GET", "/api/v1/me", &[("cookie", &cookie)], None).await.expect(401);

        // Used: when and from where, at most once a minute.
        let used =
            |answer: house::Answer| answer.json()["items"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap().clone();
        let first = used(other.get("/api/v1/tokens").await);
        assert_eq!((first["last_used_from"].as_str(), first["is_expired"].as_bool()), (Some("0.0.0.0"), Some(false)), "{first}");
        assert!(first.get("token").is_none() && !first.to_string().contains("pt_"), "shown once: {first}");
        clock.advance(Duration::from_secs(59));
        writer.get("/api/v1/me").await.expect(200);
        assert_eq!(used(other.get("/api/v1/tokens").await)["last_used_at"], first["last_used_at"]);
        clock.advance(Duration::from_secs(2));
        writer.get("/api/v1/me").await.expect(200);
        assert_ne!(used(other.get("/api/v1/tokens").await)["last_used_at"], first["last_used_at"]);

        // What the person loses, the token loses.
        let version: i64 = admin.get(&format!("/api/v1/users/{}", other.id)).await.at("/version").parse().unwrap();
        let fewer = json!({"grants": [{"tenant": provider, "role": "auditor"}]});
        admin.patch(&format!("/api/v1/users/{}", other.id), version, fewer).await.expect(200);
        writer.post("/api/v1/tenants", json!({"kind": "client", "name": "D"})).await.expect(403);
        // Whoever administers the person ends it; it ends by itself, too.
        admin.delete(&format!("/api/v1/tokens/{id}")).await.expect(204);
        writer.get("/api/v1/me").await.expect(401);
        admin.delete(&format!("/api/v1/tokens/{id}")).await.expect(404);
        reader.get("/api/v1/me").await.expect(200);
        clock.advance(DAY * 30);
        reader.get("/api/v1/me").await.expect(401);
        assert!(
            actions(&house.log_in(ADMIN, PASSWORD).await).await.iter().any(|row| row["token"]["name"] == "acts"),
            "named after it was revoked"
        );
    }
}

#[tokio::test]
async fn a_narrower_token_sees_its_subtree_only() {
    let house = House::new().await;
    let world = world::build(&house).await;
    let (_, narrow) = token(&world.admin, json!({"name": "n", "access": "write", "tenant": world.a.client, "expires_in_days": 1})).await;
    let seen = narrow.get("/api/v1/tenants").await.expect(200).text;
    assert!(seen.contains(&world.a.site) && !seen.contains("Second") && !seen.contains("Provider One"), "{seen}");
    narrow.make("/api/v1/tenants", json!({"kind": "site", "parent": world.a.client, "name": "S"})).await;
    narrow.post("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await.expect(404);
    narrow.get("/api/v1/settings").await.expect(404);
    let system = narrow.get("/api/v1/system").await.expect(200).json();
    assert!(system["master_key_fingerprint"].is_null() && system["can"]["warm"] == "role", "{system}");
    // From below: what lies outside of the token's subtree goes, what lies inside stays.
    let me = &world.sibling_partner;
    let client = me.get("/api/v1/me").await.json()["grants"].as_array().unwrap().iter().find(|g| g["role"] == "client_admin").unwrap()["tenant"]["id"].clone();
    let (_, narrow) = token(me, json!({"name": "n", "access": "read", "tenant": client, "expires_in_days": 1})).await;
    let seen = narrow.get("/api/v1/tenants").await.expect(200).json();
    assert!(seen["items"].as_array().unwrap().len() == 1 && seen["items"][0]["id"] == client, "{seen}");

    for (body, field) in [
        (json!({"name": "", "access": "read", "expires_in_days": 1}), "name"),
        (json!({"name": "x", "access": "read", "expires_in_days": 0}), "expires_in_days"),
        (json!({"name": "x", "access": "read", "expires_in_days": 367}), "expires_in_days"),
        (json!({"name": "x", "access": "all", "expires_in_days": 1}), "access"),
        (json!({"name": "x", "access": "read"}), "expires_in_days"),
    ] {
        assert_eq!(me.post("/api/v1/tokens", body).await.expect(400).at("/errors/0/field"), field);
    }
}

#[tokio::test]
async fn a_person_sees_his_sessions_and_ends_them() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let body = json!({"email": ADMIN, "password": PASSWORD});
        let agent = format!("Browser\t{}", "x".repeat(300));
        let there = house.nobody().call("POST", "/api/v1/sessions", &[("user-agent", &agent)], Some(body)).await.expect(201);
        let there = Person { token: Some(there.at("/token")), ..admin.clone() };
        let third = house.log_in(ADMIN, PASSWORD).await;

        let rows = admin.get("/api/v1/sessions").await.expect(200).json()["items"].as_array().unwrap().clone();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.iter().filter(|row| row["is_current"] == true).count(), 1);
        let row = rows.iter().find(|row| row["agent"].as_str().unwrap().starts_with("Browser x")).unwrap();
        assert_eq!((row["from"].as_str().unwrap(), row["agent"].as_str().unwrap().chars().count()), ("0.0.0.0", access::AGENT_CHARS_MAX));
        admin.delete(&format!("/api/v1/sessions/{}", row["id"].as_str().unwrap())).await.expect(204);
        there.get("/api/v1/me").await.expect(401);
        third.get("/api/v1/me").await.expect(200);
        admin.delete("/api/v1/sessions/others").await.expect(204);
        third.get("/api/v1/me").await.expect(401);
        admin.get("/api/v1/me").await.expect(200);
    }
}

/// What the device shows `offset` seconds from now.
fn code(house: &House, secret: &[u8], offset: i64) -> String {
    let secret: [u8; 20] = secret.try_into().unwrap();
    let totp = totp_rs::Builder::new().with_secret(totp_rs::Secret::new_stack(secret)).build().unwrap();
    totp.generate(u64::try_from(house.store.clock().now().secs() + offset).unwrap()).to_string()
}

fn unbase32(text: &str) -> Vec<u8> {
    let bits: String = text.bytes().map(|c| format!("{:05b}", if c.is_ascii_digit() { c - b'2' + 26 } else { c - b'A' })).collect();
    bits.as_bytes().chunks_exact(8).map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
}

#[tokio::test]
async fn the_second_factor_is_asked_for_and_no_code_opens_twice() {
    for house in House::on_every_engine_at(NOW).await {
        let clock = house.store.clock().clone();
        let admin = house.set_up().await;
        let log_in = async |code: Option<&str>| {
            house.nobody().post("/api/v1/sessions", json!({"email": ADMIN, "password": PASSWORD, "code": code})).await
        };
        assert_eq!(admin.get("/api/v1/me/second-factor").await.json(), json!({"is_on": false, "since": null, "recovery_codes_left": 0}));
        let wrong = admin.post("/api/v1/me/second-factor", json!({"password": "not this one"})).await.expect(400);
        assert_eq!((wrong.at("/errors/0/field"), wrong.at("/errors/0/code")), ("password".into(), "wrong".into()));
        let begun = admin.post("/api/v1/me/second-factor", json!({"password": PASSWORD})).await.expect(200);
        let secret = unbase32(&begun.at("/secret"));
        assert_eq!(secret.len(), 20);
        let url = begun.at("/otpauth_url");
        assert!(
            url.starts_with("otpauth://totp/Provider%20One:admin@provider.example?secret=") && url.contains(&begun.at("/secret")),
            "{url}"
        );
        assert!(begun.at("/qr_svg").contains("<svg") && !begun.at("/qr_svg").contains("<script"));
        // Begun is not on.
        log_in(None).await.expect(201);
        let bad = admin.post("/api/v1/me/second-factor/confirm", json!({"code": "000000"})).await.expect(400);
        assert_eq!(bad.at("/errors/0/code"), "second_factor_wrong");
        let first = code(&house, &secret, 0);
        let on = admin.post("/api/v1/me/second-factor/confirm", json!({"code": first})).await.expect(200);
        let recovery: Vec<String> =
            on.json()["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        assert_eq!(recovery.len(), access::RECOVERY_CODES);
        admin.post("/api/v1/me/second-factor", json!({"password": PASSWORD})).await.expect(409);

        assert_eq!(log_in(None).await.expect(401).at("/code"), "second_factor_required");
        let wrong_password = json!({"email": ADMIN, "password": "wrong wrong", "code": code(&house, &secret, 30)});
        assert_eq!(house.nobody().post("/api/v1/sessions", wrong_password).await.expect(401).at("/code"), "unauthenticated");
        assert_eq!(log_in(Some(&first)).await.expect(401).at("/code"), "second_factor_wrong", "the code that turned it on is used up");
        let ahead = code(&house, &secret, 30);
        log_in(Some(&ahead)).await.expect(201);
        assert_eq!(log_in(Some(&ahead)).await.expect(401).at("/code"), "second_factor_wrong", "used");
        assert_eq!(log_in(Some(&first)).await.expect(401).at("/code"), "second_factor_wrong", "an earlier step than a used one");
        // A recovery code, as people type it, once.
        log_in(Some(&recovery[3].to_lowercase().replace('-', " "))).await.expect(201);
        log_in(Some(&recovery[3])).await.expect(401);
        assert_eq!(admin.get("/api/v1/me/second-factor").await.at("/recovery_codes_left"), "9");

        // Off with both only.
        clock.advance(Duration::from_secs(120));
        let off = async |password: &str, code: &str| {
            admin.post("/api/v1/me/second-factor/remove", json!({"password": password, "code": code})).await
        };
        off("not this one", &recovery[0]).await.expect(400);
        assert_eq!(off(PASSWORD, "123").await.expect(400).at("/errors/0/field"), "code");
        off(PASSWORD, &code(&house, &secret, 0)).await.expect(204);
        log_in(None).await.expect(201);
        let deeds: Vec<String> = actions(&admin).await.iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect();
        for deed in ["second_factor.on", "second_factor.recovery_code_used", "second_factor.off"] {
            assert!(deeds.iter().any(|done| done == deed), "{deed} in {deeds:?}");
        }
        let trail = admin.get("/api/v1/audit?limit=500").await.text;
        for told in recovery.iter().chain([&begun.at("/secret")]) {
            assert!(!trail.contains(told), "the trail tells {told}");
        }
    }
}

#[tokio::test]
async fn guessing_codes_ends_after_twenty_also_with_the_right_password() {
    let house = House::on_every_engine_at(NOW).await.remove(0);
    let admin = house.set_up().await;
    let begun = admin.post("/api/v1/me/second-factor", json!({"password": PASSWORD})).await.expect(200);
    let secret = unbase32(&begun.at("/secret"));
    admin.post("/api/v1/me/second-factor/confirm", json!({"code": code(&house, &secret, 0)})).await.expect(200);
    let mut wrong = 0;
    for _ in 0..6 {
        for _ in 0..access::BY_MAIL.failures_max {
            let guess = json!({"email": ADMIN, "password": PASSWORD, "code": "000000"});
            wrong += u32::from(house.nobody().post("/api/v1/sessions", guess).await.at("/code") == "second_factor_wrong");
        }
        house.store.clock().advance(access::BY_MAIL.window);
    }
    assert_eq!(wrong as usize, access::BY_CODE.failures_max, "codes of a day that are looked at");
    let right = json!({"email": ADMIN, "password": PASSWORD, "code": code(&house, &secret, 0)});
    let refused = house.nobody().post("/api/v1/sessions", right).await.expect(429);
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 3_600);
}

#[tokio::test]
async fn a_lost_device_is_taken_off_by_another_administrator_only() {
    let house = House::on_every_engine_at(NOW).await.remove(0);
    let admin = house.set_up().await;
    let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let second = house.invite(&admin, "second@provider.example", &[(&provider, "provider_admin")]).await;
    let line2 = house.invite(&admin, "l2@provider.example", &[(&provider, "provider_l2")]).await;
    let begun = second.post("/api/v1/me/second-factor", json!({"password": PASSWORD})).await.expect(200);
    let secret = unbase32(&begun.at("/secret"));
    second.post("/api/v1/me/second-factor/confirm", json!({"code": code(&house, &secret, 0)})).await.expect(200);
    let path = format!("/api/v1/users/{}/second-factor/remove", second.id);
    line2.post(&path, json!({})).await.expect(403);
    second.post(&path, json!({})).await.expect(409);
    admin.post(&path, json!({})).await.expect(204);
    admin.post(&path, json!({})).await.expect(409);
    house.log_in("second@provider.example", PASSWORD).await;
    assert!(actions(&admin).await.iter().any(|row| row["action"] == "second_factor.removed" && row["object"] == second.id.as_str()));
}

#[tokio::test]
async fn a_link_is_handed_over_only_by_whoever_may_give_every_role_of_the_person() {
    for house in House::on_every_engine_at(NOW).await {
        let admin = house.set_up().await;
        let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
        let partner = admin.make("/api/v1/tenants", json!({"kind": "partner", "name": "P"})).await;
        let boss = house.invite(&admin, "boss@p.example", &[(&partner, "partner_admin")]).await;
        let seller = house.invite(&boss, "seller@p.example", &[(&partner, "partner_sales")]).await;
        // He is the provider's as well, which the partner does not see.
        let both = house.invite(&admin, "both@p.example", &[(&partner, "partner_l1"), (&provider, "provider_admin")]).await;
        let path = |person: &str| format!("/api/v1/users/{person}/password-reset");
        boss.post(&path(&both.id), json!({})).await.expect(403);
        seller.post(&path(&boss.id), json!({})).await.expect(403);
        boss.post(&path(&admin.id), json!({})).await.expect(404);
        boss.post(&path(&boss.id), json!({})).await.expect(409);

        let link = boss.post(&path(&seller.id), json!({})).await.expect(200).at("/link");
        let key = link.strip_prefix("https://polyot.example/reset?token=").unwrap();
        let accept = async |token: &str, password: &str| {
            house.nobody().post("/api/v1/password-resets/accept", json!({"token": token, "password": password})).await
        };
        assert_eq!(accept(key, "short").await.expect(400).at("/errors/0/field"), "password");
        accept(&key[1..], "a new password").await.expect(404);
        accept(key, "a new password").await.expect(204);
        accept(key, "another password").await.expect(404);
        seller.get("/api/v1/me").await.expect(401);
        house.log_in("seller@p.example", "a new password").await;

        // Somebody who lost his invitation.
        let body = json!({"email": "late@p.example", "grants": [{"tenant": partner, "role": "partner_l1"}]});
        let late = boss.make("/api/v1/users", body).await;
        let link = boss.post(&path(&late), json!({})).await.expect(200).at("/link");
        let key = link.strip_prefix("https://polyot.example/invite?token=").unwrap();
        house.nobody().post("/api/v1/invitations/accept", json!({"token": key, "password": PASSWORD})).await.expect(201);
        // Too late.
        let link = boss.post(&path(&seller.id), json!({})).await.expect(200).at("/link");
        house.store.clock().advance(access::HANDED_RESET_LENGTH);
        accept(link.rsplit('=').next().unwrap(), "a new password").await.expect(404);
    }
}

#[tokio::test]
async fn asking_for_a_link_tells_nobody_who_has_an_account() {
    for house in House::on_every_engine_at(NOW).await {
        house.set_up().await;
        let ask = async |email: &str| house.nobody().post("/api/v1/password-resets", json!({"email": email})).await;
        let (known, unknown) = (ask(ADMIN).await.expect(202), ask("nobody@x.example").await.expect(202));
        assert_eq!((known.text, known.headers.len()), (unknown.text, unknown.headers.len()));
        // The same work was done for both: one row each, which the job that writes mails looks at.
        assert_eq!(house.store.read(&TEST).await.unwrap().mails_waiting().await.unwrap(), 2);
        for email in [ADMIN, "nobody@x.example"] {
            ask(email).await.expect(202);
            ask(email).await.expect(202);
            let refused = ask(email).await.expect(429);
            assert_eq!(refused.at("/code"), "rate_limited");
            assert_eq!(refused.headers["retry-after"], "3600");
        }
        ask("no address").await.expect(400);
        house.store.clock().advance(access::RESETS_BY_MAIL.window);
        ask(ADMIN).await.expect(202);
    }
}

#[tokio::test]
async fn a_cold_installation_says_so_until_an_administrator_takes_it_into_service() {
    let mut house = House::new().await;
    let settled = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&settled);
    let settle: api::Settle = Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(()) })
    });
    let system = api::System::new(Some(Cold { reason: ColdReason::Restored, since: NOW }), settle);
    let centre = api::Centre { system: system.clone(), ..house.centre.clone() };
    house.router = api::router(centre);
    let admin = house.set_up().await;
    let provider = admin.get("/api/v1/me").await.at("/grants/0/tenant/id");
    let line1 = house.invite(&admin, "l1@provider.example", &[(&provider, "provider_l1")]).await;
    let told = line1.get("/api/v1/system").await.expect(200).json();
    assert_eq!(
        (&told["is_cold"], &told["cold_reason"], &told["can"]["warm"]),
        (&json!(true), &json!("restored"), &json!("role")),
        "{told}"
    );
    assert_eq!(told["master_key_fingerprint"].as_str().unwrap().len(), 8);
    assert!(house.nobody().get("/readyz").await.expect(200).text.contains("cold (restored)"));
    assert!(house.nobody().get("/metrics").await.expect(200).text.contains("polyot_cold 1"));
    line1.post("/api/v1/system/warm", json!({})).await.expect(403);
    assert_eq!((settled.load(Ordering::SeqCst), system.cold().is_some()), (0, true));
    let warm = admin.post("/api/v1/system/warm", json!({})).await.expect(200).json();
    assert_eq!((&warm["is_cold"], &warm["can"]["warm"]), (&json!(false), &json!("state")), "{warm}");
    assert_eq!((settled.load(Ordering::SeqCst), system.cold().is_none()), (1, true));
    admin.post("/api/v1/system/warm", json!({})).await.expect(409);
    assert_eq!(house.nobody().get("/readyz").await.text, "ok\n");
    assert!(actions(&admin).await.iter().any(|row| row["action"] == "system.warmed"));
}
