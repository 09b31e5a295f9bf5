//! Pure decisions: what one more observation means for a condition.

use model::alarm::{Alarm, AlarmClass, AlarmState, Severity};
use model::device::DeviceState;
use model::{AlarmId, IncidentId, Timestamp, limits};
use std::time::Duration;

/// When a condition is confirmed and when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Bad observations in a row that confirm it.
    pub misses: u32,
    /// Distance of the observations. Two reads within half of it count as one: they may have met the same hiccup.
    pub interval: Duration,
}

impl Rule {
    pub fn of(class: AlarmClass, interval: Duration) -> Self {
        let misses = match class {
            AlarmClass::Unreachable | AlarmClass::SnmpSilent | AlarmClass::Metric => limits::CONFIRM_MISSES,
            AlarmClass::InterfaceDown => limits::CONFIRM_READS_DOWN,
            AlarmClass::CollectorLost | AlarmClass::External => 1,
        };
        // The second read of a port comes 10 s later, however seldom the device is probed otherwise.
        let interval = if class == AlarmClass::InterfaceDown { interval.min(limits::PROBE_INTERVAL_DEFAULT) } else { interval };
        Self { misses, interval }
    }

    /// When the observation that confirms is due, counted from the first miss.
    pub fn confirmed_after(&self) -> Duration {
        self.interval * (self.misses.saturating_sub(1))
    }

    /// A suspect older than this was left behind by a stop of ours: the gap proves nothing. One that waits for the verdict on a parent
    /// goes on counting its misses.
    fn stale_after(&self, misses: u32) -> Duration {
        self.interval * misses.max(self.misses).saturating_sub(1) + self.interval * 3 + limits::PARENT_HOLD_MAX
    }

