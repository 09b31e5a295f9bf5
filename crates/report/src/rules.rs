//! Pure: what is counted of which event. The figures are those of `calc`; here every second of them gets the event it comes from.

use calc::span::{intersect, measure_s, subtract, union};
use calc::{Redundancy, Span, availability, redundancy};

/// One member of a service (an endpoint, present or former) was down. Without an end it still is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberDown {
    pub member: usize,
    pub span: Span,
    pub is_open: bool,
}

/// What happened to one service in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub period: Span,
    pub need: usize,
    pub members: usize,
    /// What counts, the earliest first.
    pub downs: Vec<MemberDown>,
    /// Windows of maintenance, the earliest first.
    pub windows: Vec<Span>,
    /// When nobody could tell: blind collectors, mappings that were not sure.
    pub unknown: Vec<Span>,
}

/// What a line of evidence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Down,
    Degraded,
    Maintenance,
    Unknown,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Maintenance => "maintenance",
            Self::Unknown => "unknown",
        }
    }
}

/// One line of evidence: the part of one event inside the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub kind: Kind,
    /// Place of the event in its list of the record: `downs` for *down* and *degraded*, `windows`, `unknown`.
    pub event: usize,
    pub span: Span,
    /// It goes on at the end of the period.
    pub is_open: bool,
    /// Of the downtime; what an earlier line counts already is not counted again.
    pub counted_s: i64,
    /// Of the degraded time, in the same way.
    pub degraded_s: i64,
    /// Of *maintenance*: of the excluded time, in the same way. Of the others: how much of it maintenance takes out.
    pub excluded_s: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub sum: Redundancy,
    /// Seconds of the agreed time that count as available although nobody could tell.
    pub unknown_s: i64,
    pub pieces: Vec<Piece>,
}

/// Counts a record. The pieces of one kind add up to the figure of that kind.
pub fn figures(record: &Record) -> Figures {
    let members: Vec<Vec<Span>> = (0..record.members)
        .map(|member| record.downs.iter().filter(|down| down.member == member).map(|down| down.span).collect())
        .collect();
    let period = record.period;
    let sum = redundancy::redundancy(period, record.need, &members, &record.windows);
    let counted = redundancy::outline(period, record.need, &members, &record.windows);
    let whole = redundancy::outline(period, record.need, &members, &[]);
    let excluded = availability::in_seconds(&record.windows, period);

    let mut pieces = Vec::new();
    let (mut down, mut degraded) = (counted.down.clone(), counted.degraded.clone());
    for (event, one) in record.downs.iter().enumerate() {
        let own = availability::in_seconds(&[one.span], period);
        for (kind, state, rest) in [(Kind::Down, &whole.down, &mut down), (Kind::Degraded, &whole.degraded, &mut degraded)] {
            for span in intersect(&own, state) {
                let taken = intersect(&[span], rest);
                *rest = subtract(rest, &taken);
                let seconds = measure_s(&taken);
                let is_down = kind == Kind::Down;
                pieces.push(Piece {
                    kind,
                    event,
                    span,
                    is_open: one.is_open && span.end == period.to_seconds().end,
                    counted_s: if is_down { seconds } else { 0 },
                    degraded_s: if is_down { 0 } else { seconds },
                    excluded_s: measure_s(&intersect(&[span], &excluded)),
                });
            }
        }
    }
    let mut rest = excluded.clone();
    for (event, window) in record.windows.iter().enumerate() {
        for span in availability::in_seconds(&[*window], period) {
            let taken = intersect(&[span], &rest);
            rest = subtract(&rest, &taken);
            let excluded_s = measure_s(&taken);
            let is_open = window.end > period.end;
            pieces.push(Piece { kind: Kind::Maintenance, event, span, is_open, counted_s: 0, degraded_s: 0, excluded_s });
        }
    }
    for (event, unknown) in record.unknown.iter().enumerate() {
        for span in availability::in_seconds(&[*unknown], period) {
            let excluded_s = measure_s(&intersect(&[span], &excluded));
            let is_open = unknown.end > period.end;
            pieces.push(Piece { kind: Kind::Unknown, event, span, is_open, counted_s: 0, degraded_s: 0, excluded_s });
        }
    }
    pieces.sort_by_key(|piece| (piece.span.start, piece.kind, piece.event));
    let known = union(excluded.into_iter().chain(counted.down.iter().copied()));
    let unknown_s = measure_s(&subtract(&availability::in_seconds(&record.unknown, period), &known));
    Figures { sum, unknown_s, pieces }
}
