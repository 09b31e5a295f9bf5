//! The outbox: events, their deliveries, and leases for jobs.

use crate::engine::Engine;
use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, StoreError, Tx};
use model::event::{Event, EventKind, Subscriber};
use model::{TenantId, Timestamp};
use std::time::Duration;

/// A delivery that this process may work on until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub event: Event,
    pub attempts: u32,
}

fn event(row: &Row) -> Result<Event> {
    let fields = row.text("fields")?;
    Ok(Event {
        seq: row.int("seq")?,
        at: row.time("at")?,
        kind: row.word("kind")?,
        object: row.text("object")?,
        tenant: row.id("tenant")?,
        version: row.int("version")?,
        fields: serde_json::from_str(&fields).map_err(|error| StoreError::Damaged { what: format!("fields of an event: {error}") })?,
    })
}

/// Events in one insert.
const EVENTS_PER_INSERT: usize = 200;

const COLUMNS: &str = "SELECT e.seq, e.at, e.kind, e.object, e.tenant, e.version, e.fields FROM event e";

impl Tx {
    /// Announces a change in the commit of the change itself.
    pub async fn emit(
        &mut self,
        kind: EventKind,
        object: impl std::fmt::Display,
        tenant: TenantId,
        version: i64,
        fields: serde_json::Value,
    ) -> Result<()> {
        let sql = Sql::new("INSERT INTO event (at, kind, object, tenant, version, fields) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq")
            .bind(self.now())
            .bind(kind)
            .bind(object.to_string())
            .bind(tenant)
            .bind(version)
            .bind(fields.to_string());
        let seq =
            self.one(sql, |row| row.int("seq")).await?.ok_or_else(|| StoreError::Damaged { what: "an event got no number".into() })?;
        for subscriber in kind.subscribers() {
            self.run(Sql::new("INSERT INTO delivery (event, subscriber) VALUES (?, ?)").bind(seq).bind(*subscriber)).await?;
        }
        self.has_events = true;
        Ok(())
    }

    /// Many of one kind that no subscriber waits for.
    pub async fn emit_many(&mut self, kind: EventKind, objects: Vec<(String, TenantId, i64, serde_json::Value)>) -> Result<()> {
        if !kind.subscribers().is_empty() {
            for (object, tenant, version, fields) in objects {
                self.emit(kind, object, tenant, version, fields).await?;
            }
            return Ok(());
        }
        for some in objects.chunks(EVENTS_PER_INSERT) {
            let mut sql = Sql::new("INSERT INTO event (at, kind, object, tenant, version, fields) VALUES ");
            for (place, (object, tenant, version, fields)) in some.iter().enumerate() {
                sql = sql
                    .push(if place == 0 { "(?, ?, ?, ?, ?, ?)" } else { ", (?, ?, ?, ?, ?, ?)" })
                    .bind(self.now())
                    .bind(kind)
                    .bind(object)
                    .bind(*tenant)
                    .bind(*version)
                    .bind(fields.to_string());
            }
            self.run(sql).await?;
            self.has_events = true;
        }
        Ok(())
    }

    /// Events after `seq` that this scope may see, oldest first.
    pub async fn events_after(&mut self, seq: i64, limit: usize) -> Result<Vec<Event>> {
        let sql = Sql::new(COLUMNS)
            .push(" WHERE e.seq > ?")
            .bind(seq)
            .scoped(self, "e.tenant")
            .push(" ORDER BY e.seq LIMIT ?")
            .bind(limit as i64);
        self.all(sql, event).await
    }

    pub async fn last_event(&mut self) -> Result<i64> {
        Ok(self.one(Sql::new("SELECT MAX(seq) AS n FROM event"), |row| row.opt_int("n")).await?.flatten().unwrap_or(0))
    }

    /// The oldest event still kept; a stream that resumes from before it has a gap.
    pub async fn first_event(&mut self) -> Result<i64> {
        Ok(self.one(Sql::new("SELECT MIN(seq) AS n FROM event"), |row| row.opt_int("n")).await?.flatten().unwrap_or(0))
    }

