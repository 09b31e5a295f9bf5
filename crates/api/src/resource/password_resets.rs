//! A way back in: a link by mail, or one that an administrator hands over.

use crate::answer::{Gone, Plain};
use crate::app::App;
use crate::error::ApiResult;
use crate::extract::{Body, Id};
use crate::who::{FromWhere, InPerson};
use axum::extract::State;
use axum::http::StatusCode;
use model::{PersonId, Secret, Timestamp};
use register::Recovery;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetInput {
    email: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptResetInput {
    token: Secret,
    password: Secret,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandedResetInput {}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// To be handed to the person; works once.
    link: String,
    expires_at: Timestamp,
}

/// Asks for a mail with a link for a new password. The answer is the same whether anybody has this e-mail or not. 429 `rate_limited` after
/// three for one e-mail in an hour.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "session", operation_id = "ask_password_reset", security(()), request_body = ResetInput,
    responses((status = 202, description = "If somebody has this e-mail, a link is on its way")))]
pub(crate) async fn create(State(app): State<App>, FromWhere(from): FromWhere, Body(body): Body<ResetInput>) -> ApiResult<StatusCode> {
    app.access.ask_for_reset(&body.email, &from).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets the new password; all sessions of the person end. 404 `not_found` when the link is used up, expired or mistyped.
#[utoipa::path(post, path = "/api/v1/password-resets/accept", tag = "session", operation_id = "accept_password_reset", security(()), request_body = AcceptResetInput,
    responses((status = 204)))]
pub(crate) async fn accept(State(app): State<App>, FromWhere(from): FromWhere, Body(body): Body<AcceptResetInput>) -> ApiResult<Gone> {
    app.access.accept_reset(&body.token, body.password, &from).await?;
    Ok(Gone)
}

/// A link for somebody whose mail does not work, or whose invitation was lost. For whoever may give every role that the person has; in person.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", tag = "people", operation_id = "hand_password_reset",
    params(("id" = PersonId, Path)), request_body = HandedResetInput, responses((status = 200, body = LinkView)))]
pub(crate) async fn hand(
    State(app): State<App>,
    InPerson(who): InPerson,
    Id(id): Id<PersonId>,
    Body(_body): Body<HandedResetInput>,
) -> ApiResult<Plain<LinkView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    let (recovery, token) = register::recover_person(&mut tx, &who, &app.access, id).await?;
    let (page, length) = match recovery {
        Recovery::Invitation => ("invite", access::INVITE_LENGTH),
        Recovery::Reset => ("reset", access::HANDED_RESET_LENGTH),
    };
    let expires_at = tx.now().plus(length);
    tx.commit().await?;
    let link = format!("{}/{page}?token={}", app.public_url.trim_end_matches('/'), token.reveal());
    Ok(Plain(LinkView { link, expires_at }))
}
