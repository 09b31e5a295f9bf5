//! Settings of the whole installation that people change while it runs.

use crate::Problem;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Draft and show every notice, send nothing.
    pub shadow: bool,
    pub brake: Brake,
    /// Addresses that prove that it is not we who are cut off. Empty: the collector's gateway.
    pub reference_targets: Vec<String>,
    pub version: i64,
}

/// When a burst of notices waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    /// More clients than this in a minute.
    pub clients_per_minute: u32,
    /// This share of a collector's devices, percent …
    pub devices_percent: u32,
    /// … when it has at least this many.
    pub devices_min: u32,
    /// How long a person has.
    pub hold_s: u32,
}

impl Default for Brake {
    fn default() -> Self {
        Self { clients_per_minute: 5, devices_percent: 20, devices_min: 20, hold_s: crate::limits::BRAKE_HOLD.as_secs() as u32 }
    }
}

pub const REFERENCE_TARGETS_MAX: usize = 8;
/// The brake never holds longer than this: a client must hear of his fault.
pub const BRAKE_HOLD_S_MAX: u32 = 180;

impl Brake {
    pub fn check(self) -> Result<Self, crate::FieldProblem> {
        if self.clients_per_minute == 0 {
            return Err(Problem::new("out_of_range", "must be at least 1").at("brake.clients_per_minute"));
        }
        if !(1..=100).contains(&self.devices_percent) {
            return Err(Problem::new("out_of_range", "must be between 1 and 100").at("brake.devices_percent"));
        }
        if self.hold_s > BRAKE_HOLD_S_MAX {
            return Err(Problem::new("out_of_range", format!("must be at most {BRAKE_HOLD_S_MAX} seconds")).at("brake.hold_s"));
        }
        Ok(self)
    }
}
