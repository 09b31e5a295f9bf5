//! The subscriber: an impact opens or feeds a thread (incident × client), its end closes it.

use crate::{NotifyError, standing};
use model::event::{Event, EventKind, Subscriber};
use model::{ImpactId, IncidentId, ServiceId, TenantId, limits};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{ImpactListed, Thread, Tx};
use work::Handler;

/// After the last service is back: others of the same client come back in the same breath.
const CLOSING_GATHER: Duration = Duration::from_secs(5);

pub(crate) const GATHERING: &str = "gathering";
pub(crate) const JOINED: &str = "joined";
pub(crate) const TOLD: &str = "told";
pub(crate) const CLOSING: &str = "closing";
pub(crate) const CLOSED: &str = "closed";
pub(crate) const NOTHING_TOLD: &str = "[]";

/// Keeps the threads in step with the impacts.
pub struct Threads;

impl Handler for Threads {
    const SUBSCRIBER: Subscriber = Subscriber::Notify;
    type Error = NotifyError;

    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), NotifyError> {
        match event.kind {
            EventKind::ImpactOpened | EventKind::ImpactClosed => {
                let Ok(id) = event.object.parse::<ImpactId>() else { return Ok(()) };
                // The row, not the event: by now it may belong to another incident, or be over.
                let Some(hit) = tx.impact(id).await? else { return Ok(()) };
                match hit.impact.to {
                    // Maintenance mutes it; when that ends the same event comes again.
                    None if hit.impact.muted_by.is_some() => Ok(()),
                    None => impact_opened(tx, hit.impact.incident, hit.impact.client).await,
                    Some(_) => {
                        impact_closed(tx, hit.impact.incident, hit.impact.client).await?;
                        for other in standing::other_incidents(tx, &hit).await? {
                            impact_closed(tx, other, hit.impact.client).await?;
                        }
                        Ok(())
                    }
                }
            }
            EventKind::IncidentMerged => {
                let from = event.object.parse::<IncidentId>();
                let into = event.fields["into"].as_str().map(str::parse::<IncidentId>);
                match (from, into) {
                    (Ok(from), Some(Ok(into))) => incident_merged(tx, from, into).await,
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

async fn leading(tx: &mut Tx, thread: Thread) -> Result<Thread, NotifyError> {
    if thread.lead == thread.incident {
        return Ok(thread);
    }
    Ok(tx.thread(thread.lead, thread.client).await?.unwrap_or(thread))
}

async fn impact_opened(tx: &mut Tx, incident: IncidentId, client: TenantId) -> Result<(), NotifyError> {
    let now = tx.now();
    let due_at = now.plus(limits::GATHER_MAX);
    let Some(thread) = tx.thread(incident, client).await? else {
        // Faults that hit the same client while the first is still gathering make one notice.
        let lead = tx.gathering_thread(client).await?.map_or(incident, |thread| thread.incident);
        let state = if lead == incident { GATHERING } else { JOINED };
        let thread = Thread { incident, client, lead, state: state.into(), opened_at: now, due_at, told_services: NOTHING_TOLD.into() };
        return Ok(tx.save_thread(&thread).await?);
    };
    let lead = leading(tx, thread).await?;
    gather_again(tx, lead).await
}

async fn impact_closed(tx: &mut Tx, incident: IncidentId, client: TenantId) -> Result<(), NotifyError> {
    let Some(thread) = tx.thread(incident, client).await? else { return Ok(()) };
    let mut lead = leading(tx, thread).await?;
    let incidents: Vec<IncidentId> = tx.threads_led_by(lead.incident, client).await?.iter().map(|thread| thread.incident).collect();
    let told: BTreeSet<ServiceId> = serde_json::from_str(&lead.told_services).unwrap_or_default();
    let is_his = |hit: &ImpactListed| hit.impact.muted_by.is_none() || told.contains(&hit.impact.service);
    let mut still_down = false;
    for hit in tx.impacts_of_client(&incidents, client).await? {
        still_down |= is_his(&hit) && standing::takes_down(tx, &hit).await?;
    }
    if still_down || lead.state == CLOSED {
        return Ok(());
    }
    let is_untold = lead.told_services == NOTHING_TOLD;
    lead.state = if is_untold { CLOSED } else { CLOSING }.into();
    lead.due_at = tx.now().plus(CLOSING_GATHER);
    Ok(tx.save_thread(&lead).await?)
}

/// More is to be said in a thread; after its end it is a new story.
async fn gather_again(tx: &mut Tx, mut lead: Thread) -> Result<(), NotifyError> {
    let now = tx.now();
    if lead.state == CLOSED {
        (lead.opened_at, lead.told_services) = (now, NOTHING_TOLD.into());
    }
    if lead.state != GATHERING {
        (lead.state, lead.due_at) = (GATHERING.into(), now.plus(limits::GATHER_MAX));
    }
    Ok(tx.save_thread(&lead).await?)
}

/// Services told in either of two threads.
fn both(one: &str, other: &str) -> String {
    let read = |text: &str| serde_json::from_str::<BTreeSet<ServiceId>>(text).unwrap_or_default();
    let all: BTreeSet<ServiceId> = read(one).union(&read(other)).copied().collect();
    serde_json::json!(all).to_string()
}

/// The impacts have moved already; whoever was told under the old number goes on hearing under it.
async fn incident_merged(tx: &mut Tx, from: IncidentId, into: IncidentId) -> Result<(), NotifyError> {
    for old in tx.threads_of_incident(from).await? {
        let lead = leading(tx, old.clone()).await?;
        match tx.thread(into, old.client).await? {
            None => {
                let thread =
                    Thread { incident: into, lead: lead.incident, state: JOINED.into(), told_services: NOTHING_TOLD.into(), ..old };
                tx.save_thread(&thread).await?;
            }
            // The other incident has not said anything yet: it goes on under the number that the client knows.
            Some(mut new) if new.lead == new.incident && new.told_services == NOTHING_TOLD && lead.incident != new.incident => {
                let was_gathering = new.state == GATHERING;
                (new.lead, new.state) = (lead.incident, JOINED.into());
                tx.save_thread(&new).await?;
                tx.lead_threads(new.incident, lead.incident, new.client).await?;
                if was_gathering {
                    gather_again(tx, lead).await?;
                }
            }
            // Both have spoken: the old one falls silent, what it told counts for the other.
            Some(new) => {
                let mut leading_new = leading(tx, new).await?;
                if leading_new.incident != lead.incident {
                    leading_new.told_services = both(&leading_new.told_services, &lead.told_services);
                    tx.save_thread(&leading_new).await?;
                    tx.lead_threads(lead.incident, leading_new.incident, lead.client).await?;
                    let old = Thread { lead: leading_new.incident, state: JOINED.into(), told_services: NOTHING_TOLD.into(), ..lead };
                    tx.save_thread(&old).await?;
                }
            }
        }
    }
    Ok(())
}
