//! How the backup of each device stands.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, StoreError, Tx};
use model::config::Backup;
use model::{CollectorId, DeviceId, TenantId, Timestamp};
use std::time::Duration;

/// A device whose configuration is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupDue {
    pub device: DeviceId,
    pub site: TenantId,
    pub collector: CollectorId,
}

const COLUMNS: &str = "SELECT b.device, b.state, b.task, b.tried_at, b.succeeded_at, b.next_at, b.source, b.by_person, b.failures, b.problem, b.detail, b.tail, b.level, \
    b.algorithms, b.host_key, b.host_key_offered, b.login_failed_at FROM device_backup b JOIN device d ON d.id = b.device WHERE 1 = 1";

fn backup(row: &Row) -> Result<Backup> {
    let failed: Vec<i64> = serde_json::from_str(&row.text("login_failed_at")?)
        .map_err(|error| StoreError::Damaged { what: format!("column login_failed_at: {error}") })?;
    Ok(Backup {
        device: row.id("device")?,
        state: row.word("state")?,
        task: row.opt_id("task")?,
        tried_at: row.opt_time("tried_at")?,
        succeeded_at: row.opt_time("succeeded_at")?,
        next_at: row.opt_time("next_at")?,
        source: row.word("source")?,
        by: row.opt_id("by_person")?,
        failures: row.int("failures")?,
        problem: row.opt_word("problem")?,
        detail: row.opt_text("detail")?,
        tail: row.opt_text("tail")?,
        level: row.opt_word("level")?,
        algorithms: row.opt_text("algorithms")?,
        host_key: row.opt_text("host_key")?,
        host_key_offered: row.opt_text("host_key_offered")?,
        login_failed_at: failed.into_iter().map(Timestamp::from_micros).collect(),
    })
}

/// A new device is given this long to be recognised by SNMP before its command line is asked.
const RECOGNISED_WITHIN: Duration = Duration::from_secs(60);

/// Devices that something opens by SSH, of which nothing is under way and no person must decide.
const DUE: &str = "SELECT d.id, d.site, d.collector FROM device d LEFT JOIN device_backup b ON b.device = d.id \
    WHERE EXISTS (SELECT 1 FROM device_credential x JOIN credential c ON c.id = x.credential WHERE x.device = d.id AND c.kind = 'ssh') \
    AND (d.profile IS NOT NULL OR b.device IS NOT NULL OR d.created_at <= ?) AND (b.device IS NULL OR (b.state NOT IN ('queued', 'running') AND b.next_at IS NOT NULL AND b.next_at <= ?))";

impl Tx {
    pub async fn backup(&mut self, device: DeviceId) -> Result<Option<Backup>> {
        let sql = Sql::new(COLUMNS).and("b.device = ?", Some(device)).scoped(self, "d.site");
        self.one(sql, backup).await
    }

    /// Devices whose configuration is to be fetched now; whoever waits longest, or was asked for, first.
    pub async fn backups_due(&mut self, limit: usize) -> Result<Vec<BackupDue>> {
        let now = self.now();
        let sql = Sql::new(DUE)
            .bind(now.minus(RECOGNISED_WITHIN))
            .bind(now)
            .scoped(self, "d.site")
            .push(" ORDER BY CASE WHEN b.source = 'demand' THEN 0 ELSE 1 END, COALESCE(b.next_at, 0), d.id LIMIT ?")
            .bind(limit as i64);
        self.all(sql, |row| Ok(BackupDue { device: row.id("id")?, site: row.id("site")?, collector: row.id("collector")? })).await
    }

    pub async fn save_backup(&mut self, now: &Backup) -> Result<()> {
        let failed: Vec<i64> = now.login_failed_at.iter().map(|at| at.micros()).collect();
        let failed = serde_json::to_string(&failed).map_err(|error| StoreError::Damaged { what: error.to_string() })?;
        let sql = Sql::new("INSERT INTO device_backup (device, state, task, tried_at, succeeded_at, next_at, source, by_person, failures, problem, detail, tail, level, algorithms, \
             host_key, host_key_offered, login_failed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET state = excluded.state, \
             task = excluded.task, tried_at = excluded.tried_at, succeeded_at = excluded.succeeded_at, next_at = excluded.next_at, source = excluded.source, \
             by_person = excluded.by_person, failures = excluded.failures, problem = excluded.problem, detail = excluded.detail, tail = excluded.tail, level = excluded.level, \
             algorithms = excluded.algorithms, host_key = excluded.host_key, host_key_offered = excluded.host_key_offered, login_failed_at = excluded.login_failed_at")
            .bind(now.device)
            .bind(now.state)
            .bind(now.task)
            .bind(now.tried_at)
            .bind(now.succeeded_at)
            .bind(now.next_at)
            .bind(now.source)
            .bind(now.by)
            .bind(now.failures)
            .bind(now.problem)
            .bind(now.detail.clone())
            .bind(now.tail.clone())
            .bind(now.level)
            .bind(now.algorithms.clone())
            .bind(now.host_key.clone())
            .bind(now.host_key_offered.clone())
            .bind(failed);
        self.run(sql).await?;
        Ok(())
    }

    /// Whether a credential of the device opens SSH.
    pub async fn has_ssh_credential(&mut self, device: DeviceId) -> Result<bool> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM device_credential x JOIN credential c ON c.id = x.credential WHERE x.device = ? AND c.kind = 'ssh'")
            .bind(device);
        Ok(self.count(sql).await? > 0)
    }
}
