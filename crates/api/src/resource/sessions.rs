//! Logging in and out, my sessions, accepting an invitation, and who I am.

use crate::answer::{Gone, ListOf, Plain};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Body, Id};
use crate::view::Can;
use crate::who::{FromWhere, InPerson, Who, set_cookie};
use access::{Action, Caller, LogIn, Opened, Via};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::person::Role;
use model::tenant::TenantKind;
use model::{PersonId, Secret, SessionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session just opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// For `Authorization: Bearer …`; shown once. Browsers use the cookie that comes with it.
    token: String,
    csrf: String,
    me: MeView,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    id: PersonId,
    email: String,
    grants: Vec<MyGrant>,
    csrf: String,
    can: MyCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyGrant {
    tenant: MyTenant,
    role: Role,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyTenant {
    id: TenantId,
    name: String,
    kind: TenantKind,
}

/// What I can do somewhere; each object says what I can do with it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyCan {
    write_register: Can,
    write_people: Can,
    write_credentials: Can,
    write_settings: Can,
    write_devices: Can,
    write_services: Can,
    act_on_alarms: Can,
    read_audit: Can,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionInput {
    email: String,
    password: Secret,
    /// Of the second factor's device, or a recovery code; only for people who have one.
    code: Option<Secret>,
}

/// One of my open sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenSessionView {
    id: SessionId,
    created_at: Timestamp,
    /// Written down at most once a minute.
    seen_at: Timestamp,
    /// The address it was opened from.
    from: String,
    /// What the program called itself, shortened.
    agent: String,
    is_current: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptInput {
    token: Secret,
    password: Secret,
}

async fn me_view(app: &App, caller: &Caller) -> ApiResult<MeView> {
    let mut tx = app.store.read(&caller.scope()).await?;
    let mut grants = Vec::new();
    for grant in &caller.grants {
        if let Some(tenant) = tx.tenant(grant.tenant).await? {
            grants.push(MyGrant { tenant: MyTenant { id: tenant.id, name: tenant.name, kind: tenant.kind }, role: grant.role });
        }
    }
    let can = |action| Can::role(caller.may_somewhere(action));
    let can = MyCan {
        write_register: can(Action::WriteClients),
        write_people: can(Action::WritePeople),
        write_credentials: can(Action::WriteCredentials),
        write_settings: can(Action::WriteSettings),
        write_devices: can(Action::WriteDevices),
        write_services: can(Action::WriteServices),
        act_on_alarms: can(Action::ActOnAlarms),
        read_audit: can(Action::ReadAudit),
    };
    Ok(MeView { id: caller.person, email: caller.email.clone(), grants, csrf: caller.csrf.clone(), can })
}

/// 201 with the token in the body and in the cookie.
pub(crate) async fn opened(app: &App, session: &Opened) -> ApiResult<Response> {
    let view = SessionView {
        token: session.token.reveal().to_owned(),
        csrf: session.caller.csrf.clone(),
        me: me_view(app, &session.caller).await?,
    };
    let cookie = set_cookie(session.token.reveal(), app.is_https());
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], axum::Json(view)).into_response())
}

/// Logs in. 401 `second_factor_required`: the password is right and `code` is missing; 401 `second_factor_wrong`: the code is not right.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "session", operation_id = "log_in", security(()), request_body = SessionInput,
    responses((status = 201, body = SessionView)))]
pub(crate) async fn create(State(app): State<App>, FromWhere(from): FromWhere, Body(body): Body<SessionInput>) -> ApiResult<Response> {
    let session = app.access.log_in(LogIn { email: &body.email, password: body.password, code: body.code }, &from).await?;
    opened(&app, &session).await
}

/// Sets the first password of an invited person and logs him in.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "session", operation_id = "accept_invitation", security(()), request_body = AcceptInput,
    responses((status = 201, body = SessionView)))]
pub(crate) async fn accept(State(app): State<App>, FromWhere(from): FromWhere, Body(body): Body<AcceptInput>) -> ApiResult<Response> {
    let session = app.access.accept_invitation(&body.token, body.password, &from).await?;
    opened(&app, &session).await
}

/// Logs out: the token opens nothing any more.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "session", operation_id = "log_out", responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, InPerson(who): InPerson) -> ApiResult<Response> {
    app.access.log_out(&who).await?;
    Ok(([(header::SET_COOKIE, set_cookie("", app.is_https()))], Gone).into_response())
}

/// My open sessions, newest first, whole.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", operation_id = "list_sessions",
    responses((status = 200, body = ListOf<OpenSessionView>)))]
pub(crate) async fn list(State(app): State<App>, InPerson(who): InPerson) -> ApiResult<ListOf<OpenSessionView>> {
    let rows = app.store.read(&who.scope()).await?.sessions_of(who.person).await?;
    let is_current = |id| who.via == Via::Session(id);
    let items = rows.into_iter().map(|row| OpenSessionView {
        is_current: is_current(row.id),
        id: row.id,
        created_at: row.created_at,
        seen_at: row.seen_at,
        from: row.address,
        agent: row.agent,
    });
    Ok(ListOf::whole(items.collect()))
}

/// Ends one of my sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", operation_id = "end_session", params(("id" = SessionId, Path)),
    responses((status = 204)))]
pub(crate) async fn end(State(app): State<App>, InPerson(who): InPerson, Id(id): Id<SessionId>) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    if !tx.delete_session_of(who.person, id).await? {
        return Err(ApiError::not_found("session"));
    }
    tx.commit().await?;
    Ok(Gone)
}

/// Ends all my sessions but this one.
#[utoipa::path(delete, path = "/api/v1/sessions/others", tag = "session", operation_id = "end_other_sessions", responses((status = 204)))]
pub(crate) async fn end_others(State(app): State<App>, InPerson(who): InPerson) -> ApiResult<Gone> {
    let Via::Session(kept) = who.via else { return Err(ApiError::not_found("session")) };
    let mut tx = app.store.write(&who.scope()).await?;
    tx.delete_sessions_of(who.person, Some(kept)).await?;
    tx.commit().await?;
    Ok(Gone)
}

/// Who I am and what I can do.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", operation_id = "get_me", responses((status = 200, body = MeView)))]
pub(crate) async fn me(State(app): State<App>, who: Who) -> ApiResult<Plain<MeView>> {
    Ok(Plain(me_view(&app, &who).await?))
}
