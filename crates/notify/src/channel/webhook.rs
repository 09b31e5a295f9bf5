//! Signed webhooks: one HTTP POST of JSON per message, signed by the scheme of Standard Webhooks (standardwebhooks.com, symmetric `v1`):
//! headers `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64 of HMAC-SHA256 over id.timestamp.body>`.
//!
//! Where it may go: only `http` and `https`, without login in the address; redirects are not followed, so nobody can send us on. A
//! client chooses the address, so with [`Reach::PublicOnly`] the centre cannot be made to talk to its own network: every address the name
//! resolves to is judged, at the moment of connecting. The default is [`Reach::Anywhere`], because an installation on the premises talks
//! to neighbours. The answer's text is never shown to the client who chose the address; it is kept, cut, for line 1.

use super::{ANSWER_CHARS_MAX, Delivered, Remedy, SendError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use model::{Problem, Secret, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, StatusCode, Url};
use sha2::Sha256;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first byte of the request to the last of the answer.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// What is read of an answer; the rest stays on the wire.
pub const ANSWER_SIZE_BYTES_MAX: usize = 4 * 1024;
pub const URL_LEN_MAX: usize = 2_000;
/// A receiver refuses a message whose timestamp is further away than this (Standard Webhooks suggests five minutes).
pub const TOLERANCE: Duration = Duration::from_secs(300);
const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a key (Standard Webhooks: 24 to 64).
pub const KEY_LEN_MIN: usize = 24;
pub const KEY_LEN_MAX: usize = 64;

/// Which addresses a webhook may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    #[default]
    Anywhere,
    /// Not to loopback, private, link-local, shared, multicast or reserved addresses.
    PublicOnly,
}

/// The key that signs, made from `whsec_<base64>`.
#[derive(Debug, Clone)]
pub struct SigningKey(Secret);

impl SigningKey {
    pub fn from_secret(secret: &Secret) -> Result<Self, Problem> {
        let key = Self(secret.clone());
        match key.bytes() {
            Some(bytes) if (KEY_LEN_MIN..=KEY_LEN_MAX).contains(&bytes.len()) => Ok(key),
            _ => Err(Problem::new("bad_webhook_secret", "is not `whsec_` and the base64 of 24 to 64 bytes")),
        }
    }

    /// The secret to show once, from random bytes.
    pub fn secret_of(random: &[u8; 32]) -> Secret {
        Secret::new(format!("{SECRET_PREFIX}{}", BASE64.encode(random)))
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        BASE64.decode(self.0.reveal().strip_prefix(SECRET_PREFIX)?).ok()
    }

    fn mac(&self, id: &str, at: Timestamp, body: &[u8]) -> Hmac<Sha256> {
        // An empty key cannot happen: `from_secret` checked it. HMAC takes a key of any length.
        let bytes = self.bytes().unwrap_or_default();
        let mut mac = Hmac::<Sha256>::new_from_slice(&bytes).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{}.", at.secs()).as_bytes());
        mac.update(body);
        mac
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        format!("v1,{}", BASE64.encode(self.mac(id, at, body).finalize().into_bytes()))
    }

    /// What a receiver does: one of the signatures fits and the timestamp is within [`TOLERANCE`] of `now`.
    pub fn verify(&self, id: &str, timestamp: &str, signatures: &str, body: &[u8], now: Timestamp) -> bool {
        let Ok(at) = timestamp.parse::<i64>().map(Timestamp::from_secs) else { return false };
        if now.since(at) > TOLERANCE || at.since(now) > TOLERANCE {
            return false;
        }
        signatures.split(' ').filter_map(|signature| BASE64.decode(signature.strip_prefix("v1,")?).ok()).any(|signature| {
            // Compares in constant time.
            self.mac(id, at, body).verify_slice(&signature).is_ok()
        })
    }
}

/// One message to one address.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    pub url: &'a str,
    /// `webhook-id`, the same at every repetition.
    pub id: &'a str,
    /// When it is sent, not when it was written: an old timestamp is refused.
    pub at: Timestamp,
    /// JSON.
    pub body: &'a [u8],
    pub key: &'a SigningKey,
}

pub struct Webhook {
    client: Client,
    reach: Reach,
    total: Duration,
}

impl Webhook {
    pub fn new(reach: Reach) -> Result<Self, SendError> {
        Self::with_timeout(reach, TOTAL_TIMEOUT)
    }

    pub fn with_timeout(reach: Reach, total: Duration) -> Result<Self, SendError> {
        // The process may have a provider already; then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(total))
            .timeout(total)
            .user_agent(concat!("polyot/", env!("CARGO_PKG_VERSION")));
        if reach == Reach::PublicOnly {
            // A proxy would resolve the name again, out of our sight.
            client = client.no_proxy().dns_resolver(Arc::new(PublicNames));
        }
        let client = client
            .build()
            .map_err(|error| SendError::new("start", "webhook", "the HTTP client cannot be built", Remedy::Operator).source(error))?;
        Ok(Self { client, reach, total })
    }

