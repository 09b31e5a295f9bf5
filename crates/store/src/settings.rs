//! Settings of the installation, and small values that the product keeps for itself.

use crate::sql::Sql;
use crate::{Result, StoreError, Tx};
use model::settings::{Brake, Settings};
use serde::{Deserialize, Serialize};

const SETTINGS: &str = "settings";

#[derive(Serialize, Deserialize)]
struct Saved {
    shadow: bool,
    clients_per_minute: u32,
    devices_percent: u32,
    devices_min: u32,
    hold_s: u32,
    reference_targets: Vec<String>,
    version: i64,
}

impl Tx {
    pub async fn settings(&mut self) -> Result<Settings> {
        let Some(text) = self.value(SETTINGS).await? else { return Ok(Settings::default()) };
        let saved: Saved = serde_json::from_str(&text).map_err(|error| StoreError::Damaged { what: format!("the settings: {error}") })?;
        Ok(Settings {
            shadow: saved.shadow,
            brake: Brake {
                clients_per_minute: saved.clients_per_minute,
                devices_percent: saved.devices_percent,
                devices_min: saved.devices_min,
                hold_s: saved.hold_s,
            },
            reference_targets: saved.reference_targets,
            version: saved.version,
        })
    }

    /// Must be called with the version that was read.
    pub async fn set_settings(&mut self, changed: &Settings) -> Result<()> {
        if self.settings().await?.version != changed.version {
            return Err(StoreError::Stale { what: "the settings" });
        }
        let saved = Saved {
            shadow: changed.shadow,
            clients_per_minute: changed.brake.clients_per_minute,
            devices_percent: changed.brake.devices_percent,
            devices_min: changed.brake.devices_min,
            hold_s: changed.brake.hold_s,
            reference_targets: changed.reference_targets.clone(),
            version: changed.version + 1,
        };
        let text = serde_json::to_string(&saved).map_err(|error| StoreError::Damaged { what: error.to_string() })?;
        self.set_value(SETTINGS, &text).await
    }

    pub async fn value(&mut self, name: &str) -> Result<Option<String>> {
        self.one(Sql::new("SELECT value FROM setting WHERE name = ?").bind(name), |row| row.text("value")).await
    }

    pub async fn set_value(&mut self, name: &str, value: &str) -> Result<()> {
        let sql = Sql::new("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(name)
            .bind(value);
        self.run(sql).await?;
        Ok(())
    }
}
