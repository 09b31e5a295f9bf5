//! A router: FRR's daemons and an SNMP agent in its namespace.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::net;
use crate::shell::{self, Failure};

pub const COMMUNITY: &str = "lab-v2c-community";
pub const V3_USER: &str = "labmonitor";
pub const V3_AUTH: &str = "lab-auth-password";
pub const V3_PRIV: &str = "lab-priv-password";

pub struct Router {
    n: u8,
    dir: PathBuf,
    daemons: Vec<Child>,
    agent: Option<Child>,
}

impl Router {
    /// Plugs the router in and starts all that runs on it.
    pub fn power_on(n: u8, lab: &Path) -> Result<Self, Failure> {
        net::plug(n)?;
        let dir = lab.join(format!("r{n}"));
        fs::create_dir_all(&dir).map_err(|e| Failure::new(format!("{}: {e}", dir.display())))?;
        let mut router = Self { n, dir, daemons: Vec::new(), agent: None };
        router.start_routing()?;
        router.start_agent()?;
        Ok(router)
    }

    /// Stands for a router that is not there.
    pub const fn absent(n: u8) -> Self {
        Self { n, dir: PathBuf::new(), daemons: Vec::new(), agent: None }
    }

    pub fn address(&self) -> String {
        net::management_address(self.n)
    }

    /// What the management station of this router asks with, by the system's own tool.
    pub fn get(&self, oid: &str) -> Result<String, Failure> {
        let mut command = Command::new("snmpget");
        command.args(["-Oqv", "-On", "-t", "1", "-r", "1"]);
        if self.n == 1 {
            command.args(["-v2c", "-c", COMMUNITY]);
        } else {
            command.args(["-v3", "-l", "authPriv", "-u", V3_USER, "-a", "SHA-256", "-A", V3_AUTH, "-x", "AES", "-X", V3_PRIV]);
        }
        shell::output(command.arg(self.address()).arg(oid)).map(|text| text.trim().trim_matches('"').to_owned())
    }

    /// The row of a port in IF-MIB.
    pub fn port_index(&self, name: &str) -> Result<String, Failure> {
        let text = shell::output(Command::new("ip").args(["-n", &format!("r{}", self.n), "-o", "link", "show", name]))?;
        text.split(':').next().map(|index| index.trim().to_owned()).ok_or_else(|| Failure::new(format!("r{} has no {name}", self.n)))
    }

    /// The SNMP agent alone dies; the router goes on forwarding and answering pings.
    pub fn kill_agent(&mut self) {
        if let Some(agent) = self.agent.take() {
            end(agent);
        }
    }

    pub fn start_agent(&mut self) -> Result<(), Failure> {
        let config = self.fill(&format!("snmpd-r{}.conf", self.n), "snmpd.conf")?;
        let state = self.dir.join("snmp-state");
        let mut command = self.inside("snmpd");
        command.args(["-f", "-C", "-c"]).arg(config).args(["-Lf", "/dev/stderr"]).env("SNMP_PERSISTENT_DIR", state);
        self.agent = Some(start(&mut command, &self.dir.join("snmpd.log"))?);
        Ok(())
    }

    /// The power goes: no daemon, no port, no address is left.
    pub fn power_off(mut self) -> Result<(), Failure> {
        self.kill_agent();
        self.daemons.drain(..).for_each(end);
        net::unplug(self.n)
    }

    fn start_routing(&mut self) -> Result<(), Failure> {
        let config = self.fill("frr.conf", "frr.conf")?;
        // FRR gives up root for its own user, who must be able to write here.
        shell::output(Command::new("chown").arg("-R").arg("frr:frr").arg(&self.dir))?;
        for daemon in ["zebra", "staticd"] {
            let mut command = self.inside(&shell::find(daemon).map_or_else(|| daemon.into(), |path| path.to_string_lossy().into_owned()));
            command.arg("-f").arg(&config).arg("-i").arg(self.dir.join(format!("{daemon}.pid")));
            command.arg("-z").arg(self.dir.join("zserv.api")).arg("--vty_socket").arg(&self.dir).args(["-A", "127.0.0.1"]);
            self.daemons.push(start(&mut command, &self.dir.join(format!("{daemon}.out")))?);
        }
        Ok(())
    }

    fn inside(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("r{}", self.n), program]);
        command
    }

    fn fill(&self, template: &str, name: &str) -> Result<PathBuf, Failure> {
        let peer = 3 - self.n;
        let words = [
            ("NAME", format!("r{}", self.n)),
            ("PEER", format!("r{peer}")),
            ("LINK", format!("10.254.0.{}", self.n)),
            ("ADDRESS", self.address()),
            ("DIR", self.dir.to_string_lossy().into_owned()),
            ("COMMUNITY", COMMUNITY.into()),
            ("USER", V3_USER.into()),
            ("AUTH", V3_AUTH.into()),
            ("PRIV", V3_PRIV.into()),
        ];
        fill(template, &words, &self.dir.join(name))
    }
}

/// Fills a file of /lab in and writes it.
pub fn fill(template: &str, words: &[(&str, String)], to: &Path) -> Result<PathBuf, Failure> {
    let from = shell::root().join("lab").join(template);
    let mut text = fs::read_to_string(&from).map_err(|e| Failure::new(format!("{}: {e}", from.display())))?;
    for (word, value) in words {
        text = text.replace(&format!("@{word}@"), value);
    }
    fs::write(to, text).map_err(|e| Failure::new(format!("{}: {e}", to.display())))?;
    Ok(to.to_path_buf())
}

/// Starts a daemon in the foreground with everything it says in one file.
pub fn start(command: &mut Command, log: &Path) -> Result<Child, Failure> {
    let cannot = |e: std::io::Error| Failure::new(format!("{}: {e}", log.display()));
    let out = File::options().create(true).append(true).open(log).map_err(cannot)?;
    let err = out.try_clone().map_err(cannot)?;
    command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().map_err(|e| Failure::new(format!("`{}`: {e}", shell::spell(command))))
}

/// Ends a process that we started and waits for it.
pub fn end(mut child: Child) {
    // It may have ended by itself; both calls then say so, which is what we want.
    drop(child.kill());
    drop(child.wait());
}
