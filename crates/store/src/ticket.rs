//! Tickets: one per incident.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::ticket::{Line, Ticket, TicketNote, TicketState};
use model::{DeviceId, IncidentId, PersonId, TenantId, TicketId};

#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    pub state: Option<TicketState>,
    pub line: Option<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketListed {
    pub ticket: Ticket,
    pub clients: Vec<(TenantId, String)>,
    pub holder_email: Option<String>,
    pub device: Option<(DeviceId, String)>,
}

const COLUMNS: &str = "SELECT t.id, t.tenant, t.line, t.state, t.incident, t.title, t.holder, t.opened_at, t.resolved_at, t.version, u.email AS holder_email, d.id AS device_id, d.name AS device_name \
    FROM ticket t JOIN incident n ON n.id = t.incident LEFT JOIN alarm a ON a.id = n.root LEFT JOIN device d ON d.id = a.device LEFT JOIN person u ON u.id = t.holder WHERE 1 = 1";

fn listed(row: &Row) -> Result<TicketListed> {
    let device = match (row.opt_id("device_id")?, row.opt_text("device_name")?) {
        (Some(id), Some(name)) => Some((id, name)),
        _ => None,
    };
    Ok(TicketListed {
        ticket: Ticket {
            id: row.id("id")?,
            tenant: row.id("tenant")?,
            line: row.word("line")?,
            state: row.word("state")?,
            incident: row.id("incident")?,
            title: row.text("title")?,
            holder: row.opt_id("holder")?,
            clients: Vec::new(),
            opened_at: row.time("opened_at")?,
            resolved_at: row.opt_time("resolved_at")?,
            version: row.int("version")?,
        },
        clients: Vec::new(),
        holder_email: row.opt_text("holder_email")?,
        device,
    })
}

impl Tx {
    pub async fn ticket(&mut self, id: TicketId) -> Result<Option<TicketListed>> {
        let sql = Sql::new(COLUMNS).and("t.id = ?", Some(id)).scoped(self, "t.tenant");
        let found = self.all(sql, listed).await?;
        Ok(self.with_clients(found).await?.into_iter().next())
    }

    pub async fn ticket_of_incident(&mut self, incident: IncidentId) -> Result<Option<TicketListed>> {
        let sql = Sql::new(COLUMNS).and("t.incident = ?", Some(incident)).scoped(self, "t.tenant");
        let found = self.all(sql, listed).await?;
        Ok(self.with_clients(found).await?.into_iter().next())
    }

    /// Newest first.
    pub async fn tickets(&mut self, filter: &TicketFilter, page: Page) -> Result<PageOf<TicketListed>> {
        let sql = Sql::new(COLUMNS)
            .and("t.state = ?", filter.state)
            .and("t.line = ?", filter.line)
            .and("t.id < ?", page.after.map(TicketId::from_bytes))
            .scoped(self, "t.tenant")
            .push(" ORDER BY t.id DESC");
        let mut found = self.page(sql, page, listed, |listed| *listed.ticket.id.bytes()).await?;
        found.items = self.with_clients(found.items).await?;
        Ok(found)
    }

    async fn with_clients(&mut self, mut tickets: Vec<TicketListed>) -> Result<Vec<TicketListed>> {
        let ids: Vec<TicketId> = tickets.iter().map(|listed| listed.ticket.id).collect();
        // A partner sees of a ticket only the clients that are his.
        let sql = Sql::new("SELECT c.ticket, c.client, k.name FROM ticket_client c JOIN tenant k ON k.id = c.client WHERE 1 = 1")
            .and_in("c.ticket", ids)
            .scoped(self, "c.client")
            .push(" ORDER BY k.name");
        let clients: Vec<(TicketId, TenantId, String)> =
            self.all(sql, |row| Ok((row.id("ticket")?, row.id("client")?, row.text("name")?))).await?;
        for listed in &mut tickets {
            listed.clients =
                clients.iter().filter(|(owner, ..)| *owner == listed.ticket.id).map(|(_, id, name)| (*id, name.clone())).collect();
            listed.ticket.clients = listed.clients.iter().map(|(id, _)| *id).collect();
        }
        Ok(tickets)
    }

    /// False: the incident already has its ticket.
    pub async fn insert_ticket(&mut self, new: &Ticket) -> Result<bool> {
        let sql = Sql::new("INSERT INTO ticket (id, tenant, line, state, incident, title, holder, opened_at, resolved_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (incident) DO NOTHING")
            .bind(new.id)
            .bind(new.tenant)
            .bind(new.line)
            .bind(new.state)
            .bind(new.incident)
            .bind(&new.title)
            .bind(new.holder)
            .bind(new.opened_at)
            .bind(new.resolved_at);
        Ok(self.run(sql).await? == 1)
    }

    pub async fn update_ticket(&mut self, changed: &Ticket) -> Result<()> {
        let sql = Sql::new("UPDATE ticket SET tenant = ?, line = ?, state = ?, title = ?, holder = ?, resolved_at = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(changed.tenant)
            .bind(changed.line)
            .bind(changed.state)
            .bind(&changed.title)
            .bind(changed.holder)
            .bind(changed.resolved_at)
            .bind(changed.id)
            .bind(changed.version)
            .scoped(self, "tenant");
        self.run_versioned("this ticket", sql).await
    }

    /// Every client that the incident has hit belongs to its ticket; true when one is new.
    pub async fn add_hit_clients(&mut self, ticket: TicketId, incident: IncidentId) -> Result<bool> {
        let sql = Sql::new("INSERT INTO ticket_client (ticket, client) SELECT CAST(? AS ")
            .push(self.blob_type())
            .push("), m.client FROM impact m WHERE m.incident = ? GROUP BY m.client ON CONFLICT (ticket, client) DO NOTHING")
            .bind(ticket)
            .bind(incident);
        Ok(self.run(sql).await? > 0)
    }

    pub async fn add_ticket_note(&mut self, ticket: TicketId, note: &TicketNote) -> Result<()> {
        let place = self.count(Sql::new("SELECT COALESCE(MAX(place), 0) + 1 AS n FROM ticket_note WHERE ticket = ?").bind(ticket)).await?;
        let sql = Sql::new("INSERT INTO ticket_note (ticket, place, at, author, text) VALUES (?, ?, ?, ?, ?)")
            .bind(ticket)
            .bind(place)
            .bind(note.at)
            .bind(note.author)
            .bind(&note.text);
        self.run(sql).await?;
        Ok(())
    }

    /// Notes with the e-mail of each author, oldest first.
    pub async fn ticket_notes(&mut self, ticket: TicketId) -> Result<Vec<(TicketNote, Option<String>)>> {
        let sql = Sql::new("SELECT o.at, o.author, o.text, u.email FROM ticket_note o JOIN ticket t ON t.id = o.ticket LEFT JOIN person u ON u.id = o.author WHERE o.ticket = ?")
            .bind(ticket)
            .scoped(self, "t.tenant")
            .push(" ORDER BY o.place");
        self.all(sql, |row| {
            let author: Option<PersonId> = row.opt_id("author")?;
            Ok((TicketNote { at: row.time("at")?, author, text: row.text("text")? }, row.opt_text("email")?))
        })
        .await
    }
}
