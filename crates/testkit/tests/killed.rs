//! The loop, killed with SIGKILL at every commit, before it and after it, on both databases, with a real mail server.
//!
//! A child process runs the whole story (fault, alarm, incident, notices, ticket, recovery) with a fake clock that it keeps in a file. The parent
//! kills it at step n by a hook in the store, lets a second child finish, and compares what is in the database with a run that nobody disturbed.

#![allow(clippy::unwrap_used)]

use model::observation::{Finding, Heartbeat, Observation, ProbeMethod, Reference, Sight};
use model::tenant::Language;
use model::{Clock, DeviceId, Secret, Timestamp};
use monitor::Monitor;
use notify::channel::email::{Mailer, Timeouts};
use notify::channel::webhook::{Reach, Webhook};
use notify::{Release, SendQueued, Sender, Threads, WriteDue};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{CommitStage, Location, Store};
use support::Desk;
use testkit::World;
use testkit::exim::{self, Exim};
use work::Job;

const DATABASE: &str = "POLYOT_LOOP_DATABASE";
const FOLDER: &str = "POLYOT_LOOP_FOLDER";
const KILL_AT: &str = "POLYOT_LOOP_KILL_AT";
const SMTP: &str = "POLYOT_LOOP_SMTP";

/// The device is silent in this part of the story, seconds from its begin.
const FAULT: std::ops::Range<u64> = 20..95;
const STORY_S: u64 = 160;
/// A claimed delivery or notice of a killed process is free after its lease; the story waits that long at its end.
const LEASES_S: u64 = 400;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Not a test of its own: the body of the child process.
#[test]
fn child_runs_the_loop() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let folder = PathBuf::from(std::env::var(FOLDER).unwrap());
    let kill_at: u64 = std::env::var(KILL_AT).unwrap().parse().unwrap();
    let location = if database.starts_with("postgres") { Location::Postgres(database) } else { Location::Sqlite(database.into()) };
    runtime().block_on(story(&location, &folder, kill_at));
}

async fn story(location: &Location, folder: &Path, kill_at: u64) {
    let clock_file = folder.join("clock");
    let begun: u64 = std::fs::read_to_string(&clock_file).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let clock = Clock::fake(testkit_start().plus(Duration::from_secs(begun)));
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let store = Store::open(location, clock.clone()).await.unwrap().with_commit_hook(Arc::new(move |_stage: CommitStage| {
        if counter.fetch_add(1, Ordering::SeqCst) + 1 == kill_at {
            // A real kill -9 of ourselves: no destructor, no flush.
            let _ = Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
            loop {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }));
    let ca = std::fs::read(folder.join("ca.pem")).unwrap();
    let mailer = Mailer::new(std::env::var(SMTP).unwrap().parse().unwrap(), Some(&ca), Timeouts::default()).unwrap();
    let sender = Sender {
        mailer: Some(mailer),
        default_from: "noc@example.org".into(),
        webhook: Webhook::new(Reach::Anywhere).unwrap(),
        open_secret: Arc::new(|_, _| Err::<Secret, String>("no webhook in this story".into())),
    };
    let mut tx = store.read(&World::scope()).await.unwrap();
    let collector = tx.default_collector().await.unwrap().unwrap().id;
    let devices: BTreeMap<String, DeviceId> =
        tx.devices_of_collector(collector).await.unwrap().into_iter().map(|device| (device.name.clone(), device.id)).collect();
    drop(tx);
    let mut monitor = Monitor::start(store.clone()).await.unwrap();
    let (write, release) = (WriteDue { store: store.clone() }, Release { store: store.clone() });
    let send = SendQueued { store: store.clone(), sender };
    let mut second = begun;
    while second < STORY_S + LEASES_S {
        std::fs::write(&clock_file, second.to_string()).unwrap();
        let at = clock.now();
        if second.is_multiple_of(5) {
            let reference = Reference { target: "gateway".into(), answers: true, has_ever_answered: true };
            monitor.take(Sight::Heartbeat(Heartbeat { collector, at, references: vec![reference] })).await.unwrap();
        }
        for (place, device) in devices.values().enumerate() {
            // The children are seen first: the cause comes later.
            if second >= STORY_S || second % 10 == (9 - place as u64 * 3) % 10 {
                let rtt = (!FAULT.contains(&second)).then_some(Duration::from_millis(1));
                let finding = Finding::Reach { method: ProbeMethod::Icmp, rtt, detail: String::new() };
                monitor.take(Sight::Observation(Observation { collector, device: *device, at, finding })).await.unwrap();
            }
        }
        monitor.tick().await.unwrap();
        work::deliver_all(&store, &Threads).await.unwrap();
        work::deliver_all(&store, &Desk).await.unwrap();
        write.run().await.unwrap();
        release.run().await.unwrap();
        send.run().await.unwrap();
        // After the story only leases have to end.
        let step = if second < STORY_S { 1 } else { 20 };
        clock.advance(Duration::from_secs(step));
        second += step;
    }
    store.close().await;
    println!("POINTS {}", count.load(Ordering::SeqCst));
}

fn testkit_start() -> Timestamp {
    testkit::START
}

/// r1 <- r2; a Russian and an English client, one contact each, a service on each device.
async fn prepare(location: &Location) {
    let world = World::new(location).await;
    let r1 = world.device(world.sites[1], "r1", &[]).await;
    let r2 = world.device(world.sites[0], "r2", &[(r1, None)]).await;
    world.service(world.clients[0], "Интернет", &[(r2, None)]).await;
    world.service(world.clients[1], "VPN", &[(r1, None)]).await;
    world.contact(world.clients[0], "ivan@example.org", Language::Ru).await;
    world.contact(world.clients[1], "john@example.org", Language::En).await;
    world.store.close().await;
}

/// Runs the child; `None` when it was killed, else the number of points at which it could have been.
fn run_child(database: &str, folder: &Path, smtp: &str, kill_at: u64) -> Option<u64> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_runs_the_loop", "--nocapture", "--test-threads=1"])
        .env(DATABASE, database)
        .env(FOLDER, folder)
        .env(KILL_AT, kill_at.to_string())
        .env(SMTP, smtp)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let points = text.lines().find_map(|line| line.rsplit_once("POINTS ").and_then(|(_, n)| n.trim().parse().ok()));
    let was_killed = std::os::unix::process::ExitStatusExt::signal(&output.status) == Some(9);
    assert!(
        points.is_some() || was_killed,
        "the child neither finished nor was killed:\n{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    points
}

/// What must be the same however often it was killed. Ids and times of writing differ; everything that a person sees does not.
async fn picture(location: &Location) -> (String, Vec<String>) {
    let store = Store::open(location, Clock::System).await.unwrap();
    let mut tx = store.read(&World::scope()).await.unwrap();
    let page = store::Page::first(500);
    let mut lines = Vec::new();
    for listed in tx.alarms(&store::AlarmFilter::default(), page).await.unwrap().items {
        let alarm = listed.alarm;
        lines.push(format!(
            "alarm {} of {} {} flaps {} symptom {}",
            alarm.class,
            listed.object_name,
            alarm.state,
            alarm.flaps,
            alarm.suppressed_by.is_some()
        ));
    }
    for incident in tx.incidents(None, page).await.unwrap().items {
        lines.push(format!("incident {}", incident.state));
        for hit in tx.impacts_of_incident(incident.id).await.unwrap() {
            lines.push(format!("impact on {} of {} over {}", hit.service_name, hit.client_name, hit.impact.to.is_some()));
        }
    }
    let notices = tx.notices(&store::NoticeFilter::default(), page).await.unwrap().items;
    for listed in &notices {
        let notice = &listed.notice;
        lines.push(format!("notice {} to {} in {} {} by {}", notice.kind, notice.address, notice.language, notice.state, notice.brand));
    }
    for ticket in tx.tickets(&store::TicketFilter::default(), page).await.unwrap().items {
        let clients: Vec<&str> = ticket.clients.iter().map(|(_, name)| name.as_str()).collect();
        lines.push(format!("ticket {} {} {} of {}", ticket.ticket.line, ticket.ticket.state, ticket.ticket.title, clients.join(", ")));
    }
    lines.push(format!("deliveries open {}", tx.open_deliveries().await.unwrap()));
    drop(tx);
    store.close().await;
    lines.sort();
    (lines.join("\n"), notices.into_iter().map(|listed| listed.notice.message_id).collect())
}

/// A fresh copy of the prepared world.
struct Copy {
    database: String,
    location: Location,
    folder: tempfile::TempDir,
}

fn copies(engine: &str, exim: &Exim) -> Copy {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), exim.ca_pem()).unwrap();
    let location = match engine {
        "sqlite" => Location::Sqlite(folder.path().join("polyot.db")),
        _ => testkit::databases().into_iter().map(|database| database.location).find(|l| matches!(l, Location::Postgres(_))).unwrap(),
    };
    runtime().block_on(prepare(&location));
    let database = match &location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(url) => url.clone(),
    };
    Copy { database, location, folder }
}

