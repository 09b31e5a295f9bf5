//! Whether the loop is alive: for whoever watches from outside.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The last word of any collector.
    pub collector_seen_at: Option<Timestamp>,
    /// The last notice that somebody took.
    pub notice_sent_at: Option<Timestamp>,
    /// The newest event.
    pub event_at: Option<Timestamp>,
}

impl Tx {
    pub async fn pulse(&mut self) -> Result<Pulse> {
        let sql = "SELECT (SELECT MAX(c.seen_at) FROM collector c) AS seen, (SELECT MAX(n.sent_at) FROM notice n) AS sent, (SELECT MAX(e.at) FROM event e) AS told";
        let found = self
            .one(Sql::new(sql), |row| {
                Ok(Pulse {
                    collector_seen_at: row.opt_time("seen")?,
                    notice_sent_at: row.opt_time("sent")?,
                    event_at: row.opt_time("told")?,
                })
            })
            .await?;
        Ok(found.unwrap_or(Pulse { collector_seen_at: None, notice_sent_at: None, event_at: None }))
    }

    /// One sealed text, to find out which master key it was sealed with.
    pub async fn any_sealed(&mut self) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT s.sealed FROM (SELECT sealed FROM credential UNION ALL SELECT webhook_secret AS sealed FROM contact WHERE webhook_secret IS NOT NULL \
            UNION ALL SELECT sealed FROM second_factor) s LIMIT 1";
        self.one(Sql::new(sql), |row| row.blob("sealed")).await
    }
}
