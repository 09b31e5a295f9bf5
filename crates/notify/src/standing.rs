//! A service that needs only some of its endpoints works as long as it has those: its client is told when it has fewer, not before.

use crate::NotifyError;
use crate::rules::Hit;
use model::{IncidentId, ServiceId, Timestamp};
use std::collections::BTreeSet;
use store::{ImpactListed, Tx};

/// How a service with a number of needed endpoints stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has fewer than it needs since then.
    Down {
        since: Timestamp,
    },
    Works,
}

/// `None`: it needs all of its endpoints, so that any impact on it takes it down.
pub(crate) async fn standing(tx: &mut Tx, service: ServiceId) -> Result<Option<Standing>, NotifyError> {
    let Some(service) = tx.service(service).await?.map(|listed| listed.service).filter(|service| service.need.is_some()) else {
        return Ok(None);
    };
    let mut since: Vec<Timestamp> = tx.failed_endpoints(&service).await?.into_iter().flatten().collect();
    since.sort_unstable();
    let spare = service.endpoints.len() - service.needed();
    Ok(Some(since.get(spare).map_or(Standing::Works, |since| Standing::Down { since: *since })))
}

/// Leaves out services that work; one that was told of and works again is over.
pub(crate) async fn judge(tx: &mut Tx, hits: Vec<Hit>, told: &BTreeSet<ServiceId>) -> Result<Vec<Hit>, NotifyError> {
    let mut judged = Vec::with_capacity(hits.len());
    for mut hit in hits {
        let is_told = told.contains(&hit.service);
        match standing(tx, hit.service).await? {
            None => judged.push(hit),
            Some(Standing::Down { since }) => {
                if hit.until.is_none() {
                    hit.since = since;
                }
                if hit.until.is_none() || is_told {
                    judged.push(hit);
                }
            }
            Some(Standing::Works) if is_told => {
                hit.until = hit.until.or(Some(tx.now()));
                judged.push(hit);
            }
            Some(Standing::Works) => {}
        }
    }
    Ok(judged)
}

/// Whether an open impact leaves its service down.
pub(crate) async fn takes_down(tx: &mut Tx, hit: &ImpactListed) -> Result<bool, NotifyError> {
    Ok(hit.impact.to.is_none() && standing(tx, hit.impact.service).await? != Some(Standing::Works))
}

/// Other incidents that hit a service as well: one endpoint that comes back may be all that it lacked.
pub(crate) async fn other_incidents(tx: &mut Tx, hit: &ImpactListed) -> Result<BTreeSet<IncidentId>, NotifyError> {
    if standing(tx, hit.impact.service).await? != Some(Standing::Works) {
        return Ok(BTreeSet::new());
    }
    let open = tx.open_impacts_of_service(hit.impact.service).await?;
    Ok(open.into_iter().map(|other| other.impact.incident).filter(|incident| *incident != hit.impact.incident).collect())
}
