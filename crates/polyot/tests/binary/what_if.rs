//! `polyot what-if`: the answer on standard output, or nothing there and one sentence that names the field.

use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn ask(kind: &str, input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_polyot"))
        .args(["what-if", kind])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses before it reads closes its end: that is no failure of the test.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn refused(kind: &str, input: &[u8]) -> String {
    let output = ask(kind, input);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap().trim_end().to_owned()
}

#[test]
fn a_formula_answers_or_names_the_field_that_is_wrong() {
    let two_links = |end: &str| {
        json!({
            "tz": "Europe/Moscow", "period": {"start": "2026-11-01", "end": "2026-12-01"}, "need": 2,
            "members": [{"id": "a", "down": [{"start": "2026-11-12T10:00:00+03:00", "end": end}]}, {"id": "b", "down": []}],
        })
        .to_string()
    };
    let output = ask("redundancy", two_links("2026-11-12T10:30:00+03:00").as_bytes());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["down_s"], &answer["availability_pct"]), (&json!(1800), &json!("99.930")));

    assert_eq!(refused("redundancy", two_links("2026-11-12T09:00:00+03:00").as_bytes()), "members[0].down[0].end: is before its start");
    assert_eq!(refused("redundancy", b"{}"), "tz: is missing");
    assert_eq!(refused("redundancy", b"\xff"), "input: is not UTF-8; write it as JSON in UTF-8");
    assert!(refused("weather", b"{}").contains("availability"), "an unknown kind is told which there are");
}
