//! Pure decisions: what one more report means for a signal, and when its condition began.

use super::report::Report;
use model::alarm::Severity;
use model::signal::{Signal, SignalState};
use model::{Timestamp, limits};
use std::time::Duration;

/// A firing of an occurrence that has ended, arriving this soon after the end, was under way when the end was told. After it the source
/// means that the condition is back: some systems tell a returning condition with its old beginning.
pub const LATE: Duration = Duration::from_secs(30);
/// A beginning in the future by more than this is said aloud; clocks of two machines always differ a little.
pub const SKEW: Duration = Duration::from_secs(60);
/// How far back a beginning is believed: a fault counts into reports from there.
pub const PAST_MAX: Duration = Duration::from_secs(7 * 86_400);
/// From this severity on, a signal takes the services of its object down; below it there is an alarm and no word to clients.
pub const HITS_SERVICES: Severity = Severity::Major;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A new occurrence.
    Open,
    /// It goes on.
    Goes,
    /// It is over.
    Close,
    /// An end of something of which we never heard the beginning, or a newer end: remembered, so that a late beginning is known as over.
    Remember,
    /// Older than what is known.
    Old,
}

pub fn step(known: Option<&Signal>, report: &Report, now: Timestamp) -> Step {
    let Some(known) = known else {
        return if report.is_firing { Step::Open } else { Step::Remember };
    };
    if report.is_once && report.occurrence < known.occurrence {
        return Step::Old;
    }
    match (known.state, report.is_firing) {
        (SignalState::Open, true) => Step::Goes,
        // The same end again, after the condition came back under its old beginning.
        (SignalState::Open, false) if known.ended_at.is_some() && report.ended_at == known.ended_at => Step::Old,
        (SignalState::Open, false) if is_its_end(known, report) => Step::Close,
        (SignalState::Open, false) => Step::Old,
        (SignalState::Closed, true) => {
            let is_newer = report.occurrence > known.occurrence;
            let is_late = report.is_once || known.closed_at.is_some_and(|closed| now.since(closed) < LATE);
            if is_newer || !is_late { Step::Open } else { Step::Old }
        }
        (SignalState::Closed, false) if report.occurrence < known.occurrence => Step::Old,
        (SignalState::Closed, false) => Step::Remember,
    }
}

/// An end that lies after the beginning that we know ends it. The beginning itself is no measure: two Prometheus that tell of one condition
/// are merged by Alertmanager, and the end then carries the earlier of their beginnings.
fn is_its_end(known: &Signal, report: &Report) -> bool {
    report.is_once || report.ended_at.map_or(report.occurrence, Timestamp::micros) >= known.occurrence
}

/// When a new occurrence began, as far as that can be believed, and a sentence when it cannot.
pub fn began(known: Option<&Signal>, report: &Report, now: Timestamp) -> (Timestamp, String) {
    let Some(said) = report.began_at else { return (now, String::new()) };
    if said > now.plus(SKEW) {
        return (now, format!("the source says it began at {said}, which lies in the future; counted from its arrival"));
    }
    let oldest = now.minus(PAST_MAX);
    if said < oldest {
        let days = PAST_MAX.as_secs() / 86_400;
        return (oldest, format!("the source says it began at {said}; counted from {days} days before its arrival"));
    }
    // It was over in between, whatever the source says.
    let closed = known.and_then(|signal| signal.closed_at);
    (closed.map_or(said, |closed| said.max(closed)).min(now), String::new())
}

/// When it ended: never before it began, never in the future. An end from before it was raised here (the source waits with its groups)
/// counts from a little after that: who was told that a service is down must be told of its end as something that came later.
pub fn ended(began: Timestamp, raised: Timestamp, said: Option<Timestamp>, now: Timestamp) -> Timestamp {
    said.unwrap_or(now).max(raised.plus(limits::GATHER_MAX)).min(now).max(began)
}
