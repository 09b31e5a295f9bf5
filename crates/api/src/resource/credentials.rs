//! Credentials: their secrets go in and never come out.

use crate::answer::{Gone, ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, IfMatch, Patched, Posted, page};
use crate::look::Look;
use crate::view::{Can, CanEditRemove, Ref, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::credential::{Credential, CredentialKind, SnmpAuth, SnmpPriv};
use model::{CredentialId, Secret, TenantId, Timestamp};
use register::{CredentialChange, KeyParts, NewCredential};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CredentialView {
    id: CredentialId,
    tenant: Ref,
    name: String,
    kind: CredentialKind,
    created_at: Timestamp,
    version: i64,
    can: CanEditRemove,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `snmp_v2c`: community. `snmp_v3`: user, auth, auth_password, priv, priv_password. `ssh`: user and password or key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialInput {
    tenant: TenantId,
    name: String,
    kind: CredentialKind,
    community: Option<Secret>,
    user: Option<String>,
    #[schema(value_type = Option<SnmpAuth>)]
    auth: Option<String>,
    auth_password: Option<Secret>,
    #[schema(value_type = Option<SnmpPriv>)]
    r#priv: Option<String>,
    priv_password: Option<Secret>,
    password: Option<Secret>,
    key: Option<Secret>,
}

/// What is given replaces that part of the secret; the rest stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
    community: Option<Secret>,
    user: Option<String>,
    #[schema(value_type = Option<SnmpAuth>)]
    auth: Option<String>,
    auth_password: Option<Secret>,
    #[schema(value_type = Option<SnmpPriv>)]
    r#priv: Option<String>,
    priv_password: Option<Secret>,
    password: Option<Secret>,
    key: Option<Secret>,
}

impl Versioned for CredentialView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<CredentialInput> for NewCredential {
    fn from(input: CredentialInput) -> Self {
        let parts = KeyParts {
            community: input.community,
            user: input.user,
            auth: input.auth,
            auth_password: input.auth_password,
            privacy: input.r#priv,
            priv_password: input.priv_password,
            password: input.password,
            key: input.key,
        };
        Self { tenant: input.tenant, name: input.name, kind: input.kind, parts }
    }
}

impl From<CredentialPatch> for CredentialChange {
    fn from(patch: CredentialPatch) -> Self {
        let parts = KeyParts {
            community: patch.community,
            user: patch.user,
            auth: patch.auth,
            auth_password: patch.auth_password,
            privacy: patch.r#priv,
            priv_password: patch.priv_password,
            password: patch.password,
            key: patch.key,
        };
        Self { name: patch.name, parts }
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, credential: Credential) -> ApiResult<CredentialView> {
    let can = Can::role(look.may(tx, Action::WriteCredentials, credential.tenant).await?);
    Ok(CredentialView {
        id: credential.id,
        tenant: look.owner(tx, credential.tenant).await?,
        name: credential.name,
        kind: credential.kind,
        created_at: credential.created_at,
        version: credential.version,
        can: CanEditRemove { edit: can, remove: can },
    })
}

#[utoipa::path(get, path = "/api/v1/credentials", tag = "register", operation_id = "list_credentials", params(CredentialQuery),
    responses((status = 200, body = ListOf<CredentialView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<CredentialQuery>) -> ApiResult<ListOf<CredentialView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadCredentials)).await?;
    let found = tx.credentials(page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for credential in &found.items {
        items.push(view(&mut tx, &mut look, credential.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/credentials/{id}", tag = "register", operation_id = "get_credential", params(("id" = CredentialId, Path)),
    responses((status = 200, body = CredentialView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<CredentialId>) -> ApiResult<One<CredentialView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadCredentials)).await?;
    let found = tx.credential(id).await?.ok_or_else(|| ApiError::not_found("credential"))?;
    Ok(One(view(&mut tx, &mut Look::new(&who), found).await?))
}

#[utoipa::path(post, path = "/api/v1/credentials", tag = "register", operation_id = "create_credential", request_body = CredentialInput,
    responses((status = 201, body = CredentialView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<CredentialInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let made = register::create_credential(&mut work.tx, &who, &app.vault, posted.body.into()).await?;
    let view = view(&mut work.tx, &mut Look::new(&who), made).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/credentials/{id}", tag = "register", operation_id = "patch_credential", params(("id" = CredentialId, Path), ("If-Match" = String, Header)),
    request_body(content = CredentialPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = CredentialView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<CredentialId>,
    patched: Patched<CredentialPatch>,
) -> ApiResult<One<CredentialView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    let changed = register::patch_credential(&mut tx, &who, &app.vault, id, patched.version, patched.body.into()).await?;
    let view = view(&mut tx, &mut Look::new(&who), changed).await?;
    tx.commit().await?;
    Ok(One(view))
}

/// Refused with 409 while a device uses it.
#[utoipa::path(delete, path = "/api/v1/credentials/{id}", tag = "register", operation_id = "delete_credential", params(("id" = CredentialId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who, Id(id): Id<CredentialId>, IfMatch(version): IfMatch) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::delete_credential(&mut tx, &who, id, version).await?;
    tx.commit().await?;
    Ok(Gone)
}