    /// How long all must be well before the alarm clears; longer for one that keeps coming back.
    pub fn stability(flaps: u32) -> Duration {
        if flaps >= limits::FLAP_COUNT { limits::FLAP_STABILITY } else { limits::STABILITY }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing changes.
    Same,
    /// The first miss.
    Suspect,
    /// Another miss, not yet enough.
    Miss,
    /// The suspicion was left behind by a stop of ours; counting starts anew.
    Restart,
    /// Enough: it is true.
    Confirm,
    /// It was nothing.
    Forget,
    /// Well again, not yet for long enough.
    Recovering,
    /// Ill again before it was stable.
    Relapse,
    /// Stable.
    Clear,
}

/// Judges one observation against the open row of the condition, if there is one.
pub fn judge(rule: Rule, open: Option<&Alarm>, is_bad: bool, at: Timestamp) -> Verdict {
    match (open, is_bad) {
        (None, true) => {
            if rule.misses <= 1 {
                Verdict::Confirm
            } else {
                Verdict::Suspect
            }
        }
        (None, false) => Verdict::Same,
        (Some(alarm), true) if alarm.state == AlarmState::Suspect => judge_miss(rule, alarm, at),
        (Some(alarm), false) if alarm.state == AlarmState::Suspect => {
            debug_assert!(alarm.raised_at.is_none());
            Verdict::Forget
        }
        (Some(alarm), true) => {
            if alarm.well_since.is_some() {
                Verdict::Relapse
            } else {
                Verdict::Same
            }
        }
        (Some(alarm), false) => match alarm.well_since {
            None => Verdict::Recovering,
            Some(since) if at.since(since) >= Rule::stability(alarm.flaps) => Verdict::Clear,
            Some(_) => Verdict::Same,
        },
    }
}

fn judge_miss(rule: Rule, suspect: &Alarm, at: Timestamp) -> Verdict {
    let age = at.since(suspect.first_miss_at);
    // A first miss in the future: the clock was put back.
    if age > rule.stale_after(suspect.misses) || suspect.first_miss_at > at {
        return Verdict::Restart;
    }
    // The n-th miss must come about n-1 intervals after the first.
    let due = rule.interval * suspect.misses.saturating_sub(1) + rule.interval / 2;
    if age < due && suspect.misses < rule.misses {
        return Verdict::Same;
    }
    if suspect.misses + 1 >= rule.misses { Verdict::Confirm } else { Verdict::Miss }
}

/// How bad it is by itself; services hit make an unreachable device critical.
pub fn severity(class: AlarmClass, services_hit: usize) -> Severity {
    match (class, services_hit) {
        (AlarmClass::Unreachable, 0) => Severity::Major,
        (AlarmClass::Unreachable | AlarmClass::CollectorLost, _) => Severity::Critical,
        (AlarmClass::InterfaceDown, 0) => Severity::Minor,
        (AlarmClass::InterfaceDown, _) => Severity::Major,
        // What is external brings its own.
        (AlarmClass::SnmpSilent | AlarmClass::External, _) => Severity::Minor,
        (AlarmClass::Metric, _) => Severity::Warning,
    }
}

/// What stands between a silent device and us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentState {
    Alive,
    /// First misses, no verdict yet.
    Suspect,
    Dead {
        alarm: AlarmId,
        incident: IncidentId,
        is_muted: bool,
    },
    /// No verdict, and it is worked on (or behind what is): an answer of before proves nothing. Awaited for so long.
    Shaded {
        hold: Duration,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nothing known explains it.
    Root,
    /// It is what one must see behind a dead parent.
    Symptom { of: AlarmId, incident: IncidentId },
    /// The verdict on a parent is due any moment.
    Wait,
}

/// Why a device cannot be reached, given the state of every way to it. One living way makes it a fault of its own.
pub fn cause_of_unreachable(parents: &[ParentState], waited: Duration) -> Cause {
    if parents.is_empty() || parents.contains(&ParentState::Alive) {
        return Cause::Root;
    }
    if parents.contains(&ParentState::Suspect) && waited < limits::PARENT_HOLD_MAX {
        return Cause::Wait;
    }
    if parents.iter().any(|parent| matches!(parent, ParentState::Shaded { hold } if waited < *hold)) {
        return Cause::Wait;
    }
    // Still no verdict: it lives, and the fault is the child's own.
    if parents.iter().any(|parent| matches!(parent, ParentState::Shaded { .. })) {
        return Cause::Root;
    }
    // A cause that people hear of explains before one that is muted.
    let dead = parents.iter().filter_map(|parent| match parent {
        ParentState::Dead { alarm, incident, is_muted } => Some((*is_muted, Cause::Symptom { of: *alarm, incident: *incident })),
        _ => None,
    });
    dead.min_by_key(|(is_muted, _)| *is_muted).map_or(Cause::Root, |(_, cause)| cause)
}

/// The state of a device from its open alarms. `has_answered`: somebody heard it since we last were blind.
pub fn device_state(alarms: &[Alarm], is_blind: bool, has_answered: bool) -> DeviceState {
    let is_active = |class: AlarmClass| alarms.iter().any(|alarm| alarm.state == AlarmState::Active && alarm.class == class);
    if is_blind {
        DeviceState::Unknown
    } else if is_active(AlarmClass::Unreachable) {
        DeviceState::Down
    } else if !has_answered {
        DeviceState::Unknown
    } else if is_active(AlarmClass::SnmpSilent) || is_active(AlarmClass::InterfaceDown) {
        DeviceState::Degraded
    } else {
        DeviceState::Up
    }
}

/// Whether a collector's reference targets prove that it is not cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// At least one answers.
    Connected,
    /// None that could prove anything: nothing configured, or never answered.
    Unproven,
    /// All that ever answered are silent.
    Failing,
}

pub fn proof(references: &[model::observation::Reference]) -> Proof {
    let mut usable = references.iter().filter(|reference| reference.has_ever_answered).peekable();
    if usable.peek().is_none() {
        Proof::Unproven
    } else if usable.any(|reference| reference.answers) {
        Proof::Connected
    } else {
        Proof::Failing
    }
}
