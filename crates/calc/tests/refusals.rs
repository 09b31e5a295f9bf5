//! Bad questions: each is refused with a sentence that names the field by its path.
#![allow(clippy::unwrap_used)]

use calc::what_if::answer;
use serde_json::{Value, json};

/// The first right case of the kind with one value replaced (or, by the value `"(gone)"`, taken out).
fn spoilt(kind: &str, pointer: &str, value: Value) -> Value {
    let file: Value = serde_json::from_str(include_str!("business-cases.json")).unwrap();
    let mut input = file["cases"].as_array().unwrap().iter().find(|case| case["kind"] == kind).unwrap()["input"].clone();
    if value == "(gone)" {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        input.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    } else {
        *input.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} in {kind}")) = value;
    }
    input
}

fn check(kind: &str, pointer: &str, value: Value, sentence: &str) {
    let got = match answer(kind, &spoilt(kind, pointer, value).to_string()) {
        Ok(answer) => format!("answered {answer}"),
        Err(problem) => problem.to_string(),
    };
    assert_eq!(got, sentence, "{kind} {pointer}");
}

#[test]
fn amounts_and_rates() {
    check("availability", "/currency", json!("RUR"), "currency: `RUR` is not a currency of ISO 4217");
    check("availability", "/currency", json!("rub"), "currency: `rub` is not a currency of ISO 4217");
    check("availability", "/fee_net", json!(24900), "fee_net: must be an amount, written as text, not a number");
    check("availability", "/fee_net", json!("1.001"), "fee_net: has more digits behind the point than the currency (2)");
    check("availability", "/fee_net", json!("-1.00"), "fee_net: must not be negative");
    check("availability", "/fee_net", json!("1e3"), "fee_net: is not a decimal number such as 0.22");
    check("availability", "/fee_net", json!("99999999999999999999"), "fee_net: has more than 18 digits");
    check("availability", "/vat_rate", json!("22"), "vat_rate: must be from 0 to 1");
    check("availability", "/vat_rate", json!(" 0.22"), "vat_rate: is not a decimal number such as 0.22");
    check("availability", "/target_pct", json!("100.01"), "target_pct: must be from 0 to 100");
    check("availability", "/credit_tiers/1/rate", json!("-0.1"), "credit_tiers[1].rate: must be from 0 to 1");
    check("availability", "/credit_tiers/1/below_pct", json!("(gone)"), "credit_tiers[1].below_pct: is missing");
}

#[test]
fn dates_instants_and_zones() {
    check("availability", "/tz", json!("Europe/Moskau"), "tz: `Europe/Moskau` is not a time zone such as Europe/Moscow");
    check("availability", "/period/start", json!("2026-02-30"), "period.start: `2026-02-30` is not a date such as 2026-11-22");
    check("availability", "/period/start", json!("2026-2-3"), "period.start: `2026-2-3` is not a date such as 2026-11-22");
    check("availability", "/period/end", json!("2026-11-01"), "period.end: must be after its start");
    for bad in [
        "2026-11-10T03:30:00",
        "2026-11-10 03:30:00+03:00",
        "2026-11-10T03:30+03:00",
        "2026-11-10T25:30:00+03:00",
        "2026-11-10T03:60:00Z",
        "2026-11-10T03:30:60Z",
        "2026-11-10T03:30:00+24:00",
        "2026-11-10T03:30:00.Z",
        "2026-11-10T03:30:00+03:00[Europe/Moscow]",
        "",
    ] {
        let sentence = format!("outages[0].start: `{}` is not an instant such as 2026-11-22T14:00:00+03:00", &bad[..bad.len().min(40)]);
        check("availability", "/outages/0/start", json!(bad), &sentence);
    }
    check("availability", "/outages/0/end", json!("2026-11-10T03:00:00+03:00"), "outages[0].end: is before its start");
    check("availability", "/outages/0/end", json!("(gone)"), "outages[0].end: is missing");
    check("availability", "/exclusions/0/cause", json!("(gone)"), "exclusions[0].cause: is missing");
    check("availability", "/maintenance/0/end", json!(null), "maintenance[0].end: must be text, not null");
    check("availability", "/maintenance", json!({}), "maintenance: must be a list, not an object");
}

#[test]
fn members_and_how_many_are_needed() {
    check("redundancy", "/need", json!(0), "need: must be from 1 to the number of members, 2");
    check("redundancy", "/need", json!("1"), "need: must be a whole number, not text");
    check("redundancy", "/need", json!(1.0), "need: must be a whole number, not a number");
    check("redundancy", "/members", json!([]), "need: must be from 1 to the number of members, 0");
    check("redundancy", "/members/1/id", json!("uplink1"), "members[1].id: stands there twice");
    check("redundancy", "/members/1/down/0/end", json!("2026-11-12T10:00:00+03:00"), "members[1].down[0].end: is before its start");
}

