//! The command lines of the simulated network, through the real OpenSSH client, and what SNMP tells about them.
#![allow(clippy::unwrap_used)]

use devsim::{Sim, SimDevice, SimError, Style, Topology};
use model::credential::Key;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const SSH: &str = "/usr/bin/ssh";
const SNMPGET: &str = "/usr/bin/snmpget";
/// Ten times what a session takes on a slow machine.
const CEILING: Duration = Duration::from_secs(60);
/// Somebody who answers nothing within this time is taken to be silent.
const SILENCE: Duration = Duration::from_secs(2);

const IOS: &str = "daisy-gw-2";
const PATHS: &str = "daisy-gw-1";
const DAEMON: &str = "bakery-gw-1";
const SHELL: &str = "bakery-ap-1";

/// What a careful client does not offer by itself.
const OLD: [&str; 8] = [
    "-o",
    "KexAlgorithms=+diffie-hellman-group1-sha1",
    "-o",
    "HostKeyAlgorithms=+ssh-rsa",
    "-o",
    "Ciphers=+aes128-cbc",
    "-o",
    "MACs=+hmac-sha1",
];

struct World {
    sim: Sim,
    folder: tempfile::TempDir,
}

/// `None`, said aloud, where the tools are not installed; a failure where everything is required.
async fn world() -> Option<World> {
    for tool in [SSH, SNMPGET] {
        if !Path::new(tool).exists() {
            assert!(std::env::var_os("POLYOT_REQUIRE_ALL").is_none(), "{tool} is missing (apt-get install openssh-client snmp)");
            eprintln!("SKIPPED: {tool} is missing (apt-get install openssh-client snmp)");
            return None;
        }
    }
    let sim = Sim::start(Topology::demo().on_any_ports()).await.unwrap();
    Some(World { sim, folder: tempfile::tempdir().unwrap() })
}

