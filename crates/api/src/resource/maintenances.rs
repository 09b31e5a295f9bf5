//! Maintenance: planned work, what it touches, and its life.

use crate::answer::{ListOf, One, Plain, Versioned, Work};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Filter, Id, Patched, Posted, page};
use crate::look::Look;
use crate::resource::notices::EmptyInput;
use crate::view::{Can, PersonRef, Ref, emptiable, present};
use crate::who::Who;
use access::Action;
use axum::extract::State;
use axum::response::Response;
use model::maintenance::{MaintenanceState, WorkKind, WorkObject};
use model::{DeviceId, MaintenanceId, Problem, ServiceId, TenantId, Timestamp};
use monitor::maintenance::{MaintenanceChange, NewMaintenance, Plan};
use serde::{Deserialize, Serialize};
use store::{MaintenanceFilter, MaintenanceListed, Tx};
use utoipa::{IntoParams, ToSchema};

/// Planned work. While it runs, alarms of its objects, and of what is behind them, are recorded but muted: no ticket, no notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaintenanceView {
    id: MaintenanceId,
    /// Empty for whoever sees only a part of what it is about: it may name others.
    title: String,
    /// For colleagues; empty like the title.
    note: String,
    state: MaintenanceState,
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// Those that I see.
    objects: Vec<WorkObjectView>,
    /// Clients whose services may be interrupted are told.
    announces: bool,
    /// How long before the start they are told; null: at once.
    announce_lead_s: Option<u32>,
    /// Alarms that are open when it starts are muted as well; otherwise only those confirmed while it runs.
    mutes_open: bool,
    /// Clients that I see and whose services may be interrupted.
    clients: Vec<Ref>,
    /// Alarms that I see and that it mutes, or muted to their end.
    muted_alarms: i64,
    /// Null when he is not for me to see.
    created_by: Option<PersonRef>,
    created_at: Timestamp,
    version: i64,
    can: MaintenanceCan,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkObjectView {
    kind: WorkKind,
    id: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaintenanceCan {
    edit: Can,
    cancel: Can,
    end: Can,
}

/// What a window would touch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaintenancePreview {
    /// On which is worked: by name, or by their site.
    devices: Vec<Ref>,
    /// That may be interrupted.
    services: Vec<Ref>,
    clients: Vec<Ref>,
    contacts: usize,
    /// Alarms open now: muted at the start if the window says `mutes_open`, live otherwise.
    open_alarms: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenanceQuery {
    state: Option<MaintenanceState>,
    /// Over later than this.
    from: Option<Timestamp>,
    /// Begun earlier than this.
    to: Option<Timestamp>,
    /// On this device itself or on its site.
    device: Option<DeviceId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Exactly one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkObjectInput {
    device: Option<DeviceId>,
    site: Option<TenantId>,
    service: Option<ServiceId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenanceInput {
    title: String,
    note: Option<String>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    objects: Vec<WorkObjectInput>,
    #[serde(default)]
    announces: bool,
    announce_lead_s: Option<u32>,
    #[serde(default)]
    mutes_open: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenancePreviewInput {
    starts_at: Timestamp,
    ends_at: Timestamp,
    objects: Vec<WorkObjectInput>,
}

/// Of a running window the start stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenancePatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    title: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false)]
    note: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Timestamp, required = false)]
    starts_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Timestamp, required = false)]
    ends_at: Option<Timestamp>,
    /// Replaces all objects.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<WorkObjectInput>, required = false)]
    objects: Option<Vec<WorkObjectInput>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool, required = false)]
    announces: Option<bool>,
    #[serde(default, deserialize_with = "emptiable")]
    #[schema(value_type = Option<u32>, required = false)]
    announce_lead_s: Option<Option<u32>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool, required = false)]
    mutes_open: Option<bool>,
}

impl Versioned for MaintenanceView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn objects(inputs: Vec<WorkObjectInput>) -> ApiResult<Vec<WorkObject>> {
    let one = |(place, input): (usize, WorkObjectInput)| match (input.device, input.site, input.service) {
        (Some(id), None, None) => Ok(WorkObject::Device(id)),
        (None, Some(id), None) => Ok(WorkObject::Site(id)),
        (None, None, Some(id)) => Ok(WorkObject::Service(id)),
        _ => {
            let problem = Problem::new("bad_value", "must name exactly one of `device`, `site` and `service`");
            Err(ApiError::bad(problem.at(format!("objects[{place}]"))))
        }
    };
    inputs.into_iter().enumerate().map(one).collect()
}

