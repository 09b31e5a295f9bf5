//! The loop on live equipment: a fault, an alarm, a mail to the client in his language, a ticket at line 1; then the same for the way back.
//! And what must not happen: a mail to somebody who is not hit, or to anybody at all when it is we who are cut off.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::checks::Checks;
use super::mail::Received;
use super::parts::{self, Equipment};
use super::product::Product;
use super::router::Router;
use super::stamp::Stamp;
use super::world::{BAKERY, BOOKS, Client, World, check_mail, text};
use super::{Lab, net};
use crate::shell::Failure;

/// The figure is a minute from the fault to the mail; no wait is longer than ten times that.
const CEILING: Duration = Duration::from_secs(600);
/// `model::limits::FLAP_WINDOW` and a little: later than that, the same fault is a new one.
const FLAP_WINDOW: Duration = Duration::from_secs(310);
/// Three misses at ten seconds, and a notice would be on its way.
const LONGER_THAN_CONFIRMATION: Duration = Duration::from_secs(45);
/// The figure; printed beside what was measured, never asserted.
const FAULT_TO_SMTP_S: f64 = 60.0;

struct Story<'a> {
    lab: &'a Lab,
    checks: &'a mut Checks,
    equipment: Equipment,
    product: Product,
    world: World,
    table: Vec<Row>,
    /// Mails that nobody has asked for yet.
    unread: Vec<Received>,
}

struct Row {
    what: &'static str,
    from: Stamp,
    alarm: Stamp,
    smtp: Option<Stamp>,
    mail: Option<Stamp>,
}

/// The alarm, what hangs on it, and when the fault was made.
struct Fault {
    at: Stamp,
    raised: Stamp,
    alarm: String,
    incident: String,
}

pub fn run(lab: &Lab, checks: &mut Checks) -> Result<(), Failure> {
    with_story(lab, checks, |story| {
        story.settle()?;
        story.link_is_cut()?;
        story.router_dies()?;
        story.agent_falls_silent()?;
        story.we_are_cut_off()
    })
}

/// The same cut again and again; between rounds it waits until the next cut is a fault of its own, not a flap of the last.
pub fn soak(lab: &Lab, checks: &mut Checks, rounds: u32) -> Result<(), Failure> {
    with_story(lab, checks, |story| {
        story.settle()?;
        for round in 1..=rounds {
            let memory = story.product.resident_mb();
            println!("\n==== round {round} of {rounds}; polyot holds {memory:.1} MB");
            story.link_is_cut()?;
            thread::sleep(FLAP_WINDOW);
        }
        let sent = story.product.api.list("/notices?state=sent")?.len();
        let wanted = usize::try_from(rounds).unwrap_or_default() * 2;
        story.checks.expect("two notices for every round", sent == wanted, sent);
        Ok(())
    })
}

fn with_story(lab: &Lab, checks: &mut Checks, tell: impl FnOnce(&mut Story) -> Result<(), Failure>) -> Result<(), Failure> {
    let equipment = parts::assemble(lab, checks)?;
    let product = Product::start(&lab.binary, &lab.dir, &equipment.mail, checks)?;
    let world = World::register(&product.api, &equipment, checks, |device, checks| port(&product, device, checks))?;
    let mut story = Story { lab, checks, equipment, product, world, table: Vec::new(), unread: Vec::new() };
    let told = tell(&mut story);
    story.print_table();
    told
}

