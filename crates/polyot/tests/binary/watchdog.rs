//! The watchdog outside: a product that beats is well; one that is killed makes one mail, and one more when it is back. A real mail server.

use crate::product::{Home, Product, refusal, wait_for};
use crate::rows::refer_to_loopback;
use hmac_of::signed;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::exim::Exim;

const SECRET: &str = "a secret for the watchdog only";

/// `polyot watchdog` as a process of its own.
struct Dog {
    child: Child,
    told: Arc<Mutex<Vec<String>>>,
    port: u16,
}

impl Dog {
    fn command(folder: &Path, mail: &Exim, port: u16) -> Command {
        std::fs::write(folder.join("secret"), format!("{SECRET}\n")).unwrap();
        std::fs::write(folder.join("ca.pem"), mail.ca_pem()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_polyot"));
        command.env_clear().envs(std::env::vars().filter(|(name, _)| !name.starts_with("POLYOT_"))).current_dir(folder);
        command.env("POLYOT_SMTP_URL", mail.url()).env("POLYOT_SMTP_CA_FILE", folder.join("ca.pem"));
        command.args(["watchdog", "--secret-file", "secret", "--mail-to", "boss@example.org", "--mail-from", "dog@example.org"]);
        command.args(["--language", "ru", "--missing-after", "3", "--listen", &format!("127.0.0.1:{port}")]);
        command
    }

    fn start(folder: &Path, mail: &Exim, port: u16) -> Self {
        let mut child =
            Self::command(folder, mail, port).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (lines, stderr) = (Arc::clone(&told), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                let Ok(line) = line else { return };
                lines.lock().unwrap().push(line);
            }
        });
        let mut dog = Self { child, told, port };
        let line =
            wait_for("a watchdog that listens", || dog.log().lines().find(|line| line.contains("The watchdog listens")).map(str::to_owned));
        dog.port = line.rsplit(':').next().unwrap().trim().parse().unwrap();
        dog
    }

    fn log(&self) -> String {
        self.told.lock().unwrap().join("\n")
    }

    /// What it says to a sign of life made by hand.
    fn answer(&self, at_ms: i64, signature: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "POST /beat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\npolyot-timestamp: {at_ms}\r\npolyot-signature: {signature}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text.split_whitespace().nth(1).unwrap_or_else(|| panic!("no answer: {text}")).parse().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        assert!(!self.log().contains(SECRET) && !self.log().contains("panicked"), "{}", self.log());
    }
}

impl Drop for Dog {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the watchdog said:\n{}\n---", self.log());
        }
    }
}

/// HMAC-SHA256 by a program that is not ours.
mod hmac_of {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    pub fn signed(secret: &str, at_ms: i64, body: &str) -> String {
        let mut child = Command::new("openssl")
            .args(["dgst", "-sha256", "-hmac", secret])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{at_ms}.{body}").as_bytes()).unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        format!("v1={}", output.trim().rsplit(' ').next().unwrap())
    }
}

fn now_ms() -> i64 {
    model::Clock::System.now().micros() / 1_000
}

fn beat(number: i64) -> String {
    format!(
        r#"{{"installation":"ten_test","version":"0","sent_at":"2026-11-22T14:00:0{number}Z","interval_s":1,"is_alive":true,"collector_seen_at":null,"notice_sent_at":null}}"#
    )
}

fn home(port: u16) -> Home {
    let mut home = Home::new();
    home.config = Some(format!("[watchdog]\nurl = \"http://127.0.0.1:{port}/beat\"\nsecret = \"{SECRET}\"\ninterval_s = 1\n"));
    home
}

fn state(folder: &Path) -> Option<serde_json::Value> {
    serde_json::from_slice(&std::fs::read(folder.join("polyot-watchdog.json")).ok()?).ok()
}

fn is_heard(folder: &Path) -> bool {
    state(folder).is_some_and(|state| state.as_object().is_some_and(|known| known.keys().any(|name| name.starts_with("ten_"))))
}

