//! Notices: the durable queue of what clients are told, and the proof that they were.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::notice::{Channel, HoldReason, Notice, NoticeState, Topic};
use model::{IncidentId, MaintenanceId, NoticeId, TenantId, Timestamp};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct NoticeFilter {
    pub state: Option<NoticeState>,
    pub incident: Option<IncidentId>,
    pub maintenance: Option<MaintenanceId>,
    pub client: Option<TenantId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeListed {
    pub notice: Notice,
    pub client_name: String,
    pub contact_name: Option<String>,
    /// Body for mail readers that show HTML.
    pub html: String,
    /// Tells repeated steps of one thread apart; a repetition of a step is refused by the database.
    pub step: i64,
}

const FIELDS: &str = "SELECT n.id, n.incident, n.maintenance, n.client, n.contact, n.channel, n.address, n.language, n.kind, n.step, n.state, n.hold_reason, n.release_at, n.brand, n.sender, n.subject, \
    n.body, n.html, n.message_id, n.attempts, n.next_attempt_at, n.last_error, n.created_at, n.sent_at, n.proof, n.version, k.name AS client_name, c.name AS contact_name \
    FROM notice n JOIN tenant k ON k.id = n.client LEFT JOIN contact c ON c.id = n.contact WHERE 1 = 1";

fn topic(row: &Row) -> Result<Topic> {
    let maintenance: Option<MaintenanceId> = row.opt_id("maintenance")?;
    maintenance.map_or_else(|| row.id("incident").map(Topic::Incident), |id| Ok(Topic::Maintenance(id)))
}

fn listed(row: &Row) -> Result<NoticeListed> {
    Ok(NoticeListed {
        notice: Notice {
            id: row.id("id")?,
            topic: topic(row)?,
            client: row.id("client")?,
            contact: row.opt_id("contact")?,
            channel: row.word("channel")?,
            address: row.text("address")?,
            language: row.word("language")?,
            kind: row.word("kind")?,
            state: row.word("state")?,
            hold_reason: row.opt_word("hold_reason")?,
            release_at: row.opt_time("release_at")?,
            brand: row.text("brand")?,
            sender: row.opt_text("sender")?,
            subject: row.text("subject")?,
            body: row.text("body")?,
            message_id: row.text("message_id")?,
            attempts: row.number("attempts")?,
            next_attempt_at: row.opt_time("next_attempt_at")?,
            last_error: row.opt_text("last_error")?,
            created_at: row.time("created_at")?,
            sent_at: row.opt_time("sent_at")?,
            proof: row.opt_text("proof")?,
            version: row.int("version")?,
        },
        client_name: row.text("client_name")?,
        contact_name: row.opt_text("contact_name")?,
        html: row.text("html")?,
        step: row.int("step")?,
    })
}

impl Tx {
    /// What waits to be sent becomes a draft, for a person to decide; how many.
    pub async fn set_aside_waiting_notices(&mut self) -> Result<u64> {
        let sql = Sql::new("UPDATE notice SET state = ?, hold_reason = ?, release_at = NULL, leased_until = 0, version = version + 1 WHERE state IN ('queued', 'held')")
            .bind(NoticeState::Draft)
            .bind(HoldReason::Cold);
        self.run(sql).await
    }

    pub async fn notice(&mut self, id: NoticeId) -> Result<Option<NoticeListed>> {
        let sql = Sql::new(FIELDS).and("n.id = ?", Some(id)).scoped(self, "n.client");
        self.one(sql, listed).await
    }

    /// Newest first.
    pub async fn notices(&mut self, filter: &NoticeFilter, page: Page) -> Result<PageOf<NoticeListed>> {
        let mut sql = Sql::new(FIELDS)
            .and("n.state = ?", filter.state)
            .and("n.incident = ?", filter.incident)
            .and("n.maintenance = ?", filter.maintenance)
            .and("n.id < ?", page.after.map(NoticeId::from_bytes))
            .scoped(self, "n.client");
        if let Some(client) = filter.client {
            sql = sql.under(vec![client], "n.client");
        }
        self.page(sql.push(" ORDER BY n.id DESC"), page, listed, |listed| *listed.notice.id.bytes()).await
    }

    /// The messages of one thread, oldest first.
    pub async fn notices_of_thread(&mut self, topic: impl Into<Topic>, client: TenantId) -> Result<Vec<NoticeListed>> {
        let sql = Sql::new(FIELDS)
            .and("n.thread = ?", Some(&topic.into().bytes()[..]))
            .and("n.client = ?", Some(client))
            .scoped(self, "n.client")
            .push(" ORDER BY n.step, n.id");
        self.all(sql, listed).await
    }

    /// False: this step was already written to this address; nothing is doubled.
    pub async fn insert_notice(&mut self, new: &NoticeListed) -> Result<bool> {
        let notice = &new.notice;
        let sql = Sql::new(
            "INSERT INTO notice (id, thread, incident, maintenance, client, contact, channel, address, language, kind, step, state, hold_reason, release_at, brand, sender, subject, body, html, message_id, \
             attempts, next_attempt_at, last_error, created_at, sent_at, proof, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) \
             ON CONFLICT (thread, client, address, channel, step) DO NOTHING",
        )
        .bind(notice.id)
        .bind(&notice.topic.bytes()[..])
        .bind(notice.topic.incident())
        .bind(notice.topic.maintenance())
        .bind(notice.client)
        .bind(notice.contact)
        .bind(notice.channel)
        .bind(&notice.address)
        .bind(notice.language)
        .bind(notice.kind)
        .bind(new.step)
        .bind(notice.state)
        .bind(notice.hold_reason)
        .bind(notice.release_at)
        .bind(&notice.brand)
        .bind(notice.sender.clone())
        .bind(&notice.subject)
        .bind(&notice.body)
        .bind(&new.html)
        .bind(&notice.message_id)
        .bind(notice.attempts)
        .bind(notice.next_attempt_at)
        .bind(notice.last_error.clone())
        .bind(notice.created_at)
        .bind(notice.sent_at)
        .bind(notice.proof.clone());
        Ok(self.run(sql).await? == 1)
    }

    /// What changes in the life of a notice; its text never does.
    pub async fn update_notice(&mut self, changed: &Notice) -> Result<()> {
        let sql = Sql::new(
            "UPDATE notice SET state = ?, hold_reason = ?, release_at = ?, attempts = ?, next_attempt_at = ?, last_error = ?, sent_at = ?, proof = ?, leased_until = 0, version = version + 1 \
             WHERE id = ? AND version = ?",
        )
        .bind(changed.state)
        .bind(changed.hold_reason)
        .bind(changed.release_at)
        .bind(changed.attempts)
        .bind(changed.next_attempt_at)
        .bind(changed.last_error.clone())
        .bind(changed.sent_at)
        .bind(changed.proof.clone())
        .bind(changed.id)
        .bind(changed.version)
        .scoped(self, "client");
        self.run_versioned("this notice", sql).await
    }

    /// Takes queued notices that are due, for the length of the lease. Within a thread and address the order is kept:
    /// nobody reads "restored" before "opened".
    pub async fn claim_notices(&mut self, channel: Channel, lease: Duration, limit: usize) -> Result<Vec<NoticeListed>> {
        let now = self.now();
        let due = Sql::new("SELECT n.id FROM notice n WHERE n.state = 'queued' AND n.leased_until <= ? AND (n.next_attempt_at IS NULL OR n.next_attempt_at <= ?)")
            .bind(now)
            .bind(now)
            .push(" AND n.channel = ?")
            .bind(channel)
            .push(" AND NOT EXISTS (SELECT 1 FROM notice b WHERE b.thread = n.thread AND b.client = n.client AND b.address = n.address AND b.channel = n.channel")
            .push(" AND b.step < n.step AND b.state IN ('queued', 'held'))")
            .push(" ORDER BY n.id LIMIT ?")
            .bind(limit as i64)
            .push(self.skip_locked());
        let ids: Vec<NoticeId> = self.all(due, |row| row.id("id")).await?;
        let claim = Sql::new("UPDATE notice SET leased_until = ? WHERE state = 'queued'").bind(now.plus(lease)).and_in("id", ids.clone());
        self.run(claim).await?;
        let sql = Sql::new(FIELDS).and_in("n.id", ids).push(" ORDER BY n.id");
        self.all(sql, listed).await
    }

    /// Whether anything queued is due: a read, so that an idle sender writes nothing.
    pub async fn has_due_notices(&mut self, channel: Channel) -> Result<bool> {
        let now = self.now();
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.state = 'queued' AND n.leased_until <= ? AND (n.next_attempt_at IS NULL OR n.next_attempt_at <= ?)")
            .bind(now)
            .bind(now)
            .push(" AND n.channel = ?")
            .bind(channel);
        Ok(self.count(sql).await? > 0)
    }

    /// Somebody is handing it over at this moment; what he writes next is the truth.
    pub async fn is_notice_leased(&mut self, id: NoticeId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.id = ? AND n.leased_until > ?").bind(id).bind(self.now());
        Ok(self.count(sql).await? > 0)
    }

    /// Held notices whose time has come.
    pub async fn held_due(&mut self) -> Result<Vec<NoticeListed>> {
        let sql = Sql::new(FIELDS).push(" AND n.state = 'held' AND n.release_at <= ?").bind(self.now()).push(" ORDER BY n.id");
        self.all(sql, listed).await
    }

    /// Clients that got (or would have got) a first word since then: what the brake counts.
    pub async fn clients_told_since(&mut self, since: Timestamp) -> Result<Vec<TenantId>> {
        let sql = Sql::new("SELECT DISTINCT n.client FROM notice n WHERE n.kind = 'opened' AND n.state IN ('queued', 'sent', 'held') AND n.created_at >= ?").bind(since);
        self.all(sql, |row| row.id("client")).await
    }

    /// Clients that got (or would have got) a word about maintenance since then.
    pub async fn clients_announced_since(&mut self, since: Timestamp) -> Result<Vec<TenantId>> {
        let sql = Sql::new("SELECT DISTINCT n.client FROM notice n WHERE n.maintenance IS NOT NULL AND n.state IN ('queued', 'sent', 'held') AND n.created_at >= ?").bind(since);
        self.all(sql, |row| row.id("client")).await
    }

    /// The next free step of a thread.
    pub async fn next_step(&mut self, topic: impl Into<Topic>, client: TenantId) -> Result<i64> {
        let sql = Sql::new("SELECT MAX(n.step) AS n FROM notice n WHERE n.thread = ? AND n.client = ?")
            .bind(&topic.into().bytes()[..])
            .bind(client);
        Ok(self.one(sql, |row| row.opt_int("n")).await?.flatten().unwrap_or(0) + 1)
    }
}
