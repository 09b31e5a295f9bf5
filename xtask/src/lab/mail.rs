//! The mail server: Exim with its own configuration on loopback. STARTTLS with a CA made for this run, a login, and a maildir as everyone's box.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::checks::Checks;
use super::mime::Mail;
use super::router;
use super::stamp::Stamp;
use crate::shell::{self, Failure};

pub const USER: &str = "polyot";
pub const PASSWORD: &str = "lab-smtp-password";
const START_CEILING: Duration = Duration::from_secs(20);

/// A pause as a person typing would make it.
const BETWEEN_LINES: Duration = Duration::from_millis(200);

pub struct Server {
    dir: PathBuf,
    port: u16,
    daemon: Option<Child>,
    read: BTreeSet<PathBuf>,
}

/// A mail that came, with the moment at which it lay in the box.
#[derive(Debug)]
pub struct Received {
    pub at: Stamp,
    pub to: String,
    pub mail: Mail,
}

impl Server {
    pub fn start(lab: &Path, checks: &mut Checks) -> Result<Self, Failure> {
        let dir = lab.join("mail-server");
        for part in ["spool", "log", "tls", "mail"] {
            fs::create_dir_all(dir.join(part)).map_err(|e| Failure::new(format!("{}: {e}", dir.display())))?;
        }
        make_certificates(&dir.join("tls"))?;
        let port = free_port()?;
        let words =
            [("DIR", dir.to_string_lossy().into_owned()), ("PORT", port.to_string()), ("USER", USER.into()), ("PASSWORD", PASSWORD.into())];
        router::fill("exim.conf", &words, &dir.join("exim.conf"))?;
        shell::output(
            Command::new("chown")
                .args(["-R", "Debian-exim:Debian-exim"])
                .args(["spool", "log", "tls", "mail", "."].map(|part| dir.join(part))),
        )?;
        // Exim refuses a configuration that its own user could change.
        shell::output(Command::new("chown").args(["root:root"]).arg(dir.join("exim.conf")))?;
        let mut server = Self { dir, port, daemon: None, read: BTreeSet::new() };
        server.resume(checks)?;
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("smtp://{USER}:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("tls/ca.crt")
    }

    pub fn stop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            router::end(daemon);
        }
    }

    pub fn resume(&mut self, checks: &mut Checks) -> Result<(), Failure> {
        let mut command = Command::new("exim4");
        command.arg("-C").arg(self.dir.join("exim.conf")).args(["-bdf", "-q1s"]);
        self.daemon = Some(router::start(&mut command, &self.dir.join("log/out"))?);
        let server = SocketAddr::from(([127, 0, 0, 1], self.port));
        checks.until("the mail server listens", START_CEILING, || Ok(TcpStream::connect(server).ok().map(drop)))
    }

    /// Mails that came since the last look, oldest first.
    pub fn fresh(&mut self) -> Result<Vec<Received>, Failure> {
        let mut found = Vec::new();
        let Ok(entries) = fs::read_dir(self.dir.join("mail/new")) else { return Ok(found) };
        for path in entries.flatten().map(|entry| entry.path()) {
            if self.read.contains(&path) {
                continue;
            }
            let source = fs::read(&path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
            let mail = Mail::parse(&source);
            found.push(Received { at: arrival(&path).unwrap_or_else(Stamp::now), to: mail.header("envelope-to"), mail });
            self.read.insert(path);
        }
        found.sort_by_key(|received| received.at);
        Ok(found)
    }

    /// Speaks SMTP through `openssl s_client` as a stranger would; returns the whole talk.
    pub fn talk(&self, lines: &[&str]) -> Result<String, Failure> {
        let server = format!("127.0.0.1:{}", self.port);
        let mut command = Command::new("openssl");
        command.args([
            "s_client",
            "-starttls",
            "smtp",
            "-quiet",
            "-crlf",
            "-verify_return_error",
            "-verify_ip",
            "127.0.0.1",
            "-connect",
            &server,
        ]);
        command.arg("-CAfile").arg(self.ca_file()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |e: std::io::Error| Failure::new(format!("openssl s_client: {e}"));
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // One line at a time: the server takes nothing ahead of its answer to a login. When it hangs up, its answer says why.
            for line in lines {
                if writeln!(input, "{line}").and_then(|()| input.flush()).is_err() {
                    break;
                }
                std::thread::sleep(BETWEEN_LINES);
            }
        }
        let done = child.wait_with_output().map_err(failed)?;
        Ok(String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
    }
}

/// Maildir names begin `SECONDS.MMICROSP…`: the moment of delivery to the microsecond.
fn arrival(path: &Path) -> Option<Stamp> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let (seconds, rest) = name.split_once(".M")?;
    let micros: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(Stamp::from_micros(seconds.parse::<i64>().ok()? * 1_000_000 + micros.parse::<i64>().ok()?))
}

/// A port that nobody in this network namespace uses.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| Failure::new(format!("no free port: {e}")))?;
    listener.local_addr().map(|address| address.port()).map_err(|e| Failure::new(format!("no free port: {e}")))
}

fn make_certificates(dir: &Path) -> Result<(), Failure> {
    let extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n";
    fs::write(dir.join("extensions"), extensions).map_err(|e| Failure::new(format!("{}: {e}", dir.display())))?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for line in [
        format!("req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=lab-authority"),
        format!("req {key} -keyout server.key -out server.csr -subj /CN=mail.lab.example"),
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.crt".into(),
    ] {
        shell::output(Command::new("openssl").args(line.split_whitespace()).current_dir(dir))?;
    }
    Ok(())
}