#[test]
fn a_product_that_dies_makes_one_mail_and_one_more_when_it_is_back() {
    let Some(mail) = testkit::exim::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dog = Dog::start(folder.path(), &mail, 0);
    let port = dog.port;
    let home = home(port);
    let product = home.start();
    product.admin();
    refer_to_loopback(&home);
    wait_for("a sign of life", || is_heard(folder.path()).then_some(()));
    assert!(mail.mails(0).is_empty());
    check_product(&product);
    product.kill();
    let lost = mail.mails(1).remove(0);
    assert!(lost.contains("boss@example.org") && lost.contains("dog@example.org"), "{lost}");
    // Once only, also over a restart of the watchdog itself.
    wait_for("the state that says so", || told_state(folder.path()).filter(|state| state == "lost"));
    dog.kill();
    let dog = Dog::start(folder.path(), &mail, port);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(mail.mails(1).len(), 1, "{}", dog.log());
    let product = home.start();
    let mails = mail.mails(2);
    wait_for("the state that says so", || told_state(folder.path()).filter(|state| state == "well"));
    assert_eq!(mails.len(), 2);
    product.kill();
    assert_eq!(mail.mails(3).len(), 3, "silent again, told again");
    dog.kill();
}

fn told_state(folder: &Path) -> Option<String> {
    let state = state(folder)?;
    Some(state.as_object()?.values().next()?["told"].as_str()?.to_owned())
}

fn check_product(product: &Product) {
    assert!(!product.log().contains(SECRET), "{}", product.log());
}

#[test]
fn what_is_forged_old_or_repeated_is_no_sign_of_life() {
    let Some(mail) = testkit::exim::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dog = Dog::start(folder.path(), &mail, 0);
    let dog_port = dog.port;
    let now = now_ms();
    let body = beat(0);
    let right = signed(SECRET, now, &body);
    for (case, at_ms, signature, body, status) in [
        ("no signature", now, String::new(), body.clone(), 401),
        ("another secret", now, signed("another secret of a watchdog", now, &body), body.clone(), 401),
        ("another body", now, right.clone(), beat(1), 401),
        ("another time", now + 1, right.clone(), body.clone(), 401),
        ("too old", now - 301_000, signed(SECRET, now - 301_000, &body), body.clone(), 400),
        ("not a sign of life", now, signed(SECRET, now, "{}"), "{}".into(), 400),
        ("too long", now, signed(SECRET, now, &"x".repeat(20_000)), "x".repeat(20_000), 413),
    ] {
        assert_eq!(dog.answer(at_ms, &signature, &body), status, "{case}");
        assert!(!is_heard(folder.path()), "{case}");
    }
    assert_eq!(dog.answer(now, &right, &body), 200);
    assert_eq!(dog.answer(now, &right, &body), 409, "repeated");
    // Also over a restart: the state is kept.
    dog.kill();
    let dog = Dog::start(folder.path(), &mail, dog_port);
    assert_eq!(dog.answer(now, &right, &body), 409, "repeated");
    let later = now + 1;
    assert_eq!(dog.answer(later, &signed(SECRET, later, &body), &body), 200);
    dog.kill();

    let short = folder.path().join("secret");
    let command = Dog::command(folder.path(), &mail, 0);
    std::fs::write(short, "short").unwrap();
    assert!(refusal(command).contains("24 characters"));
    let mut bad = Home::new();
    bad.config = Some("[watchdog]\nurl = \"ftp://x\"\nsecret = \"a secret that is long enough\"\n".into());
    assert!(bad.refusal().contains("watchdog.url"));
    bad.config = Some("[watchdog]\nurl = \"http://x\"\nsecret = \"tiny-gh7\"\n".into());
    let sentence = bad.refusal();
    assert!(sentence.contains("watchdog.secret") && !sentence.contains("tiny-gh7"), "{sentence}");
}
