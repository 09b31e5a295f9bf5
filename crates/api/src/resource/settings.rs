//! Settings of the installation.

use crate::answer::{One, Versioned};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Patched;
use crate::view::{Can, CanEdit, present};
use crate::who::Who;
use access::{Action, Denied};
use axum::extract::State;
use model::settings::Settings;
use register::{BrakeChange, SettingsChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsView {
    /// Every notice is drafted and shown, none is sent.
    shadow: bool,
    brake: BrakeView,
    /// Addresses that prove that it is not we who are cut off; empty: the collector's gateway.
    reference_targets: Vec<String>,
    version: i64,
    can: CanEdit,
}

/// When a burst of notices waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrakeView {
    clients_per_minute: u32,
    devices_percent: u32,
    devices_min: u32,
    hold_s: u32,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrakePatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    clients_per_minute: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    devices_percent: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    devices_min: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    hold_s: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool, required = false)]
    shadow: Option<bool>,
    #[serde(default)]
    #[schema(required = false)]
    brake: BrakePatch,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<String>, required = false)]
    reference_targets: Option<Vec<String>>,
}

impl Versioned for SettingsView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn view(settings: Settings, can_edit: bool) -> SettingsView {
    let brake = settings.brake;
    SettingsView {
        shadow: settings.shadow,
        brake: BrakeView {
            clients_per_minute: brake.clients_per_minute,
            devices_percent: brake.devices_percent,
            devices_min: brake.devices_min,
            hold_s: brake.hold_s,
        },
        reference_targets: settings.reference_targets,
        version: settings.version,
        can: CanEdit { edit: Can::role(can_edit) },
    }
}

#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", operation_id = "get_settings", responses((status = 200, body = SettingsView)))]
pub(crate) async fn read(State(app): State<App>, who: Who) -> ApiResult<One<SettingsView>> {
    let mut tx = app.store.read(&who.scope()).await?;
    let provider = tx.provider().await?.ok_or_else(|| ApiError::not_found("settings"))?;
    who.may(&mut tx, Action::ReadSettings, provider.id).await.map_err(|denied| match denied {
        Denied::Store(error) => error.into(),
        Denied::NotFound | Denied::Forbidden { .. } => ApiError::not_found("settings"),
    })?;
    let can_edit = who.may(&mut tx, Action::WriteSettings, provider.id).await.is_ok();
    Ok(One(view(tx.settings().await?, can_edit)))
}

#[utoipa::path(patch, path = "/api/v1/settings", tag = "settings", operation_id = "patch_settings", params(("If-Match" = String, Header)),
    request_body(content = SettingsPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = SettingsView)))]
pub(crate) async fn patch(State(app): State<App>, who: Who, patched: Patched<SettingsPatch>) -> ApiResult<One<SettingsView>> {
    let BrakePatch { clients_per_minute, devices_percent, devices_min, hold_s } = patched.body.brake;
    let brake = BrakeChange { clients_per_minute, devices_percent, devices_min, hold_s };
    let change = SettingsChange { shadow: patched.body.shadow, brake, reference_targets: patched.body.reference_targets };
    let mut tx = app.store.write(&who.scope()).await?;
    let changed = register::patch_settings(&mut tx, &who, patched.version, change).await?;
    tx.commit().await?;
    Ok(One(view(changed, true)))
}
