//! Taking a message in: who says it, what it says, and what becomes of it in rows.

use super::matching::{self, Directory};
use super::report::{self, Report};
use super::rules::{self, Step};
use crate::flow::new_suspect;
use crate::rules::Rule;
use crate::{MonitorError, raise};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState};
use model::event::EventKind;
use model::scope::Reason;
use model::signal::{Signal, SignalRule, SignalState, Source, Target};
use model::{DeviceId, Problem, Scope, ServiceId, SignalId, SourceId, TenantId, Timestamp, limits};
use serde_json::json;
use std::time::Duration;
use store::{Store, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// Reports written in one commit, so that a large group never keeps others from writing for long.
pub const REPORTS_PER_COMMIT: usize = 50;
/// Signals of one source; a further new one is refused aloud, the known ones go on.
pub const SIGNALS_PER_SOURCE_MAX: i64 = 50_000;
/// Sentences in one answer.
const NOTES_MAX: usize = 10;
/// Signals looked at in one commit when the register has changed.
const SETTLED_PER_COMMIT: usize = 100;
/// A source that had been silent for this long is announced when it speaks again.
const ANNOUNCED_AFTER: Duration = Duration::from_secs(60);

fn scope() -> Scope {
    Scope::installation(Reason("a source speaks"))
}

/// What became of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    pub accepted: usize,
    pub raised: usize,
    pub cleared: usize,
    /// Open, and about nothing that we know: kept and listed.
    pub unmapped: usize,
    /// Older than what was known already.
    pub ignored: usize,
    pub notes: Vec<String>,
}

impl Receipt {
    fn note(&mut self, text: String) {
        if !text.is_empty() && self.notes.len() < NOTES_MAX && !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

/// Takes a message of a source in. An unknown source and a wrong secret are one and the same refusal.
pub async fn receive(store: &Store, id: SourceId, secret: &str, body: &[u8]) -> Result<Receipt> {
    let mut tx = store.read(&scope()).await?;
    let hash = tx.source_secret_hash(id).await?;
    if !is_right(&access::hash_of_token(secret), hash.as_deref()) {
        return Err(MonitorError::WrongSecret);
    }
    let Some(listed) = tx.source(id).await? else { return Err(MonitorError::WrongSecret) };
    let now = tx.now();
    drop(tx);
    let source = listed.source;
    let message = report::read(source.kind, body, now).map_err(MonitorError::Bad)?;
    let mut receipt = Receipt::default();
    for note in message.notes {
        receipt.note(note);
    }
    let parts: Vec<&[Report]> = if message.reports.is_empty() { vec![&[]] } else { message.reports.chunks(REPORTS_PER_COMMIT).collect() };
    for some in parts {
        let mut tx = store.write(&scope()).await?;
        // Deleted in this moment, or its secret renewed: the rest of the message has no home.
        if tx.source_secret_hash(id).await? != hash {
            return Err(MonitorError::WrongSecret);
        }
        take_some(&mut tx, &source, some, &mut receipt).await?;
        tx.commit().await?;
    }
    tracing::info!(
        source = %id, accepted = receipt.accepted, raised = receipt.raised, cleared = receipt.cleared, unmapped = receipt.unmapped,
        "Source {id} told {} signal(s)", receipt.accepted
    );
    Ok(receipt)
}

/// Compared without telling by the time how much of it was right; an unknown source takes as long as a wrong secret.
fn is_right(given: &[u8], known: Option<&[u8]>) -> bool {
    let nobody = [0_u8; 32];
    let other = known.unwrap_or(&nobody);
    let difference = given.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b));
    known.is_some() && given.len() == other.len() && difference == 0
}

async fn take_some(tx: &mut Tx, source: &Source, reports: &[Report], receipt: &mut Receipt) -> Result<()> {
    let before = receipt.clone();
    let mut guide = Guide::new(tx, source.id, source.tenant).await?;
    for report in reports {
        take_one(tx, &mut guide, report, receipt).await?;
    }
    let now = tx.now();
    let count = u32::try_from(reports.len()).unwrap_or(u32::MAX);
    tx.heard_source(source.id, now, count).await?;
    let is_back = source.heard_at.is_none_or(|heard| now.since(heard) > ANNOUNCED_AFTER);
    if is_back || (before.raised, before.cleared, before.unmapped) != (receipt.raised, receipt.cleared, receipt.unmapped) {
        tx.emit(EventKind::SourceChanged, source.id, source.tenant, source.version, json!({ "heard_at": now })).await?;
    }
    Ok(())
}

