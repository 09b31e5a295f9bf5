//! What must hold for every input, against counts second by second that share no code with the formulas.
#![allow(clippy::unwrap_used)]

use calc::calendar::{Calendar, Window};
use calc::deadline::deadline;
use calc::elapsed::elapsed;
use calc::{Availability, Decimal, Span, availability, redundancy};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Periods short enough to be counted second by second.
const PERIOD_S: i64 = 400;
/// Zones with clock changes in both hemispheres, of half an hour, at midnight, and of a whole day.
const ZONES: [&str; 7] =
    ["Europe/Moscow", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Atlantic/Azores", "Pacific/Apia", "Asia/Kathmandu"];

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + second)
}

fn span(start: i64, end: i64) -> Span {
    Span::new(at(start), at(end))
}

/// Records that may begin before the period, end after it, be empty or overlap.
fn records() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec((-50..PERIOD_S + 50, 0..120i64).prop_map(|(start, length)| span(start, start + length)), 0..8)
}

fn covers(records: &[Span], second: i64) -> bool {
    records.iter().any(|record| record.start <= at(second) && at(second) < record.end)
}

fn seconds(test: impl Fn(i64) -> bool) -> i64 {
    i64::try_from((0..PERIOD_S).filter(|second| test(*second)).count()).unwrap()
}

