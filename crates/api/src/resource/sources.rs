//! Sources: other monitoring systems that tell us their alarms.

use crate::answer::{Gone, ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, IfMatch, Patched, Posted, page};
use crate::look::Look;
use crate::resource::notices::EmptyInput;
use crate::view::{Can, CanEdit, Ref, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::signal::SourceKind;
use model::{Secret, SourceId, TenantId, Timestamp};
use register::NewSource;
use serde::{Deserialize, Serialize};
use store::{SourceListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceView {
    id: SourceId,
    kind: SourceKind,
    /// It may speak of what lies here or below.
    tenant: Ref,
    name: String,
    /// Where the other system posts to.
    path: String,
    heard_at: Option<Timestamp>,
    /// Reports taken in.
    received: i64,
    /// Open signals that are about nothing known here.
    unmapped: i64,
    created_at: Timestamp,
    version: i64,
    can: CanEdit,
    /// For `Authorization: Bearer …`; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceInput {
    kind: SourceKind,
    tenant: TenantId,
    name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourcePatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
}

impl Versioned for SourceView {
    fn version(&self) -> i64 {
        self.version
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: SourceListed, secret: Option<Secret>) -> ApiResult<SourceView> {
    let source = listed.source;
    let can = Can::role(look.may(tx, Action::WriteSources, source.tenant).await?);
    Ok(SourceView {
        id: source.id,
        kind: source.kind,
        tenant: look.owner(tx, source.tenant).await?,
        name: source.name,
        path: format!("/api/v1/in/{}", source.id),
        heard_at: source.heard_at,
        received: source.received,
        unmapped: listed.unmapped,
        created_at: source.created_at,
        version: source.version,
        can: CanEdit { edit: can },
        secret: secret.map(|secret| secret.reveal().to_owned()),
    })
}

async fn view_of(tx: &mut Tx, who: &Who, id: SourceId, secret: Option<Secret>) -> ApiResult<SourceView> {
    let listed = tx.source(id).await?.ok_or_else(|| ApiError::not_found("source"))?;
    view(tx, &mut Look::new(who), listed, secret).await
}

#[utoipa::path(get, path = "/api/v1/sources", tag = "monitor", operation_id = "list_sources", params(SourceQuery),
    responses((status = 200, body = ListOf<SourceView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<SourceQuery>) -> ApiResult<ListOf<SourceView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadSources)).await?;
    let found = tx.sources(page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone(), None).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "monitor", operation_id = "get_source", params(("id" = SourceId, Path)),
    responses((status = 200, body = SourceView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<SourceId>) -> ApiResult<One<SourceView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadSources)).await?;
    Ok(One(view_of(&mut tx, &who, id, None).await?))
}

/// The answer holds the secret, once.
#[utoipa::path(post, path = "/api/v1/sources", tag = "monitor", operation_id = "create_source", request_body = SourceInput,
    responses((status = 201, body = SourceView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<SourceInput>) -> ApiResult<Response> {
    let SourceInput { kind, tenant, name } = posted.body;
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let (made, secret) = register::create_source(&mut work.tx, &who, NewSource { kind, tenant, name }).await?;
    let view = view_of(&mut work.tx, &who, made.id, Some(secret)).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/sources/{id}", tag = "monitor", operation_id = "patch_source", params(("id" = SourceId, Path), ("If-Match" = String, Header)),
    request_body(content = SourcePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = SourceView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<SourceId>,
    patched: Patched<SourcePatch>,
) -> ApiResult<One<SourceView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::patch_source(&mut tx, &who, id, patched.version, patched.body.name.as_deref()).await?;
    let view = view_of(&mut tx, &who, id, None).await?;
    tx.commit().await?;
    Ok(One(view))
}

/// Its alarms end with it, and nobody is told that what they were about is well.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", tag = "monitor", operation_id = "delete_source", params(("id" = SourceId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who, Id(id): Id<SourceId>, IfMatch(version): IfMatch) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    monitor::signals::end_alarms_of_source(&mut tx, id).await?;
    register::delete_source(&mut tx, &who, id, version).await?;
    tx.commit().await?;
    Ok(Gone)
}

/// A new secret, shown once; the old one opens nothing any more.
#[utoipa::path(post, path = "/api/v1/sources/{id}/secret", tag = "monitor", operation_id = "renew_source_secret", params(("id" = SourceId, Path)),
    request_body = EmptyInput, responses((status = 200, body = SourceView)))]
pub(crate) async fn renew_secret(
    State(app): State<App>,
    who: Who,
    Id(id): Id<SourceId>,
    posted: Posted<EmptyInput>,
) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let secret = register::renew_source_secret(&mut work.tx, &who, id).await?;
    let view = view_of(&mut work.tx, &who, id, Some(secret)).await?;
    work.done(&view).await
}
