//! What opens a device. Secrets are sealed with the master key before they reach `store` and are write-only through the API.

use crate::{CredentialId, Secret, TenantId, Timestamp};

vocabulary! {
    CredentialKind: "kind of credential" { SnmpV2c = "snmp_v2c", SnmpV3 = "snmp_v3", Ssh = "ssh", Enable = "enable" }
}

vocabulary! {
    /// Authentication of SNMPv3 USM (RFC 3414, RFC 7860).
    SnmpAuth: "SNMPv3 authentication" {
        Md5 = "md5", Sha1 = "sha1", Sha224 = "sha224", Sha256 = "sha256", Sha384 = "sha384", Sha512 = "sha512",
    }
}

vocabulary! {
    /// Privacy of SNMPv3 USM (RFC 3414, RFC 3826; AES-192/256 by the Blumenthal draft).
    SnmpPriv: "SNMPv3 privacy" { Des = "des", Aes128 = "aes128", Aes192 = "aes192", Aes256 = "aes256" }
}

/// The row without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub id: CredentialId,
    pub tenant: TenantId,
    pub name: String,
    pub kind: CredentialKind,
    pub created_at: Timestamp,
    pub version: i64,
}

/// The opened secret, on its way inside a Task. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    SnmpV2c { community: Secret },
    SnmpV3 { user: String, auth: SnmpAuth, auth_password: Secret, privacy: SnmpPriv, priv_password: Secret },
    SshPassword { user: String, password: Secret },
    SshKey { user: String, key: Secret },
    /// What raises a session to privileged mode, where the device asks for it.
    Enable { password: Secret },
}

impl Key {
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::SnmpV2c { .. } => CredentialKind::SnmpV2c,
            Self::SnmpV3 { .. } => CredentialKind::SnmpV3,
            Self::SshPassword { .. } | Self::SshKey { .. } => CredentialKind::Ssh,
            Self::Enable { .. } => CredentialKind::Enable,
        }
    }
}