impl Story<'_> {
    fn settle(&mut self) -> Result<(), Failure> {
        self.device_is("r1", "up")?;
        self.device_is("r2", "up")?;
        port(&self.product, &self.world.r2, self.checks)?;
        for (id, name) in [(&self.world.r1, "r1.lab.example"), (&self.world.r2, "r2.lab.example")] {
            let device = self.product.api.get(&format!("/devices/{id}"))?;
            self.checks.equal("the device is known by what it says of itself", &text(&device["facts"], "sys_name"), name);
            self.checks.equal("it is probed by ICMP", &text(&device["facts"], "probe_method"), "icmp");
        }
        let alarms = self.product.api.list("/alarms?state=active")?;
        self.checks.expect("nothing is raised while all is well", alarms.is_empty(), Value::from(alarms.clone()));
        Ok(())
    }

    fn link_is_cut(&mut self) -> Result<(), Failure> {
        println!("\n-- the link between r1 and r2 is cut");
        let at = Stamp::now();
        net::cut_link()?;
        let fault = self.alarm(at, "interface_down", &self.world.r1.clone())?;
        self.device_is("r1", "degraded")?;
        self.told("link cut", &fault, "opened", &BAKERY)?;
        let ticket = self.ticket(&fault)?;
        self.checks.expect("the ticket names the client who is hit", ticket["clients"].to_string().contains(&self.world.bakery), &ticket);

        println!("\n-- the link is healed");
        let at = Stamp::now();
        net::heal_link()?;
        self.recovered("link healed", at, &fault, Some(&BAKERY))
    }

    fn router_dies(&mut self) -> Result<(), Failure> {
        println!("\n-- r2 loses its power");
        let at = Stamp::now();
        let dead = std::mem::replace(&mut self.equipment.r2, Router::absent(2));
        dead.power_off()?;
        let fault = self.alarm(at, "unreachable", &self.world.r2.clone())?;
        self.device_is("r2", "down")?;
        self.told("r2 dead", &fault, "opened", &BOOKS)?;
        let ticket = self.ticket(&fault)?;
        self.checks.expect("the ticket names the client who is hit", ticket["clients"].to_string().contains(&self.world.books), &ticket);

        println!("\n-- r2 has power again, and the mail server is down meanwhile");
        self.equipment.mail.stop();
        let at = Stamp::now();
        self.equipment.r2 = Router::power_on(2, &self.lab.dir)?;
        let path = format!("/notices?incident={}", fault.incident);
        let api = &self.product.api;
        self.checks.until("the notice of recovery was tried and is kept", CEILING, || {
            Ok(api.list(&path)?.into_iter().find(|n| n["kind"] == "restored" && n["state"] == "queued" && n["attempts"].as_i64() > Some(0)))
        })?;
        self.equipment.mail.resume(self.checks)?;
        self.recovered("r2 back (mail late)", at, &fault, Some(&BOOKS))
    }

    fn agent_falls_silent(&mut self) -> Result<(), Failure> {
        println!("\n-- r1's SNMP agent dies, r1 itself lives");
        let at = Stamp::now();
        self.equipment.r1.kill_agent();
        let fault = self.alarm(at, "snmp_silent", &self.world.r1.clone())?;
        self.device_is("r1", "degraded")?;
        println!("\n-- kill -9 of the product, and its next start");
        self.product.kill(self.checks);
        self.product.resume(self.checks)?;
        self.ticket(&fault)?;
        let alarms = self.product.api.list("/alarms?state=active&class=snmp_silent")?;
        let same = alarms.len() == 1 && alarms.iter().all(|alarm| alarm["id"] == fault.alarm.as_str());
        self.checks.expect("the same alarm stands after the kill, once", same, Value::from(alarms.clone()));
        self.table.push(Row { what: "r1 silent (no mail)", from: fault.at, alarm: fault.raised, smtp: None, mail: None });
        let others = self.product.api.list("/alarms?state=active&class=interface_down")?;
        self.checks.expect("what cannot be read is not called down", others.is_empty(), Value::from(others.clone()));

        println!("\n-- the agent is back");
        let at = Stamp::now();
        self.equipment.r1.start_agent()?;
        self.recovered("agent back (no mail)", at, &fault, None)?;
        let notices = self.product.api.list(&format!("/notices?incident={}", fault.incident))?;
        self.checks.expect("no client heard of what did not hit him", notices.is_empty(), Value::from(notices.clone()));
        Ok(())
    }

    /// All devices and the gateway vanish at once: it is we who are cut off, so nobody is told and nothing is called down.
    fn we_are_cut_off(&mut self) -> Result<(), Failure> {
        println!("\n-- our own uplink fails");
        let before = self.product.api.list("/notices")?.len();
        net::cut_home()?;
        let api = &self.product.api;
        self.checks
            .until("the product says that it is cut off", CEILING, || Ok((api.get("/summary")?["is_cut_off"] == true).then_some(())))?;
        for name in ["r1", "r2"] {
            self.device_is(name, "unknown")?;
        }
        // That nothing happens can only be seen by giving it the time: three missed probes and more.
        thread::sleep(LONGER_THAN_CONFIRMATION);
        let alarms = self.product.api.list("/alarms?state=active&class=unreachable")?;
        self.checks.expect("no device is called unreachable meanwhile", alarms.is_empty(), Value::from(alarms.clone()));
        net::heal_home()?;
        for name in ["r1", "r2"] {
            self.device_is(name, "up")?;
        }
        let api = &self.product.api;
        self.checks.until("it is no longer cut off", CEILING, || Ok((api.get("/summary")?["is_cut_off"] == false).then_some(())))?;
        let sent: Vec<Value> = self.product.api.list("/notices")?.into_iter().skip(before).filter(|n| n["state"] == "sent").collect();
        self.checks.expect("no notice was sent", sent.is_empty(), Value::from(sent.clone()));
        self.no_stray_mail()
    }

    fn device_is(&mut self, name: &str, wanted: &str) -> Result<(), Failure> {
        let id = if name == "r1" { &self.world.r1 } else { &self.world.r2 };
        let (path, api) = (format!("/devices/{id}"), &self.product.api);
        self.checks.until(&format!("{name} is {wanted}"), CEILING, || Ok((text(&api.get(&path)?, "state") == wanted).then_some(())))
    }

    fn alarm(&mut self, at: Stamp, class: &str, device: &str) -> Result<Fault, Failure> {
        let (path, api) = (format!("/alarms?state=active&class={class}"), &self.product.api);
        let alarm = self.checks.until(&format!("the alarm {class} is raised"), CEILING, || {
            Ok(api.list(&path)?.into_iter().find(|alarm| alarm["device"]["id"] == device && alarm["incident"].is_string()))
        })?;
        let all = api.list("/alarms?state=active&root=true")?;
        self.checks.expect("it is the only cause shown", all.len() == 1, Value::from(all.clone()));
        Ok(Fault { at, raised: moment(&alarm, "raised_at")?, alarm: text(&alarm, "id"), incident: text(&alarm, "incident") })
    }

    /// Waits for the notice and its mail, reads the mail, and makes sure that nobody else had one.
    fn told(&mut self, what: &'static str, fault: &Fault, kind: &str, client: &Client) -> Result<(), Failure> {
        let (path, api) = (format!("/notices?incident={}", fault.incident), &self.product.api);
        let notice = self.checks.until(&format!("the notice ({kind}) is sent"), CEILING, || {
            Ok(api.list(&path)?.into_iter().find(|n| n["kind"] == kind && n["state"] == "sent"))
        })?;
        let proof = text(&notice, "proof");
        self.checks.expect("its proof is the mail server's answer", proof.contains("250") || proof.contains("OK id="), &proof);
        let (server, unread) = (&mut self.equipment.mail, &mut self.unread);
        let received = self.checks.until(&format!("{} has the mail", client.contact), CEILING, || {
            unread.extend(server.fresh()?);
            let mine = unread.iter().position(|received| received.to == client.email);
            Ok(mine.map(|at| unread.remove(at)))
        })?;
        check_mail(&received, client, if client.email == BAKERY.email { &BOOKS } else { &BAKERY }, self.checks);
        self.checks.equal("the mail says what the notice says", received.mail.header("subject").trim(), text(&notice, "subject").trim());
        let smtp = Some(moment(&notice, "sent_at")?);
        self.table.push(Row { what, from: fault.at, alarm: fault.raised, smtp, mail: Some(received.at) });
        self.no_stray_mail()
    }

    fn no_stray_mail(&mut self) -> Result<(), Failure> {
        self.unread.extend(self.equipment.mail.fresh()?);
        let stray: Vec<String> =
            self.unread.drain(..).map(|received| format!("{}: {}", received.to, received.mail.header("subject"))).collect();
        self.checks.expect("nobody had a mail that was not for him", stray.is_empty(), stray.join("; "));
        Ok(())
    }

    fn ticket(&mut self, fault: &Fault) -> Result<Value, Failure> {
        let (incident, api) = (&fault.incident, &self.product.api);
        let mine = |api: &super::http::Api| -> Result<Vec<Value>, Failure> {
            Ok(api.list("/tickets")?.into_iter().filter(|t| t["incident"] == incident.as_str()).collect())
        };
        let tickets = self.checks.until("a ticket lies there", CEILING, || Ok(Some(mine(api)?).filter(|found| !found.is_empty())))?;
        self.checks.expect("there is one ticket for the incident", tickets.len() == 1, tickets.len());
        let ticket = tickets.into_iter().next().unwrap_or_default();
        self.checks.equal("it lies at line 1", &text(&ticket, "line"), "l1");
        self.checks.equal("it is new", &text(&ticket, "state"), "new");
        Ok(ticket)
    }

    /// The alarm clears, the client (if one was told) hears of it, the ticket resolves itself because nobody holds it.
    fn recovered(&mut self, what: &'static str, at: Stamp, fault: &Fault, client: Option<&Client>) -> Result<(), Failure> {
        let api = &self.product.api;
        let alarm = self.checks.until("the alarm clears", CEILING, || {
            Ok(api.list("/alarms?state=cleared")?.into_iter().find(|alarm| alarm["id"] == fault.alarm.as_str()))
        })?;
        let cleared = moment(&alarm, "cleared_at")?;
        match client {
            Some(client) => {
                let back = Fault { at, raised: cleared, alarm: fault.alarm.clone(), incident: fault.incident.clone() };
                self.told(what, &back, "restored", client)?;
            }
            None => self.table.push(Row { what, from: at, alarm: cleared, smtp: None, mail: None }),
        }
        let api = &self.product.api;
        self.checks.until("the ticket resolves itself", CEILING, || {
            Ok(api.list("/tickets?state=resolved")?.into_iter().find(|t| t["incident"] == fault.incident.as_str()).map(drop))
        })?;
        let incident = api.get(&format!("/incidents/{}", fault.incident))?;
        self.checks.equal("the incident is closed", &text(&incident, "state"), "closed");
        self.device_is("r1", "up")?;
        self.device_is("r2", "up")
    }

    /// All moments in UTC; the seconds count from the fault (or from the repair).
    fn print_table(&self) {
        println!(
            "\n{:<22}{:>14}{:>14}{:>9}{:>14}{:>9}{:>14}{:>9}",
            "", "fault/repair", "alarm", "s", "SMTP took it", "s", "in the box", "s"
        );
        for row in &self.table {
            let step = |stamp: Option<Stamp>| match stamp {
                Some(stamp) => (stamp.clock(), format!("{:.1}", stamp.seconds_since(row.from))),
                None => ("-".into(), "-".into()),
            };
            let ((alarm, a), (smtp, s), (mail, m)) = (step(Some(row.alarm)), step(row.smtp), step(row.mail));
            println!("{:<22}{:>14}{alarm:>14}{a:>9}{smtp:>14}{s:>9}{mail:>14}{m:>9}", row.what, row.from.clock());
        }
        let faults = self.table.iter().filter(|row| !row.what.contains("back") && !row.what.contains("healed"));
        for (row, smtp) in faults.filter_map(|row| row.smtp.map(|smtp| (row, smtp))) {
            let (confirm, tell) = (row.alarm.seconds_since(row.from), smtp.seconds_since(row.alarm));
            let all = confirm + tell;
            let share = |part: f64| part * 100.0 / all;
            println!(
                "{}: {all:.1} s from the fault to SMTP (the figure is {FAULT_TO_SMTP_S} s): {:.0} % to be sure, {:.0} % to tell",
                row.what,
                share(confirm),
                share(tell)
            );
        }
    }
}

/// Waits until the device has listed its ports and eth1 is up; returns its id.
fn port(product: &Product, device: &str, checks: &mut Checks) -> Result<String, Failure> {
    let path = format!("/devices/{device}/interfaces");
    checks.until("its ports are listed, eth1 is up", CEILING, || {
        let ports = product.api.list(&path)?;
        Ok(ports.iter().find(|port| port["name"] == "eth1" && port["oper"] == "up").map(|port| text(port, "id")))
    })
}

fn moment(value: &Value, key: &str) -> Result<Stamp, Failure> {
    let found = text(value, key);
    Stamp::parse(&found).ok_or_else(|| Failure::new(format!("`{key}` is not a time: {found:?}")))
}
