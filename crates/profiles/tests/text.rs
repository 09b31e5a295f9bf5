//! Promises that hold for any text: comparing, cleaning, hiding.
#![allow(clippy::unwrap_used)]

use profiles::diff::{self, LineKind};
use profiles::{MASK, Profiles, unmasked_secrets};
use proptest::prelude::*;

/// Lines such as configurations have them, so that the rules are hit.
fn configuration() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("interface Ethernet1".to_owned()),
        Just(" description to the core".to_owned()),
        Just("!".to_owned()),
        Just("banner motd ^C".to_owned()),
        Just("^C".to_owned()),
        Just("-----BEGIN RSA PRIVATE KEY-----".to_owned()),
        Just("-----END RSA PRIVATE KEY-----".to_owned()),
        Just("<secret hidden>".to_owned()),
        "[a-z]{1,8}".prop_map(|word| format!("hostname {word}")),
        "[A-Za-z0-9$./]{1,20}".prop_map(|secret| format!("enable secret 5 {secret}")),
        "[A-Za-z0-9]{1,20}( [a-z]{1,5})?".prop_map(|secret| format!(" neighbor 192.0.2.1 password 7 {secret}")),
        "[A-Za-z0-9]{8,20}".prop_map(|secret| format!("add name=a password={secret} profile=default")),
        "[A-Za-z0-9]{8,20}".prop_map(|secret| format!("get http://user:{secret}@192.0.2.1/")),
        "[ -~]{0,60}",
        "\\PC{0,30}",
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}

proptest! {
    // Each case goes through every profile.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_does_not_differ_from_itself(text in ".{0,200}(\n.{0,40}){0,30}") {
        let diff = diff::compare(&text, &text, 3);
        prop_assert!(diff.is_empty() && diff.added == 0 && diff.removed == 0);
    }

    #[test]
    fn the_hunks_make_the_new_text_out_of_the_old(old in configuration(), new in configuration(), context in 0usize..5) {
        let diff = diff::compare(&old, &new, context);
        let made = diff.apply(&old);
        prop_assert_eq!(made.as_deref(), Some(new.as_str()));
        let count = |kind| diff.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count();
        prop_assert_eq!((count(LineKind::Added), count(LineKind::Removed)), (diff.added, diff.removed));
        for hunk in &diff.hunks {
            prop_assert_eq!(hunk.lines.iter().filter(|line| line.old.is_some()).count(), hunk.old_lines);
            prop_assert_eq!(hunk.lines.iter().filter(|line| line.new.is_some()).count(), hunk.new_lines);
        }
    }

    #[test]
    fn the_hunks_make_any_new_text_out_of_any_old(old in "[a-c\n]{0,40}", new in "[a-c\n]{0,40}") {
        let diff = diff::compare(&old, &new, 1);
        // Texts that differ only in a newline at the end are equal line by line.
        let made = diff.apply(&old).unwrap();
        prop_assert_eq!(made.trim_end_matches('\n'), new.trim_end_matches('\n'));
    }

    #[test]
    fn hiding_twice_changes_nothing_and_leaves_nothing(text in configuration()) {
        for profile in Profiles::builtin().iter() {
            let once = profile.mask(&text);
            prop_assert_eq!(&profile.mask(&once), &once, "{}", profile.id);
        }
    }

    #[test]
    fn a_secret_in_a_known_place_is_shown_by_no_profile(secret in "[A-Za-z]{4}[0-9][A-Za-z0-9]{7,15}") {
        for line in [
            format!("enable secret 5 {secret}\n"),
            format!("username a privilege 15 password 7 {secret}\n"),
            format!("snmp-server community {secret} RO\n"),
            format!("add name=a password=\"{secret}\" profile=default\n"),
            format!("set system login user a encrypted-password '$6$abcd${secret}'\n"),
            format!("url=https://me:{secret}@host/\n"),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----\n"),
            format!("-----BEGIN PRIVATE KEY-----\n{secret}\n"),
        ] {
            for profile in Profiles::builtin().iter() {
                let masked = profile.mask(&line);
                prop_assert!(!masked.contains(&secret), "{}: {masked}", profile.id);
                prop_assert!(masked.contains(MASK));
                prop_assert!(unmasked_secrets(&masked).is_empty(), "{}: {masked}", profile.id);
            }
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in configuration()) {
        for profile in Profiles::builtin().iter() {
            let Some(fetch) = profile.config.as_ref().and_then(|config| config.fetch.iter().find(|fetch| fetch.prefix.is_empty())) else { continue };
            let once = profile.clean(&fetch.command, &text);
            prop_assert_eq!(&profile.clean(&fetch.command, &once), &once, "{}", profile.id);
            let significant = profile.significant(&text);
            prop_assert_eq!(&profile.significant(&significant), &significant, "{}", profile.id);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\r\n\t\u{8}\u{1b}\u{7f}]|\u{1b}\\[[0-9;]{0,4}[A-Za-z]|\\$|password ){0,80}") {
        for profile in Profiles::builtin().iter() {
            for command in profile.fetch_commands().map(str::to_owned).collect::<Vec<_>>() {
                let _ = profile.is_complete(&command, &text);
                let made = profile.normalize(&[(command, text.clone())]);
                let shows_an_escape = made.masked.bytes().any(|byte| byte == 27);
                prop_assert!(!shows_an_escape);
            }
            if let Some(session) = profile.session() {
                let _ = session.is_prompt(&text);
            }
        }
        let _ = profiles::snmprec::Walk::parse(text.as_bytes());
    }
}

#[test]
fn quotes_on_one_side_and_letters_of_any_width_are_hidden_whole() {
    let profile = Profiles::builtin().get("generic.if-mib").unwrap();
    for (line, secret) in [
        ("description password \"'пароль\"", "пароль"),
        ("description password \"'пароль", "пароль"),
        ("password 'ü", "ü"),
        ("password тайна\"", "тайна"),
        ("secret пароль'''\n password \"ключ", "ключ"),
    ] {
        let masked = profile.mask(line);
        assert!(!masked.contains(secret), "{line}: {masked}");
    }
}

proptest! {
    #[test]
    fn announced_secrets_in_any_quotes_never_panic(words in prop::collection::vec("(password|secret|key|community|snmp|пароль|[\"']{1,3}|[а-я]{1,4}|\\PC{1,3}| )", 1..12)) {
        let text = words.join(" ");
        for profile in Profiles::builtin().iter().take(3) {
            let _ = profile.mask(&text);
        }
        let _ = unmasked_secrets(&text);
    }
}
