//! SSH against OpenSSH's sshd: new algorithms and those of fifteen years ago, logins, host keys.
#![allow(clippy::unwrap_used)]

mod sshd;

use model::credential::Key;
use model::{Clock, DeviceId, Timestamp};
use sshd::{Behind, CEILING, PASSWORD, Sshd, password, tries};
use transport::ssh::{Compat, Connected, Error, HostKeyPolicy, Level, LoginGuard, Terminal, connect};

const LEGACY: &str = "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\n\
                      Ciphers aes128-cbc,3des-cbc\nMACs hmac-sha1\nPubkeyAcceptedAlgorithms +ssh-rsa";
const ANCIENT: &str = "KexAlgorithms diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers 3des-cbc\nMACs hmac-sha1";

/// Which level and which algorithms come out, and that a command runs over them.
async fn check(config: &str, host_key: &str, compat: Compat, level: Level, algorithms: &str) {
    let Some(sshd) = Sshd::start(config, &[host_key], Behind::Shell) else { return };
    let keys = [password(PASSWORD)];
    let mut request = sshd.request(&keys);
    request.compat = compat;
    let connected = connect(&request, &mut tries()).await.unwrap();
    assert_eq!((connected.level, connected.algorithms.to_string().as_str()), (level, algorithms));
    assert_eq!(connected.host_key, sshd.fingerprint(host_key));
    assert!(connected.banner.starts_with("OpenSSH_"), "{}", connected.banner);
    assert_eq!((connected.key, connected.refused), (0, 0));
    let done = connected.session.exec("echo said; echo shouted >&2; exit 3", CEILING).await.unwrap();
    assert_eq!((done.stdout, done.stderr, done.status), (b"said\n".to_vec(), b"shouted\n".to_vec(), Some(3)));
    connected.session.close().await;
}

#[tokio::test]
async fn a_modern_device_gets_modern_algorithms_from_every_rung() {
    let modern = "mlkem768x25519-sha256, ssh-ed25519, chacha20-poly1305@openssh.com";
    let without_mlkem = "curve25519-sha256, ssh-ed25519, chacha20-poly1305@openssh.com";
    let config = "KexAlgorithms +curve25519-sha256";
    let expected = if std::process::Command::new("ssh").args(["-Q", "kex"]).output().is_ok_and(|o| o.stdout.starts_with(b"mlkem")) {
        modern
    } else {
        without_mlkem
    };
    check(config, "ed25519", Compat::default(), Level::Modern, expected).await;
    check(config, "ed25519", Compat::Auto { start: Level::Ancient }, Level::Modern, expected).await;
    let nist = "KexAlgorithms ecdh-sha2-nistp256\nCiphers aes128-gcm@openssh.com";
    check(nist, "ecdsa", Compat::Only(Level::Modern), Level::Modern, "ecdh-sha2-nistp256, ecdsa-sha2-nistp256, aes128-gcm@openssh.com")
        .await;
}

#[tokio::test]
async fn a_device_that_knows_only_sha1_is_reached_on_the_second_rung() {
    let agreed = "diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc, hmac-sha1";
    check(LEGACY, "rsa", Compat::default(), Level::Legacy, agreed).await;
    check(LEGACY, "rsa", Compat::Only(Level::Legacy), Level::Legacy, agreed).await;
    let gex = "KexAlgorithms diffie-hellman-group-exchange-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes256-cbc\nMACs hmac-sha1";
    check(gex, "rsa", Compat::default(), Level::Legacy, "diffie-hellman-group-exchange-sha1, ssh-rsa, aes256-cbc, hmac-sha1").await;
}

#[tokio::test]
async fn a_device_with_a_1024_bit_group_and_triple_des_is_reached_on_the_last_rung() {
    let agreed = "diffie-hellman-group1-sha1, ssh-rsa, 3des-cbc, hmac-sha1";
    check(ANCIENT, "rsa", Compat::default(), Level::Ancient, agreed).await;
    check(ANCIENT, "rsa", Compat::Auto { start: Level::Ancient }, Level::Ancient, agreed).await;
}

