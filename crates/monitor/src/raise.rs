//! Confirming and clearing: rows, incident, impact and events in one transaction.

use crate::MonitorError;
use crate::cause;
use crate::mute::Windows;
use crate::rules::{self, Cause, Rule};
use crate::signals::{self, rules::HITS_SERVICES};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState, Impact, Incident, IncidentState, Severity};
use model::event::EventKind;
use model::service::Mapping;
use model::{AlarmId, ImpactId, IncidentId, Timestamp, limits};
use serde_json::json;
use store::{EndpointListed, ImpactListed, Tx};

type Result<T> = std::result::Result<T, MonitorError>;

/// What became of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raised {
    Yes,
    /// A parent's verdict is due; ask again with the next observation.
    Waits,
}

/// Turns a suspect into an alarm. `suspect` is the row as it is in the database, or a fresh one that is not yet there.
pub(crate) async fn confirm(tx: &mut Tx, rule: Rule, mut suspect: Alarm, at: Timestamp) -> Result<Raised> {
    let waited = at.since(suspect.first_miss_at.plus(rule.confirmed_after()));
    let windows = Windows::in_effect(tx).await?;
    let found = find_cause(tx, &suspect, &windows, at, waited).await?;
    if found == Cause::Wait {
        suspect.misses += 1;
        tx.update_alarm(&suspect).await?;
        return Ok(Raised::Waits);
    }
    let explained = match (found, suspect.device) {
        (Cause::Root, Some(device)) => cause::explained_by(tx, suspect.class, device, suspect.object, at).await?,
        _ => Vec::new(),
    };
    let mut alarm = reopened_or_new(tx, suspect, at).await?;
    let is_new_incident = settle_incident(tx, &mut alarm, found, &explained, at).await?;
    let mut hits = hits_of(tx, &alarm).await?;
    windows.mute(tx, &mut alarm, &mut hits).await?;
    // A cause is at least as bad as what it causes.
    alarm.severity = explained
        .iter()
        .filter(|symptom| symptom.muted_by.is_none())
        .map(|symptom| symptom.severity)
        .fold(own_severity(&alarm, hits.len()), Severity::min);
    tx.update_alarm(&alarm).await?;
    let incident = alarm.incident.unwrap_or_else(IncidentId::new);
    let fields = json!({ "class": alarm.class, "severity": alarm.severity, "incident": incident, "device": alarm.device, "muted_by": alarm.muted_by });
    tx.emit(EventKind::AlarmRaised, alarm.id, alarm.tenant, alarm.version + 1, fields).await?;
    for mut symptom in explained {
        symptom.suppressed_by = Some(alarm.id);
        symptom.incident = Some(incident);
        // Merging may have written the row in between.
        symptom.version = tx.alarm(symptom.id).await?.map_or(symptom.version, |row| row.version);
        tx.update_alarm(&symptom).await?;
        tx.emit(EventKind::AlarmChanged, symptom.id, symptom.tenant, symptom.version + 1, json!({ "suppressed_by": alarm.id })).await?;
        windows.settle(tx, symptom.id, true).await?;
    }
    // Muted harm makes a cause no worse: nobody is to be woken by it.
    if let (Cause::Symptom { of, .. }, None) = (found, alarm.muted_by) {
        worsen(tx, of, alarm.severity).await?;
        windows.settle(tx, of, false).await?;
    }
    for hit in hits {
        tx.insert_impact(&hit).await?;
        let fields = json!({ "incident": incident, "service": hit.impact.service, "client": hit.impact.client });
        tx.emit(EventKind::ImpactOpened, hit.impact.id, hit.impact.client, 1, fields).await?;
    }
    let kind = if is_new_incident { EventKind::IncidentOpened } else { EventKind::IncidentChanged };
    tx.emit(kind, incident, alarm.tenant, 1, json!({ "alarm": alarm.id })).await?;
    Ok(Raised::Yes)
}

/// Another system says itself how bad it is.
fn own_severity(alarm: &Alarm, services_hit: usize) -> Severity {
    if alarm.class == AlarmClass::External { alarm.severity } else { rules::severity(alarm.class, services_hit) }
}

