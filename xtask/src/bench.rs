//! Speed and size: printed, never asserted. The time from a fault to the mail is measured where the fault is real: `cargo xtask lab main-loop`.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::shell::{self, Failure, cargo};
use crate::web;

const NAMES: [&str; 5] = ["start", "demo", "crates", "diff", "ssh"];
/// Ten times the figure of three seconds.
const START_CEILING: Duration = Duration::from_secs(30);
/// Memory is read when the process has done nothing for this long.
const IDLE: Duration = Duration::from_secs(20);
const ROUNDS: usize = 5;

pub fn run(name: Option<&str>) -> Result<(), Failure> {
    match name {
        None => start().and_then(|()| crate::bench_demo::run()).and_then(|()| crates()),
        Some("start") => start(),
        Some("demo") => crate::bench_demo::run(),
        Some("crates") => crates(),
        Some("diff") => shell::run(cargo().args(["bench", "--package", "profiles", "--bench", "diff", "--quiet"])),
        Some("ssh") => shell::run(cargo().args(["bench", "--package", "transport", "--bench", "ssh", "--quiet"])),
        Some(other) => Err(Failure::new(format!("the bench `{other}` is not known; there are: {}", NAMES.join(", ")))),
    }
}

/// The crates' own benches.
fn crates() -> Result<(), Failure> {
    shell::run(cargo().args(["bench", "--workspace", "--benches", "--quiet"]))
}

/// Empty disk to login page, idle memory, size of the program.
fn start() -> Result<(), Failure> {
    let binary = build()?;
    let size = fs::metadata(&binary).map_err(|e| Failure::new(format!("{}: {e}", binary.display())))?.len();
    let mut times: Vec<f64> = Vec::new();
    let mut memory = None;
    for round in 0..ROUNDS {
        let dir = shell::target_dir().join(format!("bench/start.{}.{round}", std::process::id()));
        fs::create_dir_all(&dir).map_err(|e| Failure::new(format!("{}: {e}", dir.display())))?;
        let listen = free_port()?;
        let started = Instant::now();
        let mut process = Command::new(&binary)
            .arg("serve")
            .arg("--data")
            .arg(&dir)
            .args(["--listen", &listen.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Failure::new(format!("{}: {e}", binary.display())))?;
        let answered = wait_for_page(listen, started, &mut process);
        if answered.is_ok() && round + 1 == ROUNDS {
            thread::sleep(IDLE);
            memory = shell::resident_mb(process.id());
        }
        drop(process.kill());
        drop(process.wait());
        drop(fs::remove_dir_all(&dir));
        times.push(answered?);
    }
    times.sort_by(f64::total_cmp);
    let (fastest, median, slowest) = (times[0], times[ROUNDS / 2], times[ROUNDS - 1]);
    println!("empty disk to login page   median {median:.2} s, {fastest:.2} to {slowest:.2} s in {ROUNDS} runs (the figure is 3 s)");
    match memory {
        Some(megabytes) => {
            println!("idle memory                {:.1} MB resident after {} s (the figure is 120 MB)", megabytes, IDLE.as_secs())
        }
        None => println!("idle memory                not known: no /proc here"),
    }
    println!("size of the program        {:.1} MB", size as f64 / f64::from(1 << 20));
    Ok(())
}

/// The program as it is released, with its pages.
pub fn build() -> Result<PathBuf, Failure> {
    if web::is_there() {
        web::install()?;
        web::script("build")?;
    }
    shell::run(cargo().args(["build", "--release", "--quiet", "--package", "polyot"]))?;
    Ok(shell::target_dir().join("release/polyot"))
}

pub fn free_port() -> Result<SocketAddr, Failure> {
    TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).map_err(|e| Failure::new(format!("no free port: {e}")))
}

/// Seconds until the first page is served.
pub fn wait_for_page(server: SocketAddr, started: Instant, process: &mut Child) -> Result<f64, Failure> {
    loop {
        if page_is_served(server) {
            return Ok(started.elapsed().as_secs_f64());
        }
        if let Ok(Some(status)) = process.try_wait() {
            return Err(Failure::new(format!("polyot ended with {status} instead of serving")));
        }
        if started.elapsed() > START_CEILING {
            return Err(Failure::new(format!("no page within {} s", START_CEILING.as_secs())));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn page_is_served(server: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(server) else { return false };
    let mut answer = String::new();
    let asked = stream.write_all(format!("GET / HTTP/1.0\r\nHost: {server}\r\nAccept: text/html\r\n\r\n").as_bytes());
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ") && answer.contains("<html")
}
