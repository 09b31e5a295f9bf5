//! Signals: what other monitoring systems say, and what it is about.

use crate::answer::{ListOf, Plain, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult, of_signal};
use crate::extract::{Filter, Id, Posted, page};
use crate::look::Look;
use crate::view::{Can, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::alarm::Severity;
use model::signal::{SignalState, Target};
use model::{DeviceId, Problem, ServiceId, SignalId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{SignalFilter, SignalListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignalView {
    id: SignalId,
    source: Ref,
    /// How the source tells it from all others.
    key: String,
    title: String,
    severity: Severity,
    state: SignalState,
    device: Option<Ref>,
    service: Option<Ref>,
    labels: BTreeMap<String, String>,
    /// When the present or last occurrence began.
    began_at: Timestamp,
    first_at: Timestamp,
    last_at: Timestamp,
    /// How often the source spoke of it.
    count: i64,
    /// What had to be mended in what the source said.
    note: String,
    can: SignalCan,
}

/// With the source's last words about it, for support.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignalDetail {
    #[serde(flatten)]
    signal: SignalView,
    /// Cut to a limit.
    raw: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignalCan {
    map: Can,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalQuery {
    source: Option<SourceId>,
    state: Option<SignalState>,
    /// Only those about nothing known here, or only the others.
    unmapped: Option<bool>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Exactly one of `device` and `service`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapInput {
    device: Option<DeviceId>,
    service: Option<ServiceId>,
    /// Which label the rule is made of; without one the first that names something, else this signal alone.
    label: Option<String>,
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: SignalListed) -> ApiResult<(SignalView, String)> {
    let signal = listed.signal;
    let (mut device, mut service) = (None, None);
    match signal.target {
        Some(Target::Device(id)) => device = look.device(tx, id).await?,
        Some(Target::Service(id)) => service = tx.service(id).await?.map(|found| Ref::new(id, found.service.name)),
        None => {}
    }
    let can = Can::role(look.may(tx, Action::WriteSources, listed.tenant).await?);
    let view = SignalView {
        id: signal.id,
        source: Ref::new(signal.source, listed.source_name),
        key: signal.key,
        title: signal.title,
        severity: signal.severity,
        state: signal.state,
        device,
        service,
        labels: signal.labels,
        began_at: signal.began_at,
        first_at: signal.first_at,
        last_at: signal.last_at,
        count: signal.count,
        note: signal.note,
        can: SignalCan { map: can },
    };
    Ok((view, signal.raw))
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/signals", tag = "monitor", operation_id = "list_signals", params(SignalQuery),
    responses((status = 200, body = ListOf<SignalView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<SignalQuery>) -> ApiResult<ListOf<SignalView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let filter = SignalFilter { source: query.source, state: query.state, is_mapped: query.unmapped.map(|unmapped| !unmapped) };
    let mut tx = app.store.read(&who.scope_for(Action::ReadSources)).await?;
    let found = tx.signals(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?.0);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/signals/{id}", tag = "monitor", operation_id = "get_signal", params(("id" = SignalId, Path)),
    responses((status = 200, body = SignalDetail)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<SignalId>) -> ApiResult<Plain<SignalDetail>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadSources)).await?;
    let listed = tx.signal(id).await?.ok_or_else(|| ApiError::not_found("signal"))?;
    let (signal, raw) = view(&mut tx, &mut Look::new(&who), listed).await?;
    Ok(Plain(SignalDetail { signal, raw }))
}

/// Says what a signal is about; kept as a rule of its source: same label, same object. What is open becomes an alarm at once.
#[utoipa::path(post, path = "/api/v1/signals/{id}/map", tag = "monitor", operation_id = "map_signal", params(("id" = SignalId, Path)),
    request_body = MapInput, responses((status = 200, body = SignalView)))]
pub(crate) async fn map(State(app): State<App>, who: Who, Id(id): Id<SignalId>, posted: Posted<MapInput>) -> ApiResult<Response> {
    let target = match (posted.body.device, posted.body.service) {
        (Some(device), None) => Target::Device(device),
        (None, Some(service)) => Target::Service(service),
        _ => return Err(ApiError::bad(Problem::new("not_both", "give either `device` or `service`").at("device"))),
    };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let listed = work.tx.signal(id).await?.ok_or_else(|| ApiError::not_found("signal"))?;
    who.may(&mut work.tx, Action::WriteSources, listed.tenant).await?;
    monitor::signals::map_signal(&mut work.tx, id, target, posted.body.label.as_deref()).await.map_err(of_signal)?;
    let listed = work.tx.signal(id).await?.ok_or_else(|| ApiError::not_found("signal"))?;
    let (view, _) = view(&mut work.tx, &mut Look::new(&who), listed).await?;
    work.done_plain(&view).await
}