#[tokio::test]
async fn what_is_set_to_modern_never_goes_down() {
    let Some(sshd) = Sshd::start(LEGACY, &["rsa"], Behind::Shell) else { return };
    let keys = [password(PASSWORD)];
    let mut request = sshd.request(&keys);
    request.compat = Compat::Only(Level::Modern);
    let refused = connect(&request, &mut tries()).await.unwrap_err();
    let Error::NoCommonAlgorithm { level: Level::Modern, kind: "key exchange", theirs, .. } = &refused else { panic!("{refused}") };
    assert!(theirs.contains(&"diffie-hellman-group14-sha1".to_owned()), "{refused}");
    assert_eq!(refused.code(), "ssh_no_common_algorithm");
    assert!(!sshd.log().contains("user"), "nobody was named:\n{}", sshd.log());
}

async fn refused(sshd: &Sshd, keys: &[Key]) -> Error {
    connect(&sshd.request(keys), &mut tries()).await.unwrap_err()
}

#[tokio::test]
async fn a_wrong_password_is_one_try_and_moves_nobody_down_the_ladder() {
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let cause = refused(&sshd, &[password("wrong-horse")]).await;
    assert!(matches!(cause, Error::LoginRefused { tried: 1, left: 0, .. }), "{cause}");
    assert!(!format!("{cause} {cause:?}").contains("horse"), "{cause:?}");
    let log = sshd.logged("Failed password").await;
    assert_eq!(log.matches("Failed password").count(), 1, "{log}");
    assert_eq!(log.matches("Connection from").count(), 2, "one of the two is the wait for the start:\n{log}");
}

#[tokio::test]
async fn a_login_that_fails_twice_is_not_tried_a_third_time_by_anyone() {
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let clock = Clock::fake(Timestamp::from_secs(1_800_000_000));
    let guard = LoginGuard::new(clock.clone());
    let device = DeviceId::from_bytes([7; 16]);
    let keys = [password("wrong-1"), password("wrong-2"), password(PASSWORD)];
    let cause = connect(&sshd.request(&keys), &mut guard.tries(device).unwrap()).await.unwrap_err();
    assert!(matches!(cause, Error::LoginRefused { tried: 2, left: 1, .. }), "{cause}");
    assert!(guard.tries(device).is_err());
    clock.advance(transport::ssh::FAILURE_WINDOW);
    let one = [password(PASSWORD)];
    connect(&sshd.request(&one), &mut guard.tries(device).unwrap()).await.unwrap();
    assert_eq!(sshd.logged("Accepted password").await.matches("Failed password").count(), 2);
}

#[tokio::test]
async fn keys_are_tried_in_their_order_and_the_one_that_opens_is_told() {
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let another = Key::SshPassword { user: "nobody-here".to_owned(), password: PASSWORD.into_secret() };
    for key in [sshd.private_key("person"), sshd.private_key("person_rsa"), password(PASSWORD)] {
        // Another user's name needs another connection.
        let keys = [another.clone(), key];
        let Connected { key, refused, .. } = connect(&sshd.request(&keys), &mut tries()).await.unwrap();
        assert_eq!((key, refused), (1, 1));
    }
}

#[tokio::test]
async fn an_rsa_key_opens_a_device_that_knows_only_sha1() {
    let Some(sshd) = Sshd::start(LEGACY, &["rsa"], Behind::Shell) else { return };
    let keys = [sshd.private_key("person_rsa")];
    assert_eq!(connect(&sshd.request(&keys), &mut tries()).await.unwrap().level, Level::Legacy);
}

