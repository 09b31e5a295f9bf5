//! How soon a visitor of the demo sees something: pages, all devices green, the first alarm; and what it costs.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench;
use crate::lab::http::Api;
use crate::shell::{self, Failure};

/// What `polyot demo` prints for everybody to read.
const EMAIL: &str = "demo@polyot.example";
const PASSWORD: &str = "polyot-demo-2026";
/// Ten times the figure of 45 seconds.
const CEILING: Duration = Duration::from_secs(450);
const PAUSE: Duration = Duration::from_millis(100);
/// Memory is read when the alarm has been there for this long.
const AFTER: Duration = Duration::from_secs(30);
const ROUNDS: usize = 3;

struct Round {
    page_s: f64,
    green_s: f64,
    alarm_s: f64,
    memory_mb: Option<f64>,
    devices: usize,
}

pub fn run() -> Result<(), Failure> {
    let binary = bench::build()?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let server = bench::free_port()?;
        let started = Instant::now();
        let mut process = Command::new(&binary)
            .args(["demo", "--listen", &server.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Failure::new(format!("{}: {e}", binary.display())))?;
        let round =
            bench::wait_for_page(server, started, &mut process).and_then(|page_s| look(Api::new(server), started, page_s, &mut process));
        drop(process.kill());
        drop(process.wait());
        rounds.push(round?);
    }
    let print = |what: &str, seconds: &dyn Fn(&Round) -> f64, figure: &str| {
        let mut all: Vec<f64> = rounds.iter().map(seconds).collect();
        all.sort_by(f64::total_cmp);
        println!(
            "{what:<26} median {:.1} s, {:.1} to {:.1} s in {ROUNDS} runs (the figure is {figure})",
            all[ROUNDS / 2],
            all[0],
            all[ROUNDS - 1]
        );
    };
    print("demo: page", &|round| round.page_s, "3 s");
    let devices = rounds.iter().map(|round| round.devices).max().unwrap_or(0);
    print(&format!("demo: {devices} devices green"), &|round| round.green_s, "20 s");
    print("demo: first alarm", &|round| round.alarm_s, "45 s");
    match rounds.iter().filter_map(|round| round.memory_mb).max_by(f64::total_cmp) {
        Some(megabytes) => println!("demo: memory               {megabytes:.1} MB resident, the most of all runs (the figure is 150 MB)"),
        None => println!("demo: memory               not known: no /proc here"),
    }
    Ok(())
}

fn look(mut api: Api, started: Instant, page_s: f64, process: &mut Child) -> Result<Round, Failure> {
    api.log_in(EMAIL, PASSWORD)?;
    let mut known = 0;
    let green_s = wait(started, process, "all devices green", || {
        let devices = api.list("/devices?limit=500")?;
        // More may be on their way: the demo registers one after the other.
        let is_whole = !devices.is_empty() && devices.len() == known;
        known = devices.len();
        Ok(is_whole && devices.iter().all(|device| device["state"] == "up"))
    })?;
    let alarm_s = wait(started, process, "the first alarm", || Ok(!api.list("/alarms?limit=500")?.is_empty()))?;
    thread::sleep(AFTER);
    Ok(Round { page_s, green_s, alarm_s, memory_mb: shell::resident_mb(process.id()), devices: known })
}

fn wait(started: Instant, process: &mut Child, what: &str, mut is_there: impl FnMut() -> Result<bool, Failure>) -> Result<f64, Failure> {
    loop {
        if is_there()? {
            return Ok(started.elapsed().as_secs_f64());
        }
        if let Ok(Some(status)) = process.try_wait() {
            return Err(Failure::new(format!("the demo ended with {status} before {what}")));
        }
        if started.elapsed() > CEILING {
            return Err(Failure::new(format!("{what}: not within {} s", CEILING.as_secs())));
        }
        thread::sleep(PAUSE);
    }
}
