//! Revisions of configurations. Lists never touch the texts.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::config::ConfigRevision;
use model::{ConfigId, DeviceId, TenantId, Timestamp};

#[derive(Debug, Clone, Default)]
pub struct ConfigFilter {
    pub device: Option<DeviceId>,
    pub client: Option<TenantId>,
    /// First seen at this time or later.
    pub since: Option<Timestamp>,
}

/// A revision as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigListed {
    pub revision: ConfigRevision,
    pub device_name: String,
    pub site: TenantId,
    pub by_name: Option<String>,
    pub is_latest: bool,
}

/// The texts of a revision, as they lie in the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigTexts {
    /// Deflated, secrets masked.
    pub masked: Vec<u8>,
    /// Deflated and sealed, whole.
    pub sealed: Vec<u8>,
    /// Keyed fingerprint of what is significant in it.
    pub fingerprint: Vec<u8>,
}

const COLUMNS: &str = "SELECT c.id, c.device, c.number, c.taken_at, c.seen_at, c.source, c.by_person, c.profile, c.lines, c.size_bytes, c.added, c.removed, \
    d.name AS device_name, d.site, p.email AS by_name, \
    CASE WHEN c.number = (SELECT MAX(l.number) FROM config l WHERE l.device = c.device) THEN 1 ELSE 0 END AS is_latest \
    FROM config c JOIN device d ON d.id = c.device LEFT JOIN person p ON p.id = c.by_person WHERE 1 = 1";

fn listed(row: &Row) -> Result<ConfigListed> {
    Ok(ConfigListed {
        revision: ConfigRevision {
            id: row.id("id")?,
            device: row.id("device")?,
            number: row.int("number")?,
            taken_at: row.time("taken_at")?,
            seen_at: row.time("seen_at")?,
            source: row.word("source")?,
            by: row.opt_id("by_person")?,
            profile: row.text("profile")?,
            lines: row.int("lines")?,
            size_bytes: row.int("size_bytes")?,
            added: row.int("added")?,
            removed: row.int("removed")?,
        },
        device_name: row.text("device_name")?,
        site: row.id("site")?,
        by_name: row.opt_text("by_name")?,
        is_latest: row.int("is_latest")? != 0,
    })
}

impl Tx {
    /// Newest first.
    pub async fn configs(&mut self, filter: &ConfigFilter, page: Page) -> Result<PageOf<ConfigListed>> {
        let mut sql = Sql::new(COLUMNS)
            .and("c.device = ?", filter.device)
            .and("c.taken_at >= ?", filter.since)
            .and("c.id < ?", page.after.map(ConfigId::from_bytes));
        if let Some(client) = filter.client {
            sql = sql.under(vec![client], "d.site");
        }
        let sql = sql.scoped(self, "d.site").push(" ORDER BY c.id DESC");
        self.page(sql, page, listed, |listed| *listed.revision.id.bytes()).await
    }

    pub async fn config(&mut self, id: ConfigId) -> Result<Option<ConfigListed>> {
        let sql = Sql::new(COLUMNS).and("c.id = ?", Some(id)).scoped(self, "d.site");
        self.one(sql, listed).await
    }

    /// The newest revision of a device.
    pub async fn latest_config(&mut self, device: DeviceId) -> Result<Option<ConfigListed>> {
        let sql = Sql::new(COLUMNS).and("c.device = ?", Some(device)).scoped(self, "d.site").push(" ORDER BY c.number DESC LIMIT 1");
        self.one(sql, listed).await
    }

    /// The one before, of the same device.
    pub async fn config_before(&mut self, revision: &ConfigRevision) -> Result<Option<ConfigListed>> {
        let sql = Sql::new(COLUMNS)
            .and("c.device = ?", Some(revision.device))
            .and("c.number < ?", Some(revision.number))
            .scoped(self, "d.site")
            .push(" ORDER BY c.number DESC LIMIT 1");
        self.one(sql, listed).await
    }

    pub async fn config_texts(&mut self, id: ConfigId) -> Result<Option<ConfigTexts>> {
        let sql = Sql::new("SELECT c.masked, c.sealed, c.fingerprint FROM config c JOIN device d ON d.id = c.device WHERE c.id = ?")
            .bind(id)
            .scoped(self, "d.site");
        self.one(sql, |row| {
            Ok(ConfigTexts { masked: row.blob("masked")?, sealed: row.blob("sealed")?, fingerprint: row.blob("fingerprint")? })
        })
        .await
    }

    pub async fn insert_config(&mut self, new: &ConfigRevision, texts: &ConfigTexts) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO config (id, device, number, taken_at, seen_at, source, by_person, profile, lines, size_bytes, added, removed, masked, sealed, fingerprint) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id)
        .bind(new.device)
        .bind(new.number)
        .bind(new.taken_at)
        .bind(new.seen_at)
        .bind(new.source)
        .bind(new.by)
        .bind(&new.profile)
        .bind(new.lines)
        .bind(new.size_bytes)
        .bind(new.added)
        .bind(new.removed)
        .bind(texts.masked.clone())
        .bind(texts.sealed.clone())
        .bind(texts.fingerprint.clone());
        self.run(sql).await?;
        Ok(())
    }

    /// The same text was there again.
    pub async fn see_config(&mut self, id: ConfigId, at: Timestamp) -> Result<()> {
        self.run(Sql::new("UPDATE config SET seen_at = ? WHERE id = ? AND seen_at < ?").bind(at).bind(id).bind(at)).await?;
        Ok(())
    }
}