/// Causes of causes that are followed; deeper than any network.
const CHAIN_MAX: usize = 64;

/// The cause of a symptom becomes at least as bad, up the whole chain.
async fn worsen(tx: &mut Tx, mut of: AlarmId, severity: Severity) -> Result<()> {
    for _ in 0..CHAIN_MAX {
        let Some(mut cause) = tx.alarm(of).await? else { return Ok(()) };
        if severity < cause.severity {
            cause.severity = severity;
            tx.update_alarm(&cause).await?;
            tx.emit(EventKind::AlarmChanged, cause.id, cause.tenant, cause.version + 1, json!({ "severity": severity })).await?;
        }
        match cause.suppressed_by {
            Some(next) => of = next,
            None => return Ok(()),
        }
    }
    Ok(())
}

async fn find_cause(tx: &mut Tx, suspect: &Alarm, windows: &Windows, at: Timestamp, waited: std::time::Duration) -> Result<Cause> {
    let Some(device) = suspect.device else { return Ok(Cause::Root) };
    match suspect.class {
        AlarmClass::Unreachable => {
            let mut parents = cause::parent_states(tx, device).await?;
            windows.shade_parents(tx, device, &mut parents).await?;
            Ok(rules::cause_of_unreachable(&parents, waited))
        }
        AlarmClass::InterfaceDown => Ok(match cause::far_end(tx, device, at).await? {
            Some(Alarm { id, incident: Some(incident), .. }) => Cause::Symptom { of: id, incident },
            _ => Cause::Root,
        }),
        AlarmClass::External => cause::of_external(tx, suspect, device).await.map_err(Into::into),
        AlarmClass::SnmpSilent | AlarmClass::CollectorLost | AlarmClass::Metric => Ok(Cause::Root),
    }
}

/// The same condition that ended a short while ago comes back as the same alarm: flapping folds into one.
async fn reopened_or_new(tx: &mut Tx, suspect: Alarm, at: Timestamp) -> Result<Alarm> {
    let lately = tx.lately_cleared(suspect.class, suspect.object, at.minus(limits::FLAP_WINDOW)).await?;
    // Moved or mapped to something else in between: that is another fault, and perhaps another client's.
    let lately = lately.filter(|old| (old.device, old.tenant) == (suspect.device, suspect.tenant));
    let mut alarm = match lately {
        Some(old) => {
            tx.forget_suspect(suspect.id).await?;
            Alarm {
                flaps: old.flaps + 1,
                first_miss_at: suspect.first_miss_at,
                misses: suspect.misses,
                severity: suspect.severity,
                detail: suspect.detail,
                suppressed_by: None,
                ..old
            }
        }
        None => suspect,
    };
    alarm.state = AlarmState::Active;
    alarm.raised_at = Some(at);
    (alarm.cleared_at, alarm.well_since) = (None, None);
    Ok(alarm)
}

/// Finds or opens the incident of a new alarm and makes it the root if nothing explains it. True when an incident was opened (or opened again).
async fn settle_incident(tx: &mut Tx, alarm: &mut Alarm, found: Cause, explained: &[Alarm], at: Timestamp) -> Result<bool> {
    if let Cause::Symptom { of, incident } = found {
        alarm.suppressed_by = Some(of);
        alarm.incident = Some(incident);
        return Ok(false);
    }
    // A known incident goes on: its own from before, or the oldest of what it explains.
    let mut known: Vec<IncidentId> = explained.iter().filter_map(|symptom| symptom.incident).collect();
    known.extend(alarm.incident);
    known.sort_unstable();
    known.dedup();
    let Some(survivor) = known.first().copied() else {
        let incident = Incident {
            id: IncidentId::new(),
            tenant: alarm.tenant,
            root: alarm.id,
            state: IncidentState::Open,
            opened_at: at,
            closed_at: None,
            merged_into: None,
            version: 1,
        };
        tx.insert_incident(&incident).await?;
        alarm.incident = Some(incident.id);
        return Ok(true);
    };
    let mut incident = tx.incident(survivor).await?.ok_or(MonitorError::NotFound)?;
    let was_closed = incident.state != IncidentState::Open;
    (incident.state, incident.closed_at, incident.root, incident.tenant) = (IncidentState::Open, None, alarm.id, alarm.tenant);
    tx.update_incident(&incident).await?;
    for other in known.into_iter().skip(1) {
        merge(tx, other, survivor, at).await?;
    }
    alarm.incident = Some(survivor);
    Ok(was_closed)
}

