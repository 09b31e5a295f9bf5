//! Commands run from the root of the checkout, each with its time; and the tally of a run of several parts.

use std::env;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One sentence: what failed and what to do. The details have been printed by the part that failed.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder with the workspace's Cargo.toml.
/// The checkout that cargo runs us for: said at run time, because one target folder may serve several checkouts.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().expect("xtask lies one folder below the root").to_path_buf()
}

pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo puts what it builds, with `CARGO_TARGET_DIR` honoured.
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// True when a skipped part must fail the run (`.ci/run` asks for that).
pub fn require_all() -> bool {
    env::var("POLYOT_REQUIRE_ALL").is_ok_and(|value| !value.is_empty() && value != "0")
}

pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0")
}

pub fn find(program: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    // Daemons live in sbin, which an ordinary person's PATH often lacks.
    let more = ["/usr/sbin", "/sbin", "/usr/lib/frr"].map(PathBuf::from);
    env::split_paths(&paths).chain(more).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// Resident memory of a process; nothing when it has ended or the system has no /proc.
pub fn resident_mb(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?;
    kib.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// Runs to the end with the output on the terminal.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let text = spell(command);
    let status = command.stdin(Stdio::null()).status().map_err(|e| cannot_start(&text, &e))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{text}` ended with {status}"))) }
}

/// Runs to the end and returns what it wrote to stdout; stderr goes to the terminal only on failure.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let text = spell(command);
    let done = command.stdin(Stdio::null()).output().map_err(|e| cannot_start(&text, &e))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(Failure::new(format!("`{text}` ended with {}: {}", done.status, said.trim())));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn cannot_start(text: &str, error: &io::Error) -> Failure {
    Failure::new(format!("`{text}` cannot be started: {error}"))
}

/// The command as a person would type it.
pub fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut words = vec![program.to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// The parts of a run: every part is tried, so that one run shows all that is wrong.
#[derive(Default)]
pub struct Tally {
    done: Vec<Part>,
}

struct Part {
    name: &'static str,
    result: PartResult,
    took: Duration,
}

enum PartResult {
    Passed,
    Failed(String),
    Skipped(String),
}

/// What a part that could start came to.
pub enum Outcome {
    Done,
    /// Not run, and the sentence that says why.
    Skipped(String),
}

impl Tally {
    pub fn part(&mut self, name: &'static str, work: impl FnOnce() -> Result<Outcome, Failure>) {
        println!("\n== {name}");
        let started = Instant::now();
        let result = match work() {
            Ok(Outcome::Done) => PartResult::Passed,
            Ok(Outcome::Skipped(why)) => {
                println!("SKIPPED: {why}");
                PartResult::Skipped(why)
            }
            Err(failure) => {
                println!("FAILED: {failure}");
                PartResult::Failed(failure.to_string())
            }
        };
        self.done.push(Part { name, result, took: started.elapsed() });
    }

    pub fn command(&mut self, name: &'static str, command: &mut Command) {
        self.part(name, || run(command).map(|()| Outcome::Done));
    }

    /// Prints the table and decides; a skipped part fails the run only where everything is required.
    pub fn close(self, what: &str) -> Result<(), Failure> {
        let strict = require_all();
        println!("\n{what}:");
        let mut failed = 0;
        let mut skipped = 0;
        for part in &self.done {
            let (word, why) = match &part.result {
                PartResult::Passed => ("ok", String::new()),
                PartResult::Failed(why) => ("FAILED", first_line(why)),
                PartResult::Skipped(why) => ("SKIPPED", first_line(why)),
            };
            failed += usize::from(matches!(part.result, PartResult::Failed(_)));
            skipped += usize::from(matches!(part.result, PartResult::Skipped(_)));
            println!("  {word:<8}{:<28}{:>8.1} s  {why}", part.name, part.took.as_secs_f64());
        }
        if failed == 0 && (skipped == 0 || !strict) {
            return Ok(());
        }
        let because = if strict && skipped > 0 { " (POLYOT_REQUIRE_ALL is set: a skipped part counts)" } else { "" };
        Err(Failure::new(format!("{what}: {failed} failed, {skipped} skipped{because}")))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(160).collect()
}
