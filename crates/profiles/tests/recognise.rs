//! Who wins, who does not, and what is told when nobody does.
#![allow(clippy::unwrap_used)]

use profiles::snmprec::Walk;
use profiles::{Evidence, IncompleteReason, Profiles, identify};
use std::fs;

fn with(files: &[(&str, &str)]) -> Profiles {
    let folder = tempfile::tempdir().unwrap();
    for (name, detect) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(&path).unwrap();
        let id = name.replace('/', ".");
        fs::write(path.join("profile.yaml"), format!("id: {id}\nname: {id}\nsource: none\ndetect:\n{detect}")).unwrap();
    }
    Profiles::with_dir(folder.path()).unwrap()
}

#[test]
fn a_tie_decides_nothing_and_names_both() {
    let profiles =
        with(&[("acme/one", "  - {snmp_sysdescr: Acme, weight: 100}\n"), ("acme/two", "  - {snmp_sysdescr: Switch, weight: 100}\n")]);
    let found = profiles.detect(&Evidence::new().with_sys_descr("Acme Switch"));
    assert_eq!(found.best, None);
    let rivals: Vec<&str> = found.rivals.iter().map(|rival| rival.id.as_str()).collect();
    assert_eq!(rivals[..2], ["acme.one", "acme.two"]);
    assert_eq!(found.score, 100);
}

#[test]
fn less_than_a_hundred_is_a_guess_and_the_last_resort_is_taken() {
    let profiles = with(&[("acme/one", "  - {snmp_sysdescr: Acme, weight: 99}\n")]);
    let found = profiles.detect(&Evidence::new().with_sys_descr("Acme Switch"));
    assert_eq!(found.best.as_deref(), Some("generic.if-mib"));
    assert_eq!(found.rivals[0].id, "acme.one");
}

#[test]
fn the_last_resort_never_wins_against_one_that_decides() {
    let profiles = with(&[("acme/one", "  - {snmp_sysdescr: Acme, weight: 100}\n")]);
    let evidence = Evidence::new().with_sys_descr("Acme Switch").with_value("1.3.6.1.2.1.2.1.0", "24");
    let found = profiles.detect(&evidence);
    assert_eq!(found.best.as_deref(), Some("acme.one"));
    assert!(found.rivals.iter().any(|rival| rival.id == "generic.if-mib" && rival.score > 100));
    assert_eq!(found.why, ["sysDescr holds \"Acme\" (+100)"]);
}

#[test]
fn nothing_known_is_nothing_found() {
    assert_eq!(Profiles::builtin().detect(&Evidence::new()).best, None);
}

#[test]
fn a_folder_replaces_a_shipped_profile_with_its_cases() {
    let profiles = with(&[("generic/if-mib", "  - {snmp_sysdescr: Never, weight: 100}\n")]);
    assert_eq!(profiles.cases_of("generic.if-mib"), 0);
    assert_eq!(profiles.detect(&Evidence::new().with_sys_descr("Acme")).best, None);
}

#[test]
fn a_configuration_whose_session_broke_anywhere_is_refused() {
    let profile = Profiles::builtin().iter().find(|profile| profile.id.ends_with(".frr")).unwrap();
    let whole = "frr version 8.4.4\nhostname a\n!\nrouter bgp 64500\n neighbor 192.0.2.2 remote-as 64501\nexit\n!\nend\n";
    assert_eq!(profile.is_complete("show running-config", whole), Ok(()));
    for cut in 0..whole.len() - "end\n".len() {
        let refused = profile.is_complete("show running-config", &whole[..cut]).unwrap_err();
        assert!(matches!(refused.reason, IncompleteReason::NoEnd | IncompleteReason::TooShort), "{cut}: {refused}");
    }
}

#[test]
fn a_recording_is_read_with_hexadecimal_escaped_and_broken_lines() {
    let walk = Walk::parse(
        b"1.3.6.1.2.1.1.1.0|4x|41636d65\n1.3.6.1.2.1.1.5.0|4e|core\\x2d1\nnonsense\n1.3.6.1.2.1.2.2.1.2.7|4|eth7\n1.3.6.1.2.1.2.2.1.5.7|66|4294967295\n1.3.6.1.2.1.31.1.1.1.15.7|66|100000\n1.3.6.1.2.1.2.2.1.6.7|4x|0200C0FFEE01\n1.3.6.1.2.1.2.2.1.8.7|2|7\n1.3.6.1.2.1.4.20.1.2.192.0.2.1|2|7\n1.3.6.1.2.1.4.20.1.3.192.0.2.1|64x|fffffffc\n",
    );
    assert_eq!(walk.bad_lines, 1);
    let found = identify::identify(Profiles::builtin(), &walk, &[]);
    assert_eq!((found.sys_descr.as_deref(), found.sys_name.as_deref(), found.os.as_deref()), (Some("Acme"), Some("core-1"), None));
    let port = &found.ports[0];
    assert_eq!((port.if_index, port.if_name.as_deref(), port.if_speed), (7, Some("eth7"), Some(100_000_000_000)));
    assert_eq!((port.oper, port.mac.as_deref()), (Some("lowerLayerDown"), Some("0200c0ffee01")));
    assert_eq!((found.ipv4[0].addr.as_str(), found.ipv4[0].len, found.ipv4[0].if_index), ("192.0.2.1", 30, 7));
}
