//! A real SMTP server for one test: exim4 with a configuration of its own on loopback, its certificates made by openssl, mail as files.
//! It is started by the test and ends with it; no file outside of the temporary folder is touched.

#![allow(clippy::unwrap_used)]

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const EXIM: &str = "/usr/sbin/exim4";
/// Ten times what a start or a delivery takes on a slow machine.
const CEILING: Duration = Duration::from_secs(20);
pub const USER: &str = "post";
pub const PASSWORD: &str = "open sesame";

pub struct Exim {
    folder: PathBuf,
    child: Child,
    /// STARTTLS offered, login after it.
    pub port: u16,
    /// TLS from the first byte.
    pub tls_port: u16,
}

/// `None`, said aloud, where exim4 is not installed; a failure where everything is required.
pub fn start() -> Option<Exim> {
    if !Path::new(EXIM).exists() {
        assert!(std::env::var_os("POLYOT_REQUIRE_ALL").is_none(), "{EXIM} is missing (apt-get install exim4-daemon-light)");
        eprintln!("SKIPPED: no real SMTP server, {EXIM} is missing (apt-get install exim4-daemon-light)");
        return None;
    }
    let folder = make_folder();
    make_certificates(&folder);
    let (port, tls_port) = (free_port(), free_port());
    std::fs::write(folder.join("exim.conf"), config(&folder, port, tls_port)).unwrap();
    let child = run(&folder);
    let exim = Exim { folder, child, port, tls_port };
    exim.wait_until_open();
    Some(exim)
}

impl Exim {
    pub fn ca_pem(&self) -> Vec<u8> {
        std::fs::read(self.folder.join("ca.pem")).unwrap()
    }

    /// Address with the right login, percent-encoded.
    pub fn url(&self) -> String {
        format!("smtp://{USER}:{}@localhost:{}", PASSWORD.replace(' ', "%20"), self.port)
    }

    /// The mails that arrived, oldest first, once there are at least `number` of them.
    pub fn mails(&self, number: usize) -> Vec<String> {
        let started = Instant::now();
        loop {
            let mut files: Vec<_> = std::fs::read_dir(self.folder.join("mail/new"))
                .map(|dir| dir.map(|entry| entry.unwrap().path()).collect())
                .unwrap_or_default();
            if files.len() >= number {
                files.sort_by_key(|file: &PathBuf| file.metadata().unwrap().modified().unwrap());
                return files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
            }
            assert!(started.elapsed() < CEILING, "{} of {number} mails arrived; the server's log:\n{}", files.len(), self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log/mainlog")).unwrap_or_default()
    }

    /// Ends the server and starts it again on the same ports: every open session is dead then.
    pub fn restart(&mut self) {
        self.stop();
        self.child = run(&self.folder);
        self.wait_until_open();
    }

    pub fn stop(&mut self) {
        // Sessions are children of the daemon: ended first, by their ids, as long as it is their parent.
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children", pid = self.child.id())).unwrap_or_default();
        for child in children.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", child]).stderr(Stdio::null()).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn wait_until_open(&self) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).and_then(|_| TcpStream::connect(("127.0.0.1", self.tls_port))).is_err() {
            assert!(started.elapsed() < CEILING, "exim4 does not listen; its log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        self.stop();
        // A delivery that was under way may still be writing.
        for _ in 0..20 {
            if std::fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn run(folder: &Path) -> Child {
    Command::new(EXIM).arg("-C").arg(folder.join("exim.conf")).arg("-bdf").stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The kernel chooses; between here and the server's start nobody else asks for just this one.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn make_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("polyot-exim-{}-{}", std::process::id(), free_port()));
    for (path, mode) in [("", 0o755), ("mail", 0o777), ("log", 0o777), ("spool", 0o777)] {
        let path = folder.join(path);
        std::fs::create_dir_all(&path).unwrap();
        // Started by root, exim works as its own user and must be able to write here.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    folder
}

fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for line in [
        format!("req -x509 {ec} -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA -addext basicConstraints=critical,CA:TRUE"),
        format!("req {ec} -keyout key.pem -out request.pem -subj /CN=localhost"),
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem".to_owned(),
    ] {
        let made = Command::new("openssl").current_dir(folder).args(line.split(' ')).output().unwrap();
        assert!(made.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&made.stderr));
    }
    std::fs::set_permissions(folder.join("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
}

fn config(folder: &Path, port: u16, tls_port: u16) -> String {
    let owner = folder.metadata().unwrap();
    // Started by somebody else than root, exim stays that user throughout and must take him for its master.
    let user = match owner.uid() {
        0 => String::new(),
        uid => format!("exim_user = {uid}\nexim_group = {gid}\nadmin_groups = {gid}\n", gid = owner.gid()),
    };
    let folder = folder.display();
    format!(
        r#"{user}primary_hostname = mail.test
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/spool/exim.pid
log_selector = +incoming_port
local_interfaces = 127.0.0.1
# Delivered at once, however many come in one session: nothing runs its queue.
smtp_accept_queue_per_connection = 0
daemon_smtp_ports = {port} : {tls_port}
tls_on_connect_ports = {tls_port}
tls_advertise_hosts = *
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
deliver_drop_privilege = true
domainlist local = example.org
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = data

begin acl
mail:
  deny  senders = forged@example.org
        message = you may not send as this address
  accept
rcpt:
  deny  local_parts = nobody
        message = no such person here
  defer local_parts = later
        message = greylisted, come back later
  accept domains = +local
  deny  message = relaying refused
data:
  deny  condition = ${{if match{{$h_subject:}}{{UNWANTED}}}}
        message = this text is not wanted
  accept

begin routers
files:
  driver = accept
  domains = +local
  transport = files

begin transports
files:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
"#
    )
}
