//! The counters in the header of every page.

use crate::answer::Plain;
use crate::app::App;
use crate::error::ApiResult;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::Timestamp;
use model::alarm::Severity;
use model::device::DeviceState;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Summary)]
pub(crate) struct SummaryView {
    alarms: SeverityCounts,
    unacked: i64,
    /// Active alarms that maintenance mutes; in no other counter.
    muted: i64,
    tickets_open: i64,
    notices_held: i64,
    notices_draft: i64,
    devices: DeviceCounts,
    collectors_lost: i64,
    is_cut_off: bool,
    shadow: bool,
    at: Timestamp,
}

/// Active alarms that are not symptoms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeverityCounts {
    critical: i64,
    major: i64,
    minor: i64,
    warning: i64,
    indeterminate: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceCounts {
    up: i64,
    down: i64,
    degraded: i64,
    unknown: i64,
}

fn of<K: PartialEq>(counts: &[(K, i64)], wanted: K) -> i64 {
    counts.iter().find(|(key, _)| *key == wanted).map_or(0, |(_, count)| *count)
}

/// Counts of what I see; what my role does not show me counts as nothing.
#[utoipa::path(get, path = "/api/v1/summary", tag = "monitor", operation_id = "get_summary", responses((status = 200, body = SummaryView)))]
pub(crate) async fn read(State(app): State<App>, who: Who) -> ApiResult<Plain<SummaryView>> {
    let mut tx = app.store.read(&who.scope()).await?;
    let all = tx.summary().await?;
    let settings = tx.settings().await?;
    let seen = |action: Action, count: i64| if who.may_somewhere(action) { count } else { 0 };
    Ok(Plain(SummaryView {
        alarms: SeverityCounts {
            critical: of(&all.alarms, Severity::Critical),
            major: of(&all.alarms, Severity::Major),
            minor: of(&all.alarms, Severity::Minor),
            warning: of(&all.alarms, Severity::Warning),
            indeterminate: of(&all.alarms, Severity::Indeterminate),
        },
        unacked: all.unacked,
        muted: all.muted,
        tickets_open: seen(Action::ReadTickets, all.tickets_open),
        notices_held: seen(Action::ReadUnsentNotices, all.notices_held),
        notices_draft: seen(Action::ReadUnsentNotices, all.notices_draft),
        devices: DeviceCounts {
            up: of(&all.devices, DeviceState::Up),
            down: of(&all.devices, DeviceState::Down),
            degraded: of(&all.devices, DeviceState::Degraded),
            unknown: of(&all.devices, DeviceState::Unknown),
        },
        collectors_lost: seen(Action::ReadCollectors, all.collectors_lost),
        is_cut_off: seen(Action::ReadCollectors, all.collectors_cut_off) > 0,
        shadow: settings.shadow,
        at: tx.now(),
    }))
}
