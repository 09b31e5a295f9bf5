//! The vault: what opens devices lies sealed in the database (XChaCha20-Poly1305), the master key in a file beside it.
//!
//! A sealed text is `version (1) · key id (4) · nonce (24) · ciphertext and tag`; the row's id and the purpose are authenticated
//! with it, so a sealed text moved to another row or column does not open. Backups: database and key file belong together.

use crate::error::VaultError;
use crate::sealed_key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::credential::Key;
use model::{ContactId, CredentialId, Secret};
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
pub(crate) const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;
const FILE_OPENS_WITH: &str = "polyot-master-key-1 ";
/// Only the owner may read or write the key file.
const MODE_PRIVATE: u32 = 0o600;
const MODE_OTHERS: u32 = 0o077;

/// What a sealed text is for: a secret of one kind never passes as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Credential,
    WebhookSecret,
    /// The secret of a person's second factor.
    SecondFactor,
    /// An answer kept for a repeated request.
    Answer,
    /// The answer of a collector to a task.
    TaskAnswer,
    /// The whole text of a configuration.
    Config,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Credential => b"credential",
            Self::WebhookSecret => b"webhook_secret",
            Self::SecondFactor => b"second_factor",
            Self::Answer => b"answer",
            Self::TaskAnswer => b"task_answer",
            Self::Config => b"config",
        }
    }
}

pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
    /// For [`Vault::fingerprint`], derived from the master key.
    fingerprint_key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", shown(&self.key_id))
    }
}

