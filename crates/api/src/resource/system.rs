//! The installation as a whole: what runs here, and whether it works or is cold.

use crate::answer::Plain;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Body;
use crate::view::Can;
use crate::who::Who;
use access::{Action, Caller, Denied};
use axum::extract::State;
use model::Timestamp;
use model::event::EventKind;
use model::system::ColdReason;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SystemView {
    version: &'static str,
    /// Pages and API are served, but nothing is watched and nobody is told: the data may be a copy of an installation that works elsewhere.
    is_cold: bool,
    #[schema(value_type = Option<String>)]
    cold_reason: Option<ColdReason>,
    cold_since: Option<Timestamp>,
    /// Names the master key without telling it. Null for people outside the provider.
    master_key_fingerprint: Option<String>,
    /// `sqlite` or `postgres`. Null for people outside the provider.
    database: Option<&'static str>,
    can: CanWarm,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CanWarm {
    warm: Can,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WarmInput {}

async fn view(app: &App, tx: &mut Tx, who: &Caller) -> ApiResult<SystemView> {
    let cold = app.system.cold();
    let provider = tx.provider().await?.map(|tenant| tenant.id);
    let (mut reads, mut operates) = (false, false);
    if let Some(provider) = provider {
        reads = who.may(tx, Action::ReadSettings, provider).await.is_ok();
        operates = who.may(tx, Action::OperateSystem, provider).await.is_ok();
    }
    Ok(SystemView {
        version: env!("CARGO_PKG_VERSION"),
        is_cold: cold.is_some(),
        cold_reason: cold.map(|cold| cold.reason),
        cold_since: cold.map(|cold| cold.since),
        master_key_fingerprint: reads.then(|| app.vault.key_id()),
        database: reads.then(|| if app.store.is_shared() { "postgres" } else { "sqlite" }),
        can: CanWarm { warm: Can::when(operates, cold.is_some()) },
    })
}

/// What runs here, and whether it works.
#[utoipa::path(get, path = "/api/v1/system", tag = "system", operation_id = "get_system", responses((status = 200, body = SystemView)))]
pub(crate) async fn read(State(app): State<App>, who: Who) -> ApiResult<Plain<SystemView>> {
    let mut tx = app.store.read(&who.scope()).await?;
    Ok(Plain(view(&app, &mut tx, &who).await?))
}

/// Takes a cold installation into service: from now on this one watches and tells. 409 `conflict` when it is in service already.
#[utoipa::path(post, path = "/api/v1/system/warm", tag = "system", operation_id = "warm_system", request_body = WarmInput,
    responses((status = 200, body = SystemView)))]
pub(crate) async fn warm(State(app): State<App>, who: Who, Body(_body): Body<WarmInput>) -> ApiResult<Plain<SystemView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    let provider = tx.provider().await?.ok_or_else(|| ApiError::not_found("system"))?;
    who.may(&mut tx, Action::OperateSystem, provider.id).await.map_err(|denied| match denied {
        Denied::NotFound => ApiError::not_found("system"),
        other => other.into(),
    })?;
    let conflict = |detail: &str| ApiError::Conflict { detail: detail.into() };
    let taking = app.system.take().ok_or_else(|| conflict("Somebody else takes it into service at this moment."))?;
    let cold = app.system.cold().ok_or_else(|| conflict("This installation is in service already."))?;
    tx.audit("system.warmed", "system", provider.id, Some(json!({"reason": cold.reason, "since": cold.since})), None).await?;
    tx.emit(EventKind::SystemChanged, "system", provider.id, 1, json!({"is_cold": false})).await?;
    tx.commit().await?;
    taking.settle().await.map_err(|detail| ApiError::Unavailable { detail })?;
    let mut tx = app.store.read(&who.scope()).await?;
    Ok(Plain(view(&app, &mut tx, &who).await?))
}