/// What maps the signals of one source, read once per commit.
struct Guide {
    source: SourceId,
    tenant: TenantId,
    rules: Vec<SignalRule>,
    directory: Option<Directory>,
    signals: i64,
}

impl Guide {
    async fn new(tx: &mut Tx, source: SourceId, tenant: TenantId) -> Result<Self> {
        let (rules, signals) = (tx.signal_rules(source).await?, tx.count_signals(source).await?);
        Ok(Self { source, tenant, rules, directory: None, signals })
    }

    async fn target(&mut self, tx: &mut Tx, signal: &Signal) -> Result<Option<Target>> {
        if self.directory.is_none() {
            self.directory = Some(Directory::new(tx.device_names_under(self.tenant).await?));
        }
        let directory = self.directory.get_or_insert_default();
        Ok(matching::target(&self.rules, directory, &signal.key, &signal.labels))
    }
}

async fn take_one(tx: &mut Tx, guide: &mut Guide, report: &Report, receipt: &mut Receipt) -> Result<()> {
    let now = tx.now();
    let known = tx.signal_by_key(guide.source, &report.key).await?;
    let step = rules::step(known.as_ref(), report, now);
    let mut signal = match known.clone() {
        Some(known) => known,
        None if guide.signals >= SIGNALS_PER_SOURCE_MAX => {
            receipt.note(format!("this source has {SIGNALS_PER_SOURCE_MAX} signals already; new ones are not taken"));
            receipt.ignored += 1;
            return Ok(());
        }
        None => fresh(guide.source, report, now),
    };
    signal.count += 1;
    signal.last_at = now;
    receipt.accepted += 1;
    if step == Step::Old {
        receipt.ignored += 1;
        return Ok(tx.update_signal(&signal).await?);
    }
    signal.occurrence = signal.occurrence.max(report.occurrence);
    signal.raw.clone_from(&report.raw);
    if report.is_firing {
        (signal.title, signal.labels) = (report.title.clone(), report.labels.clone());
        // It only gets worse while it lasts; a new occurrence starts anew.
        signal.severity = if step == Step::Goes { signal.severity.min(report.severity) } else { report.severity };
    }
    match step {
        Step::Open => {
            (signal.began_at, signal.note) = rules::began(known.as_ref(), report, now);
            signal.state = SignalState::Open;
            receipt.note(if signal.note.is_empty() { String::new() } else { format!("{}: {}", signal.key, signal.note) });
        }
        Step::Close | Step::Remember => {
            signal.state = SignalState::Closed;
            signal.ended_at = report.ended_at;
            signal.closed_at = Some(now);
        }
        Step::Goes | Step::Old => {}
    }
    if step == Step::Open || signal.target.is_none() && signal.state == SignalState::Open {
        signal.target = guide.target(tx, &signal).await?;
    }
    if known.is_none() {
        guide.signals += 1;
        tx.insert_signal(&signal).await?;
    } else {
        tx.update_signal(&signal).await?;
    }
    settle(tx, &signal, receipt).await
}

fn fresh(source: SourceId, report: &Report, now: Timestamp) -> Signal {
    Signal {
        id: SignalId::new(),
        source,
        key: report.key.clone(),
        title: report.title.clone(),
        severity: report.severity,
        state: SignalState::Closed,
        labels: report.labels.clone(),
        target: None,
        occurrence: report.occurrence,
        began_at: now,
        ended_at: None,
        closed_at: None,
        first_at: now,
        last_at: now,
        count: 0,
        note: String::new(),
        raw: report.raw.clone(),
    }
}

/// Brings the alarm of a signal in step with it.
async fn settle(tx: &mut Tx, signal: &Signal, receipt: &mut Receipt) -> Result<()> {
    let now = tx.now();
    let open = tx.open_alarm(AlarmClass::External, AlarmObject::Signal(signal.id)).await?;
    match (open, signal.state, signal.target) {
        (Some(mut alarm), SignalState::Closed, _) => {
            alarm.well_since = Some(rules::ended(alarm.first_miss_at, alarm.raised_at.unwrap_or(now), signal.ended_at, now));
            raise::clear(tx, alarm, now).await?;
            receipt.cleared += 1;
        }
        (Some(alarm), SignalState::Open, Some(Target::Device(device))) if alarm.device != Some(device) => {
            // The device that it was about is gone, and its names lead to another one now.
            raise::clear_unseen(tx, alarm, now).await?;
            count_raised(raise_one(tx, signal, Target::Device(device)).await?, receipt);
        }
        (Some(alarm), SignalState::Open, Some(_)) => freshen(tx, alarm, signal).await?,
        (None, SignalState::Open, Some(target)) => {
            count_raised(raise_one(tx, signal, target).await?, receipt);
        }
        (_, SignalState::Open, None) => receipt.unmapped += 1,
        (None, SignalState::Closed, _) => {}
    }
    Ok(())
}

