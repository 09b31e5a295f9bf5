//! Contacts: whom we tell.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::{checked_name, checked_webhook};
use access::{Action, Caller, Vault, new_webhook_secret};
use model::contact::Contact;
use model::event::EventKind;
use model::problem::checked_email;
use model::tenant::Language;
use model::{ContactId, Problem, Secret, TenantId};
use serde_json::{Value, json};
use store::Tx;

#[derive(Debug, Clone)]
pub struct NewContact {
    pub tenant: TenantId,
    pub name: String,
    pub email: Option<String>,
    pub webhook: Option<String>,
    pub language: Language,
}

#[derive(Debug, Clone, Default)]
pub struct ContactChange {
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    pub webhook: Option<Option<String>>,
    pub language: Option<Language>,
}

const WHAT: &str = "contact";

fn shown(contact: &Contact) -> Value {
    json!({"name": contact.name, "email": contact.email, "webhook": contact.webhook, "language": contact.language})
}

fn check_reachable(checks: &mut Checks, email: Option<&String>, webhook: Option<&String>) {
    if email.is_none() && webhook.is_none() {
        checks.add(Problem::new("required", "needs an e-mail or a webhook, else nobody can be told").at("email"));
    }
}

/// With a webhook also the secret that its posts are signed with, which is shown once.
pub async fn create_contact(tx: &mut Tx, caller: &Caller, vault: &Vault, new: NewContact) -> Result<(Contact, Option<Secret>)> {
    caller.may(tx, Action::WriteContacts, new.tenant).await.map_err(denied("client or site"))?;
    let mut checks = Checks::default();
    check_reachable(&mut checks, new.email.as_ref(), new.webhook.as_ref());
    let email = checks.take_option("email", new.email.as_deref().map(checked_email));
    let webhook = checks.take_option("webhook", new.webhook.as_deref().map(checked_webhook));
    let name = checks.take("name", checked_name(&new.name));
    let contact = name.map(|name| Contact {
        id: ContactId::new(),
        tenant: new.tenant,
        name,
        email,
        webhook,
        language: new.language,
        created_at: tx.now(),
        version: 1,
    });
    let contact = checks.finish(contact)?;
    let secret = if contact.webhook.is_some() { Some(new_webhook_secret()?) } else { None };
    let sealed = secret.as_ref().map(|secret| vault.seal_webhook_secret(contact.id, secret)).transpose()?;
    tx.insert_contact(&contact, sealed).await?;
    tx.emit(EventKind::ContactChanged, contact.id, contact.tenant, contact.version, json!({"name": contact.name})).await?;
    tx.audit("contact.created", contact.id, contact.tenant, None, Some(shown(&contact))).await?;
    Ok((contact, secret))
}

/// A contact that gets its first webhook, or another one, gets a new secret, which is shown once.
pub async fn patch_contact(
    tx: &mut Tx,
    caller: &Caller,
    vault: &Vault,
    id: ContactId,
    version: i64,
    change: ContactChange,
) -> Result<(Contact, Option<Secret>)> {
    let before = tx.contact(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteContacts, before.tenant).await.map_err(denied(WHAT))?;
    check_version("this contact", version, before.version)?;
    let mut checks = Checks::default();
    let mut after = before.clone();
    if let Some(name) = checks.take_option("name", change.name.as_deref().map(checked_name)) {
        after.name = name;
    }
    if let Some(email) = change.email {
        after.email = email;
        after.email = checks.take_option("email", after.email.as_deref().map(checked_email)).or(after.email);
    }
    if let Some(webhook) = change.webhook {
        after.webhook = webhook;
        after.webhook = checks.take_option("webhook", after.webhook.as_deref().map(checked_webhook)).or(after.webhook);
    }
    after.language = change.language.unwrap_or(after.language);
    check_reachable(&mut checks, after.email.as_ref(), after.webhook.as_ref());
    let mut after = checks.finish(Some(after))?;
    tx.update_contact(&after).await?;
    after.version += 1;
    let mut secret = None;
    if after.webhook != before.webhook {
        // Whoever read the old address must not be able to sign for the new one.
        secret = if after.webhook.is_some() { Some(new_webhook_secret()?) } else { None };
        let sealed = secret.as_ref().map(|secret| vault.seal_webhook_secret(id, secret)).transpose()?;
        tx.set_webhook_secret(id, sealed).await?;
    }
    tx.emit(EventKind::ContactChanged, id, after.tenant, after.version, json!({"name": after.name})).await?;
    tx.audit("contact.changed", id, after.tenant, Some(shown(&before)), Some(shown(&after))).await?;
    Ok((after, secret))
}

pub async fn delete_contact(tx: &mut Tx, caller: &Caller, id: ContactId, version: Option<i64>) -> Result<()> {
    let before = tx.contact(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteContacts, before.tenant).await.map_err(denied(WHAT))?;
    check_version("this contact", version.unwrap_or(before.version), before.version)?;
    tx.delete_contact(id).await?;
    tx.emit(EventKind::ContactChanged, id, before.tenant, before.version + 1, json!({"removed": true})).await?;
    tx.audit("contact.removed", id, before.tenant, Some(shown(&before)), None).await?;
    Ok(())
}
