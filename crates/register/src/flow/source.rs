//! Sources: other monitoring systems that tell us their alarms. The secret is shown once and kept as its hash.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::checked_name;
use access::{Action, Caller, hash_of_token, new_token};
use model::event::EventKind;
use model::signal::{Source, SourceKind};
use model::{Secret, SourceId, TenantId};
use serde_json::{Value, json};
use store::Tx;

#[derive(Debug, Clone)]
pub struct NewSource {
    pub kind: SourceKind,
    /// Whose devices and services it may speak of: those at or below.
    pub tenant: TenantId,
    pub name: String,
}

const WHAT: &str = "source";

fn shown(source: &Source) -> Value {
    json!({"kind": source.kind, "tenant": source.tenant, "name": source.name})
}

/// With the secret that the other system must send, which is shown once.
pub async fn create_source(tx: &mut Tx, caller: &Caller, new: NewSource) -> Result<(Source, Secret)> {
    caller.may(tx, Action::WriteSources, new.tenant).await.map_err(denied("provider, partner, client or site"))?;
    let mut checks = Checks::default();
    let name = checks.take("name", checked_name(&new.name));
    let source = name.map(|name| Source {
        id: SourceId::new(),
        tenant: new.tenant,
        kind: new.kind,
        name,
        heard_at: None,
        received: 0,
        created_at: tx.now(),
        version: 1,
    });
    let source = checks.finish(source)?;
    let secret = new_token()?;
    tx.insert_source(&source, hash_of_token(secret.reveal())).await?;
    tx.emit(EventKind::SourceChanged, source.id, source.tenant, source.version, json!({"name": source.name})).await?;
    tx.audit("source.created", source.id, source.tenant, None, Some(shown(&source))).await?;
    Ok((source, secret))
}

pub async fn patch_source(tx: &mut Tx, caller: &Caller, id: SourceId, version: i64, name: Option<&str>) -> Result<()> {
    let before = writable(tx, caller, id).await?;
    check_version("this source", version, before.version)?;
    let mut checks = Checks::default();
    let mut after = before.clone();
    if let Some(name) = checks.take_option("name", name.map(checked_name)) {
        after.name = name;
    }
    let after = checks.finish(Some(after))?;
    tx.update_source(&after, None).await?;
    tx.emit(EventKind::SourceChanged, id, after.tenant, after.version + 1, json!({"name": after.name})).await?;
    tx.audit("source.changed", id, after.tenant, Some(shown(&before)), Some(shown(&after))).await?;
    Ok(())
}

/// A new secret; the old one opens nothing from this commit on.
pub async fn renew_source_secret(tx: &mut Tx, caller: &Caller, id: SourceId) -> Result<Secret> {
    let source = writable(tx, caller, id).await?;
    let secret = new_token()?;
    tx.update_source(&source, Some(hash_of_token(secret.reveal()))).await?;
    tx.emit(EventKind::SourceChanged, id, source.tenant, source.version + 1, json!({"name": source.name})).await?;
    tx.audit("source.secret_renewed", id, source.tenant, None, None).await?;
    Ok(secret)
}

/// Its signals go with it; their alarms must have been ended before.
pub async fn delete_source(tx: &mut Tx, caller: &Caller, id: SourceId, version: Option<i64>) -> Result<()> {
    let before = writable(tx, caller, id).await?;
    check_version("this source", version.unwrap_or(before.version), before.version)?;
    tx.delete_source(id).await?;
    tx.emit(EventKind::SourceChanged, id, before.tenant, before.version + 1, json!({"removed": true})).await?;
    tx.audit("source.removed", id, before.tenant, Some(shown(&before)), None).await?;
    Ok(())
}

async fn writable(tx: &mut Tx, caller: &Caller, id: SourceId) -> Result<Source> {
    let source = tx.source(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?.source;
    caller.may(tx, Action::WriteSources, source.tenant).await.map_err(denied(WHAT))?;
    Ok(source)
}
