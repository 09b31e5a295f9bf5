//! Backup on live equipment: FRR behind OpenSSH, one router modern, one that speaks nothing but what old gear speaks. A change by hand is seen
//! as a difference, no secret is readable anywhere, a wrong password locks nobody out, a changed host key waits for a person.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::checks::Checks;
use super::parts;
use super::product::Product;
use super::sshd::{self, Age, Sshd};
use super::world::{World, text};
use super::Lab;
use crate::shell::Failure;

/// A backup of such a router takes a second; the first waits for the register to be read and, at worst, for one retry.
const CEILING: Duration = Duration::from_secs(180);
/// Stands in the configuration of r1, as passwords of neighbours do.
const SECRET: &str = "lab-Vty-Secret-77";
const PROFILE: &str = "frr.frr";

pub fn run(lab: &Lab, checks: &mut Checks) -> Result<(), Failure> {
    sshd::own_accounts(&lab.dir)?;
    let equipment = parts::assemble(lab, checks)?;
    let mut modern = Sshd::start(1, &lab.dir, &equipment.r1, Age::Modern)?;
    let legacy = Sshd::start(2, &lab.dir, &equipment.r2, Age::Legacy)?;
    sshd::by_hand(&lab.dir, 1, &["configure terminal", &format!("password {SECRET}"), "service advanced-vty"])?;
    let product = Product::start(&lab.binary, &lab.dir, &equipment.mail, checks)?;
    let world = World::register(&product.api, &equipment, checks, |device, checks| {
        checks.until("r1's port is known", CEILING, || {
            let ports = product.api.list(&format!("/devices/{device}/interfaces"))?;
            Ok(ports.iter().find(|port| text(port, "name") == "eth1").map(|port| text(port, "id")))
        })
    })?;
    let mut story = Story { lab, checks, product, world };
    story.open_doors(&modern)?;
    story.first_revisions(&legacy)?;
    story.changed_by_hand()?;
    story.nothing_changed()?;
    story.no_secret_is_readable()?;
    story.host_key_changes(&mut modern)?;
    story.wrong_password(&legacy)
}

struct Story<'a> {
    lab: &'a Lab,
    checks: &'a mut Checks,
    product: Product,
    world: World,
}

