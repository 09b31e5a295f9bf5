//! Tickets: what support has to do.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Posted, page};
use crate::look::Look;
use crate::resource::alarms::{self, AlarmView};
use crate::resource::notices::{self, EmptyInput, NoticeView};
use crate::view::{Can, PersonRef, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::ticket::{Line, TicketState};
use model::{IncidentId, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{TicketFilter, TicketListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    id: TicketId,
    line: Line,
    state: TicketState,
    incident: IncidentId,
    title: String,
    /// Null when nobody holds it, or when he is not for me to see.
    holder: Option<PersonRef>,
    clients: Vec<Ref>,
    opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    version: i64,
    can: TicketCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketCan {
    ack: Can,
    note: Can,
    resolve: Can,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketDetail {
    #[serde(flatten)]
    ticket: TicketView,
    device: Option<Ref>,
    alarms: Vec<AlarmView>,
    notices: Vec<NoticeView>,
    notes: Vec<NoteView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    at: Timestamp,
    /// Null: the product itself, or somebody who is not for me to see.
    author: Option<PersonRef>,
    text: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketQuery {
    state: Option<TicketState>,
    line: Option<Line>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteInput {
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveInput {
    note: Option<String>,
}

impl Versioned for TicketView {
    fn version(&self) -> i64 {
        self.version
    }
}
impl Versioned for TicketDetail {
    fn version(&self) -> i64 {
        self.ticket.version
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: &TicketListed) -> ApiResult<TicketView> {
    let ticket = &listed.ticket;
    let is_open = ticket.state != TicketState::Resolved;
    let may_act = look.may(tx, Action::ActOnTickets, ticket.tenant).await?;
    let may_resolve = look.may(tx, Action::ResolveTickets, ticket.tenant).await?;
    let is_mine = ticket.holder == Some(look.sight.caller().person);
    let holder = match ticket.holder {
        Some(id) => look.person(tx, id).await?,
        None => None,
    };
    Ok(TicketView {
        id: ticket.id,
        line: ticket.line,
        state: ticket.state,
        incident: ticket.incident,
        title: ticket.title.clone(),
        holder,
        clients: listed.clients.iter().map(|(id, name)| Ref::new(id, name)).collect(),
        opened_at: ticket.opened_at,
        resolved_at: ticket.resolved_at,
        version: ticket.version,
        can: TicketCan { ack: Can::when(may_act, is_open && !is_mine), note: Can::role(may_act), resolve: Can::when(may_resolve, is_open) },
    })
}

async fn detail(tx: &mut Tx, look: &mut Look<'_>, id: TicketId) -> ApiResult<TicketDetail> {
    let listed = tx.ticket(id).await?.ok_or_else(|| ApiError::not_found("ticket"))?;
    let device = match &listed.device {
        Some((id, _)) => look.device(tx, *id).await?,
        None => None,
    };
    let mut notes = Vec::new();
    for (note, _) in tx.ticket_notes(id).await? {
        let author = match note.author {
            Some(id) => look.person(tx, id).await?,
            None => None,
        };
        notes.push(NoteView { at: note.at, author, text: note.text });
    }
    let alarms = alarms::views_of_incident(tx, look, listed.ticket.incident).await?;
    let notices = notices::views_of_incident(tx, look, listed.ticket.incident).await?;
    Ok(TicketDetail { ticket: view(tx, look, &listed).await?, device, alarms, notices, notes })
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "support", operation_id = "list_tickets", params(TicketQuery),
    responses((status = 200, body = ListOf<TicketView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<TicketQuery>) -> ApiResult<ListOf<TicketView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadTickets)).await?;
    let found = tx.tickets(&TicketFilter { state: query.state, line: query.line }, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "support", operation_id = "get_ticket", params(("id" = TicketId, Path)),
    responses((status = 200, body = TicketDetail)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<TicketId>) -> ApiResult<One<TicketDetail>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadTickets)).await?;
    Ok(One(detail(&mut tx, &mut Look::new(&who), id).await?))
}

async fn permit(tx: &mut Tx, who: &Who, action: Action, id: TicketId) -> ApiResult<()> {
    let not_found = || ApiError::not_found("ticket");
    let listed = tx.ticket(id).await?.ok_or_else(not_found)?;
    Ok(who.may(tx, action, listed.ticket.tenant).await?)
}

/// Takes the ticket: whoever acknowledges it holds it.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/ack", tag = "support", operation_id = "ack_ticket", params(("id" = TicketId, Path)),
    request_body = EmptyInput, responses((status = 200, body = TicketDetail)))]
pub(crate) async fn ack(State(app): State<App>, who: Who, Id(id): Id<TicketId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, Action::ActOnTickets, id).await?;
    support::acknowledge(&mut work.tx, id).await?;
    let view = detail(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// Writes an internal note.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/notes", tag = "support", operation_id = "note_ticket", params(("id" = TicketId, Path)),
    request_body = NoteInput, responses((status = 201, body = TicketDetail)))]
pub(crate) async fn note(State(app): State<App>, who: Who, Id(id): Id<TicketId>, posted: Posted<NoteInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, Action::ActOnTickets, id).await?;
    support::add_note(&mut work.tx, id, posted.body.text).await?;
    let view = detail(&mut work.tx, &mut Look::new(&who), id).await?;
    work.created(&view).await
}

#[utoipa::path(post, path = "/api/v1/tickets/{id}/resolve", tag = "support", operation_id = "resolve_ticket", params(("id" = TicketId, Path)),
    request_body = ResolveInput, responses((status = 200, body = TicketDetail)))]
pub(crate) async fn resolve(State(app): State<App>, who: Who, Id(id): Id<TicketId>, posted: Posted<ResolveInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, Action::ResolveTickets, id).await?;
    support::resolve(&mut work.tx, id, posted.body.note).await?;
    let view = detail(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}
