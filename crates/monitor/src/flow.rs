//! Load, decide, save: every observation against the rows of its conditions.

use crate::MonitorError;
use crate::collectors::{Collectors, Life};
use crate::mute::{ORPHAN_AFTER, Windows};
use crate::raise::{self, Raised};
use crate::rules::{self, Rule, Verdict};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState};
use model::device::DeviceState;
use model::event::EventKind;
use model::observation::{Finding, Heartbeat, InterfaceStatus, Observation, Sight, SnmpAnswer};
use model::scope::Reason;
use model::{AlarmId, CollectorId, DeviceId, InterfaceId, Scope, TenantId, Timestamp, limits};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::{Store, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// Where a device stands and what we last said of it.
#[derive(Debug, Clone)]
struct Node {
    site: TenantId,
    collector: CollectorId,
    interval: Duration,
    state: DeviceState,
    /// Somebody heard it since we last were blind.
    has_answered: bool,
}

/// One condition as one observation shows it.
struct Sighting {
    class: AlarmClass,
    object: AlarmObject,
    device: DeviceId,
    is_bad: bool,
    detail: String,
}

/// Judges what collectors report. All state that matters is in rows; the maps only spare reading them when nothing changes.
pub struct Monitor {
    store: Store,
    open: HashMap<(AlarmClass, AlarmObject), Alarm>,
    nodes: HashMap<DeviceId, Node>,
    watched: HashMap<(DeviceId, String), InterfaceId>,
    collectors: Collectors,
    /// Last event whose effect on the register is known here.
    seq: i64,
    /// Something could not be written: the maps may be ahead of the rows.
    is_doubtful: bool,
}

fn scope() -> Scope {
    Scope::installation(Reason("monitor"))
}

impl Monitor {
    pub async fn start(store: Store) -> Result<Self> {
        let mut monitor = Self {
            store,
            open: HashMap::new(),
            nodes: HashMap::new(),
            watched: HashMap::new(),
            collectors: Collectors::default(),
            seq: -1,
            is_doubtful: false,
        };
        monitor.reload().await?;
        monitor.note_absence().await?;
        Ok(monitor)
    }

    /// While we did not run nobody looked: that time is kept like any other without sight.
    async fn note_absence(&self) -> Result<()> {
        let mut tx = self.store.write(&scope()).await?;
        let now = tx.now();
        for row in tx.collectors().await? {
            if let Some(seen_at) = row.seen_at.filter(|seen_at| now.since(*seen_at) > limits::COLLECTOR_SILENCE)
                && row.state == Life::Live.as_str()
            {
                tx.go_blind(row.id, seen_at).await?;
                tx.see_again(row.id, now).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    pub async fn take(&mut self, sight: Sight) -> Result<()> {
        self.read_anew_after_failure().await?;
        let done = match sight {
            Sight::Observation(observation) => self.observe(observation).await,
            Sight::Heartbeat(heartbeat) => self.hear(heartbeat).await,
        };
        self.is_doubtful = done.is_err();
        done
    }

    /// After a write that failed the rows are the truth, not the maps.
    async fn read_anew_after_failure(&mut self) -> Result<()> {
        if self.is_doubtful {
            self.nodes.clear();
            self.collectors.forget_lives();
            self.reload().await?;
            self.is_doubtful = false;
        }
        Ok(())
    }

    /// Looks at what time alone brings: silent collectors, symptoms left alone, a changed register. Call about every second.
    pub async fn tick(&mut self) -> Result<()> {
        self.read_anew_after_failure().await?;
        let done = self.look_around().await;
        self.is_doubtful = done.is_err();
        done
    }

    async fn look_around(&mut self) -> Result<()> {
        let (has_changed, seq) = self.store.read(&scope()).await?.register_changed_since(self.seq).await?;
        if has_changed {
            self.reload().await?;
            crate::signals::flow::settle_waiting(&self.store).await?;
        }
        self.seq = seq;
        let now = self.store.clock().now();
        for collector in self.collectors.silent(now) {
            self.turn(collector, Life::Lost, now, &format!("silent for more than {} s", limits::COLLECTOR_SILENCE.as_secs())).await?;
        }
        self.free_orphans(now).await
    }

    /// Reads the register and the open rows anew, and ends alarms of what is no longer looked after.
    async fn reload(&mut self) -> Result<()> {
        let mut tx = self.store.write(&scope()).await?;
        self.seq = tx.last_event().await?;
        let now = tx.now();
        for row in tx.collectors().await? {
            self.collectors.know(row.id, Life::from_text(&row.state), now);
        }
        let known = std::mem::take(&mut self.nodes);
        for node in tx.device_nodes().await? {
            let before = known.get(&node.id);
            let state = node.state;
            let has_answered = before.map_or(state == DeviceState::Up || state == DeviceState::Degraded, |node| node.has_answered);
            let interval = Duration::from_secs(u64::from(node.probe_interval_s));
            self.nodes.insert(node.id, Node { site: node.site, collector: node.collector, interval, state, has_answered });
        }
        let ids: Vec<DeviceId> = self.nodes.keys().copied().collect();
        self.watched.clear();
        for some in ids.chunks(DEVICES_PER_QUERY) {
            for interface in tx.watched_interfaces(some).await? {
                self.watched.insert((interface.device, interface.if_name), interface.id);
            }
        }
        let watched: HashSet<InterfaceId> = self.watched.values().copied().collect();
        let asked: HashSet<DeviceId> = tx.devices_with_snmp().await?.into_iter().collect();
        let told: HashSet<model::SignalId> = tx.mapped_open_signals().await?.into_iter().collect();
        let mut touched = Vec::new();
        for alarm in tx.open_alarms().await? {
            // Without a credential nobody would ever see a port come back or an agent answer.
            let is_asked = alarm.device.is_some_and(|device| asked.contains(&device));
            let is_looked_after = match alarm.object {
                AlarmObject::Device(device) => self.nodes.contains_key(&device) && (is_asked || alarm.class != AlarmClass::SnmpSilent),
                AlarmObject::Interface(interface) => is_asked && watched.contains(&interface),
                AlarmObject::Collector(_) => true,
                // Its own end comes from its source; here only what it was about can be gone.
                AlarmObject::Signal(signal) => told.contains(&signal),
            };
            if !is_looked_after {
                touched.extend(alarm.device);
                end_unwatched(&mut tx, alarm, now).await?;
            } else if alarm.state == AlarmState::Active {
                raise::reconcile_impacts(&mut tx, &alarm, now).await?;
            }
        }
        self.open = tx.open_alarms().await?.into_iter().map(|alarm| ((alarm.class, alarm.object), alarm)).collect();
        for device in touched {
            self.settle_state(&mut tx, device, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn observe(&mut self, observation: Observation) -> Result<()> {
        if !self.nodes.contains_key(&observation.device) {
            self.reload().await?;
        }
        // A device that was removed while its last answer was under way.
        let Some(node) = self.nodes.get_mut(&observation.device) else { return Ok(()) };
        let is_answer = matches!(observation.finding, Finding::Reach { rtt: Some(_), .. } | Finding::Snmp { answer: SnmpAnswer::Answered });
        let is_news = is_answer && !node.has_answered;
        node.has_answered |= is_answer;
        let is_doubtful = self.collectors.is_doubtful(observation.collector, observation.at);
        for sighting in self.sightings(&observation) {
            // Our own blindness is no fault of theirs.
            if !(sighting.is_bad && is_doubtful) {
                self.judge(&sighting, observation.at).await?;
            }
        }
        if is_news || self.nodes.get(&observation.device).is_some_and(|node| node.state == DeviceState::Unknown && node.has_answered) {
            let mut tx = self.store.write(&scope()).await?;
            self.settle_state(&mut tx, observation.device, observation.at).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What an observation says of each condition.
    fn sightings(&self, observation: &Observation) -> Vec<Sighting> {
        let device = observation.device;
        let on_device = |class, is_bad, detail: &str| Sighting {
            class,
            object: AlarmObject::Device(device),
            device,
            is_bad,
            detail: detail.to_owned(),
        };
        match &observation.finding {
            Finding::Reach { method, rtt, detail } => {
                let detail = if detail.is_empty() { format!("no answer by {method}") } else { format!("{method}: {detail}") };
                vec![on_device(AlarmClass::Unreachable, rtt.is_none(), &detail)]
            }
            Finding::Snmp { answer } => match answer {
                SnmpAnswer::Answered => vec![on_device(AlarmClass::SnmpSilent, false, "")],
                // Behind an unreachable device the silence of SNMP says nothing new.
                _ if self.open.contains_key(&(AlarmClass::Unreachable, AlarmObject::Device(device))) => vec![],
                SnmpAnswer::Silent { detail } => vec![on_device(AlarmClass::SnmpSilent, true, detail)],
                SnmpAnswer::Refused { detail } => vec![on_device(AlarmClass::SnmpSilent, true, detail)],
            },
            Finding::Status { interfaces } => interfaces.iter().filter_map(|status| self.status_sighting(device, status)).collect(),
            Finding::Tables(_) => vec![],
        }
    }

    fn status_sighting(&self, device: DeviceId, status: &InterfaceStatus) -> Option<Sighting> {
        let interface = self.watched.get(&(device, status.if_name.clone()))?;
        let is_shut = status.admin == Some(model::device::AdminStatus::Down);
        let detail =
            if is_shut { format!("administratively down, ifOperStatus {}", status.oper) } else { format!("ifOperStatus {}", status.oper) };
        Some(Sighting {
            class: AlarmClass::InterfaceDown,
            object: AlarmObject::Interface(*interface),
            device,
            is_bad: status.oper.is_down(),
            detail,
        })
    }

    async fn judge(&mut self, sighting: &Sighting, at: Timestamp) -> Result<()> {
        let Some(node) = self.nodes.get(&sighting.device).cloned() else { return Ok(()) };
        let rule = Rule::of(sighting.class, node.interval);
        let key = (sighting.class, sighting.object);
        if rules::judge(rule, self.open.get(&key), sighting.is_bad, at) == Verdict::Same {
            return Ok(());
        }
        let mut tx = self.store.write(&scope()).await?;
        // The row decides, not the map: a person may have touched it, another centre may have been quicker.
        let row = tx.open_alarm(sighting.class, sighting.object).await?;
        let before = row.clone();
        let is_proven = row.as_ref().is_none_or(|row| self.collectors.is_proven_since(node.collector, row.first_miss_at));
        apply(&mut tx, rule, row, sighting, node.site, is_proven, at).await?;
        let mut devices = vec![sighting.device];
        devices.extend(tx.children_of(sighting.device).await?.into_iter().map(|(child, _)| child));
        let mut fresh = Vec::new();
        for device in &devices {
            fresh.extend(tx.alarms_of_device(*device).await?);
        }
        let state = self.settle_state(&mut tx, sighting.device, at).await?;
        tx.commit().await?;
        self.open.retain(|_, alarm| !alarm.device.is_some_and(|device| devices.contains(&device)));
        self.open.extend(fresh.into_iter().map(|alarm| ((alarm.class, alarm.object), alarm)));
        if before.is_none_or(|alarm| alarm.state != AlarmState::Suspect) {
            tracing::debug!(device = %sighting.device, class = %sighting.class, is_bad = sighting.is_bad, ?state, "Judged {}", sighting.object);
        }
        Ok(())
    }

    /// Writes the state of a device if it is another than before.
    async fn settle_state(&mut self, tx: &mut Tx, device: DeviceId, at: Timestamp) -> Result<Option<DeviceState>> {
        let Some(node) = self.nodes.get_mut(&device) else { return Ok(None) };
        let is_blind = self.collectors.life(node.collector) != Life::Live;
        let state = rules::device_state(&tx.alarms_of_device(device).await?, is_blind, node.has_answered);
        if state != node.state {
            tx.set_device_state(device, state, at).await?;
            tx.emit(EventKind::DeviceState, device, node.site, 1, json!({ "state": state, "since": at })).await?;
            node.state = state;
        }
        Ok(Some(state))
    }

    async fn hear(&mut self, heartbeat: Heartbeat) -> Result<()> {
        let now = self.store.clock().now();
        let before = self.collectors.life(heartbeat.collector);
        let life = self.collectors.hear(&heartbeat, now);
        if life != before {
            let detail = match life {
                Life::CutOff => "cut off: no reference target answers",
                _ => "speaks again",
            };
            self.turn(heartbeat.collector, life, now, detail).await?;
        }
        Ok(())
    }

    /// A collector is lost, cut off or back: its alarm, its row and the state of its devices, in one commit.
    async fn turn(&mut self, collector: CollectorId, life: Life, at: Timestamp, detail: &str) -> Result<()> {
        let mut tx = self.store.write(&scope()).await?;
        let Some(mut row) = tx.collector(collector).await? else { return Ok(()) };
        self.collectors.set_life(collector, life);
        (row.state, row.since) = (life.as_str().to_owned(), at);
        tx.set_collector(&row).await?;
        tx.emit(EventKind::CollectorState, collector, row.tenant, row.version + 1, json!({ "state": life.as_str() })).await?;
        match life {
            Life::Lost => tx.go_blind(collector, at.minus(limits::COLLECTOR_SILENCE)).await?,
            Life::CutOff => tx.go_blind(collector, at).await?,
            Life::Live => tx.see_again(collector, at).await?,
        }
        let object = AlarmObject::Collector(collector);
        let open = tx.open_alarm(AlarmClass::CollectorLost, object).await?;
        match (open, life) {
            (None, Life::Lost | Life::CutOff) => {
                let suspect = new_suspect(AlarmClass::CollectorLost, object, None, row.tenant, detail, at);
                tx.insert_alarm(&suspect).await?;
                raise::confirm(&mut tx, Rule::of(AlarmClass::CollectorLost, limits::HEARTBEAT), suspect, at).await?;
            }
            (Some(alarm), Life::Live) => raise::clear(&mut tx, alarm, at).await?,
            _ => {}
        }
        let mut behind: Vec<DeviceId> = self.nodes.iter().filter(|(_, node)| node.collector == collector).map(|(id, _)| *id).collect();
        behind.sort_unstable();
        for device in behind {
            if life != Life::Live {
                // What was suspected while we went blind was us.
                for alarm in tx.alarms_of_device(device).await? {
                    if alarm.state == AlarmState::Suspect {
                        tx.forget_suspect(alarm.id).await?;
                        self.open.remove(&(alarm.class, alarm.object));
                    }
                }
                if let Some(node) = self.nodes.get_mut(&device) {
                    node.has_answered = false;
                }
            }
            self.settle_state(&mut tx, device, at).await?;
        }
        tx.commit().await?;
        tracing::warn!(%collector, state = life.as_str(), "Collector {collector} is {}: {detail}", life.as_str());
        Ok(())
    }

    /// Symptoms whose cause has cleared get the stability time to clear as well, then stand alone.
    async fn free_orphans(&mut self, now: Timestamp) -> Result<()> {
        let open: Vec<AlarmId> = self.open.values().map(|alarm| alarm.id).collect();
        let orphans: Vec<Alarm> = self
            .open
            .values()
            .filter(|alarm| alarm.state == AlarmState::Active && alarm.suppressed_by.is_some_and(|cause| !open.contains(&cause)))
            .cloned()
            .collect();
        for orphan in orphans {
            let mut tx = self.store.write(&scope()).await?;
            let Some(cause) = orphan.suppressed_by else { continue };
            let gone_at = tx.alarm(cause).await?.and_then(|alarm| alarm.cleared_at).unwrap_or(now);
            if now.since(gone_at) < ORPHAN_AFTER {
                continue;
            }
            let Some(row) = tx.alarm(orphan.id).await?.filter(|row| row.state == AlarmState::Active) else {
                // A source ended it past this map.
                self.open.remove(&(orphan.class, orphan.object));
                continue;
            };
            raise::stand_alone(&mut tx, row).await?;
            let fresh = tx.alarm(orphan.id).await?;
            tx.commit().await?;
            self.open.extend(fresh.map(|alarm| ((alarm.class, alarm.object), alarm)));
        }
        Ok(())
    }
}

const DEVICES_PER_QUERY: usize = 500;

pub(crate) fn new_suspect(
    class: AlarmClass,
    object: AlarmObject,
    device: Option<DeviceId>,
    tenant: TenantId,
    detail: &str,
    at: Timestamp,
) -> Alarm {
    Alarm {
        id: AlarmId::new(),
        class,
        object,
        device,
        tenant,
        severity: rules::severity(class, 0),
        state: AlarmState::Suspect,
        misses: 1,
        first_miss_at: at,
        raised_at: None,
        well_since: None,
        cleared_at: None,
        flaps: 0,
        incident: None,
        suppressed_by: None,
        muted_by: None,
        acked_by: None,
        acked_at: None,
        ack_note: None,
        detail: detail.to_owned(),
        version: 1,
    }
}

/// Carries a verdict out on the row as the database has it now.
async fn apply(
    tx: &mut Tx,
    rule: Rule,
    row: Option<Alarm>,
    sighting: &Sighting,
    site: TenantId,
    is_proven: bool,
    at: Timestamp,
) -> Result<()> {
    let verdict = rules::judge(rule, row.as_ref(), sighting.is_bad, at);
    let Some(mut alarm) = row else {
        if matches!(verdict, Verdict::Suspect | Verdict::Confirm) {
            let suspect = new_suspect(sighting.class, sighting.object, Some(sighting.device), site, &sighting.detail, at);
            tx.insert_alarm(&suspect).await?;
            if verdict == Verdict::Confirm {
                raise::confirm(tx, rule, suspect, at).await?;
            }
        }
        return Ok(());
    };
    match verdict {
        Verdict::Same | Verdict::Suspect => {}
        Verdict::Miss => {
            alarm.misses += 1;
            tx.update_alarm(&alarm).await?;
        }
        Verdict::Restart => {
            (alarm.misses, alarm.first_miss_at) = (1, at);
            tx.update_alarm(&alarm).await?;
        }
        // A silence is believed only when something else has answered since it began.
        Verdict::Confirm if !is_proven && alarm.class != AlarmClass::InterfaceDown => {
            alarm.misses += 1;
            tx.update_alarm(&alarm).await?;
        }
        Verdict::Confirm => {
            alarm.detail.clone_from(&sighting.detail);
            if raise::confirm(tx, rule, alarm, at).await? == Raised::Waits {
                tracing::debug!(object = %sighting.object, "Waits for the verdict on a parent");
            }
        }
        Verdict::Forget => tx.forget_suspect(alarm.id).await?,
        // Muted, well, and ill again after the maintenance: a new fault, told only if it is confirmed anew.
        Verdict::Relapse if alarm.muted_by.is_some() && !Windows::in_effect(tx).await?.mute_still(tx, &alarm).await? => {
            raise::clear(tx, alarm, at).await?;
            let suspect = new_suspect(sighting.class, sighting.object, Some(sighting.device), site, &sighting.detail, at);
            tx.insert_alarm(&suspect).await?;
        }
        Verdict::Relapse => {
            alarm.well_since = None;
            alarm.flaps += 1;
            tx.update_alarm(&alarm).await?;
            tx.emit(EventKind::AlarmChanged, alarm.id, alarm.tenant, alarm.version + 1, json!({ "flaps": alarm.flaps })).await?;
        }
        Verdict::Recovering => {
            alarm.well_since = Some(at);
            tx.update_alarm(&alarm).await?;
        }
        Verdict::Clear => raise::clear(tx, alarm, at).await?,
    }
    Ok(())
}

/// Nobody looks any more: the device was removed or the interface is no longer bound.
async fn end_unwatched(tx: &mut Tx, mut alarm: Alarm, at: Timestamp) -> Result<()> {
    if alarm.state == AlarmState::Suspect {
        return Ok(tx.forget_suspect(alarm.id).await?);
    }
    alarm.detail = format!("{}; no longer looked after", alarm.detail);
    raise::clear_unseen(tx, alarm, at).await
}
