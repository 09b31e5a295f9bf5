//! Which alarms maintenance mutes, and when they are heard again.
//!
//! An alarm confirmed while a window runs over its device is muted, whenever its first miss was; what it explains is muted with it.
//! One that was confirmed before stays live, unless whoever planned the window asked otherwise. When no window covers an open alarm any
//! more it becomes live at once, but for what is already well and only waits to be stable: that passes in silence.

use crate::MonitorError;
use crate::rules::ParentState;
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState};
use model::event::EventKind;
use model::maintenance::{Maintenance, WorkObject};
use model::{AlarmId, DeviceId, MaintenanceId, ServiceId, limits};
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use store::{ImpactListed, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// Causes of causes, devices above devices: deeper than any network.
const CHAIN_MAX: usize = 64;
/// How long a symptom may outlast its cause before it counts as a fault of its own.
pub(crate) const ORPHAN_AFTER: Duration = limits::STABILITY.saturating_mul(2);

/// The windows that mute now.
pub(crate) struct Windows(Vec<Maintenance>);

impl Windows {
    pub(crate) async fn in_effect(tx: &mut Tx) -> Result<Self> {
        Ok(Self(tx.windows_in_effect().await?))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, id: MaintenanceId) -> Option<&Maintenance> {
        self.0.iter().find(|window| window.id == id)
    }

    /// Of several the one that lasts longest, so that an alarm changes hands as seldom as possible.
    fn naming(&self, is_named: impl Fn(&WorkObject) -> bool) -> Option<MaintenanceId> {
        let named = self.0.iter().filter(|window| window.objects.iter().any(&is_named));
        named.max_by_key(|window| (window.ends_at, window.id)).map(|window| window.id)
    }

    /// The window that names this device or its site.
    pub(crate) async fn over_device(&self, tx: &mut Tx, device: DeviceId) -> Result<Option<MaintenanceId>> {
        if self.is_empty() {
            return Ok(None);
        }
        let Some(site) = tx.device(device).await?.map(|device| device.site) else { return Ok(None) };
        Ok(self.naming(|object| *object == WorkObject::Device(device) || *object == WorkObject::Site(site)))
    }

    fn over_service(&self, service: ServiceId) -> Option<MaintenanceId> {
        self.naming(|object| *object == WorkObject::Service(service))
    }

    /// Whether every way to this device leads over one that is worked on.
    async fn shades(&self, tx: &mut Tx, device: DeviceId) -> Result<bool> {
        Ok(self.over_device(tx, device).await?.is_none() && self.hold_for(tx, device).await?.is_some())
    }

    /// How long the verdict on a device may take that is worked on, or to which every way leads over one that is: as long as all on the
    /// longest way take together. `None`: neither is so.
    async fn hold_for(&self, tx: &mut Tx, device: DeviceId) -> Result<Option<Duration>> {
        let mut hold = limits::PARENT_HOLD_MAX;
        let mut seen = HashSet::from([device]);
        let mut level = vec![device];
        for _ in 0..CHAIN_MAX {
            let (mut slowest, mut above) = (Duration::ZERO, Vec::new());
            for device in level {
                let interval = tx.device(device).await?.map_or(limits::PROBE_INTERVAL_DEFAULT, |device| device.probe_interval);
                slowest = slowest.max(interval * limits::CONFIRM_MISSES);
                if self.over_device(tx, device).await?.is_some() {
                    continue;
                }
                let parents = tx.parents_of(device).await?;
                if parents.is_empty() {
                    return Ok(None);
                }
                above.extend(parents.into_iter().map(|parent| parent.device).filter(|parent| seen.insert(*parent)));
            }
            hold += slowest;
            if above.is_empty() {
                return Ok(Some(hold.min(limits::MAINTENANCE_HOLD_MAX)));
            }
            level = above;
        }
        Ok(None)
    }

    /// A parent that is worked on, or is behind one that is, proves nothing by having answered a while ago: the verdict on it is awaited.
    pub(crate) async fn shade_parents(&self, tx: &mut Tx, device: DeviceId, states: &mut [ParentState]) -> Result<()> {
        // What is worked on itself is muted whatever explains it.
        if self.is_empty() || self.over_device(tx, device).await?.is_some() {
            return Ok(());
        }
        let parents = tx.parents_of(device).await?;
        for (parent, state) in parents.into_iter().zip(states) {
            if matches!(state, ParentState::Alive | ParentState::Suspect)
                && let Some(hold) = self.hold_for(tx, parent.device).await?
            {
                *state = ParentState::Shaded { hold };
            }
        }
        Ok(())
    }

    /// The window over the object of this alarm itself.
    async fn over_alarm(&self, tx: &mut Tx, alarm: &Alarm) -> Result<Option<MaintenanceId>> {
        let Some(device) = alarm.device else { return Ok(None) };
        if let Some(window) = self.over_device(tx, device).await? {
            return Ok(Some(window));
        }
        let (AlarmClass::InterfaceDown, AlarmObject::Interface(interface)) = (alarm.class, alarm.object) else { return Ok(None) };
        // A port towards nothing but devices that are worked on goes down with them.
        let mut towards = None;
        for (child, link) in tx.children_of(device).await? {
            if link == Some(interface) {
                match self.over_device(tx, child).await? {
                    Some(window) => towards = Some(window),
                    None => return Ok(None),
                }
            }
        }
        Ok(towards)
    }

    /// The window that mutes this alarm whatever services it hits: over itself, or over the root that explains it. A live root is not
    /// excused by work somewhere on the way.
    pub(crate) async fn over_cause(&self, tx: &mut Tx, alarm: &Alarm) -> Result<Option<MaintenanceId>> {
        if self.is_empty() {
            return Ok(None);
        }
        if let Some(window) = self.over_alarm(tx, alarm).await? {
            return Ok(Some(window));
        }
        let mut alarm = alarm.clone();
        for _ in 0..CHAIN_MAX {
            let cause = match alarm.suppressed_by {
                Some(cause) => tx.alarm(cause).await?.filter(|cause| cause.state == AlarmState::Active),
                None => None,
            };
            let Some(cause) = cause else { break };
            alarm = cause;
        }
        if let Some(window) = self.over_alarm(tx, &alarm).await? {
            return Ok(Some(window));
        }
        // What fell silent behind the work and has not come back since: the work is not over.
        let muted_by = alarm.muted_by.filter(|window| self.get(*window).is_some());
        match (muted_by, alarm.device) {
            (Some(window), Some(device)) if self.shades(tx, device).await? => Ok(Some(window)),
            _ => Ok(None),
        }
    }

    /// Marks an alarm that is being confirmed, and what it hits. A window over a service mutes only what that service suffers.
    pub(crate) async fn mute(&self, tx: &mut Tx, alarm: &mut Alarm, hits: &mut [ImpactListed]) -> Result<()> {
        alarm.muted_by = None;
        if self.is_empty() {
            return Ok(());
        }
        alarm.muted_by = self.over_cause(tx, alarm).await?;
        for hit in hits.iter_mut() {
            hit.impact.muted_by = alarm.muted_by.or_else(|| self.over_service(hit.impact.service));
        }
        if alarm.muted_by.is_none() {
            alarm.muted_by = all_muted(hits.iter().map(|hit| hit.impact.muted_by));
        }
        Ok(())
    }

    /// For an impact that comes to an open alarm later.
    pub(crate) fn over_hit(&self, alarm: &Alarm, service: ServiceId) -> Option<MaintenanceId> {
        alarm.muted_by.filter(|window| self.get(*window).is_some()).or_else(|| self.over_service(service))
    }

    /// Whether a window goes on muting it.
    pub(crate) async fn mute_still(&self, tx: &mut Tx, alarm: &Alarm) -> Result<bool> {
        if self.over_cause(tx, alarm).await?.is_some() {
            return Ok(true);
        }
        let hits = tx.open_impacts_of_alarm(alarm.id).await?;
        Ok(all_muted(hits.iter().map(|hit| self.over_service(hit.impact.service))).is_some())
    }

    fn takes_open(&self, window: MaintenanceId) -> bool {
        self.get(window).is_some_and(|window| window.mutes_open)
    }

    /// Compares an open alarm with the windows as they are now, and lets be heard what none of them covers.
    /// `is_explained`: it has just turned out to be a symptom; then it is muted with its cause if it was confirmed inside the window.
    pub(crate) async fn settle(&self, tx: &mut Tx, id: AlarmId, is_explained: bool) -> Result<()> {
        let Some(mut alarm) = tx.alarm(id).await?.filter(|alarm| alarm.state == AlarmState::Active) else { return Ok(()) };
        let hits = tx.open_impacts_of_alarm(id).await?;
        let cause = self.over_cause(tx, &alarm).await?;
        let wanted: Vec<Option<MaintenanceId>> = hits.iter().map(|hit| cause.or_else(|| self.over_service(hit.impact.service))).collect();
        // What hits only muted services, but explains an alarm that people hear of, is heard as well.
        let is_quiet = !tx.has_live_symptom(id).await?;
        let wanted_alarm = cause.or_else(|| all_muted(wanted.iter().copied()).filter(|_| is_quiet));
        let may_stay = self.passes_in_silence(tx, &alarm).await?;
        let may_mute = |window: MaintenanceId| {
            let is_inside = || self.get(window).is_some_and(|window| alarm.raised_at.is_some_and(|raised| raised >= window.starts_at));
            self.takes_open(window) || (is_explained && is_inside())
        };
        let decide = |present: Option<MaintenanceId>, wanted: Option<MaintenanceId>| match (present, wanted) {
            (Some(present), None) if may_stay => Some(present),
            (None, Some(window)) if !may_mute(window) => None,
            (_, wanted) => wanted,
        };
        let after = decide(alarm.muted_by, wanted_alarm);
        let mut is_heard = false;
        for (hit, wanted) in hits.iter().zip(wanted) {
            let after = decide(hit.impact.muted_by, wanted);
            if after != hit.impact.muted_by {
                tx.mute_impact(hit.impact.id, after).await?;
                if after.is_none() {
                    is_heard = true;
                    let fields = json!({ "incident": hit.impact.incident, "service": hit.impact.service, "client": hit.impact.client });
                    tx.emit(EventKind::ImpactOpened, hit.impact.id, hit.impact.client, 1, fields).await?;
                }
            }
        }
        if after != alarm.muted_by {
            is_heard |= after.is_none();
            alarm.muted_by = after;
            tx.update_alarm(&alarm).await?;
            tx.emit(EventKind::AlarmChanged, id, alarm.tenant, alarm.version + 1, json!({ "muted_by": after })).await?;
        }
        if let Some(incident) = alarm.incident.filter(|_| is_heard) {
            tx.emit(EventKind::IncidentChanged, incident, alarm.tenant, 1, json!({ "alarm": id })).await?;
        }
        Ok(())
    }

    /// Muted, and as good as over: well but not yet stable, or the symptom of a cause that is.
    async fn passes_in_silence(&self, tx: &mut Tx, alarm: &Alarm) -> Result<bool> {
        if alarm.well_since.is_some() {
            return Ok(true);
        }
        let Some(cause) = alarm.suppressed_by else { return Ok(false) };
        let now = tx.now();
        Ok(match tx.alarm(cause).await? {
            Some(cause) if cause.state == AlarmState::Active => cause.muted_by.is_some(),
            Some(cause) => cause.cleared_at.is_some_and(|cleared| now.since(cleared) < ORPHAN_AFTER),
            None => false,
        })
    }
}

/// Settles everything that is muted, causes before their symptoms; and what is open, where a window asks for that.
pub(crate) async fn settle_all(tx: &mut Tx) -> Result<()> {
    let windows = Windows::in_effect(tx).await?;
    let mut alarms = if windows.0.iter().any(|window| window.mutes_open) { tx.open_alarms().await? } else { tx.muted_alarms().await? };
    alarms.retain(|alarm| alarm.state == AlarmState::Active);
    let mut settled = HashSet::new();
    for _ in 0..CHAIN_MAX {
        let waiting: HashSet<AlarmId> = alarms.iter().map(|alarm| alarm.id).filter(|id| !settled.contains(id)).collect();
        if waiting.is_empty() {
            break;
        }
        let ready = |alarm: &&Alarm| waiting.contains(&alarm.id) && alarm.suppressed_by.is_none_or(|cause| !waiting.contains(&cause));
        let mut round: Vec<AlarmId> = alarms.iter().filter(ready).map(|alarm| alarm.id).collect();
        if round.is_empty() {
            // A circle of causes cannot be; if it is, its order does not matter.
            round.extend(waiting);
        }
        for id in round {
            windows.settle(tx, id, false).await?;
            settled.insert(id);
        }
    }
    Ok(())
}

/// The window that speaks for all of them, when every one is muted.
fn all_muted(hits: impl Iterator<Item = Option<MaintenanceId>>) -> Option<MaintenanceId> {
    hits.collect::<Option<Vec<_>>>()?.into_iter().max()
}
