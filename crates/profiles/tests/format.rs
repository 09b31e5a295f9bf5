//! Mistakes in profiles are told all at once, each with its place and a way out.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use profiles::Profiles;
use std::fs;

fn check(files: &[(&str, &str)], expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let problems = Profiles::lint(Some(folder.path())).unwrap();
    let root = format!("{}/", folder.path().display());
    let told: String = problems.iter().map(|problem| format!("{problem}\n").replace(&root, "")).collect();
    expected.assert_eq(&told);
    assert_eq!(problems.is_empty(), Profiles::with_dir(folder.path()).is_ok());
}

const GOOD: &str = "id: acme.one\nname: Acme One\nsource: Acme CLI Guide, ch. 3\ndetect:\n  - {snmp_sysdescr: '^Acme One ', weight: 100}\n";

#[test]
fn a_good_profile_has_no_mistake() {
    check(&[("acme/one/profile.yaml", GOOD)], expect![""]);
}

#[test]
fn an_unknown_key_gets_a_place_and_a_suggestion() {
    let text = format!("{GOOD}sesion:\n  modes: {{exec: {{prompt: '>'}}}}\nconfig:\n  fetch: {{cmd: show, min_lines: 3}}\n  colour: red\n");
    check(
        &[("acme/one/profile.yaml", &text)],
        expect![[r#"
            acme/one/profile.yaml:6:1: the key `sesion` is not known; did you mean `session`?
            acme/one/profile.yaml:10:3: the key `colour` is not known; known here: fetch, volatile, rewrite, secrets, blocks, not_secret, comment, heading
        "#]],
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    check(
        &[(
            "acme/one/profile.yaml",
            "id: Acme One\nname: x\ndetect:\n  - {snmp_sysdescr: '(', weight: 100}\n  - {weight: 5}\n  - {snmp_oid: 1.3.six, weight: 0}\nfacts:\n  version: 1.10\n  model: [{cli: show version}]\nconfig:\n  fetch: {cmd: show, min_lines: many}\n  secrets: [{re: 'password (\\S+)', group: 2}]\n",
        )],
        expect![[r#"
            acme/one/profile.yaml:1:1: `source` is missing here
            acme/one/profile.yaml:1:5: `id`: `Acme One` must be words of a-z, 0-9, - and _ with points between, such as acme.fastswitch
            acme/one/profile.yaml:4:21: `snmp_sysdescr`: the pattern `(` cannot be read: unclosed group
            acme/one/profile.yaml:5:5: a sign is missing here: one of snmp_sysobjectid, snmp_sysdescr, ssh_banner, snmp_oid, cli
            acme/one/profile.yaml:6:16: `snmp_oid`: `1.3.six` is no object identifier; write numbers with points, without a leading one
            acme/one/profile.yaml:6:33: `weight` must be from 1 to 1000; 100 decides
            acme/one/profile.yaml:8:12: an entry of `version` must be a map of keys
            acme/one/profile.yaml:8:12: exactly one place to look at is needed: in, oid, column, entity or cli
            acme/one/profile.yaml:9:11: `cli` needs a `match`: what to take from the answer
            acme/one/profile.yaml:11:10: `fetch`: at least one command needs an `end` or `min_lines`, or an answer that was cut off would be taken for whole
            acme/one/profile.yaml:11:33: `min_lines` must be a whole number, not `many`
            acme/one/profile.yaml:12:13: `group` 2: the pattern has 1 groups
        "#]],
    );
}

#[test]
fn what_is_no_yaml_and_what_does_not_exist_is_named() {
    check(
        &[
            ("acme/one/profile.yaml", "id: acme.one\nname: [\n"),
            ("acme/two/profile.yaml", &GOOD.replace("acme.one", "acme.two\ninherits: acme.nobody")),
            ("acme/two/cases/a.yaml", "note: x\nwalk: missing.snmprec\nexpect: {detekt: acme.two}\n"),
        ],
        expect![[r#"
            acme/one/profile.yaml:2:7: this is not YAML: unclosed bracket '['
            acme/two/cases/a.yaml:2:7: `walk`: there is no file missing.snmprec beside this case
            acme/two/cases/a.yaml:3:10: the key `detekt` is not known; did you mean `detect`?
            acme/two/profile.yaml:2:11: `inherits`: there is no profile `acme.nobody`
        "#]],
    );
}
