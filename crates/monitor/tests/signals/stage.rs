//! Stories of other monitoring systems: what they said, and what became of it, on both databases.
//!
//! A script has one step a line: `wait 20`, `fire KEY@BEGAN SEVERITY label=value …` and `end KEY@BEGAN ENDED` (seconds from the start of the
//! story, as the source says them), `miss r1` (three missed probes), `back r1`, `map KEY device r1`, `map KEY service Интернет`, `tick`.

use expect_test::Expect;
use model::observation::{Finding, Observation, ProbeMethod, Sight};
use model::signal::{Source, SourceKind, Target};
use model::{DeviceId, ServiceId, SourceId, TenantId, Timestamp};
use monitor::{Monitor, MonitorError, signals};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use testkit::{START, World};

pub const SECRET: &str = "the secret of the source";

pub struct Stage {
    pub world: World,
    pub monitor: Monitor,
    pub source: SourceId,
    pub devices: HashMap<String, DeviceId>,
    pub services: HashMap<String, ServiceId>,
    pub seq: i64,
}

pub async fn connect(world: &World, tenant: TenantId, kind: SourceKind) -> SourceId {
    let source = Source {
        id: SourceId::new(),
        tenant,
        kind,
        name: "other".into(),
        heard_at: None,
        received: 0,
        created_at: world.clock.now(),
        version: 1,
    };
    let mut tx = world.store.write(&World::scope()).await.unwrap();
    tx.insert_source(&source, access::hash_of_token(SECRET)).await.unwrap();
    tx.commit().await.unwrap();
    source.id
}

/// core <- r1; Ромашка has "Интернет" on r1; "twin" stands at both sites.
impl Stage {
    pub async fn new(location: &store::Location, kind: SourceKind) -> Self {
        let world = World::new(location).await;
        let core = world.device(world.sites[1], "core", &[]).await;
        let r1 = world.device(world.sites[0], "r1", &[(core, None)]).await;
        world.device(world.sites[0], "twin", &[]).await;
        world.device(world.sites[1], "twin", &[]).await;
        let internet = world.service(world.clients[0], "Интернет", &[(r1, None)]).await;
        let source = connect(&world, world.provider, kind).await;
        let monitor = Monitor::start(world.store.clone()).await.unwrap();
        let seq = world.store.read(&World::scope()).await.unwrap().last_event().await.unwrap();
        Self {
            world,
            monitor,
            source,
            devices: [("core".into(), core), ("r1".into(), r1)].into(),
            services: [("Интернет".into(), internet)].into(),
            seq,
        }
    }

    pub async fn tell(&self, body: Value) -> Result<signals::Receipt, MonitorError> {
        signals::receive(&self.world.store, self.source, SECRET, body.to_string().as_bytes()).await
    }

