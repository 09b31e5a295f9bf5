//! The equipment proves itself before anyone relies on it: both agents answer, a cut is visible in IF-MIB, the mail server takes only
//! whom it should.

use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::checks::Checks;
use super::mail::{self, Server};
use super::router::Router;
use super::{Lab, net};
use crate::shell::{self, Failure};

const SYS_NAME: &str = ".1.3.6.1.2.1.1.5.0";
const IF_NAME: &str = ".1.3.6.1.2.1.31.1.1.1.1";
const IF_HC_IN_OCTETS: &str = ".1.3.6.1.2.1.31.1.1.1.6";
const IF_ADMIN_STATUS: &str = ".1.3.6.1.2.1.2.2.1.7";
const IF_OPER_STATUS: &str = ".1.3.6.1.2.1.2.2.1.8";
/// An agent answers within a second of its start, and shows a cut at once; ten times that and room for a busy machine.
const ANSWER_CEILING: Duration = Duration::from_secs(30);

pub struct Equipment {
    pub r1: Router,
    pub r2: Router,
    pub mail: Server,
}

pub fn run(lab: &Lab, checks: &mut Checks) -> Result<(), Failure> {
    let mut equipment = assemble(lab, checks)?;
    equipment.r2.power_off()?;
    equipment.r2 = Router::power_on(2, &lab.dir)?;
    answers(&equipment.r2, "r2 after a power cut", "r2.lab.example", checks)
}

/// Powers all on, waits until it works and makes it prove that it does.
pub fn assemble(lab: &Lab, checks: &mut Checks) -> Result<Equipment, Failure> {
    println!("\n-- the equipment");
    net::build()?;
    let r1 = Router::power_on(1, &lab.dir)?;
    let r2 = Router::power_on(2, &lab.dir)?;
    let mut mail = Server::start(&lab.dir, checks)?;
    answers(&r1, "r1 over SNMP v2c", "r1.lab.example", checks)?;
    answers(&r2, "r2 over SNMP v3 authPriv", "r2.lab.example", checks)?;
    wiring(&r1, checks)?;
    uplink(&r1, checks)?;
    logins(&mut mail, checks)?;
    Ok(Equipment { r1, r2, mail })
}

fn answers(router: &Router, what: &str, name: &str, checks: &mut Checks) -> Result<(), Failure> {
    let found = checks.until(&format!("{what} answers"), ANSWER_CEILING, || router.get(SYS_NAME).map(Some))?;
    checks.equal(&format!("{what} says its name"), &found, name);
    Ok(())
}

fn wiring(router: &Router, checks: &mut Checks) -> Result<(), Failure> {
    let row = router.port_index("eth1")?;
    checks.equal("ifName of the link's row is eth1", &router.get(&format!("{IF_NAME}.{row}"))?, "eth1");
    let octets = router.get(&format!("{IF_HC_IN_OCTETS}.{row}"))?;
    checks.expect("64-bit counters are served", octets.parse::<u64>().is_ok(), &octets);
    checks.until("the link is up", ANSWER_CEILING, || status(router, IF_OPER_STATUS, &row, "1"))?;
    net::cut_link()?;
    checks.until("a cut link is seen as down", ANSWER_CEILING, || status(router, IF_OPER_STATUS, &row, "2"))?;
    let admin = router.get(&format!("{IF_ADMIN_STATUS}.{row}"))?;
    checks.expect("and yet nobody shut it", admin == "1" || admin == "up(1)" || admin == "up", &admin);
    net::heal_link()?;
    checks.until("a healed link is seen as up", ANSWER_CEILING, || status(router, IF_OPER_STATUS, &row, "1")).map(drop)
}

/// The gateway answers, vanishes together with the routers, and comes back: what the story of the cut-off product rests on.
fn uplink(router: &Router, checks: &mut Checks) -> Result<(), Failure> {
    let answers = |address: &str| shell::output(Command::new("ping").args(["-n", "-q", "-c", "1", "-W", "1", address])).is_ok();
    checks.expect("the default gateway answers", answers(net::GATEWAY), "silence");
    net::cut_home()?;
    let anyone = answers(net::GATEWAY) || answers(&router.address());
    checks.expect("cut off, we hear neither the gateway nor a router", !anyone, "an answer");
    net::heal_home()?;
    checks.until("the gateway and the router are back", ANSWER_CEILING, || {
        Ok((answers(net::GATEWAY) && answers(&router.address())).then_some(()))
    })?;
    let route = shell::output(Command::new("ip").args(["route", "show", "default"]))?;
    checks.expect("the default route has stayed", route.contains(net::GATEWAY), &route);
    Ok(())
}

fn status(router: &Router, column: &str, row: &str, wanted: &str) -> Result<Option<()>, Failure> {
    let found = router.get(&format!("{column}.{row}"))?;
    let word = if wanted == "1" { "up" } else { "down" };
    Ok((found == wanted || found.starts_with(word)).then_some(()))
}

fn logins(server: &mut Server, checks: &mut Checks) -> Result<(), Failure> {
    let plain = |password: &str| format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{}\0{password}", mail::USER)));
    let send = ["MAIL FROM:<noc@lab.example>", "RCPT TO:<anna@client.example>", "DATA", "Subject: hello\n\nA mail of the lab.\n.", "QUIT"];
    let with = |first: &str| [&["EHLO lab", first], &send[..]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let talk = |lines: &[String]| server.talk(&lines.iter().map(String::as_str).collect::<Vec<_>>());

    let refused = talk(&with("NOOP"))?;
    checks.expect("without a login no mail is taken", refused.contains("530 log in first"), &refused);
    let refused = talk(&with(&plain("wrong")))?;
    checks.expect("a wrong password is refused", refused.contains("535"), &refused);
    let taken = talk(&with(&plain(mail::PASSWORD)))?;
    checks.expect("with STARTTLS and a login a mail is taken", taken.contains("235") && taken.contains("250 OK id"), &taken);
    let came = checks.until("the mail lies in the box", ANSWER_CEILING, || Ok(server.fresh()?.pop()))?;
    checks.equal("it is the right one", &came.mail.header("subject"), "hello");
    checks.equal("for the right person", &came.to, "anna@client.example");
    Ok(())
}
