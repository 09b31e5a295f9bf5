//! Imports of devices: the rows of a plan and what became of them.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::ImportId;
use model::import::{ImportOutcome, ImportRow, ImportVerdict};
use serde_json::Value;

/// Rows in one insert.
const ROWS_PER_INSERT: usize = 200;

const COLUMNS: &str = "SELECT r.place, r.line, r.verdict, r.name, r.address, r.site, r.site_name, r.problems, r.changes, r.wanted, r.before, r.device, r.device_version, \
    r.outcome, r.outcome_detail FROM import_row r WHERE 1 = 1";

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged { what: format!("a row of an import: {error}") })
}

fn import_row(row: &Row) -> Result<ImportRow> {
    Ok(ImportRow {
        place: row.number("place")?,
        line: row.number("line")?,
        verdict: row.word("verdict")?,
        name: row.text("name")?,
        address: row.text("address")?,
        site: row.opt_id("site")?,
        site_name: row.text("site_name")?,
        problems: json(&row.text("problems")?)?,
        changes: json(&row.text("changes")?)?,
        wanted: json(&row.text("wanted")?)?,
        before: row.opt_text("before")?.map(|text| json(&text)).transpose()?,
        device: row.opt_id("device")?,
        device_version: row.opt_int("device_version")?,
        outcome: row.opt_word("outcome")?,
        outcome_detail: row.opt_text("outcome_detail")?,
    })
}

impl Tx {
    pub async fn insert_import_rows(&mut self, import: ImportId, rows: &[ImportRow]) -> Result<()> {
        for some in rows.chunks(ROWS_PER_INSERT) {
            let mut sql = Sql::new(
                "INSERT INTO import_row (import, place, line, verdict, name, address, site, site_name, problems, changes, wanted, before, device, device_version) VALUES ",
            );
            for (place, row) in some.iter().enumerate() {
                sql = sql
                    .push(if place == 0 {
                        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    } else {
                        ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    })
                    .bind(import)
                    .bind(row.place)
                    .bind(row.line)
                    .bind(row.verdict)
                    .bind(&row.name)
                    .bind(&row.address)
                    .bind(row.site)
                    .bind(&row.site_name)
                    .bind(row.problems.to_string())
                    .bind(row.changes.to_string())
                    .bind(row.wanted.to_string())
                    .bind(row.before.as_ref().map(ToString::to_string))
                    .bind(row.device)
                    .bind(row.device_version);
            }
            self.run(sql).await?;
        }
        Ok(())
    }

    /// In the order of the file. The caller must have seen the import in this transaction.
    pub async fn import_rows(&mut self, import: ImportId, verdict: Option<ImportVerdict>, page: Page) -> Result<PageOf<ImportRow>> {
        let after = page.after.map(|bytes| u128::from_be_bytes(bytes) as u32);
        let sql = Sql::new(COLUMNS)
            .and("r.import = ?", Some(import))
            .and("r.verdict = ?", verdict)
            .and("r.place > ?", after)
            .push(" AND r.import IN (SELECT m.id FROM import m WHERE 1 = 1")
            .scoped(self, "m.tenant")
            .push(") ORDER BY r.place");
        self.page(sql, page, import_row, |row| u128::from(row.place).to_be_bytes()).await
    }

    /// All rows of these verdicts, or with this outcome, at once: to apply or to undo them.
    pub async fn import_rows_to_do(
        &mut self,
        import: ImportId,
        verdicts: &[ImportVerdict],
        outcome: Option<ImportOutcome>,
    ) -> Result<Vec<ImportRow>> {
        let sql = Sql::new(COLUMNS).and("r.import = ?", Some(import)).and_in("r.verdict", verdicts.to_vec()).and("r.outcome = ?", outcome);
        self.all(sql.push(" ORDER BY r.place"), import_row).await
    }

    /// Marks every row to add or to change that has no outcome yet as applied: an added device has version 1, a changed one the next.
    pub async fn rows_applied(&mut self, import: ImportId) -> Result<()> {
        let sql = Sql::new("UPDATE import_row SET outcome = 'applied', device_version = COALESCE(device_version, 0) + 1 WHERE import = ? AND outcome IS NULL AND verdict IN ('add', 'change')")
            .bind(import);
        self.run(sql).await?;
        Ok(())
    }

    /// Marks every applied row as undone.
    pub async fn rows_undone(&mut self, import: ImportId) -> Result<()> {
        self.run(Sql::new("UPDATE import_row SET outcome = 'undone' WHERE import = ? AND outcome = 'applied'").bind(import)).await?;
        Ok(())
    }

    pub async fn set_row_outcome(&mut self, import: ImportId, place: u32, outcome: ImportOutcome, detail: &str) -> Result<()> {
        let sql = Sql::new("UPDATE import_row SET outcome = ?, outcome_detail = ? WHERE import = ? AND place = ?")
            .bind(outcome)
            .bind(detail)
            .bind(import)
            .bind(place);
        self.run(sql).await?;
        Ok(())
    }
}
