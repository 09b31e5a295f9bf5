//! How devices hang together: who is behind whom.

use crate::sql::Sql;
use crate::{Result, Tx};
use model::device::ParentLink;
use model::{CollectorId, DeviceId, InterfaceId, TenantId};

/// Where a device stands, without the rest of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceNode {
    pub id: DeviceId,
    pub site: TenantId,
    pub collector: CollectorId,
    pub probe_interval_s: u32,
    pub state: model::device::DeviceState,
}

impl Tx {
    pub async fn device_nodes(&mut self) -> Result<Vec<DeviceNode>> {
        let sql =
            Sql::new("SELECT d.id, d.site, d.collector, d.probe_interval_s, d.state FROM device d WHERE 1 = 1").scoped(self, "d.site");
        self.all(sql, |row| {
            Ok(DeviceNode {
                id: row.id("id")?,
                site: row.id("site")?,
                collector: row.id("collector")?,
                probe_interval_s: row.number("probe_interval_s")?,
                state: row.word("state")?,
            })
        })
        .await
    }

    /// Devices that can be asked by SNMP at all.
    pub async fn devices_with_snmp(&mut self) -> Result<Vec<DeviceId>> {
        let sql = Sql::new(
            "SELECT DISTINCT c.device FROM device_credential c JOIN credential k ON k.id = c.credential JOIN device d ON d.id = c.device",
        )
        .push(" WHERE k.kind IN ('snmp_v2c', 'snmp_v3')")
        .scoped(self, "d.site");
        self.all(sql, |row| row.id("device")).await
    }

    pub async fn parents_of(&mut self, device: DeviceId) -> Result<Vec<ParentLink>> {
        let sql = Sql::new("SELECT parent, interface FROM device_parent WHERE device = ?").bind(device).push(" ORDER BY parent");
        self.all(sql, |row| Ok(ParentLink { device: row.id("parent")?, interface: row.opt_id("interface")? })).await
    }

    /// Devices directly behind this one, and by which of its interfaces.
    pub async fn children_of(&mut self, device: DeviceId) -> Result<Vec<(DeviceId, Option<InterfaceId>)>> {
        let sql = Sql::new("SELECT device, interface FROM device_parent WHERE parent = ?").bind(device).push(" ORDER BY device");
        self.all(sql, |row| Ok((row.id("device")?, row.opt_id("interface")?))).await
    }

    /// True when `above` is `below` or stands anywhere between it and the network: such a parent would close a circle.
    pub async fn is_behind(&mut self, below: DeviceId, above: DeviceId) -> Result<bool> {
        let sql = Sql::new("WITH RECURSIVE up (device) AS (SELECT ")
            .push("CAST(? AS ")
            .push(self.blob_type())
            .push(") UNION SELECT p.parent FROM device_parent p JOIN up ON p.device = up.device) SELECT COUNT(*) AS n FROM up WHERE device = ?")
            .bind(below)
            .bind(above);
        Ok(self.count(sql).await? > 0)
    }

    /// The same for what maintenance touches: the register, or a window itself.
    pub async fn maintenance_changed_since(&mut self, seq: i64) -> Result<(bool, i64)> {
        let last = self.last_event().await?;
        let sql = Sql::new("SELECT COUNT(*) AS n FROM event e WHERE e.seq > ? AND e.kind IN ('device.changed', 'device.removed', 'service.changed', 'maintenance.changed')")
            .bind(seq);
        Ok((last > seq && self.count(sql).await? > 0, last))
    }

    /// True when something that decides what is polled or bound changed after event `seq`, and the number of the last event.
    pub async fn register_changed_since(&mut self, seq: i64) -> Result<(bool, i64)> {
        let last = self.last_event().await?;
        if last <= seq {
            return Ok((false, last));
        }
        let sql = Sql::new("SELECT COUNT(*) AS n FROM event e WHERE e.seq > ? AND e.kind IN ('device.changed', 'device.removed', 'service.changed', 'credential.changed', 'settings.changed')")
            .bind(seq);
        Ok((self.count(sql).await? > 0, last))
    }
}
