//! Who watches the watcher: a signed sign of life to a receiver outside (`polyot watchdog`), which mails when it stops.
//!
//! The body holds the provider's id, the version, the time and whether the loop is alive: nothing of a client. A cold installation sends
//! none, so that a copy never passes for the one that died.

pub mod receive;
pub mod rules;
pub mod send;

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt::Write as _;

pub const TIMESTAMP: &str = "polyot-timestamp";
pub const SIGNATURE: &str = "polyot-signature";
const SCHEME: &str = "v1=";
/// A shorter secret could be guessed by whoever saw one sign of life.
pub const SECRET_CHARS_MIN: usize = 24;
pub const INTERVAL_S_MIN: u32 = 1;
pub const INTERVAL_S_MAX: u32 = 3_600;
pub const INTERVAL_S_DEFAULT: u32 = 30;

/// One sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    pub installation: String,
    pub version: String,
    pub sent_at: Timestamp,
    /// When the next one may be expected.
    pub interval_s: u32,
    /// Whether somebody watches the network.
    pub is_alive: bool,
    pub collector_seen_at: Option<Timestamp>,
    pub notice_sent_at: Option<Timestamp>,
}

fn mac(secret: &Secret, timestamp_ms: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{timestamp_ms}.").as_bytes());
    mac.update(body);
    mac
}

/// `v1=` and the hex of HMAC-SHA256 over `timestamp.body`.
pub fn signature(secret: &Secret, timestamp_ms: i64, body: &[u8]) -> String {
    mac(secret, timestamp_ms, body).finalize().into_bytes().iter().fold(SCHEME.to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compared in a time that tells nothing.
pub fn is_signed(secret: &Secret, timestamp_ms: i64, body: &[u8], given: &str) -> bool {
    let hex = given.strip_prefix(SCHEME).unwrap_or_default();
    let bytes: Option<Vec<u8>> =
        hex.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).ok().and_then(|two| u8::from_str_radix(two, 16).ok())).collect();
    bytes.is_some_and(|bytes| mac(secret, timestamp_ms, body).verify_slice(&bytes).is_ok())
}

pub fn checked_secret(text: &str) -> Result<Secret, String> {
    let text = text.trim();
    if text.chars().count() < SECRET_CHARS_MIN {
        return Err(format!("the secret has less than {SECRET_CHARS_MIN} characters; make one with `openssl rand -hex 32`"));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_one_secret_one_time_and_one_body() {
        let (secret, other) = (Secret::new("a secret of the watchdog"), Secret::new("another secret of a dog!"));
        let signed = signature(&secret, 5, b"body");
        assert!(is_signed(&secret, 5, b"body", &signed));
        for (secret, at, body, given) in [
            (&other, 5, &b"body"[..], signed.as_str()),
            (&secret, 6, b"body", &signed),
            (&secret, 5, b"bodY", &signed),
            (&secret, 5, b"body", &signed[..signed.len() - 2]),
            (&secret, 5, b"body", "v1="),
            (&secret, 5, b"body", ""),
            (&secret, 5, b"body", "v1=zz"),
            (&secret, 5, b"body", &signed[3..]),
        ] {
            assert!(!is_signed(secret, at, body, given), "{given}");
        }
    }
}
