//! Three rungs of algorithms, each with what the one above has and older ones after it. A device takes the first of ours that it knows, so a lower
//! rung never makes a modern device worse.

use russh::client::{Config, GexParams};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{Preferred, cipher, compression, kex, mac};
use std::borrow::Cow;
use std::fmt;

/// How old the algorithms are that a device needs. Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What is held to be safe today.
    Modern,
    /// SHA-1 in key exchange, host key or MAC; CBC ciphers.
    Legacy,
    /// A 1024-bit group or triple DES.
    Ancient,
}

impl Level {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::Legacy => "legacy",
            Self::Ancient => "ancient",
        }
    }
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Modern => Some(Self::Legacy),
            Self::Legacy => Some(Self::Ancient),
            Self::Ancient => None,
        }
    }
}
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl std::str::FromStr for Level {
    type Err = model::Problem;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "modern" => Ok(Self::Modern),
            "legacy" => Ok(Self::Legacy),
            "ancient" => Ok(Self::Ancient),
            _ => Err(model::Problem::new("bad_ssh_level", "is not a level of SSH algorithms; expected modern, legacy or ancient")),
        }
    }
}

/// What we may agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compat {
    /// Goes down the ladder while there is no common algorithm, from the level that is remembered for the device.
    Auto { start: Level },
    /// This level and what is newer, nothing older.
    Only(Level),
}

impl Default for Compat {
    fn default() -> Self {
        Self::Auto { start: Level::Modern }
    }
}
impl Compat {
    pub(super) const fn start(self) -> Level {
        match self {
            Self::Auto { start: level } | Self::Only(level) => level,
        }
    }
    pub(super) const fn below(self, level: Level) -> Option<Level> {
        match self {
            Self::Auto { .. } => level.next(),
            Self::Only(_) => None,
        }
    }
}

/// What was agreed, by the names of the registry (RFC 4253 and its successors).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Algorithms {
    pub kex: String,
    pub host_key: String,
    pub cipher: String,
    /// Nothing where the cipher authenticates by itself.
    pub mac: Option<String>,
}

impl Algorithms {
    pub(super) fn of(names: &russh::Names) -> Self {
        let cipher = names.cipher.as_ref().to_owned();
        let has_own_mac = cipher.contains("gcm") || cipher.contains("poly1305");
        Self {
            kex: names.kex.as_ref().to_owned(),
            host_key: names.key.as_str().to_owned(),
            mac: (!has_own_mac).then(|| names.client_mac.as_ref().to_owned()),
            cipher,
        }
    }
    /// The level that this agreement really needs, whatever was offered.
    pub fn level(&self) -> Level {
        let agreed = |names: &[&str]| {
            [Some(&self.kex), Some(&self.host_key), Some(&self.cipher), self.mac.as_ref()]
                .into_iter()
                .flatten()
                .any(|name| names.contains(&name.as_str()))
        };
        let names = |rung: &Rung| {
            let all = rung.kex.iter().map(kex::Name::as_ref);
            let all = all.chain(rung.cipher.iter().map(cipher::Name::as_ref)).chain(rung.mac.iter().map(mac::Name::as_ref));
            all.chain(rung.host_key.iter().map(Algorithm::as_str)).map(str::to_owned).collect::<Vec<_>>()
        };
        for (rung, level) in [(ANCIENT, Level::Ancient), (LEGACY, Level::Legacy)] {
            let owned = names(&rung);
            if agreed(&owned.iter().map(String::as_str).collect::<Vec<_>>()) {
                return level;
            }
        }
        Level::Modern
    }
}
impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.kex, self.host_key, self.cipher)?;
        match &self.mac {
            Some(mac) => write!(f, ", {mac}"),
            None => Ok(()),
        }
    }
}

struct Rung {
    kex: &'static [kex::Name],
    host_key: &'static [Algorithm],
    cipher: &'static [cipher::Name],
    mac: &'static [mac::Name],
}