/// He plans only on what he may plan on; what he does not see is not there.
async fn permit(tx: &mut Tx, who: &Who, objects: &[WorkObject]) -> ApiResult<()> {
    for object in objects {
        let tenant = monitor::maintenance::tenant_of(tx, *object).await?;
        let tenant = tenant.ok_or_else(|| ApiError::not_found(object.kind().as_str()))?;
        who.may(tx, Action::WriteMaintenance, tenant).await?;
    }
    Ok(())
}

async fn permit_on(tx: &mut Tx, who: &Who, id: MaintenanceId) -> ApiResult<()> {
    let listed = tx.maintenance(id).await?.ok_or_else(|| ApiError::not_found("maintenance"))?;
    match who.may(tx, Action::WriteMaintenance, listed.maintenance.tenant).await {
        // He sees it because it touches him.
        Err(access::Denied::NotFound) => Err(access::Denied::Forbidden { action: Action::WriteMaintenance }.into()),
        other => Ok(other?),
    }
}

async fn view(tx: &mut Tx, look: &mut Look<'_>, listed: MaintenanceListed) -> ApiResult<MaintenanceView> {
    let window = listed.maintenance;
    let may = look.may(tx, Action::WriteMaintenance, window.tenant).await?;
    let sees_all = look.tenant(tx, window.tenant).await?.is_some();
    let mut objects = Vec::new();
    for (object, name) in window.objects.iter().zip(listed.object_names) {
        let is_seen = sees_all || monitor::maintenance::tenant_of(tx, *object).await?.is_some();
        if is_seen {
            objects.push(WorkObjectView { kind: object.kind(), id: object.to_string(), name });
        }
    }
    let mut ids: Vec<TenantId> = tx.services_of_maintenance(window.id).await?.into_iter().map(|covered| covered.client).collect();
    ids.dedup();
    let mut clients = Vec::new();
    for id in ids {
        clients.extend(look.tenant(tx, id).await?);
    }
    let created_by = match window.created_by {
        Some(id) => look.person(tx, id).await?,
        None => None,
    };
    let state = window.state_at(tx.now());
    Ok(MaintenanceView {
        id: window.id,
        title: if sees_all { window.title } else { String::new() },
        note: if sees_all { window.note } else { String::new() },
        state,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        objects,
        announces: window.announces,
        announce_lead_s: window.announce_lead_s,
        mutes_open: window.mutes_open,
        clients,
        muted_alarms: listed.muted_alarms,
        created_by,
        created_at: window.created_at,
        version: window.version,
        can: MaintenanceCan {
            edit: Can::when(may, matches!(state, MaintenanceState::Planned | MaintenanceState::Running)),
            cancel: Can::when(may, state == MaintenanceState::Planned),
            end: Can::when(may, state == MaintenanceState::Running),
        },
    })
}

async fn view_of(tx: &mut Tx, look: &mut Look<'_>, id: MaintenanceId) -> ApiResult<MaintenanceView> {
    let listed = tx.maintenance(id).await?.ok_or_else(|| ApiError::not_found("maintenance"))?;
    view(tx, look, listed).await
}

/// Newest first.
#[utoipa::path(get, path = "/api/v1/maintenances", tag = "monitor", operation_id = "list_maintenances", params(MaintenanceQuery),
    responses((status = 200, body = ListOf<MaintenanceView>)))]
pub(crate) async fn list(State(app): State<App>, who: Who, Filter(query): Filter<MaintenanceQuery>) -> ApiResult<ListOf<MaintenanceView>> {
    let page = page(query.cursor.as_deref(), query.limit)?;
    let filter = MaintenanceFilter { state: query.state, from: query.from, to: query.to, device: query.device };
    let mut tx = app.store.read(&who.scope_for(Action::ReadMaintenance)).await?;
    let found = tx.maintenances(&filter, page).await?;
    let mut look = Look::new(&who);
    let mut items = Vec::new();
    for listed in &found.items {
        items.push(view(&mut tx, &mut look, listed.clone()).await?);
    }
    Ok(ListOf::page(items, &found))
}

#[utoipa::path(get, path = "/api/v1/maintenances/{id}", tag = "monitor", operation_id = "get_maintenance", params(("id" = MaintenanceId, Path)),
    responses((status = 200, body = MaintenanceView)))]
pub(crate) async fn read(State(app): State<App>, who: Who, Id(id): Id<MaintenanceId>) -> ApiResult<One<MaintenanceView>> {
    let mut tx = app.store.read(&who.scope_for(Action::ReadMaintenance)).await?;
    Ok(One(view_of(&mut tx, &mut Look::new(&who), id).await?))
}

