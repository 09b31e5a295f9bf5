//! The evidence adds up: generated histories of endpoints, windows and blind times against a count by seconds.

#![allow(clippy::unwrap_used)]

use calc::Span;
use model::Timestamp;
use proptest::prelude::*;
use report::rules::{Figures, Kind, MemberDown, Record, figures};

const LENGTH_S: i64 = 600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(1_000_000 + second)
}

fn span() -> impl Strategy<Value = Span> {
    (-100i64..LENGTH_S + 100, 0i64..300).prop_map(|(start, length)| Span::new(at(start), at(start + length)))
}

prop_compose! {
    fn history()(members in 1usize..5)(
        members in Just(members),
        need in 1..=members,
        downs in prop::collection::vec((0..members, span(), any::<bool>()), 0..8),
        mut windows in prop::collection::vec(span(), 0..4),
        unknown in prop::collection::vec(span(), 0..3),
    ) -> Record {
        let mut downs: Vec<MemberDown> = downs
            .into_iter()
            .map(|(member, span, is_open)| MemberDown { member, span: if is_open { Span::still_open(span.start) } else { span }, is_open })
            .collect();
        downs.sort_by_key(|down| down.span.start);
        windows.sort();
        Record { period: Span::new(at(0), at(LENGTH_S)), need, members, downs, windows, unknown }
    }
}

/// (excluded, down, degraded, unknown) seconds, one by one.
fn by_seconds(record: &Record) -> (i64, i64, i64, i64) {
    let (mut excluded, mut down, mut degraded, mut unknown) = (0, 0, 0, 0);
    for second in 0..LENGTH_S {
        let now = at(second);
        if record.windows.iter().any(|window| window.contains(now)) {
            excluded += 1;
            continue;
        }
        let up = (0..record.members).filter(|member| !record.downs.iter().any(|down| down.member == *member && down.span.contains(now)));
        let up = up.count();
        if up < record.need {
            down += 1;
            continue;
        }
        degraded += i64::from(up < record.members);
        unknown += i64::from(record.unknown.iter().any(|span| span.contains(now)));
    }
    (excluded, down, degraded, unknown)
}

fn sum(of: &Figures, kind: Kind, seconds: impl Fn(&report::rules::Piece) -> i64) -> i64 {
    of.pieces.iter().filter(|piece| piece.kind == kind).map(seconds).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_evidence_adds_up_to_the_figures_and_the_figures_to_a_count_by_seconds(record in history()) {
        let figures = figures(&record);
        let (excluded, down, degraded, unknown) = by_seconds(&record);
        prop_assert_eq!((figures.sum.excluded_s, figures.sum.down_s, figures.sum.degraded_s, figures.unknown_s), (excluded, down, degraded, unknown));
        let counted: i64 = figures.pieces.iter().map(|piece| piece.counted_s).sum();
        prop_assert_eq!(counted, down, "all lines together count the downtime");
        prop_assert_eq!(sum(&figures, Kind::Degraded, |piece| piece.degraded_s), degraded);
        prop_assert_eq!(sum(&figures, Kind::Maintenance, |piece| piece.excluded_s), excluded);
        for piece in &figures.pieces {
            prop_assert!(record.period.start <= piece.span.start && piece.span.end <= record.period.end && !piece.span.is_empty());
            prop_assert!(piece.counted_s >= 0 && piece.degraded_s >= 0 && piece.excluded_s >= 0);
        }
    }

    #[test]
    fn splitting_an_outage_changes_no_figure(record in history(), cut in 0i64..LENGTH_S) {
        let mut split = record.clone();
        split.downs = record.downs.iter().flat_map(|down| {
            let (first, second) = (Span::new(down.span.start, at(cut).min(down.span.end)), Span::new(at(cut).max(down.span.start), down.span.end));
            [MemberDown { span: first, is_open: false, ..*down }, MemberDown { span: second, ..*down }]
        }).collect();
        split.downs.sort_by_key(|down| down.span.start);
        let (one, other) = (figures(&record), figures(&split));
        prop_assert_eq!((one.sum, one.unknown_s), (other.sum, other.unknown_s));
    }
}
