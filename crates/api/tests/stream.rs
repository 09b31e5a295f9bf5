//! The stream of events: from where one left off, as it happens, until the session or the process ends.

#![allow(clippy::unwrap_used)]

mod house;

use axum::body::Body;
use house::{House, Person};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

/// Far above what is promised: only a hang runs into it.
const CEILING: Duration = Duration::from_secs(50);

struct Listener {
    body: Body,
    text: String,
}

impl Listener {
    async fn open(person: &Person, path: &str, headers: &[(&str, &str)]) -> Self {
        let answer = person.router.clone().oneshot(person.request("GET", path, headers, None)).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// More text; false at the end of the stream.
    async fn more(&mut self) -> bool {
        match tokio::time::timeout(CEILING, self.body.frame()).await.expect("the stream hangs") {
            Some(Ok(frame)) => {
                self.text += &String::from_utf8_lossy(frame.data_ref().map_or(&[][..], |data| data));
                true
            }
            Some(Err(error)) => panic!("{error}"),
            None => false,
        }
    }

    /// Until this text was said.
    async fn until(&mut self, said: &str) {
        while !self.text.contains(said) {
            assert!(self.more().await, "ended without `{said}`: {}", self.text);
        }
    }

    fn hello(&self) -> Value {
        let data = self.text.split("event: hello\ndata: ").nth(1).or_else(|| self.text.split("data: ").nth(1)).unwrap();
        serde_json::from_str(data.lines().next().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn it_begins_with_hello_and_tells_changes_as_they_happen() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let mut listener = Listener::open(&admin, "/api/v1/events", &[]).await;
    listener.until("event: hello").await;
    listener.until("\n\n").await;
    let seq = listener.hello()["seq"].as_i64().unwrap();
    assert!(!listener.text.contains("tenant.changed"), "the past was not asked for: {}", listener.text);
    let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Live"})).await;
    listener.until(&client).await;
    listener.until("\n\n").await;
    assert!(listener.text.contains("event: tenant.changed") && listener.text.contains(&format!("id: {}", seq + 1)), "{}", listener.text);
    listener.until(": beat").await;

    // After a broken line it goes on behind the last number seen.
    let mut resumed = Listener::open(&admin, "/api/v1/events", &[("last-event-id", &seq.to_string())]).await;
    resumed.until(&client).await;
    let mut by_query = Listener::open(&admin, &format!("/api/v1/events?after={}", seq + 1), &[]).await;
    by_query.until("event: hello").await;
    let second = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Second"})).await;
    by_query.until(&second).await;
    assert!(!by_query.text.contains(&client));
    let mut ahead = Listener::open(&admin, "/api/v1/events?after=999999", &[]).await;
    ahead.until("\n\n").await;
    assert_eq!(ahead.hello()["missed"], true, "a number from another database: read everything anew");
}

/// Another centre on the same database announces nothing inside this process: it is found by looking.
#[tokio::test]
async fn a_commit_of_another_centre_arrives_too() {
    for house in House::on_every_engine().await {
        let admin = house.set_up().await;
        let mut listener = Listener::open(&admin, "/api/v1/events", &[]).await;
        listener.until("event: hello").await;
        let other = House::at(house.location.clone(), house.folder.clone()).await;
        let there = Person { router: other.router.clone(), ..admin.clone() };
        let client = there.make("/api/v1/tenants", json!({"kind": "client", "name": "From there"})).await;
        listener.until(&client).await;
    }
}

#[tokio::test]
async fn it_ends_with_the_session_and_with_the_process() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let other = house.log_in(house::ADMIN, house::PASSWORD).await;
    let mut listener = Listener::open(&admin, "/api/v1/events", &[]).await;
    let mut staying = Listener::open(&other, "/api/v1/events", &[]).await;
    listener.until("event: hello").await;
    staying.until("event: hello").await;
    admin.delete("/api/v1/sessions/current").await.expect(204);
    while listener.more().await {}
    let client = other.make("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await;
    staying.until(&client).await;
    assert!(!listener.text.contains(&client));
    house.stop.send(true).unwrap();
    while staying.more().await {}
}

#[tokio::test]
async fn one_person_has_a_limited_number_of_streams_and_gets_the_place_back() {
    let house = House::new().await;
    let admin = house.set_up().await;
    let mut open = Vec::new();
    for _ in 0..api::STREAMS_PER_PERSON_MAX {
        open.push(Listener::open(&admin, "/api/v1/events", &[]).await);
    }
    let refused = admin.get("/api/v1/events").await.expect(429);
    assert_eq!(refused.at("/code"), "rate_limited");
    open.pop();
    Listener::open(&admin, "/api/v1/events", &[]).await;
}