    /// Takes the oldest delivery of this subscriber that nobody works on, for the length of the lease.
    /// One that failed waits out its back-off and holds up nothing behind it.
    pub async fn claim_delivery(&mut self, subscriber: Subscriber, lease: Duration) -> Result<Option<Claimed>> {
        let now = self.now();
        let claim = Sql::new("UPDATE delivery SET leased_until = ?, attempts = attempts + 1 WHERE subscriber = ? AND is_done = 0 AND event = (SELECT d.event FROM delivery d")
            .bind(now.plus(lease))
            .bind(subscriber)
            .push(" WHERE d.subscriber = ? AND d.is_done = 0 AND d.leased_until <= ? ORDER BY d.event LIMIT 1")
            .bind(subscriber)
            .bind(now)
            .push(self.skip_locked())
            .push(") RETURNING event, attempts");
        let Some((seq, attempts)) = self.one(claim, |row| Ok((row.int("event")?, row.number::<u32>("attempts")?))).await? else {
            return Ok(None);
        };
        let found = self.one(Sql::new(COLUMNS).push(" WHERE e.seq = ?").bind(seq), event).await?;
        Ok(found.map(|event| Claimed { event, attempts }))
    }

    /// Whether anything waits: a read, so that an idle subscriber writes nothing.
    pub async fn has_delivery(&mut self, subscriber: Subscriber) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM delivery d WHERE d.subscriber = ? AND d.is_done = 0 AND d.leased_until <= ? LIMIT 1) w")
            .bind(subscriber)
            .bind(self.now());
        Ok(self.count(sql).await? > 0)
    }

    /// Marks it done in the transaction of its effect. False: somebody else has done it, so the effect must be dropped.
    pub async fn finish_delivery(&mut self, seq: i64, subscriber: Subscriber) -> Result<bool> {
        let sql = Sql::new(
            "UPDATE delivery SET is_done = 1, leased_until = 0, last_error = NULL WHERE event = ? AND subscriber = ? AND is_done = 0",
        )
        .bind(seq)
        .bind(subscriber);
        Ok(self.run(sql).await? == 1)
    }

    /// Puts it back; it is tried again at `again_at`.
    pub async fn fail_delivery(&mut self, seq: i64, subscriber: Subscriber, error: &str, again_at: Timestamp) -> Result<()> {
        let sql = Sql::new("UPDATE delivery SET leased_until = ?, last_error = ? WHERE event = ? AND subscriber = ? AND is_done = 0")
            .bind(again_at)
            .bind(error)
            .bind(seq)
            .bind(subscriber);
        self.run(sql).await?;
        Ok(())
    }

    /// After a start of the only process on this database: whoever held a lease on a delivery or a notice is gone.
    pub async fn free_leases(&mut self) -> Result<()> {
        self.run(Sql::new("UPDATE delivery SET leased_until = 0 WHERE is_done = 0 AND leased_until > 0 AND last_error IS NULL")).await?;
        self.run(Sql::new("UPDATE notice SET leased_until = 0 WHERE state = 'queued' AND leased_until > 0")).await?;
        Ok(())
    }

    /// Deliveries not yet done, for /metrics and for tests that wait until all is quiet.
    pub async fn open_deliveries(&mut self) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM delivery WHERE is_done = 0")).await
    }

    /// Forgets delivered events older than `before`, a batch at a time.
    pub async fn purge_events(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        let old = "(SELECT e.seq FROM event e WHERE e.at < ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.seq AND d.is_done = 0) ORDER BY e.seq LIMIT ?)";
        self.run(Sql::new("DELETE FROM delivery WHERE event IN ").push(old).bind(before).bind(batch)).await?;
        self.run(Sql::new("DELETE FROM event WHERE seq IN ").push(old).bind(before).bind(batch)).await
    }

    /// Takes or renews a named lease; false while another holder has it.
    pub async fn take_lease(&mut self, name: &str, holder: &str, length: Duration) -> Result<bool> {
        let now = self.now();
        let sql = Sql::new("INSERT INTO lease (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until ")
            .push("WHERE lease.holder = excluded.holder OR lease.until <= ?")
            .bind(name)
            .bind(holder)
            .bind(now.plus(length))
            .bind(now);
        Ok(self.run(sql).await? == 1)
    }

    /// Gives a lease back early, at a clean stop.
    pub async fn drop_lease(&mut self, name: &str, holder: &str) -> Result<()> {
        self.run(Sql::new("DELETE FROM lease WHERE name = ? AND holder = ?").bind(name).bind(holder)).await?;
        Ok(())
    }

    /// Row locks are only needed where several centres write; SQLite has one writer.
    pub(crate) fn skip_locked(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}