proptest! {
    #[test]
    fn availability_is_what_a_count_by_seconds_gives(excluded in records(), outages in records()) {
        let excluded_s = seconds(|s| covers(&excluded, s));
        let downtime_s = seconds(|s| covers(&outages, s) && !covers(&excluded, s));
        let expected = Availability { period_s: PERIOD_S, excluded_s, ast_s: PERIOD_S - excluded_s, downtime_s };
        let kept = availability(span(0, PERIOD_S), &excluded, &outages);
        prop_assert_eq!(kept, expected);
        prop_assert!(0 <= kept.downtime_s && kept.downtime_s <= kept.ast_s);
        prop_assert_eq!(kept.pct3().is_none(), kept.ast_s == 0);
        prop_assert_eq!(kept.pct6().is_none(), kept.ast_s == 0);
    }

    #[test]
    fn splitting_merging_and_reordering_of_outage_records_changes_nothing(
        excluded in records(), outages in records(), cut_at in 0..PERIOD_S, turn in 0..8usize
    ) {
        let mut other: Vec<Span> = outages.iter().flat_map(|o| {
            let middle = at(cut_at).clamp(o.start, o.end);
            [Span::new(middle, o.end), Span::new(o.start, middle), *o]
        }).collect();
        let turn = turn.min(other.len());
        other.rotate_left(turn);
        let period = span(0, PERIOD_S);
        prop_assert_eq!(availability(period, &excluded, &outages), availability(period, &excluded, &other));
        prop_assert_eq!(redundancy(period, 1, &[outages, Vec::new()], &excluded), redundancy(period, 1, &[other, Vec::new()], &excluded));
    }

    #[test]
    fn fractions_of_a_second_never_make_the_parts_differ_from_the_whole(
        excluded in prop::collection::vec((0..4_000_000i64, 0..2_000_000i64), 0..6),
        outages in prop::collection::vec((0..4_000_000i64, 0..2_000_000i64), 0..6),
    ) {
        let micros = |list: &[(i64, i64)]| -> Vec<Span> {
            list.iter().map(|(start, length)| Span::new(Timestamp::from_micros(*start), Timestamp::from_micros(start + length))).collect()
        };
        let kept = availability(Span::new(Timestamp::from_micros(300_000), Timestamp::from_micros(3_900_000)), &micros(&excluded), &micros(&outages));
        prop_assert_eq!(kept.period_s, kept.excluded_s + kept.ast_s);
        prop_assert!(0 <= kept.downtime_s && kept.downtime_s <= kept.ast_s);
    }

    #[test]
    fn redundancy_is_what_a_count_by_seconds_gives(
        members in prop::collection::vec(records(), 1..5), need in 1..5usize, maintenance in records()
    ) {
        let need = need.min(members.len());
        let up = |s: i64| members.iter().filter(|member| !covers(member, s)).count();
        let kept = redundancy(span(0, PERIOD_S), need, &members, &maintenance);
        prop_assert_eq!(kept.ast_s, seconds(|s| !covers(&maintenance, s)));
        prop_assert_eq!(kept.down_s, seconds(|s| !covers(&maintenance, s) && up(s) < need));
        prop_assert_eq!(kept.degraded_s, seconds(|s| !covers(&maintenance, s) && up(s) >= need && up(s) < members.len()));
        prop_assert_eq!(kept.pct3().is_none(), kept.ast_s == 0);
    }

    #[test]
    fn shown_digits_are_those_of_the_exact_ratio(ast in 1..10_000_000i64, down in 0..10_000_000i64, target in 0..100_001i64) {
        let down = down.min(ast);
        let kept = Availability { period_s: ast, excluded_s: 0, ast_s: ast, downtime_s: down };
        let digits = |text: String| text.replace('.', "").parse::<i128>().unwrap();
        let (up, all) = (i128::from(ast - down), i128::from(ast));
        let three = digits(kept.pct3().unwrap());
        prop_assert!(three * all <= up * 100_000 && up * 100_000 < (three + 1) * all);
        let six = digits(kept.pct6().unwrap());
        prop_assert!((2 * six - 1) * all <= up * 200_000_000 && up * 200_000_000 < (2 * six + 1) * all);
        let pct = Decimal::parse(&format!("{}.{:03}", target / 1000, target % 1000)).unwrap();
        prop_assert_eq!(kept.is_below(pct), up * 100_000 < i128::from(target) * all);
    }

    #[test]
    fn open_time_is_what_a_look_at_every_minute_gives(calendar in calendars(), start in starts()) {
        // All offsets and windows here are whole minutes, so every minute is open or closed as a whole.
        let minutes: i64 = 3 * 24 * 60;
        let within = Span::new(start, Timestamp::from_secs(start.secs() + minutes * 60));
        let open = calendar.calendar.open(within);
        for minute in 0..minutes {
            let instant = Timestamp::from_secs(start.secs() + minute * 60);
            let found = open.iter().any(|span| span.contains(instant));
            if let Some(expected) = calendar.is_open_by_the_clock(instant) {
                prop_assert_eq!(found, expected, "{} in {}", instant, calendar.zone);
            }
        }
        prop_assert!(open.windows(2).all(|pair| pair[0].end < pair[1].start));
    }

    #[test]
    fn as_much_open_time_passes_until_the_deadline_as_was_asked_for(calendar in calendars(), start in starts(), target_s in 1..400_000i64) {
        let due = deadline(&calendar.calendar, start, target_s).unwrap();
        let time = elapsed(&calendar.calendar, Span::new(start, due), &[]);
        prop_assert_eq!(time.elapsed_s, target_s);
        // And it is the earliest: a second before, less had passed.
        let before = elapsed(&calendar.calendar, Span::new(start, Timestamp::from_secs(due.secs() - 1)), &[]);
        prop_assert_eq!(before.elapsed_s, target_s - 1);
    }

    #[test]
    fn elapsed_time_adds_up_over_adjacent_intervals_with_any_pauses(
        calendar in calendars(), start in starts(), first in 0..300_000i64, second in 0..300_000i64,
        pauses in prop::collection::vec((0..600_000i64, 0..200_000i64), 0..5),
    ) {
        let later = |by: i64| Timestamp::from_secs(start.secs() + by);
        let pauses: Vec<Span> = pauses.iter().map(|(from, length)| Span::new(later(*from), later(from + length))).collect();
        let of = |from: i64, to: i64| elapsed(&calendar.calendar, Span::new(later(from), later(to)), &pauses);
        let (a, b, whole) = (of(0, first), of(first, first + second), of(0, first + second));
        prop_assert_eq!(a.open_s + b.open_s, whole.open_s);
        prop_assert_eq!(a.paused_s + b.paused_s, whole.paused_s);
        prop_assert_eq!(a.elapsed_s + b.elapsed_s, whole.elapsed_s);
        // Pauses in another order, and one of them told twice.
        let mut other: Vec<Span> = pauses.iter().rev().copied().collect();
        other.extend(pauses.first());
        prop_assert_eq!(elapsed(&calendar.calendar, Span::new(start, later(first)), &other), a);
    }

    #[test]
    fn no_input_makes_the_formulas_panic(kind in prop::sample::select(calc::what_if::kinds().collect::<Vec<_>>()), text in ".{0,60}") {
        let _ = calc::what_if::answer(kind, &text);
        let quoted = serde_json::to_string(&text).unwrap();
        let input = format!(r#"{{"tz": {quoted}, "currency": {quoted}, "calendar": {{"tz": "UTC", "week": {{"mon": [[{quoted}, "24:00"]]}}, "exceptions": {{{quoted}: []}}}}, "start": {quoted}}}"#);
        prop_assert!(calc::what_if::answer(kind, &input).is_err());
    }
}

/// A calendar together with what it was made of.
#[derive(Debug, Clone)]
struct Made {
    zone: &'static str,
    week: Vec<Vec<(u16, u16)>>,
    closed: Vec<Date>,
    calendar: Calendar,
}

impl Made {
    /// Looks at the wall clock alone; `None` within a day of a change of the clocks, where the edges of a window are a matter of the
    /// rules for times that come twice or never (those have cases of their own).
    fn is_open_by_the_clock(&self, at: Timestamp) -> Option<bool> {
        let zone = TimeZone::get(self.zone).unwrap();
        let offset = |by: i64| Timestamp::from_secs(at.secs() + by).in_zone(&zone).unwrap().offset();
        if offset(-2 * 86_400) != offset(2 * 86_400) {
            return None;
        }
        let wall = at.in_zone(&zone).unwrap();
        if self.closed.contains(&wall.date()) {
            return Some(false);
        }
        let minute = u16::try_from(wall.hour()).unwrap() * 60 + u16::try_from(wall.minute()).unwrap();
        let day = &self.week[usize::try_from(wall.weekday().to_monday_zero_offset()).unwrap()];
        Some(day.iter().any(|(from, to)| *from <= minute && minute < *to))
    }
}

/// Instants around clock changes and on ordinary days: 2010 to 2027, whole minutes.
fn starts() -> impl Strategy<Value = Timestamp> {
    let changes = ["2026-03-27T00:00:00Z", "2026-10-24T03:00:00Z", "2011-12-28T12:00:00Z", "2026-04-03T09:00:00Z", "2026-11-01T00:00:00Z"];
    let near = (prop::sample::select(changes.to_vec()), 0..4_000i64)
        .prop_map(|(change, minute)| Timestamp::from_secs(change.parse::<Timestamp>().unwrap().secs() + minute * 60));
    let any = (21_000_000..30_000_000i64).prop_map(|minute| Timestamp::from_secs(minute * 60));
    prop_oneof![near, any]
}

fn calendars() -> impl Strategy<Value = Made> {
    let day = prop::collection::btree_set(0..=48u16, 0..6).prop_map(|halves| {
        let edges: Vec<u16> = halves.into_iter().map(|half| half * 30).collect();
        edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    let week = prop::collection::vec(day, 7).prop_filter("opens", |week| week.iter().any(|day| !day.is_empty()));
    let closed = prop::collection::vec((2026..2027i16, 1..13i8, 1..29i8).prop_map(|(y, m, d)| jiff::civil::date(y, m, d)), 0..4);
    (prop::sample::select(ZONES.to_vec()), week, closed).prop_map(|(zone, week, closed)| {
        let windows = |day: &Vec<(u16, u16)>| day.iter().map(|(from, to)| Window::new(*from, *to).unwrap()).collect::<Vec<_>>();
        let days: [Vec<Window>; 7] = week.iter().map(windows).collect::<Vec<_>>().try_into().unwrap();
        let exceptions: BTreeMap<Date, Vec<Window>> = closed.iter().map(|day| (*day, Vec::new())).collect();
        Made { zone, week, closed, calendar: Calendar::new(TimeZone::get(zone).unwrap(), days, exceptions).unwrap() }
    })
}
