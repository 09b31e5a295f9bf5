//! Coming in on a real database: logging in, sessions, invitations, their limits and what the database keeps of them.

#![allow(clippy::unwrap_used)]

use access::{Access, AccessError, BY_MAIL, LogIn, Origin, SESSION_LENGTH, Vault};
use model::person::{Grant, Person, Role};
use model::scope::Reason;
use model::tenant::{Brand, Tenant, TenantKind};
use model::{Clock, PersonId, Scope, Secret, TenantId, Timestamp};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use store::{Location, Store};

const TEST: Scope = Scope::installation(Reason("a test"));
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
fn here() -> Origin {
    Origin::new(HERE, "a test")
}
const PASSWORD: &str = "correct horse battery";

struct House {
    store: Store,
    access: Access,
    clock: Clock,
    person: PersonId,
    folder: std::path::PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn house() -> House {
    let folder = std::env::temp_dir().join(format!("polyot-access-{}", PersonId::new()));
    std::fs::create_dir_all(&folder).unwrap();
    let clock = Clock::fake(Timestamp::from_secs(1_790_000_000));
    let store = Store::open(&Location::Sqlite(folder.join("polyot.db")), clock.clone()).await.unwrap();
    let vault = Arc::new(Vault::open_or_create(&folder.join("master.key")).unwrap());
    let access = Access::new(store.clone(), vault).unwrap();
    let mut tx = store.write(&TEST).await.unwrap();
    let tenant = Tenant {
        id: TenantId::new(),
        kind: TenantKind::Provider,
        parent: None,
        name: "Provider".into(),
        brand: Brand::default(),
        tz: None,
        language: None,
        is_shadow: false,
        created_at: tx.now(),
        version: 1,
    };
    tx.insert_tenant(&tenant).await.unwrap();
    let person = Person {
        id: PersonId::new(),
        email: "ann@example.net".into(),
        grants: vec![Grant { tenant: tenant.id, role: Role::ProviderAdmin }],
        is_active: true,
        created_at: tx.now(),
        version: 1,
    };
    let hash = access.hash(Secret::new(PASSWORD)).await.unwrap();
    tx.insert_person(&person, Some(&hash)).await.unwrap();
    tx.commit().await.unwrap();
    House { store, access, clock, person: person.id, folder }
}

async fn log_in(house: &House, email: &str, password: &str) -> Result<access::Opened, AccessError> {
    house.access.log_in(LogIn { email, password: Secret::new(password), code: None }, &here()).await
}

#[tokio::test]
async fn a_session_carries_the_person_until_twelve_idle_hours_or_log_out() {
    let house = house().await;
    let opened = log_in(&house, " Ann@Example.net ", PASSWORD).await.unwrap();
    let token = opened.token.reveal();
    assert_eq!(house.access.caller(token, HERE).await.unwrap().unwrap().person, house.person);
    for _ in 0..5 {
        house.clock.advance(SESSION_LENGTH - Duration::from_secs(1));
        assert!(house.access.caller(token, HERE).await.unwrap().is_some(), "use prolongs it");
    }
    house.clock.advance(SESSION_LENGTH);
    assert!(house.access.caller(token, HERE).await.unwrap().is_none(), "idle for twelve hours");

    let opened = log_in(&house, "ann@example.net", PASSWORD).await.unwrap();
    house.access.log_out(&opened.caller).await.unwrap();
    assert!(house.access.caller(opened.token.reveal(), HERE).await.unwrap().is_none());
    assert!(house.access.again(&opened.caller).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unknown_person_and_a_wrong_password_get_the_same_answer() {
    let house = house().await;
    let wrong = log_in(&house, "ann@example.net", "something else").await.unwrap_err();
    let unknown = log_in(&house, "bob@example.net", PASSWORD).await.unwrap_err();
    assert_eq!(wrong.to_string(), unknown.to_string());
    assert!(matches!(wrong, AccessError::WrongPassword) && matches!(unknown, AccessError::WrongPassword));
}

#[tokio::test]
async fn after_ten_failures_even_the_right_password_waits() {
    let house = house().await;
    for _ in 0..BY_MAIL.failures_max {
        assert!(matches!(log_in(&house, "ann@example.net", "wrong wrong").await, Err(AccessError::WrongPassword)));
    }
    assert!(matches!(log_in(&house, "ann@example.net", PASSWORD).await, Err(AccessError::TooManyFailures { .. })));
    house.clock.advance(BY_MAIL.window);
    log_in(&house, "ann@example.net", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_invitation_works_once_and_for_three_days_and_only_the_newest() {
    let house = house().await;
    let mut tx = house.store.write(&TEST).await.unwrap();
    let older = house.access.invite(&mut tx, house.person).await.unwrap();
    let first = house.access.invite(&mut tx, house.person).await.unwrap();
    tx.commit().await.unwrap();
    let replaced = house.access.accept_invitation(&older, Secret::new("a new password"), &here()).await;
    assert!(matches!(replaced, Err(AccessError::BadInvitation)), "a newer link was made");

    let short = house.access.accept_invitation(&first, Secret::new("short"), &here()).await.unwrap_err();
    assert!(short.to_string().starts_with("password: "), "{short}");
    house.access.accept_invitation(&first, Secret::new("a new password"), &here()).await.unwrap();
    let again = house.access.accept_invitation(&first, Secret::new("a new password"), &here()).await;
    assert!(matches!(again, Err(AccessError::BadInvitation)));
    log_in(&house, "ann@example.net", "a new password").await.unwrap();

    let mut tx = house.store.write(&TEST).await.unwrap();
    let second = house.access.invite(&mut tx, house.person).await.unwrap();
    tx.commit().await.unwrap();
    house.clock.advance(access::INVITE_LENGTH);
    let late = house.access.accept_invitation(&second, Secret::new("a new password"), &here()).await;
    assert!(matches!(late, Err(AccessError::BadInvitation)));
}

#[tokio::test]
async fn no_file_of_the_database_holds_a_token_or_a_password() {
    let house = house().await;
    let opened = log_in(&house, "ann@example.net", PASSWORD).await.unwrap();
    assert!(house.access.caller(opened.token.reveal(), HERE).await.unwrap().is_some());
    house.store.close().await;
    for entry in std::fs::read_dir(&house.folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [opened.token.reveal(), PASSWORD] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    assert!(!format!("{opened:?}").contains(opened.token.reveal()));
}

#[tokio::test]
async fn failures_are_counted_by_mail_and_by_network_and_a_restart_forgets_none() {
    let house = house().await;
    let from = |address: &str| Origin::new(address.parse().unwrap(), "");
    let wrong = async |access: &Access, email: &str, from: &Origin| {
        access.log_in(LogIn { email, password: Secret::new("wrong wrong"), code: None }, from).await.unwrap_err()
    };
    // One mail from many networks.
    for number in 0..BY_MAIL.failures_max {
        let error = wrong(&house.access, "ann@example.net", &from(&format!("198.51.100.{number}"))).await;
        assert!(matches!(error, AccessError::WrongPassword), "{error}");
    }
    assert!(matches!(wrong(&house.access, "ann@example.net", &from("203.0.113.1")).await, AccessError::TooManyFailures { .. }));
    // Many mails from one network: every address of a /64 is the same one.
    for number in 0..access::BY_NETWORK.failures_max {
        let error = wrong(&house.access, &format!("nobody{number}@example.net"), &from(&format!("2001:db8::{number:x}"))).await;
        assert!(matches!(error, AccessError::WrongPassword), "{error}");
    }
    // The process starts anew.
    let vault = Arc::new(Vault::open_or_create(&house.folder.join("master.key")).unwrap());
    let again = Access::new(house.store.clone(), vault).unwrap();
    house.clock.advance(Duration::from_secs(100));
    let error = wrong(&again, "new@example.net", &from("2001:db8::ffff:1:2:3")).await;
    let AccessError::TooManyFailures { wait } = error else { panic!("{error}") };
    assert_eq!(wait, access::BY_NETWORK.window - Duration::from_secs(100));
    assert!(matches!(wrong(&again, "new@example.net", &from("2001:db8:0:1::1")).await, AccessError::WrongPassword), "the next /64");
    assert!(matches!(wrong(&again, "ann@example.net", &from("2001:db8:0:1::1")).await, AccessError::TooManyFailures { .. }));
    // What is over is forgotten, and the job forgets the rows.
    house.clock.advance(BY_MAIL.window);
    log_in(&house, "ann@example.net", PASSWORD).await.unwrap();
    house.clock.advance(Duration::from_secs(86_400));
    again.tidy().await.unwrap();
    let mut tx = house.store.read(&TEST).await.unwrap();
    assert!(tx.failures("mail ann@example.net", Timestamp::from_secs(0), 100).await.unwrap().is_empty());
}
