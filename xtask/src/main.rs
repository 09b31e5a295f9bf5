//! The project's own commands: `cargo xtask NAME`. It promises that a stranger needs no other line to build, check, try and prove
//! the product. It never changes anything outside the checkout, and of what it starts it leaves nothing running.

mod bench;
mod bench_demo;
mod check;
mod demo;
mod lab;
mod openapi;
mod shell;
mod soak;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use shell::Failure;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [-- ARGS]   build the product and start it with a small simulated network at http://127.0.0.1:8080
  test             everything that needs no root: Rust, web units, browser
  check            fmt, clippy, tidy, docs, openapi.json, web lint and types
  tidy             layers, invariants, sizes and words only
  openapi          write openapi.json and the web client's types
  bench [NAME]     speed and size, printed, never asserted
  lab NAME         a real network on this machine, as root; names: main-loop, parts
  soak NAME        a long run; names: main-loop
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["check"] => check::run(),
        ["test"] => test::run(),
        ["tidy"] => tidy::run(),
        ["openapi"] => openapi::run(),
        ["demo", rest @ ..] => demo::run(rest),
        ["lab", name] => lab::run(name),
        ["lab-inside", name] => lab::run_inside(name),
        ["bench"] => bench::run(None),
        ["bench", name] => bench::run(Some(name)),
        ["soak", name] => soak::run(name),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        [] => Err(Failure::new(format!("say what to do\n\n{USAGE}"))),
        other => Err(Failure::new(format!("`{}` is not known\n\n{USAGE}", other.join(" ")))),
    }
}
