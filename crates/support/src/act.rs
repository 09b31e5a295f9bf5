//! What people do with tickets.

use crate::SupportError;
use model::event::EventKind;
use model::ticket::{Ticket, TicketNote, TicketState};
use model::{Problem, TicketId, limits};
use serde_json::json;
use store::Tx;

fn checked_text(field: &'static str, text: &str) -> Result<String, SupportError> {
    let text = text.trim();
    let count = text.chars().count();
    let problem = if count == 0 {
        Problem::new("required", "must not be empty")
    } else if count > limits::NOTE_CHARS_MAX {
        Problem::new("too_long", format!("has {count} characters; at most {} are allowed", limits::NOTE_CHARS_MAX))
    } else {
        return Ok(text.to_owned());
    };
    Err(SupportError::Bad(problem.at(field)))
}

async fn open_ticket(tx: &mut Tx, id: TicketId) -> Result<Ticket, SupportError> {
    let ticket = tx.ticket(id).await?.ok_or(SupportError::NotFound)?.ticket;
    if ticket.state == TicketState::Resolved {
        return Err(SupportError::Conflict { reason: "this ticket is resolved".into() });
    }
    Ok(ticket)
}

async fn changed(
    tx: &mut Tx,
    ticket: &Ticket,
    action: &str,
    before: serde_json::Value,
    after: serde_json::Value,
) -> Result<(), SupportError> {
    tx.audit(action, ticket.id, ticket.tenant, Some(before), Some(after)).await?;
    tx.emit(EventKind::TicketChanged, ticket.id, ticket.tenant, ticket.version + 1, json!({ "state": ticket.state })).await?;
    Ok(())
}

/// The asking person takes the ticket: it is his, and nothing resolves it but a person.
pub async fn acknowledge(tx: &mut Tx, id: TicketId) -> Result<(), SupportError> {
    let mut ticket = open_ticket(tx, id).await?;
    let me = tx.scope().person();
    if ticket.holder.is_some() && ticket.holder == me {
        return Err(SupportError::Conflict { reason: "you hold this ticket already".into() });
    }
    let before = json!({ "holder": ticket.holder, "state": ticket.state });
    (ticket.holder, ticket.state) = (me, TicketState::InProgress);
    tx.update_ticket(&ticket).await?;
    changed(tx, &ticket, "ticket.ack", before, json!({ "holder": ticket.holder, "state": ticket.state })).await
}

/// An internal note; no client ever reads it.
pub async fn add_note(tx: &mut Tx, id: TicketId, text: String) -> Result<(), SupportError> {
    let text = checked_text("text", &text)?;
    let ticket = tx.ticket(id).await?.ok_or(SupportError::NotFound)?.ticket;
    let note = TicketNote { at: tx.now(), author: tx.scope().person(), text: text.clone() };
    tx.add_ticket_note(id, &note).await?;
    // Also when the ticket itself stays the same, its version moves, so that open pages read it again.
    tx.update_ticket(&ticket).await?;
    changed(tx, &ticket, "ticket.note", json!(null), json!({ "text": text })).await
}

pub async fn resolve(tx: &mut Tx, id: TicketId, note: Option<String>) -> Result<(), SupportError> {
    let mut ticket = open_ticket(tx, id).await?;
    let now = tx.now();
    if let Some(text) = note.filter(|text| !text.trim().is_empty()) {
        let text = checked_text("note", &text)?;
        let author = tx.scope().person();
        tx.add_ticket_note(id, &TicketNote { at: now, author, text }).await?;
    }
    let before = json!({ "state": ticket.state });
    (ticket.state, ticket.resolved_at) = (TicketState::Resolved, Some(now));
    tx.update_ticket(&ticket).await?;
    changed(tx, &ticket, "ticket.resolve", before, json!({ "state": ticket.state })).await
}
