//! Reports: what a client's services were worth over a period, with the evidence.

use crate::answer::Plain;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Filter;
use crate::view::Ref;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use model::tenant::Language;
use model::{IncidentId, Problem, TenantId, Timestamp};
use report::{AvailabilityReport, Line, Period, ServiceReport};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AvailabilityReport)]
pub(crate) struct AvailabilityView {
    client: Ref,
    /// Days are counted in this time zone.
    tz: String,
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// The day after the last.
    #[schema(format = Date)]
    to: String,
    /// Where counting stops: the end of the period, or now.
    until: Timestamp,
    /// How time is counted in which nobody could tell what was up.
    unknown_time: UnknownTime,
    services: Vec<ServiceAvailability>,
}

/// It is shown as evidence of kind `unknown` and as `unknown_s`, and counts as available.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnknownTime {
    CountedAsAvailable,
}

/// `ast_s` (agreed service time) = `period_s` - `excluded_s`; availability = (`ast_s` - `downtime_s`) / `ast_s`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceAvailability {
    service: Ref,
    /// Counted from here: the begin of the period, or since the service is in the register.
    counted_from: Timestamp,
    period_s: i64,
    excluded_s: i64,
    ast_s: i64,
    downtime_s: i64,
    /// Fewer endpoints than it has, but as many as it needs.
    degraded_s: i64,
    /// Of the agreed time, counted as available although nobody could tell.
    unknown_s: i64,
    /// Three digits, never rounded up; null when no time was agreed.
    availability_pct: Option<String>,
    availability_pct_6dp: Option<String>,
    /// In order of time. `counted_s` of all of it is `downtime_s`; `degraded_s` of all of it the service's; `excluded_s` of kind `maintenance` the service's.
    evidence: Vec<EvidenceView>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EvidenceKind {
    Down,
    Degraded,
    Maintenance,
    /// Nobody could tell: the collector was lost or cut off, or (with an alarm) the register was not sure of the port.
    Unknown,
}

/// One event, as far as it lies in the period. What I do not see is null.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    kind: EvidenceKind,
    from: Timestamp,
    /// Null: it goes on.
    to: Option<Timestamp>,
    /// Seconds of the downtime; what an earlier line counts already is not counted again.
    counted_s: i64,
    degraded_s: i64,
    /// Seconds that maintenance takes out.
    excluded_s: i64,
    /// By its class.
    alarm: Option<Ref>,
    incident: Option<IncidentId>,
    device: Option<Ref>,
    interface: Option<String>,
    maintenance: Option<Ref>,
    first_missed_at: Option<Timestamp>,
    confirmed_at: Option<Timestamp>,
    cleared_at: Option<Timestamp>,
    detail: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityQuery {
    client: TenantId,
    /// First day, `YYYY-MM-DD`, in the client's time zone.
    from: String,
    /// The day after the last.
    to: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityTableQuery {
    client: TenantId,
    /// First day, `YYYY-MM-DD`, in the client's time zone.
    from: String,
    /// The day after the last.
    to: String,
    /// Of the headings; absent: the client's.
    language: Option<Language>,
}

fn day(field: &str, text: &str) -> ApiResult<Date> {
    let problem = || Problem::new("bad_date", "is not a date; expected `YYYY-MM-DD`, e.g. 2026-11-01");
    text.parse().map_err(|_| ApiError::bad(problem().at(field)))
}

fn view(report: AvailabilityReport) -> AvailabilityView {
    AvailabilityView {
        client: Ref::new(report.client.0, report.client.1),
        tz: report.tz,
        from: report.period.from.to_string(),
        to: report.period.to.to_string(),
        until: report.until,
        unknown_time: UnknownTime::CountedAsAvailable,
        services: report.services.into_iter().map(service).collect(),
    }
}

fn service(of: ServiceReport) -> ServiceAvailability {
    ServiceAvailability {
        service: Ref::new(of.service.0, of.service.1),
        counted_from: of.from,
        period_s: of.period_s,
        excluded_s: of.excluded_s,
        ast_s: of.ast_s,
        downtime_s: of.downtime_s,
        degraded_s: of.degraded_s,
        unknown_s: of.unknown_s,
        availability_pct: of.pct3,
        availability_pct_6dp: of.pct6,
        evidence: of.evidence.into_iter().map(evidence).collect(),
    }
}

fn evidence(line: Line) -> EvidenceView {
    EvidenceView {
        kind: match line.kind {
            report::rules::Kind::Down => EvidenceKind::Down,
            report::rules::Kind::Degraded => EvidenceKind::Degraded,
            report::rules::Kind::Maintenance => EvidenceKind::Maintenance,
            report::rules::Kind::Unknown => EvidenceKind::Unknown,
        },
        from: line.from,
        to: line.to,
        counted_s: line.counted_s,
        degraded_s: line.degraded_s,
        excluded_s: line.excluded_s,
        alarm: line.alarm.map(|(id, class)| Ref::new(id, class.as_str())),
        incident: line.incident,
        device: line.device.map(|(id, name)| Ref::new(id, name)),
        interface: line.interface,
        maintenance: line.maintenance.map(|(id, title)| Ref::new(id, title)),
        first_missed_at: line.first_missed_at,
        confirmed_at: line.confirmed_at,
        cleared_at: line.cleared_at,
        detail: line.detail,
    }
}

async fn report(app: &App, who: &Who, client: TenantId, from: &str, to: &str) -> ApiResult<(AvailabilityReport, Language)> {
    let period = Period { from: day("from", from)?, to: day("to", to)? };
    let mut tx = app.store.read(&who.scope_for(Action::ReadReports)).await?;
    let report = report::availability(&mut tx, client, period).await?;
    Ok((report, tx.inherited(client).await?.language))
}

/// Availability of all services of a client, with the evidence behind each minute.
#[utoipa::path(get, path = "/api/v1/reports/availability", tag = "report", operation_id = "get_availability", params(AvailabilityQuery),
    responses((status = 200, body = AvailabilityView)))]
pub(crate) async fn availability(
    State(app): State<App>,
    who: Who,
    Filter(query): Filter<AvailabilityQuery>,
) -> ApiResult<Plain<AvailabilityView>> {
    let (report, _) = report(&app, &who, query.client, &query.from, &query.to).await?;
    Ok(Plain(view(report)))
}

/// The same as a table for spreadsheets: one row per line of evidence and one per service.
#[utoipa::path(get, path = "/api/v1/reports/availability.csv", tag = "report", operation_id = "get_availability_table", params(AvailabilityTableQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn table(State(app): State<App>, who: Who, Filter(query): Filter<AvailabilityTableQuery>) -> ApiResult<Response> {
    let (report, language) = report(&app, &who, query.client, &query.from, &query.to).await?;
    let table = report::to_csv(&report, query.language.unwrap_or(language))?;
    let name = format!("attachment; filename=\"availability_{}_{}.csv\"", report.period.from, report.period.to);
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], table).into_response())
}
