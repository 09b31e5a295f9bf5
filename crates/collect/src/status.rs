//! The state of the interfaces that matter, by name: an ifIndex may mean another interface after a reboot.

use crate::device::Device;
use crate::tables::{is_made_up, text};
use crate::{Collector, oids, talk};
use model::device::{AdminStatus, OperStatus};
use model::limits::INTERFACES_PER_DEVICE_MAX;
use model::observation::InterfaceStatus;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::time::Instant;
use transport::Error;
use transport::snmp::{Limits, OBJECTS_PER_GET, Oid, Patience, Session, Value};

/// For one try.
const STATUS_TIMEOUT: Duration = Duration::from_secs(2);
/// For the walk over all names, when a name is not where it was.
const NAMES_TIME_MAX: Duration = Duration::from_secs(20);
/// While a watched name is gone, all names are read again after this long, or at the next walk when that is sooner.
const GONE_LOOK_AGAIN: Duration = Duration::from_secs(30);
/// "Not in the table": an ifIndex is greater than zero (InterfaceIndex, RFC 2863).
const NO_INDEX: i64 = 0;
/// Name, admin and oper of each interface in one GET; sysUpTime goes with the first.
const OBJECTS_PER_INTERFACE: usize = 3;
const INTERFACES_PER_GET: usize = (OBJECTS_PER_GET - 1) / OBJECTS_PER_INTERFACE;

/// Where a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub if_index: u32,
    pub named_by: NamedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    IfName,
    /// The agent has no ifXTable.
    IfDescr,
}

impl NamedBy {
    fn column(self) -> Oid {
        match self {
            Self::IfName => oids::if_x_entry(oids::IF_NAME),
            Self::IfDescr => oids::if_entry(oids::IF_DESCR),
        }
    }
}

/// Few and short tries: the next read is only an interval away.
pub fn patience(interval: Duration, was_silent: bool) -> Patience {
    Patience { timeout: STATUS_TIMEOUT.min(interval / 2), retries: u32::from(!was_silent) }
}

/// Reads sysUpTime and the watched interfaces. What a complete list of names does not hold is *not present*, with ifIndex 0;
/// while no list proves that, an interface that is not found is left out.
pub async fn read(collector: &Collector, device: &Device, was_silent: bool) -> Result<Vec<InterfaceStatus>, Error> {
    let session = talk::open(collector, device, patience(device.plan.probe_interval, was_silent)).await?;
    let mut places = known_places(device);
    let (mut seen, is_whole) = ask(&session, &places).await?;
    if !is_whole {
        return Ok(seen);
    }
    let is_moved = seen.len() < places.len();
    let is_stale = {
        let memory = device.memory();
        let kept = if memory.gone.is_empty() { device.plan.poll_interval } else { device.plan.poll_interval.min(GONE_LOOK_AGAIN) };
        memory.names_read.is_none_or(|read| read.elapsed() >= kept)
    };
    let is_missing = places.len() < device.plan.watched.len();
    if is_moved || (is_missing && is_stale) {
        find_names(&session, device).await;
        places = known_places(device);
        seen = ask(&session, &places).await?.0;
    }
    // A walk beside this read may have found what we did not, or the other way round: what was read counts.
    let gone = gone(device).into_iter().filter(|gone| seen.iter().all(|status| status.if_name != gone.if_name));
    let gone: Vec<InterfaceStatus> = gone.collect();
    seen.extend(gone);
    Ok(seen)
}

fn gone(device: &Device) -> Vec<InterfaceStatus> {
    let memory = device.memory();
    let names = device.plan.watched.iter().filter(|name| memory.gone.contains(*name));
    names.map(|name| InterfaceStatus { if_name: name.clone(), if_index: NO_INDEX, admin: None, oper: OperStatus::NotPresent }).collect()
}

fn known_places(device: &Device) -> Vec<(String, Place)> {
    let memory = device.memory();
    device.plan.watched.iter().filter_map(|name| memory.indexes.get(name).map(|place| (name.clone(), *place))).collect()
}

/// One GET at least, so that a silent agent is noticed with nothing watched. False: it fell silent halfway; what it said before counts.
async fn ask(session: &Session<'_>, places: &[(String, Place)]) -> Result<(Vec<InterfaceStatus>, bool), Error> {
    let mut seen = Vec::with_capacity(places.len());
    let mut rest = places;
    let mut is_first = true;
    while is_first || !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(INTERFACES_PER_GET));
        let mut asked: Vec<Oid> = Vec::with_capacity(OBJECTS_PER_GET);
        for (_, place) in now {
            asked.push(place.named_by.column().child(place.if_index));
            asked.push(oids::if_entry(oids::IF_ADMIN_STATUS).child(place.if_index));
            asked.push(oids::if_entry(oids::IF_OPER_STATUS).child(place.if_index));
        }
        if is_first {
            asked.push(oids::sys_up_time());
        }
        let values = match session.get(&asked).await {
            Ok(values) => values,
            Err(cause) if is_first => return Err(cause),
            Err(cause) => {
                tracing::debug!(%cause, "Only {} of {} watched interfaces were read", seen.len(), places.len());
                return Ok((seen, false));
            }
        };
        seen.extend(now.iter().zip(values.chunks(OBJECTS_PER_INTERFACE)).filter_map(|((name, place), values)| judge(name, *place, values)));
        rest = later;
        is_first = false;
    }
    Ok((seen, true))
}

