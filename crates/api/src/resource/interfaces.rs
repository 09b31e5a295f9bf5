//! Interfaces of a device.

use crate::answer::ListOf;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, page};
use crate::view::Ref;
use crate::who::Who;
use access::Action;
use axum::extract::State;
use model::device::{AdminStatus, Device, Interface, OperStatus};
use model::{DeviceId, InterfaceId, Timestamp};
use serde::{Deserialize, Serialize};
use store::ServiceListed;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterfaceView {
    id: InterfaceId,
    device: Ref,
    /// ifName: the identity.
    name: String,
    index: Option<i64>,
    descr: Option<String>,
    alias: Option<String>,
    /// IANAifType.
    r#type: Option<i64>,
    speed_bps: Option<i64>,
    mtu: Option<i64>,
    mac: Option<String>,
    admin: Option<AdminStatus>,
    oper: Option<OperStatus>,
    oper_since: Option<Timestamp>,
    /// Null: bound by name, never seen.
    seen_at: Option<Timestamp>,
    is_present: bool,
    /// A service or a parent link is bound to it.
    is_watched: bool,
    services: Vec<Ref>,
    version: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InterfaceQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

fn view(device: &Device, interface: Interface, watched: &[Interface], services: &[ServiceListed]) -> InterfaceView {
    let uses = |service: &&ServiceListed| service.service.endpoints.iter().any(|end| end.interface == Some(interface.id));
    InterfaceView {
        id: interface.id,
        device: Ref::new(device.id, &device.name),
        is_watched: watched.iter().any(|one| one.id == interface.id),
        services: services.iter().filter(uses).map(|listed| Ref::new(listed.service.id, &listed.service.name)).collect(),
        name: interface.if_name,
        index: interface.if_index,
        descr: interface.if_descr,
        alias: interface.if_alias,
        r#type: interface.if_type,
        speed_bps: interface.speed_bps,
        mtu: interface.mtu,
        mac: interface.mac,
        admin: interface.admin,
        oper: interface.oper,
        oper_since: interface.oper_since,
        seen_at: interface.seen_at,
        is_present: interface.is_present,
        version: interface.version,
    }
}

#[utoipa::path(get, path = "/api/v1/devices/{id}/interfaces", tag = "register", operation_id = "list_interfaces", params(("id" = DeviceId, Path), InterfaceQuery),
    responses((status = 200, body = ListOf<InterfaceView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Who,
    Id(id): Id<DeviceId>,
    Filter(query): Filter<InterfaceQuery>,
) -> ApiResult<ListOf<InterfaceView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let mut tx = app.store.read(&who.scope_for(Action::ReadDevices)).await?;
    let device = tx.device(id).await?.ok_or_else(|| ApiError::not_found("device"))?;
    let found = tx.interfaces(id, page).await?;
    let watched = tx.watched_interfaces(&[id]).await?;
    let services = tx.services_on_device(id).await?;
    let items = found.items.iter().map(|interface| view(&device, interface.clone(), &watched, &services)).collect();
    Ok(ListOf::page(items, &found))
}
