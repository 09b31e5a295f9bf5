//! The lab: real routers, a real mail server and the real product on one machine.
//!
//! It promises that nothing outlives a run, however it ends, and that runs side by side never meet: everything happens inside
//! namespaces of its own (network, mounts, processes). The kernel ends every process and drops every link, address and file in them when
//! the first process of the run ends, by itself, by Ctrl-C or by `kill -9`; so names and ports need no luck to be free.

mod backup;
mod checks;
pub mod http;
mod mail;
mod main_loop;
mod mime;
mod net;
mod parts;
mod product;
mod router;
mod sshd;
mod stamp;
mod world;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Failure, cargo};
use checks::Checks;

/// A place that every Debian has; inside the run's own mounts a memory disk lies over it.
const FOLDER: &str = "/mnt";
const LOGS: &str = "POLYOT_LAB_LOGS";
const BINARY: &str = "POLYOT_LAB_BINARY";

/// Program (or file) and the package that brings it.
const NEEDED: [(&str, &str); 14] = [
    ("ip", "iproute2"),
    ("ping", "iputils-ping"),
    ("zebra", "frr"),
    ("staticd", "frr"),
    ("vtysh", "frr"),
    ("sshd", "openssh-server"),
    ("ssh", "openssh-client"),
    ("ssh-keygen", "openssh-client"),
    ("snmpd", "snmpd"),
    ("snmpget", "snmp"),
    ("exim4", "exim4-daemon-light"),
    ("openssl", "openssl"),
    ("setpriv", "util-linux"),
    ("unshare", "util-linux"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Story {
    /// The equipment alone: routers, SNMP, link, mail server.
    Parts,
    /// From a fault on a live link to the mail in the client's box, and back.
    MainLoop,
    /// Configurations over SSH, from a modern and from an old server.
    Backup,
    /// The link cut and healed many times: nothing lost, nothing doubled; memory is printed.
    SoakMainLoop,
}

impl Story {
    fn named(name: &str) -> Result<Self, Failure> {
        match name {
            "parts" => Ok(Self::Parts),
            "main-loop" => Ok(Self::MainLoop),
            "backup" => Ok(Self::Backup),
            "soak-main-loop" => Ok(Self::SoakMainLoop),
            other => Err(Failure::new(format!("the lab `{other}` is not known; there are: backup, main-loop, parts"))),
        }
    }
}

/// What a story works with.
pub struct Lab {
    /// For everything the run writes; gone with the run, so logs are copied out at the end.
    pub dir: PathBuf,
    pub binary: PathBuf,
}

/// From outside: builds, then starts itself again inside the run's own namespaces.
pub fn run(name: &str) -> Result<(), Failure> {
    let story = Story::named(name)?;
    preconditions(name)?;
    let binary = shell::target_dir().join("debug/polyot");
    if story != Story::Parts {
        shell::run(cargo().args(["build", "--package", "polyot"]))?;
    }
    let logs = shell::target_dir().join("lab").join(format!("{name}.{}", std::process::id()));
    forget_killed_runs(&shell::target_dir().join("lab"));
    fs::create_dir_all(&logs).map_err(|e| cannot(&logs, &e))?;
    let this = env::current_exe().map_err(|e| Failure::new(format!("own program: {e}")))?;
    // The signal on the parent's death is what tears all down when this process is killed.
    let mut inside = Command::new("setpriv");
    inside.args(["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    inside.arg(this).args(["lab-inside", name]).env(LOGS, &logs).env(BINARY, &binary);
    let result = inside.status().map_err(|e| Failure::new(format!("setpriv: {e}")))?;
    let kept = keep_last(&logs, name);
    println!("logs and mails: {}", kept.display());
    if result.success() { Ok(()) } else { Err(Failure::new(format!("lab {name}: not everything passed"))) }
}

/// From inside: the first process of the run's namespaces.
pub fn run_inside(name: &str) -> Result<(), Failure> {
    let story = Story::named(name)?;
    let from_env =
        |key: &str| env::var_os(key).map(PathBuf::from).ok_or_else(|| Failure::new("`lab-inside` is started by `lab`, not by hand"));
    let logs = from_env(LOGS)?;
    let lab = Lab { dir: PathBuf::from(FOLDER).join("lab"), binary: from_env(BINARY)? };
    own_folders(&lab.dir)?;
    let mut checks = Checks::default();
    let result = match story {
        Story::Parts => parts::run(&lab, &mut checks),
        Story::MainLoop => main_loop::run(&lab, &mut checks),
        Story::Backup => backup::run(&lab, &mut checks),
        Story::SoakMainLoop => main_loop::soak(&lab, &mut checks, crate::soak::rounds()?),
    };
    if let Err(failure) = &result {
        checks.expect("the story was told to its end", false, failure);
    }
    if let Err(e) = copy_tree(&lab.dir, &logs) {
        println!("logs could not be kept in {}: {e}", logs.display());
    }
    checks.close()
}

fn preconditions(name: &str) -> Result<(), Failure> {
    let mut packages: Vec<&str> =
        NEEDED.iter().filter(|(program, _)| shell::find(program).is_none()).map(|(_, package)| *package).collect();
    packages.dedup();
    if !packages.is_empty() {
        return Err(Failure::new(format!(
            "the lab needs more programs: sudo apt-get install -y --no-install-recommends {}",
            packages.join(" ")
        )));
    }
    if !shell::is_root() {
        return Err(Failure::new(format!("the lab makes network namespaces, which needs root: sudo -E cargo xtask lab {name}")));
    }
    Ok(())
}

fn own_folders(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all("/run/netns").map_err(|e| cannot(Path::new("/run/netns"), &e))?;
    for place in [FOLDER, "/run/netns"] {
        shell::run(Command::new("mount").args(["-t", "tmpfs", "-o", "mode=755", "lab", place]))?;
    }
    fs::create_dir_all(dir).map_err(|e| cannot(dir, &e))?;
    // No name server is in reach; saying so at once spares everyone the waiting for one.
    let resolver = dir.join("resolv.conf");
    fs::write(&resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n").map_err(|e| cannot(&resolver, &e))?;
    shell::run(Command::new("mount").arg("--bind").arg(&resolver).arg("/etc/resolv.conf"))
}

/// A run that was killed could not give its logs their plain name; they go when its process is no more.
fn forget_killed_runs(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let run = path.extension().and_then(|run| run.to_str()).filter(|run| run.parse::<u32>().is_ok());
        if run.is_some_and(|run| !Path::new("/proc").join(run).exists()) {
            drop(fs::remove_dir_all(&path));
        }
    }
}

/// The newest run's logs lie under the plain name.
fn keep_last(logs: &Path, name: &str) -> PathBuf {
    let last = logs.with_file_name(name);
    let moved = (|| -> io::Result<()> {
        if last.exists() {
            fs::remove_dir_all(&last)?;
        }
        fs::rename(logs, &last)
    })();
    if moved.is_ok() { last } else { logs.to_path_buf() }
}

/// What nobody reads by eye, or should.
const NOT_KEPT: [&str; 3] = ["data", "spool", "tls"];

/// Plain files only: sockets and the like stay behind.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() && !NOT_KEPT.iter().any(|not| name == *not) {
            copy_tree(&entry.path(), &to.join(&name))?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