fn file(world: &World, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = world.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// The client as a person would call it; `known`: the file of known hosts, empty at first.
fn ssh(world: &World, device: &SimDevice, user_flags: &str, options: &[&str]) -> Command {
    let mut command = Command::new(SSH);
    // The first of two equal options counts.
    command.args(options).args(["-F", "none", "-p", &device.ssh_port.to_string(), "-o", "StrictHostKeyChecking=accept-new"]);
    command.args(["-o", &format!("UserKnownHostsFile={}", world.folder.path().join("known").display()), "-o", "GlobalKnownHostsFile=none"]);
    command.args(["-o", "ConnectTimeout=5", "-o", "LogLevel=INFO", "-o", "NumberOfPasswordPrompts=1"]);
    let user = match &device.ssh {
        Key::SshPassword { user, password } => {
            let ask = file(world, "ask", &format!("#!/bin/sh\necho '{}'\n", password.reveal()), 0o700);
            command.env("SSH_ASKPASS", ask).env("SSH_ASKPASS_REQUIRE", "force").args(["-o", "PubkeyAuthentication=no"]);
            user
        }
        Key::SshKey { user, key } => {
            let key = file(world, "key", key.reveal(), 0o600);
            command.args(["-o", "PasswordAuthentication=no", "-i"]).arg(key);
            user
        }
        other => panic!("{:?} opens no command line", other.kind()),
    };
    command.arg(format!("{user}{user_flags}@{}", device.address)).kill_on_drop(true);
    command
}

/// A person who reads and types.
struct Person {
    _client: Child,
    hands: ChildStdin,
    eyes: ChildStdout,
    seen: String,
}

impl Person {
    fn sit_down(world: &World, device: &str, user_flags: &str, options: &[&str]) -> Self {
        let mut command = ssh(world, world.sim.device(device).unwrap(), user_flags, &[&["-tt"], options].concat());
        let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (hands, eyes) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        Self { _client: client, hands, eyes, seen: String::new() }
    }

    /// Everything up to and with these words.
    async fn read_until(&mut self, words: &str) -> String {
        let read = async {
            loop {
                if let Some(at) = self.seen.find(words) {
                    let rest = self.seen.split_off(at + words.len());
                    return std::mem::replace(&mut self.seen, rest);
                }
                let mut chunk = [0; 4_096];
                let length = self.eyes.read(&mut chunk).await.unwrap();
                assert!(length > 0, "the other side hung up before {words:?}: {:?}", self.seen);
                self.seen += &String::from_utf8_lossy(&chunk[..length]);
            }
        };
        let read = tokio::time::timeout(CEILING, read).await;
        read.unwrap_or_else(|_| panic!("{words:?} never came"))
    }

    async fn type_in(&mut self, text: &str) {
        self.hands.write_all(text.as_bytes()).await.unwrap();
    }

    /// Types a line and reads to the prompt; without the echo of the line.
    async fn ask(&mut self, line: &str, prompt: &str) -> String {
        self.type_in(&format!("{line}\r")).await;
        self.read_until("\r\n").await;
        let answer = self.read_until(prompt).await;
        answer.strip_suffix(prompt).unwrap().replace("\r\n", "\n")
    }

    /// True: says nothing for a while.
    async fn is_silent(&mut self) -> bool {
        let mut chunk = [0; 64];
        tokio::time::timeout(SILENCE, self.eyes.read(&mut chunk)).await.is_err()
    }
}

async fn enabled(world: &World) -> Person {
    let mut person = Person::sit_down(world, IOS, "", &[]);
    person.read_until("daisy-gw-2>").await;
    person.type_in("enable\r").await;
    person.read_until("Password: ").await;
    person.type_in("simulated-ssh-1\r").await;
    person.read_until("daisy-gw-2#").await;
    person
}

async fn snmp(world: &World, device: &str, oid: &str) -> String {
    let device = world.sim.device(device).unwrap();
    let output = Command::new(SNMPGET)
        .args(["-m", "", "-OQv", "-r", "0", "-t", "5", "-v2c", "-c", "simulated-read"])
        .args([format!("udp:{}:{}", device.address, device.snmp_port), oid.to_owned()])
        .output()
        .await
        .unwrap();
    String::from_utf8_lossy(&output.stdout).trim().trim_matches('"').to_owned()
}

async fn exec(world: &World, device: &str, command: &str, options: &[&str]) -> (String, String, Option<i32>) {
    let mut client = ssh(world, world.sim.device(device).unwrap(), "", options);
    let run = client.arg(command).stdin(Stdio::null()).output();
    let output = tokio::time::timeout(CEILING, run).await.expect("the client ends").unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[tokio::test]
async fn a_privileged_command_line_wants_its_second_password_pages_and_knows_what_it_does_not_know() {
    let Some(world) = world().await else { return };
    let mut person = Person::sit_down(&world, IOS, "", &[]);
    person.read_until("daisy-gw-2>").await;
    let refused = person.ask("show running-config", "daisy-gw-2>").await;
    assert!(refused.contains("                ^\n% Invalid input detected at '^' marker."), "{refused}");
    person.type_in("enable\r").await;
    for wrong in 0..3 {
        person.read_until("Password: ").await;
        person.type_in(&format!("wrong-{wrong}\r")).await;
        assert!(!person.read_until("\r\n").await.contains("wrong"), "a password is not echoed");
    }
    let said = person.read_until("daisy-gw-2>").await;
    assert!(said.contains("% Bad secrets"), "{said}");
    drop(person);

    let mut person = enabled(&world).await;
    for (line, says) in [
        ("frobnicate", "% Invalid input detected at '^' marker."),
        ("show", "% Incomplete command."),
        ("show ver", "Processor board ID SIM"),
        ("sh int desc", "to pop-access-2"),
    ] {
        assert!(person.ask(line, "daisy-gw-2#").await.contains(says), "{line}");
    }
    person.type_in("show running-config\r").await;
    let first = person.read_until(" --More-- ").await;
    assert_eq!(first.matches("\r\n").count(), 24, "the line, 23 lines, the pager: {first:?}");
    person.type_in(" ").await;
    let erased = person.read_until(" --More-- ").await;
    assert!(erased.starts_with(&format!("{0}{1}{0}", "\x08".repeat(10), " ".repeat(10))), "{erased:?}");
    person.type_in("q").await;
    person.read_until("daisy-gw-2#").await;
    person.ask("terminal length 0", "daisy-gw-2#").await;
    let whole = person.ask("show running-config", "daisy-gw-2#").await;
    assert!(whole.starts_with("Building configuration...\n\nCurrent configuration : ") && whole.ends_with("\nend\n"), "{whole}");
    for line in [
        "hostname daisy-gw-2",
        "interface GigabitEthernet0/0/0\n description to pop-access-2\n ip address 10.77.",
        "snmp-server community simulated-read RO",
        "enable secret 9 $9$SIMULATED",
    ] {
        assert!(whole.contains(line), "{line}: {whole}");
    }
}

#[tokio::test]
async fn what_is_configured_is_shown_told_by_snmp_and_lost_with_the_power_unless_it_was_written() {
    let Some(world) = world().await else { return };
    let (admin, oper, alias) = ("1.3.6.1.2.1.2.2.1.7.2", "1.3.6.1.2.1.2.2.1.8.2", "1.3.6.1.2.1.31.1.1.1.18.2");
    assert_eq!((snmp(&world, IOS, admin).await, snmp(&world, IOS, alias).await), ("1".to_owned(), "to daisy-sw-2".to_owned()));
    let mut person = enabled(&world).await;
    person.ask("terminal length 0", "daisy-gw-2#").await;
    for (line, prompt) in [
        ("conf t", "(config)#"),
        ("interface gi0/0/1", "(config-if)#"),
        ("description to the store # room", "(config-if)#"),
        ("shutdown", "(config-if)#"),
        ("hostname renamed", "renamed(config)#"),
        ("end", "renamed#"),
    ] {
        let said = person.ask(line, prompt).await;
        assert!(!said.contains('%'), "{line}: {said}");
    }
    let shown = person.ask("show running-config interface GigabitEthernet0/0/1", "renamed#").await;
    assert!(shown.contains(" description to the store # room\n") && shown.contains("\n shutdown\n"), "{shown}");
    assert!(shown.contains("! Last configuration change at ") && shown.contains(" by simulated\n"), "{shown}");
    assert_eq!(snmp(&world, IOS, admin).await, "2");
    assert_eq!(snmp(&world, IOS, oper).await, "2");
    assert_eq!(snmp(&world, "daisy-sw-2", oper).await, "2", "the other end of the cable");
    assert_eq!(snmp(&world, IOS, alias).await, "to the store # room");
    assert_eq!(snmp(&world, IOS, "1.3.6.1.2.1.1.5.0").await, "renamed");
    assert!(person.ask("show startup-config", "renamed#").await.contains("hostname daisy-gw-2"), "nobody has written it down");
    world.sim.device_down(IOS).unwrap();
    assert!(person.is_silent().await, "a dead device says nothing, and hangs up on nobody");
    world.sim.restore(IOS).unwrap();
    assert_eq!(snmp(&world, IOS, admin).await, "1");

    let mut person = enabled(&world).await;
    for (line, prompt) in [("conf t", "(config)#"), ("int gi0/0/1", "(config-if)#"), ("desc kept", "(config-if)#"), ("end", "daisy-gw-2#")]
    {
        person.ask(line, prompt).await;
    }
    assert!(person.ask("write memory", "daisy-gw-2#").await.contains("[OK]"));
    world.sim.device_down(IOS).unwrap();
    world.sim.restore(IOS).unwrap();
    assert_eq!(snmp(&world, IOS, alias).await, "kept");
}

#[tokio::test]
async fn the_other_command_lines_speak_their_own_way() {
    let Some(world) = world().await else { return };
    // Paths, with the flags that a script sets.
    let mut person = Person::sit_down(&world, PATHS, "+cte", &[]);
    person.read_until("[simulated@daisy-gw-1] > ").await;
    let export = person.ask("/export", "[simulated@daisy-gw-1] > ").await;
    assert!(
        export.starts_with("# 20") && export.contains(" by ") && !export.contains('\x1b') && !export.contains("private-key"),
        "{export}"
    );
    assert!(export.contains("set [ find default-name=ether1 ] comment=\"to pop-access-1\" name=wan0"), "{export}");
    assert!(export.contains("\\\n    "), "long lines are broken: {export}");
    assert!(person.ask("/export show-sensitive", "[simulated@daisy-gw-1] > ").await.contains("SIMULATEDprivateKeyNotReal"));
    assert!(person.ask("/system identity print", "[simulated@daisy-gw-1] > ").await.contains("name: daisy-gw-1"));
    assert!(person.ask("frob", "[simulated@daisy-gw-1] > ").await.contains("bad command name frob (line 1 column 1)"));
    person.ask("/ip address", "[simulated@daisy-gw-1] /ip/address> ").await;
    person.ask("/", "[simulated@daisy-gw-1] > ").await;
    person.ask("/interface ethernet set lan0 comment=\"second floor\" disabled=yes", "[simulated@daisy-gw-1] > ").await;
    assert_eq!(snmp(&world, PATHS, "1.3.6.1.2.1.31.1.1.1.18.2").await, "second floor");
    assert_eq!(snmp(&world, PATHS, "1.3.6.1.2.1.2.2.1.7.2").await, "2");
    // Without the flags it is colourful and asks the terminal who it is.
    let mut person = Person::sit_down(&world, PATHS, "", &[]);
    let seen = person.read_until(" > ").await;
    assert!(seen.contains("\x1b[6n") && seen.contains("\x1b[35m"), "{seen:?}");

    let mut person = Person::sit_down(&world, DAEMON, "", &[]);
    person.read_until("bakery-gw-1# ").await;
    let shown = person.ask("show running-config", "bakery-gw-1# ").await;
    assert!(
        shown.starts_with("Building configuration...\n\nCurrent configuration:\n!\nfrr version ") && shown.ends_with("!\nend\n"),
        "{shown}"
    );
    assert!(shown.contains("\n address-family ipv4 unicast\n  network 198.51.100.0/24\n exit-address-family\nexit\n"), "{shown}");
    assert!(person.ask("nonsense", "bakery-gw-1# ").await.contains("% Unknown command: nonsense"));
    person.ask("configure terminal", "bakery-gw-1(config)# ").await;
    person.ask("interface lan0", "bakery-gw-1(config-if)# ").await;
    person.ask("description ovens", "bakery-gw-1(config-if)# ").await;
    person.ask("end", "bakery-gw-1# ").await;
    assert_eq!(snmp(&world, DAEMON, "1.3.6.1.2.1.31.1.1.1.18.2").await, "ovens");

    let (text, said, status) = exec(&world, SHELL, "cat /etc/network/interfaces", &[]).await;
    assert!(text.contains("iface eth0 inet static\n") && status == Some(0), "{text}{said}");
    let (text, _, status) = exec(&world, SHELL, "show running-config", &[]).await;
    assert_eq!((text.as_str(), status), ("-bash: show: command not found\n", Some(127)));
    exec(&world, SHELL, "sudo ip link set dev eth0 alias 'till corner'", &[]).await;
    assert_eq!(snmp(&world, SHELL, "1.3.6.1.2.1.31.1.1.1.18.1").await, "till corner");
}

#[tokio::test]
async fn a_hand_at_night_changes_every_style_and_is_taken_back() {
    let Some(world) = world().await else { return };
    let show = |style| match style {
        Style::PrivilegedExec => "show interfaces description",
        Style::Vtysh => "show running-config",
        Style::Path => "/export",
        Style::Shell => "cat /etc/network/interfaces",
    };
    for name in [IOS, PATHS, DAEMON, SHELL] {
        let command = show(world.sim.device(name).unwrap().style);
        let (before, _, _) = exec(&world, name, command, &[]).await;
        let typed = world.sim.config_changed_somehow(name, "night-shift").unwrap();
        assert!(!typed.is_empty());
        let (after, _, _) = exec(&world, name, command, &[]).await;
        assert_ne!(before, after, "{name}");
        world.sim.restore(name).unwrap();
        let (back, _, _) = exec(&world, name, command, &[]).await;
        let still = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(still(&before), still(&back), "{name}");
    }
    let refused = world.sim.config_changed(IOS, "night-shift", &["nonsense here".to_owned()]).unwrap_err();
    assert_eq!(refused.to_string(), "daisy-gw-2: refuses the line `nonsense here`: not understood from `nonsense here`");
}

#[tokio::test]
async fn faults_of_the_command_line_come_and_go() {
    let Some(world) = world().await else { return };
    let sim = &world.sim;
    // Truncated: half a configuration and a prompt, as if nothing had happened.
    let (whole, _, _) = exec(&world, DAEMON, "show running-config", &[]).await;
    sim.ssh_truncated(DAEMON).unwrap();
    let mut person = Person::sit_down(&world, DAEMON, "", &[]);
    person.read_until("bakery-gw-1# ").await;
    let half = person.ask("show running-config", "bakery-gw-1# ").await;
    assert!(half.len() < whole.len() * 2 / 3 && !half.ends_with("\nend\n") && whole.starts_with(half.trim_end()), "{half}");
    sim.restore(DAEMON).unwrap();
    assert!(person.ask("show running-config", "bakery-gw-1# ").await.ends_with("\nend\n"));
    // A question instead of an answer.
    sim.ssh_question(DAEMON).unwrap();
    person.type_in("show running-config\r").await;
    person.read_until("[y/n]: ").await;
    person.type_in("n\r").await;
    assert!(!person.read_until("bakery-gw-1# ").await.contains("hostname"));
    sim.restore(DAEMON).unwrap();
    // A pager that ignores its switch.
    let mut person = enabled(&world).await;
    person.ask("terminal length 0", "daisy-gw-2#").await;
    sim.ssh_pager_stubborn(IOS).unwrap();
    person.type_in("show running-config\r").await;
    person.read_until(" --More-- ").await;
    person.type_in("q").await;
    person.read_until("daisy-gw-2#").await;
    assert!(matches!(sim.ssh_pager_stubborn(SHELL), Err(SimError::Unfit { .. })));
    // A slow prompt.
    sim.ssh_slow(IOS, SILENCE * 3).unwrap();
    person.type_in("show clock\r").await;
    person.read_until("UTC").await;
    person.read_until("\r\n").await;
    assert!(person.is_silent().await, "the prompt takes its time");
    person.read_until("daisy-gw-2#").await;
    sim.restore_all();
    assert!(person.ask("show clock", "daisy-gw-2#").await.contains("UTC"));
}

#[tokio::test]
async fn a_changed_login_a_changed_host_key_and_old_algorithms_are_refused_by_a_careful_client() {
    let Some(world) = world().await else { return };
    let sim = &world.sim;
    for name in [SHELL, "pop-mon-1"] {
        assert_eq!(exec(&world, name, "hostname", &[]).await.0, format!("{name}\n"), "password and key open the door");
        sim.ssh_login_changed(name).unwrap();
        let (_, said, status) = exec(&world, name, "hostname", &[]).await;
        assert!(said.contains("Permission denied") && status == Some(255), "{said}");
        sim.restore(name).unwrap();
        assert_eq!(exec(&world, name, "hostname", &[]).await.2, Some(0));
    }
    sim.ssh_host_key_changed(SHELL).unwrap();
    let (_, said, _) = exec(&world, SHELL, "hostname", &[]).await;
    assert!(said.contains("Host key verification failed"), "{said}");
    sim.restore(SHELL).unwrap();
    assert_eq!(exec(&world, SHELL, "hostname", &[]).await.2, Some(0));

    sim.ssh_legacy(SHELL).unwrap();
    let (_, said, _) = exec(&world, SHELL, "hostname", &[]).await;
    assert!(said.contains("no matching key exchange method found. Their offer: diffie-hellman-group1-sha1"), "{said}");
    let old = [&OLD[..], &["-o", "UserKnownHostsFile=/dev/null"]].concat();
    let (text, said, _) = exec(&world, SHELL, "hostname", &old).await;
    assert_eq!(text, format!("{SHELL}\n"), "whoever asks for them is served: {said}");
}

#[tokio::test]
async fn a_configuration_of_a_megabyte_is_typed_shown_and_taken_back() {
    let Some(world) = world().await else { return };
    let lines: Vec<String> = (0..18_000)
        .map(|n| format!("ip route 10.{}.{}.{} 255.255.255.255 192.0.2.1 name simulated-{n}", n >> 14, n >> 7 & 127, n & 127))
        .collect();
    world.sim.config_changed(IOS, "night-shift", &lines).unwrap();
    let mut person = enabled(&world).await;
    person.ask("terminal length 0", "daisy-gw-2#").await;
    let shown = person.ask("show running-config", "daisy-gw-2#").await;
    assert!(shown.len() > 1_000_000 && shown.ends_with("\nend\n"), "{} bytes", shown.len());
    assert!(shown.contains(&lines[17_999]) && shown.contains("by night-shift\n"));
    world.sim.restore(IOS).unwrap();
    assert!(person.ask("show running-config", "daisy-gw-2#").await.len() < 10_000);
    let too_many: Vec<String> = (0..20_001).map(|n| format!("access-list {n} permit any")).collect();
    let refused = world.sim.config_changed(IOS, "night-shift", &too_many).unwrap_err();
    assert!(refused.to_string().contains("the configuration has 20000 lines"), "{refused}");
}

#[tokio::test]
async fn all_devices_serve_a_session_at_the_same_time_and_a_device_has_room_for_sixteen() {
    let Some(world) = world().await else { return };
    let commands = |style| match style {
        Style::PrivilegedExec | Style::Vtysh => "show version",
        Style::Path => "/system resource print",
        Style::Shell => "uname -a",
    };
    let all = world.sim.devices().iter().map(|device| exec(&world, &device.name, commands(device.style), &OLD));
    for (device, (text, said, status)) in world.sim.devices().iter().zip(futures::future::join_all(all).await) {
        assert!(status == Some(0) && !text.is_empty(), "{}: {text}{said}", device.name);
    }
    let mut people = Vec::new();
    for _ in 0..16 {
        let mut person = Person::sit_down(&world, SHELL, "", &[]);
        person.read_until(":~$ ").await;
        people.push(person);
    }
    let (_, said, status) = exec(&world, SHELL, "hostname", &[]).await;
    assert!(status == Some(255), "one more is hung up on: {said}");
    drop(people.pop());
    let again = async { while exec(&world, SHELL, "hostname", &[]).await.2 != Some(0) {} };
    tokio::time::timeout(CEILING, again).await.expect("a place becomes free");
}
