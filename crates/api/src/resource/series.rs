//! Graphs: one metric of one device or interface.

use crate::answer::Plain;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Filter;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::{DeviceId, InterfaceId, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use series::{Metric, Point, SeriesError, SeriesKey};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Points in one graph, at most; a screen has fewer columns.
const GRAPH_POINTS_MAX: usize = 5_000;
const GRAPH_POINTS_DEFAULT: usize = 300;
const GRAPH_LENGTH_DEFAULT: Duration = Duration::from_secs(6 * 3_600);
const BITS_PER_OCTET: f64 = 8.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Device,
    Interface,
}

/// Name in the API, where it is measured, where it is kept, unit, and what one of ours is in that unit.
const METRICS: [(&str, Kind, Metric, &str, f64); 13] = [
    ("reach_rtt", Kind::Device, Metric::ReachRttMs, "ms", 1.0),
    ("reach_up", Kind::Device, Metric::ReachUp, "ratio", 1.0),
    ("cpu_load", Kind::Device, Metric::CpuLoadPercent, "percent", 1.0),
    ("mem_used", Kind::Device, Metric::MemUsedBytes, "bytes", 1.0),
    ("mem_total", Kind::Device, Metric::MemTotalBytes, "bytes", 1.0),
    ("in_bps", Kind::Interface, Metric::InOctets, "bps", BITS_PER_OCTET),
    ("out_bps", Kind::Interface, Metric::OutOctets, "bps", BITS_PER_OCTET),
    ("in_pps", Kind::Interface, Metric::InPackets, "pps", 1.0),
    ("out_pps", Kind::Interface, Metric::OutPackets, "pps", 1.0),
    ("in_errors", Kind::Interface, Metric::InErrors, "pps", 1.0),
    ("out_errors", Kind::Interface, Metric::OutErrors, "pps", 1.0),
    ("in_discards", Kind::Interface, Metric::InDiscards, "pps", 1.0),
    ("out_discards", Kind::Interface, Metric::OutDiscards, "pps", 1.0),
];

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesView {
    object: String,
    metric: String,
    unit: SeriesUnit,
    step_s: i64,
    /// A step without a sample is missing: a gap stays a gap.
    points: Vec<PointView>,
}

/// The unit of the points.
#[derive(Debug, ToSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SeriesUnit {
    Percent,
    Bps,
    Pps,
    Ms,
    Bytes,
    Ratio,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointView {
    at: Timestamp,
    min: f64,
    avg: f64,
    max: f64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesQuery {
    /// `dev_…` or `ifc_…`.
    object: String,
    metric: String,
    /// Six hours before `to` when absent.
    from: Option<Timestamp>,
    /// Now when absent.
    to: Option<Timestamp>,
    points: Option<usize>,
}

struct Asked {
    key: SeriesKey,
    unit: SeriesUnit,
    factor: f64,
    from: Timestamp,
    to: Timestamp,
    points: usize,
}

impl Asked {
    fn step_s(&self, points: &[Point]) -> i64 {
        // The closest two points are one step apart; with fewer, what was asked for must do.
        let closest = points.windows(2).map(|pair| pair[1].at.secs() - pair[0].at.secs()).min();
        let wanted = i64::try_from(self.to.since(self.from).as_secs()).unwrap_or(i64::MAX) / i64::try_from(self.points).unwrap_or(1).max(1);
        closest.unwrap_or(wanted).max(1)
    }
}

/// `object` says which table of metrics holds; which object it is has been found visible before.
fn asked(query: &SeriesQuery, kind: Kind, object: [u8; 16], now: Timestamp) -> ApiResult<Asked> {
    let known = METRICS.iter().find(|(name, of, ..)| *name == query.metric && *of == kind);
    let names = || METRICS.iter().filter(|(_, of, ..)| *of == kind).map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
    let (_, _, metric, unit, factor) = *known.ok_or_else(|| {
        ApiError::bad(Problem::new("unknown_word", format!("is not measured of this object; expected one of: {}", names())).at("metric"))
    })?;
    let to = query.to.unwrap_or(now);
    let from = query.from.unwrap_or_else(|| to.minus(GRAPH_LENGTH_DEFAULT));
    if from >= to {
        return Err(ApiError::bad(Problem::new("out_of_range", "must be before `to`").at("from")));
    }
    let points = query.points.unwrap_or(GRAPH_POINTS_DEFAULT);
    if !(1..=GRAPH_POINTS_MAX).contains(&points) {
        return Err(ApiError::bad(Problem::new("out_of_range", format!("must be between 1 and {GRAPH_POINTS_MAX}")).at("points")));
    }
    let unit = match unit {
        "ms" => SeriesUnit::Ms,
        "ratio" => SeriesUnit::Ratio,
        "percent" => SeriesUnit::Percent,
        "bytes" => SeriesUnit::Bytes,
        "bps" => SeriesUnit::Bps,
        _ => SeriesUnit::Pps,
    };
    Ok(Asked { key: SeriesKey { object, metric }, unit, factor, from, to, points })
}

async fn find(app: &App, who: &Who, query: &SeriesQuery) -> ApiResult<Asked> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadDevices)).await?;
    let not_found = || ApiError::not_found("device or interface");
    let now = tx.now();
    if query.object.starts_with(InterfaceId::PREFIX) {
        let id: InterfaceId = query.object.parse().map_err(|problem: Problem| ApiError::bad(problem.at("object")))?;
        tx.interface(id).await?.ok_or_else(not_found)?;
        return asked(query, Kind::Interface, *id.bytes(), now);
    }
    let id: DeviceId = query.object.parse().map_err(|problem: Problem| ApiError::bad(problem.at("object")))?;
    tx.device(id).await?.ok_or_else(not_found)?;
    asked(query, Kind::Device, *id.bytes(), now)
}

/// Minimum, average and maximum per step; counters as rates per second.
#[utoipa::path(get, path = "/api/v1/series", tag = "monitor", operation_id = "get_series", params(SeriesQuery), responses((status = 200, body = SeriesView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Filter(query): Filter<SeriesQuery>) -> ApiResult<Plain<SeriesView>> {
    let asked = find(&app, &who, &query).await?;
    let points = match app.series.clone() {
        None => Vec::new(),
        Some(series) => {
            let (key, from, to, most) = (asked.key, asked.from, asked.to, asked.points);
            let read = move || if key.metric.is_counter() { series.rate(key, from, to, most) } else { series.points(key, from, to, most) };
            tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)?.map_err(refused)?
        }
    };
    let factor = asked.factor;
    let shown = |point: &Point| PointView { at: point.at, min: point.min * factor, avg: point.avg * factor, max: point.max * factor };
    let step_s = asked.step_s(&points);
    Ok(Plain(SeriesView {
        object: query.object,
        metric: query.metric,
        unit: asked.unit,
        step_s,
        points: points.iter().map(shown).collect(),
    }))
}

fn refused(error: SeriesError) -> ApiError {
    if error.worth_retrying() {
        tracing::warn!("A graph cannot be read: {error}");
        return ApiError::Unavailable { detail: "The samples cannot be read at this moment; try again.".into() };
    }
    ApiError::internal(error)
}