/// `None` when another interface is at this index now.
fn judge(name: &str, place: Place, values: &[Value]) -> Option<InterfaceStatus> {
    let [found, admin, oper] = values else { return None };
    if text(found).as_deref() != Some(name) {
        return None;
    }
    Some(InterfaceStatus {
        if_name: name.to_owned(),
        if_index: i64::from(place.if_index),
        admin: admin.as_i64().and_then(AdminStatus::from_mib),
        // An agent that lists the interface but not its state cannot tell it: that is what *unknown* means.
        oper: oper.as_i64().and_then(OperStatus::from_mib).unwrap_or(OperStatus::Unknown),
    })
}

/// Reads the names of all interfaces: ifName, and ifDescr of those that have none. What the walks could not read stays as it was known.
async fn find_names(session: &Session<'_>, device: &Device) {
    let limits = Limits { rows_max: INTERFACES_PER_DEVICE_MAX, time_max: NAMES_TIME_MAX.min(device.plan.poll_interval) };
    let mut names: BTreeMap<u32, (String, NamedBy)> = BTreeMap::new();
    let mut is_complete = true;
    for named_by in [NamedBy::IfName, NamedBy::IfDescr] {
        let walk = session.walk(&[named_by.column()], limits).await;
        for cell in &walk.cells {
            if let ([if_index], Some(name)) = (&*cell.index, text(&cell.value)) {
                names.entry(*if_index).or_insert((name, named_by));
            }
        }
        if let Some(stop) = &walk.stopped {
            tracing::debug!(device = %device.plan.device, %stop, "Not all names of {} were read", device.plan.device);
            is_complete = false;
            break;
        }
        if device.plan.watched.iter().all(|watched| names.values().any(|(name, _)| name == watched)) {
            break;
        }
    }
    learn(device, names.into_iter().map(|(if_index, (name, named_by))| (name, Place { if_index, named_by })), is_complete);
}

/// Remembers where the watched names are. `is_complete`: a name that is not among them is gone.
pub fn learn(device: &Device, names: impl Iterator<Item = (String, Place)>, is_complete: bool) {
    let mut found: HashMap<String, Place> = HashMap::new();
    let mut names = names.peekable();
    // An agent that lists no interface at all does not speak of interfaces: it has one, as it answered.
    let is_proof = is_complete && names.peek().is_some();
    for (name, place) in names.filter(|(name, _)| device.plan.watched.contains(name)) {
        // The first of two with one name, so that it is always the same one.
        found.entry(name).or_insert(place);
    }
    let mut memory = device.memory();
    memory.names_read = Some(Instant::now());
    memory.gone.clear();
    if is_proof {
        let missing = device.plan.watched.iter().filter(|name| !found.contains_key(*name) && !is_made_up(name));
        memory.gone = missing.cloned().collect();
    }
    if is_complete {
        memory.indexes = found;
    } else {
        memory.indexes.extend(found);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seen(found: Value, admin: Value, oper: Value) -> Option<(Option<AdminStatus>, OperStatus)> {
        let place = Place { if_index: 3, named_by: NamedBy::IfName };
        judge("eth0", place, &[found, admin, oper]).map(|status| (status.admin, status.oper))
    }

    #[test]
    fn the_name_is_the_identity_and_the_index_is_not() {
        let name = |text: &str| Value::Bytes(text.as_bytes().to_vec());
        assert_eq!(seen(name("eth0"), Value::Integer(1), Value::Integer(2)), Some((Some(AdminStatus::Up), OperStatus::Down)));
        assert_eq!(seen(name("eth1"), Value::Integer(1), Value::Integer(2)), None);
        assert_eq!(seen(Value::Absent, Value::Absent, Value::Absent), None);
        assert_eq!(seen(name("eth0"), Value::Absent, Value::Integer(99)), Some((None, OperStatus::Unknown)));
    }

    #[test]
    fn a_silent_agent_gets_one_try_and_no_read_outlasts_its_interval() {
        let ten = Duration::from_secs(10);
        assert_eq!(patience(ten, true), Patience { timeout: STATUS_TIMEOUT, retries: 0 });
        assert_eq!(patience(ten, false), Patience { timeout: STATUS_TIMEOUT, retries: 1 });
        assert_eq!(patience(Duration::from_secs(1), false).timeout, Duration::from_millis(500));
    }
}
