//! One key, one try: password, keyboard-interactive or private key, whichever the device offers.

use super::connect::{Dialled, Request};
use super::guard::Tries;
use super::{Error, quote};
use model::Secret;
use model::credential::Key;
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, decode_secret_key};
use russh::{MethodKind, MethodSet};
use std::fmt;
use std::sync::Arc;

/// Rounds of questions in one keyboard-interactive login; some devices ask an empty one at the end.
const ROUNDS_MAX: usize = 4;

/// What the device accepts next.
#[derive(Debug)]
pub(super) struct Methods(MethodSet);

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(<&str>::from).collect();
        f.write_str(if names.is_empty() { "no login at all" } else { "" })?;
        f.write_str(&names.join(", "))
    }
}

pub(super) enum Asked {
    /// No credential is needed.
    Open,
    Methods(Methods),
}

pub(super) enum Outcome {
    Open,
    Refused,
    /// The device does not take this kind of key; no try was spent.
    NotOffered,
    NoTryLeft,
}

/// Who logs in with this key; nothing for keys of other protocols.
pub(super) fn user(key: &Key) -> Option<&str> {
    match key {
        Key::SshPassword { user, .. } | Key::SshKey { user, .. } => Some(user),
        Key::SnmpV2c { .. } | Key::SnmpV3 { .. } | Key::Enable { .. } => None,
    }
}

/// The request "none" (RFC 4252, 5.2): it is no try, and OpenSSH's client asks it too.
pub(super) async fn ask_methods(dialled: &mut Dialled, request: &Request<'_>, user: &str) -> Result<Asked, Error> {
    let answer = within(request, dialled.handle.authenticate_none(user)).await?;
    Ok(match answer {
        AuthResult::Success => Asked::Open,
        AuthResult::Failure { remaining_methods, .. } if !remaining_methods.is_empty() => Asked::Methods(Methods(remaining_methods)),
        AuthResult::Failure { .. } => {
            let detail = dialled.seen().farewell();
            return Err(Error::Lost { target: request.target, during: "asking how to log in", detail });
        }
    })
}

/// Spends one try at most. What the device accepts afterwards is written into `methods`.
pub(super) async fn attempt(
    dialled: &mut Dialled,
    request: &Request<'_>,
    key: &Key,
    methods: &mut Methods,
    tries: &mut Tries,
) -> Result<Outcome, Error> {
    let offers = |method: MethodKind| methods.0.contains(&method);
    let way = match key {
        Key::SshPassword { user, password } if offers(MethodKind::Password) => Way::Password(user, password),
        Key::SshPassword { user, password } if offers(MethodKind::KeyboardInteractive) => Way::Questions(user, password),
        Key::SshKey { user, key } if offers(MethodKind::PublicKey) => Way::Key(user, unlock(dialled, request, key).await?),
        _ => return Ok(Outcome::NotOffered),
    };
    let Some(spent) = tries.take() else { return Ok(Outcome::NoTryLeft) };
    let answer = match way {
        Way::Password(user, password) => within(request, dialled.handle.authenticate_password(user, password.reveal())).await?,
        Way::Key(user, key) => within(request, dialled.handle.authenticate_publickey(user, key)).await?,
        Way::Questions(user, password) => match questions(dialled, request, user, password).await {
            Err(cause @ Error::LoginQuestion { .. }) => {
                // The password was not said, so the device has nothing to count.
                tries.give_back(spent);
                return Err(cause);
            }
            // The device names this way and then refuses it without a question: it has nothing to count either.
            Ok((AuthResult::Failure { remaining_methods, .. }, Told::Nothing)) if !remaining_methods.is_empty() => {
                tries.give_back(spent);
                return Ok(Outcome::NotOffered);
            }
            answer => answer?.0,
        },
    };
    match answer {
        AuthResult::Success => {
            tries.give_back(spent);
            Ok(Outcome::Open)
        }
        AuthResult::Failure { partial_success: true, remaining_methods } => {
            tries.give_back(spent);
            *methods = Methods(remaining_methods);
            Ok(Outcome::NotOffered)
        }
        AuthResult::Failure { remaining_methods, .. } => {
            // An empty list also means that the device hung up; then the next key gets a new connection.
            if !remaining_methods.is_empty() {
                *methods = Methods(remaining_methods);
            }
            Ok(Outcome::Refused)
        }
    }
}

enum Way<'a> {
    Password(&'a str, &'a Secret),
    Questions(&'a str, &'a Secret),
    Key(&'a str, PrivateKeyWithHashAlg),
}

async fn unlock(dialled: &Dialled, request: &Request<'_>, key: &Secret) -> Result<PrivateKeyWithHashAlg, Error> {
    // The library's words could quote the key, so they are not passed on.
    let read = decode_secret_key(key.reveal(), None)
        .map_err(|_| Error::Credential { detail: "the private key is no OpenSSH or PEM key without a passphrase".to_owned() })?;
    let hash = if read.algorithm().is_rsa() {
        let told = within(request, dialled.handle.best_supported_rsa_hash()).await?;
        // Who says nothing (RFC 8308) is old when he is old in the rest too.
        told.unwrap_or_else(|| (!dialled.seen().signs_with_sha1()).then_some(HashAlg::Sha256))
    } else {
        None
    };
    Ok(PrivateKeyWithHashAlg::new(Arc::new(read), hash))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Password,
}

async fn questions(dialled: &mut Dialled, request: &Request<'_>, user: &str, password: &Secret) -> Result<(AuthResult, Told), Error> {
    let mut answer = within(request, dialled.handle.authenticate_keyboard_interactive_start(user, None)).await?;
    let mut told = Told::Nothing;
    for _ in 0..ROUNDS_MAX {
        let prompts = match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok((AuthResult::Success, told)),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                return Ok((AuthResult::Failure { remaining_methods, partial_success }, told));
            }
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
        };
        let replies = match prompts.as_slice() {
            [] => Vec::new(),
            // Asked a second time: it was wrong, and this would be another try.
            [only] if is_password(only) && told == Told::Password => break,
            [only] if is_password(only) => {
                told = Told::Password;
                vec![password.reveal().to_owned()]
            }
            [first, ..] => return Err(Error::LoginQuestion { target: request.target, question: quote(&first.prompt) }),
        };
        answer = within(request, dialled.handle.authenticate_keyboard_interactive_respond(replies)).await?;
    }
    Ok((AuthResult::Failure { remaining_methods: MethodSet::empty(), partial_success: false }, told))
}

/// A hidden question, or one that names a password.
fn is_password(prompt: &Prompt) -> bool {
    let text = prompt.prompt.to_lowercase();
    !prompt.echo || text.contains("password") || text.contains("пароль")
}

async fn within<T>(request: &Request<'_>, step: impl Future<Output = Result<T, russh::Error>>) -> Result<T, Error> {
    let (target, waited) = (request.target, request.timeouts.login);
    match tokio::time::timeout(waited, step).await {
        Err(_) => Err(Error::Silent { target, during: "logging in", waited }),
        Ok(Err(cause)) => Err(Error::Lost { target, during: "logging in", detail: quote(&cause.to_string()) }),
        Ok(Ok(answer)) => Ok(answer),
    }
}
