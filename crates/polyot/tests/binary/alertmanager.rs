//! A real Prometheus Alertmanager beside us: what it tells becomes an alarm, a mail to the client and a ticket, and it ends when it says so.

use crate::client::Client;
use crate::product::{Home, on_both, wait_for};
use crate::rows::{look, refer_to_loopback};
use model::notice::{NoticeKind, NoticeState};
use model::ticket::TicketState;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const ALERTMANAGER: &str = "/usr/bin/prometheus-alertmanager";

/// Alertmanager on loopback with our webhook as its only receiver. Dropped, it is killed.
struct Alertmanager {
    child: Child,
    client: Client,
    folder: tempfile::TempDir,
}

impl Alertmanager {
    /// `None`, told aloud, where it is not installed.
    fn start(url: &str, secret: &str) -> Option<Self> {
        if !Path::new(ALERTMANAGER).exists() {
            let how = format!("{ALERTMANAGER} is missing (apt-get install --no-install-recommends prometheus-alertmanager)");
            testkit::skipped("a real Alertmanager", &how);
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "route:\n  receiver: polyot\n  group_by: ['...']\n  group_wait: 0s\n  group_interval: 1s\n  repeat_interval: 1h\nreceivers:\n  - name: polyot\n    \
             webhook_configs:\n      - url: {url}\n        send_resolved: true\n        http_config:\n          authorization:\n            credentials: {secret}\n"
        );
        std::fs::write(folder.path().join("alertmanager.yml"), config).unwrap();
        let port = testkit::exim::free_port();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(ALERTMANAGER)
            .arg(format!("--config.file={}", folder.path().join("alertmanager.yml").display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let client = Client::new(&format!("http://127.0.0.1:{port}"));
        let this = Self { child, client, folder };
        wait_for("an Alertmanager that is ready", || {
            let answer = this.client.try_send("GET", "/-/ready", &[], None).ok()?;
            (answer.status == 200).then_some(())
        });
        Some(this)
    }

    /// As Prometheus posts it.
    fn post(&self, item: Value) {
        let answer = self.client.post("/api/v2/alerts", &json!([item]));
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- Alertmanager said:\n{}\n---", std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
    }
}

/// A client with a service on a device called `edge`, who is told by mail.
fn register(admin: &Client) {
    let make = |path: &str, body: Value| admin.create(path, &body)["id"].as_str().unwrap().to_owned();
    let client = make("/api/v1/tenants", json!({"kind": "client", "name": "Ромашка", "language": "ru"}));
    let site = make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "Склад"}));
    make("/api/v1/contacts", json!({"tenant": client, "name": "Duty", "email": "duty@example.org", "language": "ru"}));
    let device = make("/api/v1/devices", json!({"site": site, "name": "edge", "address": "127.0.0.1"}));
    make("/api/v1/services", json!({"client": client, "name": "Интернет", "endpoints": [{"device": device}]}));
}

fn external(admin: &Client, state: &str) -> Option<Value> {
    admin.items(&format!("/api/v1/alarms?class=external&state={state}")).into_iter().next()
}

fn it_becomes_an_alarm_a_notice_and_a_ticket(mut home: Home) {
    let Some(exim) = testkit::exim::start() else { return };
    std::fs::write(home.path("ca.pem"), exim.ca_pem()).unwrap();
    home.config = Some(format!("[smtp]\nurl = \"{}\"\nfrom = \"noc@example.net\"\nca_file = \"ca.pem\"\n", exim.url()));
    let product = home.start();
    let admin = product.admin();
    refer_to_loopback(&home);
    register(&admin);
    let provider = admin.items("/api/v1/tenants?kind=provider")[0]["id"].clone();
    let source = admin.create("/api/v1/sources", &json!({"kind": "alertmanager", "tenant": provider, "name": "Prometheus"}));
    let secret = source["secret"].as_str().unwrap();
    let url = format!("http://127.0.0.1:{}{}", product.port, source["path"].as_str().unwrap());
    let Some(other) = Alertmanager::start(&url, secret) else { return };

    let labels = json!({"alertname": "HostDown", "instance": "edge:9100", "severity": "critical"});
    other.post(json!({"labels": labels, "annotations": {"summary": "edge does not answer"}}));
    let alarm = wait_for("the alarm", || external(&admin, "active"));
    assert_eq!((alarm["severity"].as_str(), alarm["device"]["name"].as_str()), (Some("critical"), Some("edge")), "{alarm}");
    assert_eq!(alarm["object"]["name"], "HostDown: edge does not answer");
    wait_for("the proof", || look(&home).notices.first().filter(|row| row.notice.state == NoticeState::Sent).map(|_| ()));
    let mails = exim.mails(1);
    assert!(mails[0].contains("duty@example.org"), "{}", mails[0]);
    let ticket = wait_for("the ticket", || look(&home).tickets.into_iter().next());
    assert_eq!(ticket.ticket.title, "edge: HostDown: edge does not answer");

    let started = other.client.get("/api/v2/alerts").json()[0]["startsAt"].clone();
    let ends = admin.get("/api/v1/alarms").json()["items"][0]["raised_at"].clone();
    other.post(json!({"labels": labels, "annotations": {"summary": "edge does not answer"}, "startsAt": started, "endsAt": ends}));
    wait_for("the end of the alarm", || external(&admin, "cleared"));
    wait_for("a resolved ticket", || (look(&home).tickets[0].ticket.state == TicketState::Resolved).then_some(()));
    wait_for("both proofs", || {
        let sent = |kind| move |row: &&store::NoticeListed| row.notice.kind == kind && row.notice.state == NoticeState::Sent;
        let rows = look(&home);
        let both = [NoticeKind::Opened, NoticeKind::Restored].into_iter().all(|kind| rows.notices.iter().any(|row| sent(kind)(&row)));
        both.then_some(())
    });
    exim.mails(2);
    let rows = look(&home);
    assert_eq!((rows.alarms.len(), rows.incidents, rows.tickets.len(), rows.notices.len()), (1, 1, 1, 2), "{rows:#?}");
    let signal = admin.items("/api/v1/signals").remove(0);
    assert_eq!((signal["state"].as_str(), signal["device"]["name"].as_str()), (Some("closed"), Some("edge")), "{signal}");
    assert!(!product.log().contains(secret), "the secret of the source in the log");
    product.kill();
}

#[test]
fn what_a_real_alertmanager_tells_reaches_the_client_and_line_1() {
    on_both(&[("a real Alertmanager", it_becomes_an_alarm_a_notice_and_a_ticket)]);
}
