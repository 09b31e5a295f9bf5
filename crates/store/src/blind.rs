//! When a collector was lost or cut off: what was up then nobody knows.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::{CollectorId, ServiceId, Timestamp};

/// One time without sight; without an end it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blind {
    pub collector: CollectorId,
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

impl Tx {
    /// Begins a time without sight unless one is open.
    pub async fn go_blind(&mut self, collector: CollectorId, from: Timestamp) -> Result<()> {
        let open = Sql::new("SELECT COUNT(*) AS n FROM blind b WHERE b.collector = ? AND b.to_at IS NULL").bind(collector);
        if self.count(open).await? == 0 {
            let sql = Sql::new(
                "INSERT INTO blind (collector, from_at) VALUES (?, ?) ON CONFLICT (collector, from_at) DO UPDATE SET to_at = NULL",
            )
            .bind(collector)
            .bind(from);
            self.run(sql).await?;
        }
        Ok(())
    }

    pub async fn see_again(&mut self, collector: CollectorId, at: Timestamp) -> Result<()> {
        self.run(Sql::new("UPDATE blind SET to_at = ? WHERE collector = ? AND to_at IS NULL").bind(at).bind(collector)).await?;
        Ok(())
    }

    /// Times without sight of whatever looks at the present endpoints of this service, as far as they touch the time from `from` to `to`.
    pub async fn blind_over_service(&mut self, service: ServiceId, from: Timestamp, to: Timestamp) -> Result<Vec<Blind>> {
        let sql = Sql::new("SELECT b.collector, b.from_at, b.to_at FROM blind b WHERE b.collector IN (SELECT d.collector FROM device d JOIN service_endpoint e ON e.device = d.id WHERE e.service = ?)")
            .bind(service)
            .and("(b.to_at IS NULL OR b.to_at > ?)", Some(from))
            .and("b.from_at < ?", Some(to))
            .push(" ORDER BY b.from_at, b.collector");
        self.all(sql, |row| Ok(Blind { collector: row.id("collector")?, from: row.time("from_at")?, to: row.opt_time("to_at")? })).await
    }
}
