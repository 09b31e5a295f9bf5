//! My second factor: a device that makes codes.

use crate::answer::{Gone, Plain};
use crate::app::App;
use crate::error::ApiResult;
use crate::extract::{Body, Id};
use crate::who::{FromWhere, InPerson};
use axum::extract::State;
use model::{PersonId, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactorView {
    is_on: bool,
    since: Option<Timestamp>,
    recovery_codes_left: i64,
}

/// For the device; shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrolmentView {
    /// Base32, for typing.
    secret: String,
    otpauth_url: String,
    /// The same as a picture to be photographed: an SVG document.
    qr_svg: String,
}

/// Each opens once in place of the device; shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryCodesView {
    recovery_codes: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrolInput {
    password: Secret,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeInput {
    code: Secret,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveFactorInput {
    password: Secret,
    /// Of the device, or a recovery code.
    code: Secret,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveOthersFactorInput {}

#[utoipa::path(get, path = "/api/v1/me/second-factor", tag = "session", operation_id = "get_second_factor",
    responses((status = 200, body = SecondFactorView)))]
pub(crate) async fn read(State(app): State<App>, InPerson(who): InPerson) -> ApiResult<Plain<SecondFactorView>> {
    let state = app.access.second_factor(&who).await?;
    Ok(Plain(SecondFactorView { is_on: state.since.is_some(), since: state.since, recovery_codes_left: state.recovery_codes_left }))
}

/// Begins: a new secret, which is asked for only after it was confirmed. 400 `wrong` at `password`; 409 `conflict` when one is on.
#[utoipa::path(post, path = "/api/v1/me/second-factor", tag = "session", operation_id = "begin_second_factor", request_body = EnrolInput,
    responses((status = 200, body = EnrolmentView)))]
pub(crate) async fn begin(
    State(app): State<App>,
    InPerson(who): InPerson,
    FromWhere(from): FromWhere,
    Body(body): Body<EnrolInput>,
) -> ApiResult<Plain<EnrolmentView>> {
    let made = app.access.begin_second_factor(&who, body.password, &from).await?;
    let text = |secret: &Secret| secret.reveal().to_owned();
    Ok(Plain(EnrolmentView { secret: text(&made.secret), otpauth_url: text(&made.otpauth_url), qr_svg: text(&made.qr_svg) }))
}

/// Turns it on with the first code of the device. 400 `second_factor_wrong` at `code`.
#[utoipa::path(post, path = "/api/v1/me/second-factor/confirm", tag = "session", operation_id = "confirm_second_factor", request_body = CodeInput,
    responses((status = 200, body = RecoveryCodesView)))]
pub(crate) async fn confirm(
    State(app): State<App>,
    InPerson(who): InPerson,
    Body(body): Body<CodeInput>,
) -> ApiResult<Plain<RecoveryCodesView>> {
    let codes = app.access.confirm_second_factor(&who, &body.code).await?;
    Ok(Plain(RecoveryCodesView { recovery_codes: codes.iter().map(|code| code.reveal().to_owned()).collect() }))
}

/// Turns it off. 400 `wrong` at `password`, `second_factor_wrong` at `code`.
#[utoipa::path(post, path = "/api/v1/me/second-factor/remove", tag = "session", operation_id = "remove_second_factor", request_body = RemoveFactorInput,
    responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    InPerson(who): InPerson,
    FromWhere(from): FromWhere,
    Body(body): Body<RemoveFactorInput>,
) -> ApiResult<Gone> {
    app.access.remove_own_second_factor(&who, body.password, &body.code, &from).await?;
    Ok(Gone)
}

/// Takes the second factor from somebody who lost his device and his recovery codes. Only a provider_admin, in person, and not from himself.
#[utoipa::path(post, path = "/api/v1/users/{id}/second-factor/remove", tag = "people", operation_id = "remove_users_second_factor",
    params(("id" = PersonId, Path)), request_body = RemoveOthersFactorInput, responses((status = 204)))]
pub(crate) async fn remove_of(
    State(app): State<App>,
    InPerson(who): InPerson,
    Id(id): Id<PersonId>,
    Body(_body): Body<RemoveOthersFactorInput>,
) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::may_remove_second_factor(&mut tx, &who, id).await?;
    app.access.remove_second_factor_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Gone)
}
