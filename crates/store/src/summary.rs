//! The counters in the header of every page: one query each, whatever the size.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::alarm::Severity;
use model::device::DeviceState;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Active alarms that are not symptoms of another one.
    pub alarms: Vec<(Severity, i64)>,
    pub unacked: i64,
    /// Active, but maintenance mutes them: in no other counter of alarms.
    pub muted: i64,
    pub tickets_open: i64,
    pub notices_held: i64,
    pub notices_draft: i64,
    /// On their way: more than a handful for more than a minute means that a mail server is away.
    pub notices_queued: i64,
    pub notices_failed: i64,
    pub devices: Vec<(DeviceState, i64)>,
    pub collectors_lost: i64,
    pub collectors_cut_off: i64,
}

impl Tx {
    pub async fn summary(&mut self) -> Result<Summary> {
        let root = " FROM alarm a WHERE a.state = 'active' AND a.suppressed_by IS NULL AND a.muted_by IS NULL";
        let sql = Sql::new("SELECT a.severity, COUNT(*) AS n").push(root).scoped(self, "a.tenant").push(" GROUP BY a.severity");
        let alarms = self.all(sql, |row| Ok((row.word("severity")?, row.int("n")?))).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n").push(root).push(" AND a.acked_at IS NULL").scoped(self, "a.tenant");
        let unacked = self.count(sql).await?;
        let sql =
            Sql::new("SELECT COUNT(*) AS n FROM alarm a WHERE a.state = 'active' AND a.muted_by IS NOT NULL").scoped(self, "a.tenant");
        let muted = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM ticket t WHERE t.state <> 'resolved'").scoped(self, "t.tenant");
        let tickets_open = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.state = 'held'").scoped(self, "n.client");
        let notices_held = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.state = 'draft'").scoped(self, "n.client");
        let notices_draft = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.state = 'queued'").scoped(self, "n.client");
        let notices_queued = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM notice n WHERE n.state = 'failed'").scoped(self, "n.client");
        let notices_failed = self.count(sql).await?;
        let sql = Sql::new("SELECT d.state, COUNT(*) AS n FROM device d WHERE 1 = 1").scoped(self, "d.site").push(" GROUP BY d.state");
        let devices = self.all(sql, |row| Ok((row.word("state")?, row.int("n")?))).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM collector l WHERE l.state = 'lost'").scoped(self, "l.tenant");
        let collectors_lost = self.count(sql).await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM collector l WHERE l.state = 'cut_off'").scoped(self, "l.tenant");
        let collectors_cut_off = self.count(sql).await?;
        Ok(Summary {
            alarms,
            unacked,
            muted,
            tickets_open,
            notices_held,
            notices_draft,
            notices_queued,
            notices_failed,
            devices,
            collectors_lost,
            collectors_cut_off,
        })
    }
}
