//! Every address in one place. What is in the router is in the OpenAPI document, by the same line.

use crate::app::{App, Centre, Shared};
use crate::error::ApiError;
use crate::openapi as document;
use crate::resource::maintenances;
use crate::resource::reports;
use crate::resource::{
    alarms, audit, collectors, configs, contacts, credentials, devices, events, incidents, ingest, interfaces, notices, series, services,
    sessions, settings, setup, signals, sources, summary, tenants, tickets, users,
};
use crate::resource::{password_resets, second_factor, system, tokens};
use crate::{assets, health, layers};
use axum::http::header;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, extract::DefaultBodyLimit};
use std::sync::OnceLock;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        .routes(routes!(setup::read, setup::create))
        .routes(routes!(sessions::create, sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::end_others))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::remove))
        .routes(routes!(second_factor::read, second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::remove))
        .routes(routes!(second_factor::remove_of))
        .routes(routes!(password_resets::create))
        .routes(routes!(password_resets::accept))
        .routes(routes!(password_resets::hand))
        .routes(routes!(system::read))
        .routes(routes!(system::warm))
        .routes(routes!(sessions::remove))
        .routes(routes!(sessions::accept))
        .routes(routes!(sessions::me))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::read, tenants::patch))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::read, users::patch))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::read, contacts::patch, contacts::remove))
        .routes(routes!(credentials::list, credentials::create))
        .routes(routes!(credentials::read, credentials::patch, credentials::remove))
        .routes(routes!(devices::list, devices::create))
        .routes(routes!(devices::read, devices::patch, devices::remove))
        .routes(routes!(interfaces::list))
        .routes(routes!(configs::list))
        .routes(routes!(configs::read))
        .routes(routes!(configs::diff))
        .routes(routes!(configs::state, configs::back_up))
        .routes(routes!(configs::accept_host_key))
        .routes(routes!(services::list, services::create))
        .routes(routes!(services::read, services::patch, services::remove))
        .routes(routes!(alarms::list))
        .routes(routes!(alarms::read))
        .routes(routes!(alarms::ack))
        .routes(routes!(alarms::unack))
        .routes(routes!(incidents::list))
        .routes(routes!(incidents::read))
        .routes(routes!(maintenances::list, maintenances::create))
        .routes(routes!(maintenances::preview))
        .routes(routes!(maintenances::read, maintenances::patch))
        .routes(routes!(maintenances::cancel))
        .routes(routes!(maintenances::end))
        .routes(routes!(reports::availability))
        .routes(routes!(reports::table))
        .routes(routes!(notices::list))
        .routes(routes!(notices::release_all))
        .routes(routes!(notices::read))
        .routes(routes!(notices::release))
        .routes(routes!(notices::withdraw))
        .routes(routes!(notices::correct))
        .routes(routes!(tickets::list))
        .routes(routes!(tickets::read))
        .routes(routes!(tickets::ack))
        .routes(routes!(tickets::note))
        .routes(routes!(tickets::resolve))
        .routes(routes!(series::read))
        .routes(routes!(collectors::list))
        .routes(routes!(summary::read))
        .routes(routes!(settings::read, settings::patch))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(events::stream))
        .routes(routes!(sources::list, sources::create))
        .routes(routes!(sources::read, sources::patch, sources::remove))
        .routes(routes!(sources::renew_secret))
        .routes(routes!(signals::list))
        .routes(routes!(signals::read))
        .routes(routes!(signals::map))
        .routes(routes!(ingest::take))
}

/// The OpenAPI document, pretty and the same at every build of the same code.
pub fn openapi() -> String {
    let (_, described) = documented().split_for_parts();
    let mut text = serde_json::to_string_pretty(&document::finish(described)).expect("an OpenAPI document is JSON");
    text.push('\n');
    text
}

/// Everything that is served over HTTP. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that
/// failed logins are counted by address.
pub fn router(centre: Centre) -> Router {
    let (api, _) = documented().split_for_parts();
    api.route("/api/openapi.json", get(described))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        // Bodies are read and limited by our own extractors, with our own sentence.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(layers::around))
        .with_state(Shared::new(centre))
}

async fn described() -> impl IntoResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    ([(header::CONTENT_TYPE, "application/json")], TEXT.get_or_init(openapi).as_str())
}