#[tokio::test]
async fn a_key_that_the_device_does_not_take_costs_no_try() {
    let Some(sshd) = Sshd::start("PasswordAuthentication no", &["ed25519"], Behind::Shell) else { return };
    let cause = refused(&sshd, &[password(PASSWORD)]).await;
    assert!(matches!(&cause, Error::NoMethod { offered, .. } if offered.starts_with("publickey")), "{cause}");
    let broken = Key::SshKey { user: "x".to_owned(), key: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n".into_secret() };
    let cause = refused(&sshd, &[broken]).await;
    assert!(matches!(cause, Error::Credential { .. }), "{cause}");
    assert!(!sshd.log().contains("Failed password"), "{}", sshd.log());
}

#[tokio::test]
async fn a_changed_host_key_is_refused_before_anybody_is_named() {
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let offered = sshd.fingerprint("ed25519");
    let keys = [password(PASSWORD)];
    let mut request = sshd.request(&keys);
    request.host_key = HostKeyPolicy { pinned: Some(offered.clone()) };
    connect(&request, &mut tries()).await.unwrap().session.close().await;
    let before = sshd.logged("Disconnected from user").await;
    let pinned = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    request.host_key = HostKeyPolicy { pinned: Some(pinned.clone()) };
    match connect(&request, &mut tries()).await.unwrap_err() {
        Error::HostKeyChanged { pinned: told, offered: seen, .. } => assert_eq!((told, seen), (pinned, offered)),
        other => panic!("{other}"),
    }
    let after = sshd.logged("[preauth]").await.replacen(&before, "", 1);
    assert!(!after.contains("user ") && !after.contains("Failed") && !after.contains("Accepted"), "{after}");
}

#[tokio::test]
async fn the_connection_ends_with_the_last_who_uses_it() {
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let keys = [password(PASSWORD)];
    let connected = connect(&sshd.request(&keys), &mut tries()).await.unwrap();
    let mut shell = connected.session.shell(&Terminal::default(), CEILING).await.unwrap();
    drop(connected);
    tokio::io::AsyncWriteExt::write_all(&mut shell, b"stty size; echo al''ive\r").await.unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("alive") {
        assert_ne!(tokio::io::AsyncReadExt::read_buf(&mut shell, &mut seen).await.unwrap(), 0);
    }
    assert!(String::from_utf8_lossy(&seen).contains("1000 512"), "high and wide");
    assert!(!sshd.log().contains("Close session"));
    drop(shell);
    sshd.logged("Close session").await;
}

#[tokio::test]
async fn what_is_no_ssh_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail here\r\n421 bye\r\n").await.unwrap();
    });
    let keys = [password(PASSWORD)];
    let Some(sshd) = Sshd::start("", &["ed25519"], Behind::Shell) else { return };
    let request = transport::ssh::Request { target, ..sshd.request(&keys) };
    let cause = connect(&request, &mut tries()).await.unwrap_err();
    server.await.unwrap();
    assert!(matches!(cause, Error::NotSsh { .. } | Error::Lost { .. }), "{cause}");
}

#[tokio::test]
async fn a_connection_that_nobody_wants_any_more_is_closed() {
    // Silent after the identification: the library alone would wait for ever.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap();
    let keys = [password(PASSWORD)];
    let request = transport::ssh::Request {
        target,
        keys: &keys,
        host_key: HostKeyPolicy::default(),
        compat: Compat::default(),
        timeouts: transport::ssh::Timeouts::default(),
    };
    let mut left = tries();
    let (mut stream, sent) = {
        let mut attempt = Box::pin(connect(&request, &mut left));
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-Silent\r\n").await.unwrap();
            let mut sent = vec![0; 64];
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut sent).await.unwrap();
            (stream, sent)
        };
        tokio::select! {
            _ = &mut attempt => panic!("nothing to end it"),
            seen = server => seen,
        }
    };
    assert!(sent.starts_with(b"SSH-2.0-Polyot\r\n"));
    let mut rest = Vec::new();
    let end = tokio::time::timeout(CEILING, tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest)).await;
    end.expect("the connection ends with its user").ok();
}

trait IntoSecret {
    fn into_secret(self) -> model::Secret;
}
impl IntoSecret for &str {
    fn into_secret(self) -> model::Secret {
        model::Secret::new(self)
    }
}
