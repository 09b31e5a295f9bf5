//! Services of clients.

use crate::answer::{Gone, ListOf, One, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, IfMatch, Patched, Posted, page};
use crate::look::Look;
use crate::view::{Can, CanEditRemove, Ref, emptiable, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::device::DeviceState;
use model::service::Mapping;
use model::{DeviceId, ServiceId, TenantId, Timestamp};
use register::{NewEndpoint, NewService, ServiceChange};
use serde::{Deserialize, Serialize};
use store::{ServiceListed, Tx};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceView {
    id: ServiceId,
    client: Ref,
    name: String,
    /// Those on devices that I see.
    endpoints: Vec<EndpointView>,
    /// How many endpoints must work; null: all of them.
    need: Option<u32>,
    state: ServiceState,
    version: i64,
    created_at: Timestamp,
    can: CanEditRemove,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointView {
    device: Ref,
    interface: Option<Ref>,
    mapping: Mapping,
}

/// `degraded`: endpoints have failed, but as many work as it needs. `unknown`: no endpoint, a stale one, or nobody looks at the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceState {
    Up,
    Degraded,
    Down,
    Unknown,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceQuery {
    client: Option<TenantId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointInput {
    device: DeviceId,
    /// `ifc_…` or ifName; absent: the device as a whole.
    interface: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceInput {
    client: TenantId,
    name: String,
    #[serde(default)]
    endpoints: Vec<EndpointInput>,
    /// How many endpoints must work; absent: all of them.
    need: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServicePatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
    /// Replaces all endpoints.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<EndpointInput>, required = false)]
    endpoints: Option<Vec<EndpointInput>>,
    /// Null: all of them.
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<u32>, required = false)]
    need: Option<Option<u32>>,
}

impl Versioned for ServiceView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<EndpointInput> for NewEndpoint {
    fn from(input: EndpointInput) -> Self {
        Self { device: input.device, interface: input.interface }
    }
}

async fn state(tx: &mut Tx, listed: &ServiceListed) -> ApiResult<ServiceState> {
    if listed.is_hit && listed.service.need.is_some() {
        let left = tx.failed_endpoints(&listed.service).await?.iter().filter(|failed| failed.is_none()).count();
        return Ok(if left >= listed.service.needed() { ServiceState::Degraded } else { ServiceState::Down });
    }
    Ok(plain_state(listed))
}

fn plain_state(listed: &ServiceListed) -> ServiceState {
    let is_unknown = |end: &store::EndpointListed| end.device_state == DeviceState::Unknown || end.mapping == Mapping::Stale;
    if listed.is_hit {
        ServiceState::Down
    } else if listed.endpoints.is_empty() || listed.endpoints.iter().any(is_unknown) {
        ServiceState::Unknown
    } else {
        ServiceState::Up
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: ServiceListed) -> ApiResult<ServiceView> {
    let state = state(tx, &listed).await?;
    let mut endpoints = Vec::new();
    for end in &listed.endpoints {
        if look.device(tx, end.endpoint.device).await?.is_none() {
            continue;
        }
        let interface = end.endpoint.interface.zip(end.interface_name.as_ref()).map(|(id, name)| Ref::new(id, name));
        endpoints.push(EndpointView { device: Ref::new(end.endpoint.device, &end.device_name), interface, mapping: end.mapping });
    }
    let service = listed.service;
    let can = Can::role(look.may(tx, Action::WriteServices, service.client).await?);
    Ok(ServiceView {
        id: service.id,
        client: Ref::new(service.client, listed.client_name),
        name: service.name,
        endpoints,
        need: service.need,
        state,
        version: service.version,
        created_at: service.created_at,
        can: CanEditRemove { edit: can, remove: can },
    })
}

async fn view_of(tx: &mut Tx, look: &mut Look<'_>, id: ServiceId) -> ApiResult<ServiceView> {
    let listed = tx.service(id).await?.ok_or_else(|| ApiError::not_found("service"))?;
    view(tx, look, listed).await
}

#[utoipa::path(get, path = "/api/v1/services", tag = "register", operation_id = "list_services", params(ServiceQuery),
    responses((status = 200, body = ListOf<ServiceView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<ServiceQuery>) -> ApiResult<ListOf<ServiceView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadServices)).await?;
    let found = tx.services(query.client, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/services/{id}", tag = "register", operation_id = "get_service", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<ServiceId>) -> ApiResult<One<ServiceView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadServices)).await?;
    Ok(One(view_of(&mut tx, &mut Look::new(&who), id).await?))
}

#[utoipa::path(post, path = "/api/v1/services", tag = "register", operation_id = "create_service", request_body = ServiceInput,
    responses((status = 201, body = ServiceView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<ServiceInput>) -> ApiResult<Response> {
    let endpoints = posted.body.endpoints.into_iter().map(Into::into).collect();
    let new = NewService { client: posted.body.client, name: posted.body.name, endpoints, need: posted.body.need };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let made = register::create_service(&mut work.tx, &who, new).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), made.id).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/services/{id}", tag = "register", operation_id = "patch_service", params(("id" = ServiceId, Path), ("If-Match" = String, Header)),
    request_body(content = ServicePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = ServiceView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<ServiceId>,
    patched: Patched<ServicePatch>,
) -> ApiResult<One<ServiceView>> {
    let endpoints = patched.body.endpoints.map(|endpoints| endpoints.into_iter().map(Into::into).collect());
    let mut tx = app.store.write(&who.scope()).await?;
    register::patch_service(
        &mut tx,
        &who,
        id,
        patched.version,
        ServiceChange { name: patched.body.name, endpoints, need: patched.body.need },
    )
    .await?;
    let view = view_of(&mut tx, &mut Look::new(&who), id).await?;
    tx.commit().await?;
    Ok(One(view))
}

#[utoipa::path(delete, path = "/api/v1/services/{id}", tag = "register", operation_id = "delete_service", params(("id" = ServiceId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who, Id(id): Id<ServiceId>, IfMatch(version): IfMatch) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::delete_service(&mut tx, &who, id, version).await?;
    tx.commit().await?;
    Ok(Gone)
}
