//! Tokens: 256 random bits for people to carry, their SHA-256 for us to keep.

use crate::error::AccessError;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::Secret;
use sha2::{Digest, Sha256};

const TOKEN_BYTES: usize = 32;

/// 256 random bits as base64url.
pub fn new_token() -> Result<Secret, AccessError> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; TOKEN_BYTES]);
    getrandom::fill(&mut *bytes).map_err(AccessError::Random)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(*bytes)))
}

/// How every token of the API begins, so that scanners of source code find one that was published by mistake.
pub const TOKEN_OPENS_WITH: &str = "pt_";

/// A token of the API, for programs.
pub fn new_api_token() -> Result<Secret, AccessError> {
    Ok(Secret::new(format!("{TOKEN_OPENS_WITH}{}", new_token()?.reveal())))
}

/// A secret to sign webhooks with, in the form of Standard Webhooks: `whsec_` and the base64 of 32 random bytes.
pub fn new_webhook_secret() -> Result<Secret, AccessError> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; TOKEN_BYTES]);
    getrandom::fill(&mut *bytes).map_err(AccessError::Random)?;
    Ok(Secret::new(format!("whsec_{}", STANDARD.encode(*bytes))))
}

/// What the database keeps of a token. A plain hash is enough: a token has 256 bits to guess.
pub fn hash_of_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
