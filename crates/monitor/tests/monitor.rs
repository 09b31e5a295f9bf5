//! Stories of faults: what was seen, and what monitor made of it, on both databases.
//!
//! A script is a list of words: `10s` lets time pass, `r1-` is a missed probe of r1, `r1+` an answered one, `r1.snmp-` a silent agent,
//! `r1/eth1-` an interface read as down, `ref-` a heartbeat whose reference targets are silent, `ref+` one where they answer, `tick`.

#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::alarm::{AlarmClass, AlarmObject};
use model::device::{AdminStatus, OperStatus};
use model::observation::{Finding, Heartbeat, InterfaceStatus, Observation, ProbeMethod, Reference, Sight, SnmpAnswer};
use model::{DeviceId, InterfaceId};
use monitor::Monitor;
use std::collections::HashMap;
use std::time::Duration;
use testkit::World;

/// core <- r1 (by core/eth1) <- r2 (by r1/eth1); Ромашка has "Интернет" on r2, Acme has "VPN" on r1/eth1.
struct Stage {
    world: World,
    monitor: Monitor,
    devices: HashMap<String, DeviceId>,
    names: HashMap<String, String>,
    seq: i64,
}

impl Stage {
    async fn new(location: &store::Location) -> Self {
        let world = World::new(location).await;
        let core = world.device(world.sites[1], "core", &[]).await;
        let core_eth1 = world.interface(core, "eth1", true).await;
        let r1 = world.device(world.sites[1], "r1", &[(core, Some(core_eth1))]).await;
        let r1_eth1 = world.interface(r1, "eth1", true).await;
        let r2 = world.device(world.sites[0], "r2", &[(r1, Some(r1_eth1))]).await;
        let r2_eth1 = world.interface(r2, "eth1", true).await;
        let ghost = world.interface(r2, "ghost", false).await;
        let internet = world.service(world.clients[0], "Интернет", &[(r2, None)]).await;
        let vpn = world.service(world.clients[1], "VPN", &[(r1, Some(r1_eth1)), (r2, Some(r2_eth1))]).await;
        let stale = world.service(world.clients[0], "Телефония", &[(r2, Some(ghost))]).await;
        let mut names: HashMap<String, String> = HashMap::new();
        for (id, name) in [(core, "core"), (r1, "r1"), (r2, "r2")] {
            names.insert(id.to_string(), name.into());
        }
        for (id, name) in [(core_eth1, "core/eth1"), (r1_eth1, "r1/eth1"), (r2_eth1, "r2/eth1")] {
            names.insert(id.to_string(), name.into());
        }
        for (id, name) in [(internet, "Интернет"), (vpn, "VPN"), (stale, "Телефония")] {
            names.insert(id.to_string(), name.into());
        }
        names.insert(world.collector.to_string(), "central".into());
        let monitor = Monitor::start(world.store.clone()).await.unwrap();
        let seq = world.store.read(&World::scope()).await.unwrap().last_event().await.unwrap();
        let devices = [("core", core), ("r1", r1), ("r2", r2)].map(|(name, id)| (name.to_string(), id)).into();
        Self { world, monitor, devices, names, seq }
    }

    async fn step(&mut self, word: &str) {
        if let Some(seconds) = word.strip_suffix('s').and_then(|n| n.parse::<u64>().ok()) {
            self.world.clock.advance(Duration::from_secs(seconds));
        } else if word == "tick" {
            self.monitor.tick().await.unwrap();
        } else if word == "restart" {
            self.monitor = Monitor::start(self.world.store.clone()).await.unwrap();
        } else {
            let sight = self.sight(word);
            self.monitor.take(sight).await.unwrap();
        }
    }

    fn sight(&self, word: &str) -> Sight {
        let mut at = self.world.clock.now();
        let is_good = word.ends_with('+');
        if word == "none" {
            return Sight::Heartbeat(Heartbeat { collector: self.world.collector, at, references: vec![] });
        }
        // `late10:core-` was seen ten seconds ago and arrives only now.
        let word = match word.strip_prefix("late").and_then(|rest| rest.split_once(':')) {
            Some((seconds, rest)) => {
                at = at.minus(Duration::from_secs(seconds.parse().unwrap()));
                rest
            }
            None => word,
        };
        let word = word.trim_end_matches(['+', '-']);
        if word == "ref" {
            let reference = Reference { target: "127.0.0.1".into(), answers: is_good, has_ever_answered: true };
            return Sight::Heartbeat(Heartbeat { collector: self.world.collector, at, references: vec![reference] });
        }
        let (name, finding) = if let Some((name, if_name)) = word.split_once('/') {
            let oper = if is_good { OperStatus::Up } else { OperStatus::Down };
            let status = InterfaceStatus { if_name: if_name.into(), if_index: 1, admin: Some(AdminStatus::Up), oper };
            (name, Finding::Status { interfaces: vec![status] })
        } else if let Some(name) = word.strip_suffix(".snmp") {
            let answer = if is_good { SnmpAnswer::Answered } else { SnmpAnswer::Silent { detail: "no answer in 3 s".into() } };
            (name, Finding::Snmp { answer })
        } else {
            (word, Finding::Reach { method: ProbeMethod::Icmp, rtt: is_good.then_some(Duration::from_millis(1)), detail: String::new() })
        };
        Sight::Observation(Observation { collector: self.world.collector, device: self.devices[name], at, finding })
    }

