//! Credentials: written, sealed and never read back by a person.

use crate::Result;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::{Parts, checked_key, checked_name};
use access::{Action, Caller, Vault};
use model::credential::{Credential, CredentialKind, Key};
use model::event::EventKind;
use model::{CredentialId, Secret, TenantId};
use serde_json::{Value, json};
use store::Tx;

/// The secret as a person typed it, field by field.
#[derive(Debug, Clone, Default)]
pub struct KeyParts {
    pub community: Option<Secret>,
    pub user: Option<String>,
    pub auth: Option<String>,
    pub auth_password: Option<Secret>,
    pub privacy: Option<String>,
    pub priv_password: Option<Secret>,
    pub password: Option<Secret>,
    pub key: Option<Secret>,
}

#[derive(Debug, Clone)]
pub struct NewCredential {
    pub tenant: TenantId,
    pub name: String,
    pub kind: CredentialKind,
    pub parts: KeyParts,
}

#[derive(Debug, Clone, Default)]
pub struct CredentialChange {
    pub name: Option<String>,
    /// What is given replaces the same field of the sealed secret; the rest of it stays.
    pub parts: KeyParts,
}

const WHAT: &str = "credential";

impl KeyParts {
    fn is_empty(&self) -> bool {
        let secrets = [&self.community, &self.auth_password, &self.priv_password, &self.password, &self.key];
        secrets.iter().all(|secret| secret.is_none()) && self.user.is_none() && self.auth.is_none() && self.privacy.is_none()
    }

    fn into_rules(self) -> Parts {
        Parts {
            community: self.community,
            user: self.user,
            auth: self.auth,
            auth_password: self.auth_password,
            privacy: self.privacy,
            priv_password: self.priv_password,
            password: self.password,
            key: self.key,
        }
    }

    /// Filled up from the secret as it is. Password and key of SSH exclude each other: a new one drops the other.
    fn over(self, present: Key) -> Parts {
        let mut parts = self.into_rules();
        match present {
            Key::SnmpV2c { community } => parts.community = parts.community.or(Some(community)),
            Key::SnmpV3 { user, auth, auth_password, privacy, priv_password } => {
                parts.user = parts.user.or(Some(user));
                parts.auth = parts.auth.or(Some(auth.to_string()));
                parts.auth_password = parts.auth_password.or(Some(auth_password));
                parts.privacy = parts.privacy.or(Some(privacy.to_string()));
                parts.priv_password = parts.priv_password.or(Some(priv_password));
            }
            Key::SshPassword { user, password } => {
                parts.user = parts.user.or(Some(user));
                if parts.key.is_none() {
                    parts.password = parts.password.or(Some(password));
                }
            }
            Key::SshKey { user, key } => {
                parts.user = parts.user.or(Some(user));
                if parts.password.is_none() {
                    parts.key = parts.key.or(Some(key));
                }
            }
            Key::Enable { password } => parts.password = parts.password.or(Some(password)),
        }
        parts
    }
}

fn shown(credential: &Credential) -> Value {
    json!({"name": credential.name, "kind": credential.kind})
}

pub async fn create_credential(tx: &mut Tx, caller: &Caller, vault: &Vault, new: NewCredential) -> Result<Credential> {
    caller.may(tx, Action::WriteCredentials, new.tenant).await.map_err(denied("owner of the credential"))?;
    let (key, mut checks) = checked_key(new.kind, new.parts.into_rules());
    let name = checks.take("name", checked_name(&new.name));
    let (key, name) = checks.finish(key.zip(name))?;
    let credential = Credential { id: CredentialId::new(), tenant: new.tenant, name, kind: new.kind, created_at: tx.now(), version: 1 };
    tx.insert_credential(&credential, vault.seal_key(credential.id, &key)?).await?;
    tx.emit(EventKind::CredentialChanged, credential.id, credential.tenant, credential.version, json!({"name": credential.name})).await?;
    tx.audit("credential.created", credential.id, credential.tenant, None, Some(shown(&credential))).await?;
    Ok(credential)
}

pub async fn patch_credential(
    tx: &mut Tx,
    caller: &Caller,
    vault: &Vault,
    id: CredentialId,
    version: i64,
    change: CredentialChange,
) -> Result<Credential> {
    let before = tx.credential(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteCredentials, before.tenant).await.map_err(denied(WHAT))?;
    check_version("this credential", version, before.version)?;
    let mut after = before.clone();
    let mut sealed = None;
    if !change.parts.is_empty() {
        let row = tx.sealed_credentials(&[id]).await?.into_iter().next().ok_or(RegisterError::NotFound { what: WHAT })?;
        let key = match vault.open_key(id, &row.sealed) {
            Ok(present) => {
                let (key, checks) = checked_key(before.kind, change.parts.over(present));
                checks.finish(key)?
            }
            // What cannot be opened any more can still be replaced as a whole.
            Err(error) => {
                let (key, checks) = checked_key(before.kind, change.parts.into_rules());
                checks.finish(key).map_err(|_| error)?
            }
        };
        sealed = Some(vault.seal_key(id, &key)?);
    }
    if let Some(name) = change.name {
        let mut checks = crate::checks::Checks::default();
        let name = checks.take("name", checked_name(&name));
        after.name = checks.finish(name)?;
    }
    let is_new_secret = sealed.is_some();
    tx.update_credential(&after, sealed).await?;
    after.version += 1;
    tx.emit(EventKind::CredentialChanged, id, after.tenant, after.version, json!({"name": after.name})).await?;
    let mut written = shown(&after);
    written["secret"] = if is_new_secret { json!("replaced") } else { json!("kept") };
    tx.audit("credential.changed", id, after.tenant, Some(shown(&before)), Some(written)).await?;
    Ok(after)
}

pub async fn delete_credential(tx: &mut Tx, caller: &Caller, id: CredentialId, version: Option<i64>) -> Result<()> {
    let before = tx.credential(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteCredentials, before.tenant).await.map_err(denied(WHAT))?;
    check_version("this credential", version.unwrap_or(before.version), before.version)?;
    tx.delete_credential(id).await?;
    tx.emit(EventKind::CredentialChanged, id, before.tenant, before.version + 1, json!({"removed": true})).await?;
    tx.audit("credential.removed", id, before.tenant, Some(shown(&before)), None).await?;
    Ok(())
}
