//! `polyot demo` as a visitor meets it: all green, a fault typed at the terminal, a fault from a test of the pages.

use crate::client::Client;
use crate::product::wait_for;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

struct Demo {
    child: Child,
    terminal: ChildStdin,
    told: Arc<Mutex<Vec<String>>>,
    client: Client,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    fn start(more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_polyot"))
            .args(["demo", "--listen", "127.0.0.1:0"])
            .args(more)
            .env_remove("POLYOT_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (lines, stdout) = (Arc::clone(&told), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line.trim().to_owned());
            }
        });
        let terminal = child.stdin.take().unwrap();
        let mut demo = Self { child, terminal, told, client: Client::new("") };
        let url = demo.line("http://");
        demo.client = Client::new(&url);
        let login = json!({"email": demo.line("demo@"), "password": demo.line("polyot-demo-")});
        demo.client.token = demo.client.create("/api/v1/sessions", &login)["token"].as_str().map(str::to_owned);
        demo
    }

    /// The first line of the terminal that begins so.
    fn line(&self, start: &str) -> String {
        wait_for(start, || self.told.lock().unwrap().iter().find(|line| line.starts_with(start)).cloned())
    }

    fn type_in(&mut self, line: &str) {
        writeln!(self.terminal, "{line}").unwrap();
    }

    fn items(&self, path: &str) -> Vec<Value> {
        self.client.get(path).json()["items"].as_array().cloned().unwrap_or_default()
    }

    fn states(&self, state: &str) -> Vec<String> {
        let devices = self.items("/api/v1/devices?limit=100");
        devices.iter().filter(|device| device["state"] == state).map(|device| device["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn the_demo_turns_green_and_obeys_the_terminal_and_the_control_port() {
    let mut demo = Demo::start(&["--fault-after", "0", "--control"]);
    wait_for("24 green devices", || (demo.states("up").len() == 24).then_some(()));
    let tenants = demo.items("/api/v1/tenants?limit=100");
    for tenant in tenants.iter().filter(|tenant| ["provider", "partner", "client"].contains(&tenant["kind"].as_str().unwrap_or_default())) {
        let name = tenant["name"].as_str().unwrap();
        assert!(name.contains("simulated") || name.contains("симуляция"), "{name} does not say what it is");
    }
    let services = demo.items("/api/v1/services?limit=100");
    for tenant in tenants.iter().filter(|tenant| tenant["kind"] == "client") {
        assert!(services.iter().any(|service| service["client"]["id"] == tenant["id"]), "{} has no service", tenant["name"]);
    }

    demo.type_in("down bakery-ap-1");
    demo.line("Simulated fault: bakery-ap-1 has no power.");
    wait_for("the device is down", || (demo.states("down") == ["bakery-ap-1"]).then_some(()));
    demo.type_in("restore bakery-ap-1");
    demo.line("bakery-ap-1 is whole again.");

    let control =
        demo.line("Faults are taken by POST at ").trim_start_matches("Faults are taken by POST at ").trim_end_matches('/').to_owned();
    let control = Client::new(&control);
    let answer = control.post("/", &json!({"fault": "link-down", "device": "daisy-gw-1", "interface": "wan0"}));
    assert_eq!((answer.status, answer.json()), (200, json!({"done": "Simulated fault: interface wan0 of daisy-gw-1 is down."})));
    wait_for("what lies behind is down", || demo.states("down").contains(&"daisy-gw-1".to_owned()).then_some(()));
    for (body, says) in [
        (json!({"fault": "device-down", "device": "nobody"}), "no device nobody in the simulation"),
        (json!({"fault": "frob"}), "unknown variant `frob`"),
    ] {
        let refused = control.post("/", &body);
        assert!(refused.status == 400 && refused.text.contains(says), "{body}: {}", refused.text);
    }
    let headers = [("content-type", "application/json"), ("origin", "http://elsewhere.example")];
    let page = control.send("POST", "/", &headers, Some(json!({"fault": "storm"}).to_string()));
    assert_eq!(page.status, 400, "a page of a browser: {}", page.text);
}
