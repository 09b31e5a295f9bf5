//! OpenSSH's sshd on loopback, with host keys, users and a command line of the test's own. In a mount namespace it sees its own `/etc/passwd` and
//! `/etc/shadow`, so the machine's users stay as they are.
#![allow(clippy::unwrap_used, dead_code)]

use model::credential::Key;
use model::{Clock, DeviceId, Secret, Timestamp};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use transport::ssh::{Compat, HostKeyPolicy, LoginGuard, Request, Timeouts, Tries};

pub const CEILING: Duration = Duration::from_secs(60);
pub const USER: &str = "polyot-test";
pub const PASSWORD: &str = "right-horse";
/// SHA-512 crypt of [`PASSWORD`].
const SHADOW: &str = "$6$polyot$HhIewnpb9lgNkgiwLB.8Pf1Opk9mQxCJ6/EA4vDrTPc6RU2vtAVautL1/zgnDgMC1U7hLp/S9czc1F90XWr8m0";
const REQUIRE_ALL: &str = "POLYOT_REQUIRE_ALL";

pub fn skip(why: &str) {
    assert!(std::env::var_os(REQUIRE_ALL).is_none(), "{REQUIRE_ALL} is set and {why}");
    eprintln!("SKIPPED: {why}");
}

/// What is behind the login.
#[derive(Clone, Copy)]
pub enum Behind<'a> {
    /// An ordinary shell.
    Shell,
    /// `devices/device.sh` with these arguments.
    Script(&'a str),
    /// A program that only root may run.
    Root(&'a str),
}

/// Ends with the value.
pub struct Sshd {
    child: Child,
    pub folder: PathBuf,
    pub address: SocketAddr,
}

impl Sshd {
    pub fn start(config: &str, host_keys: &[&str], behind: Behind) -> Option<Self> {
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0"));
        if !Path::new("/usr/sbin/sshd").exists() || !is_root {
            skip("there is no /usr/sbin/sshd (Debian package openssh-server), or this is not root");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("polyot-sshd.{}.{port}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all("/run/sshd").unwrap();
        let with_line =
            |file: &str, line: String| fs::write(folder.join(file), fs::read_to_string(format!("/etc/{file}")).unwrap() + &line).unwrap();
        let uid = if matches!(behind, Behind::Root(_)) { 0 } else { 64_999 };
        with_line("passwd", format!("{USER}:x:{uid}:65534::{}:/bin/sh\n", folder.display()));
        with_line("shadow", format!("{USER}:{SHADOW}:19000:0:99999:7:::\n"));
        for kind in host_keys {
            make_key(&folder, kind, &format!("host_{kind}"));
        }
        make_key(&folder, "ed25519", "person");
        make_key(&folder, "rsa", "person_rsa");
        let people = ["person.pub", "person_rsa.pub"].map(|file| fs::read_to_string(folder.join(file)).unwrap()).concat();
        fs::write(folder.join("authorized"), people).unwrap();
        let mut text = format!(
            "ListenAddress 127.0.0.1:{port}\nPidFile none\nUsePAM no\nStrictModes no\nLogLevel VERBOSE\nPrintMotd no\nUseDNS no\nMaxStartups 300\n\
             AuthorizedKeysFile {}/authorized\n{config}\n",
            folder.display()
        );
        for kind in host_keys {
            text += &format!("HostKey {}/host_{kind}\n", folder.display());
        }
        match behind {
            Behind::Shell => {}
            Behind::Script(arguments) => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices/device.sh");
                fs::copy(script, folder.join("device.sh")).unwrap();
                text += &format!("ForceCommand exec /bin/sh {}/device.sh {arguments}\n", folder.display());
            }
            Behind::Root(command) => text += &format!("PermitRootLogin yes\nForceCommand exec {command}\n"),
        }
        fs::write(folder.join("config"), text).unwrap();
        let script = "mount --make-rprivate / && mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow && \
                      exec /usr/sbin/sshd -D -e -f config";
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("unshare")
            .args(["-m", "sh", "-c", script])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut sshd = Self { child, folder, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        let started = Instant::now();
        while TcpStream::connect(sshd.address).is_err() {
            if sshd.child.try_wait().unwrap().is_some() || started.elapsed() > CEILING {
                let log = sshd.log();
                if log.contains("unshare") || log.contains("mount") {
                    skip(&format!("no mount namespace can be made here: {log}"));
                    return None;
                }
                panic!("sshd does not start: {log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(sshd)
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }
    /// Waits until the log says so; sshd writes after it has answered.
    pub async fn logged(&self, what: &str) -> String {
        let started = Instant::now();
        while !self.log().contains(what) {
            assert!(started.elapsed() < CEILING, "`{what}` is not in the log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.log()
    }
    pub fn fingerprint(&self, kind: &str) -> String {
        let out = Command::new("ssh-keygen").arg("-lf").arg(self.folder.join(format!("host_{kind}.pub"))).output().unwrap();
        String::from_utf8(out.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
    }
    pub fn private_key(&self, file: &str) -> Key {
        Key::SshKey { user: USER.to_owned(), key: Secret::new(fs::read_to_string(self.folder.join(file)).unwrap()) }
    }
    pub fn request<'a>(&self, keys: &'a [Key]) -> Request<'a> {
        Request {
            target: self.address,
            keys,
            host_key: HostKeyPolicy::default(),
            compat: Compat::default(),
            timeouts: Timeouts { connect: CEILING, login: CEILING },
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn make_key(folder: &Path, kind: &str, file: &str) {
    let bits = if kind == "rsa" { &["-b", "2048", "-m", "PEM"][..] } else { &[] };
    let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", ""]).args(bits).arg("-f").arg(folder.join(file)).status();
    assert!(made.unwrap().success());
}

pub fn password(text: &str) -> Key {
    Key::SshPassword { user: USER.to_owned(), password: Secret::new(text) }
}

pub fn tries() -> Tries {
    LoginGuard::new(Clock::fake(Timestamp::from_secs(1_800_000_000))).tries(DeviceId::from_bytes([7; 16])).unwrap()
}