#[utoipa::path(post, path = "/api/v1/maintenances", tag = "monitor", operation_id = "create_maintenance", request_body = MaintenanceInput,
    responses((status = 201, body = MaintenanceView)))]
pub(crate) async fn create(State(app): State<App>, who: Who, posted: Posted<MaintenanceInput>) -> ApiResult<Response> {
    let input = posted.body;
    let plan = Plan { starts_at: input.starts_at, ends_at: input.ends_at, objects: objects(input.objects)? };
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit(&mut work.tx, &who, &plan.objects).await?;
    let new = NewMaintenance {
        title: input.title,
        note: input.note,
        plan,
        announces: input.announces,
        announce_lead_s: input.announce_lead_s,
        mutes_open: input.mutes_open,
    };
    let id = monitor::maintenance::plan(&mut work.tx, new).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.created(&view).await
}

#[utoipa::path(patch, path = "/api/v1/maintenances/{id}", tag = "monitor", operation_id = "patch_maintenance", params(("id" = MaintenanceId, Path), ("If-Match" = String, Header)),
    request_body(content = MaintenancePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = MaintenanceView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    who: Who,
    Id(id): Id<MaintenanceId>,
    patched: Patched<MaintenancePatch>,
) -> ApiResult<One<MaintenanceView>> {
    let body = patched.body;
    let mut tx = app.store.write(&who.scope()).await?;
    permit_on(&mut tx, &who, id).await?;
    let objects = body.objects.map(objects).transpose()?;
    permit(&mut tx, &who, objects.as_deref().unwrap_or_default()).await?;
    let change = MaintenanceChange {
        title: body.title,
        note: body.note,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        objects,
        announces: body.announces,
        announce_lead_s: body.announce_lead_s,
        mutes_open: body.mutes_open,
    };
    monitor::maintenance::change(&mut tx, id, patched.version, change).await?;
    let view = view_of(&mut tx, &mut Look::new(&who), id).await?;
    tx.commit().await?;
    Ok(One(view))
}

/// It never takes place. Clients that were told of it are told.
#[utoipa::path(post, path = "/api/v1/maintenances/{id}/cancel", tag = "monitor", operation_id = "cancel_maintenance", params(("id" = MaintenanceId, Path)),
    request_body = EmptyInput, responses((status = 200, body = MaintenanceView)))]
pub(crate) async fn cancel(State(app): State<App>, who: Who, Id(id): Id<MaintenanceId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit_on(&mut work.tx, &who, id).await?;
    monitor::maintenance::cancel(&mut work.tx, id).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// Over now, before its time: what it mutes and is not well becomes live at once.
#[utoipa::path(post, path = "/api/v1/maintenances/{id}/end", tag = "monitor", operation_id = "end_maintenance", params(("id" = MaintenanceId, Path)),
    request_body = EmptyInput, responses((status = 200, body = MaintenanceView)))]
pub(crate) async fn end(State(app): State<App>, who: Who, Id(id): Id<MaintenanceId>, posted: Posted<EmptyInput>) -> ApiResult<Response> {
    let mut work = Work::begin(&app, &who, posted.once).await?;
    permit_on(&mut work.tx, &who, id).await?;
    monitor::maintenance::end(&mut work.tx, id).await?;
    let view = view_of(&mut work.tx, &mut Look::new(&who), id).await?;
    work.done(&view).await
}

/// Looks ahead; nothing is written.
#[utoipa::path(post, path = "/api/v1/maintenances/preview", tag = "monitor", operation_id = "preview_maintenance",
    request_body = MaintenancePreviewInput, responses((status = 200, body = MaintenancePreview)))]
pub(crate) async fn preview(
    State(app): State<App>,
    who: Who,
    posted: Posted<MaintenancePreviewInput>,
) -> ApiResult<Plain<MaintenancePreview>> {
    let input = posted.body;
    let plan = Plan { starts_at: input.starts_at, ends_at: input.ends_at, objects: objects(input.objects)? };
    let mut tx = app.store.read(&who.scope()).await?;
    permit(&mut tx, &who, &plan.objects).await?;
    let touched = monitor::maintenance::preview(&mut tx, plan).await?;
    let mut look = Look::new(&who);
    let (mut devices, mut services, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for id in touched.devices {
        devices.extend(look.device(&mut tx, id).await?);
    }
    for id in touched.services {
        services.extend(tx.service(id).await?.map(|listed| Ref::new(id, listed.service.name)));
    }
    for id in touched.clients {
        clients.extend(look.tenant(&mut tx, id).await?);
    }
    Ok(Plain(MaintenancePreview { devices, services, clients, contacts: touched.contacts, open_alarms: touched.open_alarms }))
}
