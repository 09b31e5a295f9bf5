//! Settings of the installation.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::{check_list, checked_address};
use access::{Action, Caller};
use model::Problem;
use model::event::EventKind;
use model::settings::{Brake, REFERENCE_TARGETS_MAX, Settings};
use serde_json::{Value, json};
use store::Tx;

#[derive(Debug, Clone, Default)]
pub struct BrakeChange {
    pub clients_per_minute: Option<i64>,
    pub devices_percent: Option<i64>,
    pub devices_min: Option<i64>,
    pub hold_s: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    pub shadow: Option<bool>,
    pub brake: BrakeChange,
    pub reference_targets: Option<Vec<String>>,
}

fn shown(settings: &Settings) -> Value {
    let brake = settings.brake;
    json!({
        "shadow": settings.shadow, "reference_targets": settings.reference_targets,
        "brake": {"clients_per_minute": brake.clients_per_minute, "devices_percent": brake.devices_percent, "devices_min": brake.devices_min, "hold_s": brake.hold_s},
    })
}

pub async fn patch_settings(tx: &mut Tx, caller: &Caller, version: i64, change: SettingsChange) -> Result<Settings> {
    const WHAT: &str = "settings";
    let provider = tx.provider().await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    caller.may(tx, Action::WriteSettings, provider.id).await.map_err(denied(WHAT))?;
    let before = tx.settings().await?;
    check_version("the settings", version, before.version)?;

    let mut checks = Checks::default();
    let mut after = before.clone();
    after.shadow = change.shadow.unwrap_or(after.shadow);
    let mut number = |field: &str, given: Option<i64>, present: u32| {
        let checked = given.map(|n| u32::try_from(n).map_err(|_| Problem::new("out_of_range", "must be a number from 0 to 4294967295")));
        checks.take_option(format!("brake.{field}"), checked).unwrap_or(present)
    };
    let brake = Brake {
        clients_per_minute: number("clients_per_minute", change.brake.clients_per_minute, before.brake.clients_per_minute),
        devices_percent: number("devices_percent", change.brake.devices_percent, before.brake.devices_percent),
        devices_min: number("devices_min", change.brake.devices_min, before.brake.devices_min),
        hold_s: number("hold_s", change.brake.hold_s, before.brake.hold_s),
    };
    match brake.check() {
        Ok(brake) => after.brake = brake,
        Err(problem) => checks.add(problem),
    }
    if let Some(targets) = change.reference_targets {
        checks.demand("reference_targets", check_list(&targets, REFERENCE_TARGETS_MAX));
        let checked = targets
            .iter()
            .enumerate()
            .filter_map(|(place, target)| checks.take(format!("reference_targets[{place}]"), checked_address(target)));
        after.reference_targets = checked.collect();
    }
    let mut after = checks.finish(Some(after))?;
    tx.set_settings(&after).await?;
    after.version += 1;
    tx.emit(EventKind::SettingsChanged, "settings", provider.id, after.version, json!({"shadow": after.shadow})).await?;
    tx.audit("settings.changed", "settings", provider.id, Some(shown(&before)), Some(shown(&after))).await?;
    Ok(after)
}
