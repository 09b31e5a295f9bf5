//! The audit trail: who did what, from what to what, and whether the chain of hashes is whole.

use crate::answer::{ListOf, Plain};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, bad_cursor, page};
use crate::look::Look;
use crate::view::{PersonRef, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AuditRow, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRow)]
pub(crate) struct AuditView {
    seq: i64,
    at: Timestamp,
    /// Null: the product itself, or somebody who is not for me to see.
    who: Option<PersonRef>,
    /// The token that his program came with.
    token: Option<Ref>,
    action: String,
    object: String,
    tenant: TenantId,
    from: Option<Value>,
    to: Option<Value>,
    /// SHA-256 over this row and the hash of the one before, hex.
    hash: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditVerdict {
    ok: bool,
    rows: i64,
    /// The first row that does not follow from the one before it.
    broken_at: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Prefixed id of an object.
    object: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, row: AuditRow) -> ApiResult<AuditView> {
    let who = match row.person {
        Some(id) => look.person(tx, id).await?,
        None => None,
    };
    let read = |text: Option<String>| text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let mut values = [read(row.before), read(row.after)];
    for value in values.iter_mut().flatten() {
        *value = look.without_foreign(tx, value.take()).await?;
    }
    let [from, to] = values;
    Ok(AuditView {
        seq: row.seq,
        at: row.at,
        // A token is named only together with its person.
        token: row.via.filter(|_| who.is_some()).map(|via| Ref::new(via, row.via_name.unwrap_or_default())),
        who,
        action: row.action,
        object: row.object,
        tenant: row.tenant,
        from,
        to,
        hash: row.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "settings", operation_id = "list_audit", params(AuditQuery),
    responses((status = 200, body = ListOf<AuditView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<AuditQuery>) -> ApiResult<ListOf<AuditView>> {
    let limit = page(None, query.limit)?.limit;
    let before = query.cursor.map(|text| text.parse::<i64>().map_err(|_| bad_cursor())).transpose()?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadAudit)).await?;
    let mut rows = tx.audit_rows(query.object.as_deref(), before, limit + 1).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.seq.to_string());
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for row in rows {
        items.push(view(&mut tx, &mut look, row).await?);
    }
    Ok(ListOf { items, next })
}

/// Recomputes the whole chain of hashes.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "settings", operation_id = "verify_audit", responses((status = 200, body = AuditVerdict)))]
pub(crate) async fn verify(State(app): State<App>, who: Who) -> ApiResult<Plain<AuditVerdict>> {
    let mut tx = app.store.read(&who.scope()).await?;
    let provider = tx.provider().await?.ok_or_else(|| ApiError::not_found("audit trail"))?;
    who.may(&mut tx, Action::ReadAudit, provider.id).await?;
    let state = tx.verify_audit().await?;
    Ok(Plain(AuditVerdict { ok: state.broken_at.is_none(), rows: state.rows, broken_at: state.broken_at }))
}
