//! Availability per service of one client over a period of his own days.

use crate::ReportError;
use crate::rules::{self, Figures, Kind, MemberDown, Piece, Record};
use calc::{Span, local_period};
use jiff::civil::Date;
use model::alarm::{AlarmClass, AlarmObject};
use model::service::{Endpoint, Service};
use model::tenant::TenantKind;
use model::{AlarmId, DeviceId, IncidentId, MaintenanceId, Problem, ServiceId, TenantId, Timestamp, limits};
use store::{Blind, CoveredService, Outage, Page, Tx};

type Result<T> = std::result::Result<T, ReportError>;

/// Days in one report.
pub const DAYS_MAX: i32 = 400;

/// From the first instant of `from` to the first instant of `to`, in the client's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailabilityReport {
    pub client: (TenantId, String),
    pub tz: String,
    pub period: Period,
    /// Where counting stops: the end of the period, or now.
    pub until: Timestamp,
    pub services: Vec<ServiceReport>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceReport {
    pub service: (ServiceId, String),
    /// Counted from here: the begin of the period, or since the service is in the register.
    pub from: Timestamp,
    pub period_s: i64,
    pub excluded_s: i64,
    pub ast_s: i64,
    pub downtime_s: i64,
    pub degraded_s: i64,
    /// Of the agreed time, counted as available although nobody could tell.
    pub unknown_s: i64,
    /// Three digits, never rounded up; `None` when no time was agreed.
    pub pct3: Option<String>,
    /// Six digits, halves up.
    pub pct6: Option<String>,
    pub evidence: Vec<Line>,
}

/// Something with an id that the asking person sees.
pub type Named<Id> = Option<(Id, String)>;

/// One line of evidence. What the asking person does not see has no name here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub from: Timestamp,
    /// `None`: it goes on.
    pub to: Option<Timestamp>,
    pub counted_s: i64,
    pub degraded_s: i64,
    pub excluded_s: i64,
    pub alarm: Option<(AlarmId, AlarmClass)>,
    pub incident: Option<IncidentId>,
    pub device: Named<DeviceId>,
    pub interface: Option<String>,
    pub maintenance: Named<MaintenanceId>,
    pub first_missed_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub cleared_at: Option<Timestamp>,
    pub detail: String,
}

/// The report on all services that the client has now. One that came within the period is counted since then.
pub async fn availability(tx: &mut Tx, client: TenantId, period: Period) -> Result<AvailabilityReport> {
    let tenant = tx.tenant(client).await?.filter(|tenant| tenant.kind == TenantKind::Client).ok_or(ReportError::NotFound)?;
    let tz = tx.inherited(client).await?.tz;
    let zone = texts::zone_or_utc(Some(&tz));
    let whole = checked(local_period(&zone, period.from, period.to), period, tx.now())?;
    let mut services = Vec::new();
    let mut page = Page::first(limits::PAGE_ITEMS_MAX);
    loop {
        let found = tx.services(Some(client), page).await?;
        for listed in &found.items {
            let from = listed.service.created_at.max(whole.start);
            if from < whole.end {
                services.push(service(tx, &listed.service, Span::new(from, whole.end)).await?);
            }
        }
        match found.next {
            Some(after) => page.after = Some(after),
            None => break,
        }
    }
    Ok(AvailabilityReport { client: (client, tenant.name), tz, period, until: whole.end, services })
}

/// A period that is not over ends now.
fn checked(whole: Span, period: Period, now: Timestamp) -> Result<Span> {
    let bad = |field: &str, code, detail: String| Err(ReportError::Bad(Problem::new(code, detail).at(field)));
    if period.to <= period.from {
        return bad("to", "ends_before_start", "must be later than `from`; it is the first day that is not counted".into());
    }
    if period.from.until(period.to).is_ok_and(|length| length.get_days() > DAYS_MAX) {
        return bad("to", "too_long", format!("must be at most {DAYS_MAX} days after `from`"));
    }
    if whole.start >= now {
        return bad("from", "in_the_future", "is in the future: there is nothing to report yet".into());
    }
    Ok(Span::new(whole.start, whole.end.min(now)))
}

/// The rows behind one service.
struct Behind {
    /// Those that count, in the order of `Record::downs`.
    counted: Vec<Outage>,
    windows: Vec<CoveredService>,
    /// Of `Record::unknown` the first ones: the register was not sure.
    unsure: Vec<Outage>,
    /// And the others: nobody looked.
    blind: Vec<Blind>,
}