impl Vault {
    /// Reads the master key, or makes one when there is no file yet.
    pub fn open_or_create(path: &Path) -> Result<Self, VaultError> {
        match std::fs::metadata(path) {
            Ok(found) => {
                let mode = found.permissions().mode() & 0o777;
                if mode & MODE_OTHERS != 0 {
                    return Err(VaultError::Readable { path: path.to_owned(), mode });
                }
                Self::read(path)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => match Self::create(path) {
                // Another centre was quicker: its key is the key.
                Err(VaultError::File { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => Self::read(path),
                made => made,
            },
            Err(source) => Err(VaultError::File { action: "look at", path: path.to_owned(), source }),
        }
    }

    /// Opens the key that is there; makes none.
    pub fn open_existing(path: &Path) -> Result<Self, VaultError> {
        let found = std::fs::metadata(path).map_err(|source| VaultError::File { action: "look at", path: path.to_owned(), source })?;
        let mode = found.permissions().mode() & 0o777;
        if mode & MODE_OTHERS != 0 {
            return Err(VaultError::Readable { path: path.to_owned(), mode });
        }
        Self::read(path)
    }

    fn read(path: &Path) -> Result<Self, VaultError> {
        let key = read_key(path)?;
        Ok(Self::with_key(&key))
    }

    fn create(path: &Path) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
        getrandom::fill(&mut *key).map_err(VaultError::Random)?;
        write_key(path, &key)?;
        Ok(Self::with_key(&key))
    }

    fn with_key(key: &[u8; KEY_BYTES]) -> Self {
        let fingerprint_key = Zeroizing::new(mac(key, b"polyot fingerprint"));
        Self { cipher: XChaCha20Poly1305::new(&(*key).into()), key_id: key_id(key), fingerprint_key }
    }

    /// Names the master key without telling it: what stands in errors, backups and on the recovery sheet.
    pub fn key_id(&self) -> String {
        shown(&self.key_id)
    }

    /// Whether this key sealed it; the text itself stays closed.
    pub fn has_sealed(&self, sealed: &[u8]) -> bool {
        sealed.get(1..=KEY_ID_BYTES) == Some(&self.key_id[..])
    }

    /// Seals bytes for one row and one purpose.
    pub fn seal(&self, purpose: Purpose, row: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(VaultError::Random)?;
        let aad = associated(purpose, row);
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad }).map_err(|_| VaultError::Damaged)?;
        let mut out = Vec::with_capacity(HEADER_BYTES + sealed.len());
        out.push(FORMAT);
        out.extend_from_slice(&self.key_id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    pub fn open(&self, purpose: Purpose, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (format, rest) = sealed.split_first().ok_or(VaultError::Damaged)?;
        if *format != FORMAT {
            return Err(VaultError::Format { found: *format, known: FORMAT });
        }
        let (key_id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(VaultError::Damaged)?;
        if *key_id != self.key_id {
            return Err(VaultError::OtherKey { found: shown(key_id), held: shown(&self.key_id) });
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Damaged)?;
        let aad = associated(purpose, row);
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &aad }).map_err(|_| VaultError::Damaged)?;
        Ok(Zeroizing::new(plain))
    }

    pub fn seal_key(&self, id: CredentialId, key: &Key) -> Result<Vec<u8>, VaultError> {
        self.seal(Purpose::Credential, id.bytes(), &sealed_key::to_bytes(key))
    }

    pub fn open_key(&self, id: CredentialId, sealed: &[u8]) -> Result<Key, VaultError> {
        sealed_key::from_bytes(&self.open(Purpose::Credential, id.bytes(), sealed)?)
    }

    pub fn seal_webhook_secret(&self, id: ContactId, secret: &Secret) -> Result<Vec<u8>, VaultError> {
        self.seal(Purpose::WebhookSecret, id.bytes(), secret.reveal().as_bytes())
    }

    pub fn open_webhook_secret(&self, id: ContactId, sealed: &[u8]) -> Result<Secret, VaultError> {
        let plain = self.open(Purpose::WebhookSecret, id.bytes(), sealed)?;
        std::str::from_utf8(&plain).map(Secret::new).map_err(|_| VaultError::Damaged)
    }

    /// Tells two texts apart without giving away what is in them, even to somebody who guesses: keyed with the master key.
    pub fn fingerprint(&self, bytes: &[u8]) -> Vec<u8> {
        mac(&self.fingerprint_key, bytes)
    }
}

pub(crate) fn key_id(key: &[u8; KEY_BYTES]) -> [u8; KEY_ID_BYTES] {
    let mut named = Sha256::new();
    named.update(b"polyot key id");
    named.update(key);
    let mut id = [0; KEY_ID_BYTES];
    id.copy_from_slice(&named.finalize()[..KEY_ID_BYTES]);
    id
}

pub(crate) fn read_key(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let failed = |source| VaultError::File { action: "read", path: path.to_owned(), source };
    let text = Zeroizing::new(std::fs::read(path).map_err(failed)?);
    let not_a_key = || VaultError::NotAKey { path: path.to_owned() };
    let encoded = std::str::from_utf8(&text).ok().and_then(|text| text.trim().strip_prefix(FILE_OPENS_WITH)).ok_or_else(not_a_key)?;
    let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| not_a_key())?);
    let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| not_a_key())?;
    Ok(Zeroizing::new(key))
}

/// Never over an existing file.
pub(crate) fn write_key(path: &Path, key: &[u8; KEY_BYTES]) -> Result<(), VaultError> {
    let failed = |source| VaultError::File { action: "create", path: path.to_owned(), source };
    let text = Zeroizing::new(format!("{FILE_OPENS_WITH}{}\n", STANDARD.encode(key)));
    // Written beside and linked into place: nobody ever reads half a key, and an existing one is never overwritten.
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = Path::new(&beside);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(MODE_PRIVATE).open(beside).map_err(failed)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| std::fs::hard_link(beside, path));
    let removed = std::fs::remove_file(beside);
    written.and(removed).map_err(failed)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

fn mac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

/// The purpose ends with a zero byte, so that no purpose and row read like another pair.
fn associated(purpose: Purpose, row: &[u8]) -> Vec<u8> {
    [purpose.word(), b"\0", row].concat()
}

pub(crate) fn shown(key_id: &[u8]) -> String {
    key_id.iter().map(|byte| format!("{byte:02x}")).collect()
}