async fn merge(tx: &mut Tx, from: IncidentId, into: IncidentId, at: Timestamp) -> Result<()> {
    let Some(mut merged) = tx.incident(from).await? else { return Ok(()) };
    tx.move_alarms(from, into).await?;
    (merged.state, merged.closed_at, merged.merged_into) = (IncidentState::Merged, Some(at), Some(into));
    tx.update_incident(&merged).await?;
    tx.emit(EventKind::IncidentMerged, from, merged.tenant, merged.version + 1, json!({ "into": into })).await?;
    Ok(())
}

/// Services that this alarm takes down.
async fn hits_of(tx: &mut Tx, alarm: &Alarm) -> Result<Vec<ImpactListed>> {
    let Some(incident) = alarm.incident else { return Ok(Vec::new()) };
    if alarm.class == AlarmClass::External && alarm.severity > HITS_SERVICES {
        return Ok(Vec::new());
    }
    let Some(device) = alarm.device else { return hit_of_signal(tx, alarm, incident).await };
    let mut hits = Vec::new();
    for service in tx.services_on_device(device).await? {
        let is_hit = |end: &&EndpointListed| match (alarm.class, alarm.object) {
            (AlarmClass::Unreachable | AlarmClass::External, _) => end.endpoint.device == device,
            (AlarmClass::InterfaceDown, AlarmObject::Interface(interface)) => end.endpoint.interface == Some(interface),
            _ => false,
        };
        // One sure endpoint is enough to be sure.
        let Some(end) = service.endpoints.iter().filter(is_hit).min_by_key(|end| end.mapping) else { continue };
        hits.push(ImpactListed {
            impact: Impact {
                id: ImpactId::new(),
                incident,
                alarm: alarm.id,
                service: service.service.id,
                client: service.service.client,
                mapping: end.mapping,
                from: alarm.first_miss_at,
                to: None,
                muted_by: None,
            },
            service_name: service.service.name.clone(),
            client_name: service.client_name.clone(),
            site: Some(end.device_site),
        });
    }
    Ok(hits)
}

/// A signal that a person mapped to a service is about this service.
async fn hit_of_signal(tx: &mut Tx, alarm: &Alarm, incident: IncidentId) -> Result<Vec<ImpactListed>> {
    let Some(id) = signals::flow::service_of(tx, alarm).await? else { return Ok(Vec::new()) };
    let Some(listed) = tx.service(id).await? else { return Ok(Vec::new()) };
    let impact = Impact {
        id: ImpactId::new(),
        incident,
        alarm: alarm.id,
        service: id,
        client: listed.service.client,
        mapping: Mapping::Sure,
        from: alarm.first_miss_at,
        to: None,
        muted_by: None,
    };
    let site = listed.endpoints.first().map(|end| end.device_site);
    Ok(vec![ImpactListed { impact, service_name: listed.service.name, client_name: listed.client_name, site }])
}

/// The register changed under an alarm: services that came to its object are hit as well, those that left are no longer known to be.
pub(crate) async fn reconcile_impacts(tx: &mut Tx, alarm: &Alarm, at: Timestamp) -> Result<()> {
    let hits = hits_of(tx, alarm).await?;
    let windows = Windows::in_effect(tx).await?;
    let open = tx.open_impacts_of_alarm(alarm.id).await?;
    for gone in open.iter().filter(|old| hits.iter().all(|hit| hit.impact.service != old.impact.service)) {
        end_unseen(tx, gone, at).await?;
    }
    for mut hit in hits.into_iter().filter(|hit| open.iter().all(|old| old.impact.service != hit.impact.service)) {
        hit.impact.from = at;
        hit.impact.muted_by = windows.over_hit(alarm, hit.impact.service);
        tx.insert_impact(&hit).await?;
        let fields = json!({ "incident": hit.impact.incident, "service": hit.impact.service, "client": hit.impact.client });
        tx.emit(EventKind::ImpactOpened, hit.impact.id, hit.impact.client, 1, fields).await?;
        tx.emit(EventKind::IncidentChanged, hit.impact.incident, alarm.tenant, 1, json!({ "alarm": alarm.id })).await?;
    }
    Ok(())
}

