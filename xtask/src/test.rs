//! Every test that needs no root: the Rust workspace, the web's pure parts, the browser. A part that cannot run says so aloud.

use std::process::Command;

use crate::shell::{self, Failure, Outcome, Tally, cargo};
use crate::web;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

pub fn run() -> Result<(), Failure> {
    say_what_is_missing();
    let mut tally = Tally::default();
    tally.part("rust", rust);
    if web::is_there() {
        tally.part("web units", || with_node("test"));
        tally.part("browser", browser);
    } else {
        tally.part("web", || Ok(Outcome::Skipped("there is no web/package.json".into())));
    }
    tally.close("test")
}

fn rust() -> Result<Outcome, Failure> {
    let nextest = shell::output(cargo().args(["nextest", "--version"])).is_ok();
    if nextest {
        let profile = if std::env::var_os("CI").is_some() {
            ["--no-fail-fast", "--status-level=slow"]
        } else {
            ["--no-fail-fast", "--status-level=fail"]
        };
        shell::run(cargo().args(["nextest", "run", "--workspace"]).args(profile))?;
        // nextest does not run the examples in comments.
        shell::run(cargo().args(["test", "--workspace", "--doc", "--quiet"]))?;
    } else {
        println!("cargo-nextest is missing, so `cargo test` runs instead, slower; to install it: cargo install --locked cargo-nextest");
        shell::run(cargo().args(["test", "--workspace", "--no-fail-fast"]))?;
    }
    Ok(Outcome::Done)
}

fn with_node(script: &str) -> Result<Outcome, Failure> {
    if shell::find("npm").is_none() {
        return Ok(Outcome::Skipped(web::NODE_HINT.into()));
    }
    web::install()?;
    web::script(script)?;
    Ok(Outcome::Done)
}

/// The browser drives the real binary, so both the pages and the binary are built first.
fn browser() -> Result<Outcome, Failure> {
    let Some(chromium) = BROWSERS.iter().find_map(|name| shell::find(name)) else {
        return Ok(Outcome::Skipped("no browser: sudo apt-get install -y chromium".into()));
    };
    if shell::find("npm").is_none() {
        return Ok(Outcome::Skipped(web::NODE_HINT.into()));
    }
    web::install()?;
    web::script("build")?;
    shell::run(cargo().args(["build", "--quiet", "--package", "polyot"]))?;
    let binary = shell::target_dir().join("debug/polyot");
    shell::run(
        Command::new("npm")
            .args(["run", "--silent", "test:browser"])
            .current_dir(web::dir())
            .env("POLYOT_BIN", binary)
            .env("CHROMIUM", chromium),
    )?;
    Ok(Outcome::Done)
}

/// Some tests skip themselves when a server or data is missing; nextest hides what they say, so it is said here.
fn say_what_is_missing() {
    let strict = if shell::require_all() { " (required here: those tests will fail)" } else { "" };
    let has_postgres =
        shell::find("initdb").is_some() || std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut dirs| dirs.next().is_some());
    if !has_postgres {
        println!("SKIPPED: tests on PostgreSQL, no server is installed: sudo apt-get install -y postgresql{strict}");
    }
    if std::env::var_os("POLYOT_REFERENCE_DATA").is_none() {
        println!("SKIPPED: tests on recorded data, POLYOT_REFERENCE_DATA is not set");
    }
}