    pub async fn post(&self, post: &Post<'_>) -> Result<Delivered, SendError> {
        let (url, server) = self.checked(post.url)?;
        if post.id.is_empty() || !post.id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(SendError::new("post", &server, "the webhook-id holds other than printable ASCII", Remedy::None));
        }
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", post.id)
            .header("webhook-timestamp", post.at.secs().to_string())
            .header("webhook-signature", post.key.sign(post.id, post.at, post.body))
            .body(post.body.to_vec());
        let response = request.send().await.map_err(|error| self.not_answered(&server, error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(Delivered { proof: format!("HTTP {}", status.as_u16()) });
        }
        let answer = head_of(response).await;
        Err(SendError::new("post", &server, answer, remedy(status)).code(status.as_u16()))
    }

    /// The address and how it may be shown: without login, path and query, which may hold a token.
    fn checked(&self, text: &str) -> Result<(Url, String), SendError> {
        let refuse = |server: &str, why: &str| SendError::new("address", server, why, Remedy::None);
        let url = Some(text).filter(|text| text.len() <= URL_LEN_MAX).and_then(|text| Url::parse(text).ok());
        let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) else {
            return Err(refuse("(webhook)", "is not an http or https address"));
        };
        let host = url.host_str().unwrap_or_default();
        let server = format!("{}://{host}:{}", url.scheme(), url.port_or_known_default().unwrap_or(0));
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(&server, "holds a login; the signature is what proves who sends"));
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        if self.reach == Reach::PublicOnly && literal.is_some_and(|address| !is_public(address)) {
            return Err(refuse(&server, NOT_PUBLIC));
        }
        Ok((url, server))
    }

    fn not_answered(&self, server: &str, error: reqwest::Error) -> SendError {
        let error = error.without_url();
        if error.is_timeout() {
            let step = if error.is_connect() { "connect" } else { "post" };
            return SendError::new(step, server, format!("no answer within {} ms", self.total.as_millis()), Remedy::Wait).source(error);
        }
        let step = if error.is_connect() { "connect" } else { "post" };
        let deepest = std::iter::successors(Some(&error as &dyn std::error::Error), |layer| layer.source()).last();
        let answer = deepest.map(ToString::to_string).unwrap_or_default();
        SendError::new(step, server, answer, Remedy::Wait).source(error)
    }
}

/// 2xx is delivered. Of the rest only what may change by waiting is tried again: 408, 425, 429, the 5xx, a redirection for a while.
fn remedy(status: StatusCode) -> Remedy {
    match status.as_u16() {
        408 | 425 | 429 => Remedy::Wait,
        301 | 308 | 400..=499 => Remedy::None,
        _ => Remedy::Wait,
    }
}

/// The beginning of an answer. An answer that breaks off is what it is.
async fn head_of(mut response: Response) -> String {
    let mut head = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        head.extend_from_slice(&chunk[..chunk.len().min(ANSWER_SIZE_BYTES_MAX - head.len())]);
        if head.len() >= ANSWER_SIZE_BYTES_MAX {
            break;
        }
    }
    let text: String = String::from_utf8_lossy(&head).chars().take(ANSWER_CHARS_MAX).collect();
    if text.trim().is_empty() { "(no text)".to_owned() } else { text }
}

const NOT_PUBLIC: &str = "is not a public address, and this installation sends webhooks to public ones only";

/// Resolves names to public addresses only, so that a name which changes between a check and the connection gains nothing.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.filter(|found| is_public(found.ip())).collect();
            if found.is_empty() {
                return Err(NOT_PUBLIC.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Not one of the special addresses of the IANA registries (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!((a, b, c), (0, _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240..=255, _, _));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        // IPv4 in other clothes: mapped, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(embedded(high, low))
        }
        [0x2001, 0x0db8, ..] | [0x2001, 0..=0x1ff, ..] => false,
        // Global unicast as assigned by IANA; loopback, unique local, link-local and multicast lie outside.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_secret(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap()
    }

    #[test]
    fn the_published_example_of_the_scheme_comes_out() {
        let at = Timestamp::from_secs(1_614_265_330);
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(key().sign(id, at, body), signature);
        let verify = |id: &str, when: &str, signature: &str, body: &[u8], now: i64| {
            key().verify(id, when, signature, body, Timestamp::from_secs(now))
        };
        assert!(verify(id, "1614265330", signature, body, 1_614_265_330 + 299));
        assert!(verify(id, "1614265330", &format!("v1,AAAA v2,zzz {signature}"), body, 1_614_265_330));
        for (what, holds) in [
            ("other id", verify("msg_other", "1614265330", signature, body, 1_614_265_330)),
            ("other time", verify(id, "1614265331", signature, body, 1_614_265_330)),
            ("other body", verify(id, "1614265330", signature, b"{}", 1_614_265_330)),
            ("too old", verify(id, "1614265330", signature, body, 1_614_265_330 + 301)),
            ("from the future", verify(id, "1614265330", signature, body, 1_614_265_330 - 301)),
            ("no signature", verify(id, "1614265330", "", body, 1_614_265_330)),
            ("no time", verify(id, "soon", signature, body, 1_614_265_330)),
        ] {
            assert!(!holds, "{what}");
        }
    }

    #[test]
    fn a_secret_of_another_shape_is_refused_and_never_shown() {
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!", &format!("whsec_{}", "A".repeat(100))] {
            assert!(SigningKey::from_secret(&Secret::new(bad)).is_err(), "{bad}");
        }
        assert!(SigningKey::from_secret(&SigningKey::secret_of(&[7; 32])).is_ok());
        assert!(!format!("{:?}", key()).contains("MfKQ"));
    }

    #[test]
    fn a_public_address_is_none_of_the_special_ones() {
        for public in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }
}
