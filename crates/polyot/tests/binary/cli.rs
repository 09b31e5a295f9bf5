//! The commands against the real server, as a person or a script uses them.

use crate::product::{EMAIL, Home, PASSWORD, Product, wait_for};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

const COMMUNITY: &str = "n0t-f0r-th3-scr33n";
const ADMIN_OF_DEMO: (&str, &str) = ("demo@polyot.example", "polyot-demo-2026");

/// A person's shell: a home folder of its own, no terminal.
struct Shell {
    home: tempfile::TempDir,
    language: &'static str,
    /// Everything that any command has said.
    said: Mutex<String>,
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Shell {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), language: "en_US.UTF-8", said: Mutex::default() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polyot"));
        for name in ["POLYOT_SERVER", "POLYOT_TOKEN", "POLYOT_CONTEXT", "POLYOT_CA_FILE", "NO_COLOR", "LC_ALL", "LC_MESSAGES"] {
            command.env_remove(name);
        }
        command.args(args).env("XDG_CONFIG_HOME", self.home.path()).env("LANG", self.language).env("TERM", "xterm-256color");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.fed(args, "")
    }

    fn fed(&self, args: &[&str], stdin: &str) -> Ended {
        let mut child = self.command(args).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ended.err.contains("panicked"), "{args:?}: {ended:?}");
        assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "colour in a pipe: {args:?}: {ended:?}");
        self.said.lock().unwrap().push_str(&format!("{}{}", ended.out, ended.err));
        ended
    }

    /// Must succeed.
    fn ok(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, 0, "{args:?}: {ended:?}");
        ended.out
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["-o", "json"]].concat())).unwrap()
    }

    /// Must fail so, with nothing on standard output and this in what it says.
    fn fails(&self, code: i32, args: &[&str], says: &str) {
        let ended = self.run(args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(ended.out.is_empty(), "{args:?}: data although it failed: {ended:?}");
        assert!(ended.err.contains(says), "{args:?}: `{says}` is missing: {ended:?}");
    }

    fn log_in(&self, server: &str, (email, password): (&str, &str)) {
        let ended = self.fed(&["auth", "login", "--server", server, "--email", email, "--password-file", "-"], &format!("{password}\n"));
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    fn config(&self) -> PathBuf {
        self.home.path().join("polyot/cli.toml")
    }
}

fn ready(product: &Product) -> String {
    wait_for("/readyz", || (product.client().get("/readyz").status == 200).then_some(()));
    format!("http://127.0.0.1:{}", product.port)
}

#[test]
fn a_day_with_the_command_line() {
    let home = Home::new();
    let product = home.start();
    let server = ready(&product);
    let shell = Shell::new();
    let fails = |code: i32, args: &[&str], says: &str| shell.fails(code, args, says);

    // Nobody is logged in; there is no terminal to ask at.
    fails(4, &["auth", "status", "--server", &server], "Not logged in");
    fails(4, &["device", "list", "--server", &server], "polyot auth login");
    fails(2, &["auth", "login", "--server", &server], "--email");
    fails(2, &["auth", "login", "--server", &server, "--email", EMAIL], "--password-file");
    let wrong = shell.fed(&["auth", "login", "--server", &server, "--email", EMAIL, "--password-file", "-"], "wrong horse battery\n");
    assert_eq!((wrong.code, wrong.out.as_str()), (4, ""), "{wrong:?}");
    assert!(!shell.config().exists(), "a failed login keeps nothing");

    shell.log_in(&server, (EMAIL, PASSWORD));
    assert_eq!(std::fs::metadata(shell.config()).unwrap().permissions().mode() & 0o777, 0o600);
    let token = std::fs::read_to_string(shell.config()).unwrap();
    let token = token.lines().find_map(|line| line.strip_prefix("token = ")).unwrap().trim_matches('"').to_owned();
    assert!(shell.ok(&["auth", "status"]).contains(EMAIL));

    register(&shell);
    refusals(&shell, &server);

    // Languages: texts follow LANG and --lang, JSON and CSV do not.
    let russian = Shell { language: "ru_RU.UTF-8", ..Shell::new() };
    russian.log_in(&server, (EMAIL, PASSWORD));
    assert!(russian.ok(&["device", "list"]).contains("УСТРОЙСТВО") || russian.ok(&["device", "list"]).contains("НАЗВАНИЕ"));
    assert!(shell.ok(&["device", "list", "--lang", "ru"]).contains("НАЗВАНИЕ"));
    russian.fails(3, &["device", "get", "core-2"], "Не найдено: устройство «core-2»");
    russian.fails(3, &["device", "get", "core-2"], "core-1");
    let seen = |shell: &Shell, format: &str| {
        let fields = "name,address,site.name,state";
        shell.ok(&["device", "list", "-o", format, "--fields", fields])
    };
    assert_eq!(seen(&shell, "json"), seen(&russian, "json"));
    assert_eq!(seen(&shell, "csv"), seen(&russian, "csv"));
    assert!(seen(&shell, "csv").contains("core-1,127.0.0.1,Ленина 1,"), "{}", seen(&shell, "csv"));
    assert!(russian.ok(&["alarm", "ack", "--help"]).contains("Как вызвать:"));

    // Another server does not get this one's token.
    fails(4, &["device", "list", "--server", &server.replace("127.0.0.1", "localhost")], "polyot auth login");

    shell.ok(&["auth", "logout"]);
    fails(4, &["device", "list"], "polyot auth login");
    assert!(!std::fs::read_to_string(shell.config()).unwrap().contains(&token));
    let said = shell.said.into_inner().unwrap() + &russian.said.into_inner().unwrap();
    for secret in [PASSWORD, COMMUNITY, token.as_str()] {
        assert!(!said.contains(secret), "a secret was printed");
    }
    product.check_log();
}

/// A client with a site, a key, devices and a service, all by name.
fn register(shell: &Shell) {
    let client = shell.ok(&["client", "create", "--name", "Ромашка", "--language", "ru", "--tz", "Europe/Moscow"]);
    assert!(client.starts_with("ten_") && client.lines().count() == 1, "the id and nothing else: {client:?}");
    shell.ok(&["site", "create", "--name", "Ленина 1", "--parent", "ромашка"]);
    let secret = ["credential", "create", "--name", "Key", "--of", "Ромашка", "--kind", "snmp_v2c", "--community-file", "-"];
    assert_eq!(shell.fed(&secret, &format!("{COMMUNITY}\n")).code, 0);
    shell.fails(2, &["credential", "create", "--name", "Two", "--of", "Ромашка", "--kind", "snmp_v2c"], "--community-file");
    shell.ok(&["device", "add", "--name", "core-1", "--site", "Ленина 1", "--address", "127.0.0.1", "--credential", "Key"]);
    shell.ok(&["device", "add", "--name", "edge, 1", "--site", "Ленина 1", "--address", "127.0.0.2", "--parent", "core-1"]);
    shell.ok(&["service", "create", "--name", "Internet", "--client", "Ромашка", "--endpoint", "core-1"]);

    let devices = shell.json(&["device", "list", "--client", "Ромашка", "--fields", "name,site.name,id"]);
    assert_eq!(devices.as_array().unwrap().len(), 2, "{devices}");
    assert_eq!(devices[0].as_object().unwrap().len(), 3, "only the fields asked for: {devices}");
    assert_eq!(devices[0]["site.name"], "Ленина 1");
    assert_eq!(shell.json(&["device", "list", "--limit", "1"]).as_array().unwrap().len(), 1);
    assert_eq!(shell.ok(&["device", "list", "-o", "name"]), "core-1\nedge, 1\n");
    assert_eq!(shell.json(&["device", "get", "CORE-1"])["name"], "core-1");
    assert!(shell.ok(&["device", "list", "-o", "csv"]).contains("\"edge, 1\""));
    assert!(shell.ok(&["service", "list"]).contains("core-1"));
    assert_eq!(shell.json(&["api", "GET", "devices?limit=1"])["items"].as_array().unwrap().len(), 1);
    shell.ok(&["summary"]);
    shell.ok(&["audit", "verify"]);
    assert_eq!(shell.run(&["alarm", "list"]).err, "None: alarms.\n");
    assert_eq!(shell.run(&["alarm", "list", "-q"]).err, "");
}

/// One failure of each kind, and what it says.
fn refusals(shell: &Shell, server: &str) {
    let fails = |code: i32, args: &[&str], says: &str| shell.fails(code, args, says);
    fails(1, &["device", "list", "--server", "http://127.0.0.1:1", "--token", "x"], "No answer from http://127.0.0.1:1");
    fails(2, &["device", "lsit"], "list");
    fails(2, &["device", "list", "--fields", "nmae"], "did you mean: name?");
    fails(2, &["device", "list", "--server", "http://me:open%20sesame@127.0.0.1"], "must not hold a name or a password");
    fails(2, &["device", "add", "--name", "x", "--site", "Ленина 1", "--address", "no address"], "address:");
    fails(2, &["maintenance", "create", "--title", "x", "--from", "tomorrow", "--for", "2h", "--device", "core-1"], "tomorrow");
    fails(2, &["api", "GET", "../../metrics"], "no path");
    fails(3, &["device", "get", "core-2"], "did you mean: core-1?");
    fails(3, &["device", "get", "dev_00000000000000000000000000"], "");
    fails(3, &["api", "GET", "nothing"], "nothing");
    fails(3, &["device", "list", "--context", "nowhere"], "nowhere");
    fails(4, &["device", "list", "--server", server, "--token", "pt_wrong"], "polyot auth login");

    // Destructive: a question, which nobody can answer here.
    fails(2, &["device", "retire", "core-1"], "--yes");
    fails(2, &["device", "retire", "core-1", "--no-input"], "--yes");
    fails(5, &["device", "retire", "core-1", "--yes"], "core-1");
    shell.ok(&["device", "list", "--search", "core"]);

    // Two of a name: listed, nothing guessed.
    for _ in 0..2 {
        shell.ok(&["site", "create", "--name", "Twin", "--parent", "Ромашка"]);
    }
    fails(2, &["device", "list", "--site", "Twin"], "ten_");
    let twins = shell.ok(&["site", "list", "--search", "Twin", "-o", "name"]);
    assert!(twins.lines().count() == 2 && twins.lines().all(|line| line.starts_with("ten_")), "{twins}");

    // One of two can be done.
    shell.ok(&["contact", "create", "--name", "Ann", "--of", "Ромашка", "--language", "en", "--email", "ann@example.net"]);
    let ann = shell.json(&["contact", "get", "Ann"])["id"].as_str().unwrap().to_owned();
    let partly = shell.run(&["contact", "remove", &ann, "con_00000000000000000000000000", "--yes"]);
    assert_eq!(partly.code, 8, "{partly:?}");
    assert!(partly.err.contains("1 done, 1 failed"), "{partly:?}");

    // A file that others can read is not used.
    let file = shell.config();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    fails(1, &["device", "list"], "chmod 600");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn completion_scripts_know_the_commands() {
    let shell = Shell::new();
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = shell.ok(&["completion", name]);
        assert!(script.contains("maintenance") && script.contains("unack"), "{name}");
    }
    shell.fails(2, &["completion", "tcsh"], "bash");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("polyot.bash");
    std::fs::write(&path, shell.ok(&["completion", "bash"])).unwrap();
    let line = "source \"$0\"; COMP_WORDS=(polyot alarm un); COMP_CWORD=2; _polyot polyot un alarm; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", line]).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "unack", "{output:?}");
    assert_eq!(shell.ok(&["version"]), concat!("polyot ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// `polyot demo`, ended when dropped.
struct Demo {
    child: Child,
    url: String,
}

impl Demo {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polyot"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--fault-after", "5"]).env("POLYOT_LOG", "error");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = heard(child.stdout.take().unwrap());
        let url = wait_for("the address of the demo", || {
            lines.lock().unwrap().iter().find(|line| line.trim().starts_with("http://")).map(|line| line.trim().to_owned())
        });
        Self { child, url }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a process as they come.
fn heard(from: impl std::io::Read + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

fn ended_by_ctrl_c(mut child: Child) -> Option<i32> {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    wait_for("the end after Ctrl-C", || child.try_wait().unwrap()).code()
}

#[test]
fn an_alarm_is_watched_acknowledged_by_name_and_the_loss_of_the_feed_is_told() {
    let demo = Demo::start();
    let shell = Shell::new();
    shell.log_in(&demo.url, ADMIN_OF_DEMO);
    let watch = |args: &[&str]| {
        let mut child = shell.command(&[&["alarm", "watch"], args].concat()).spawn().unwrap();
        let out: ChildStdout = child.stdout.take().unwrap();
        (heard(out), heard(child.stderr.take().unwrap()), child)
    };
    let (lines, beside, watching) = watch(&[]);
    let (records, _, recording) = watch(&["-o", "json"]);
    let has = |lines: &Arc<Mutex<Vec<String>>>, all: &[&str]| {
        lines.lock().unwrap().iter().any(|line| all.iter().all(|part| line.contains(part))).then_some(())
    };
    wait_for("a line for the alarm", || has(&lines, &["pop-access-1", "Interface down: ge1", "raised"]));
    wait_for("its record", || has(&records, &["alarm.raised", "\"name\":\"pop-access-1\""]));
    let record = records.lock().unwrap()[0].clone();
    serde_json::from_str::<Value>(&record).unwrap_or_else(|error| panic!("one JSON object on a line: {error}: {record}"));

    // The alarm is called by its device, or by device and interface.
    let table = shell.ok(&["alarm", "list"]);
    assert!(table.contains("pop-access-1") && ["▲ Critical", "◆ Major", "■ Minor"].iter().any(|word| table.contains(word)), "{table}");
    shell.ok(&["alarm", "ack", "pop-access-1/ge1", "--note", "on it"]);
    wait_for("the acknowledgement", || has(&lines, &["pop-access-1", "acknowledged by demo@polyot.example"]));
    let alarm = shell.json(&["alarm", "get", "pop-access-1/ge1"]);
    assert_eq!((&alarm["ack_note"], &alarm["acked_by"]["email"]), (&"on it".into(), &ADMIN_OF_DEMO.0.into()));
    shell.fails(5, &["alarm", "ack", "pop-access-1/ge1"], "acknowledged already");
    let tried = shell.run(&["alarm", "unack", "pop-access-1/ge1", "nobody"]);
    assert_eq!(tried.code, 8, "{tried:?}");
    let tickets = shell.json(&["ticket", "list"]);
    let title = tickets[0]["title"].as_str().unwrap();
    shell.ok(&["ticket", "note", title, "--text", "looked at it"]);
    assert!(shell.ok(&["ticket", "get", title]).contains("looked at it"));

    assert_eq!(ended_by_ctrl_c(recording), Some(130));
    drop(demo);
    wait_for("word of the lost feed", || has(&beside, &["feed is lost"]));
    assert_eq!(ended_by_ctrl_c(watching), Some(130));
    assert!(lines.lock().unwrap().iter().all(|line| !line.contains('\u{1b}')), "colour in a pipe");
}
