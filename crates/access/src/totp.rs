//! The second factor: time-based codes (RFC 6238: SHA-1, six digits, 30 s) and recovery codes. Nothing is stored here.

use crate::error::AccessError;
use model::Timestamp;
use qrcode::QrCode;
use qrcode::render::svg;
use std::fmt::Write as _;
use totp_rs::{Builder, Secret as Shared, Totp};
use zeroize::Zeroizing;

/// RFC 4226, 4: 160 bits are recommended.
pub(crate) const SECRET_BYTES: usize = 20;
const STEP_S: u64 = 30;
/// A code of the step before and of the next one is taken, too: clocks differ.
const SKEW_STEPS: u16 = 1;
const DIGITS: usize = 6;
pub const RECOVERY_CODES: usize = 10;
/// 50 bits each, in two groups.
const RECOVERY_CODE_CHARS: usize = 10;
const QR_PIXELS: u32 = 220;
/// RFC 4648, 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Without I, L, O, U, which people misread.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub(crate) fn new_secret() -> Result<Zeroizing<[u8; SECRET_BYTES]>, AccessError> {
    let mut bytes = Zeroizing::new([0_u8; SECRET_BYTES]);
    getrandom::fill(&mut *bytes).map_err(AccessError::Random)?;
    Ok(bytes)
}

fn totp(secret: [u8; SECRET_BYTES]) -> Option<Totp> {
    Builder::new().with_skew(SKEW_STEPS).with_step_duration(STEP_S).with_secret(Shared::new_stack(secret)).build().ok()
}

/// The time step that this code belongs to, if it is right about now.
pub(crate) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let totp = totp(secret.try_into().ok()?)?;
    let seconds = u64::try_from(now.secs()).ok()?;
    totp.check(code, seconds).and_then(|step| i64::try_from(step).ok())
}

/// What a person typed: six digits of his device, or a recovery code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    Device(Zeroizing<String>),
    Recovery(Zeroizing<String>),
    Neither,
}

pub(crate) fn read(code: &str) -> Typed {
    let bare: Zeroizing<String> = Zeroizing::new(code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect());
    if bare.len() == DIGITS && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Typed::Device(bare);
    }
    let bare: Zeroizing<String> = Zeroizing::new(bare.to_ascii_uppercase().replace('O', "0").replace(['I', 'L'], "1"));
    let is_code = bare.len() == RECOVERY_CODE_CHARS && bare.bytes().all(|byte| CROCKFORD.contains(&byte));
    if is_code { Typed::Recovery(bare) } else { Typed::Neither }
}

/// One recovery code as [`read`] gives it back.
pub(crate) fn new_recovery_code() -> Result<Zeroizing<String>, AccessError> {
    let mut bytes = Zeroizing::new([0_u8; RECOVERY_CODE_CHARS]);
    getrandom::fill(&mut *bytes).map_err(AccessError::Random)?;
    Ok(Zeroizing::new(bytes.iter().map(|byte| char::from(CROCKFORD[usize::from(byte & 31)])).collect()))
}

/// As it is shown: two groups.
pub(crate) fn grouped(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// For typing into a device that has no camera.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The de-facto "Key Uri Format" that authenticators read.
pub(crate) fn otpauth_url(issuer: &str, account: &str, secret: &str) -> String {
    let (issuer, account) = (percent(issuer), percent(account));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}")
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The picture of a text. `None`: it is too long for one.
pub(crate) fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1; its codes have eight digits, of which the last six are ours.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step_of(secret, code, Timestamp::from_secs(seconds)), Some(seconds / 30), "{seconds}");
            for near in [-30, 30] {
                assert_eq!(step_of(secret, code, Timestamp::from_secs(seconds + near)), Some(seconds / 30), "a clock that is {near} s off");
            }
            for far in [-60, 60] {
                assert_eq!(step_of(secret, code, Timestamp::from_secs(seconds + far)), None, "a clock that is {far} s off");
            }
        }
    }

    /// RFC 4648, 10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, encoded) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn what_people_type_is_understood() {
        assert_eq!(read(" 123 456 "), Typed::Device(Zeroizing::new("123456".into())));
        let code = new_recovery_code().unwrap();
        assert_eq!(read(&grouped(&code).to_lowercase()), Typed::Recovery(code));
        assert_eq!(read("ooooo-iiiil"), Typed::Recovery(Zeroizing::new("0000011111".into())));
        for nonsense in ["", "12345", "1234567", "abcdefghijk", "١٢٣٤٥٦", "UUUUU-UUUUU"] {
            assert_eq!(read(nonsense), Typed::Neither, "{nonsense}");
        }
    }

    #[test]
    fn the_address_for_authenticators_survives_any_name() {
        let url = otpauth_url("Связь & Co", "a+b@example.net", "ABC");
        assert!(url.starts_with("otpauth://totp/%D0%A1") && url.contains("%20%26%20Co:a%2Bb@example.net?secret=ABC&issuer="), "{url}");
        assert!(qr_svg(&url).unwrap().contains("<svg"));
    }
}
