//! Availability of a service that stands on several members and needs some of them.

use crate::Span;
use crate::availability::in_seconds;
use crate::percent::Share;
use crate::span::{measure_s, subtract, union};
use model::Timestamp;

/// The seconds behind one figure. Down: fewer members up than needed; degraded: enough, but not all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redundancy {
    pub period_s: i64,
    pub excluded_s: i64,
    pub ast_s: i64,
    pub down_s: i64,
    pub degraded_s: i64,
}

/// When the service was down and when degraded, maintenance taken out: the evidence behind [`Redundancy`]. Both are united.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub down: Vec<Span>,
    pub degraded: Vec<Span>,
}

/// `members` holds when each one was down; records of one member may overlap and count once. `need` is how many must be up.
/// All is cut to the period and to whole seconds, and maintenance is taken out of everything.
pub fn redundancy(period: Span, need: usize, members: &[Vec<Span>], maintenance: &[Span]) -> Redundancy {
    let outline = outline(period, need, members, maintenance);
    let period_s = measure_s(&[period.to_seconds()]);
    let excluded_s = measure_s(&in_seconds(maintenance, period));
    Redundancy {
        period_s,
        excluded_s,
        ast_s: period_s - excluded_s,
        down_s: measure_s(&outline.down),
        degraded_s: measure_s(&outline.degraded),
    }
}

/// As [`redundancy`], but the spans themselves.
pub fn outline(period: Span, need: usize, members: &[Vec<Span>], maintenance: &[Span]) -> Outline {
    let mut edges: Vec<(Timestamp, isize)> = Vec::new();
    for member in members {
        for span in in_seconds(member, period) {
            edges.push((span.start, 1));
            edges.push((span.end, -1));
        }
    }
    edges.sort_unstable();
    let (mut down, mut degraded) = (Vec::new(), Vec::new());
    let mut absent = 0usize;
    for (at, edge) in edges.iter().enumerate() {
        absent = absent.saturating_add_signed(edge.1);
        let Some(next) = edges.get(at + 1) else { break };
        let piece = Span::new(edge.0, next.0);
        if members.len().saturating_sub(absent) < need {
            down.push(piece);
        } else if absent > 0 {
            degraded.push(piece);
        }
    }
    // A service that needs more members than it has is down without any record.
    let down = if members.len() < need { vec![period.to_seconds()] } else { down };
    let maintenance = in_seconds(maintenance, period);
    Outline { down: subtract(&union(down), &maintenance), degraded: subtract(&union(degraded), &maintenance) }
}

impl Redundancy {
    /// `None` when no time was agreed.
    pub fn share(&self) -> Option<Share> {
        Share::new(self.ast_s - self.down_s, self.ast_s)
    }

    /// Per cent with three digits, never rounded up.
    pub fn pct3(&self) -> Option<String> {
        self.share().map(Share::truncated_3)
    }

    /// Per cent with six digits, halves up.
    pub fn pct6(&self) -> Option<String> {
        self.share().map(Share::rounded_6)
    }
}
