//! What people do with maintenance: look ahead, plan, change, cancel, end early. Permission is asked where the objects are named.

use crate::MonitorError;
use crate::cover::{self, Network};
use model::alarm::AlarmState;
use model::event::EventKind;
use model::maintenance::{Maintenance, MaintenanceState, WorkObject};
use model::problem::checked_name;
use model::{DeviceId, MaintenanceId, Problem, ServiceId, TenantId, Timestamp, limits};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{StoreError, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// Objects of one window.
pub const OBJECTS_MAX: usize = 200;
/// Longer work is planned in several windows.
pub const LENGTH_MAX: Duration = Duration::from_secs(31 * 86_400);
/// How far ahead a window may begin.
pub const AHEAD_MAX: Duration = Duration::from_secs(2 * 366 * 86_400);
/// A start this little in the past means "now": clocks differ, and a form takes a while to fill in.
pub const START_SLACK: Duration = Duration::from_secs(300);
pub const LEAD_S_MAX: u32 = 90 * 86_400;

/// When and on what.
#[derive(Debug, Clone)]
pub struct Plan {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub objects: Vec<WorkObject>,
}

#[derive(Debug, Clone)]
pub struct NewMaintenance {
    pub title: String,
    pub note: Option<String>,
    pub plan: Plan,
    pub announces: bool,
    pub announce_lead_s: Option<u32>,
    pub mutes_open: bool,
}

#[derive(Debug, Clone, Default)]
pub struct MaintenanceChange {
    pub title: Option<String>,
    pub note: Option<String>,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub objects: Option<Vec<WorkObject>>,
    pub announces: Option<bool>,
    pub announce_lead_s: Option<Option<u32>>,
    pub mutes_open: Option<bool>,
}

/// What a window would touch, as far as the asking person sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    pub devices: Vec<DeviceId>,
    pub services: Vec<ServiceId>,
    pub clients: Vec<TenantId>,
    /// Contacts of those clients.
    pub contacts: usize,
    /// Alarms open now that would be muted at the start if the window says so.
    pub open_alarms: usize,
}

fn bad(field: &str, code: &'static str, detail: impl Into<String>) -> MonitorError {
    MonitorError::Bad(Problem::new(code, detail).at(field))
}

fn shown(window: &Maintenance) -> Value {
    let objects: Vec<String> = window.objects.iter().map(ToString::to_string).collect();
    json!({
        "title": window.title, "state": window.state, "starts_at": window.starts_at, "ends_at": window.ends_at, "objects": objects,
        "announces": window.announces, "announce_lead_s": window.announce_lead_s, "mutes_open": window.mutes_open,
    })
}

/// Looks ahead: nothing is written.
pub async fn preview(tx: &mut Tx, plan: Plan) -> Result<Touched> {
    let plan = checked_plan(tx.now(), plan)?;
    let names = names_of(tx, &plan.objects).await?;
    let window = draft(tx, &plan, names.len()).await?;
    let network = Network::load(tx).await?;
    let mut touched = Touched { devices: network.worked_on(&[&window]).into_iter().collect(), ..Touched::default() };
    let services = network.services_under(&window, &[]);
    touched.services = services.iter().map(|service| service.id).collect();
    touched.clients = services.iter().map(|service| service.client).collect::<BTreeSet<_>>().into_iter().collect();
    touched.devices.sort_unstable();
    touched.contacts = tx.contacts_of(&touched.clients).await?.len();
    let named: BTreeSet<ServiceId> =
        window.objects.iter().filter_map(|object| if let WorkObject::Service(id) = object { Some(*id) } else { None }).collect();
    for alarm in tx.open_alarms().await?.into_iter().filter(|alarm| alarm.state == AlarmState::Active && alarm.muted_by.is_none()) {
        let hits = tx.open_impacts_of_alarm(alarm.id).await?;
        let is_by_service = !hits.is_empty() && hits.iter().all(|hit| named.contains(&hit.impact.service));
        let is_by_device = alarm.device.is_some_and(|device| touched.devices.contains(&device));
        touched.open_alarms += usize::from(is_by_device || is_by_service);
    }
    Ok(touched)
}

pub async fn plan(tx: &mut Tx, new: NewMaintenance) -> Result<MaintenanceId> {
    let title = checked_title(&new.title)?;
    let note = checked_note(new.note.as_deref().unwrap_or_default())?;
    check_lead(new.announce_lead_s)?;
    let plan = checked_plan(tx.now(), new.plan)?;
    let names = names_of(tx, &plan.objects).await?;
    let mut window = draft(tx, &plan, names.len()).await?;
    (window.title, window.note) = (title, note);
    (window.announces, window.announce_lead_s, window.mutes_open) = (new.announces, new.announce_lead_s, new.mutes_open);
    tx.insert_maintenance(&window, &names).await?;
    let network = Network::load(tx).await?;
    cover::reconcile_one(tx, &network, &window, &[]).await?;
    tx.audit("maintenance.planned", window.id, window.tenant, None, Some(shown(&window))).await?;
    tx.emit(EventKind::MaintenanceChanged, window.id, window.tenant, 1, json!({ "state": window.state })).await?;
    Ok(window.id)
}

