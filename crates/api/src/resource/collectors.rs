//! Collectors and what they say of their own connection.

use crate::answer::ListOf;
use crate::app::App;
use crate::error::ApiResult;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::{CollectorId, Timestamp};
use serde::{Deserialize, Serialize};
use store::CollectorRow;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectorView {
    id: CollectorId,
    name: String,
    state: CollectorState,
    seen_at: Option<Timestamp>,
    devices: i64,
    /// Addresses that prove that it is not we who are cut off.
    references: Vec<ReferenceView>,
    version: i64,
}

/// `cut_off`: its reference targets do not answer, so what it does not see proves nothing.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CollectorState {
    Live,
    Lost,
    CutOff,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReferenceView {
    target: String,
    /// Null: never answered yet, so its silence proves nothing.
    answers: Option<bool>,
}

fn view(row: CollectorRow) -> CollectorView {
    CollectorView {
        id: row.id,
        name: row.name,
        state: match row.state.as_str() {
            "live" => CollectorState::Live,
            "cut_off" => CollectorState::CutOff,
            _ => CollectorState::Lost,
        },
        seen_at: row.seen_at,
        devices: row.devices,
        references: serde_json::from_str(&row.note).unwrap_or_default(),
        version: row.version,
    }
}

#[utoipa::path(get, path = "/api/v1/collectors", tag = "monitor", operation_id = "list_collectors", responses((status = 200, body = ListOf<CollectorView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who) -> ApiResult<ListOf<CollectorView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadCollectors)).await?;
    Ok(ListOf::whole(tx.collectors().await?.into_iter().map(view).collect()))
}
