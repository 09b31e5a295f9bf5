//! Tokens of the API: for programs of a person.

use crate::answer::{Gone, ListOf, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Id, Posted};
use crate::look::Look;
use crate::view::{Can, Ref};
use crate::who::{InPerson, Who};
use access::{Caller, NewToken};
use axum::extract::State;
use axum::response::Response;
use model::person::TokenAccess;
use model::{Secret, TenantId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use store::{TokenRow, Tx};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: TokenId,
    name: String,
    person: Ref,
    access: TokenAccess,
    /// Narrower than what its person may; null: as wide.
    tenant: Option<Ref>,
    expires_at: Timestamp,
    created_at: Timestamp,
    /// Written down at most once a minute.
    last_used_at: Option<Timestamp>,
    last_used_from: Option<String>,
    is_expired: bool,
    can: CanRevoke,
    /// For `Authorization: Bearer …`; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CanRevoke {
    revoke: Can,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenInput {
    name: String,
    access: TokenAccess,
    tenant: Option<TenantId>,
    /// 1 to 366.
    expires_in_days: i64,
}

/// A token is made once and never changed.
impl Versioned for TokenView {
    fn version(&self) -> i64 {
        1
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, caller: &Caller, row: TokenRow, token: Option<&Secret>) -> ApiResult<TokenView> {
    let email = tx.email_of(row.person).await?.unwrap_or_default();
    let tenant = match row.tenant {
        Some(tenant) => Some(look.owner(tx, tenant).await?),
        None => None,
    };
    Ok(TokenView {
        id: row.id,
        name: row.name,
        person: Ref::new(row.person, email),
        access: row.access,
        tenant,
        expires_at: row.expires_at,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        last_used_from: row.last_used_from,
        is_expired: row.expires_at <= tx.now(),
        can: CanRevoke { revoke: Can::role(caller.is_in_person()) },
        token: token.map(|token| token.reveal().to_owned()),
    })
}

/// My tokens, and those of the people whom I administer. Newest first, whole.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "session", operation_id = "list_tokens", responses((status = 200, body = ListOf<TokenView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who) -> ApiResult<ListOf<TokenView>> {
    let mut tx = app.store.read(&app.access.token_scope(&who)).await?;
    let rows = tx.tokens(who.person).await?;
    drop(tx);
    let mut tx = app.store.read(&who.scope()).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for row in rows {
        items.push(view(&mut tx, &mut look, &who, row, None).await?);
    }
    Ok(ListOf::whole(items))
}

/// Makes a token for a program of mine; the answer holds it once. Only in person: 403 `forbidden` for a token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "session", operation_id = "create_token", request_body = TokenInput,
    responses((status = 201, body = TokenView)))]
pub(crate) async fn create(State(app): State<App>, InPerson(who): InPerson, posted: Posted<TokenInput>) -> ApiResult<Response> {
    let TokenInput { name, access, tenant, expires_in_days } = posted.body;
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let new = NewToken { name, access, tenant, expires_in_days };
    let (row, token) = app.access.create_token(&mut work.tx, &who, new).await?;
    let view = view(&mut work.tx, &mut Look::new(&who), &who, row, Some(&token)).await?;
    work.created(&view).await
}

/// Revokes a token: it opens nothing from now on. Only in person.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "session", operation_id = "revoke_token", params(("id" = TokenId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, InPerson(who): InPerson, Id(id): Id<TokenId>) -> ApiResult<Gone> {
    let mut tx = app.store.write(&app.access.token_scope(&who)).await?;
    app.access.revoke_token(&mut tx, &who, id).await.map_err(|error| match error {
        access::AccessError::NotFound { what } => ApiError::not_found(what),
        other => other.into(),
    })?;
    tx.commit().await?;
    Ok(Gone)
}