/// A running window may be renamed, made shorter or longer, and its objects changed; what has begun stays begun.
pub async fn change(tx: &mut Tx, id: MaintenanceId, version: i64, change: MaintenanceChange) -> Result<()> {
    let before = found(tx, id).await?;
    if version != before.version {
        return Err(StoreError::Stale { what: "this maintenance" }.into());
    }
    let now = tx.now();
    let state = before.state_at(now);
    if !matches!(state, MaintenanceState::Planned | MaintenanceState::Running) {
        return Err(MonitorError::Conflict {
            reason: format!("this maintenance is {state}: only a planned or running one can be changed"),
        });
    }
    let mut after = before.clone();
    if let Some(title) = change.title {
        after.title = checked_title(&title)?;
    }
    if let Some(note) = change.note {
        after.note = checked_note(&note)?;
    }
    if let Some(lead) = change.announce_lead_s {
        check_lead(lead)?;
        after.announce_lead_s = lead;
    }
    (after.announces, after.mutes_open) = (change.announces.unwrap_or(before.announces), change.mutes_open.unwrap_or(before.mutes_open));
    let is_running = state == MaintenanceState::Running;
    if is_running && change.starts_at.is_some_and(|starts| starts != before.starts_at) {
        return Err(bad("starts_at", "already_begun", "this maintenance is running: its start cannot be moved any more"));
    }
    let (has_times, has_objects) = (change.starts_at.is_some() || change.ends_at.is_some(), change.objects.is_some());
    let plan = Plan {
        starts_at: change.starts_at.unwrap_or(before.starts_at),
        ends_at: change.ends_at.unwrap_or(before.ends_at),
        objects: change.objects.unwrap_or_else(|| before.objects.clone()),
    };
    let plan = if is_running {
        check_end(now, before.starts_at, plan.ends_at)?;
        Plan { objects: checked_objects(plan.objects)?, ..plan }
    } else if has_times || has_objects {
        checked_plan(now, plan)?
    } else {
        plan
    };
    let names = if has_objects { Some(names_of(tx, &plan.objects).await?) } else { None };
    (after.starts_at, after.ends_at, after.objects) = (plan.starts_at, plan.ends_at, plan.objects);
    if has_objects {
        after.tenant = common_tenant(tx, &after.objects).await?;
    }
    tx.update_maintenance(&after, names.as_deref()).await?;
    tx.audit("maintenance.changed", id, after.tenant, Some(shown(&before)), Some(shown(&after))).await?;
    tx.emit(EventKind::MaintenanceChanged, id, after.tenant, after.version + 1, json!({ "state": after.state })).await?;
    Ok(())
}

/// It never takes place. One that has begun is ended instead.
pub async fn cancel(tx: &mut Tx, id: MaintenanceId) -> Result<()> {
    let before = found(tx, id).await?;
    let now = tx.now();
    match before.state_at(now) {
        MaintenanceState::Planned => {}
        MaintenanceState::Running => {
            return Err(MonitorError::Conflict { reason: "this maintenance is running: end it instead".into() });
        }
        state => return Err(MonitorError::Conflict { reason: format!("this maintenance is {state} already") }),
    }
    let mut after = before.clone();
    after.state = MaintenanceState::Cancelled;
    settle(tx, "maintenance.cancelled", &before, &after).await
}

/// It is over now: the same as its end, only earlier.
pub async fn end(tx: &mut Tx, id: MaintenanceId) -> Result<()> {
    let before = found(tx, id).await?;
    let now = tx.now();
    match before.state_at(now) {
        MaintenanceState::Running => {}
        MaintenanceState::Planned => {
            return Err(MonitorError::Conflict { reason: "this maintenance has not begun: cancel it instead".into() });
        }
        state => return Err(MonitorError::Conflict { reason: format!("this maintenance is {state} already") }),
    }
    let mut after = before.clone();
    (after.state, after.ends_at) = (MaintenanceState::Ended, now);
    tx.cut_cover(id, now).await?;
    settle(tx, "maintenance.ended", &before, &after).await
}

/// What it muted is heard by the job that this commit wakes: it looks at everybody's alarms, not only at those this person sees.
async fn settle(tx: &mut Tx, action: &str, before: &Maintenance, after: &Maintenance) -> Result<()> {
    tx.update_maintenance(after, None).await?;
    tx.audit(action, after.id, after.tenant, Some(shown(before)), Some(shown(after))).await?;
    tx.emit(EventKind::MaintenanceChanged, after.id, after.tenant, after.version + 1, json!({ "state": after.state })).await?;
    Ok(())
}

async fn found(tx: &mut Tx, id: MaintenanceId) -> Result<Maintenance> {
    Ok(tx.maintenance(id).await?.ok_or(MonitorError::NotFound)?.maintenance)
}