/// Message-IDs in the order of arrival.
fn arrived(exim: &Exim) -> Vec<String> {
    let id_of =
        |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Message-ID: <")).map(|id| id.trim_end_matches('>').to_owned());
    exim.mails(0).iter().filter_map(id_of).collect()
}

fn check(engine: &str) {
    let Some(exim) = exim::start() else { return };
    let undisturbed = copies(engine, &exim);
    let points = run_child(&undisturbed.database, undisturbed.folder.path(), &exim.url(), 0).expect("nobody killed it");
    let (expected, ids) = runtime().block_on(picture(&undisturbed.location));
    assert_eq!(ids.len(), 4, "two clients hear of the fault and of its end:\n{expected}");
    assert!(expected.contains("ticket l1 resolved") && expected.contains("deliveries open 0"), "{expected}");
    println!("{engine}: {points} points; undisturbed:\n{expected}");
    let mut doubled = 0;
    for point in 1..=points {
        let before: BTreeSet<String> = arrived(&exim).into_iter().collect();
        let copy = copies(engine, &exim);
        assert_eq!(run_child(&copy.database, copy.folder.path(), &exim.url(), point), None, "{engine}: point {point} was never reached");
        run_child(&copy.database, copy.folder.path(), &exim.url(), 0).expect("nobody killed the second");
        let (told, ids) = runtime().block_on(picture(&copy.location));
        assert_eq!(told, expected, "{engine}: killed at point {point}");
        exim.mails(before.len() + ids.len());
        let mails: Vec<String> = arrived(&exim).into_iter().filter(|id| !before.contains(id)).collect();
        let unique: BTreeSet<&String> = mails.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{engine}: killed at point {point}: every notice arrived");
        assert!(mails.len() <= ids.len() + 1, "{engine}: killed at point {point}: at most one mail repeats, with the same Message-ID");
        doubled += mails.len() - ids.len();
    }
    println!("{engine}: killed at {points} points, {doubled} mails repeated with the same Message-ID");
    assert!(doubled > 0, "killing between the server's 250 and our commit must repeat a mail: otherwise that point was not met");
}

#[test]
fn killed_at_each_step_on_sqlite() {
    check("sqlite");
}

#[test]
fn killed_at_each_step_on_postgresql() {
    if testkit::databases().len() == 2 {
        check("postgresql");
    }
}
