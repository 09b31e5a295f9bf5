//! Stories of other monitoring systems: what they said, and what became of it, on both databases.
//!
//! A script has one step a line: `wait 20`, `fire KEY@BEGAN SEVERITY label=value …` and `end KEY@BEGAN ENDED` (seconds from the start of the
//! story, as the source says them), `miss r1` (three missed probes), `back r1`, `map KEY device r1`, `map KEY service Интернет`, `tick`.

#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::observation::{Finding, Observation, ProbeMethod, Sight};
use model::signal::{Source, SourceKind, Target};
use model::{DeviceId, ServiceId, SourceId, TenantId, Timestamp};
use monitor::{Monitor, MonitorError, signals};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use testkit::{START, World};

const SECRET: &str = "the secret of the source";

struct Stage {
    world: World,
    monitor: Monitor,
    source: SourceId,
    devices: HashMap<String, DeviceId>,
    services: HashMap<String, ServiceId>,
    seq: i64,
}

async fn connect(world: &World, tenant: TenantId, kind: SourceKind) -> SourceId {
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
    async fn new(location: &store::Location, kind: SourceKind) -> Self {
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

    async fn tell(&self, body: Value) -> Result<signals::Receipt, MonitorError> {
        signals::receive(&self.world.store, self.source, SECRET, body.to_string().as_bytes()).await
    }

    async fn step(&mut self, line: &str) -> String {
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
    async fn news(&mut self) -> Vec<String> {
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

fn item(word: &str, rest: &[&str]) -> Value {
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

fn shown(told: &signals::Receipt) -> String {
    let counts = [("raised", told.raised), ("cleared", told.cleared), ("unmapped", told.unmapped), ("ignored", told.ignored)];
    let counts: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} {n}")).collect();
    let notes = if told.notes.is_empty() { String::new() } else { format!(" ({})", told.notes.join("; ")) };
    format!("{}{notes}", if counts.is_empty() { "accepted".to_owned() } else { counts.join(", ") })
}

fn check(script: &str, picture: Expect) {
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

#[test]
fn firing_twice_is_one_alarm_and_the_end_clears_it() {
    check(
        "wait 60
         fire HostDown@50 critical instance=R1:9100
         fire HostDown@50 critical instance=R1:9100
         wait 100
         end HostDown@50 150
         end HostDown@50 150",
        expect![[r#"
            fire HostDown@50 critical instance=R1:9100: raised 1
                alarm.raised external `HostDown` on r1 critical
                impact.opened Интернет from 50 sure
                incident.opened
            fire HostDown@50 critical instance=R1:9100: accepted
            end HostDown@50 150: cleared 1
                alarm.cleared external `HostDown` on r1 critical
                impact.closed Интернет from 50 to 150 sure
                incident.closed
            end HostDown@50 150: accepted
        "#]],
    );
}

#[test]
fn what_is_late_or_out_of_order_changes_nothing_newer() {
    check(
        "wait 1000
         fire a@900 critical host=r1
         end a@400 500
         fire a@400 critical host=r1
         end a@900 990
         wait 5
         fire a@900 critical host=r1
         wait 3600
         end b@4600 4601
         fire b@4600 critical host=r1
         fire c@4600 warning host=r1
         fire twice@4500 warning host=r1
         fire twice@4490 warning host=r1
         end twice@4490 4550",
        expect![[r#"
            fire a@900 critical host=r1: raised 1
                alarm.raised external `a` on r1 critical
                impact.opened Интернет from 900 sure
                incident.opened
            end a@400 500: ignored 1
            fire a@400 critical host=r1: accepted
            end a@900 990: cleared 1
                alarm.cleared external `a` on r1 critical
                impact.closed Интернет from 900 to 1000 sure
                incident.closed
            fire a@900 critical host=r1: ignored 1
            end b@4600 4601: accepted
            fire b@4600 critical host=r1: ignored 1
            fire c@4600 warning host=r1: raised 1
                alarm.raised external `c` on r1 warning
                incident.opened
            fire twice@4500 warning host=r1: raised 1
                alarm.raised external `twice` on r1 warning
                incident.opened
            fire twice@4490 warning host=r1: accepted
            end twice@4490 4550: cleared 1
                alarm.cleared external `twice` on r1 warning
                incident.closed
        "#]],
    );
}

#[test]
fn a_condition_that_returns_is_the_same_alarm_and_its_old_end_does_not_end_it() {
    check(
        "wait 100
         fire a@100 critical host=r1
         wait 60
         end a@100 160
         wait 60
         fire a@100 critical host=r1
         end a@100 160
         wait 60
         end a@100 280
         wait 60
         fire a@340 major host=r1",
        expect![[r#"
            fire a@100 critical host=r1: raised 1
                alarm.raised external `a` on r1 critical
                impact.opened Интернет from 100 sure
                incident.opened
            end a@100 160: cleared 1
                alarm.cleared external `a` on r1 critical
                impact.closed Интернет from 100 to 160 sure
                incident.closed
            fire a@100 critical host=r1: raised 1
                alarm.raised external `a` on r1 critical flaps 1
                impact.opened Интернет from 160 sure
                incident.opened
            end a@100 160: ignored 1
            end a@100 280: cleared 1
                alarm.cleared external `a` on r1 critical flaps 1
                impact.closed Интернет from 160 to 280 sure
                incident.closed
            fire a@340 major host=r1: raised 1
                alarm.raised external `a` on r1 major flaps 2
                impact.opened Интернет from 340 sure
                incident.opened
        "#]],
    );
}

#[test]
fn what_cannot_be_mapped_is_kept_and_raised_when_it_can() {
    check(
        "wait 100
         fire a@100 critical instance=10.9.9.9:9100
         fire b@100 warning instance=10.9.9.9:9100
         fire c@100 critical host=twin
         fire d@100 critical team=net
         map a device r1
         map d service Интернет
         fire d@100 critical team=net
         fire e@100 minor host=new1
         device new1
         tick
         map a device core
         end d@100 100",
        expect![[r#"
            fire a@100 critical instance=10.9.9.9:9100: unmapped 1
            fire b@100 warning instance=10.9.9.9:9100: unmapped 1
            fire c@100 critical host=twin: unmapped 1
            fire d@100 critical team=net: unmapped 1
            map a device r1: mapped
                alarm.raised external `a` on r1 critical
                impact.opened Интернет from 100 sure
                incident.opened
                alarm.raised external `b` on r1 warning
                incident.opened
            map d service Интернет: mapped
                alarm.raised external `d` on Интернет critical
                impact.opened Интернет from 100 sure
                incident.opened
            fire d@100 critical team=net: accepted
            fire e@100 minor host=new1: unmapped 1
            tick: 
                alarm.raised external `e` on new1 minor
                incident.opened
                alarm.raised collector_lost `central` on  critical
                incident.opened
            map a device core: mapped
                impact.closed Интернет from 100 to 100 stale
                alarm.cleared external `a` on r1 critical
                incident.closed
                alarm.raised external `a` on core critical
                incident.opened
                alarm.cleared external `b` on r1 warning
                incident.closed
                alarm.raised external `b` on core warning
                incident.opened
            end d@100 100: cleared 1
                alarm.cleared external `d` on Интернет critical
                impact.closed Интернет from 100 to 100 sure
                incident.closed
        "#]],
    );
}

#[test]
fn our_own_verdict_and_theirs_are_one_incident() {
    check(
        "fire HostDown@0 critical host=r1
         miss r1
         back r1
         tick
         wait 70
         tick
         end HostDown@0 200",
        expect![[r#"
            fire HostDown@0 critical host=r1: raised 1
                alarm.raised external `HostDown` on r1 critical
                impact.opened Интернет from 0 sure
                incident.opened
            miss r1: 
                alarm.raised unreachable `r1` on r1 critical
                alarm.changed external `HostDown` on r1 critical symptom
                impact.opened Интернет from 0 sure
                incident.changed
            back r1: 
                alarm.cleared unreachable `r1` on r1 critical
                impact.closed Интернет from 0 to 30 sure
            tick: 
                alarm.raised collector_lost `central` on  critical
                incident.opened
                alarm.changed external `HostDown` on r1 critical
                incident.changed
            end HostDown@0 200: cleared 1
                alarm.cleared external `HostDown` on r1 critical
                impact.closed Интернет from 0 to 200 sure
                incident.closed
        "#]],
    );
    check(
        "miss core
         fire HostDown@10 critical host=r1
         fire DiskFull@10 warning host=r1
         end HostDown@10 30",
        expect![[r#"
            miss core: 
                alarm.raised unreachable `core` on core major
                incident.opened
            fire HostDown@10 critical host=r1: raised 1
                alarm.raised external `HostDown` on r1 critical symptom
                alarm.changed unreachable `core` on core critical
                impact.opened Интернет from 10 sure
                incident.changed
            fire DiskFull@10 warning host=r1: raised 1
                alarm.raised external `DiskFull` on r1 warning
                incident.opened
            end HostDown@10 30: cleared 1
                alarm.cleared external `HostDown` on r1 critical symptom
                impact.closed Интернет from 10 to 30 sure
        "#]],
    );
}

#[test]
fn a_beginning_that_cannot_be_is_clamped_and_said() {
    check(
        "wait 1000
         fire future@90000 critical host=r1
         wait 100
         fire future@1050 critical host=r1
         end future@90000 1100
         fire past@-900000 critical host=r1
         end past@-900000 1",
        expect![[r#"
            fire future@90000 critical host=r1: raised 1 (future: the source says it began at 2026-11-23T15:00:00.000Z, which lies in the future; counted from its arrival)
                alarm.raised external `future` on r1 critical
                impact.opened Интернет from 1000 sure
                incident.opened
            fire future@1050 critical host=r1: accepted
            end future@90000 1100: cleared 1
                alarm.cleared external `future` on r1 critical
                impact.closed Интернет from 1000 to 1100 sure
                incident.closed
            fire past@-900000 critical host=r1: raised 1 (past: the source says it began at 2026-11-12T04:00:00.000Z; counted from 7 days before its arrival)
                alarm.raised external `past` on r1 critical
                impact.opened Интернет from -603700 sure
                incident.opened
            end past@-900000 1: cleared 1
                alarm.cleared external `past` on r1 critical
                impact.closed Интернет from -603700 to 1100 sure
                incident.closed
        "#]],
    );
}

#[test]
fn it_gets_worse_while_it_lasts_and_never_better() {
    check(
        "wait 100
         fire a@100 warning host=r1
         fire a@100 critical host=r1
         fire a@100 info host=r1
         wait 400
         end a@100 500
         wait 400
         fire a@900 info host=r1",
        expect![[r#"
            fire a@100 warning host=r1: raised 1
                alarm.raised external `a` on r1 warning
                incident.opened
            fire a@100 critical host=r1: accepted
                alarm.changed external `a` on r1 critical
                impact.opened Интернет from 100 sure
                incident.changed
            fire a@100 info host=r1: accepted
            end a@100 500: cleared 1
                alarm.cleared external `a` on r1 critical
                impact.closed Интернет from 100 to 500 sure
                incident.closed
            fire a@900 info host=r1: raised 1
                alarm.raised external `a` on r1 indeterminate
                incident.opened
        "#]],
    );
}

/// What each kind of source sends, as it was recorded or as the documentation tells to send it.
async fn take(stage: &Stage, text: &str) -> String {
    match signals::receive(&stage.world.store, stage.source, SECRET, text.as_bytes()).await {
        Ok(told) => shown(&told),
        Err(error) => format!("{error}"),
    }
}

fn check_messages(kind: SourceKind, messages: &[&str], picture: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for database in testkit::databases() {
        let seen = runtime.block_on(async {
            let mut stage = Stage::new(&database.location, kind).await;
            stage.step("device r1.example.net").await;
            stage.news().await;
            let mut seen = String::new();
            for text in messages {
                seen += &format!("{}\n", take(&stage, text).await);
                stage.news().await.iter().for_each(|news| seen += &format!("    {news}\n"));
            }
            seen
        });
        picture.assert_eq(&seen);
    }
}

#[test]
fn what_a_real_alertmanager_sent_is_understood() {
    check_messages(
        SourceKind::Alertmanager,
        &[include_str!("data/alertmanager-firing.json"), include_str!("data/alertmanager-resolved.json")],
        expect![[r#"
            raised 1 (42afb794cdb69302: the source says it began at 2026-11-22T18:00:59.000Z, which lies in the future; counted from its arrival)
                alarm.raised external `HostDown: r1 does not answer` on r1.example.net critical
                incident.opened
            cleared 1
                alarm.cleared external `HostDown: r1 does not answer` on r1.example.net critical
                incident.closed
        "#]],
    );
}

#[test]
fn bad_messages_get_a_sentence() {
    check_messages(
        SourceKind::Alertmanager,
        &[
            "",
            "{",
            "[]",
            "{}",
            r#"{"version": "3", "alerts": []}"#,
            r#"{"version": "4", "alerts": {}}"#,
            r#"{"version": "4", "alerts": [{"status": "maybe"}]}"#,
            r#"{"version": "4", "alerts": [{"labels": {"a": 1}, "status": "firing"}]}"#,
            r#"{"version": "4", "alerts": [], "truncatedAlerts": 7}"#,
            r#"{"version": "4", "alerts": [{"status": "firing", "labels": {"host": "r1\u0000\n"}, "startsAt": "yesterday"}]}"#,
        ],
        expect![[r#"
            body: is not JSON at line 1, column 0
            body: is not JSON at line 1, column 1
            body: must be a JSON object
            body: is not the webhook of Alertmanager: missing field `version`
            version: is `3`; this source reads payload version 4 of Alertmanager
            body: is not the webhook of Alertmanager: invalid type: map, expected a sequence
            alerts[0].status: is `maybe`; expected `firing` or `resolved`
            alerts[0]: invalid type: integer `1`, expected a string
            accepted (7 were left out by the sender (max_alerts))
            raised 1
                alarm.raised external `(no name)` on r1 minor
                incident.opened
        "#]],
    );
    check_messages(
        SourceKind::Zabbix,
        &[
            "{}",
            r#"{"format": "1"}"#,
            r#"{"format": "1", "event_id": "{EVENT.ID}", "value": "1"}"#,
            r#"{"format": "1", "event_id": "x", "value": "1"}"#,
            r#"{"format": "1", "event_id": "7", "value": "2"}"#,
        ],
        expect![[r#"
            format: is ``; expected 1, as the media type of docs/beside.md sends it
            event_id: is missing; the media type sends {EVENT.ID} there
            event_id: is missing; the media type sends {EVENT.ID} there
            event_id: is `x`; expected the number {EVENT.ID}
            value: is `2`; expected 1 (problem) or 0 (recovery): {EVENT.VALUE}
        "#]],
    );
}

#[test]
fn a_zabbix_trigger_is_one_condition_however_often_it_comes() {
    let event = |id: &str, value: &str, nseverity: &str| {
        format!(
            r#"{{"format": "1", "event_id": "{id}", "value": "{value}", "nseverity": "{nseverity}", "severity": "High", "name": "r1 is away", "host": "R1",
                "host_ip": "{{HOST.IP}}", "trigger_id": "13", "item_key": "icmpping", "clock": "*UNKNOWN*"}}"#
        )
    };
    let messages = [
        event("100", "1", "4"),
        event("100", "1", "4"),
        event("99", "0", "4"),
        event("100", "0", "4"),
        event("100", "1", "4"),
        event("102", "0", "4"),
        event("101", "1", "4"),
        event("103", "1", "0"),
        event("103", "1", "5"),
    ];
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    check_messages(
        SourceKind::Zabbix,
        &messages,
        expect![[r#"
        raised 1
            alarm.raised external `r1 is away` on r1 major
            impact.opened Интернет from 0 sure
            incident.opened
        accepted
        ignored 1
        cleared 1
            alarm.cleared external `r1 is away` on r1 major
            impact.closed Интернет from 0 to 0 sure
            incident.closed
        ignored 1
        accepted
        ignored 1
        raised 1
            alarm.raised external `r1 is away` on r1 indeterminate flaps 1
            incident.opened
        accepted
            alarm.changed external `r1 is away` on r1 critical flaps 1
            impact.opened Интернет from 0 sure
            incident.changed
    "#]],
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_source_are_the_same_refusal() {
    let database = testkit::sqlite();
    let stage = Stage::new(&database.location, SourceKind::Alertmanager).await;
    let body = br#"{"version": "4", "alerts": []}"#;
    for (source, secret) in [(stage.source, "guessed"), (stage.source, ""), (SourceId::new(), SECRET)] {
        let refused = signals::receive(&stage.world.store, source, secret, body).await.unwrap_err();
        assert!(matches!(refused, MonitorError::WrongSecret), "{refused}");
    }
    assert!(signals::receive(&stage.world.store, stage.source, SECRET, body).await.is_ok());
}

/// A source speaks for its own subtree: what a neighbour's device is called means nothing there.
#[tokio::test]
async fn a_source_reaches_nothing_outside_of_its_subtree() {
    for database in testkit::databases() {
        let mut stage = Stage::new(&database.location, SourceKind::Alertmanager).await;
        stage.source = connect(&stage.world, stage.world.clients[1], SourceKind::Alertmanager).await;
        assert_eq!(stage.step("fire a@0 critical host=r1").await, "unmapped 1", "r1 is another client's");
        assert!(stage.step("map a device r1").await.contains("does not lie under"));
        assert!(stage.step("map a service Интернет").await.contains("does not lie under"));
        assert_eq!(stage.step("fire b@0 critical host=twin").await, "raised 1", "there is one twin in this subtree");
        assert_eq!(stage.step("map a device core").await, "mapped");
    }
}

/// A thousand at once, in one message, again and then their end: as many alarms, each once.
#[tokio::test]
async fn a_storm_is_taken_in_whole() {
    let database = testkit::sqlite();
    let stage = Stage::new(&database.location, SourceKind::Alertmanager).await;
    let storm = |status: &str| -> Vec<Value> {
        let one = |n: usize| {
            json!({"status": status, "fingerprint": format!("f{n}"), "labels": {"alertname": "X", "host": "r1", "severity": "warning"},
                "startsAt": START.to_string(), "endsAt": START.plus(Duration::from_secs(1)).to_string()})
        };
        (0..1_000).map(one).collect()
    };
    let message = |items: Vec<Value>| json!({"version": "4", "alerts": items});
    let told = stage.tell(message(storm("firing"))).await.unwrap();
    assert_eq!((told.accepted, told.raised, told.unmapped), (1_000, 1_000, 0));
    assert_eq!(stage.tell(message(storm("firing"))).await.unwrap().raised, 0);
    assert_eq!(stage.tell(message(storm("resolved"))).await.unwrap().cleared, 1_000);
    let refused = stage.tell(message((0..3_000).map(|_| json!({})).collect())).await.unwrap_err();
    assert!(refused.to_string().contains("at most 2000"), "{refused}");
}
