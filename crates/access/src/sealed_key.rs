//! A device's key as bytes, before it is sealed: a tag, then each text with its length. Never stored or sent in this form.

use crate::error::VaultError;
use model::Secret;
use model::credential::Key;
use zeroize::Zeroizing;

const SNMP_V2C: u8 = 1;
const SNMP_V3: u8 = 2;
const SSH_PASSWORD: u8 = 3;
const SSH_KEY: u8 = 4;
const ENABLE: u8 = 5;

pub(crate) fn to_bytes(key: &Key) -> Zeroizing<Vec<u8>> {
    let (tag, texts): (u8, Vec<&str>) = match key {
        Key::SnmpV2c { community } => (SNMP_V2C, vec![community.reveal()]),
        Key::SnmpV3 { user, auth, auth_password, privacy, priv_password } => {
            (SNMP_V3, vec![user, auth.as_str(), auth_password.reveal(), privacy.as_str(), priv_password.reveal()])
        }
        Key::SshPassword { user, password } => (SSH_PASSWORD, vec![user, password.reveal()]),
        Key::SshKey { user, key } => (SSH_KEY, vec![user, key.reveal()]),
        Key::Enable { password } => (ENABLE, vec![password.reveal()]),
    };
    // Reserved at once: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + texts.iter().map(|text| 4 + text.len()).sum::<usize>()));
    bytes.push(tag);
    for text in texts {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Key, VaultError> {
    let (tag, mut rest) = bytes.split_first().ok_or(VaultError::Damaged)?;
    let mut next = || -> Result<String, VaultError> {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(VaultError::Damaged)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| VaultError::Damaged)?;
        let (text, after) = after.split_at_checked(length).ok_or(VaultError::Damaged)?;
        rest = after;
        String::from_utf8(text.to_vec()).map_err(|_| VaultError::Damaged)
    };
    Ok(match *tag {
        SNMP_V2C => Key::SnmpV2c { community: Secret::new(next()?) },
        SNMP_V3 => Key::SnmpV3 {
            user: next()?,
            auth: next()?.parse().map_err(|_| VaultError::Damaged)?,
            auth_password: Secret::new(next()?),
            privacy: next()?.parse().map_err(|_| VaultError::Damaged)?,
            priv_password: Secret::new(next()?),
        },
        SSH_PASSWORD => Key::SshPassword { user: next()?, password: Secret::new(next()?) },
        SSH_KEY => Key::SshKey { user: next()?, key: Secret::new(next()?) },
        ENABLE => Key::Enable { password: Secret::new(next()?) },
        _ => return Err(VaultError::Damaged),
    })
}