const MODERN: Rung = Rung {
    kex: &[
        kex::MLKEM768X25519_SHA256,
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::ECDH_SHA2_NISTP256,
        kex::ECDH_SHA2_NISTP384,
        kex::ECDH_SHA2_NISTP521,
        kex::DH_GEX_SHA256,
        kex::DH_G16_SHA512,
        kex::DH_G14_SHA256,
        kex::DH_G15_SHA512,
        kex::DH_G17_SHA512,
        kex::DH_G18_SHA512,
    ],
    host_key: &[
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
        Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
        Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
    ],
    cipher: &[
        cipher::CHACHA20_POLY1305,
        cipher::AES_256_GCM,
        cipher::AES_128_GCM,
        cipher::AES_256_CTR,
        cipher::AES_192_CTR,
        cipher::AES_128_CTR,
    ],
    mac: &[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256],
};
const LEGACY: Rung = Rung {
    kex: &[kex::DH_G14_SHA1, kex::DH_GEX_SHA1],
    host_key: &[Algorithm::Rsa { hash: None }],
    cipher: &[cipher::AES_256_CBC, cipher::AES_192_CBC, cipher::AES_128_CBC],
    mac: &[mac::HMAC_SHA1_ETM, mac::HMAC_SHA1],
};
const ANCIENT: Rung = Rung { kex: &[kex::DH_G1_SHA1], host_key: &[], cipher: &[cipher::TRIPLE_DES_CBC], mac: &[] };
/// No algorithms but announcements: strict key exchange, and that we understand EXT_INFO (RFC 8308).
const EXTENSIONS: &[kex::Name] = &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

/// Smallest group of a group exchange, bits: the library refuses less.
const GEX_BITS_MIN: usize = 2_048;
const GEX_BITS_MAX: usize = 8_192;

pub(super) fn config(level: Level) -> Config {
    let rungs: &[Rung] = match level {
        Level::Modern => &[MODERN],
        Level::Legacy => &[MODERN, LEGACY],
        Level::Ancient => &[MODERN, LEGACY, ANCIENT],
    };
    // Old devices compute a large group for half a minute.
    let wanted_bits = if level == Level::Modern { 4_096 } else { GEX_BITS_MIN };
    let kex = rungs.iter().flat_map(|rung| rung.kex).chain(EXTENSIONS).copied().collect();
    Config {
        client_id: russh::SshId::Standard(Cow::Borrowed("SSH-2.0-Polyot")),
        preferred: Preferred {
            kex: Cow::Owned(kex),
            key: Cow::Owned(rungs.iter().flat_map(|rung| rung.host_key).cloned().collect()),
            host_key_certificates: Cow::Borrowed(&[]),
            cipher: Cow::Owned(rungs.iter().flat_map(|rung| rung.cipher).copied().collect()),
            mac: Cow::Owned(rungs.iter().flat_map(|rung| rung.mac).copied().collect()),
            // A device's processor is slower than its line.
            compression: Cow::Borrowed(&[compression::NONE]),
        },
        gex: GexParams::new(GEX_BITS_MIN, wanted_bits, GEX_BITS_MAX).unwrap_or_default(),
        window_size: super::WINDOW_BYTES,
        channel_buffer_size: super::CHANNEL_MESSAGES_MAX,
        inactivity_timeout: Some(super::INACTIVITY_MAX),
        nodelay: true,
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kex: &str, host_key: &str, cipher: &str, mac: Option<&str>, expected: Level) {
        let agreed = Algorithms { kex: kex.into(), host_key: host_key.into(), cipher: cipher.into(), mac: mac.map(str::to_owned) };
        assert_eq!(agreed.level(), expected, "{agreed}");
    }

    #[test]
    fn the_level_told_is_that_of_the_oldest_algorithm_agreed() {
        check("curve25519-sha256", "ssh-ed25519", "chacha20-poly1305@openssh.com", None, Level::Modern);
        check("curve25519-sha256", "ssh-rsa", "aes256-ctr", Some("hmac-sha2-256"), Level::Legacy);
        check("curve25519-sha256", "ssh-ed25519", "aes256-ctr", Some("hmac-sha1"), Level::Legacy);
        check("diffie-hellman-group14-sha1", "ssh-rsa", "3des-cbc", Some("hmac-sha1"), Level::Ancient);
        check("diffie-hellman-group1-sha1", "ssh-rsa", "aes128-cbc", Some("hmac-sha1"), Level::Ancient);
    }

    #[test]
    fn a_rung_offers_what_is_newer_first_and_modern_offers_nothing_old() {
        let modern = config(Level::Modern).preferred;
        let ancient = config(Level::Ancient).preferred;
        assert!(!modern.key.contains(&Algorithm::Rsa { hash: None }));
        assert!(!modern.kex.contains(&kex::DH_G14_SHA1) && !modern.cipher.contains(&cipher::AES_128_CBC));
        assert_eq!(modern.cipher[..], ancient.cipher[..modern.cipher.len()]);
        assert_eq!(ancient.cipher.last(), Some(&cipher::TRIPLE_DES_CBC));
    }
}