impl Story<'_> {
    /// r1 opens with a key, r2 with a password.
    fn open_doors(&mut self, modern: &Sshd) -> Result<(), Failure> {
        println!("\n-- SSH credentials");
        let api = &self.product.api;
        let provider = api.list("/tenants?kind=provider")?;
        let provider = provider.first().map(|provider| text(provider, "id")).unwrap_or_default();
        let key = json!({"tenant": provider, "name": "lab key", "kind": "ssh", "user": sshd::USER, "key": modern.authorize()?});
        let key = text(&api.post("/credentials", &key)?, "id");
        let password = json!({"tenant": provider, "name": "lab password", "kind": "ssh", "user": sshd::USER, "password": sshd::PASSWORD});
        let password = text(&api.post("/credentials", &password)?, "id");
        for (device, credential) in [(self.world.r1.clone(), key), (self.world.r2.clone(), password)] {
            let row = api.get(&format!("/devices/{device}"))?;
            let mut credentials: Vec<Value> = row["credentials"].as_array().into_iter().flatten().map(|c| c["id"].clone()).collect();
            credentials.push(Value::from(credential));
            // The agent says Linux, the command line is the routing suite's: a person says which counts.
            let patch = json!({"credentials": credentials, "pinned_profile": PROFILE});
            let changed = api.patch(&format!("/devices/{device}"), row["version"].as_i64().unwrap_or_default(), &patch)?;
            self.checks.equal("the profile is what the person said", &text(&changed["profile"], "id"), PROFILE);
        }
        Ok(())
    }

    fn first_revisions(&mut self, legacy: &Sshd) -> Result<(), Failure> {
        println!("\n-- the first backup, by itself");
        let (r1, r2) = (self.world.r1.clone(), self.world.r2.clone());
        let first = self.backed_up(&r1, 1)?;
        self.checks.equal("r1 speaks modern SSH", &text(&first["ssh"], "level"), "modern");
        let config = self.latest_text(&r1)?;
        for line in ["interface eth1", " description link to r2", " ip address 10.254.0.1/30"] {
            self.checks.expect(&format!("r1's configuration has `{line}`"), config.lines().any(|found| found == line), &config);
        }
        let second = self.backed_up(&r2, 1)?;
        let level = text(&second["ssh"], "level");
        self.checks.expect("r2's old algorithms are used and told", level == "legacy" || level == "ancient", &level);
        println!("  | r2: {}", text(&second["ssh"], "algorithms"));
        self.checks.equal("its host key is the one it has", &text(&second["host_key"], "fingerprint"), &legacy.fingerprint()?);
        self.checks.expect("the system's own client refuses r2", stock_client_refuses(&self.lab.dir, "10.255.2.2")?, "it got in");
        Ok(())
    }

    fn changed_by_hand(&mut self) -> Result<(), Failure> {
        println!("\n-- somebody changes r1 by hand");
        sshd::by_hand(&self.lab.dir, 1, &["configure terminal", "interface eth1", "description link to r2, moved to rack 7"])?;
        let r1 = self.world.r1.clone();
        self.product.api.post(&format!("/devices/{r1}/backup"), &json!({}))?;
        let now = self.backed_up(&r1, 2)?;
        let latest = &now["latest"];
        self.checks.equal("it was asked for", &text(latest, "source"), "demand");
        self.checks.expect("and by whom is known", !latest["by"].is_null(), latest);
        let diff = self.product.api.get(&format!("/configs/{}/diff", text(latest, "id")))?;
        let (added, removed) = (changed_lines(&diff, "added"), changed_lines(&diff, "removed"));
        self.checks.equal("one line is new", &added.join("|"), " description link to r2, moved to rack 7");
        self.checks.equal("one line is gone", &removed.join("|"), " description link to r2");
        self.checks.equal("the section is named", &text(&diff["hunks"][0], "section"), "interface eth1");
        let words: Vec<String> = changed_words(&diff, "added");
        self.checks.expect("the new words are marked", words.join("").contains("rack 7"), words.join("|"));
        Ok(())
    }

    fn nothing_changed(&mut self) -> Result<(), Failure> {
        println!("\n-- asked again, nothing has changed");
        let r1 = self.world.r1.clone();
        let before = self.product.api.get(&format!("/devices/{r1}/backup"))?;
        self.product.api.post(&format!("/devices/{r1}/backup"), &json!({}))?;
        let last_seen = text(&before["latest"], "seen_at");
        let after = self.checks.until("it is seen again", CEILING, || {
            let now = self.product.api.get(&format!("/devices/{r1}/backup"))?;
            Ok((text(&now["latest"], "seen_at") > last_seen).then_some(now))
        })?;
        self.checks.expect("there is no new revision", after["latest"]["number"] == 2, &after["latest"]["number"]);
        Ok(())
    }

    /// In no answer, no log and no file, also not deflated: the database is looked through as it lies on the disk.
    fn no_secret_is_readable(&mut self) -> Result<(), Failure> {
        println!("\n-- secrets");
        let in_router = sshd::by_hand(&self.lab.dir, 1, &["show running-config"])?;
        self.checks.expect("the router itself shows the secret", in_router.contains(SECRET), &in_router);
        let mut answers = String::new();
        for config in self.product.api.list("/configs")? {
            answers += &self.product.api.get(&format!("/configs/{}", text(&config, "id")))?.to_string();
            answers += &self.product.api.get(&format!("/configs/{}/diff", text(&config, "id")))?.to_string();
        }
        for path in ["/audit", "/configs", "/devices"] {
            answers += &self.product.api.get(path)?.to_string();
        }
        self.checks.expect("the masked place is there", answers.contains("<secret hidden>"), "nothing is masked");
        for secret in [SECRET, sshd::PASSWORD] {
            self.checks.expect("no answer has it", !answers.contains(secret), "it is readable");
            let found = files_with(&self.lab.dir.join("polyot"), secret.as_bytes());
            self.checks.expect("no file has it", found.is_empty(), found.join(", "));
        }
        Ok(())
    }

    fn host_key_changes(&mut self, modern: &mut Sshd) -> Result<(), Failure> {
        println!("\n-- r1 shows another host key");
        let r1 = self.world.r1.clone();
        let (before, logins) = (modern.fingerprint()?, modern.logged("Accepted "));
        modern.renew_host_key()?;
        let offered = modern.fingerprint()?;
        self.product.api.post(&format!("/devices/{r1}/backup"), &json!({}))?;
        let stopped = self.checks.until("the backup stops", CEILING, || {
            let now = self.product.api.get(&format!("/devices/{r1}/backup"))?;
            Ok((text(&now["host_key"], "state") == "changed").then_some(now))
        })?;
        self.checks.equal("the problem is named", &text(&stopped["problem"], "code"), "host_key_changed");
        self.checks.equal("the old key is shown", &text(&stopped["host_key"], "fingerprint"), &before);
        self.checks.equal("the new key is shown", &text(&stopped["host_key"], "offered"), &offered);
        self.checks.expect("nobody logged in", modern.logged("Accepted ") == logins, modern.logged("Accepted "));
        let refused = self.product.api.post(&format!("/devices/{r1}/backup"), &json!({}));
        self.checks.expect("and nobody may before a decision", refused.is_err(), "it was taken");
        self.product.api.post(&format!("/devices/{r1}/host-key"), &json!({"accept": offered}))?;
        let again = self.checks.until("accepted, it works again", CEILING, || {
            let now = self.product.api.get(&format!("/devices/{r1}/backup"))?;
            Ok((text(&now, "state") == "ok").then_some(now))
        })?;
        self.checks.equal("the new key is trusted", &text(&again["host_key"], "fingerprint"), &offered);
        Ok(())
    }

    fn wrong_password(&mut self, legacy: &Sshd) -> Result<(), Failure> {
        println!("\n-- r2's password was changed behind our back");
        let r2 = self.world.r2.clone();
        let credentials = self.product.api.list("/credentials")?;
        let Some(credential) = credentials.iter().find(|credential| text(credential, "name") == "lab password") else {
            return Err(Failure::new("the credential is not listed"));
        };
        let version = credential["version"].as_i64().unwrap_or_default();
        self.product.api.patch(&format!("/credentials/{}", text(credential, "id")), version, &json!({"password": "an-old-one"}))?;
        let mut tries = 0;
        for _ in 0..4 {
            if self.product.api.post(&format!("/devices/{r2}/backup"), &json!({})).is_err() {
                break;
            }
            tries += 1;
            self.checks.until("it is refused", CEILING, || {
                let now = self.product.api.get(&format!("/devices/{r2}/backup"))?;
                Ok((text(&now, "state") == "failed" && legacy.logged("Failed password") >= tries).then_some(()))
            })?;
        }
        self.checks.expect("two tries, and no third", tries == 2, tries);
        let seen = legacy.logged("Failed password");
        self.checks.expect("the router has seen two", seen == 2, seen);
        let state = self.product.api.get(&format!("/devices/{r2}/backup"))?;
        self.checks.equal("the reason is named", &text(&state["problem"], "code"), "login");
        Ok(())
    }

    /// Waits for the revision with this number.
    fn backed_up(&mut self, device: &str, number: i64) -> Result<Value, Failure> {
        let api = &self.product.api;
        self.checks.until(&format!("revision {number} is there"), CEILING, || {
            let now = api.get(&format!("/devices/{device}/backup"))?;
            if text(&now, "state") == "failed" {
                return Err(Failure::new(now.to_string()));
            }
            Ok((now["latest"]["number"] == number).then_some(now))
        })
    }

    fn latest_text(&self, device: &str) -> Result<String, Failure> {
        let now = self.product.api.get(&format!("/devices/{device}/backup"))?;
        Ok(text(&self.product.api.get(&format!("/configs/{}", text(&now["latest"], "id")))?, "text"))
    }
}