async fn service(tx: &mut Tx, service: &Service, period: Span) -> Result<ServiceReport> {
    let (from, to) = (period.start, period.end);
    let outages = tx.outages_of_service(service.id, from, to).await?;
    let windows = tx.windows_over_service(service.id, from, to).await?.into_iter().map(|(row, _)| row).collect();
    let blind = tx.blind_over_service(service.id, from, to).await?;
    let (counted, unsure) = outages.into_iter().partition(|outage| outage.is_counted);
    let mut behind = Behind { counted, windows, unsure, blind };
    let record = record(service, period, &mut behind);
    let figures = rules::figures(&record);
    let name = (service.id, service.name.clone());
    let Figures { sum, unknown_s, pieces } = figures;
    let mut evidence = Vec::with_capacity(pieces.len());
    for piece in pieces {
        evidence.push(line(tx, &behind, piece).await?);
    }
    Ok(ServiceReport {
        service: name,
        from,
        period_s: sum.period_s,
        excluded_s: sum.excluded_s,
        ast_s: sum.ast_s,
        downtime_s: sum.down_s,
        degraded_s: sum.degraded_s,
        unknown_s,
        pct3: sum.pct3(),
        pct6: sum.pct6(),
        evidence,
    })
}

/// An endpoint that the service no longer has is one more member: without a number of its own the service needed that one as well.
fn record(service: &Service, period: Span, behind: &mut Behind) -> Record {
    let mut former: Vec<AlarmObject> = Vec::new();
    let (mut counted, mut downs) = (Vec::new(), Vec::new());
    for outage in std::mem::take(&mut behind.counted) {
        let hits = |end: &Endpoint| match (outage.class, outage.object) {
            (AlarmClass::InterfaceDown, AlarmObject::Interface(interface)) => end.interface == Some(interface),
            // Without a device it is a signal about the service itself.
            (AlarmClass::InterfaceDown, _) => false,
            _ => outage.device.is_none_or(|device| device == end.device),
        };
        let mut members: Vec<usize> = service.endpoints.iter().enumerate().filter(|(_, end)| hits(end)).map(|(place, _)| place).collect();
        if members.is_empty() {
            let place = former.iter().position(|object| *object == outage.object).unwrap_or(former.len());
            if place == former.len() {
                former.push(outage.object);
            }
            members.push(service.endpoints.len() + place);
        }
        for member in members {
            let span = outage.to.map_or(Span::still_open(outage.from), |to| Span::new(outage.from, to));
            downs.push(MemberDown { member, span, is_open: outage.to.is_none() });
            counted.push(outage.clone());
        }
    }
    behind.counted = counted;
    let members = service.endpoints.len() + former.len();
    let of = |from: Timestamp, to: Option<Timestamp>| to.map_or(Span::still_open(from), |to| Span::new(from, to));
    let unsure = behind.unsure.iter().map(|outage| of(outage.from, outage.to));
    let blind = behind.blind.iter().map(|blind| of(blind.from, blind.to));
    Record {
        period,
        need: service.need.map_or(members, |_| service.needed()),
        members,
        downs,
        windows: behind.windows.iter().map(|row| Span::new(row.from, row.to)).collect(),
        unknown: unsure.chain(blind).collect(),
    }
}

async fn line(tx: &mut Tx, behind: &Behind, piece: Piece) -> Result<Line> {
    let mut line = Line {
        kind: piece.kind,
        from: piece.span.start,
        to: (!piece.is_open).then_some(piece.span.end),
        counted_s: piece.counted_s,
        degraded_s: piece.degraded_s,
        excluded_s: piece.excluded_s,
        alarm: None,
        incident: None,
        device: None,
        interface: None,
        maintenance: None,
        first_missed_at: None,
        confirmed_at: None,
        cleared_at: None,
        detail: String::new(),
    };
    match piece.kind {
        Kind::Down | Kind::Degraded => fill(tx, &mut line, &behind.counted[piece.event]).await?,
        Kind::Maintenance => {
            let row = &behind.windows[piece.event];
            if let Some(window) = tx.maintenance(row.maintenance).await?.map(|listed| listed.maintenance) {
                // The title may name others.
                let sees_all = tx.tenant(window.tenant).await?.is_some();
                line.maintenance = Some((window.id, if sees_all { window.title } else { String::new() }));
            }
        }
        Kind::Unknown => {
            if let Some(outage) = behind.unsure.get(piece.event) {
                fill(tx, &mut line, outage).await?;
            }
        }
    }
    Ok(line)
}

async fn fill(tx: &mut Tx, line: &mut Line, outage: &Outage) -> Result<()> {
    if let Some(alarm) = tx.alarm(outage.alarm).await? {
        (line.alarm, line.detail) = (Some((alarm.id, alarm.class)), outage.detail.clone());
    }
    line.incident = tx.incident(outage.incident).await?.map(|incident| incident.id);
    if let Some(device) = outage.device {
        line.device = tx.device(device).await?.map(|device| (device.id, device.name));
    }
    if let AlarmObject::Interface(interface) = outage.object {
        line.interface = tx.interface(interface).await?.map(|interface| interface.if_name);
    }
    (line.first_missed_at, line.confirmed_at, line.cleared_at) = (Some(outage.from), outage.confirmed_at, outage.cleared_at);
    Ok(())
}
