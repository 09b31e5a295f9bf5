//! Logins that sshd cannot play without PAM: questions, no login at all, old signatures, a device that hangs up. The other side is the library's server.
#![allow(clippy::unwrap_used)]

use model::credential::Key;
use model::{Clock, DeviceId, Secret, Timestamp};
use russh::keys::key::safe_rng;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{self, Auth, Handler, Response, VerifiedPublicKey};
use russh::{MethodKind, MethodSet};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use transport::ssh::{Compat, Connected, Error, HostKeyPolicy, LoginGuard, Request, Timeouts, connect};

const CEILING: Duration = Duration::from_secs(60);
const PASSWORD: &str = "right-horse";

/// What the device asks, round by round, and whether what is typed is shown.
type Rounds = &'static [&'static [(&'static str, bool)]];

#[derive(Clone)]
struct Door {
    rounds: Rounds,
    is_open: bool,
    /// What the device has heard, in words.
    heard: Arc<Mutex<Vec<String>>>,
    round: usize,
}

impl Door {
    fn asking(rounds: Rounds) -> Self {
        Self { rounds, is_open: false, heard: Arc::default(), round: 0 }
    }
    fn hear(&self, words: impl Into<String>) {
        self.heard.lock().unwrap().push(words.into());
    }
}

impl Handler for Door {
    type Error = russh::Error;

    async fn auth_none(&mut self, _: &str) -> Result<Auth, Self::Error> {
        Ok(if self.is_open { Auth::Accept } else { Auth::reject() })
    }
    async fn auth_password(&mut self, _: &str, password: &str) -> Result<Auth, Self::Error> {
        self.hear(format!("password {password}"));
        if password == "hang up" {
            return Err(russh::Error::Disconnect);
        }
        Ok(if password == PASSWORD { Auth::Accept } else { Auth::reject() })
    }
    async fn auth_publickey(&mut self, _: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        self.hear(format!("key {}", key.algorithm));
        Ok(Auth::Accept)
    }
    async fn auth_keyboard_interactive<'a>(&'a mut self, _: &str, _: &str, answers: Option<Response<'a>>) -> Result<Auth, Self::Error> {
        if let Some(answers) = answers {
            let told: Vec<String> = answers.map(|answer| String::from_utf8_lossy(&answer).into_owned()).collect();
            self.hear(format!("answers {}", told.join(",")));
            if told.iter().any(|answer| answer != PASSWORD) {
                return Ok(Auth::reject());
            }
        }
        let Some(questions) = self.rounds.get(self.round) else { return Ok(Auth::Accept) };
        self.round += 1;
        let prompts: Vec<_> = questions.iter().map(|(text, echo)| (Cow::Borrowed(*text), *echo)).collect();
        Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() })
    }
}

async fn device(door: Door, methods: &[MethodKind], key: PrivateKey) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut preferred = russh::Preferred::DEFAULT;
    if key.algorithm().is_rsa() {
        preferred.key = Cow::Owned(vec![Algorithm::Rsa { hash: None }]);
    }
    let config = Arc::new(server::Config {
        methods: MethodSet::from(methods),
        keys: vec![key],
        auth_rejection_time: Duration::from_millis(10),
        auth_rejection_time_initial: Some(Duration::ZERO),
        preferred,
        ..server::Config::default()
    });
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (config, door) = (Arc::clone(&config), door.clone());
            tokio::spawn(async move {
                if let Ok(session) = server::run_stream(config, stream, door).await {
                    session.await.ok();
                }
            });
        }
    });
    address
}

fn ed25519() -> PrivateKey {
    PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap()
}

fn password(text: &str) -> Key {
    Key::SshPassword { user: "polyot".to_owned(), password: Secret::new(text) }
}

struct Outcome {
    result: Result<Connected, Error>,
    heard: Vec<String>,
    /// How many tries of the two are left.
    tries_left: usize,
}

async fn log_in(door: Door, methods: &[MethodKind], host_key: PrivateKey, keys: &[Key]) -> Outcome {
    let heard = Arc::clone(&door.heard);
    let target = device(door, methods, host_key).await;
    let timeouts = Timeouts { connect: CEILING, login: CEILING };
    let request = Request { target, keys, host_key: HostKeyPolicy::default(), compat: Compat::default(), timeouts };
    let guard = LoginGuard::new(Clock::fake(Timestamp::from_secs(1_800_000_000)));
    let id = DeviceId::from_bytes([7; 16]);
    let result = connect(&request, &mut guard.tries(id).unwrap()).await;
    // Wrong logins at a device of the same id until the guard says no.
    let target = device(Door::asking(&[]), &[MethodKind::Password], ed25519()).await;
    let probe = [password("wrong")];
    let mut tries_left = 0;
    while let Ok(mut tries) = guard.tries(id) {
        connect(&Request { target, keys: &probe, ..request.clone() }, &mut tries).await.unwrap_err();
        tries_left += 1;
    }
    let heard = heard.lock().unwrap().clone();
    Outcome { result, heard, tries_left }
}

