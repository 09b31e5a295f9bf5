//! Pure decisions: what is said of which services, and whether it may go.

use model::notice::{HoldReason, NoticeState};
use model::service::Mapping;
use model::settings::Brake;
use model::{ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::ImpactListed;

/// The window in which the brake counts.
pub const BRAKE_WINDOW: Duration = Duration::from_secs(60);
/// How long a held notice waits again while we are cut off.
pub const CUT_OFF_AGAIN: Duration = Duration::from_secs(30);

/// One service of a client as the impacts of a thread show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub service: ServiceId,
    pub name: String,
    pub mapping: Mapping,
    pub since: Timestamp,
    /// `None` while any impact on it is open.
    pub until: Option<Timestamp>,
}

/// Folds impacts into services: the first beginning, the last end, sure if any impact is.
pub fn hits(impacts: &[ImpactListed]) -> Vec<Hit> {
    let mut by_service: BTreeMap<ServiceId, Hit> = BTreeMap::new();
    for listed in impacts {
        let impact = &listed.impact;
        let entry = by_service.entry(impact.service).or_insert_with(|| Hit {
            service: impact.service,
            name: listed.service_name.clone(),
            mapping: impact.mapping,
            since: impact.from,
            until: impact.to,
        });
        entry.since = entry.since.min(impact.from);
        entry.until = entry.until.zip(impact.to).map(|(one, other)| one.max(other));
        if impact.mapping == Mapping::Sure {
            entry.mapping = Mapping::Sure;
        }
    }
    by_service.into_values().collect()
}

/// What is due in a thread that has gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// All that is down now, sure ones only.
    pub sure: Vec<Hit>,
    /// Down as well, if the register is right; not told yet.
    pub stale: Vec<Hit>,
}

/// Nothing, when everything open has been told already.
pub fn word_due(hits: &[Hit], told: &BTreeSet<ServiceId>) -> Option<Word> {
    let open = |mapping| hits.iter().filter(move |hit| hit.until.is_none() && hit.mapping == mapping).cloned();
    let sure: Vec<Hit> = open(Mapping::Sure).collect();
    let stale: Vec<Hit> = open(Mapping::Stale).filter(|hit| !told.contains(&hit.service)).collect();
    let has_news = sure.iter().any(|hit| !told.contains(&hit.service)) || !stale.is_empty();
    has_news.then_some(Word { sure, stale })
}

/// What the brake looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    /// Clients that were hit, or got a first word, within the window.
    pub clients: u32,
    /// Devices of the collector that became unreachable within the window, and all it has.
    pub unreachable: i64,
    pub devices: i64,
    /// The reference targets of the collector are silent: what it saw may be us.
    pub is_cut_off: bool,
}

/// Why a notice waits, if it does. Shadow first: it never goes at all.
pub fn hold(is_shadow: bool, brake: Brake, burst: Burst) -> Option<HoldReason> {
    if is_shadow {
        Some(HoldReason::Shadow)
    } else if burst.is_cut_off {
        Some(HoldReason::CutOff)
    } else if burst.clients > brake.clients_per_minute {
        Some(HoldReason::BrakeClients)
    } else if burst.devices >= i64::from(brake.devices_min) && burst.unreachable * 100 >= burst.devices * i64::from(brake.devices_percent) {
        Some(HoldReason::BrakeDevices)
    } else {
        None
    }
}

pub fn state_of(reason: Option<HoldReason>) -> NoticeState {
    match reason {
        None => NoticeState::Queued,
        Some(HoldReason::Shadow | HoldReason::StaleMapping | HoldReason::Cold) => NoticeState::Draft,
        Some(HoldReason::BrakeClients | HoldReason::BrakeDevices | HoldReason::CutOff) => NoticeState::Held,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brake_holds_a_burst_and_lets_single_faults_pass() {
        let brake = Brake::default();
        let cases = [
            ((false, 5, 0, 0), None),
            ((false, 6, 0, 0), Some(HoldReason::BrakeClients)),
            ((false, 1, 4, 19), None),
            ((false, 1, 4, 20), Some(HoldReason::BrakeDevices)),
            ((false, 1, 3, 20), None),
            ((true, 99, 20, 20), Some(HoldReason::Shadow)),
        ];
        for ((is_shadow, clients, unreachable, devices), expected) in cases {
            assert_eq!(
                hold(is_shadow, brake, Burst { clients, unreachable, devices, is_cut_off: false }),
                expected,
                "{clients} clients, {unreachable} of {devices} devices"
            );
        }
    }
}