    /// Events since the last look, by name.
    async fn news(&mut self) -> Vec<String> {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let mut lines = Vec::new();
        for event in tx.events_after(self.seq, 1000).await.unwrap() {
            self.seq = event.seq;
            let text = |key: &str| event.fields[key].as_str().unwrap_or("").to_owned();
            let name = |id: &str| self.names.get(id).cloned().unwrap_or_else(|| id.split('_').next().unwrap_or("").to_owned());
            let what = match event.kind.as_str() {
                kind if kind.starts_with("alarm.") => {
                    let id = event.object.parse().unwrap();
                    let alarm = tx.alarm(id).await.unwrap().unwrap();
                    let symptom = if alarm.suppressed_by.is_some() { " symptom" } else { "" };
                    format!("{} of {} {}{symptom}", alarm.class, name(&alarm.object.to_string()), alarm.severity)
                }
                kind if kind.starts_with("impact.") => {
                    let hit = tx.impact(event.object.parse().unwrap()).await.unwrap().unwrap();
                    format!("{} {} of {}", name(&text("service")), hit.impact.mapping, hit.client_name)
                }
                kind if kind.ends_with(".state") => format!("{} {}", name(&event.object), text("state")),
                _ => String::new(),
            };
            lines.push(format!("{} {what}", event.kind).trim().to_owned());
        }
        lines
    }
}

fn check(script: &str, expected: Expect) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for database in testkit::databases() {
        let told = runtime.block_on(async {
            let mut stage = Stage::new(&database.location).await;
            let begin = stage.world.clock.now();
            let mut told = String::new();
            for word in script.split_whitespace() {
                stage.step(word).await;
                for line in stage.news().await {
                    told.push_str(&format!("{}s {word}: {line}\n", stage.world.clock.now().since(begin).as_secs()));
                }
            }
            stage.world.store.close().await;
            told
        });
        expected.assert_eq(&told);
    }
}

