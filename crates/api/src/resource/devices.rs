//! Devices.

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
use model::device::{DeviceState, Facts, Owner};
use model::observation::ProbeMethod;
use model::{CredentialId, DeviceId, TenantId, Timestamp};
use register::{DeviceChange, NewDevice, NewParent};
use serde::{Deserialize, Serialize};
use store::{DeviceFilter, DeviceListed, Tx};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{OneOfBuilder, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceView {
    id: DeviceId,
    site: Ref,
    client: Option<Ref>,
    name: String,
    address: String,
    snmp_port: u16,
    ssh_port: u16,
    /// Those that I see.
    credentials: Vec<Ref>,
    /// What stands between it and the network, as far as I see.
    parents: Vec<ParentView>,
    owner: Owner,
    probe_interval_s: u64,
    poll_interval_s: u64,
    /// Null when it is not for me to see.
    collector: Option<Ref>,
    state: DeviceState,
    since: Timestamp,
    seen_at: Option<Timestamp>,
    facts: FactsView,
    /// The profile that a person chose.
    pinned_profile: Option<String>,
    /// The device profile that recognised it; null: not recognised yet.
    profile: Option<Ref>,
    vendor: Option<String>,
    model: Option<String>,
    os: Option<String>,
    os_version: Option<String>,
    serial: Option<String>,
    alarms: AlarmCounts,
    /// The maintenance that runs on it now.
    maintenance: Option<Ref>,
    version: i64,
    created_at: Timestamp,
    can: CanEditRemove,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParentView {
    device: Ref,
    interface: Option<Ref>,
}

/// What the device says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactsView {
    sys_name: Option<String>,
    sys_descr: Option<String>,
    sys_object_id: Option<String>,
    booted_at: Option<Timestamp>,
    probe_method: Option<ProbeMethod>,
}

/// Active alarms by severity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmCounts {
    critical: i64,
    major: i64,
    minor: i64,
    warning: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceQuery {
    state: Option<DeviceState>,
    client: Option<TenantId>,
    site: Option<TenantId>,
    /// Part of the name or address.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// A device, or a device and its interface towards us (`ifc_…` or ifName).
#[derive(Debug)]
pub(crate) enum ParentInput {
    Device(DeviceId),
    Link(LinkInput),
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkInput {
    device: DeviceId,
    interface: Option<String>,
}

impl PartialSchema for ParentInput {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new().item(DeviceId::schema()).item(LinkInput::schema()).into()
    }
}
impl ToSchema for ParentInput {}

// By hand, so that a wrong id is named as such instead of "did not match any variant".
impl<'de> Deserialize<'de> for ParentInput {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(id) => id.parse().map(Self::Device).map_err(D::Error::custom),
            link => LinkInput::deserialize(link).map(Self::Link).map_err(D::Error::custom),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceInput {
    site: TenantId,
    name: String,
    /// Host name or IP address, without port.
    address: String,
    /// 161 when absent.
    snmp_port: Option<i64>,
    /// 22 when absent.
    ssh_port: Option<i64>,
    #[serde(default)]
    credentials: Vec<CredentialId>,
    #[serde(default)]
    parents: Vec<ParentInput>,
    owner: Option<Owner>,
    /// 10 when absent.
    probe_interval_s: Option<i64>,
    /// 60 when absent.
    poll_interval_s: Option<i64>,
    /// Id of a device profile, where the answers of the device mislead.
    pinned_profile: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DevicePatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = TenantId, required = false)]
    site: Option<TenantId>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    address: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    snmp_port: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    ssh_port: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<CredentialId>, required = false)]
    credentials: Option<Vec<CredentialId>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<ParentInput>, required = false)]
    parents: Option<Vec<ParentInput>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Owner, required = false)]
    owner: Option<Owner>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    probe_interval_s: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, required = false)]
    poll_interval_s: Option<i64>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<String>)]
    pinned_profile: Option<Option<String>>,
}

impl Versioned for DeviceView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ParentInput> for NewParent {
    fn from(input: ParentInput) -> Self {
        match input {
            ParentInput::Device(device) => Self { device, interface: None },
            ParentInput::Link(link) => Self { device: link.device, interface: link.interface },
        }
    }
}

impl From<DeviceInput> for NewDevice {
    fn from(input: DeviceInput) -> Self {
        Self {
            site: input.site,
            name: input.name,
            address: input.address,
            snmp_port: input.snmp_port,
            ssh_port: input.ssh_port,
            credentials: input.credentials,
            parents: input.parents.into_iter().map(Into::into).collect(),
            owner: input.owner,
            probe_interval_s: input.probe_interval_s,
            poll_interval_s: input.poll_interval_s,
            pinned_profile: input.pinned_profile,
        }
    }
}

