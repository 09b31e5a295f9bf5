//! The picture of a difference: sections, words, numbers of lines.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use profiles::diff::{self, LineKind};
use std::fmt::Write as _;

/// `[` and `]` stand around the words that differ.
fn check(old: &str, new: &str, heading: Option<&str>, expected: Expect) {
    let heading = heading.map(|pattern| regex::Regex::new(pattern).unwrap());
    let found = diff::compare_with(old, new, 1, heading.as_ref());
    let mut picture = format!("+{} -{}\n", found.added, found.removed);
    for hunk in &found.hunks {
        let section = hunk.section.as_deref().unwrap_or("-");
        writeln!(picture, "@@ {},{} {},{} {section}", hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines).unwrap();
        for line in &hunk.lines {
            let sign = match line.kind {
                LineKind::Same => ' ',
                LineKind::Added => '+',
                LineKind::Removed => '-',
            };
            let text: String =
                line.spans.iter().map(|span| if span.changed { format!("[{}]", span.text) } else { span.text.clone() }).collect();
            writeln!(picture, "{sign}{text}").unwrap();
        }
    }
    expected.assert_eq(&picture);
    assert_eq!(found.apply(old).as_deref(), Some(new));
}

#[test]
fn a_changed_line_shows_its_section_and_the_words_that_differ() {
    check(
        "interface A\n description to B\n mtu 1500\n!\ninterface C\n mtu 1500\n",
        "interface A\n description to B\n mtu 9000\n!\ninterface C\n mtu 1500\n",
        None,
        expect![[r#"
            +1 -1
            @@ 2,3 2,3 interface A
              description to B
            - mtu [1500]
            + mtu [9000]
             !
        "#]],
    );
}

#[test]
fn a_line_that_was_put_in_has_no_counterpart() {
    check(
        "router bgp 1\n neighbor A\n",
        "router bgp 1\n neighbor A\n neighbor A timers 3 9\n",
        None,
        expect![[r#"
            +1 -0
            @@ 2,1 2,2 router bgp 1
              neighbor A
            +[ neighbor A timers 3 9]
        "#]],
    );
}

#[test]
fn a_menu_heads_lines_that_are_not_indented() {
    check(
        "/ip address\nadd address=192.0.2.1/30 interface=a\n/ip route\nadd gateway=192.0.2.2\n",
        "/ip address\nadd address=192.0.2.1/30 interface=b\n/ip route\nadd gateway=192.0.2.2\n",
        Some("^/"),
        expect![[r#"
            +1 -1
            @@ 1,3 1,3 /ip address
             /ip address
            -add address=192.0.2.1/30 interface=[a]
            +add address=192.0.2.1/30 interface=[b]
             /ip route
        "#]],
    );
}

#[test]
fn a_first_configuration_is_all_new() {
    check(
        "",
        "hostname a\n",
        None,
        expect![[r#"
            +1 -0
            @@ 0,0 1,1 -
            +[hostname a]
        "#]],
    );
}

#[test]
fn edits_far_apart_are_hunks_of_their_own() {
    let text = |edited: bool| -> String {
        (0..8_000)
            .map(|line| if edited && line % 285 == 10 && line < 7_980 { format!("line {line} new\n") } else { format!("line {line}\n") })
            .collect()
    };
    let found = diff::compare(&text(false), &text(true), 3);
    assert_eq!((found.hunks.len(), found.added, found.removed), (28, 28, 28));
}
