//! What happened to a service, as reports count it: one row for one impact, with the alarm behind it.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::alarm::{AlarmClass, AlarmObject, ObjectKind};
use model::{AlarmId, DeviceId, IncidentId, ServiceId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    pub incident: IncidentId,
    pub alarm: AlarmId,
    pub class: AlarmClass,
    pub object: AlarmObject,
    pub device: Option<DeviceId>,
    /// First missed probe.
    pub from: Timestamp,
    /// First good one of the recovery.
    pub to: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub cleared_at: Option<Timestamp>,
    /// False: the register was not sure that the service is on this port.
    pub is_counted: bool,
    pub detail: String,
}

fn outage(row: &Row) -> Result<Outage> {
    let kind: ObjectKind = row.word("object_kind")?;
    let object: DeviceId = row.id("object")?;
    let (from, to) = (row.time("started_at")?, row.opt_time("ended_at")?);
    // Of impacts from before the times were kept with them only the last return of the alarm is known.
    let confirmed = row.opt_time("confirmed_at")?.or(row.opt_time("raised_at")?.filter(|at| *at >= from && to.is_none_or(|to| *at <= to)));
    let cleared = row.opt_time("impact_cleared_at")?.or(row.opt_time("cleared_at")?.filter(|at| to.is_some_and(|to| *at >= to)));
    Ok(Outage {
        incident: row.id("incident")?,
        alarm: row.id("alarm")?,
        class: row.word("class")?,
        object: AlarmObject::from_parts(kind, *object.bytes()),
        device: row.opt_id("device")?,
        from,
        to,
        confirmed_at: confirmed,
        cleared_at: cleared,
        is_counted: row.flag("is_counted")?,
        detail: row.text("detail")?,
    })
}

impl Tx {
    /// Everything that touches the time from `from` to `to`, the earliest first.
    pub async fn outages_of_service(&mut self, service: ServiceId, from: Timestamp, to: Timestamp) -> Result<Vec<Outage>> {
        let sql = Sql::new(
            "SELECT m.incident, m.alarm, m.started_at, m.ended_at, m.confirmed_at, m.cleared_at AS impact_cleared_at, m.is_counted, \
             a.class, a.object_kind, a.object, a.device, a.raised_at, a.cleared_at, a.detail FROM impact m JOIN alarm a ON a.id = m.alarm WHERE m.service = ?",
        )
        .bind(service)
        .and("m.started_at < ?", Some(to))
        .and("(m.ended_at IS NULL OR m.ended_at > ?)", Some(from))
        .scoped(self, "m.client")
        .push(" ORDER BY m.started_at, m.id");
        self.all(sql, outage).await
    }
}
