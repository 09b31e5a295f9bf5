//! Who asks: a bearer token, or the session cookie; with a cookie every write must carry the token against CSRF.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use access::{Caller, Origin, TOKEN_OPENS_WITH, Via};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use model::person::TokenAccess;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(crate) const COOKIE: &str = "polyot_session";
const CSRF: &str = "x-csrf-token";

/// The person behind this request. Having one in a handler's arguments is what makes an address need a login.
pub(crate) struct Who(pub Caller);

impl std::ops::Deref for Who {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl FromRequestParts<App> for Who {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let nobody = || ApiError::Unauthenticated { detail: "Log in first: POST /api/v1/sessions.".into() };
        let (token, is_cookie) = match (bearer(&parts.headers), cookie(&parts.headers)) {
            (Some(token), _) => (token, false),
            (None, Some(token)) => (token, true),
            (None, None) => return Err(nobody()),
        };
        // A cookie comes without being asked for; a token of the API is only ever sent on purpose.
        if is_cookie && token.starts_with(TOKEN_OPENS_WITH) {
            return Err(nobody());
        }
        let caller = app.access.caller(&token, peer(parts)).await?.ok_or_else(nobody)?;
        if matches!(caller.via, Via::Token { access: TokenAccess::Read, .. }) && !parts.method.is_safe() {
            return Err(ApiError::Forbidden { detail: "This token may only read; make one with access `write` for this.".into() });
        }
        if is_cookie && !parts.method.is_safe() && !is_csrf_right(&parts.headers, &caller.csrf) {
            return Err(ApiError::Csrf);
        }
        Ok(Self(caller))
    }
}

/// The person himself, logged in: what opens more than a token may is not for programs.
pub(crate) struct InPerson(pub Caller);

impl FromRequestParts<App> for InPerson {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Who(caller) = Who::from_request_parts(parts, app).await?;
        if !caller.is_in_person() {
            return Err(ApiError::Forbidden { detail: "A token cannot do this; log in yourself.".into() });
        }
        Ok(Self(caller))
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// Compared without telling by the time how much of it was right.
fn is_csrf_right(headers: &HeaderMap, expected: &str) -> bool {
    let given = headers.get(CSRF).map_or(&[][..], HeaderValue::as_bytes);
    given.len() == expected.len() && given.iter().zip(expected.as_bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// The cookie that opens a session for a browser, or ends it when `token` is empty.
pub(crate) fn set_cookie(token: &str, is_https: bool) -> HeaderValue {
    let age_s = if token.is_empty() { 0 } else { access::SESSION_LENGTH.as_secs() };
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}");
    HeaderValue::from_str(&text).expect("a base64url token and ASCII attributes make a header")
}

/// The address at the other end of the connection: what failed logins are counted by.
fn peer(parts: &Parts) -> IpAddr {
    // Without connect info (an in-process router of a test) all come from one place.
    let known = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    known.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// That address and what the program calls itself, for the list of sessions.
pub(crate) struct FromWhere(pub Origin);

impl FromRequestParts<App> for FromWhere {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        let agent = parts.headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Ok(Self(Origin::new(peer(parts), &agent.unwrap_or_default())))
    }
}

/// The address alone.
pub(crate) struct Peer(pub IpAddr);

impl FromRequestParts<App> for Peer {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        Ok(Self(peer(parts)))
    }
}
