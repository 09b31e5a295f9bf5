//! Counted expectations, and waiting for an event instead of sleeping.

use std::fmt::Display;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::shell::Failure;

/// How often a wait looks again; short against every figure the lab prints.
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Checks {
    passed: usize,
    failed: Vec<String>,
    /// Without this process there is nothing to wait for.
    watched: Option<u32>,
}

impl Checks {
    /// Counts one expectation; `found` is shown when it does not hold.
    pub fn expect(&mut self, what: &str, holds: bool, found: impl Display) -> bool {
        if holds {
            self.passed += 1;
            println!("  ok      {what}");
        } else {
            println!("  FAILED  {what}; found: {found}");
            self.failed.push(what.into());
        }
        holds
    }

    pub fn equal(&mut self, what: &str, found: &str, wanted: &str) -> bool {
        self.expect(what, found == wanted, format!("{found:?}, wanted {wanted:?}"))
    }

    /// From now on every wait ends at once when this process does.
    pub const fn watch(&mut self, pid: Option<u32>) {
        self.watched = pid;
    }

    /// Waits for the event and counts it. Without it the story cannot go on, hence the error.
    pub fn until<T>(&mut self, what: &str, ceiling: Duration, mut look: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
        let started = Instant::now();
        let mut last = String::from("nothing yet");
        loop {
            match look() {
                Ok(Some(found)) => {
                    self.expect(&format!("{what} (after {:.1} s)", started.elapsed().as_secs_f64()), true, "");
                    return Ok(found);
                }
                Ok(None) => {}
                Err(failure) => last = failure.to_string(),
            }
            if self.watched.is_some_and(has_ended) {
                self.expect(what, false, "polyot has ended by itself, see polyot.log");
                return Err(Failure::new("polyot has ended by itself"));
            }
            if started.elapsed() > ceiling {
                self.expect(what, false, format!("{last}, {} s long", ceiling.as_secs()));
                return Err(Failure::new(format!("waited {} s for: {what}", ceiling.as_secs())));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// The line that a reader looks for.
    pub fn close(self) -> Result<(), Failure> {
        println!();
        for what in &self.failed {
            println!("FAILED: {what}");
        }
        println!("{} passed, {} failed", self.passed, self.failed.len());
        if self.failed.is_empty() && self.passed > 0 { Ok(()) } else { Err(Failure::new("not everything passed")) }
    }
}

/// Gone, or waiting to be reaped.
fn has_ended(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return true };
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}
