//! Logging in and out, accepting an invitation, and who I am.

use crate::answer::{Gone, Plain};
use crate::app::App;
use crate::error::ApiResult;
use crate::extract::Body;
use crate::view::Can;
use crate::who::{Peer, Who, set_cookie};
use access::{Action, Caller, Opened};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::person::Role;
use model::tenant::TenantKind;
use model::{PersonId, Secret, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An open session. The name `second_factor_required` is reserved for an answer that demands a second step.
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

/// Logs in.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "session", operation_id = "log_in", security(()), request_body = SessionInput,
    responses((status = 201, body = SessionView)))]
pub(crate) async fn create(State(app): State<App>, Peer(peer): Peer, Body(body): Body<SessionInput>) -> ApiResult<Response> {
    let session = app.access.log_in(&body.email, body.password, peer).await?;
    opened(&app, &session).await
}

/// Sets the first password of an invited person and logs him in.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "session", operation_id = "accept_invitation", security(()), request_body = AcceptInput,
    responses((status = 201, body = SessionView)))]
pub(crate) async fn accept(State(app): State<App>, Peer(peer): Peer, Body(body): Body<AcceptInput>) -> ApiResult<Response> {
    let session = app.access.accept_invitation(&body.token, body.password, peer).await?;
    opened(&app, &session).await
}

/// Logs out: the token opens nothing any more.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "session", operation_id = "log_out", responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who) -> ApiResult<Response> {
    app.access.log_out(&who).await?;
    Ok(([(header::SET_COOKIE, set_cookie("", app.is_https()))], Gone).into_response())
}

/// Who I am and what I can do.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", operation_id = "get_me", responses((status = 200, body = MeView)))]
pub(crate) async fn me(State(app): State<App>, who: Who) -> ApiResult<Plain<MeView>> {
    Ok(Plain(me_view(&app, &who).await?))
}
