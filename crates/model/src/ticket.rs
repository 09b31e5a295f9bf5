//! A ticket in support: one per incident.

use crate::{IncidentId, PersonId, TenantId, TicketId, Timestamp};

vocabulary! {
    Line: "support line" { L1 = "l1", L2 = "l2", L3 = "l3" }
}

vocabulary! {
    TicketState: "state of a ticket" { New = "new", InProgress = "in_progress", Resolved = "resolved" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    pub tenant: TenantId,
    pub line: Line,
    pub state: TicketState,
    pub incident: IncidentId,
    pub title: String,
    /// Who acknowledged it and holds it.
    pub holder: Option<PersonId>,
    pub clients: Vec<TenantId>,
    pub opened_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketNote {
    pub at: Timestamp,
    /// `None`: the product itself.
    pub author: Option<PersonId>,
    pub text: String,
}