fn lines<'a>(diff: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let hunks = diff["hunks"].as_array().into_iter().flatten();
    hunks.flat_map(|hunk| hunk["lines"].as_array().into_iter().flatten()).filter(move |line| line["kind"] == kind)
}

fn changed_lines(diff: &Value, kind: &str) -> Vec<String> {
    lines(diff, kind).map(|line| line["spans"].as_array().into_iter().flatten().map(|span| text(span, "text")).collect()).collect()
}

fn changed_words(diff: &Value, kind: &str) -> Vec<String> {
    let spans = lines(diff, kind).flat_map(|line| line["spans"].as_array().into_iter().flatten());
    spans.filter(|span| span["changed"] == true).map(|span| text(span, "text")).collect()
}

/// OpenSSH as it is shipped gets no further than the algorithms: what was reached above needed the ladder.
fn stock_client_refuses(lab: &Path, address: &str) -> Result<bool, Failure> {
    let known = lab.join("known_hosts");
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "ConnectTimeout=5", "-o"]);
    ssh.arg(format!("UserKnownHostsFile={}", known.display())).arg(format!("{}@{address}", sshd::USER)).arg("show version");
    let done = ssh.output().map_err(|e| Failure::new(format!("ssh: {e}")))?;
    Ok(String::from_utf8_lossy(&done.stderr).contains("no matching"))
}

/// Names of files below `folder` that hold these bytes. Failures to read show as names, so that nothing is passed over.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![format!("cannot list {}", folder.display())] };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if path.is_file() {
            match fs::read(&path) {
                Ok(content) if content.windows(bytes.len()).any(|window| window == bytes) => found.push(path.display().to_string()),
                Ok(_) => {}
                Err(e) => found.push(format!("cannot read {}: {e}", path.display())),
            }
        }
    }
    found
}
