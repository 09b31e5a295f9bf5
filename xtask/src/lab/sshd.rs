//! The command line of a router over SSH: OpenSSH's server in its namespace, vtysh behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use super::router::{self, Router};
use crate::shell::{self, Failure};

pub const USER: &str = "netadmin";
/// Of this lab only.
pub const PASSWORD: &str = "lab-ssh-Passw0rd";
/// What fifteen years old gear offers, and nothing else.
const LEGACY: &str = "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1
HostKeyAlgorithms ssh-rsa
Ciphers aes128-cbc,3des-cbc
MACs hmac-sha1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Modern,
    Legacy,
}

pub struct Sshd {
    dir: PathBuf,
    n: u8,
    address: String,
    age: Age,
    /// Counts the host keys it has had.
    generation: u8,
    process: Option<Child>,
}

/// Accounts of this run only: copies lie over the machine's own files.
pub fn own_accounts(lab: &Path) -> Result<(), Failure> {
    let hash = shell::output(Command::new("openssl").args(["passwd", "-6", "-salt", "labsalt", PASSWORD]))?;
    let home = lab.join("home");
    fs::create_dir_all(&home).map_err(|e| cannot(&home, &e))?;
    let lines = [
        ("passwd", format!("{USER}:x:4242:4242:lab:{}:/bin/sh\n", home.display())),
        ("shadow", format!("{USER}:{}:20000:0:99999:7:::\n", hash.trim())),
    ];
    for (name, line) in lines {
        overlay(lab, name, |text| format!("{text}{line}"))?;
    }
    overlay(lab, "group", |text| {
        let mut text: String = text
            .lines()
            .map(|line| match line.split(':').next() {
                Some("frr" | "frrvty") if line.ends_with(':') => format!("{line}{USER}\n"),
                Some("frr" | "frrvty") => format!("{line},{USER}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        text.push_str(&format!("{USER}:x:4242:\n"));
        text
    })?;
    fs::create_dir_all("/run/sshd").map_err(|e| cannot(Path::new("/run/sshd"), &e))
}

fn overlay(lab: &Path, name: &str, change: impl FnOnce(String) -> String) -> Result<(), Failure> {
    let real = Path::new("/etc").join(name);
    let text = fs::read_to_string(&real).map_err(|e| cannot(&real, &e))?;
    let own = lab.join(name);
    fs::write(&own, change(text)).map_err(|e| cannot(&own, &e))?;
    shell::run(Command::new("mount").arg("--bind").arg(&own).arg(&real))
}

impl Sshd {
    pub fn start(n: u8, lab: &Path, router: &Router, age: Age) -> Result<Self, Failure> {
        let dir = lab.join(format!("r{n}"));
        let banner = dir.join("banner");
        // A line that looks like a prompt, as real banners have them.
        fs::write(&banner, "Authorised access only!\n# Call the NOC before you touch this router #\nr9>\n").map_err(|e| cannot(&banner, &e))?;
        let mut sshd = Self { dir, n, address: router.address(), age, generation: 0, process: None };
        sshd.renew_host_key()?;
        Ok(sshd)
    }

    /// Another host key, as after a swap of the box or with somebody in between.
    pub fn renew_host_key(&mut self) -> Result<(), Failure> {
        if let Some(process) = self.process.take() {
            router::end(process);
        }
        self.generation += 1;
        let key = format!("host-key-{}", self.generation);
        let kind: &[&str] = if self.age == Age::Legacy { &["-t", "rsa", "-b", "2048"] } else { &["-t", "ed25519"] };
        shell::run(Command::new("ssh-keygen").args(["-q", "-N", ""]).args(kind).arg("-f").arg(self.dir.join(&key)))?;
        let words = [
            ("ADDRESS", self.address.clone()),
            ("DIR", self.dir.to_string_lossy().into_owned()),
            ("KEY", key),
            ("ALGORITHMS", if self.age == Age::Legacy { LEGACY.to_owned() } else { String::new() }),
        ];
        let config = router::fill("sshd.conf", &words, &self.dir.join("sshd.conf"))?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("r{}", self.n), "/usr/sbin/sshd", "-D", "-e", "-f"]).arg(config);
        self.process = Some(router::start(&mut command, &self.log())?);
        Ok(())
    }

    /// A key pair that opens this router; returns the private key.
    pub fn authorize(&self) -> Result<String, Failure> {
        let key = self.dir.join("client-key");
        shell::run(Command::new("ssh-keygen").args(["-q", "-N", "", "-t", "ed25519", "-f"]).arg(&key))?;
        fs::copy(key.with_extension("pub"), self.dir.join("authorized_keys")).map_err(|e| cannot(&key, &e))?;
        fs::read_to_string(&key).map_err(|e| cannot(&key, &e))
    }

    /// Fingerprint of the key it shows now, as ssh-keygen prints it.
    pub fn fingerprint(&self) -> Result<String, Failure> {
        let key = self.dir.join(format!("host-key-{}.pub", self.generation));
        let text = shell::output(Command::new("ssh-keygen").arg("-lf").arg(&key))?;
        text.split_whitespace().nth(1).map(str::to_owned).ok_or_else(|| Failure::new(format!("no fingerprint in {text:?}")))
    }

    /// Lines of its log that hold these words.
    pub fn logged(&self, words: &str) -> usize {
        fs::read_to_string(self.log()).unwrap_or_default().lines().filter(|line| line.contains(words)).count()
    }

    fn log(&self) -> PathBuf {
        self.dir.join("sshd.log")
    }
}

/// Types into the router's own command line, as a technician with a laptop does.
pub fn by_hand(lab: &Path, n: u8, commands: &[&str]) -> Result<String, Failure> {
    let mut vtysh = Command::new("vtysh");
    vtysh.arg("--vty_socket").arg(lab.join(format!("r{n}")));
    for command in commands {
        vtysh.args(["-c", command]);
    }
    shell::output(&mut vtysh)
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
