//! Alarms: what is wrong in the network now, and what was.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Posted, page};
use crate::look::Look;
use crate::resource::notices::EmptyInput;
use crate::view::{Can, PersonRef, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::alarm::{AlarmClass, AlarmState, ObjectKind, Severity};
use model::{AlarmId, DeviceId, IncidentId, TenantId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AlarmFilter, AlarmListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmView {
    id: AlarmId,
    class: AlarmClass,
    severity: Severity,
    state: AlarmState,
    object: ObjectView,
    device: Option<Ref>,
    site: Option<Ref>,
    client: Option<Ref>,
    incident: Option<IncidentId>,
    /// Not a symptom of another alarm.
    is_root: bool,
    suppressed_by: Option<AlarmId>,
    /// Maintenance mutes it: no ticket, no notice, in no counter.
    is_muted: bool,
    /// Null also when the maintenance is not for me to see.
    muted_by: Option<Ref>,
    /// Downtime counts from here.
    first_miss_at: Timestamp,
    raised_at: Option<Timestamp>,
    cleared_at: Option<Timestamp>,
    /// Null when nobody did, or when he is not for me to see.
    acked_by: Option<PersonRef>,
    acked_at: Option<Timestamp>,
    ack_note: Option<String>,
    flaps: u32,
    detail: String,
    impact: ImpactCounts,
    ticket: Option<TicketId>,
    version: i64,
    can: AlarmCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectView {
    kind: ObjectKind,
    id: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImpactCounts {
    services: i64,
    clients: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmCan {
    ack: Can,
    unack: Can,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmQuery {
    state: Option<AlarmState>,
    severity: Option<Severity>,
    class: Option<AlarmClass>,
    client: Option<TenantId>,
    device: Option<DeviceId>,
    acked: Option<bool>,
    /// Only causes, or only symptoms.
    root: Option<bool>,
    /// Only those that maintenance mutes, or only the others.
    muted: Option<bool>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AckInput {
    note: Option<String>,
}

impl Versioned for AlarmView {
    fn version(&self) -> i64 {
        self.version
    }
}

pub(crate) async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: AlarmListed) -> ApiResult<AlarmView> {
    let alarm = listed.alarm;
    let is_active = alarm.state == AlarmState::Active;
    let may_act = look.may(tx, Action::ActOnAlarms, alarm.tenant).await?;
    let sees_tickets = look.may(tx, Action::ReadTickets, alarm.tenant).await?;
    let incident = match alarm.incident {
        Some(id) => look.incident(tx, id).await?,
        None => None,
    };
    let suppressed_by = match alarm.suppressed_by {
        Some(id) => look.alarm(tx, id).await?,
        None => None,
    };
    let muted_by = match alarm.muted_by {
        Some(id) => look.maintenance(tx, id).await?,
        None => None,
    };
    let acked_by = match alarm.acked_by {
        Some(id) => look.person(tx, id).await?,
        None => None,
    };
    Ok(AlarmView {
        id: alarm.id,
        class: alarm.class,
        severity: alarm.severity,
        state: alarm.state,
        object: ObjectView { kind: alarm.object.kind(), id: alarm.object.to_string(), name: listed.object_name },
        device: alarm.device.zip(listed.device_name).map(|(id, name)| Ref::new(id, name)),
        // An alarm of a collector belongs to the provider itself, which is no site.
        site: alarm.device.map(|_| Ref::new(alarm.tenant, listed.site_name)),
        client: listed.client.map(|(id, name)| Ref::new(id, name)),
        ticket: listed.ticket.filter(|_| sees_tickets && incident.is_some()),
        incident,
        is_root: alarm.suppressed_by.is_none(),
        suppressed_by,
        is_muted: alarm.muted_by.is_some(),
        muted_by,
        first_miss_at: alarm.first_miss_at,
        raised_at: alarm.raised_at,
        cleared_at: alarm.cleared_at,
        acked_by,
        acked_at: alarm.acked_at,
        // Written for colleagues, not for the client.
        ack_note: alarm.ack_note.filter(|_| sees_tickets),
        flaps: alarm.flaps,
        detail: alarm.detail,
        impact: ImpactCounts { services: listed.services_hit, clients: listed.clients_hit },
        version: alarm.version,
        can: AlarmCan {
            ack: Can::when(may_act, is_active && alarm.acked_at.is_none()),
            unack: Can::when(may_act, is_active && alarm.acked_at.is_some()),
        },
    })
}

pub(crate) async fn view_of(tx: &mut Tx, look: &mut Look<'_>, id: AlarmId) -> ApiResult<AlarmView> {
    let listed = tx.alarm_listed(id).await?.ok_or_else(|| ApiError::not_found("alarm"))?;
    view(tx, look, listed).await
}

/// All alarms of an incident that the caller sees.
pub(crate) async fn views_of_incident(tx: &mut Tx, look: &mut Look<'_>, incident: IncidentId) -> ApiResult<Vec<AlarmView>> {
    let filter = AlarmFilter { incident: Some(incident), ..AlarmFilter::default() };
    let found = tx.alarms(&filter, store::Page::first(model::limits::PAGE_ITEMS_MAX)).await?;
    let mut views = Vec::new();
    for listed in found.items {
        views.push(view(tx, look, listed).await?);
    }
    Ok(views)
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/alarms", tag = "monitor", operation_id = "list_alarms", params(AlarmQuery),
    responses((status = 200, body = ListOf<AlarmView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<AlarmQuery>) -> ApiResult<ListOf<AlarmView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let filter = AlarmFilter {
        state: query.state,
        severity: query.severity,
        class: query.class,
        client: query.client,
        device: query.device,
        incident: None,
        is_acked: query.acked,
        is_root: query.root,
        is_muted: query.muted,
    };
    let mut tx = app.store.read(&who.scope_for(Action::ReadAlarms)).await?;
    let found = tx.alarms(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/alarms/{id}", tag = "monitor", operation_id = "get_alarm", params(("id" = AlarmId, Path)),
    responses((status = 200, body = AlarmView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<AlarmId>) -> ApiResult<One<AlarmView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadAlarms)).await?;
    Ok(One(view_of(&mut tx, &mut Look::new(&who), id).await?))
}

async fn permit(tx: &mut Tx, who: &Who, id: AlarmId) -> ApiResult<()> {
    let alarm = tx.alarm(id).await?.ok_or_else(|| ApiError::not_found("alarm"))?;
    Ok(who.may(tx, Action::ActOnAlarms, alarm.tenant).await?)
}

/// Takes note of an alarm: who, when, why.
#[utoipa::path(post, path = "/api/v1/alarms/{id}/ack", tag = "monitor", operation_id = "ack_alarm", params(("id" = AlarmId, Path)),
    request_body = AckInput, responses((status = 200, body = AlarmView)))]
pub(crate) async fn ack(State(app): State<App>, who: Who, Id(id): Id<AlarmId>, posted: Posted<AckInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, id).await?;
    monitor::acknowledge(&mut work.tx, id, posted.body.note).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// Takes an acknowledgement back.
#[utoipa::path(post, path = "/api/v1/alarms/{id}/unack", tag = "monitor", operation_id = "unack_alarm", params(("id" = AlarmId, Path)),
    request_body = EmptyInput, responses((status = 200, body = AlarmView)))]
pub(crate) async fn unack(State(app): State<App>, who: Who, Id(id): Id<AlarmId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, id).await?;
    monitor::unacknowledge(&mut work.tx, id).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}
