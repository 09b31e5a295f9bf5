//! The collector against real and hostile agents: what it reports, and that nobody delays anybody.
#![allow(clippy::unwrap_used)]

#[path = "../../transport/tests/agents/mod.rs"]
mod agents;

use agents::{Hostile, Mib, Snmpd, honest, tlv};
use collect::{Ended, Options, Probing};
use link::{CentreEnd, DevicePlan, Heartbeat, Plan, Report, Task};
use model::credential::{Key, SnmpAuth, SnmpPriv};
use model::device::OperStatus;
use model::observation::{Finding, InterfaceStatus, Observation, ProbeMethod, SnmpAnswer, Tables};
use model::{Clock, CollectorId, DeviceId, Secret, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const CEILING: Duration = Duration::from_secs(100);
const COLLECTOR: CollectorId = CollectorId::from_bytes([7; 16]);
const DAY: Duration = Duration::from_secs(86_400);

/// A running collector, seen from the centre.
struct Lab {
    centre: CentreEnd,
    clock: Clock,
    shutdown: CancellationToken,
    collector: tokio::task::JoinHandle<Ended>,
    revision: u64,
}

impl Lab {
    fn start(probing: Probing) -> Self {
        let (centre, end) = link::in_process(100_000);
        let clock = Clock::System;
        let shutdown = CancellationToken::new();
        let options = Options { collector: COLLECTOR, probing, profiles: Arc::default() };
        let collector = tokio::spawn(collect::run(end, clock.clone(), options, shutdown.clone()));
        Self { centre, clock, shutdown, collector, revision: 0 }
    }

    async fn plan(&mut self, devices: Vec<DevicePlan>, references: &[&str]) {
        self.revision += 1;
        let references = references.iter().map(|target| (*target).to_owned()).collect();
        self.centre.send(Task::Plan(Plan { revision: self.revision, collector: COLLECTOR, devices, references })).await.unwrap();
    }

    /// The first thing that fits, out of all that comes.
    async fn until<T>(&self, what: &str, fits: impl FnMut(&Report) -> Option<T>) -> T {
        let mut fits = fits;
        let mut seen = vec![];
        let waiting = async {
            loop {
                let report = self.centre.recv().await.unwrap();
                if let Some(found) = fits(&report) {
                    return found;
                }
                seen.push(report);
            }
        };
        let outcome = tokio::time::timeout(CEILING, waiting).await;
        outcome.unwrap_or_else(|_| panic!("{what} did not come; seen: {:#?}", seen.iter().rev().take(5).collect::<Vec<_>>()))
    }

    async fn reach(&self, device: DeviceId) -> (ProbeMethod, Option<Duration>, String) {
        self.until("a probe", |report| match finding(report, device)? {
            Finding::Reach { method, rtt, detail } => Some((*method, *rtt, detail.clone())),
            _ => None,
        })
        .await
    }
    async fn answer(&self, device: DeviceId) -> SnmpAnswer {
        self.until("an SNMP answer", |report| match finding(report, device)? {
            Finding::Snmp { answer } => Some(answer.clone()),
            _ => None,
        })
        .await
    }
    async fn tables(&self, device: DeviceId) -> Tables {
        self.until("tables", |report| match finding(report, device)? {
            Finding::Tables(tables) => Some(tables.as_ref().clone()),
            _ => None,
        })
        .await
    }
    /// The first status that fits, and when it was read.
    async fn status(&self, device: DeviceId, fits: impl Fn(&InterfaceStatus) -> bool) -> (Timestamp, InterfaceStatus) {
        self.until("a status", |report| match (finding(report, device)?, report) {
            (Finding::Status { interfaces }, Report::Observation(observation)) => {
                interfaces.iter().find(|status| fits(status)).map(|status| (observation.at, status.clone()))
            }
            _ => None,
        })
        .await
    }
    async fn heartbeat(&self, fits: impl Fn(&Heartbeat) -> bool) -> Heartbeat {
        self.until("a heartbeat", |report| match report {
            Report::Heartbeat(heartbeat) if fits(heartbeat) => Some(heartbeat.clone()),
            _ => None,
        })
        .await
    }

    async fn stop(self) {
        self.shutdown.cancel();
        let ended = tokio::time::timeout(CEILING, self.collector).await.expect("it stops when told").unwrap();
        assert_eq!(ended, Ended::Shutdown);
    }
}

fn finding(report: &Report, device: DeviceId) -> Option<&Finding> {
    match report {
        Report::Observation(Observation { device: of, finding, collector, .. }) if *of == device => {
            assert_eq!(*collector, COLLECTOR);
            Some(finding)
        }
        _ => None,
    }
}

fn device(port: u16, keys: Vec<Key>) -> DevicePlan {
    DevicePlan {
        device: DeviceId::new(),
        address: "127.0.0.1".to_owned(),
        snmp_port: port,
        ssh_port: 1,
        keys,
        probe_interval: Duration::from_secs(1),
        poll_interval: DAY,
        watched: vec![],
    }
}

fn community(word: &str) -> Key {
    Key::SnmpV2c { community: Secret::new(word) }
}

fn watcher(auth: SnmpAuth, privacy: SnmpPriv, auth_password: &str) -> Key {
    let user = format!("u{auth}{privacy}");
    Key::SnmpV3 { user, auth, auth_password: Secret::new(auth_password), privacy, priv_password: Secret::new("privpass-1") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_device_is_reported_with_all_that_was_asked() {
    let Some(agent) = Snmpd::start("") else { return };
    let mut lab = Lab::start(Probing::Auto);
    let mut plan = device(agent.port, vec![community("public")]);
    plan.watched = vec!["lo".to_owned(), "no-such-interface".to_owned()];
    let id = plan.device;
    lab.plan(vec![plan], &["127.0.0.1"]).await;
    let (method, rtt, detail) = lab.reach(id).await;
    assert!(rtt.is_some(), "{method} {detail}");
    assert_eq!(lab.answer(id).await, SnmpAnswer::Answered);
    let (_, status) = lab.status(id, |_| true).await;
    assert_eq!((status.if_name.as_str(), status.oper), ("lo", OperStatus::Up));
    lab.centre.send(Task::PollNow(id)).await.unwrap();
    let tables = lab.tables(id).await;
    assert!(tables.is_complete);
    assert_eq!(tables.sys_name.as_deref(), Some("polyot-lab"));
    assert_eq!(tables.sys_object_id.as_deref(), Some("1.3.6.1.4.1.8072.3.2.10"));
    assert!(tables.uptime.is_some(), "{tables:?}");
    let (used, total) = (tables.memory_used_bytes.unwrap(), tables.memory_total_bytes.unwrap());
    let shown = std::fs::read_to_string("/proc/meminfo").unwrap();
    let kilobytes = |name: &str| -> u64 {
        shown.lines().find_map(|line| line.strip_prefix(name)).unwrap().split_whitespace().next().unwrap().parse().unwrap()
    };
    assert_eq!(total, kilobytes("MemTotal:") * 1024);
    // Buffers and cache are not counted as used; half a gigabyte is for what happens between the two readings.
    let expected = total - kilobytes("MemAvailable:") * 1024;
    assert!(used.abs_diff(expected) < 512 << 20, "{used} is not near {expected}");
    let lo = tables.interfaces.iter().find(|interface| interface.if_name == "lo").unwrap();
    assert!(lo.is_64_bit && lo.in_octets > Some(0) && lo.out_packets > Some(0) && lo.oper == Some(OperStatus::Up), "{lo:?}");
    let beat = lab.heartbeat(|beat| beat.references.iter().any(|reference| reference.answered)).await;
    assert_eq!((beat.plan_revision, beat.devices, beat.references[0].has_ever_answered), (1, 1, true));
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_that_fits_is_found_among_several_and_kept() {
    let users = "createUser usha1aes128 SHA authpass-1 AES privpass-1\nrouser usha1aes128 authpriv\n\
                 createUser usha256aes256 SHA-256 authpass-1 AES-256 privpass-1\nrouser usha256aes256 authpriv\n";
    let Some(agent) = Snmpd::start(users) else { return };
    let mut lab = Lab::start(Probing::Auto);
    let right = [watcher(SnmpAuth::Sha1, SnmpPriv::Aes128, "authpass-1"), watcher(SnmpAuth::Sha256, SnmpPriv::Aes256, "authpass-1")];
    let ssh = Key::SshPassword { user: "root".to_owned(), password: Secret::new("x") };
    for key in right {
        let plan = device(agent.port, vec![ssh.clone(), community("wrong"), watcher(SnmpAuth::Sha1, SnmpPriv::Aes128, "authpass-2"), key]);
        let id = plan.device;
        lab.plan(vec![plan], &[]).await;
        for _ in 0..3 {
            assert_eq!(lab.answer(id).await, SnmpAnswer::Answered);
        }
    }
    lab.stop().await;
}

async fn check_answer(port: u16, address: &str, keys: Vec<Key>, expected: &str) {
    let mut lab = Lab::start(Probing::Auto);
    let plan = DevicePlan { address: address.to_owned(), ..device(port, keys) };
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    let told = format!("{:?}", lab.answer(id).await);
    assert!(told.contains(expected), "{expected:?} is not in {told:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_refusal_and_garbage_are_told_apart() {
    let silent = Hostile::start(|_| vec![]);
    check_answer(silent.address.port(), "127.0.0.1", vec![community("public")], "Silent").await;
    let garbage = Hostile::start(|_| vec![b"garbage".to_vec()]);
    check_answer(garbage.address.port(), "127.0.0.1", vec![community("public")], "Refused { detail: \"127.0.0.1").await;
    check_answer(161, "no-such-host.invalid", vec![community("public")], "no-such-host.invalid").await;
    let Some(agent) = Snmpd::start("createUser usha1aes128 SHA authpass-1 AES privpass-1\nrouser usha1aes128 authpriv\n") else { return };
    let wrong = watcher(SnmpAuth::Sha1, SnmpPriv::Aes128, "authpass-2");
    check_answer(agent.port, "127.0.0.1", vec![community("wrong"), wrong], "wrong digest").await;
    check_answer(agent.port, "127.0.0.1", vec![community("wrong")], "Silent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reachability_by_tcp_is_shown_as_such_and_a_name_without_address_is_no_silence() {
    let mut lab = Lab::start(Probing::Tcp);
    let closed = device(161, vec![]);
    let nameless = DevicePlan { address: "no-such-host.invalid".to_owned(), ..device(161, vec![community("public")]) };
    let ids = (closed.device, nameless.device);
    lab.plan(vec![closed, nameless], &["127.0.0.1:1"]).await;
    let (method, rtt, detail) = lab.reach(ids.0).await;
    assert!(method == ProbeMethod::Tcp && rtt.is_some() && detail.contains("closed"), "{detail}");
    // A probe and a status read start at the same ticks: the first has had its turn three times.
    let mut reads = 0;
    lab.until("three reads of the device whose name does not resolve", |report| {
        let found = finding(report, ids.1)?;
        assert!(!matches!(found, Finding::Reach { .. }), "nobody was asked, yet it counts as silent: {found:?}");
        reads += usize::from(matches!(found, Finding::Snmp { .. }));
        (reads == 3).then_some(())
    })
    .await;
    let beat = lab.heartbeat(|beat| beat.references.iter().any(|reference| reference.answered)).await;
    assert_eq!(beat.probe_method, ProbeMethod::Tcp);
    assert!(beat.probe_note.contains("TCP"), "{}", beat.probe_note);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_touches_only_what_changed() {
    let Some(agent) = Snmpd::start("") else { return };
    let mut lab = Lab::start(Probing::Auto);
    let (kept, changed, removed) =
        (device(agent.port, vec![community("public")]), device(agent.port, vec![community("public")]), device(agent.port, vec![]));
    let ids = [kept.device, changed.device, removed.device];
    lab.plan(vec![kept.clone(), changed.clone(), removed], &[]).await;
    // Each walks its tables once at the start, and then only after a day.
    let mut walked: HashSet<DeviceId> = HashSet::new();
    lab.until("first tables of two and a probe of the third", |report| {
        walked.extend(ids[..2].iter().filter(|id| matches!(finding(report, **id), Some(Finding::Tables(_)))));
        walked.extend(ids[2..].iter().filter(|id| finding(report, **id).is_some()));
        (walked.len() == 3).then_some(())
    })
    .await;
    lab.plan(vec![kept, DevicePlan { watched: vec!["lo".to_owned()], ..changed }], &[]).await;
    let (mut kept_walks, mut is_restarted, mut is_followed) = (0, false, false);
    lab.until("tables of the restarted one and the new revision", |report| {
        kept_walks += usize::from(matches!(finding(report, ids[0]), Some(Finding::Tables(_))));
        is_restarted |= matches!(finding(report, ids[1]), Some(Finding::Tables(_)));
        is_followed |= matches!(report, Report::Heartbeat(beat) if beat.plan_revision == 2 && beat.devices == 2);
        (is_restarted && is_followed).then_some(())
    })
    .await;
    assert_eq!(kept_walks, 0, "the unchanged one did not start anew");
    let mut reads_of_kept = 0;
    lab.until("five further reads of the kept one, none of the removed one", |report| {
        assert!(finding(report, ids[2]).is_none(), "a removed device is still watched: {report:?}");
        reads_of_kept += usize::from(matches!(finding(report, ids[0]), Some(Finding::Snmp { .. })));
        (reads_of_kept == 5).then_some(())
    })
    .await;
    lab.centre.send(Task::PollNow(ids[0])).await.unwrap();
    assert!(lab.tables(ids[0]).await.is_complete);
    lab.stop().await;
}

const IF_DESCR: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 2];
const IF_ADMIN_STATUS: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 7];
const IF_OPER_STATUS: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 8];
const IF_NAME: [u32; 11] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1];

/// Interfaces by index: name and ifOperStatus. Names are in ifName, or in ifDescr alone.
fn mib(interfaces: &[(u32, &str, u8)], has_x_table: bool) -> BTreeMap<Vec<u32>, Vec<u8>> {
    let mut mib = BTreeMap::from([
        (vec![1, 3, 6, 1, 2, 1, 1, 3, 0], tlv(0x43, &[1, 0])),
        (vec![1, 3, 6, 1, 2, 1, 1, 5, 0], tlv(4, b"scripted")),
        (vec![1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2, 768], tlv(2, &[42])),
    ]);
    for (index, name, oper) in interfaces {
        let row = |column: &[u32]| [column, &[*index]].concat();
        let descr = if has_x_table { "the same description for all" } else { name };
        mib.insert(row(&IF_DESCR), tlv(4, descr.as_bytes()));
        mib.insert(row(&IF_ADMIN_STATUS), tlv(2, &[1]));
        mib.insert(row(&IF_OPER_STATUS), tlv(2, &[*oper]));
        if has_x_table {
            mib.insert(row(&IF_NAME), tlv(4, name.as_bytes()));
        }
    }
    mib
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interface_is_followed_by_its_name_when_its_index_moves() {
    for has_x_table in [true, false] {
        let objects = Mib::default();
        *objects.lock().unwrap() = mib(&[(1, "wan", 1), (2, "lan", 1)], has_x_table);
        let agent = honest(&objects);
        let mut lab = Lab::start(Probing::Auto);
        let mut plan = device(agent.address.port(), vec![community("public")]);
        plan.watched = vec!["wan".to_owned()];
        let id = plan.device;
        lab.plan(vec![plan], &[]).await;
        let (_, before) = lab.status(id, |_| true).await;
        assert_eq!((before.if_index, before.oper), (1, OperStatus::Up));
        lab.centre.send(Task::PollNow(id)).await.unwrap();
        let tables = lab.tables(id).await;
        assert_eq!((tables.is_complete, tables.cpu_percent.as_slice(), tables.interfaces.len()), (true, [42.0].as_slice(), 2));
        // A reboot: another interface, which is down, has the index now.
        *objects.lock().unwrap() = mib(&[(1, "lan", 2), (9, "wan", 1)], has_x_table);
        lab.until("the new index", |report| match finding(report, id)? {
            Finding::Status { interfaces } => {
                assert!(interfaces.iter().all(|status| status.oper == OperStatus::Up), "the other one's state was taken: {interfaces:?}");
                interfaces.iter().any(|status| status.if_index == 9).then_some(())
            }
            _ => None,
        })
        .await;
        lab.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interface_that_left_the_table_is_not_present_until_it_is_back() {
    for has_x_table in [true, false] {
        let objects = Mib::default();
        *objects.lock().unwrap() = mib(&[(1, "wan", 1), (2, "lan", 1)], has_x_table);
        let agent = honest(&objects);
        let mut lab = Lab::start(Probing::Auto);
        let mut plan = device(agent.address.port(), vec![community("public")]);
        (plan.watched, plan.poll_interval) = (vec!["wan".to_owned(), "lan".to_owned()], Duration::from_secs(1));
        let id = plan.device;
        lab.plan(vec![plan], &[]).await;
        lab.status(id, |status| status.if_name == "wan" && status.oper == OperStatus::Up).await;
        *objects.lock().unwrap() = mib(&[(2, "lan", 1)], has_x_table);
        for _ in 0..3 {
            let (_, status) = lab.status(id, |status| status.if_name == "wan" && status.oper != OperStatus::Up).await;
            assert_eq!((status.oper, status.if_index), (OperStatus::NotPresent, 0));
        }
        *objects.lock().unwrap() = mib(&[(2, "lan", 1), (7, "wan", 1)], has_x_table);
        lab.status(id, |status| status.if_name == "wan" && status.oper == OperStatus::Up && status.if_index == 7).await;
        // No interface at all: the agent does not speak of interfaces, and that is no proof.
        *objects.lock().unwrap() = mib(&[], has_x_table);
        lab.centre.send(Task::PollNow(id)).await.unwrap();
        let mut reads = 0;
        lab.until("three reads of an agent without a table", |report| {
            let found = finding(report, id)?;
            let is_gone = matches!(found, Finding::Status { interfaces } if interfaces.iter().any(|status| status.oper.is_down()));
            assert!(!is_gone, "{found:?}");
            reads += usize::from(matches!(found, Finding::Snmp { .. }));
            (reads == 3).then_some(())
        })
        .await;
        lab.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_names_that_broke_off_takes_no_interface_away() {
    let objects = Mib::default();
    *objects.lock().unwrap() = mib(&[(1, "wan", 1), (2, "lan", 1), (3, "dmz", 1)], true);
    let inner = honest(&objects);
    let relay = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    relay.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let target = inner.address;
    // The list of names breaks off after the second one.
    let agent = Hostile::start(move |request| {
        let asked = agents::asked(request);
        if asked.pdu != 0xa0 && asked.objects.iter().any(|object| object.starts_with(&IF_NAME) && object.last() == Some(&2)) {
            return vec![];
        }
        relay.send_to(request, target).unwrap();
        let mut answer = [0; 65_535];
        relay.recv_from(&mut answer).map_or(vec![], |(len, _)| vec![answer[..len].to_vec()])
    });
    let mut lab = Lab::start(Probing::Auto);
    let mut plan = device(agent.address.port(), vec![community("public")]);
    plan.watched = vec!["wan".to_owned(), "gone".to_owned()];
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    let mut reads = 0;
    lab.until("three status reads", |report| match finding(report, id)? {
        Finding::Status { interfaces } => {
            assert!(interfaces.iter().all(|status| status.if_name == "wan"), "half a list proves nothing: {interfaces:?}");
            reads += 1;
            (reads == 3).then_some(())
        }
        _ => None,
    })
    .await;
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_reading_of_down_is_read_again_ten_seconds_later() {
    let objects = Mib::default();
    *objects.lock().unwrap() = mib(&[(1, "wan", 2)], true);
    let agent = honest(&objects);
    let mut lab = Lab::start(Probing::Auto);
    let mut plan = device(agent.address.port(), vec![community("public")]);
    (plan.watched, plan.probe_interval) = (vec!["wan".to_owned()], DAY);
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    // Within a day of jitter: do not wait for it.
    lab.heartbeat(|beat| beat.plan_revision == 1).await;
    lab.centre.send(Task::PollNow(id)).await.unwrap();
    let (first, _) = lab.status(id, |status| status.oper == OperStatus::Down).await;
    let (second, _) = lab.status(id, |status| status.oper == OperStatus::Down).await;
    let gap = second.since(first);
    assert!(gap >= Duration::from_secs(9), "{gap:?}");
    eprintln!("read again after {gap:?}");
    assert!(lab.clock.now() >= second);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_agent_that_comes_back_is_walked_at_once_and_overruns_are_counted_not_stacked() {
    let port = agents::free_udp_port();
    let hole = std::net::UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let mut lab = Lab::start(Probing::Auto);
    let mut plan = device(port, vec![community("public")]);
    plan.poll_interval = Duration::from_secs(1);
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    assert!(matches!(lab.answer(id).await, SnmpAnswer::Silent { .. }));
    // Each walk waits three times two seconds, so the next ones are due meanwhile.
    let beat = lab.heartbeat(|beat| beat.overruns > 0).await;
    eprintln!("{} overruns", beat.overruns);
    drop(hole);
    let Some(_agent) = Snmpd::start_on(port, "") else { return };
    lab.until("the return", |report| matches!(finding(report, id)?, Finding::Snmp { answer: SnmpAnswer::Answered }).then_some(())).await;
    assert!(lab.tables(id).await.is_complete);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_walk_gives_what_was_read_and_says_that_it_is_half() {
    let objects = Mib::default();
    *objects.lock().unwrap() = mib(&[(1, "wan", 1), (2, "lan", 1), (3, "dmz", 1)], true);
    let inner = honest(&objects);
    // Passes everything on but the question for what follows the second row.
    let relay = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    relay.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let target = inner.address;
    let agent = Hostile::start(move |request| {
        let asked = agents::asked(request);
        if asked.pdu != 0xa0 && asked.objects.iter().any(|object| object.starts_with(&IF_NAME) && object.last() == Some(&2)) {
            return vec![];
        }
        relay.send_to(request, target).unwrap();
        let mut answer = [0; 65_535];
        relay.recv_from(&mut answer).map_or(vec![], |(len, _)| vec![answer[..len].to_vec()])
    });
    let mut lab = Lab::start(Probing::Auto);
    let plan = device(agent.address.port(), vec![community("public")]);
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    let tables = lab.tables(id).await;
    assert!(!tables.is_complete);
    assert_eq!(tables.sys_name.as_deref(), Some("scripted"));
    assert!(["wan", "lan"].iter().all(|name| tables.interfaces.iter().any(|interface| interface.if_name == *name)), "{tables:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_falls_silent_halfway_is_reported_with_what_it_said() {
    const COUNT: u32 = 15;
    let names: Vec<String> = (1..=COUNT).map(|index| format!("port{index}")).collect();
    let rows: Vec<(u32, &str, u8)> = (1..=COUNT).zip(&names).map(|(index, name)| (index, name.as_str(), 1)).collect();
    let objects = Mib::default();
    *objects.lock().unwrap() = mib(&rows, true);
    let inner = honest(&objects);
    let relay = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    relay.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let target = inner.address;
    let agent = Hostile::start(move |request| {
        let asked = agents::asked(request);
        if asked.pdu == 0xa0 && asked.objects.iter().any(|object| object.last() == Some(&COUNT)) {
            return vec![];
        }
        relay.send_to(request, target).unwrap();
        let mut answer = [0; 65_535];
        relay.recv_from(&mut answer).map_or(vec![], |(len, _)| vec![answer[..len].to_vec()])
    });
    let mut lab = Lab::start(Probing::Auto);
    let mut plan = device(agent.address.port(), vec![community("public")]);
    plan.watched = names;
    let id = plan.device;
    lab.plan(vec![plan], &[]).await;
    let read = lab
        .until("a status", |report| match finding(report, id)? {
            Finding::Status { interfaces } => Some(interfaces.len()),
            Finding::Snmp { answer } => {
                assert_eq!(*answer, SnmpAnswer::Answered);
                None
            }
            _ => None,
        })
        .await;
    assert!((1..COUNT as usize).contains(&read), "{read} of {COUNT}");
    lab.stop().await;
}

/// Half of five hundred never answer. Reads of the others must stay as regular as their interval.
#[tokio::test(flavor = "multi_thread")]
async fn silent_devices_do_not_delay_the_others() {
    const HALF: usize = 250;
    const READS: usize = 4;
    const INTERVAL: Duration = Duration::from_secs(4);
    let Some(agent) = Snmpd::start("") else { return };
    let hole = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent_port = hole.local_addr().unwrap().port();
    let mut lab = Lab::start(Probing::Auto);
    let make = |port: u16| DevicePlan { probe_interval: INTERVAL, poll_interval: DAY, ..device(port, vec![community("public")]) };
    let good: Vec<DevicePlan> = (0..HALF).map(|_| make(agent.port)).collect();
    let ids: HashSet<DeviceId> = good.iter().map(|plan| plan.device).collect();
    lab.plan(good.into_iter().chain((0..HALF).map(|_| make(silent_port))).collect(), &[]).await;
    let mut reads: HashMap<DeviceId, Vec<Timestamp>> = HashMap::new();
    let mut silent = 0;
    lab.until("four reads of every good device", |report| {
        let Report::Observation(Observation { device, at, finding: Finding::Snmp { answer }, .. }) = report else { return None };
        if !ids.contains(device) {
            silent += 1;
            return None;
        }
        assert_eq!(*answer, SnmpAnswer::Answered);
        reads.entry(*device).or_default().push(*at);
        (reads.len() == HALF && reads.values().all(|times| times.len() >= READS)).then_some(())
    })
    .await;
    let gaps = reads.values().flat_map(|times| times.windows(2).map(|pair| pair[1].since(pair[0])));
    let longest = gaps.max().unwrap();
    eprintln!(
        "longest gap between two reads of a good device: {longest:?} at an interval of {INTERVAL:?}; {silent} silent reads meanwhile"
    );
    let memory = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", memory.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default());
    assert!(silent >= HALF, "the silent half was asked too: {silent}");
    assert!(longest < INTERVAL * 10, "{longest:?}");
    let beat = lab.heartbeat(|beat| beat.devices as usize == 2 * HALF).await;
    assert_eq!(beat.shed, 0);
    lab.stop().await;
}

#[tokio::test]
async fn the_collector_ends_with_its_link() {
    let (centre, end) = link::in_process(10);
    let options = Options { collector: COLLECTOR, probing: Probing::Auto, profiles: Arc::default() };
    let running = tokio::spawn(collect::run(end, Clock::System, options, CancellationToken::new()));
    drop(centre);
    assert_eq!(tokio::time::timeout(CEILING, running).await.expect("it ends").unwrap(), Ended::LinkClosed);
}
