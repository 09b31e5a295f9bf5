//! The subscriber: incidents become tickets at line 1.

use crate::SupportError;
use model::alarm::{Incident, IncidentState};
use model::event::{Event, EventKind, Subscriber};
use model::tenant::Language;
use model::ticket::{Line, Ticket, TicketNote, TicketState};
use model::{IncidentId, TicketId};
use serde_json::json;
use store::{AlarmListed, Tx};
use texts::{Arg, Texts};
use work::Handler;

/// Keeps tickets in step with incidents.
pub struct Desk;

impl Handler for Desk {
    const SUBSCRIBER: Subscriber = Subscriber::Support;
    type Error = SupportError;

    async fn handle(&self, tx: &mut Tx, event: &Event) -> Result<(), SupportError> {
        let Ok(id) = event.object.parse::<IncidentId>() else { return Ok(()) };
        // The row as it is now, not as it was when the event was written: several events may have come together.
        let Some(incident) = tx.incident(id).await? else { return Ok(()) };
        match incident.state {
            // All of it is muted by maintenance: no ticket is opened and none is touched.
            IncidentState::Open if !tx.has_live_alarm(id).await? => Ok(()),
            IncidentState::Open => keep_open(tx, &incident).await,
            // An earlier event that is handled late leaves the end to the event of the end.
            IncidentState::Closed if event.kind == EventKind::IncidentClosed => recovered(tx, &incident, "recovered").await,
            IncidentState::Merged if event.kind == EventKind::IncidentMerged => recovered(tx, &incident, "merged").await,
            IncidentState::Closed | IncidentState::Merged => Ok(()),
        }
    }
}

/// Texts that the product itself writes into tickets are in the language of the provider.
async fn house_language(tx: &mut Tx) -> Result<Language, SupportError> {
    Ok(match tx.provider().await? {
        Some(provider) => provider.language.unwrap_or(Language::En),
        None => Language::En,
    })
}

async fn title(tx: &mut Tx, incident: &Incident, language: Language) -> Result<String, SupportError> {
    let root = tx.alarm_listed(incident.root).await?;
    let Some(AlarmListed { alarm, object_name, device_name, .. }) = root else { return Ok(incident.id.to_string()) };
    let key = format!("support.title.{}", alarm.class);
    let device = device_name.unwrap_or_else(|| object_name.clone());
    Ok(Texts::say(language, &key, &[("device", Arg::Text(&device)), ("object", Arg::Text(&object_name))]))
}

async fn keep_open(tx: &mut Tx, incident: &Incident) -> Result<(), SupportError> {
    let language = house_language(tx).await?;
    let title = title(tx, incident, language).await?;
    let now = tx.now();
    let known = tx.ticket_of_incident(incident.id).await?;
    let mut ticket = match known {
        Some(listed) => listed.ticket,
        None => {
            let new = Ticket {
                id: TicketId::new(),
                tenant: incident.tenant,
                line: Line::L1,
                state: TicketState::New,
                incident: incident.id,
                title: title.clone(),
                holder: None,
                clients: vec![],
                opened_at: incident.opened_at,
                resolved_at: None,
                version: 1,
            };
            tx.insert_ticket(&new).await?;
            tx.emit(EventKind::TicketChanged, new.id, new.tenant, 1, json!({ "state": new.state })).await?;
            new
        }
    };
    let mut has_changed = false;
    has_changed |= tx.add_hit_clients(ticket.id, incident.id).await?;
    if ticket.state == TicketState::Resolved {
        (ticket.state, ticket.resolved_at, has_changed) =
            (if ticket.holder.is_some() { TicketState::InProgress } else { TicketState::New }, None, true);
        let text = Texts::say(language, "support.note.returned", &[]);
        tx.add_ticket_note(ticket.id, &TicketNote { at: now, author: None, text }).await?;
    }
    if ticket.title != title || ticket.tenant != incident.tenant {
        (ticket.title, ticket.tenant, has_changed) = (title, incident.tenant, true);
    }
    if has_changed {
        tx.update_ticket(&ticket).await?;
        tx.emit(EventKind::TicketChanged, ticket.id, ticket.tenant, ticket.version + 1, json!({ "state": ticket.state })).await?;
    }
    Ok(())
}

/// The incident is over (or went into another one): an unheld ticket resolves itself, a held one gets a note and waits for its holder.
async fn recovered(tx: &mut Tx, incident: &Incident, how: &str) -> Result<(), SupportError> {
    if tx.ticket_of_incident(incident.id).await?.is_none() {
        if tx.is_all_muted(incident.id).await? {
            return Ok(());
        }
        // The whole incident passed before its first event was handled: the ticket is still written, as a record.
        keep_open(tx, incident).await?;
    }
    let Some(listed) = tx.ticket_of_incident(incident.id).await? else { return Ok(()) };
    let mut ticket = listed.ticket;
    if ticket.state == TicketState::Resolved {
        return Ok(());
    }
    let now = tx.now();
    let text = Texts::say(house_language(tx).await?, &format!("support.note.{how}"), &[]);
    tx.add_ticket_note(ticket.id, &TicketNote { at: now, author: None, text }).await?;
    if ticket.holder.is_none() {
        (ticket.state, ticket.resolved_at) = (TicketState::Resolved, Some(now));
    }
    tx.update_ticket(&ticket).await?;
    tx.emit(EventKind::TicketChanged, ticket.id, ticket.tenant, ticket.version + 1, json!({ "state": ticket.state })).await?;
    Ok(())
}