async fn end_unseen(tx: &mut Tx, hit: &ImpactListed, at: Timestamp) -> Result<()> {
    tx.close_impact_unseen(hit.impact.id, at).await?;
    let fields = json!({ "incident": hit.impact.incident, "service": hit.impact.service, "client": hit.impact.client });
    tx.emit(EventKind::ImpactClosed, hit.impact.id, hit.impact.client, 2, fields).await?;
    Ok(())
}

/// Ends an alarm of which nobody will see the end: what it hit is not said to be well.
pub(crate) async fn clear_unseen(tx: &mut Tx, alarm: Alarm, at: Timestamp) -> Result<()> {
    for hit in tx.open_impacts_of_alarm(alarm.id).await? {
        end_unseen(tx, &hit, at).await?;
    }
    clear(tx, alarm, at).await
}

/// Ends an alarm; `well_since` is when the service came back, `at` is now.
pub(crate) async fn clear(tx: &mut Tx, mut alarm: Alarm, at: Timestamp) -> Result<()> {
    let well_since = alarm.well_since.unwrap_or(at);
    alarm.state = AlarmState::Cleared;
    alarm.cleared_at = Some(at);
    tx.update_alarm(&alarm).await?;
    tx.emit(
        EventKind::AlarmCleared,
        alarm.id,
        alarm.tenant,
        alarm.version + 1,
        json!({ "incident": alarm.incident, "device": alarm.device }),
    )
    .await?;
    for hit in tx.open_impacts_of_alarm(alarm.id).await? {
        tx.close_impact(hit.impact.id, well_since).await?;
        let fields = json!({ "incident": hit.impact.incident, "service": hit.impact.service, "client": hit.impact.client });
        tx.emit(EventKind::ImpactClosed, hit.impact.id, hit.impact.client, 2, fields).await?;
    }
    if let Some(incident) = alarm.incident {
        close_incident_if_over(tx, incident, at).await?;
    }
    Ok(())
}

async fn close_incident_if_over(tx: &mut Tx, id: IncidentId, at: Timestamp) -> Result<()> {
    if tx.has_open_alarm(id).await? {
        return Ok(());
    }
    let Some(mut incident) = tx.incident(id).await?.filter(|incident| incident.state == IncidentState::Open) else { return Ok(()) };
    (incident.state, incident.closed_at) = (IncidentState::Closed, Some(at));
    tx.update_incident(&incident).await?;
    tx.emit(EventKind::IncidentClosed, id, incident.tenant, incident.version + 1, json!({})).await?;
    Ok(())
}

/// A symptom whose cause is gone while it stays is a fault of its own.
pub(crate) async fn stand_alone(tx: &mut Tx, mut alarm: Alarm) -> Result<()> {
    alarm.suppressed_by = None;
    tx.update_alarm(&alarm).await?;
    tx.emit(EventKind::AlarmChanged, alarm.id, alarm.tenant, alarm.version + 1, json!({ "suppressed_by": null })).await?;
    Windows::in_effect(tx).await?.settle(tx, alarm.id, false).await?;
    if let Some(mut incident) = match alarm.incident {
        Some(id) => tx.incident(id).await?,
        None => None,
    } {
        (incident.root, incident.tenant) = (alarm.id, alarm.tenant);
        tx.update_incident(&incident).await?;
        tx.emit(EventKind::IncidentChanged, incident.id, incident.tenant, incident.version + 1, json!({ "alarm": alarm.id })).await?;
    }
    Ok(())
}
