//! Long runs on the lab: what only shows after many rounds.

use std::env;

use crate::lab;
use crate::shell::Failure;

/// Rounds of cut and heal; more by the environment.
const ROUNDS_DEFAULT: u32 = 20;
const ROUNDS: &str = "POLYOT_SOAK_ROUNDS";

pub fn run(name: &str) -> Result<(), Failure> {
    match name {
        "main-loop" => lab::run("soak-main-loop"),
        other => Err(Failure::new(format!("the soak `{other}` is not known; there is: main-loop"))),
    }
}

/// How many rounds were asked for.
pub fn rounds() -> Result<u32, Failure> {
    match env::var(ROUNDS) {
        Ok(text) => text.parse().map_err(|_| Failure::new(format!("{ROUNDS}={text}: expected a number of rounds"))),
        Err(_) => Ok(ROUNDS_DEFAULT),
    }
}
