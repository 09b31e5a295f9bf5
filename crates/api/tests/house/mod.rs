//! A whole centre in a temporary folder: real store, real vault, real router, no network between.

#![allow(dead_code)]

pub mod world;

use access::{Access, Vault};
use api::Centre;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use model::scope::Reason;
use model::{Clock, PersonId, Scope, Secret};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use store::{Location, Store};
use tokio::sync::watch;
use tower::ServiceExt as _;

pub const TEST: Scope = Scope::installation(Reason("a test"));
pub const PASSWORD: &str = "correct horse battery";
pub const ADMIN: &str = "admin@provider.example";

pub struct House {
    pub router: Router,
    pub store: Store,
    pub centre: Centre,
    pub stop: watch::Sender<bool>,
    pub folder: PathBuf,
    pub location: Location,
    /// Lives as long as the house.
    pub database: Option<testkit::Database>,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text))
    }
    /// The value at a JSON pointer, as text.
    pub fn at(&self, pointer: &str) -> String {
        let json = self.json();
        let value = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.text));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// Somebody who asks, with his token.
#[derive(Clone)]
pub struct Person {
    pub router: Router,
    pub token: Option<String>,
    pub id: String,
}

impl House {
    pub async fn at(location: Location, folder: PathBuf) -> Self {
        Self::with_clock(location, folder, Clock::System).await
    }

    pub async fn with_clock(location: Location, folder: PathBuf, clock: Clock) -> Self {
        let store = Store::open(&location, clock).await.unwrap();
        let vault = Arc::new(Vault::open_or_create(&folder.join("master.key")).unwrap());
        let access = Arc::new(Access::new(store.clone(), Arc::clone(&vault)).unwrap());
        let (stop, stopping) = watch::channel(false);
        let centre = Centre {
            store: store.clone(),
            series: None,
            vault,
            access,
            public_url: "https://polyot.example".into(),
            setup_token: None,
            numbers: None,
            system: api::System::warm(),
            stopping,
        };
        Self { router: api::router(centre.clone()), store, centre, stop, folder, location, database: None }
    }

    fn new_folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("polyot-api-{}", PersonId::new()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// On SQLite in a new folder.
    pub async fn new() -> Self {
        let folder = Self::new_folder();
        Self::at(Location::Sqlite(folder.join("polyot.db")), folder).await
    }

    /// One on each engine that there is.
    pub async fn on_every_engine() -> Vec<Self> {
        let mut houses = Vec::new();
        for database in testkit::databases() {
            let mut house = Self::at(database.location.clone(), Self::new_folder()).await;
            house.database = Some(database);
            houses.push(house);
        }
        houses
    }

    /// The same with a clock that stands still until it is told.
    pub async fn on_every_engine_at(now: model::Timestamp) -> Vec<Self> {
        let mut houses = Vec::new();
        for database in testkit::databases() {
            let mut house = Self::with_clock(database.location.clone(), Self::new_folder(), Clock::fake(now)).await;
            house.database = Some(database);
            houses.push(house);
        }
        houses
    }

    pub fn nobody(&self) -> Person {
        Person { router: self.router.clone(), token: None, id: String::new() }
    }

    fn session(&self, answer: &Answer) -> Person {
        Person { router: self.router.clone(), token: Some(answer.at("/token")), id: answer.at("/me/id") }
    }

    /// The first set-up and its administrator.
    pub async fn set_up(&self) -> Person {
        let body =
            json!({"email": ADMIN, "password": PASSWORD, "provider": {"name": "Provider One"}, "language": "en", "tz": "Europe/Moscow"});
        let answer = self.nobody().post("/api/v1/setup", body).await.expect(201);
        self.session(&answer)
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Person {
        let answer = self.nobody().post("/api/v1/sessions", json!({"email": email, "password": password})).await.expect(201);
        self.session(&answer)
    }

    /// A person with these grants, invited by `by` and logged in through the invitation.
    pub async fn invite(&self, by: &Person, email: &str, grants: &[(&str, &str)]) -> Person {
        let grants: Vec<Value> = grants.iter().map(|(tenant, role)| json!({"tenant": tenant, "role": role})).collect();
        let invited = by.post("/api/v1/users", json!({"email": email, "grants": grants})).await.expect(201);
        let url = invited.at("/invite_url");
        let token = url.split_once("token=").expect("a link with a token").1;
        let answer = self.nobody().post("/api/v1/invitations/accept", json!({"token": token, "password": PASSWORD})).await.expect(201);
        self.session(&answer)
    }
}

impl Person {
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Request<Body> {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        self.send(self.request(method, path, headers, body)).await
    }
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &[], Some(body)).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, &[], None).await
    }
    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.call("PATCH", path, &[("if-match", &format!("\"{version}\""))], Some(body)).await
    }
    /// Creates and answers the id.
    pub async fn make(&self, path: &str, body: Value) -> String {
        self.post(path, body).await.expect(201).at("/id")
    }
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text)
}
