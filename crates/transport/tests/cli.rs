//! A session on a command line behind a real sshd: banners, pagers, questions, changed prompts, much text, silence, a sudden end.
#![allow(clippy::unwrap_used)]

mod sshd;

use regex::Regex;
use sshd::{Behind, CEILING, PASSWORD, Sshd, password, tries};
use std::time::Duration;
use transport::cli::{Allowed, EndedBy, Error, Mode, Pager, Secrets, Session, Spec, Timing};
use transport::ssh::{self, Shell, Terminal, connect};

fn re(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

fn spec() -> Spec {
    Spec {
        modes: vec![Mode { name: "exec".to_owned(), prompt: re(r"^(?P<host>[\w.-]{1,63})[>#]$") }],
        setup: vec!["terminal length 0".to_owned()],
        pager: Some(Pager { matches: re(r"^ ?--More-- ?$"), send: " ".to_owned(), erase: None }),
        prompts_allowed: vec![Allowed { matches: re(r"\[Y/N\]:$"), answer: "Y".to_owned(), only_for: Some(re("^write")) }],
        errors: vec![re("^% Invalid")],
        timing: Timing { connect: CEILING, prompt: CEILING, idle: CEILING, total: 10 * CEILING },
        ..Spec::default()
    }
}

async fn open(device: &str, spec: Spec) -> Option<(Sshd, ssh::Session, Session<Shell>)> {
    let sshd = Sshd::start("", &["ed25519"], Behind::Script(device))?;
    let connected = connect(&sshd.request(&[password(PASSWORD)]), &mut tries()).await.unwrap();
    let shell = connected.session.shell(&Terminal::default(), CEILING).await.unwrap();
    let session = Session::open(shell, spec, Secrets::default()).await.unwrap();
    Some((sshd, connected.session, session))
}

fn config() -> String {
    let mut text = "hostname R1\n!\n".to_owned();
    for port in 0..10 {
        for slot in 0..6 {
            text += &format!("interface Gi{slot}/{port}\n description R1# is not a prompt\n");
        }
    }
    text + "end\n"
}

#[tokio::test]
async fn a_configuration_is_the_same_whatever_the_device_does_around_it() {
    for (device, pages) in [("0 obeys banner", 0), ("24 obeys", 0), ("24 ignores", 5), ("24 ignores banner", 5)] {
        let Some((_sshd, _connection, mut session)) = open(device, spec()).await else { return };
        assert_eq!(session.prompt(), "R1#", "{device}");
        for _ in 0..2 {
            let output = session.run("show config").await.unwrap();
            assert_eq!(output.text, config(), "{device}");
            assert_eq!((output.pages, output.ended_by), (pages, EndedBy::Prompt), "{device}");
        }
        session.close().await;
    }
}

#[tokio::test]
async fn a_megabyte_comes_whole() {
    let Some((_sshd, _connection, mut session)) = open("0 obeys", spec()).await else { return };
    let output = session.run("show everything").await.unwrap();
    assert_eq!(output.text.lines().count(), 16_000);
    let is_whole = output
        .text
        .lines()
        .enumerate()
        .all(|(place, line)| line == format!("interface GigabitEthernet0/0/{place:05} description customer number {place}"));
    assert!(is_whole && output.text.len() > 1_000_000);
    eprintln!("{} bytes in {:?}", output.text.len(), output.took);
}

#[tokio::test]
async fn a_known_question_is_answered_and_any_other_ends_the_session() {
    let Some((_sshd, _connection, mut session)) = open("0 obeys", spec()).await else { return };
    assert_eq!(session.run("write").await.unwrap().text, "Overwrite the file? [Y/N]:Y\nDone.\n");
    match session.run("reload").await.unwrap_err() {
        Error::Question { command, question, tail } => {
            assert_eq!((command.as_str(), question.as_str()), ("reload", "Proceed with reload? [confirm]"));
            assert!(
                tail.ends_with("R1#reload\nProceed with reload? [confirm]") || tail.ends_with("reload\nProceed with reload? [confirm]"),
                "{tail}"
            );
        }
        other => panic!("{other}"),
    }
    assert!(matches!(session.run("show config").await.unwrap_err(), Error::Lost));
}

#[tokio::test]
async fn a_changed_name_is_an_error_unless_it_is_expected() {
    let Some((_sshd, _connection, mut session)) = open("0 obeys", spec()).await else { return };
    let output = session.run_renaming("hostname Core-7").await.unwrap();
    assert_eq!((output.text.as_str(), output.ended_by), ("", EndedBy::NewPrompt("Core-7#".to_owned())));
    assert!(session.run("show config").await.unwrap().text.starts_with("hostname Core-7\n"));
    match session.run("hostname R1").await.unwrap_err() {
        Error::PromptChanged { before, now, .. } => assert_eq!((before.as_str(), now.as_str()), ("Core-7#", "R1#")),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_refused_command_is_told_and_the_session_goes_on() {
    let Some((_sshd, _connection, mut session)) = open("0 obeys", Spec { setup: vec!["no pager".to_owned()], ..spec() }).await else {
        return;
    };
    assert_eq!(session.setup_refusals(), ["no pager"]);
    let refused = session.run("show version").await.unwrap_err();
    assert!(matches!(&refused, Error::Refused { answer, .. } if answer == "% Invalid input detected"), "{refused}");
    assert_eq!(session.run("show config").await.unwrap().text, config());
    assert!(matches!(session.run("show config\nreload").await.unwrap_err(), Error::BadCommand));
    assert_eq!(session.run("show config").await.unwrap().text, config());
}

#[tokio::test]
async fn silence_ends_by_a_timeout_of_its_own() {
    let timing = Timing { idle: Duration::from_secs(3), ..spec().timing };
    let Some((_sshd, _connection, mut session)) = open("0 obeys", Spec { timing, ..spec() }).await else { return };
    match session.run("wait").await.unwrap_err() {
        Error::Idle { command, tail, .. } => assert!(command == "wait" && tail.ends_with("thinking"), "{tail}"),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_an_answer_is_told() {
    let Some((_sshd, _connection, mut session)) = open("0 obeys", spec()).await else { return };
    match session.run("break").await.unwrap_err() {
        Error::Closed { command, tail, .. } => assert!(command == "break" && tail.contains("line 1"), "{tail}"),
        other => panic!("{other}"),
    }
}

/// FRR's zebra in a network namespace of its own; ends with the value.
struct Router {
    process: std::process::Child,
    folder: std::path::PathBuf,
}

impl Router {
    fn start() -> Option<Self> {
        if !std::path::Path::new("/usr/lib/frr/zebra").exists() {
            sshd::skip("there is no /usr/lib/frr/zebra (Debian package frr)");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("polyot-router.{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("zebra.conf"), "hostname pe-1\n").unwrap();
        let owned = std::process::Command::new("chown").args(["-R", "frr:frr"]).arg(&folder).status();
        assert!(owned.unwrap().success());
        let at = |file: &str| folder.join(file).display().to_string();
        let process = std::process::Command::new("unshare")
            .args(["-n", "/usr/lib/frr/zebra", "-u", "frr", "-g", "frr", "-P", "0"])
            .args(["-f", &at("zebra.conf"), "-i", &at("pid"), "-z", &at("api"), "--vty_socket", &at("")])
            .current_dir(&folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let started = std::time::Instant::now();
        while !folder.join("zebra.vty").exists() {
            assert!(started.elapsed() < CEILING, "zebra does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { process, folder })
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

#[tokio::test]
async fn a_real_routers_command_line_is_spoken_to() {
    let Some(router) = Router::start() else { return };
    let vtysh = format!("/usr/bin/vtysh --vty_socket {0} --config_dir {0}", router.folder.display());
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Root(&vtysh)) else { return };
    let connected = connect(&sshd.request(&[password(PASSWORD)]), &mut tries()).await.unwrap();
    let shell = connected.session.shell(&Terminal::default(), CEILING).await.unwrap();
    let modes = vec![Mode { name: "any".to_owned(), prompt: re(r"^(?P<host>[\w.-]{1,63})(\([\w-]+\))?# $") }];
    let spec = Spec { modes, errors: vec![re("^% ")], setup: vec!["terminal length 0".to_owned()], ..spec() };
    let mut session = Session::open(shell, spec, Secrets::default()).await.unwrap_or_else(|cause| panic!("{cause}\n{}", cause.tail()));
    eprintln!("{}", session.prompt());
    let text = session.run("show running-config").await.unwrap().text;
    assert!(text.ends_with("end\n") && text.contains("\nfrr version "), "{text}");
    assert_eq!(session.run("show running-config").await.unwrap().text, text);
    assert!(matches!(session.run("configure terminal").await.unwrap().ended_by, EndedBy::Mode(line) if line.ends_with("(config)#")));
    for port in 0..3 {
        let ended = session.run(&format!("interface e{port}")).await.unwrap().ended_by;
        assert!(matches!(ended, EndedBy::Mode(line) if line.ends_with("(config-if)#")));
        assert_eq!(session.run("description pe-1# is not a prompt").await.unwrap().text, "");
    }
    session.run("exit").await.unwrap();
    assert_eq!(session.run_renaming("hostname pe-2").await.unwrap().text, "");
    assert!(matches!(session.run("no such command").await.unwrap_err(), Error::Refused { .. }));
    session.run("end").await.unwrap();
    let text = session.run("show running-config").await.unwrap().text;
    assert!(text.contains("hostname pe-2") && text.matches(" description pe-1# is not a prompt\n").count() == 3, "{text}");
    session.close().await;
}
