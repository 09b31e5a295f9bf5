//! `polyot serve` as a child process with a folder of its own.

use crate::client::Client;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Ten times what a start, a stop or a confirmation takes on a slow machine.
pub const CEILING: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
pub const EMAIL: &str = "admin@example.net";
pub const PASSWORD: &str = "correct horse battery";
const SETTINGS: [&str; 10] = [
    "POLYOT_ADMIN_EMAIL",
    "POLYOT_ADMIN_PASSWORD",
    "POLYOT_CONFIG",
    "POLYOT_DATA",
    "POLYOT_DATABASE_URL",
    "POLYOT_LISTEN",
    "POLYOT_PUBLIC_URL",
    "POLYOT_SMTP_CA_FILE",
    "POLYOT_SMTP_FROM",
    "POLYOT_SMTP_URL",
];

/// Asks until there is an answer.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < CEILING, "waited {} s in vain for: {what}", CEILING.as_secs());
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Where a product lives between its starts: data folder, database, environment.
pub struct Home {
    pub folder: tempfile::TempDir,
    pub data: PathBuf,
    pub database_url: Option<String>,
    pub env: Vec<(String, String)>,
    /// `polyot.toml`, when there is one.
    pub config: Option<String>,
}

impl Home {
    /// Without an administrator in the environment.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { data: folder.path().join("data"), folder, database_url: None, env: Vec::new(), config: None }
    }

    pub fn new() -> Self {
        Self::bare().with("POLYOT_ADMIN_EMAIL", EMAIL).with("POLYOT_ADMIN_PASSWORD", PASSWORD)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polyot"));
        for name in SETTINGS {
            command.env_remove(name);
        }
        command.env_remove("POLYOT_LOG").envs(self.env.iter().cloned()).current_dir(self.folder.path());
        command.arg("serve").arg("--data").arg(&self.data).args(["--listen", "127.0.0.1:0"]);
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url]);
        }
        if let Some(text) = &self.config {
            std::fs::write(self.folder.path().join("polyot.toml"), text).unwrap();
        }
        command
    }

    pub fn start(&self) -> Product {
        Product::start(self.command())
    }

    /// Starts a product that must refuse, and returns its one sentence.
    pub fn refusal(&self) -> String {
        refusal(self.command())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The one sentence of a process that must end by itself with exit code 1.
pub fn refusal(mut command: Command) -> String {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > CEILING {
            child.kill().unwrap();
            panic!("it started although it had to refuse: {}", String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    // What is said beside the log: one line.
    let sentences: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("polyot: ")).collect();
    assert_eq!(sentences.len(), 1, "one sentence and no more: {told}");
    sentences[0].to_owned()
}

/// A running product. Dropped, it is killed.
pub struct Product {
    child: Child,
    told: Arc<Mutex<Vec<String>>>,
    pub port: u16,
    pub scheme: String,
}

impl Product {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (lines, stderr) = (Arc::clone(&told), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                let Ok(line) = line else { return };
                lines.lock().unwrap().push(line);
            }
        });
        let mut product = Self { child, told, port: 0, scheme: "http".into() };
        let line = wait_for("`Polyot serves at`", || {
            assert!(product.child.try_wait().unwrap().is_none(), "it ended at its start: {}", product.log());
            product.log().lines().find(|line| line.contains("Polyot serves at")).map(str::to_owned)
        });
        let address = line.split("address=").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_else(|| panic!("{line}"));
        product.port = address.rsplit(':').next().unwrap().parse().unwrap();
        if line.contains("serves at https://") {
            product.scheme = "https".into();
        }
        product
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything on its stderr so far.
    pub fn log(&self) -> String {
        self.told.lock().unwrap().join("\n")
    }

    /// Nobody.
    pub fn client(&self) -> Client {
        Client::new(&format!("{}://127.0.0.1:{}", self.scheme, self.port))
    }

    /// The first administrator.
    pub fn admin(&self) -> Client {
        let mut client = self.client();
        wait_for("/readyz", || (client.get("/readyz").status == 200).then_some(()));
        client.log_in(EMAIL, PASSWORD);
        client
    }

    /// `kill -9`.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.check_log();
        self.log()
    }

    /// SIGTERM; how it ended and how long that took.
    pub fn terminate(mut self) -> (ExitStatus, Duration) {
        let started = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = wait_for("the end after SIGTERM", || self.child.try_wait().unwrap());
        let took = started.elapsed();
        self.check_log();
        (status, took)
    }

    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Never a panic, never a secret.
    pub fn check_log(&self) {
        let log = self.log();
        for word in ["panicked", PASSWORD, crate::lab::COMMUNITY, testkit::exim::PASSWORD, "open%20sesame"] {
            assert!(!log.contains(word), "`{word}` in the log:\n{log}");
        }
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the product said:\n{}\n---", self.log());
        }
    }
}

/// The database of a home, for looking at rows from outside.
pub fn location(home: &Home) -> store::Location {
    match &home.database_url {
        Some(url) => store::Location::Postgres(url.clone()),
        None => store::Location::Sqlite(home.data.join("polyot.db")),
    }
}

/// A story, and what to call it when it fails.
pub type Named = (&'static str, fn(Home));

/// Each story with a fresh home on each engine, all side by side: they mostly wait. What failed is named.
pub fn on_both(stories: &[Named]) {
    std::thread::scope(|scope| {
        let mut told = Vec::new();
        for &(name, story) in stories {
            told.push((name, "SQLite", scope.spawn(move || story(Home::new()))));
            told.push((name, "PostgreSQL", scope.spawn(move || on_postgresql(story))));
        }
        let failed: Vec<String> =
            told.into_iter().filter_map(|(name, engine, thread)| thread.join().is_err().then(|| format!("{name} on {engine}"))).collect();
        assert!(failed.is_empty(), "failed, as told above: {}", failed.join(", "));
    });
}

/// The story on PostgreSQL; left out aloud where there is no server.
pub fn on_postgresql(story: impl FnOnce(Home)) {
    let Some(database) = testkit::databases().into_iter().find(|database| database.name == "postgresql") else { return };
    let store::Location::Postgres(url) = &database.location else { panic!("not an address: {}", database.location.shown()) };
    let mut home = Home::new();
    home.database_url = Some(url.clone());
    story(home);
}
