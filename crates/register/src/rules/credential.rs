//! From what a person typed to a key, or to every field that is missing, too much or wrong.

use crate::checks::Checks;
use model::credential::{CredentialKind, Key};
use model::{Problem, Secret};

/// What was given, by field of the API.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub community: Option<Secret>,
    pub user: Option<String>,
    pub auth: Option<String>,
    pub auth_password: Option<Secret>,
    pub privacy: Option<String>,
    pub priv_password: Option<Secret>,
    pub password: Option<Secret>,
    pub key: Option<Secret>,
}

/// RFC 3414, 11.2: shorter pass phrases are refused by agents.
const USM_PASSWORD_CHARS_MIN: usize = 8;
/// Longest secret: an SSH key of 16 kbit in PEM is about this long.
const SECRET_BYTES_MAX: usize = 16_384;
/// RFC 3414, 5: usmUserName is 1 to 32 octets; user names of SSH are longer at times.
const USER_BYTES_MAX: usize = 128;

pub(crate) fn checked_key(kind: CredentialKind, parts: Parts) -> (Option<Key>, Checks) {
    let mut checks = Checks::default();
    refuse_strangers(kind, &parts, &mut checks);
    let key = match kind {
        CredentialKind::SnmpV2c => secret(&mut checks, "community", parts.community, 1).map(|community| Key::SnmpV2c { community }),
        CredentialKind::SnmpV3 => v3(&mut checks, parts),
        CredentialKind::Ssh => ssh(&mut checks, parts),
        CredentialKind::Enable => secret(&mut checks, "password", parts.password, 1).map(|password| Key::Enable { password }),
    };
    (key, checks)
}

fn v3(checks: &mut Checks, parts: Parts) -> Option<Key> {
    let user = user(checks, parts.user);
    let auth = checks.take("auth", parts.auth.as_deref().ok_or_else(required).and_then(str::parse));
    let auth_password = secret(checks, "auth_password", parts.auth_password, USM_PASSWORD_CHARS_MIN);
    let privacy = checks.take("priv", parts.privacy.as_deref().ok_or_else(required).and_then(str::parse));
    let priv_password = secret(checks, "priv_password", parts.priv_password, USM_PASSWORD_CHARS_MIN);
    Some(Key::SnmpV3 { user: user?, auth: auth?, auth_password: auth_password?, privacy: privacy?, priv_password: priv_password? })
}

fn ssh(checks: &mut Checks, parts: Parts) -> Option<Key> {
    let user = user(checks, parts.user);
    match (parts.password, parts.key) {
        (Some(_), Some(_)) => {
            checks.add(Problem::new("not_both", "give either `password` or `key`, not both").at("key"));
            None
        }
        (None, key @ Some(_)) => secret(checks, "key", key, 1).and_then(|key| Some(Key::SshKey { user: user?, key })),
        (password, None) => secret(checks, "password", password, 1).and_then(|password| Some(Key::SshPassword { user: user?, password })),
    }
}

fn required() -> Problem {
    Problem::new("required", "is required for this kind of credential")
}

fn user(checks: &mut Checks, user: Option<String>) -> Option<String> {
    let checked = user.ok_or_else(required).and_then(|user| model::problem::checked_name(&user, USER_BYTES_MAX));
    checks.take("user", checked)
}

fn secret(checks: &mut Checks, field: &'static str, secret: Option<Secret>, chars_min: usize) -> Option<Secret> {
    let checked = secret.ok_or_else(required).and_then(|secret| {
        let text = secret.reveal();
        if text.is_empty() {
            Err(Problem::new("required", "must not be empty"))
        } else if text.chars().count() < chars_min {
            Err(Problem::new("too_short", format!("has less than {chars_min} characters, which agents refuse (RFC 3414, 11.2)")))
        } else if text.len() > SECRET_BYTES_MAX {
            Err(Problem::new("too_long", format!("is longer than {SECRET_BYTES_MAX} bytes")))
        } else {
            Ok(secret)
        }
    });
    checks.take(field, checked)
}

/// A field of another kind is a mistake, not something to drop in silence.
fn refuse_strangers(kind: CredentialKind, parts: &Parts, checks: &mut Checks) {
    use CredentialKind::{Enable, SnmpV2c, SnmpV3, Ssh};
    let given: [(&str, bool, &[CredentialKind]); 8] = [
        ("community", parts.community.is_some(), &[SnmpV2c]),
        ("user", parts.user.is_some(), &[SnmpV3, Ssh]),
        ("auth", parts.auth.is_some(), &[SnmpV3]),
        ("auth_password", parts.auth_password.is_some(), &[SnmpV3]),
        ("priv", parts.privacy.is_some(), &[SnmpV3]),
        ("priv_password", parts.priv_password.is_some(), &[SnmpV3]),
        ("password", parts.password.is_some(), &[Ssh, Enable]),
        ("key", parts.key.is_some(), &[Ssh]),
    ];
    for (field, _, _) in given.iter().filter(|(_, is_given, kinds)| *is_given && !kinds.contains(&kind)) {
        checks.add(Problem::new("not_allowed", format!("does not belong to a credential of kind {kind}")).at(*field));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(text: &str) -> Option<Secret> {
        Some(Secret::new(text))
    }
    fn t(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn check(kind: CredentialKind, parts: Parts, picture: &str) {
        let (key, checks) = checked_key(kind, parts);
        let problems: Vec<String> = checks.problems().iter().map(|problem| format!("{}={}", problem.field, problem.problem.code)).collect();
        let seen = if problems.is_empty() { key.map_or("nothing", |_| "key").to_owned() } else { problems.join(" ") };
        assert_eq!(seen, picture, "{kind}");
    }

    #[test]
    fn every_field_that_is_missing_wrong_or_foreign_is_named() {
        use CredentialKind::{SnmpV2c, SnmpV3, Ssh};
        check(SnmpV2c, Parts { community: s("public"), ..Parts::default() }, "key");
        check(SnmpV2c, Parts::default(), "community=required");
        check(SnmpV2c, Parts { community: s(""), password: s("x"), ..Parts::default() }, "password=not_allowed community=required");
        let v3 = Parts {
            user: t("u"),
            auth: t("sha256"),
            auth_password: s("12345678"),
            privacy: t("aes128"),
            priv_password: s("12345678"),
            ..Parts::default()
        };
        check(SnmpV3, v3.clone(), "key");
        check(SnmpV3, Parts { auth: t("rot13"), priv_password: s("short"), ..v3.clone() }, "auth=unknown_word priv_password=too_short");
        check(SnmpV3, Parts::default(), "user=required auth=required auth_password=required priv=required priv_password=required");
        check(SnmpV3, Parts { key: s("x"), community: s("c"), ..v3 }, "community=not_allowed key=not_allowed");
        check(Ssh, Parts { user: t("u"), password: s("x"), ..Parts::default() }, "key");
        check(Ssh, Parts { user: t("u"), key: s("x"), ..Parts::default() }, "key");
        check(Ssh, Parts { user: t("u"), password: s("x"), key: s("x"), ..Parts::default() }, "key=not_both");
        check(Ssh, Parts::default(), "user=required password=required");
        check(
            Ssh,
            Parts { user: t("u\n2"), password: s(&"x".repeat(SECRET_BYTES_MAX + 1)), ..Parts::default() },
            "user=control_character password=too_long",
        );
    }
}