async fn draft(tx: &mut Tx, plan: &Plan, names: usize) -> Result<Maintenance> {
    debug_assert_eq!(names, plan.objects.len(), "every object was found");
    Ok(Maintenance {
        id: MaintenanceId::new(),
        tenant: common_tenant(tx, &plan.objects).await?,
        title: String::new(),
        note: String::new(),
        state: MaintenanceState::Planned,
        starts_at: plan.starts_at,
        ends_at: plan.ends_at,
        objects: plan.objects.clone(),
        announces: false,
        announce_lead_s: None,
        mutes_open: false,
        created_by: tx.scope().person(),
        created_at: tx.now(),
        version: 1,
    })
}

fn checked_title(title: &str) -> Result<String> {
    checked_name(title, limits::NAME_CHARS_MAX).map_err(|problem| MonitorError::Bad(problem.at("title")))
}

fn checked_note(note: &str) -> Result<String> {
    let note = note.trim();
    if note.chars().count() > limits::NOTE_CHARS_MAX {
        return Err(bad("note", "too_long", format!("must have at most {} characters", limits::NOTE_CHARS_MAX)));
    }
    Ok(note.to_owned())
}

fn check_lead(lead_s: Option<u32>) -> Result<()> {
    match lead_s {
        Some(lead) if lead > LEAD_S_MAX => Err(bad("announce_lead_s", "out_of_range", format!("must be at most {LEAD_S_MAX} seconds"))),
        _ => Ok(()),
    }
}

fn checked_objects(objects: Vec<WorkObject>) -> Result<Vec<WorkObject>> {
    if objects.is_empty() {
        return Err(bad("objects", "required", "must name at least one device, site or service"));
    }
    if objects.len() > OBJECTS_MAX {
        return Err(bad("objects", "too_many", format!("has {} objects; at most {OBJECTS_MAX} are allowed", objects.len())));
    }
    let once: BTreeSet<WorkObject> = objects.iter().copied().collect();
    if once.len() < objects.len() {
        return Err(bad("objects", "doubled", "names an object twice"));
    }
    Ok(objects)
}

fn check_end(now: Timestamp, starts_at: Timestamp, ends_at: Timestamp) -> Result<()> {
    if ends_at <= starts_at {
        return Err(bad("ends_at", "ends_before_start", "must be later than `starts_at`"));
    }
    if ends_at <= now {
        return Err(bad("ends_at", "in_the_past", "is in the past; maintenance cannot be declared afterwards"));
    }
    if ends_at.since(starts_at) > LENGTH_MAX {
        return Err(bad("ends_at", "too_long", format!("must be at most {} days after `starts_at`", LENGTH_MAX.as_secs() / 86_400)));
    }
    Ok(())
}

/// Times that make sense. Declared afterwards it would hide an outage from the report.
fn checked_plan(now: Timestamp, plan: Plan) -> Result<Plan> {
    let objects = checked_objects(plan.objects)?;
    check_end(now, plan.starts_at, plan.ends_at)?;
    if plan.starts_at < now.minus(START_SLACK) {
        return Err(bad("starts_at", "in_the_past", "is in the past; maintenance cannot be declared afterwards, let it begin now"));
    }
    if plan.starts_at.since(now) > AHEAD_MAX {
        return Err(bad("starts_at", "out_of_range", "is more than two years ahead"));
    }
    Ok(Plan { starts_at: plan.starts_at.max(now), ends_at: plan.ends_at, objects })
}

/// The names of the objects; one that the asking person does not see does not exist.
async fn names_of(tx: &mut Tx, objects: &[WorkObject]) -> Result<Vec<String>> {
    let mut names = Vec::with_capacity(objects.len());
    for (place, object) in objects.iter().enumerate() {
        let name = match object {
            WorkObject::Device(id) => tx.device(*id).await?.map(|device| device.name),
            WorkObject::Site(id) => {
                tx.tenant(*id).await?.filter(|tenant| tenant.kind == model::tenant::TenantKind::Site).map(|tenant| tenant.name)
            }
            WorkObject::Service(id) => tx.service(*id).await?.map(|listed| listed.service.name),
        };
        let missing = || bad(&format!("objects[{place}].{}", object.kind()), "not_found", format!("there is no such {}", object.kind()));
        names.push(name.ok_or_else(missing)?);
    }
    Ok(names)
}

/// To whom an object belongs: who may see and plan.
pub async fn tenant_of(tx: &mut Tx, object: WorkObject) -> Result<Option<TenantId>> {
    Ok(match object {
        WorkObject::Device(id) => tx.device(id).await?.map(|device| device.site),
        WorkObject::Site(id) => tx.tenant(id).await?.map(|tenant| tenant.id),
        WorkObject::Service(id) => tx.service(id).await?.map(|listed| listed.service.client),
    })
}

/// The nearest tenant above all of them.
async fn common_tenant(tx: &mut Tx, objects: &[WorkObject]) -> Result<TenantId> {
    let mut common: Option<Vec<TenantId>> = None;
    for object in objects {
        let Some(tenant) = tenant_of(tx, *object).await? else { continue };
        let above: Vec<TenantId> = tx.lineage(tenant).await?.into_iter().map(|tenant| tenant.id).collect();
        common = Some(match common {
            None => above,
            Some(common) => common.into_iter().filter(|tenant| above.contains(tenant)).collect(),
        });
    }
    common.and_then(|common| common.first().copied()).ok_or(MonitorError::NotFound)
}
