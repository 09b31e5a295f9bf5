//! A backup while the server works, restored elsewhere: it serves pages, asks no device and sends no mail until somebody says so.

use crate::lab::COMMUNITY;
use crate::product::{EMAIL, Home, PASSWORD, on_postgresql, refusal, wait_for};
use crate::rows::refer_to_loopback;
use serde_json::json;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Several times the interval of the device that must not be asked.
const QUIET: Duration = Duration::from_secs(6);

/// `polyot admin …` with nothing of our own environment.
pub fn admin(home: &Home, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polyot"));
    command.env_clear().envs(std::env::vars().filter(|(name, _)| !name.starts_with("POLYOT_")));
    command.current_dir(home.folder.path()).arg("admin").args(arguments).stdin(Stdio::null());
    if let Some(url) = &home.database_url {
        command.env("POLYOT_DATABASE_URL", url);
    }
    command
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
pub fn done(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// A device whose every question is counted.
struct Listened {
    socket: UdpSocket,
}

impl Listened {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket }
    }

    fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// Questions since the last call.
    fn asked(&self) -> usize {
        let mut buffer = [0; 2_048];
        std::iter::from_fn(|| self.socket.recv_from(&mut buffer).ok()).count()
    }

    fn check_quiet(&self) {
        self.asked();
        let until = Instant::now() + QUIET;
        while Instant::now() < until {
            assert_eq!(self.asked(), 0, "a cold installation asked a device");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// One device on loopback.
fn register(client: &crate::client::Client, port: u16) {
    let id = |row: serde_json::Value| row["id"].as_str().unwrap().to_owned();
    let tenant = id(client.create("/api/v1/tenants", &json!({"kind": "client", "name": "C"})));
    let site = id(client.create("/api/v1/tenants", &json!({"kind": "site", "parent": tenant, "name": "S"})));
    let key = json!({"tenant": tenant, "name": "k", "kind": "snmp_v2c", "community": COMMUNITY});
    let key = id(client.create("/api/v1/credentials", &key));
    let device = json!({"site": site, "name": "d", "address": "127.0.0.1", "snmp_port": port, "credentials": [key],
        "probe_interval_s": 1, "poll_interval_s": 5});
    client.create("/api/v1/devices", &device);
}

fn home_with_mail(mail: &testkit::exim::Exim) -> Home {
    let mut home = Home::new();
    std::fs::write(home.path("ca.pem"), mail.ca_pem()).unwrap();
    let ca = home.path("ca.pem").display().to_string();
    home.env.extend([
        ("POLYOT_SMTP_URL".into(), mail.url()),
        ("POLYOT_SMTP_FROM".into(), "noc@example.org".into()),
        ("POLYOT_SMTP_CA_FILE".into(), ca),
        // A mailbox that the test's server has.
        ("POLYOT_ADMIN_EMAIL".into(), "admin@example.org".into()),
    ]);
    home
}

#[test]
fn what_was_restored_stays_silent_until_it_is_taken_into_service() {
    let Some(mail) = testkit::exim::start() else { return };
    let device = Listened::new();
    let home = home_with_mail(&mail);
    let product = home.start();
    let mut client = product.client();
    client.log_in("admin@example.org", PASSWORD);
    register(&client, device.port());
    wait_for("the first question to the device", || (device.asked() > 0).then_some(()));
    refer_to_loopback(&home);
    let archive = home.path("backup.tar.gz");
    let told = done(admin(&home, &["backup", archive.to_str().unwrap(), "--data", home.data.to_str().unwrap()]));
    assert!(told.contains("The master key is not in it"), "{told}");
    product.check_log();
    product.kill();

    let mut elsewhere = home_with_mail(&mail);
    elsewhere.data = elsewhere.path("restored");
    let told = done(admin(&elsewhere, &["restore", archive.to_str().unwrap(), "--data", elsewhere.data.to_str().unwrap()]));
    assert!(told.contains("starts cold") && told.contains("master key was not in the archive"), "{told}");
    // Without its key it does not even start; typed in from the sheet, it does.
    assert!(elsewhere.refusal().contains("master key"));
    let printed = done(admin(&home, &["recovery-sheet", "--data", home.data.to_str().unwrap()]));
    type_in(&elsewhere, &printed);
    assert_eq!(std::fs::read(elsewhere.data.join("master.key")).unwrap(), std::fs::read(home.data.join("master.key")).unwrap());

    let product = elsewhere.start();
    let mut client = product.client();
    client.log_in("admin@example.org", PASSWORD);
    let system = client.get("/api/v1/system").json();
    assert_eq!((&system["is_cold"], &system["cold_reason"]), (&json!(true), &json!("restored")), "{system}");
    assert!(client.get("/readyz").text.contains("cold (restored)") && client.get("/readyz").status == 200);
    assert_eq!(client.items("/api/v1/devices").len(), 1, "pages are served");
    assert_eq!(client.post("/api/v1/password-resets", &json!({"email": "admin@example.org"})).status, 202);
    device.check_quiet();
    assert!(mail.mails(0).is_empty(), "a cold installation sent a mail");

    // Warm: without a restart.
    assert_eq!(client.post("/api/v1/system/warm", &json!({})).json()["is_cold"], false);
    wait_for("a question to the device", || (device.asked() > 0).then_some(()));
    let text = mail.mails(1).remove(0);
    assert_eq!(client.get("/readyz").text, "ok\n");

    // The mail that waited is the way back in, once.
    let token = link_token(&text);
    assert!(!product.log().contains(&token), "the link stands in the log");
    let body = json!({"token": token, "password": "a new password"});
    assert_eq!(product.client().post("/api/v1/password-resets/accept", &body).status, 204);
    assert_eq!(product.client().post("/api/v1/password-resets/accept", &body).status, 404);
    assert_eq!(client.get("/api/v1/me").status, 401, "all sessions end");
    product.client().log_in("admin@example.org", "a new password");
    product.kill();
    // Warm it stays.
    let product = elsewhere.start();
    assert_eq!(product.client().get("/readyz").text, "ok\n");
    product.kill();
}

/// From a mail in quoted-printable or plain.
fn link_token(text: &str) -> String {
    let whole = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = whole.split_once("/reset?token=").unwrap_or_else(|| panic!("no link in {text}"));
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

fn type_in(home: &Home, printed: &str) {
    use std::io::Write as _;
    let groups: Vec<&str> = printed
        .split_whitespace()
        .filter(|word| word.len() == 5 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
        .collect();
    let from = groups.iter().position(|group| printed.contains(&format!(" 1: {group}"))).unwrap();
    let groups = &groups[from..from + 13];
    let attempt = |text: &str| {
        let mut command = admin(home, &["master-key", "--from-sheet", "--data", home.data.to_str().unwrap()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let mut wrong: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
    let last = wrong[6].pop().unwrap();
    wrong[6].push(if last == '7' { '8' } else { '7' });
    let refused = attempt(&wrong.join(" "));
    assert!(!refused.status.success() && said(&refused).contains("group 7"), "{}", said(&refused));
    assert!(!home.data.join("master.key").exists());
    let made = attempt(&groups.join("\n").to_lowercase());
    assert!(made.status.success(), "{}", said(&made));
    let again = attempt(&groups.join("\n"));
    assert!(said(&again).contains("is there already"), "{}", said(&again));
}

#[test]
fn a_damaged_a_cut_off_or_a_newer_archive_is_refused_by_the_name_of_its_bad_part() {
    let home = Home::new();
    let product = home.start();
    product.admin();
    let archive = home.path("whole.tar.gz");
    done(admin(&home, &["backup", archive.to_str().unwrap(), "--with-master-key", "--data", home.data.to_str().unwrap()]));
    product.kill();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&archive.metadata().unwrap().permissions()) & 0o777, 0o600);
    let again = admin(&home, &["backup", archive.to_str().unwrap(), "--data", home.data.to_str().unwrap()]);
    assert!(refusal(again).contains("is there already"));
    let whole = std::fs::read(&archive).unwrap();
    let target = home.path("target");
    let refused = |name: &str, bytes: &[u8]| {
        let file = home.path(name);
        std::fs::write(&file, bytes).unwrap();
        let sentence = refusal(admin(&home, &["restore", file.to_str().unwrap(), "--data", target.to_str().unwrap()]));
        assert!(!target.exists(), "{name}: something was left behind");
        let left: Vec<_> = std::fs::read_dir(home.folder.path())
            .unwrap()
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().contains("restoring"))
            .collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        sentence
    };
    // Cut off in the middle of the database, which stands right after the manifest.
    let cut = refused("cut.tar.gz", &whole[..whole.len() / 8]);
    assert!(cut.contains("`polyot.db`") && cut.contains("half-written"), "{cut}");
    let cut = refused("cut-end.tar.gz", &whole[..whole.len() - 3_000]);
    assert!(cut.contains("part `") && cut.contains("half-written") || cut.contains("damaged"), "{cut}");
    assert!(refused("cut-start.tar.gz", &whole[..40]).contains("`manifest.json`"));
    assert!(refused("none.tar.gz", b"").contains("no backup"));
    assert!(refused("other.tar.gz", b"PK\x03\x04 something else entirely").contains("no backup"));
    // One byte of the content changed, and an archive of a later program: the archive is taken apart and made anew.
    let folder = home.path("apart");
    std::fs::create_dir(&folder).unwrap();
    crate::lab::run(&format!("tar -xzf {} -C {}", archive.display(), folder.display())).unwrap();
    let repack = |name: &str| {
        let order = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
        let parts: serde_json::Value = serde_json::from_str(&order).unwrap();
        let names: Vec<&str> = parts["parts"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
        let file = home.path(name);
        crate::lab::run(&format!("tar -czf {} -C {} manifest.json {}", file.display(), folder.display(), names.join(" "))).unwrap();
        std::fs::read(file).unwrap()
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    std::fs::write(folder.join("manifest.json"), manifest.replacen("\"schema\": ", "\"schema\": 9", 1)).unwrap();
    let newer = refused("newer.tar.gz", &repack("newer-made.tar.gz"));
    assert!(newer.contains("newer than this program") && newer.contains("schema 9"), "{newer}");
    std::fs::write(folder.join("manifest.json"), manifest.replacen("\"polyot.db\"", "\"../polyot.db\"", 1)).unwrap();
    let refused_name = {
        let bytes = {
            let file = home.path("escape.tar.gz");
            crate::lab::run(&format!("tar -czf {} -C {} manifest.json", file.display(), folder.display())).unwrap();
            std::fs::read(file).unwrap()
        };
        refused("escape-made.tar.gz", &bytes)
    };
    assert!(refused_name.contains("`../polyot.db`"), "{refused_name}");
    std::fs::write(folder.join("manifest.json"), &manifest).unwrap();
    let mut key = std::fs::read(folder.join("master.key")).unwrap();
    key[25] ^= 1;
    std::fs::write(folder.join("master.key"), key).unwrap();
    let changed = refused("changed.tar.gz", &repack("changed-made.tar.gz"));
    assert!(changed.contains("`master.key`") && changed.contains("not what the manifest says"), "{changed}");

    // A folder with something in it is left alone; the whole archive is taken.
    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("mine"), "x").unwrap();
    let sentence = refusal(admin(&home, &["restore", archive.to_str().unwrap(), "--data", target.to_str().unwrap()]));
    assert!(sentence.contains("not empty") && target.join("mine").exists(), "{sentence}");
    std::fs::remove_file(target.join("mine")).unwrap();
    done(admin(&home, &["restore", archive.to_str().unwrap(), "--data", target.to_str().unwrap()]));
    let mode = |path: &Path| std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777;
    assert_eq!((mode(&target), mode(&target.join("master.key")), mode(&target.join("polyot.db"))), (0o700, 0o600, 0o600));
}

/// With PostgreSQL's own tools, into another database.
#[test]
fn a_backup_of_postgresql_comes_back_in_another_database() {
    on_postgresql(|home| {
        if Command::new("pg_dump").arg("--version").output().is_err() {
            return testkit::skipped("a backup of PostgreSQL", "pg_dump is not in the PATH (apt-get install postgresql-client)");
        }
        let product = home.start();
        product.admin().create("/api/v1/tenants", &json!({"kind": "client", "name": "Ромашка"}));
        let archive = home.path("backup.tar.gz");
        let told = done(admin(&home, &["backup", archive.to_str().unwrap(), "--with-master-key", "--data", home.data.to_str().unwrap()]));
        assert!(told.contains("WARNING: the archive holds the master key") && !told.contains("the database is not in it"), "{told}");
        product.kill();
        on_postgresql(|mut elsewhere| {
            elsewhere.data = elsewhere.path("restored");
            let told = done(admin(&elsewhere, &["restore", archive.to_str().unwrap(), "--data", elsewhere.data.to_str().unwrap()]));
            assert!(told.contains("pg_restore"), "{told}");
            let url = elsewhere.database_url.clone().unwrap();
            let dump = elsewhere.data.join("database.dump");
            let output = Command::new("pg_restore").args(["--no-owner", "--dbname", &url]).arg(dump).output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
            let product = elsewhere.start();
            let client = product.admin();
            assert_eq!(client.get("/api/v1/system").json()["cold_reason"], "restored");
            assert_eq!(client.items("/api/v1/tenants?kind=client").len(), 1);
            let verdict = client.get("/api/v1/audit/verify").json();
            assert_eq!(verdict["ok"], true, "{verdict}");
            product.kill();
        });
    });
}

#[test]
fn the_configuration_goes_along_without_its_secrets() {
    let mut home = Home::new();
    home.config = Some("[smtp]\nurl = \"smtp://post:gh7-secret@127.0.0.1:1\"\nfrom = \"noc@example.org\"\n".into());
    let product = home.start();
    product.admin();
    let archive = home.path("backup.tar.gz");
    done(admin(&home, &["backup", archive.to_str().unwrap(), "--data", home.data.to_str().unwrap()]));
    product.kill();
    let target = home.path("target");
    done(admin(&home, &["restore", archive.to_str().unwrap(), "--data", target.to_str().unwrap()]));
    let text = std::fs::read_to_string(target.join("polyot.toml.backup")).unwrap();
    assert!(text.contains("noc@example.org") && text.contains("127.0.0.1:1") && !text.contains("gh7-secret"), "{text}");
    assert!(!target.join("master.key").exists());
}

#[test]
fn the_doctor_says_what_is_wrong_and_ends_with_one() {
    let home = Home::new();
    let product = home.start();
    product.admin();
    let look = || admin(&home, &["doctor", "--data", home.data.to_str().unwrap()]).output().unwrap();
    let well = look();
    let told = said(&well);
    assert!(well.status.success(), "{told}");
    for line in [
        "ok    data folder",
        "ok    database",
        "ok    schema",
        "ok    master key",
        "ok    audit trail",
        "ok    clock",
        "warn  mail server",
        "a server works in it",
    ] {
        assert!(told.contains(line), "{line} in:\n{told}");
    }
    product.kill();
    // A key that others read, a mail server that is away, and a folder that moved.
    let moved = home.path("moved");
    std::fs::rename(&home.data, &moved).unwrap();
    std::fs::set_permissions(moved.join("master.key"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let mut command = admin(&home, &["doctor", "--data", moved.to_str().unwrap()]);
    let ill = command.env("POLYOT_SMTP_URL", "smtp://127.0.0.1:1").output().unwrap();
    let told = said(&ill);
    assert_eq!(ill.status.code(), Some(1), "{told}");
    for line in
        ["BAD   master key", "chmod 600", "BAD   mail server", "warn  place: cold (moved)", "polyot admin warm", "no server works in it"]
    {
        assert!(told.contains(line), "{line} in:\n{told}");
    }
    assert!(!told.contains(EMAIL) && !told.contains(PASSWORD));
}
