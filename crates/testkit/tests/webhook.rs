//! A contact with a webhook hears of a fault, signed with the secret that he was shown once.

#![allow(clippy::unwrap_used)]

use access::{Vault, new_webhook_secret};
use model::alarm::{Alarm, AlarmObject, AlarmState};
use model::contact::Contact;
use model::observation::{Finding, Observation, ProbeMethod, Sight};
use model::tenant::Language;
use model::{ContactId, Timestamp};
use monitor::Monitor;
use notify::channel::webhook::{Reach, SigningKey, Webhook};
use notify::{SendQueued, Sender, Threads, WriteDue};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use testkit::World;
use work::Job;

/// One HTTP request, answered with 204: its head in lower case and its body.
fn receiver() -> (String, mpsc::Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, got) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = Vec::new();
            let mut some = [0; 4096];
            loop {
                let count = stream.read(&mut some).unwrap();
                text.extend_from_slice(&some[..count]);
                let whole = String::from_utf8_lossy(&text).into_owned();
                if let Some((head, body)) = whole.split_once("\r\n\r\n") {
                    let head = head.to_lowercase();
                    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
                    if body.len() >= length || count == 0 {
                        stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
                        sender.send((head, body.to_owned())).unwrap();
                        break;
                    }
                }
            }
        }
    });
    (url, got)
}

#[test]
fn a_webhook_is_signed_with_the_secret_that_was_shown() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open_or_create(&folder.path().join("master.key")).unwrap());
    let secret = new_webhook_secret().unwrap();
    let (url, got) = receiver();
    let database = testkit::sqlite();
    runtime.block_on(async {
        let world = World::new(&database.location).await;
        let device = world.device(world.sites[0], "r1", &[]).await;
        world.service(world.clients[0], "Интернет", &[(device, None)]).await;
        let id = ContactId::new();
        let contact = Contact {
            id,
            tenant: world.clients[0],
            name: "Сервис-деск".into(),
            email: None,
            webhook: Some(url),
            language: Language::Ru,
            created_at: world.clock.now(),
            version: 1,
        };
        let mut tx = world.store.write(&World::scope()).await.unwrap();
        tx.insert_contact(&contact, Some(vault.seal_webhook_secret(id, &secret).unwrap())).await.unwrap();
        tx.commit().await.unwrap();
        let mut monitor = Monitor::start(world.store.clone()).await.unwrap();
        for _ in 0..3 {
            let finding = Finding::Reach { method: ProbeMethod::Icmp, rtt: None, detail: String::new() };
            let at = world.clock.now();
            monitor.take(Sight::Observation(Observation { collector: world.collector, device, at, finding })).await.unwrap();
            world.clock.advance(Duration::from_secs(10));
        }
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        let open: Vec<Alarm> = tx.open_alarms().await.unwrap();
        assert_eq!((open.len(), open[0].state, open[0].object), (1, AlarmState::Active, AlarmObject::Device(device)));
        drop(tx);
        work::deliver_all(&world.store, &Threads).await.unwrap();
        WriteDue { store: world.store.clone() }.run().await.unwrap();
        let opener = Arc::clone(&vault);
        let sender = Sender {
            mailer: None,
            default_from: String::new(),
            webhook: Webhook::new(Reach::Anywhere).unwrap(),
            open_secret: Arc::new(move |contact, sealed| opener.open_webhook_secret(contact, sealed).map_err(|error| error.to_string())),
        };
        SendQueued { store: world.store.clone(), sender }.run().await.unwrap();
        let (head, body) = got.recv_timeout(Duration::from_secs(20)).unwrap();
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned)).unwrap();
        let at: i64 = header("webhook-timestamp").parse().unwrap();
        let key = SigningKey::from_secret(&secret).unwrap();
        let mut tx = world.store.read(&World::scope()).await.unwrap();
        let notice = tx.notices(&store::NoticeFilter::default(), store::Page::default()).await.unwrap().items.remove(0).notice;
        assert_eq!(notice.proof.as_deref(), Some("HTTP 204"));
        let expected = key.sign(&notice.message_id, Timestamp::from_secs(at), body.as_bytes());
        assert!(head.contains(&format!("webhook-signature: {}", expected.to_lowercase())), "{head}");
        let told: store::Fields = serde_json::from_str(&body).unwrap();
        assert_eq!((told["type"].as_str(), told["data"]["language"].as_str()), (Some("notice.opened"), Some("ru")));
        assert!(told["data"]["text"].as_str().unwrap().contains("Интернет"), "{body}");
    });
}
