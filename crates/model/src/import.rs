//! Import: what another system knows of devices, taken over as a plan that is looked at first.

use crate::{DeviceId, ImportId, PersonId, TenantId, Timestamp};
use serde_json::Value;

vocabulary! {
    ImportFormat: "format of an import" { Csv = "csv", Zabbix = "zabbix", Librenms = "librenms", Oxidized = "oxidized" }
}

vocabulary! {
    ImportState: "state of an import" { Previewed = "previewed", Applied = "applied", Discarded = "discarded", Undone = "undone" }
}

vocabulary! {
    /// `conflict`: right in itself, but the name or address is somebody else's. `bad`: something in it cannot be.
    ImportVerdict: "verdict on a row" { Add = "add", Change = "change", Same = "same", Conflict = "conflict", Bad = "bad" }
}

vocabulary! {
    /// What became of a row. `left_out`: the register had changed since the preview. `kept`: an undo could not take it back.
    ImportOutcome: "outcome of a row" { Applied = "applied", LeftOut = "left_out", Undone = "undone", Kept = "kept" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub id: ImportId,
    /// Everything in it lies at or below this tenant.
    pub tenant: TenantId,
    pub format: ImportFormat,
    pub state: ImportState,
    pub file_name: String,
    /// The file was made by hand in the form of the other system, not by it.
    pub is_simulated: bool,
    /// Sentences about the file as a whole.
    pub notes: Vec<String>,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number in the plan, from 1.
    pub place: u32,
    /// Line in the file; where the file has no lines of its own, the number of the entry.
    pub line: u32,
    pub verdict: ImportVerdict,
    pub name: String,
    pub address: String,
    pub site: Option<TenantId>,
    pub site_name: String,
    /// `[{field, code, detail}]`.
    pub problems: Value,
    /// `{field: [from, to]}`.
    pub changes: Value,
    /// The device as it shall be.
    pub wanted: Value,
    /// As it was before.
    pub before: Option<Value>,
    /// The device that it changes, or will be.
    pub device: Option<DeviceId>,
    /// The version that the plan saw; once applied, the one that it made.
    pub device_version: Option<i64>,
    pub outcome: Option<ImportOutcome>,
    pub outcome_detail: Option<String>,
}