    pub async fn step(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["wait", seconds] => {
                self.world.clock.advance(Duration::from_secs(seconds.parse().unwrap()));
                String::new()
            }
            ["tick"] => {
                self.monitor.tick().await.unwrap();
                String::new()
            }
            ["miss" | "back", name] => {
                for _ in 0..3 {
                    let rtt = (words[0] == "back").then_some(Duration::from_millis(1));
                    let finding = Finding::Reach { method: ProbeMethod::Icmp, rtt, detail: String::new() };
                    let (collector, at) = (self.world.collector, self.world.clock.now());
                    let observation = Observation { collector, device: self.devices[*name], at, finding };
                    self.monitor.take(Sight::Observation(observation)).await.unwrap();
                    self.world.clock.advance(Duration::from_secs(if words[0] == "back" { 35 } else { 10 }));
                }
                String::new()
            }
            ["device", name] => {
                let id = self.world.device(self.world.sites[0], name, &[]).await;
                self.devices.insert((*name).to_owned(), id);
                String::new()
            }
            ["map", key, kind, name] => self.map(key, kind, name).await,
            ["fire" | "end", rest @ ..] => {
                let told = self.tell(json!({"version": "4", "alerts": [item(words[0], rest)]})).await.unwrap();
                shown(&told)
            }
            other => panic!("{other:?}"),
        }
    }

    async fn map(&mut self, key: &str, kind: &str, name: &str) -> String {
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        let signal = tx.signal_by_key(self.source, key).await.unwrap().unwrap();
        let target = match kind {
            "device" => Target::Device(self.devices[name]),
            _ => Target::Service(self.services[name]),
        };
        match signals::map_signal(&mut tx, signal.id, target, None).await {
            Ok(()) => {
                tx.commit().await.unwrap();
                "mapped".into()
            }
            Err(error) => error.to_string(),
        }
    }

    /// Events since the last look, by name.
    pub async fn news(&mut self) -> Vec<String> {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let mut lines = Vec::new();
        for event in tx.events_after(self.seq, 1000).await.unwrap() {
            self.seq = event.seq;
            let kind = event.kind.as_str();
            if kind.starts_with("alarm.") {
                let listed = tx.alarm_listed(event.object.parse().unwrap()).await.unwrap().unwrap();
                let symptom = if listed.alarm.suppressed_by.is_some() { " symptom" } else { "" };
                let flaps = if listed.alarm.flaps > 0 { format!(" flaps {}", listed.alarm.flaps) } else { String::new() };
                let on = listed.device_name.unwrap_or_default();
                lines.push(format!(
                    "{kind} {} `{}` on {on} {}{symptom}{flaps}",
                    listed.alarm.class, listed.object_name, listed.alarm.severity
                ));
            } else if kind.starts_with("impact.") {
                let hit = tx.impact(event.object.parse().unwrap()).await.unwrap().unwrap();
                let seconds = |at: Timestamp| (at.micros() - START.micros()) / 1_000_000;
                let to = hit.impact.to.map_or(String::new(), |to| format!(" to {}", seconds(to)));
                lines.push(format!("{kind} {} from {}{to} {}", hit.service_name, seconds(hit.impact.from), hit.impact.mapping));
            } else if kind.starts_with("incident.") {
                lines.push(kind.to_owned());
            }
        }
        lines
    }
}

pub fn item(word: &str, rest: &[&str]) -> Value {
    let at = |text: &str| {
        START
            .plus(Duration::from_secs(1_000_000))
            .minus(Duration::from_secs(u64::try_from(1_000_000 - text.parse::<i64>().unwrap()).unwrap()))
            .to_string()
    };
    let (key, began) = rest[0].split_once('@').unwrap();
    if word == "end" {
        return json!({"status": "resolved", "fingerprint": key, "labels": {"alertname": key}, "startsAt": at(began), "endsAt": at(rest[1])});
    }
    let mut labels: serde_json::Map<String, Value> =
        rest[2..].iter().map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (name.to_owned(), json!(value))).collect();
    labels.insert("alertname".into(), json!(key));
    labels.insert("severity".into(), json!(rest[1]));
    json!({"status": "firing", "fingerprint": key, "labels": labels, "startsAt": at(began), "endsAt": "0001-01-01T00:00:00Z"})
}

pub fn shown(told: &signals::Receipt) -> String {
    let counts = [("raised", told.raised), ("cleared", told.cleared), ("unmapped", told.unmapped), ("ignored", told.ignored)];
    let counts: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} {n}")).collect();
    let notes = if told.notes.is_empty() { String::new() } else { format!(" ({})", told.notes.join("; ")) };
    format!("{}{notes}", if counts.is_empty() { "accepted".to_owned() } else { counts.join(", ") })
}

pub fn check(script: &str, picture: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for database in testkit::databases() {
        let seen = runtime.block_on(async {
            let mut stage = Stage::new(&database.location, SourceKind::Alertmanager).await;
            let mut seen = String::new();
            for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let said = stage.step(line).await;
                let news = stage.news().await;
                if !said.is_empty() || !news.is_empty() {
                    seen += &format!("{line}: {said}\n");
                    news.iter().for_each(|news| seen += &format!("    {news}\n"));
                }
            }
            seen
        });
        picture.assert_eq(&seen);
    }
}
