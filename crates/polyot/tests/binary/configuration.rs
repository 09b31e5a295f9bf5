//! A mistake in the configuration is one sentence that names what and where; it shows no secret and leaves nothing half-made.

use crate::lab::{make_certificate, run};
use crate::product::{EMAIL, Home, PASSWORD, refusal};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

/// What nobody may read on the terminal.
const SECRET: &str = "s3cr3t-in-a-file";

/// `mend` makes the mistake; the sentence must name all of `named`.
#[track_caller]
fn check(mend: impl FnOnce(&mut Home), named: &[&str]) {
    let mut home = Home::new();
    mend(&mut home);
    let sentence = home.refusal();
    for word in named {
        assert!(sentence.contains(word), "`{word}` is not named: {sentence}");
    }
    assert!(!sentence.contains(SECRET) && !sentence.contains(PASSWORD), "{sentence}");
    assert!(!home.data.exists(), "something was made in {} although the configuration is wrong: {sentence}", home.data.display());
}

#[track_caller]
fn check_file(text: &str, named: &[&str]) {
    check(|home| home.config = Some(text.into()), named);
}

#[test]
fn a_mistake_in_the_file_is_named_with_its_place() {
    check_file(
        &format!("[smtp]\nurl = \"smtp://post:{SECRET}@mail.example\"\nform = \"a@b.example\"\n"),
        &["polyot.toml", "line 3", "form"],
    );
    check_file("listen = 8080\n", &["polyot.toml", "line 1", "string"]);
    check_file(&format!("[smtp]\nurl = [\"{SECRET}\"]\n"), &["polyot.toml", "line 2"]);
    check_file(&format!("database_url = \"postgres://u:{SECRET}@h/d\n"), &["polyot.toml", "line 1"]);
    check_file("[tls]\ncert_file = \"cert.pem\"\n", &["polyot.toml", "key_file"]);
    check_file("public_url = \"ftp://polyot.example\"\n", &["public_url", "ftp://polyot.example", "https://"]);
    check_file(&format!("database_url = \"mysql://u:{SECRET}@h/d\"\n"), &["database_url", "postgres://"]);
    check_file(&format!("[smtp]\nurl = \"http://post:{SECRET}@mail.example\"\n"), &["smtp.url", "smtp://"]);
    check_file("[smtp]\nfrom = \"nobody\"\n", &["smtp.from", "nobody"]);
}

#[test]
fn a_file_that_is_not_there_is_named_with_its_setting() {
    check(|home| home.env.push(("POLYOT_CONFIG".into(), "absent.toml".into())), &["configuration file", "absent.toml"]);
    check(|home| home.env.push(("POLYOT_CONFIG".into(), ".".into())), &["configuration file", "directory"]);
    check_file("[tls]\ncert_file = \"absent-cert.pem\"\nkey_file = \"absent-key.pem\"\n", &["tls.cert_file", "absent-cert.pem"]);
    let smtp = "[smtp]\nurl = \"smtp://mail.example\"\nca_file = \"absent-ca.pem\"\n";
    check_file(smtp, &["smtp.ca_file", "absent-ca.pem"]);
    check(
        |home| {
            let (cert, _) = make_certificate(home.folder.path());
            home.config = Some(format!("[tls]\ncert_file = {cert:?}\nkey_file = \"absent-key.pem\"\n"));
        },
        &["tls.key_file", "absent-key.pem"],
    );
    check(
        |home| {
            std::fs::write(home.path("cert.pem"), "not a certificate").unwrap();
            std::fs::write(home.path("key.pem"), SECRET).unwrap();
            home.config = Some("[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n".into());
        },
        &["tls.", ".pem"],
    );
    check(
        |home| {
            std::fs::write(home.path("ca.pem"), "not a certificate").unwrap();
            home.config = Some("[smtp]\nurl = \"smtp://mail.example\"\nca_file = \"ca.pem\"\n".into());
        },
        &["smtp", "ca"],
    );
}

#[test]
fn certificate_and_key_of_different_pairs_are_refused() {
    check(
        |home| {
            let other = home.path("other");
            std::fs::create_dir(&other).unwrap();
            let (cert, _) = make_certificate(home.folder.path());
            let (_, key) = make_certificate(&other);
            home.config = Some(format!("[tls]\ncert_file = {cert:?}\nkey_file = {key:?}\n"));
        },
        &["tls", "fit"],
    );
}

