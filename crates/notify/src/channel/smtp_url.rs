//! `smtp://user:password@host:port` read into settings. The address holds a password: it is never repeated in an error.

use model::{Problem, Secret};
use reqwest::Url;

/// Submission without TLS from the first byte (RFC 6409).
const SUBMISSION_PORT: u16 = 587;
/// Submission inside TLS (RFC 8314).
const SUBMISSIONS_PORT: u16 = 465;
/// Relay (RFC 5321).
const RELAY_PORT: u16 = 25;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// `smtp://host` without a login: a relay in our own network.
    Plain,
    /// `smtp://` with a login or with `?tls=required`: no STARTTLS, no mail.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Implicit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

/// Where mail goes. `Debug` shows no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    pub host: String,
    pub port: u16,
    pub protection: Protection,
    pub login: Option<Login>,
}

impl std::str::FromStr for SmtpUrl {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let bad = |what: &str| Problem::new("bad_smtp_url", format!("{what}; expected smtp://user:password@host:port or smtps://…"));
        let url = Url::parse(text.trim())
            .map_err(|_| bad("is not an address (a `/`, `#`, `?` or `@` in the password must be percent-encoded)"))?;
        let is_implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(bad("must begin with smtp:// or smtps://")),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(bad("has a path or a `#` (a `/` or `#` in the password must be percent-encoded)"));
        }
        let is_tls_asked = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(bad("has an unknown option; the only one is `?tls=required`")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| bad("has no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let login = match (percent_decoded(url.username()), url.password().map(percent_decoded)) {
            (Some(user), None) if user.is_empty() => None,
            (Some(user), Some(Some(password))) if !user.is_empty() => Some(Login { user, password: Secret::new(password) }),
            (Some(_), None) => return Err(bad("has a user but no password")),
            (Some(_), Some(Some(_))) => return Err(bad("has a password but no user")),
            _ => return Err(bad("has a login that is not percent-encoded UTF-8")),
        };
        let protection = match (is_implicit, login.is_some() || is_tls_asked) {
            (true, _) => Protection::Implicit,
            (false, true) => Protection::StartTls,
            (false, false) => Protection::Plain,
        };
        let usual = match protection {
            Protection::Implicit => SUBMISSIONS_PORT,
            Protection::StartTls => SUBMISSION_PORT,
            Protection::Plain => RELAY_PORT,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), protection, login })
    }
}

/// RFC 3986, 2.1. `None`: not UTF-8 after decoding, or a `%` without two digits.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_the_connection_is_protected() {
        use Protection::{Implicit, Plain, StartTls};
        for (text, host, port, protection, login) in [
            ("smtp://mail.example.org", "mail.example.org", 25, Plain, None),
            ("smtp://127.0.0.1:2525/", "127.0.0.1", 2525, Plain, None),
            ("smtp://[::1]:2525", "::1", 2525, Plain, None),
            ("smtp://mail.example.org?tls=required", "mail.example.org", 587, StartTls, None),
            ("smtp://post:open%2Fsesame%23@mail.example.org", "mail.example.org", 587, StartTls, Some(("post", "open/sesame#"))),
            ("smtp://ivan%40example.org:%D1%8F@mail:25", "mail", 25, StartTls, Some(("ivan@example.org", "я"))),
            ("smtps://post:pw@mail.example.org", "mail.example.org", 465, Implicit, Some(("post", "pw"))),
            ("smtps://mail.example.org:4465", "mail.example.org", 4465, Implicit, None),
        ] {
            let login = login.map(|(user, password)| Login { user: user.to_owned(), password: Secret::new(password) });
            assert_eq!(text.parse(), Ok(SmtpUrl { host: host.to_owned(), port, protection, login }), "{text}");
        }
    }

    #[test]
    fn a_bad_address_is_refused_without_repeating_its_password() {
        for text in [
            "",
            "mail.example.org",
            "http://user:hunter2@host",
            "smtp://",
            "smtp://user@host",
            "smtp://:hunter2@host",
            "smtp://user:hunter2@host/path",
            "smtp://user:hunter2#@host",
            "smtp://user:hunter2@host?tls=maybe",
            "smtp://user:hunter2%zz@host",
            "smtp://user:%ffhunter2@host",
            "smtp://user:hunter2@host:99999",
            "smtp://us er:hunter2/x@host",
        ] {
            let problem = text.parse::<SmtpUrl>().expect_err(text);
            assert!(!problem.to_string().contains("hunter2"), "{problem}");
            assert!(problem.to_string().contains("expected smtp://"), "{problem}");
        }
        let shown = format!("{:?}", "smtp://user:hunter2@host".parse::<SmtpUrl>().unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
