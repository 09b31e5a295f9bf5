//! Imports of devices: the plan as a whole.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::import::{Import, ImportState};
use model::{ImportId, TenantId};

/// Rows by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub add: i64,
    pub change: i64,
    pub same: i64,
    pub conflict: i64,
    pub bad: i64,
    /// Rows that are in the register by it now.
    pub applied: i64,
    /// Rows that could not be applied, or could not be taken back.
    pub left: i64,
}

/// An import as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportListed {
    pub import: Import,
    pub counts: ImportCounts,
}

/// A site as an import names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSeen {
    pub id: TenantId,
    pub name: String,
    pub parent_name: String,
    /// The site itself and all above it, the site first.
    pub above: Vec<TenantId>,
    pub client: Option<TenantId>,
}

const COLUMNS: &str = "SELECT m.id, m.tenant, m.format, m.state, m.file_name, m.is_simulated, m.notes, m.created_by, m.created_at, m.version, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.verdict = 'add') AS n_add, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.verdict = 'change') AS n_change, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.verdict = 'same') AS n_same, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.verdict = 'conflict') AS n_conflict, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.verdict = 'bad') AS n_bad, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.outcome IN ('applied', 'kept')) AS n_applied, \
    (SELECT COUNT(*) FROM import_row r WHERE r.import = m.id AND r.outcome IN ('left_out', 'kept')) AS n_left FROM import m WHERE 1 = 1";

fn listed(row: &Row) -> Result<ImportListed> {
    let notes = row.text("notes")?;
    Ok(ImportListed {
        import: Import {
            id: row.id("id")?,
            tenant: row.id("tenant")?,
            format: row.word("format")?,
            state: row.word("state")?,
            file_name: row.text("file_name")?,
            is_simulated: row.flag("is_simulated")?,
            notes: serde_json::from_str(&notes).map_err(|error| StoreError::Damaged { what: format!("notes of an import: {error}") })?,
            created_by: row.id("created_by")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        },
        counts: ImportCounts {
            add: row.int("n_add")?,
            change: row.int("n_change")?,
            same: row.int("n_same")?,
            conflict: row.int("n_conflict")?,
            bad: row.int("n_bad")?,
            applied: row.int("n_applied")?,
            left: row.int("n_left")?,
        },
    })
}

impl Tx {
    pub async fn import(&mut self, id: ImportId) -> Result<Option<ImportListed>> {
        let sql = Sql::new(COLUMNS).and("m.id = ?", Some(id)).scoped(self, "m.tenant");
        self.one(sql, listed).await
    }

    /// Newest first.
    pub async fn imports(&mut self, page: Page) -> Result<PageOf<ImportListed>> {
        let sql =
            Sql::new(COLUMNS).and("m.id < ?", page.after.map(ImportId::from_bytes)).scoped(self, "m.tenant").push(" ORDER BY m.id DESC");
        self.page(sql, page, listed, |listed| *listed.import.id.bytes()).await
    }

    pub async fn insert_import(&mut self, new: &Import) -> Result<()> {
        let notes = serde_json::to_string(&new.notes).unwrap_or_else(|_| "[]".into());
        let sql = Sql::new("INSERT INTO import (id, tenant, format, state, file_name, is_simulated, notes, created_by, created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(new.tenant)
            .bind(new.format)
            .bind(new.state)
            .bind(&new.file_name)
            .bind(new.is_simulated)
            .bind(notes)
            .bind(new.created_by)
            .bind(new.created_at);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn set_import_state(&mut self, id: ImportId, version: i64, state: ImportState) -> Result<()> {
        let sql = Sql::new("UPDATE import SET state = ?, version = version + 1 WHERE id = ? AND version = ?")
            .bind(state)
            .bind(id)
            .bind(version)
            .scoped(self, "tenant");
        self.run_versioned("this import", sql).await
    }

    /// Every site at or below a tenant, as far as the scope reaches.
    pub async fn sites_under(&mut self, tenant: TenantId) -> Result<Vec<SiteSeen>> {
        let sql = Sql::new(
            "SELECT t.id, t.name, p.name AS parent_name, k.id AS client FROM tenant t JOIN tenant p ON p.id = t.parent \
             LEFT JOIN tenant k ON k.kind = 'client' AND k.id IN (SELECT a.ancestor FROM tenant_path a WHERE a.descendant = t.id) WHERE t.kind = 'site'",
        )
        .under(vec![tenant], "t.id")
        .scoped(self, "t.id")
        .push(" ORDER BY t.id");
        let mut sites = self
            .all(sql, |row| {
                Ok(SiteSeen {
                    id: row.id("id")?,
                    name: row.text("name")?,
                    parent_name: row.text("parent_name")?,
                    above: Vec::new(),
                    client: row.opt_id("client")?,
                })
            })
            .await?;
        let paths =
            Sql::new("SELECT a.descendant, a.ancestor FROM tenant_path a JOIN tenant t ON t.id = a.descendant WHERE t.kind = 'site'")
                .under(vec![tenant], "a.descendant")
                .scoped(self, "a.descendant");
        let mut above: std::collections::HashMap<TenantId, Vec<TenantId>> = std::collections::HashMap::new();
        for (site, ancestor) in self.all(paths, |row| Ok((row.id::<TenantId>("descendant")?, row.id::<TenantId>("ancestor")?))).await? {
            above.entry(site).or_default().push(ancestor);
        }
        for site in &mut sites {
            site.above = above.remove(&site.id).unwrap_or_default();
        }
        Ok(sites)
    }
}
