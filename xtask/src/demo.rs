//! `cargo xtask demo`: from a clean checkout to pages with live devices behind them, in one command.

use std::process::Command;

use crate::shell::{self, Failure, cargo};
use crate::web;

const LISTEN: &str = "127.0.0.1:8080";

pub fn run(words: &[&str]) -> Result<(), Failure> {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "--").collect();
    if web::is_there() {
        web::install()?;
        println!("building the pages …");
        web::script("build")?;
    }
    println!("building polyot (the first time takes some minutes) …");
    shell::run(cargo().args(["build", "--package", "polyot"]))?;
    let mut demo = Command::new(shell::target_dir().join("debug/polyot"));
    demo.current_dir(shell::root()).arg("demo");
    if !words.contains(&"--listen") {
        demo.args(["--listen", LISTEN]);
    }
    // Not `shell::run`, which closes the input: faults can be typed while it runs.
    let status = demo.args(&words).status().map_err(|e| Failure::new(format!("the demo cannot be started: {e}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the demo ended with {status}"))) }
}