#[test]
fn three_misses_make_an_alarm_and_stability_ends_it() {
    check(
        "core+ core- 10s core- 10s core- 10s core- 10s core+ 10s core+ 10s core+ 10s core+",
        expect![[r#"
            0s core+: device.state core up
            20s core-: alarm.raised unreachable of core major
            20s core-: incident.opened
            20s core-: device.state core down
            70s core+: alarm.cleared unreachable of core major
            70s core+: incident.closed
            70s core+: device.state core up
        "#]],
    );
}

#[test]
fn two_misses_are_nothing_and_leave_no_trace() {
    check(
        "core+ core- 10s core- 10s core+ 10s core- 10s core- 10s core+",
        expect![[r#"
            0s core+: device.state core up
    "#]],
    );
}

#[test]
fn two_reads_at_once_do_not_confirm_an_interface_but_the_next_one_does() {
    check(
        "r1+ r1/eth1- 1s r1/eth1- 9s r1/eth1- 10s r1/eth1+ 10s r1/eth1+ 10s r1/eth1+ 10s r1/eth1+",
        expect![[r#"
            0s r1+: device.state r1 up
            10s r1/eth1-: alarm.raised interface_down of r1/eth1 major
            10s r1/eth1-: impact.opened VPN sure of Acme
            10s r1/eth1-: incident.opened
            10s r1/eth1-: device.state r1 degraded
            50s r1/eth1+: alarm.cleared interface_down of r1/eth1 major
            50s r1/eth1+: impact.closed VPN sure of Acme
            50s r1/eth1+: incident.closed
            50s r1/eth1+: device.state r1 up
        "#]],
    );
}

#[test]
fn a_silent_agent_is_an_alarm_of_its_own_and_hits_no_client() {
    check(
        "r1+ r1.snmp- 10s r1.snmp- r1+ 10s r1.snmp- r1+",
        expect![[r#"
            0s r1+: device.state r1 up
            20s r1.snmp-: alarm.raised snmp_silent of r1 minor
            20s r1.snmp-: incident.opened
            20s r1.snmp-: device.state r1 degraded
        "#]],
    );
}

#[test]
fn behind_an_unreachable_device_silence_of_snmp_says_nothing() {
    check(
        "r1+ r1- r1.snmp- 10s r1- r1.snmp- 10s r1- r1.snmp- 10s r1.snmp- 10s r1.snmp-",
        expect![[r#"
            0s r1+: device.state r1 up
            20s r1-: alarm.raised unreachable of r1 critical
            20s r1-: impact.opened VPN sure of Acme
            20s r1-: incident.opened
            20s r1-: device.state r1 down
        "#]],
    );
}

#[test]
fn a_child_waits_for_the_verdict_on_its_parent_and_is_its_symptom() {
    // r2 is seen first each time; the cause is known only when core is confirmed.
    check(
        "core+ r1+ r2+ r2- 1s r1- 1s core- 8s r2- 1s r1- 1s core- 8s r2- 1s r1- 1s core- 8s r2- 1s r1- 9s r2-",
        expect![[r#"
            0s core+: device.state core up
            0s r1+: device.state r1 up
            0s r2+: device.state r2 up
            22s core-: alarm.raised unreachable of core major
            22s core-: incident.opened
            22s core-: device.state core down
            31s r1-: alarm.raised unreachable of r1 critical symptom
            31s r1-: alarm.changed unreachable of core critical
            31s r1-: impact.opened VPN sure of Acme
            31s r1-: incident.changed
            31s r1-: device.state r1 down
            40s r2-: alarm.raised unreachable of r2 critical symptom
            40s r2-: impact.opened Интернет sure of Ромашка
            40s r2-: impact.opened VPN sure of Acme
            40s r2-: impact.opened Телефония stale of Ромашка
            40s r2-: incident.changed
            40s r2-: device.state r2 down
        "#]],
    );
}

#[test]
fn a_cause_that_is_seen_late_takes_its_symptoms_over() {
    // The parent link goes down, the child is lost at once; the interface is read only later.
    check(
        "r1+ r2+ r2- 10s r2- 10s r2- 5s r1/eth1- 10s r1/eth1-",
        expect![[r#"
            0s r1+: device.state r1 up
            0s r2+: device.state r2 up
            20s r2-: alarm.raised unreachable of r2 critical
            20s r2-: impact.opened Интернет sure of Ромашка
            20s r2-: impact.opened VPN sure of Acme
            20s r2-: impact.opened Телефония stale of Ромашка
            20s r2-: incident.opened
            20s r2-: device.state r2 down
            35s r1/eth1-: alarm.raised interface_down of r1/eth1 critical
            35s r1/eth1-: alarm.changed unreachable of r2 critical symptom
            35s r1/eth1-: impact.opened VPN sure of Acme
            35s r1/eth1-: incident.changed
            35s r1/eth1-: device.state r1 degraded
        "#]],
    );
}

#[test]
fn both_ends_of_a_cut_link_are_one_incident_in_either_order() {
    for script in ["r1+ r2+ r1/eth1- 2s r2/eth1- 8s r1/eth1- 2s r2/eth1-", "r1+ r2+ r2/eth1- 2s r1/eth1- 8s r2/eth1- 2s r1/eth1-"] {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        for database in testkit::databases() {
            runtime.block_on(async {
                let mut stage = Stage::new(&database.location).await;
                for word in script.split_whitespace() {
                    stage.step(word).await;
                }
                let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
                let alarms = tx.open_alarms().await.unwrap();
                assert_eq!(alarms.len(), 2, "{script}");
                assert_eq!(alarms[0].incident, alarms[1].incident, "{script}");
                let roots: Vec<_> = alarms.iter().filter(|alarm| alarm.suppressed_by.is_none()).map(|alarm| alarm.device).collect();
                assert_eq!(roots, [Some(stage.devices["r1"])], "the end nearer to the network is the root: {script}");
            });
        }
    }
}

#[test]
fn flapping_folds_into_one_alarm_that_takes_longer_to_end() {
    let down = "core- 10s core- 10s core- 10s ";
    let up = "core+ 10s core+ 10s core+ 10s core+ 10s ";
    check(
        &format!("core+ {down}{up}{down}{up}{down}{up}{down}{up} 250s core+ 20s core+"),
        expect![[r#"
            0s core+: device.state core up
            20s core-: alarm.raised unreachable of core major
            20s core-: incident.opened
            20s core-: device.state core down
            60s core+: alarm.cleared unreachable of core major
            60s core+: incident.closed
            60s core+: device.state core up
            90s core-: alarm.raised unreachable of core major
            90s core-: incident.opened
            90s core-: device.state core down
            130s core+: alarm.cleared unreachable of core major
            130s core+: incident.closed
            130s core+: device.state core up
            160s core-: alarm.raised unreachable of core major
            160s core-: incident.opened
            160s core-: device.state core down
            200s core+: alarm.cleared unreachable of core major
            200s core+: incident.closed
            200s core+: device.state core up
            230s core-: alarm.raised unreachable of core major
            230s core-: incident.opened
            230s core-: device.state core down
            550s core+: alarm.cleared unreachable of core major
            550s core+: incident.closed
            550s core+: device.state core up
        "#]],
    );
}

#[test]
fn while_the_reference_targets_are_silent_nobody_is_accused() {
    check(
        "core+ ref+ core- 5s ref- 5s ref- core- 5s ref- 5s ref- core- 10s core- ref- 10s ref+ core+",
        expect![[r#"
            0s core+: device.state core up
            10s ref-: collector.state central cut_off
            10s ref-: alarm.raised collector_lost of central critical
            10s ref-: incident.opened
            10s ref-: device.state core unknown
            40s ref+: collector.state central live
            40s ref+: alarm.cleared collector_lost of central critical
            40s ref+: incident.closed
            40s core+: device.state core up
        "#]],
    );
}

#[test]
fn to_have_nothing_to_ask_any_more_proves_nothing() {
    // The default route goes with our own uplink: no reference is left, and still nobody is accused.
    check(
        "core+ ref+ core- 5s ref- 5s ref- core- 5s none 5s none core- 10s none core- 10s ref+ core+",
        expect![[r#"
            0s core+: device.state core up
            10s ref-: collector.state central cut_off
            10s ref-: alarm.raised collector_lost of central critical
            10s ref-: incident.opened
            10s ref-: device.state core unknown
            40s ref+: collector.state central live
            40s ref+: alarm.cleared collector_lost of central critical
            40s ref+: incident.closed
            40s core+: device.state core up
        "#]],
    );
}

#[test]
fn a_silence_is_believed_only_when_something_else_has_answered_since() {
    // A quick probe confirms within the time in which references are not yet known to be silent.
    check(
        "core+ ref+ 1s core- 10s core- 10s core- 5s ref+ 5s core-",
        expect![[r#"
            0s core+: device.state core up
            31s core-: alarm.raised unreachable of core major
            31s core-: incident.opened
            31s core-: device.state core down
        "#]],
    );
}

#[test]
fn bad_news_from_before_the_cut_ended_is_not_held_against_anybody() {
    check(
        "core+ ref+ 5s ref- 5s ref- 20s ref+ late30:core- late20:core- late10:core- late5:core-",
        expect![[r#"
            0s core+: device.state core up
            10s ref-: collector.state central cut_off
            10s ref-: alarm.raised collector_lost of central critical
            10s ref-: incident.opened
            10s ref-: device.state core unknown
            30s ref+: collector.state central live
            30s ref+: alarm.cleared collector_lost of central critical
            30s ref+: incident.closed
        "#]],
    );
}

#[test]
fn a_service_that_comes_to_a_dead_device_is_hit_and_one_that_leaves_is_not_called_well() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for database in testkit::databases() {
        runtime.block_on(async {
            let mut stage = Stage::new(&database.location).await;
            for word in ["core+", "core-", "10s", "core-", "10s", "core-"] {
                stage.step(word).await;
            }
            let late = stage.world.service(stage.world.clients[1], "Поздно", &[(stage.devices["core"], None)]).await;
            stage.step("tick").await;
            let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
            assert!(tx.is_service_hit(late).await.unwrap(), "{}: it came to a device that is down", database.name);
            let mut moved = tx.service(late).await.unwrap().unwrap().service;
            moved.endpoints[0].device = stage.devices["r1"];
            tx.update_service(&moved).await.unwrap();
            tx.emit(model::event::EventKind::ServiceChanged, late, moved.client, 2, store::Fields::Null).await.unwrap();
            tx.commit().await.unwrap();
            stage.step("tick").await;
            let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
            assert!(!tx.is_service_hit(late).await.unwrap());
            let alarm = tx.open_alarms().await.unwrap().remove(0);
            let hits = tx.impacts_of_incident(alarm.incident.unwrap()).await.unwrap();
            assert_eq!(hits.iter().map(|hit| hit.impact.mapping.as_str()).collect::<Vec<_>>(), ["stale"], "{}", database.name);
        });
    }
}

#[test]
fn a_lost_collector_makes_its_devices_unknown_neither_green_nor_red() {
    check(
        "ref+ core+ r1+ core- 10s ref+ core- 10s ref+ core- 31s tick 10s tick ref+ core- core+",
        expect![[r#"
            0s core+: device.state core up
            0s r1+: device.state r1 up
            20s core-: alarm.raised unreachable of core major
            20s core-: incident.opened
            20s core-: device.state core down
            51s tick: collector.state central lost
            51s tick: alarm.raised collector_lost of central critical
            51s tick: incident.opened
            51s tick: device.state core unknown
            51s tick: device.state r1 unknown
            61s ref+: collector.state central live
            61s ref+: alarm.cleared collector_lost of central critical
            61s ref+: incident.closed
            61s ref+: device.state core down
        "#]],
    );
}

#[test]
fn a_restart_in_the_middle_changes_nothing() {
    let whole = "r2+ r2- 10s r2- 10s r2- 10s r2+ 10s r2+ 10s r2+ 10s r2+";
    let broken = whole.replace(' ', " restart ");
    let expected = expect![[r#"
            0s r2+: device.state r2 up
            20s r2-: alarm.raised unreachable of r2 critical
            20s r2-: impact.opened Интернет sure of Ромашка
            20s r2-: impact.opened VPN sure of Acme
            20s r2-: impact.opened Телефония stale of Ромашка
            20s r2-: incident.opened
            20s r2-: device.state r2 down
            60s r2+: alarm.cleared unreachable of r2 critical
            60s r2+: impact.closed Интернет sure of Ромашка
            60s r2+: impact.closed VPN sure of Acme
            60s r2+: impact.closed Телефония stale of Ромашка
            60s r2+: incident.closed
            60s r2+: device.state r2 up
    "#]];
    check(&broken, expected);
}

#[test]
fn a_suspicion_left_behind_by_a_stop_is_counted_anew() {
    check(
        "core+ core- 10s core- 3600s restart core- 10s core-",
        expect![[r#"
            0s core+: device.state core up
    "#]],
    );
}

#[test]
fn an_alarm_of_a_port_that_is_no_longer_bound_ends() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for database in testkit::databases() {
        runtime.block_on(async {
            let mut stage = Stage::new(&database.location).await;
            for word in ["r2+", "r2/eth1-", "10s", "r2/eth1-"] {
                stage.step(word).await;
            }
            let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
            let vpn: Vec<_> =
                tx.services_on_device(stage.devices["r2"]).await.unwrap().into_iter().filter(|s| s.service.name == "VPN").collect();
            let mut vpn = vpn[0].service.clone();
            vpn.endpoints.truncate(1);
            tx.update_service(&vpn).await.unwrap();
            tx.emit(model::event::EventKind::ServiceChanged, vpn.id, vpn.client, 2, store::Fields::Null).await.unwrap();
            tx.commit().await.unwrap();
            stage.step("tick").await;
            let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
            assert_eq!(tx.open_alarms().await.unwrap(), []);
            let eth1: InterfaceId = tx.interface_by_name(stage.devices["r2"], "eth1").await.unwrap().unwrap().id;
            assert!(tx.open_alarm(AlarmClass::InterfaceDown, AlarmObject::Interface(eth1)).await.unwrap().is_none());
        });
    }
}

#[test]
fn a_silent_agent_that_nobody_can_ask_any_more_is_no_alarm() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for database in testkit::databases() {
        runtime.block_on(async {
            let mut stage = Stage::new(&database.location).await;
            for word in ["core+", "core.snmp-", "10s", "core.snmp-", "10s", "core.snmp-"] {
                stage.step(word).await;
            }
            let mut tx = stage.world.store.write(&World::scope()).await.unwrap();
            assert_eq!(tx.open_alarms().await.unwrap().len(), 1);
            let mut core = tx.device(stage.devices["core"]).await.unwrap().unwrap();
            core.credentials.clear();
            tx.update_device(&core).await.unwrap();
            tx.emit(model::event::EventKind::DeviceChanged, core.id, core.site, 2, store::Fields::Null).await.unwrap();
            tx.commit().await.unwrap();
            stage.step("tick").await;
            let mut tx = stage.world.store.read(&World::scope()).await.unwrap();
            assert_eq!(tx.open_alarms().await.unwrap(), [], "{}", database.name);
            assert_eq!(tx.device(core.id).await.unwrap().unwrap().state.as_str(), "up");
        });
    }
}
