//! Spans of time and the arithmetic of sets of them. A set here is a list in order whose spans neither touch nor overlap.

use model::Timestamp;

/// From `start` up to, not including, `end`. One that ends before it starts holds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// What began and is not over yet; cut it to a period before measuring.
    pub const fn still_open(start: Timestamp) -> Self {
        Self { start, end: Timestamp::from_micros(i64::MAX) }
    }

    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The part of it inside `within`, which may be empty.
    pub fn cut(self, within: Span) -> Span {
        Span { start: self.start.max(within.start), end: self.end.min(within.end) }
    }

    /// Microseconds in it; nothing is lost, nothing overflows.
    pub fn micros(self) -> i128 {
        if self.is_empty() { 0 } else { i128::from(self.end.micros()) - i128::from(self.start.micros()) }
    }

    /// Both edges moved back to their whole second, so that the seconds of parts add up to the seconds of the whole.
    pub fn to_seconds(self) -> Span {
        Span { start: whole(self.start), end: whole(self.end) }
    }
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_sub(at.micros().rem_euclid(1_000_000)))
}

/// Everything that lies in at least one of them: in order, neither touching nor overlapping, none empty.
pub fn union(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
    sorted.sort_unstable();
    let mut united: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match united.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => united.push(span),
        }
    }
    united
}

/// The parts inside `within`, united.
pub fn cut(spans: &[Span], within: Span) -> Vec<Span> {
    union(spans.iter().map(|span| span.cut(within)))
}

/// What lies in both sets; both must be united.
pub fn intersect(a: &[Span], b: &[Span]) -> Vec<Span> {
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let common = x.cut(**y);
        if !common.is_empty() {
            both.push(common);
        }
        if x.end <= y.end {
            left.next()
        } else {
            right.next()
        };
    }
    both
}

/// What of `spans` is not in `taken`; both must be united.
pub fn subtract(spans: &[Span], taken: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut first = 0;
    for span in spans {
        let mut rest = *span;
        while taken.get(first).is_some_and(|hole| hole.end <= rest.start) {
            first += 1;
        }
        for hole in taken.get(first..).unwrap_or_default() {
            if hole.start >= rest.end {
                break;
            }
            let before = Span::new(rest.start, hole.start);
            if !before.is_empty() {
                left.push(before);
            }
            rest.start = hole.end;
            if rest.is_empty() {
                break;
            }
        }
        if !rest.is_empty() {
            left.push(rest);
        }
    }
    left
}

/// Whole seconds in a united set; what is left of a second is dropped once, at the end.
pub fn measure_s(united: &[Span]) -> i64 {
    let micros: i128 = united.iter().map(|span| span.micros()).sum();
    i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX)
}