fn count_raised(is_raised: bool, receipt: &mut Receipt) {
    let count = if is_raised { &mut receipt.raised } else { &mut receipt.unmapped };
    *count += 1;
}

/// An alarm whose signal got another title or got worse.
async fn freshen(tx: &mut Tx, mut alarm: Alarm, signal: &Signal) -> Result<()> {
    let detail = detail_of(signal);
    let is_worse = signal.severity < alarm.severity;
    if !is_worse && alarm.detail == detail {
        return Ok(());
    }
    alarm.detail = detail;
    alarm.severity = alarm.severity.min(signal.severity);
    tx.update_alarm(&alarm).await?;
    tx.emit(EventKind::AlarmChanged, alarm.id, alarm.tenant, alarm.version + 1, json!({ "severity": alarm.severity })).await?;
    if is_worse {
        let now = tx.now();
        raise::reconcile_impacts(tx, &alarm, now).await?;
    }
    Ok(())
}

fn detail_of(signal: &Signal) -> String {
    if signal.note.is_empty() { signal.title.clone() } else { format!("{} ({})", signal.title, signal.note) }
}

/// False when what it is about has just been removed.
async fn raise_one(tx: &mut Tx, signal: &Signal, target: Target) -> Result<bool> {
    let Some((device, tenant)) = place_of(tx, target).await? else { return Ok(false) };
    let now = tx.now();
    let mut suspect =
        new_suspect(AlarmClass::External, AlarmObject::Signal(signal.id), device, tenant, &detail_of(signal), signal.began_at);
    suspect.severity = signal.severity;
    tx.insert_alarm(&suspect).await?;
    raise::confirm(tx, Rule::of(AlarmClass::External, limits::HEARTBEAT), suspect, now).await?;
    Ok(true)
}

async fn place_of(tx: &mut Tx, target: Target) -> Result<Option<(Option<DeviceId>, TenantId)>> {
    Ok(match target {
        Target::Device(id) => tx.device(id).await?.map(|device| (Some(id), device.site)),
        Target::Service(id) => tx.service(id).await?.map(|listed| (None, listed.service.client)),
    })
}

/// Says what a signal is about, for it and for all others of its source with the same label. Open ones become alarms in the same commit.
/// `label`: which label the rule is made of; without one the first that names something, else this signal alone.
pub async fn map_signal(tx: &mut Tx, id: SignalId, target: Target, label: Option<&str>) -> Result<()> {
    let listed = tx.signal(id).await?.ok_or(MonitorError::NotFound)?;
    let (field, what) = match target {
        Target::Device(_) => ("device", "device"),
        Target::Service(_) => ("service", "service"),
    };
    let not_found = || MonitorError::Bad(Problem::new("not_found", format!("there is no such {what}")).at(field));
    let (_, tenant) = place_of(tx, target).await?.ok_or_else(not_found)?;
    if !tx.lineage(tenant).await?.iter().any(|above| above.id == listed.tenant) {
        let detail = "does not lie under the provider, partner, client or site that this source speaks for";
        return Err(MonitorError::Bad(Problem::new("not_allowed", detail).at(field)));
    }
    let rule = rule_for(&listed.signal, target, label)?;
    tx.set_signal_rule(&rule).await?;
    let shown = match target {
        Target::Device(device) => json!({ "label": rule.label, "value": rule.value, "device": device }),
        Target::Service(service) => json!({ "label": rule.label, "value": rule.value, "service": service }),
    };
    tx.audit("signal.mapped", id, listed.tenant, None, Some(shown)).await?;
    let mut receipt = Receipt::default();
    settle_source(tx, listed.signal.source, listed.tenant, Some(&rule), &mut receipt).await?;
    if listed.signal.state == SignalState::Closed {
        let mut signal = tx.signal(id).await?.ok_or(MonitorError::NotFound)?.signal;
        signal.target = Some(target);
        tx.update_signal(&signal).await?;
    }
    tx.emit(EventKind::SourceChanged, listed.signal.source, listed.tenant, 1, json!({ "mapped": id })).await?;
    Ok(())
}

