//! What people do to alarms.

use crate::MonitorError;
use model::alarm::AlarmState;
use model::event::EventKind;
use model::{AlarmId, Problem, limits};
use serde_json::json;
use store::Tx;

/// Takes note of an alarm: who, when, why. It sticks to the condition, also when it flaps.
pub async fn acknowledge(tx: &mut Tx, alarm: AlarmId, note: Option<String>) -> Result<(), MonitorError> {
    let note = note.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if note.as_ref().is_some_and(|text| text.chars().count() > limits::NOTE_CHARS_MAX) {
        return Err(MonitorError::Bad(
            Problem::new("too_long", format!("must have at most {} characters", limits::NOTE_CHARS_MAX)).at("note"),
        ));
    }
    let mut alarm = tx.alarm(alarm).await?.filter(|alarm| alarm.state != AlarmState::Suspect).ok_or(MonitorError::NotFound)?;
    if alarm.state == AlarmState::Cleared {
        return Err(MonitorError::Conflict { reason: "this alarm has cleared: there is nothing left to acknowledge".into() });
    }
    if alarm.acked_at.is_some() {
        return Err(MonitorError::Conflict { reason: "this alarm is acknowledged already".into() });
    }
    alarm.acked_by = tx.scope().person();
    alarm.acked_at = Some(tx.now());
    alarm.ack_note.clone_from(&note);
    tx.update_alarm(&alarm).await?;
    tx.audit("alarm.ack", alarm.id, alarm.tenant, None, Some(json!({ "note": note }))).await?;
    tx.emit(EventKind::AlarmChanged, alarm.id, alarm.tenant, alarm.version + 1, json!({ "acked": true })).await?;
    Ok(())
}

/// Takes an acknowledgement back.
pub async fn unacknowledge(tx: &mut Tx, alarm: AlarmId) -> Result<(), MonitorError> {
    let mut alarm = tx.alarm(alarm).await?.filter(|alarm| alarm.state != AlarmState::Suspect).ok_or(MonitorError::NotFound)?;
    if alarm.acked_at.is_none() {
        return Err(MonitorError::Conflict { reason: "this alarm is not acknowledged".into() });
    }
    let before = json!({ "note": alarm.ack_note, "by": alarm.acked_by });
    (alarm.acked_by, alarm.acked_at, alarm.ack_note) = (None, None, None);
    tx.update_alarm(&alarm).await?;
    tx.audit("alarm.unack", alarm.id, alarm.tenant, Some(before), None).await?;
    tx.emit(EventKind::AlarmChanged, alarm.id, alarm.tenant, alarm.version + 1, json!({ "acked": false })).await?;
    Ok(())
}