#[test]
fn a_mistake_in_the_environment_or_a_flag_is_named() {
    let set = |name: &'static str, value: &'static str| {
        move |home: &mut Home| {
            home.env.retain(|(known, _)| known != name);
            home.env.push((name.into(), value.into()));
        }
    };
    check(set("POLYOT_ADMIN_EMAIL", ""), &["POLYOT_ADMIN_EMAIL", "POLYOT_ADMIN_PASSWORD"]);
    check(set("POLYOT_ADMIN_PASSWORD", ""), &["POLYOT_ADMIN_EMAIL", "POLYOT_ADMIN_PASSWORD"]);
    check(set("POLYOT_SMTP_URL", "mail.example:25"), &["smtp.url"]);
    check(set("POLYOT_DATABASE_URL", "postgre://u:s3cr3t-in-a-file@h/d"), &["database_url", "postgres://"]);

    for address in ["8080", "localhost", "127.0.0.1:99999"] {
        let home = Home::new();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_polyot"));
        command.current_dir(home.folder.path()).arg("serve").arg("--data").arg(&home.data).args(["--listen", address]);
        let sentence = refusal(command);
        assert!(sentence.contains("listen") && sentence.contains(address), "{sentence}");
        assert!(!home.data.exists());
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_polyot"));
    command.current_dir(home.folder.path()).arg("serve").arg("--data").arg(&home.data).args(["--listen", &address]);
    let sentence = refusal(command);
    assert!(sentence.contains("listen") && sentence.contains(&address), "{sentence}");
}

#[test]
fn a_weak_password_or_a_wrong_address_of_the_administrator_makes_nobody() {
    for (email, password, named) in [(EMAIL, "short", "password"), ("nobody", PASSWORD, "email")] {
        let mut home = Home::bare().with("POLYOT_ADMIN_EMAIL", email).with("POLYOT_ADMIN_PASSWORD", password);
        let sentence = home.refusal();
        assert!(sentence.contains("POLYOT_ADMIN_EMAIL") && sentence.contains(named), "{sentence}");
        assert!(!sentence.contains("short") && !sentence.contains(PASSWORD), "{sentence}");
        // Nothing half-made is in the way of the right one.
        home.env = Home::new().env;
        home.start().admin();
    }
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let mut home = Home::new();
    home.database_url = Some(format!("postgres://polyot:{SECRET}@127.0.0.1:1/polyot"));
    let sentence = home.refusal();
    assert!(sentence.contains("database") && sentence.contains("127.0.0.1:1/polyot"), "{sentence}");
    assert!(sentence.to_lowercase().contains("refused"), "the cause, not that we waited in vain: {sentence}");
    assert!(!sentence.contains(SECRET), "{sentence}");
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named() {
    let home = Home::new();
    std::fs::write(&home.data, "a file").unwrap();
    let sentence = home.refusal();
    assert!(sentence.contains("data folder") && sentence.contains(&home.data.display().to_string()), "{sentence}");

    if crate::lab::is_root() {
        // Root may write everywhere except where nobody may.
        let home = Home::new();
        std::fs::create_dir(&home.data).unwrap();
        if let Err(why) = run(&format!("chattr +i {}", home.data.display())) {
            eprintln!("SKIPPED: a folder that root cannot write into: {why}");
            return;
        }
        let sentence = home.refusal();
        run(&format!("chattr -i {}", home.data.display())).unwrap();
        assert!(sentence.contains("not writable"), "{sentence}");
        return;
    }
    let home = Home::new();
    std::fs::create_dir(&home.data).unwrap();
    std::fs::set_permissions(&home.data, std::fs::Permissions::from_mode(0o500)).unwrap();
    assert!(home.refusal().contains("not writable"));
}

#[test]
fn a_damaged_database_is_refused_by_a_sentence() {
    let home = Home::new();
    std::fs::create_dir(&home.data).unwrap();
    std::fs::write(home.data.join("polyot.db"), vec![b'x'; 8_192]).unwrap();
    let sentence = home.refusal();
    assert!(sentence.contains("polyot.db") && sentence.contains("not a database"), "{sentence}");
}