fn rule_for(signal: &Signal, target: Target, label: Option<&str>) -> Result<SignalRule> {
    let named = match (label, target) {
        (Some(label), _) => {
            let missing = || Problem::new("not_found", "is no label of this signal").at("label");
            Some((label, signal.labels.get(label).ok_or_else(|| MonitorError::Bad(missing()))?))
        }
        (None, Target::Device(_)) => matching::NAMING.iter().find_map(|label| Some((*label, signal.labels.get(*label)?))),
        // A host carries many services: a service is meant for this condition, not for all that is said of the host.
        (None, Target::Service(_)) => signal.labels.get("service").map(|value| ("service", value)),
    };
    let (label, value) = named.map_or((matching::KEY, signal.key.as_str()), |(label, value)| (label, value.as_str()));
    Ok(SignalRule { source: signal.source, label: label.to_owned(), value: value.to_owned(), target })
}

/// Looks at the open signals of a source again. With a rule: at all of them, and those that it concerns go over to its object.
async fn settle_source(tx: &mut Tx, source: SourceId, tenant: TenantId, rule: Option<&SignalRule>, receipt: &mut Receipt) -> Result<()> {
    let mut guide = Guide::new(tx, source, tenant).await?;
    let mut after = None;
    loop {
        let some = tx.open_signals(source, rule.is_none(), after, SETTLED_PER_COMMIT).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = Some(last.id);
        for mut signal in some {
            let target = guide.target(tx, &signal).await?;
            if target.is_none() || target == signal.target {
                continue;
            }
            if signal.target.is_some() {
                leave(tx, &signal).await?;
            }
            signal.target = target;
            tx.update_signal(&signal).await?;
            settle(tx, &signal, receipt).await?;
        }
    }
}

/// The alarm on the object that a signal was thought to be about ends, and nobody is told that it is well.
async fn leave(tx: &mut Tx, signal: &Signal) -> Result<()> {
    let now = tx.now();
    if let Some(mut alarm) = tx.open_alarm(AlarmClass::External, AlarmObject::Signal(signal.id)).await? {
        alarm.detail = format!("{}; mapped to something else", alarm.detail);
        raise::clear_unseen(tx, alarm, now).await?;
    }
    Ok(())
}

/// The register has changed: what waits for an object may have one now.
pub(crate) async fn settle_waiting(store: &Store) -> Result<usize> {
    let waiting = store.read(&scope()).await?.sources_with_unmapped().await?;
    let mut receipt = Receipt::default();
    for id in waiting {
        let mut tx = store.write(&scope()).await?;
        let Some(listed) = tx.source(id).await? else { continue };
        let raised = receipt.raised;
        settle_source(&mut tx, id, listed.source.tenant, None, &mut receipt).await?;
        if receipt.raised > raised {
            let fields = json!({ "raised": receipt.raised - raised });
            tx.emit(EventKind::SourceChanged, id, listed.source.tenant, listed.source.version, fields).await?;
            tx.commit().await?;
        }
    }
    Ok(receipt.raised)
}

/// Before a source is removed: nobody will tell the end of its alarms.
pub async fn end_alarms_of_source(tx: &mut Tx, source: SourceId) -> Result<()> {
    let mut after = None;
    loop {
        let some = tx.open_signals(source, false, after, SETTLED_PER_COMMIT).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = Some(last.id);
        for signal in some {
            let now = tx.now();
            if let Some(mut alarm) = tx.open_alarm(AlarmClass::External, AlarmObject::Signal(signal.id)).await? {
                alarm.detail = format!("{}; the source was removed", alarm.detail);
                raise::clear_unseen(tx, alarm, now).await?;
            }
        }
    }
}

/// The service that an alarm of a signal is about, when it is not about a device.
pub(crate) async fn service_of(tx: &mut Tx, alarm: &Alarm) -> Result<Option<ServiceId>> {
    let (AlarmObject::Signal(id), AlarmState::Active | AlarmState::Suspect) = (alarm.object, alarm.state) else { return Ok(None) };
    Ok(tx.signal(id).await?.and_then(|listed| match listed.signal.target {
        Some(Target::Service(service)) => Some(service),
        _ => None,
    }))
}