const QUESTIONS: [MethodKind; 1] = [MethodKind::KeyboardInteractive];

#[tokio::test]
async fn a_single_hidden_question_or_one_for_a_password_is_answered() {
    let asked: [Rounds; 4] =
        [&[&[("Password: ", false)]], &[&[("Secret word?", false)]], &[&[("Your Password:", true)]], &[&[("Password:", false)], &[]]];
    for rounds in asked {
        let outcome = log_in(Door::asking(rounds), &QUESTIONS, ed25519(), &[password(PASSWORD)]).await;
        outcome.result.unwrap();
        assert_eq!((outcome.heard[0].as_str(), outcome.tries_left), ("answers right-horse", 2), "{rounds:?}");
    }
}

#[tokio::test]
async fn any_other_question_gets_no_answer() {
    let asked: [Rounds; 3] = [&[&[("One-time code: ", true)]], &[&[("Password: ", false), ("Code: ", false)]], &[&[("Username: ", true)]]];
    for rounds in asked {
        let outcome = log_in(Door::asking(rounds), &QUESTIONS, ed25519(), &[password(PASSWORD)]).await;
        let cause = outcome.result.unwrap_err();
        assert!(matches!(&cause, Error::LoginQuestion { question, .. } if question == rounds[0][0].0.trim()), "{cause}");
        assert_eq!((outcome.heard, outcome.tries_left), (vec![], 2), "{rounds:?}");
    }
}

#[tokio::test]
async fn a_wrong_answer_is_one_try_even_when_the_device_asks_again() {
    let again: Rounds = &[&[("Password: ", false)], &[("Password: ", false)]];
    let wrong = log_in(Door::asking(again), &QUESTIONS, ed25519(), &[password("wrong-horse")]).await;
    assert!(matches!(wrong.result.unwrap_err(), Error::LoginRefused { tried: 1, .. }));
    assert_eq!((wrong.heard, wrong.tries_left), (vec!["answers wrong-horse".to_owned()], 1));
    // The right password, and still it asks: a second answer would be a second try.
    let insists = log_in(Door::asking(again), &QUESTIONS, ed25519(), &[password(PASSWORD)]).await;
    assert!(matches!(insists.result.unwrap_err(), Error::LoginRefused { tried: 1, .. }));
    assert_eq!((insists.heard.len(), insists.tries_left), (1, 1));
}

#[tokio::test]
async fn a_device_that_asks_nobody_is_open() {
    let door = Door { is_open: true, ..Door::asking(&[]) };
    let outcome = log_in(door, &[MethodKind::None, MethodKind::Password], ed25519(), &[password(PASSWORD)]).await;
    outcome.result.unwrap();
    assert_eq!((outcome.heard, outcome.tries_left), (vec![], 2));
}

#[tokio::test]
async fn an_rsa_key_is_shown_with_the_signature_that_the_device_understands() {
    let rsa = PrivateKey::random(&mut safe_rng(), Algorithm::Rsa { hash: None }).unwrap();
    let text = rsa.to_openssh(russh::keys::ssh_key::LineEnding::LF).unwrap();
    let keys = [Key::SshKey { user: "polyot".to_owned(), key: Secret::new(text.as_str()) }];
    for (host_key, signature) in [(ed25519(), "key rsa-sha2-512"), (rsa, "key ssh-rsa")] {
        let outcome = log_in(Door::asking(&[]), &[MethodKind::PublicKey], host_key, &keys).await;
        outcome.result.unwrap();
        assert_eq!((outcome.heard, outcome.tries_left), (vec![signature.to_owned()], 2));
    }
}

#[tokio::test]
async fn after_a_device_has_hung_up_the_next_key_gets_a_new_connection() {
    let keys = [password("hang up"), password(PASSWORD)];
    let outcome = log_in(Door::asking(&[]), &[MethodKind::Password], ed25519(), &keys).await;
    let connected = outcome.result.unwrap();
    assert_eq!((connected.key, connected.refused), (1, 1));
    assert_eq!((outcome.heard.len(), outcome.tries_left), (2, 1));
}

#[tokio::test]
async fn no_secret_is_in_what_is_told() {
    let keys = [password("wrong-horse"), Key::SshKey { user: "x".to_owned(), key: Secret::new("-----BEGIN wrong-horse") }];
    let outcome = log_in(Door::asking(&[]), &[MethodKind::Password, MethodKind::PublicKey], ed25519(), &keys).await;
    let cause = outcome.result.unwrap_err();
    assert!(!format!("{cause} {cause:?} {keys:?}").contains("horse"));
}
