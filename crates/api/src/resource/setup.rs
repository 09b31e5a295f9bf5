//! The first set-up.

use crate::answer::Plain;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::Body;
use crate::flow;
use crate::resource::sessions::{SessionView, opened};
use crate::who::FromWhere;
use axum::extract::State;
use axum::response::Response;
use model::tenant::Language;
use model::{Problem, Secret};
use register::FirstSetUp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupView {
    needed: bool,
    token_required: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupProvider {
    name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupInput {
    /// As the process printed it at its first start.
    token: Option<Secret>,
    email: String,
    password: Secret,
    provider: SetupProvider,
    language: Language,
    /// IANA zone.
    tz: String,
}

/// Whether the installation still waits for its first person.
#[utoipa::path(get, path = "/api/v1/setup", tag = "session", operation_id = "get_setup", security(()), responses((status = 200, body = SetupView)))]
pub(crate) async fn read(State(app): State<App>) -> ApiResult<Plain<SetupView>> {
    let needed = !flow::is_set_up(&app).await?;
    Ok(Plain(SetupView { needed, token_required: needed && app.setup_token.is_some() }))
}

/// Makes the provider, its first administrator and the default collector; works once.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", operation_id = "set_up", security(()), request_body = SetupInput,
    responses((status = 201, body = SessionView)))]
pub(crate) async fn create(State(app): State<App>, FromWhere(from): FromWhere, Body(body): Body<SetupInput>) -> ApiResult<Response> {
    check_token(&app, from.address, body.token.as_ref()).await?;
    let input =
        FirstSetUp { email: body.email, password: body.password, provider_name: body.provider.name, language: body.language, tz: body.tz };
    register::check_first_set_up(&input)?;
    if flow::is_set_up(&app).await? {
        return Err(ApiError::Conflict { detail: "The first set-up has been done; log in instead.".into() });
    }
    let session = flow::set_up(&app, &input, &from).await?;
    opened(&app, &session).await
}

async fn check_token(app: &App, peer: std::net::IpAddr, given: Option<&Secret>) -> ApiResult<()> {
    let Some(expected) = &app.setup_token else { return Ok(()) };
    // Compared as hashes: the time tells nothing about the token.
    let hash = |secret: &Secret| access::hash_of_token(secret.reveal());
    let verdict = given.filter(|given| hash(given) == hash(expected)).map(|_| ());
    let wrong = || ApiError::bad(Problem::new("wrong", "is not the token that was printed at the first start").at("token"));
    app.access.check_guessing(peer, verdict).await?.ok_or_else(wrong)
}
