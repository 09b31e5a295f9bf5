//! Incidents: the alarms of one cause, whom they hit and who was told.

use crate::answer::{ListOf, One, Versioned};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, page};
use crate::look::Look;
use crate::resource::alarms::{self, AlarmView};
use crate::resource::notices::{self, NoticeView};
use crate::view::Ref;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::alarm::{Incident, IncidentState};
use model::service::Mapping;
use model::{IncidentId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentView {
    id: IncidentId,
    state: IncidentState,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
    /// Null when it is not for me to see.
    root: Option<AlarmView>,
    alarms: Vec<AlarmView>,
    impacts: Vec<ImpactView>,
    notices: Vec<NoticeView>,
    ticket: Option<TicketId>,
    version: i64,
}

/// As lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentItem {
    id: IncidentId,
    state: IncidentState,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
    root: Option<AlarmView>,
    ticket: Option<TicketId>,
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImpactView {
    service: Ref,
    client: Ref,
    mapping: Mapping,
    from: Timestamp,
    to: Option<Timestamp>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentQuery {
    state: Option<IncidentState>,
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Versioned for IncidentView {
    fn version(&self) -> i64 {
        self.version
    }
}

async fn ticket(tx: &mut Tx, look: &mut Look<'_>, incident: &Incident) -> ApiResult<Option<TicketId>> {
    if !look.may(tx, Action::ReadTickets, incident.tenant).await? {
        return Ok(None);
    }
    Ok(tx.ticket_of_incident(incident.id).await?.map(|listed| listed.ticket.id))
}

async fn root(tx: &mut Tx, look: &mut Look<'_>, incident: &Incident) -> ApiResult<Option<AlarmView>> {
    match tx.alarm_listed(incident.root).await? {
        Some(listed) => Ok(Some(alarms::view(tx, look, listed).await?)),
        None => Ok(None),
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, incident: Incident) -> ApiResult<IncidentView> {
    let impacts = tx.impacts_of_incident(incident.id).await?;
    let impacts = impacts.into_iter().map(|listed| ImpactView {
        service: Ref::new(listed.impact.service, listed.service_name),
        client: Ref::new(listed.impact.client, listed.client_name),
        mapping: listed.impact.mapping,
        from: listed.impact.from,
        to: listed.impact.to,
    });
    Ok(IncidentView {
        id: incident.id,
        state: incident.state,
        opened_at: incident.opened_at,
        closed_at: incident.closed_at,
        root: root(tx, look, &incident).await?,
        alarms: alarms::views_of_incident(tx, look, incident.id).await?,
        impacts: impacts.collect(),
        notices: notices::views_of_incident(tx, look, incident.id).await?,
        ticket: ticket(tx, look, &incident).await?,
        version: incident.version,
    })
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "monitor", operation_id = "list_incidents", params(IncidentQuery),
    responses((status = 200, body = ListOf<IncidentItem>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<IncidentQuery>) -> ApiResult<ListOf<IncidentItem>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadAlarms)).await?;
    let found = tx.incidents(query.state, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for incident in &found.items {
        items.push(IncidentItem {
            id: incident.id,
            state: incident.state,
            opened_at: incident.opened_at,
            closed_at: incident.closed_at,
            root: root(&mut tx, &mut look, incident).await?,
            ticket: ticket(&mut tx, &mut look, incident).await?,
            version: incident.version,
        });
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "monitor", operation_id = "get_incident", params(("id" = IncidentId, Path)),
    responses((status = 200, body = IncidentView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<IncidentId>) -> ApiResult<One<IncidentView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadAlarms)).await?;
    let found = tx.incident(id).await?.ok_or_else(|| ApiError::not_found("incident"))?;
    Ok(One(view(&mut tx, &mut Look::new(&who), found).await?))
}
