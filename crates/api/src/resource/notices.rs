//! Notices to clients: what was said, what waits, and letting it go.

use crate::answer::{ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Posted, page};
use crate::look::Look;
use crate::view::{Can, Ref};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::notice::{Channel, HoldReason, NoticeKind, NoticeState};
use model::tenant::Language;
use model::{IncidentId, MaintenanceId, NoticeId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{NoticeFilter, NoticeListed, Page, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    id: NoticeId,
    /// Null when its cause is not for me to see.
    incident: Option<IncidentId>,
    /// What it announces, changes or cancels; null when it is about an incident.
    maintenance: Option<Ref>,
    client: Ref,
    contact: Option<Ref>,
    channel: Channel,
    address: String,
    language: Language,
    kind: NoticeKind,
    state: NoticeState,
    hold_reason: Option<HoldReason>,
    /// A held notice goes by itself at this time.
    release_at: Option<Timestamp>,
    brand: String,
    subject: String,
    body: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
    /// What the other side answered when it took it.
    proof: Option<String>,
    version: i64,
    can: NoticeCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeCan {
    release: Can,
    withdraw: Can,
    correct: Can,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeQuery {
    state: Option<NoticeState>,
    incident: Option<IncidentId>,
    maintenance: Option<MaintenanceId>,
    client: Option<TenantId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmptyInput {}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionInput {
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseInput {
    state: ReleaseState,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReleaseState {
    Held,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasedView {
    released: u32,
}

impl Versioned for NoticeView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// `None`: it has not gone out, and the caller is not one who may read such notices.
async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: NoticeListed) -> ApiResult<Option<NoticeView>> {
    let notice = listed.notice;
    if notice.state != NoticeState::Sent && !look.may(tx, Action::ReadUnsentNotices, notice.client).await? {
        return Ok(None);
    }
    let may = look.may(tx, Action::ActOnNotices, notice.client).await?;
    let is_shadow = notice.state == NoticeState::Draft && notice.hold_reason == Some(HoldReason::Shadow);
    let waits = matches!(notice.state, NoticeState::Held | NoticeState::Draft);
    let can = NoticeCan {
        release: Can::when(may, waits && !is_shadow),
        withdraw: Can::when(may, waits || matches!(notice.state, NoticeState::Queued | NoticeState::Failed)),
        correct: Can::when(may, notice.state == NoticeState::Sent),
    };
    Ok(Some(NoticeView {
        id: notice.id,
        incident: match notice.topic.incident() {
            Some(id) => look.incident(tx, id).await?,
            None => None,
        },
        maintenance: match notice.topic.maintenance() {
            Some(id) => look.maintenance(tx, id).await?,
            None => None,
        },
        client: Ref::new(notice.client, listed.client_name),
        contact: notice.contact.zip(listed.contact_name).map(|(id, name)| Ref::new(id, name)),
        channel: notice.channel,
        address: notice.address,
        language: notice.language,
        kind: notice.kind,
        state: notice.state,
        hold_reason: notice.hold_reason,
        release_at: notice.release_at,
        brand: notice.brand,
        subject: notice.subject,
        body: notice.body,
        attempts: notice.attempts,
        last_error: notice.last_error,
        created_at: notice.created_at,
        sent_at: notice.sent_at,
        proof: notice.proof,
        version: notice.version,
        can,
    }))
}

async fn view_of(tx: &mut Tx, look: &mut Look<'_>, id: NoticeId) -> ApiResult<NoticeView> {
    let not_found = || ApiError::not_found("notice");
    let listed = tx.notice(id).await?.ok_or_else(not_found)?;
    view(tx, look, listed).await?.ok_or_else(not_found)
}

pub(crate) async fn views_of_incident(tx: &mut Tx, look: &mut Look<'_>, incident: IncidentId) -> ApiResult<Vec<NoticeView>> {
    let filter = NoticeFilter { incident: Some(incident), ..NoticeFilter::default() };
    let found = tx.notices(&filter, Page::first(model::limits::PAGE_ITEMS_MAX)).await?;
    let mut views = Vec::new();
    for listed in found.items {
        views.extend(view(tx, look, listed).await?);
    }
    Ok(views)
}

/// Newest first. Whoever has no part in sending reads only what was sent.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notify", operation_id = "list_notices", params(NoticeQuery),
    responses((status = 200, body = ListOf<NoticeView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<NoticeQuery>) -> ApiResult<ListOf<NoticeView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut filter = NoticeFilter { state: query.state, incident: query.incident, maintenance: query.maintenance, client: query.client };
    if filter.state.is_none() && !who.may_somewhere(Action::ReadUnsentNotices) {
        filter.state = Some(NoticeState::Sent);
    }
    let mut tx = app.store.read(&who.scope_for(Action::ReadNotices)).await?;
    let found = tx.notices(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.extend(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/notices/{id}", tag = "notify", operation_id = "get_notice", params(("id" = NoticeId, Path)),
    responses((status = 200, body = NoticeView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<NoticeId>) -> ApiResult<One<NoticeView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadNotices)).await?;
    Ok(One(view_of(&mut tx, &mut Look::new(&who), id).await?))
}

async fn permit(tx: &mut Tx, who: &Who, id: NoticeId) -> ApiResult<()> {
    let notice = view_of(tx, &mut Look::new(who), id).await?;
    let client = notice.client.id().parse().map_err(ApiError::internal)?;
    Ok(who.may(tx, Action::ActOnNotices, client).await?)
}

/// Lets a held notice or a draft go.
#[utoipa::path(post, path = "/api/v1/notices/{id}/release", tag = "notify", operation_id = "release_notice", params(("id" = NoticeId, Path)),
    request_body = EmptyInput, responses((status = 200, body = NoticeView)))]
pub(crate) async fn release(State(app): State<App>, who: Who, Id(id): Id<NoticeId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, id).await?;
    notify::release(&mut work.tx, id).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// It is never sent.
#[utoipa::path(post, path = "/api/v1/notices/{id}/withdraw", tag = "notify", operation_id = "withdraw_notice", params(("id" = NoticeId, Path)),
    request_body = EmptyInput, responses((status = 200, body = NoticeView)))]
pub(crate) async fn withdraw(State(app): State<App>, who: Who, Id(id): Id<NoticeId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, id).await?;
    notify::withdraw(&mut work.tx, id).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// Puts right what was sent: answers the new notice.
#[utoipa::path(post, path = "/api/v1/notices/{id}/correction", tag = "notify", operation_id = "correct_notice", params(("id" = NoticeId, Path)),
    request_body = CorrectionInput, responses((status = 201, body = NoticeView)))]
pub(crate) async fn correct(
    State(app): State<App>,
    who: Who,
    Id(id): Id<NoticeId>,
    posted: Posted<CorrectionInput>,
) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, id).await?;
    let correction = notify::correct(&mut work.tx, id, posted.body.text).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), correction).await?;
    work.created(&view).await
}

/// Lets all held notices go that I may.
#[utoipa::path(post, path = "/api/v1/notices/release", tag = "notify", operation_id = "release_notices", request_body = ReleaseInput,
    responses((status = 200, body = ReleasedView)))]
pub(crate) async fn release_all(State(app): State<App>, who: Who, posted: Posted<ReleaseInput>) -> ApiResult<Response> {
    let ReleaseState::Held = posted.body.state;
    let mut work = Work::begin_within(&app, &who, &who.scope_for(Action::ActOnNotices), posted.once).await?;
    let released = notify::release_held(&mut work.tx).await?;
    work.done_plain(&ReleasedView { released }).await
}
