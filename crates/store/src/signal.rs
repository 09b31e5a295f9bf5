//! Signals: what other monitoring systems say, mapped or not, and the rules that map them.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::signal::{Signal, SignalRule, SignalState, Target};
use model::{DeviceId, SignalId, SourceId, TenantId, Timestamp};

#[derive(Debug, Clone, Default)]
pub struct SignalFilter {
    pub source: Option<SourceId>,
    pub state: Option<SignalState>,
    /// Only those with, or without, an object of ours.
    pub is_mapped: Option<bool>,
}

/// A signal as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalListed {
    pub signal: Signal,
    pub source_name: String,
    /// Whose source it is.
    pub tenant: TenantId,
}

/// What a label may name a device by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName {
    pub id: DeviceId,
    pub name: String,
    pub address: String,
}

const COLUMNS: &str = "SELECT g.id, g.source, g.source_key, g.title, g.severity, g.state, g.labels, g.device, g.service, g.occurrence, g.began_at, g.ended_at, g.closed_at, \
    g.first_at, g.last_at, g.heard, g.note, g.raw, s.name AS source_name, s.tenant FROM signal g JOIN source s ON s.id = g.source WHERE 1 = 1";

fn target(row: &Row) -> Result<Option<Target>> {
    Ok(match (row.opt_id("device")?, row.opt_id("service")?) {
        (Some(device), _) => Some(Target::Device(device)),
        (None, Some(service)) => Some(Target::Service(service)),
        (None, None) => None,
    })
}

fn listed(row: &Row) -> Result<SignalListed> {
    let labels = row.text("labels")?;
    Ok(SignalListed {
        signal: Signal {
            id: row.id("id")?,
            source: row.id("source")?,
            key: row.text("source_key")?,
            title: row.text("title")?,
            severity: row.word("severity")?,
            state: row.word("state")?,
            labels: serde_json::from_str(&labels).map_err(|error| StoreError::Damaged { what: format!("labels of a signal: {error}") })?,
            target: target(row)?,
            occurrence: row.int("occurrence")?,
            began_at: row.time("began_at")?,
            ended_at: row.opt_time("ended_at")?,
            closed_at: row.opt_time("closed_at")?,
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
            count: row.int("heard")?,
            note: row.text("note")?,
            raw: row.text("raw")?,
        },
        source_name: row.text("source_name")?,
        tenant: row.id("tenant")?,
    })
}

fn parts(target: Option<Target>) -> (Option<DeviceId>, Option<model::ServiceId>) {
    match target {
        Some(Target::Device(device)) => (Some(device), None),
        Some(Target::Service(service)) => (None, Some(service)),
        None => (None, None),
    }
}

impl Tx {
    pub async fn signal(&mut self, id: SignalId) -> Result<Option<SignalListed>> {
        let sql = Sql::new(COLUMNS).and("g.id = ?", Some(id)).scoped(self, "s.tenant");
        self.one(sql, listed).await
    }

    pub async fn signal_by_key(&mut self, source: SourceId, key: &str) -> Result<Option<Signal>> {
        let sql = Sql::new(COLUMNS).and("g.source = ?", Some(source)).and("g.source_key = ?", Some(key)).scoped(self, "s.tenant");
        Ok(self.one(sql, listed).await?.map(|listed| listed.signal))
    }

    /// Newest first.
    pub async fn signals(&mut self, filter: &SignalFilter, page: Page) -> Result<PageOf<SignalListed>> {
        let sql = Sql::new(COLUMNS)
            .and("g.source = ?", filter.source)
            .and("g.state = ?", filter.state)
            .and("g.id < ?", page.after.map(SignalId::from_bytes))
            .push(match filter.is_mapped {
                Some(true) => " AND (g.device IS NOT NULL OR g.service IS NOT NULL)",
                Some(false) => " AND g.device IS NULL AND g.service IS NULL",
                None => "",
            })
            .scoped(self, "s.tenant")
            .push(" ORDER BY g.id DESC");
        self.page(sql, page, listed, |listed| *listed.signal.id.bytes()).await
    }

    /// Open ones of one source that are after `after`, oldest first: to go through all of them in turns.
    pub async fn open_signals(
        &mut self,
        source: SourceId,
        only_unmapped: bool,
        after: Option<SignalId>,
        limit: usize,
    ) -> Result<Vec<Signal>> {
        let sql = Sql::new(COLUMNS)
            .and("g.source = ?", Some(source))
            .and("g.id > ?", after)
            .push(" AND g.state = 'open'")
            .push(if only_unmapped { " AND g.device IS NULL AND g.service IS NULL" } else { "" })
            .scoped(self, "s.tenant")
            .push(" ORDER BY g.id LIMIT ?")
            .bind(limit as i64);
        Ok(self.all(sql, listed).await?.into_iter().map(|listed| listed.signal).collect())
    }

