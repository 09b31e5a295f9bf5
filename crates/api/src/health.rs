//! For whoever watches the watcher: alive, ready, numbers.

use crate::app::App;
use crate::flow::{self, Counts};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;
use std::time::Duration;

/// A database that takes longer is not ready.
const READY_WAIT: Duration = Duration::from_secs(3);

/// The process answers.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// The database answers, too.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match tokio::time::timeout(READY_WAIT, flow::ask_database(&app)).await {
        Ok(Ok(())) => match app.system.cold() {
            None => "ok\n".into_response(),
            Some(cold) => format!("ok, but cold ({}): nothing is watched and nobody is told until POST /api/v1/system/warm\n", cold.reason)
                .into_response(),
        },
        Ok(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, format!("the database does not answer: {error}\n")).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time\n").into_response(),
    }
}

/// Prometheus text format, version 0.0.4. Counts of the whole installation, no names.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    match write_all(&app).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => crate::error::ApiError::from(error).into_response(),
    }
}

async fn write_all(app: &App) -> Result<String, store::StoreError> {
    let Counts { summary, deliveries_open, last_event } = flow::counts(app).await?;
    let mut text = String::new();
    let mut gauge = |name: &str, labels: &str, value: f64| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "polyot_{name}{labels} {value}");
    };
    for (severity, count) in &summary.alarms {
        gauge("alarms_active", &format!("{{severity=\"{severity}\"}}"), *count as f64);
    }
    for (state, count) in &summary.devices {
        gauge("devices", &format!("{{state=\"{state}\"}}"), *count as f64);
    }
    gauge("alarms_unacked", "", summary.unacked as f64);
    gauge("tickets_open", "", summary.tickets_open as f64);
    gauge("notices_held", "", summary.notices_held as f64);
    gauge("notices_draft", "", summary.notices_draft as f64);
    gauge("notices_queued", "", summary.notices_queued as f64);
    gauge("notices_failed", "", summary.notices_failed as f64);
    gauge("collectors_lost", "", summary.collectors_lost as f64);
    gauge("collectors_cut_off", "", summary.collectors_cut_off as f64);
    gauge("cold", "", if app.system.cold().is_some() { 1.0 } else { 0.0 });
    gauge("deliveries_open", "", deliveries_open as f64);
    gauge("events_total", "", last_event as f64);
    let streams: usize = app.streams.lock().unwrap_or_else(std::sync::PoisonError::into_inner).values().sum();
    gauge("api_streams_open", "", streams as f64);
    if let Some(series) = &app.series {
        let stats = series.stats();
        gauge("series", "", stats.series as f64);
        gauge("series_samples_appended_total", "", stats.samples_appended as f64);
        gauge("series_refused_too_old_total", "", stats.refused_too_old as f64);
        gauge("series_refused_too_new_total", "", stats.refused_too_new as f64);
        gauge("series_refused_not_finite_total", "", stats.refused_not_finite as f64);
        gauge("series_head_samples", "", stats.head_samples as f64);
        gauge("series_background_failures_total", "", stats.background_failures as f64);
        gauge("series_wal_size_bytes", "", stats.wal_bytes as f64);
        gauge("series_disk_size_bytes", "", stats.disk_bytes as f64);
    }
    if let Some(numbers) = &app.numbers {
        for (name, value) in numbers() {
            gauge(&name, "", value);
        }
    }
    Ok(text)
}
