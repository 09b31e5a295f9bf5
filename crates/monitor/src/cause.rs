//! Looking around a fault: what explains it, and what it explains.

use crate::rules::{self, Cause, ParentState};
use crate::signals::rules::HITS_SERVICES;
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState};
use model::device::ParentLink;
use model::{DeviceId, InterfaceId, Timestamp, limits};
use std::time::Duration;
use store::{Result, Tx};

/// The state of every way to a device.
pub(crate) async fn parent_states(tx: &mut Tx, device: DeviceId) -> Result<Vec<ParentState>> {
    let mut states = Vec::new();
    for parent in tx.parents_of(device).await? {
        let mut rows = Vec::new();
        rows.extend(tx.open_alarm(AlarmClass::Unreachable, AlarmObject::Device(parent.device)).await?);
        if let Some(interface) = parent.interface {
            rows.extend(tx.open_alarm(AlarmClass::InterfaceDown, AlarmObject::Interface(interface)).await?);
        }
        let dead = rows.iter().find_map(|alarm| match (alarm.state, alarm.incident) {
            (AlarmState::Active, Some(incident)) => {
                Some(ParentState::Dead { alarm: alarm.id, incident, is_muted: alarm.muted_by.is_some() })
            }
            _ => None,
        });
        states.push(dead.unwrap_or(if rows.is_empty() { ParentState::Alive } else { ParentState::Suspect }));
    }
    Ok(states)
}

/// The alarm at the other end of the same link, when this interface looks towards a parent whose own interface is down as well.
/// The end nearer to the network is the root: it is the one that still answers when the far end is lost.
pub(crate) async fn far_end(tx: &mut Tx, device: DeviceId, at: Timestamp) -> Result<Option<Alarm>> {
    // With another way open the port at hand may be any: only what cuts the device off is the other end of it.
    if parent_states(tx, device).await?.contains(&ParentState::Alive) {
        return Ok(None);
    }
    for ParentLink { interface, .. } in tx.parents_of(device).await? {
        let Some(interface) = interface else { continue };
        if let Some(alarm) = tx.open_alarm(AlarmClass::InterfaceDown, AlarmObject::Interface(interface)).await?
            && alarm.state == AlarmState::Active
            && is_recent(&alarm, at)
        {
            return Ok(Some(alarm));
        }
    }
    Ok(None)
}

/// What another system says of a device that we know to be dead, or that lies behind a dead one, has that cause. A small matter (a disk
/// that fills up) is not explained by a dead parent. Suspects are not waited for: when confirmed they take it in.
pub(crate) async fn of_external(tx: &mut Tx, suspect: &Alarm, device: DeviceId) -> Result<Cause> {
    if let Some(alarm) = tx.open_alarm(AlarmClass::Unreachable, AlarmObject::Device(device)).await?
        && let (AlarmState::Active, Some(incident)) = (alarm.state, alarm.incident)
    {
        return Ok(Cause::Symptom { of: alarm.id, incident });
    }
    if suspect.severity > HITS_SERVICES {
        return Ok(Cause::Root);
    }
    Ok(rules::cause_of_unreachable(&parent_states(tx, device).await?, Duration::MAX))
}

/// Root alarms that this one explains: children that became unreachable, or the far end of the link, a little earlier.
pub(crate) async fn explained_by(
    tx: &mut Tx,
    class: AlarmClass,
    device: DeviceId,
    object: AlarmObject,
    at: Timestamp,
) -> Result<Vec<Alarm>> {
    let mut found = Vec::new();
    if class == AlarmClass::Unreachable {
        let is_told =
            |alarm: &Alarm| alarm.class == AlarmClass::External && alarm.state == AlarmState::Active && alarm.suppressed_by.is_none();
        found.extend(tx.alarms_of_device(device).await?.into_iter().filter(|alarm| is_told(alarm) && is_recent(alarm, at)));
    }
    for (child, link) in tx.children_of(device).await? {
        let touches = match (class, object) {
            (AlarmClass::Unreachable, _) => true,
            (AlarmClass::InterfaceDown, AlarmObject::Interface(interface)) => link == Some(interface),
            _ => false,
        };
        if !touches || has_living_parent(tx, child, device, link).await? {
            continue;
        }
        for alarm in tx.alarms_of_device(child).await? {
            let is_symptom = match alarm.class {
                AlarmClass::Unreachable => true,
                AlarmClass::InterfaceDown => class == AlarmClass::InterfaceDown,
                AlarmClass::External => class == AlarmClass::Unreachable && alarm.severity <= HITS_SERVICES,
                _ => false,
            };
            if is_symptom && alarm.state == AlarmState::Active && alarm.suppressed_by.is_none() && is_recent(&alarm, at) {
                found.push(alarm);
            }
        }
    }
    Ok(found)
}

/// Whether a child has another way than over `device` that is not known to be dead.
async fn has_living_parent(tx: &mut Tx, child: DeviceId, device: DeviceId, link: Option<InterfaceId>) -> Result<bool> {
    let parents = tx.parents_of(child).await?;
    let states = parent_states(tx, child).await?;
    Ok(parents
        .iter()
        .zip(states)
        .any(|(parent, state)| (parent.device != device || parent.interface != link) && !matches!(state, ParentState::Dead { .. })))
}

fn is_recent(alarm: &Alarm, at: Timestamp) -> bool {
    alarm.raised_at.is_some_and(|raised| at.since(raised) <= limits::CORRELATION)
}