#[test]
fn calendars() {
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["18:00", "09:00"]]),
        "calendar.week.mon[0]: must end after its begin; over midnight it is written as two",
    );
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["09:00", "24:01"]]),
        "calendar.week.mon[0][1]: `24:01` is not a time of day from 00:00 to 24:00",
    );
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["9:00", "18:00"]]),
        "calendar.week.mon[0][0]: `9:00` is not a time of day from 00:00 to 24:00",
    );
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["24:00", "24:00"]]),
        "calendar.week.mon[0]: must end after its begin; over midnight it is written as two",
    );
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["09:00"]]),
        r#"calendar.week.mon[0]: must hold a begin and an end, such as ["09:00", "18:00"]"#,
    );
    check(
        "deadline",
        "/calendar/week/mon",
        json!([["09:00", "13:00"], ["12:00", "18:00"]]),
        "calendar.week.mon: must be in order and must not overlap",
    );
    check(
        "deadline",
        "/calendar/week",
        json!({"mon": [["09:00", "13:00"]], "monday": []}),
        "calendar.week.monday: is not a day; there are mon, tue, wed, thu, fri, sat, sun",
    );
    check("deadline", "/calendar/week", json!({"mon": []}), "calendar.week: needs at least one window in the week");
    check(
        "deadline",
        "/calendar/exceptions",
        json!({"2026-11-31": []}),
        "calendar.exceptions.2026-11-31: `2026-11-31` is not a date such as 2026-11-22",
    );
    check("deadline", "/calendar/exceptions", json!("(gone)"), "calendar.exceptions: is missing");
    check("deadline", "/target_s", json!(0), "target_s: must be more than 0");
    check("deadline", "/target_s", json!(i64::MAX), "target_s: is not reached within a hundred years");
    check("elapsed", "/to", json!("9999-12-30T00:00:00Z"), "to: is more than a hundred years after `from`");
    check(
        "elapsed",
        "/pauses",
        json!([{"start": "2026-10-25T02:00:00+02:00", "end": "2026-10-25T01:00:00+02:00"}]),
        "pauses[0].end: is before its start",
    );
}

#[test]
fn what_is_no_question_at_all() {
    let refused = |kind: &str, input: &str| answer(kind, input).unwrap_err().to_string();
    assert_eq!(refused("availability", "[]"), "input: must be an object, not a list");
    assert_eq!(refused("availability", ""), "input: is not JSON: EOF while parsing a value at line 1 column 0");
    assert_eq!(refused("weather", "{}"), "kind: is not known; there are availability, redundancy, deadline, elapsed");
}

/// Windows around changes of the clocks: an ambiguous begin is its first occurrence, an ambiguous end its second, and a wall time that
/// does not exist moves forward by the gap. Seconds open on that Sunday.
#[test]
fn windows_at_clock_changes() {
    let open_s = |tz: &str, day: &str, from: &str, to: &str, next: &str, window: [&str; 2]| {
        let calendar = json!({"tz": tz, "week": {"mon": [["12:00", "12:01"]]}, "exceptions": {day: [window]}});
        let input =
            json!({"calendar": calendar, "from": format!("{day}T00:00:00{from}"), "to": format!("{next}T00:00:00{to}"), "pauses": []});
        answer("elapsed", &input.to_string()).unwrap()["open_s"].as_i64().unwrap()
    };
    // Berlin, 25 October 2026: 03:00 +02:00 becomes 02:00 +01:00.
    let autumn = |window| open_s("Europe/Berlin", "2026-10-25", "+02:00", "+01:00", "2026-10-26", window);
    assert_eq!(autumn(["02:00", "02:30"]), 90 * 60, "first 02:00 to second 02:30");
    assert_eq!(autumn(["02:30", "03:00"]), 90 * 60, "first 02:30 to the only 03:00");
    assert_eq!(autumn(["01:00", "02:00"]), 120 * 60, "to the second 02:00");
    assert_eq!(autumn(["00:00", "24:00"]), 25 * 3600);
    // Berlin, 29 March 2026: 02:00 +01:00 becomes 03:00 +02:00.
    let spring = |window| open_s("Europe/Berlin", "2026-03-29", "+01:00", "+02:00", "2026-03-30", window);
    assert_eq!(spring(["02:10", "02:40"]), 30 * 60, "moved to 03:10 to 03:40");
    assert_eq!(spring(["01:30", "02:30"]), 60 * 60, "01:30 to 03:30, half an hour of it never was");
    assert_eq!(spring(["02:30", "03:10"]), 0, "begins at 03:30, after its end");
    assert_eq!(spring(["00:00", "24:00"]), 23 * 3600);
    // Lord Howe changes by half an hour: 5 April 2026, 02:00 +11:00 becomes 01:30 +10:30.
    assert_eq!(open_s("Australia/Lord_Howe", "2026-04-05", "+11:00", "+10:30", "2026-04-06", ["01:30", "02:00"]), 60 * 60);
}
