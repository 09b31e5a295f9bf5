//! Partners, clients and sites.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Patched, Posted, page};
use crate::look::Look;
use crate::view::{Can, CanEdit, Ref, emptiable, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::tenant::{Language, Tenant, TenantKind};
use model::{TenantId, Timestamp};
use register::{BrandChange, NewBrand, NewTenant, TenantChange};
use serde::{Deserialize, Serialize};
use store::{TenantFilter, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantView {
    id: TenantId,
    kind: TenantKind,
    /// Null when it is not for me to see.
    parent: Option<Ref>,
    /// From the highest that I see down to this one.
    path: Vec<PathStep>,
    name: String,
    brand: BrandView,
    tz: Option<String>,
    language: Option<Language>,
    effective: EffectiveView,
    shadow: bool,
    created_at: Timestamp,
    version: i64,
    can: CanEdit,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PathStep {
    id: TenantId,
    name: String,
    kind: TenantKind,
}

/// As set here; null inherits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrandView {
    name: Option<String>,
    sender: Option<String>,
}

/// After inheritance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EffectiveView {
    brand: EffectiveBrandView,
    tz: String,
    language: Language,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EffectiveBrandView {
    name: String,
    sender: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantQuery {
    kind: Option<TenantKind>,
    parent: Option<TenantId>,
    /// Part of the name.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrandInput {
    name: Option<String>,
    sender: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantInput {
    kind: TenantKind,
    /// Without it: directly under the provider.
    parent: Option<TenantId>,
    name: String,
    #[serde(default)]
    brand: BrandInput,
    tz: Option<String>,
    language: Option<Language>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrandPatch {
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    sender: Option<Option<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
    /// Null empties both fields.
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<BrandPatch>)]
    brand: Option<Option<BrandPatch>>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    tz: Option<Option<String>>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<Language>)]
    language: Option<Option<Language>>,
    /// Notices are drafted and shown, never sent.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool, required = false)]
    shadow: Option<bool>,
}

impl Versioned for TenantView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<TenantInput> for NewTenant {
    fn from(input: TenantInput) -> Self {
        let brand = NewBrand { name: input.brand.name, sender: input.brand.sender };
        Self { kind: input.kind, parent: input.parent, name: input.name, brand, tz: input.tz, language: input.language }
    }
}

impl From<TenantPatch> for TenantChange {
    fn from(patch: TenantPatch) -> Self {
        let brand = match patch.brand {
            None => BrandChange::default(),
            Some(None) => BrandChange { name: Some(None), sender: Some(None) },
            Some(Some(brand)) => BrandChange { name: brand.name, sender: brand.sender },
        };
        Self { name: patch.name, brand, tz: patch.tz, language: patch.language, is_shadow: patch.shadow }
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, tenant: Tenant) -> ApiResult<TenantView> {
    let mut path = Vec::new();
    for step in tx.lineage(tenant.id).await? {
        if look.may(tx, Action::ReadTenants, step.id).await? {
            path.push(PathStep { id: step.id, name: step.name, kind: step.kind });
        }
    }
    path.reverse();
    let parent = path.iter().find(|step| Some(step.id) == tenant.parent).map(|step| Ref::new(step.id, &step.name));
    let inherited = tx.inherited(tenant.id).await?;
    let action = match tenant.kind {
        TenantKind::Provider | TenantKind::Partner => Action::WritePartners,
        TenantKind::Client | TenantKind::Site => Action::WriteClients,
    };
    let can = CanEdit { edit: Can::role(look.may(tx, action, tenant.id).await?) };
    Ok(TenantView {
        id: tenant.id,
        kind: tenant.kind,
        parent,
        path,
        name: tenant.name,
        brand: BrandView { name: tenant.brand.name, sender: tenant.brand.sender },
        tz: tenant.tz,
        language: tenant.language,
        effective: EffectiveView {
            brand: EffectiveBrandView { name: inherited.brand_name, sender: inherited.sender },
            tz: inherited.tz,
            language: inherited.language,
        },
        shadow: tenant.is_shadow,
        created_at: tenant.created_at,
        version: tenant.version,
        can,
    })
}

/// Partners, clients and sites that I see.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "register", operation_id = "list_tenants", params(TenantQuery),
    responses((status = 200, body = ListOf<TenantView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<TenantQuery>) -> ApiResult<ListOf<TenantView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadTenants)).await?;
    let found = tx.tenants(&TenantFilter { kind: query.kind, parent: query.parent, text: query.q }, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for tenant in &found.items {
        items.push(view(&mut tx, &mut look, tenant.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/tenants/{id}", tag = "register", operation_id = "get_tenant", params(("id" = TenantId, Path)),
    responses((status = 200, body = TenantView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<TenantId>) -> ApiResult<One<TenantView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadTenants)).await?;
    let found = tx.tenant(id).await?.ok_or_else(|| ApiError::not_found("partner, client or site"))?;
    Ok(One(view(&mut tx, &mut Look::new(&who), found).await?))
}

#[utoipa::path(post, path = "/api/v1/tenants", tag = "register", operation_id = "create_tenant", request_body = TenantInput,
    responses((status = 201, body = TenantView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<TenantInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let made = register::create_tenant(&mut work.tx, &who, posted.body.into()).await?;
    let view = view(&mut work.tx, &mut Look::new(&who), made).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/tenants/{id}", tag = "register", operation_id = "patch_tenant", params(("id" = TenantId, Path), ("If-Match" = String, Header)),
    request_body(content = TenantPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = TenantView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<TenantId>,
    patched: Patched<TenantPatch>,
) -> ApiResult<One<TenantView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    let changed = register::patch_tenant(&mut tx, &who, id, patched.version, patched.body.into()).await?;
    let view = view(&mut tx, &mut Look::new(&who), changed).await?;
    tx.commit().await?;
    Ok(One(view))
}
