//! Partners, clients and sites.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::{check_place, checked_brand, checked_name};
use access::{Action, Caller};
use model::event::EventKind;
use model::tenant::{Language, Tenant, TenantKind, checked_tz};
use model::{Problem, TenantId};
use serde_json::{Value, json};
use store::Tx;

#[derive(Debug, Clone, Default)]
pub struct NewBrand {
    pub name: Option<String>,
    pub sender: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewTenant {
    pub kind: TenantKind,
    /// `None`: directly under the provider.
    pub parent: Option<TenantId>,
    pub name: String,
    pub brand: NewBrand,
    pub tz: Option<String>,
    pub language: Option<Language>,
}

/// `None` leaves a field as it is; `Some(None)` empties it, so that it inherits again.
#[derive(Debug, Clone, Default)]
pub struct BrandChange {
    pub name: Option<Option<String>>,
    pub sender: Option<Option<String>>,
}

#[derive(Debug, Clone, Default)]
pub struct TenantChange {
    pub name: Option<String>,
    pub brand: BrandChange,
    pub tz: Option<Option<String>>,
    pub language: Option<Option<Language>>,
    pub is_shadow: Option<bool>,
}

const WHAT: &str = "partner, client or site";

fn action(kind: TenantKind) -> Action {
    match kind {
        TenantKind::Provider | TenantKind::Partner => Action::WritePartners,
        TenantKind::Client | TenantKind::Site => Action::WriteClients,
    }
}

pub(crate) fn shown(t: &Tenant) -> Value {
    json!({
        "kind": t.kind, "parent": t.parent, "name": t.name, "brand": {"name": t.brand.name, "sender": t.brand.sender},
        "tz": t.tz, "language": t.language, "shadow": t.is_shadow,
    })
}

fn fields(t: &Tenant) -> Value {
    json!({"kind": t.kind, "name": t.name})
}

pub async fn create_tenant(tx: &mut Tx, caller: &Caller, new: NewTenant) -> Result<Tenant> {
    let parent = match new.parent {
        Some(id) => id,
        None => tx.provider().await?.map(|provider| provider.id).ok_or(RegisterError::NotFound { what: "provider" })?,
    };
    caller.may(tx, action(new.kind), parent).await.map_err(denied("parent"))?;
    let lineage = tx.lineage(parent).await?;
    let parent = lineage.first().ok_or(RegisterError::NotFound { what: "parent" })?;

    let mut checks = Checks::default();
    if let Err((field, problem)) = check_place(new.kind, parent.kind, lineage.len()) {
        checks.add(problem.at(field));
    }
    let name = checks.take("name", checked_name(&new.name));
    let brand = checked_brand(&mut checks, new.brand.name.as_deref(), new.brand.sender.as_deref());
    let tz = checks.take_option("tz", new.tz.as_deref().map(checked_tz));
    let tenant = name.map(|name| Tenant {
        id: TenantId::new(),
        kind: new.kind,
        parent: Some(parent.id),
        name,
        brand,
        tz,
        language: new.language,
        is_shadow: false,
        created_at: tx.now(),
        version: 1,
    });
    let tenant = checks.finish(tenant)?;
    tx.insert_tenant(&tenant).await?;
    tx.emit(EventKind::TenantChanged, tenant.id, tenant.id, tenant.version, fields(&tenant)).await?;
    tx.audit("tenant.created", tenant.id, tenant.id, None, Some(shown(&tenant))).await?;
    Ok(tenant)
}

pub async fn patch_tenant(tx: &mut Tx, caller: &Caller, id: TenantId, version: i64, change: TenantChange) -> Result<Tenant> {
    let before = tx.tenant(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, action(before.kind), id).await.map_err(denied(WHAT))?;
    check_version("this partner, client or site", version, before.version)?;

    let mut checks = Checks::default();
    let mut after = before.clone();
    if let Some(name) = checks.take_option("name", change.name.as_deref().map(checked_name)) {
        after.name = name;
    }
    let given = |field: &Option<Option<String>>| field.clone().flatten();
    let (brand_name, sender) = (given(&change.brand.name), given(&change.brand.sender));
    let brand = checked_brand(&mut checks, brand_name.as_deref(), sender.as_deref());
    if change.brand.name.is_some() {
        after.brand.name = brand.name;
    }
    if change.brand.sender.is_some() {
        after.brand.sender = brand.sender;
    }
    if let Some(tz) = change.tz {
        after.tz = checks.take_option("tz", tz.as_deref().map(checked_tz));
    }
    if let Some(language) = change.language {
        after.language = language;
    }
    after.is_shadow = change.is_shadow.unwrap_or(after.is_shadow);
    if before.kind == TenantKind::Provider && after.language.is_none() && before.language.is_some() {
        checks.add(Problem::new("required", "cannot be emptied: everybody inherits from the provider").at("language"));
    }
    let mut after = checks.finish(Some(after))?;
    tx.update_tenant(&after).await?;
    after.version += 1;
    tx.emit(EventKind::TenantChanged, id, id, after.version, fields(&after)).await?;
    tx.audit("tenant.changed", id, id, Some(shown(&before)), Some(shown(&after))).await?;
    Ok(after)
}