    /// Sources that have something open which is mapped to nothing.
    pub async fn sources_with_unmapped(&mut self) -> Result<Vec<SourceId>> {
        let sql = Sql::new("SELECT DISTINCT g.source FROM signal g WHERE g.state = 'open' AND g.device IS NULL AND g.service IS NULL");
        self.all(sql, |row| row.id("source")).await
    }

    /// Signals that are open and about something that still exists.
    pub async fn mapped_open_signals(&mut self) -> Result<Vec<SignalId>> {
        let sql = Sql::new("SELECT g.id FROM signal g WHERE g.state = 'open' AND (g.device IS NOT NULL OR g.service IS NOT NULL)");
        self.all(sql, |row| row.id("id")).await
    }

    pub async fn count_signals(&mut self, source: SourceId) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM signal WHERE source = ?").bind(source)).await
    }

    pub async fn insert_signal(&mut self, new: &Signal) -> Result<()> {
        let (device, service) = parts(new.target);
        let sql = Sql::new(
            "INSERT INTO signal (id, source, source_key, title, severity, state, labels, device, service, occurrence, began_at, ended_at, closed_at, first_at, last_at, heard, note, raw) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id)
        .bind(new.source)
        .bind(&new.key)
        .bind(&new.title)
        .bind(new.severity)
        .bind(new.state)
        .bind(labels(new))
        .bind(device)
        .bind(service)
        .bind(new.occurrence)
        .bind(new.began_at)
        .bind(new.ended_at)
        .bind(new.closed_at)
        .bind(new.first_at)
        .bind(new.last_at)
        .bind(new.count)
        .bind(&new.note)
        .bind(&new.raw);
        self.run(sql).await?;
        Ok(())
    }

    /// Signals have no version: writers take turns, and whoever writes has read in the same transaction.
    pub async fn update_signal(&mut self, changed: &Signal) -> Result<()> {
        let (device, service) = parts(changed.target);
        let sql = Sql::new(
            "UPDATE signal SET title = ?, severity = ?, state = ?, labels = ?, device = ?, service = ?, occurrence = ?, began_at = ?, ended_at = ?, closed_at = ?, last_at = ?, \
             heard = ?, note = ?, raw = ? WHERE id = ?",
        )
        .bind(&changed.title)
        .bind(changed.severity)
        .bind(changed.state)
        .bind(labels(changed))
        .bind(device)
        .bind(service)
        .bind(changed.occurrence)
        .bind(changed.began_at)
        .bind(changed.ended_at)
        .bind(changed.closed_at)
        .bind(changed.last_at)
        .bind(changed.count)
        .bind(&changed.note)
        .bind(&changed.raw)
        .bind(changed.id);
        self.run(sql).await?;
        Ok(())
    }

    /// Newest first: the latest word of a person counts.
    pub async fn signal_rules(&mut self, source: SourceId) -> Result<Vec<SignalRule>> {
        let sql = Sql::new("SELECT r.source, r.label, r.value, r.device, r.service FROM signal_rule r WHERE r.source = ?")
            .bind(source)
            .push(" ORDER BY r.created_at DESC, r.label, r.value");
        let found =
            self.all(sql, |row| Ok(target(row)?.map(|target| (row.id("source"), row.text("label"), row.text("value"), target)))).await?;
        found
            .into_iter()
            .flatten()
            .map(|(source, label, value, target)| Ok(SignalRule { source: source?, label: label?, value: value?, target }))
            .collect()
    }

    /// Replaces what was said of the same label before.
    pub async fn set_signal_rule(&mut self, rule: &SignalRule) -> Result<()> {
        let (device, service) = parts(Some(rule.target));
        let sql = Sql::new("INSERT INTO signal_rule (source, label, value, device, service, created_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(rule.source)
            .bind(&rule.label)
            .bind(&rule.value)
            .bind(device)
            .bind(service)
            .bind(self.now())
            .push(" ON CONFLICT (source, label, value) DO UPDATE SET device = excluded.device, service = excluded.service, created_at = excluded.created_at");
        self.run(sql).await?;
        Ok(())
    }

    /// Names and addresses of all devices at or below a tenant.
    pub async fn device_names_under(&mut self, tenant: TenantId) -> Result<Vec<DeviceName>> {
        let sql = Sql::new("SELECT d.id, d.name, d.address FROM device d WHERE 1 = 1").under(vec![tenant], "d.site").scoped(self, "d.site");
        self.all(sql, |row| Ok(DeviceName { id: row.id("id")?, name: row.text("name")?, address: row.text("address")? })).await
    }

    /// Forgets closed signals that nobody spoke of since `before`, a batch at a time.
    pub async fn purge_signals(&mut self, before: Timestamp, batch: u32) -> Result<u64> {
        let sql = Sql::new("DELETE FROM signal WHERE id IN (SELECT g.id FROM signal g WHERE g.state = 'closed' AND g.last_at < ? LIMIT ?)")
            .bind(before)
            .bind(batch);
        self.run(sql).await
    }
}

fn labels(signal: &Signal) -> String {
    serde_json::to_string(&signal.labels).unwrap_or_else(|_| "{}".into())
}