impl From<DevicePatch> for DeviceChange {
    fn from(patch: DevicePatch) -> Self {
        Self {
            site: patch.site,
            name: patch.name,
            address: patch.address,
            snmp_port: patch.snmp_port,
            ssh_port: patch.ssh_port,
            credentials: patch.credentials,
            parents: patch.parents.map(|parents| parents.into_iter().map(Into::into).collect()),
            owner: patch.owner,
            probe_interval_s: patch.probe_interval_s,
            poll_interval_s: patch.poll_interval_s,
            pinned_profile: patch.pinned_profile,
        }
    }
}

impl From<Facts> for FactsView {
    fn from(facts: Facts) -> Self {
        Self {
            sys_name: facts.sys_name,
            sys_descr: facts.sys_descr,
            sys_object_id: facts.sys_object_id,
            booted_at: facts.booted_at,
            probe_method: facts.probe_method,
        }
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: DeviceListed) -> ApiResult<DeviceView> {
    let device = listed.device;
    let mut credentials = Vec::new();
    for id in &device.credentials {
        credentials.extend(look.credential(tx, *id).await?);
    }
    let mut parents = Vec::new();
    for link in &device.parents {
        let Some(parent) = look.device(tx, link.device).await? else { continue };
        let interface = match link.interface {
            Some(id) => look.interface(tx, id).await?,
            None => None,
        };
        parents.push(ParentView { device: parent, interface });
    }
    let can = Can::role(look.may(tx, Action::WriteDevices, device.site).await?);
    let [critical, major, minor, warning] = listed.alarms;
    Ok(DeviceView {
        id: device.id,
        site: Ref::new(device.site, listed.site_name),
        client: listed.client.map(|(id, name)| Ref::new(id, name)),
        name: device.name,
        address: device.address,
        snmp_port: device.snmp_port,
        ssh_port: device.ssh_port,
        credentials,
        parents,
        owner: device.owner,
        probe_interval_s: device.probe_interval.as_secs(),
        poll_interval_s: device.poll_interval.as_secs(),
        collector: look.collector(tx, device.collector).await?,
        state: device.state,
        since: device.state_since,
        seen_at: device.seen_at,
        facts: device.facts.into(),
        pinned_profile: device.pinned_profile,
        profile: device.recognised.profile.map(|id| Ref::new(&id, profile_name(&id))),
        vendor: device.recognised.vendor,
        model: device.recognised.model,
        os: device.recognised.os,
        os_version: device.recognised.os_version,
        serial: device.recognised.serial,
        alarms: AlarmCounts { critical, major, minor, warning },
        maintenance: look.work_on(tx, device.id, device.site).await?,
        version: device.version,
        created_at: device.created_at,
        can: CanEditRemove { edit: can, remove: can },
    })
}

/// A profile that this centre no longer has is shown by its id.
fn profile_name(id: &str) -> String {
    profiles::Profiles::builtin().get(id).map_or_else(|| id.to_owned(), |profile| profile.name.clone())
}

async fn view_of(tx: &mut Tx, look: &mut Look<'_>, id: DeviceId) -> ApiResult<DeviceView> {
    let listed = tx.device_listed(id).await?.ok_or_else(|| ApiError::not_found("device"))?;
    view(tx, look, listed).await
}

#[utoipa::path(get, path = "/api/v1/devices", tag = "register", operation_id = "list_devices", params(DeviceQuery),
    responses((status = 200, body = ListOf<DeviceView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<DeviceQuery>) -> ApiResult<ListOf<DeviceView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let filter = DeviceFilter { state: query.state, client: query.client, site: query.site, collector: None, text: query.q };
    let mut tx = app.store.read(&who.scope_for(Action::ReadDevices)).await?;
    let found = tx.devices(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "register", operation_id = "get_device", params(("id" = DeviceId, Path)),
    responses((status = 200, body = DeviceView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<DeviceId>) -> ApiResult<One<DeviceView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadDevices)).await?;
    Ok(One(view_of(&mut tx, &mut Look::new(&who), id).await?))
}

#[utoipa::path(post, path = "/api/v1/devices", tag = "register", operation_id = "create_device", request_body = DeviceInput,
    responses((status = 201, body = DeviceView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<DeviceInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    let made = register::create_device(&mut work.tx, &who, posted.body.into()).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), made.id).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/devices/{id}", tag = "register", operation_id = "patch_device", params(("id" = DeviceId, Path), ("If-Match" = String, Header)),
    request_body(content = DevicePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = DeviceView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<DeviceId>,
    patched: Patched<DevicePatch>,
) -> ApiResult<One<DeviceView>> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::patch_device(&mut tx, &who, id, patched.version, patched.body.into()).await?;
    let view = view_of(&mut tx, &mut Look::new(&who), id).await?;
    tx.commit().await?;
    Ok(One(view))
}

/// Refused with 409 while a service or another device hangs on it.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "register", operation_id = "delete_device", params(("id" = DeviceId, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(State(app): State<App>, who: Who, Id(id): Id<DeviceId>, IfMatch(version): IfMatch) -> ApiResult<Gone> {
    let mut tx = app.store.write(&who.scope()).await?;
    register::delete_device(&mut tx, &who, id, version).await?;
    tx.commit().await?;
    Ok(Gone)
}
