//! Interfaces; the identity is the ifName.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::device::Interface;
use model::{DeviceId, InterfaceId};

const COLUMNS: &str = "SELECT i.id, i.device, i.if_name, i.if_index, i.if_descr, i.if_alias, i.if_type, i.speed_bps, i.mtu, i.mac, i.admin, i.oper, i.oper_since, i.seen_at, \
    i.is_present, i.version FROM interface i JOIN device d ON d.id = i.device WHERE 1 = 1";

fn interface(row: &Row) -> Result<Interface> {
    Ok(Interface {
        id: row.id("id")?,
        device: row.id("device")?,
        if_name: row.text("if_name")?,
        if_index: row.opt_int("if_index")?,
        if_descr: row.opt_text("if_descr")?,
        if_alias: row.opt_text("if_alias")?,
        if_type: row.opt_int("if_type")?,
        speed_bps: row.opt_int("speed_bps")?,
        mtu: row.opt_int("mtu")?,
        mac: row.opt_text("mac")?,
        admin: row.opt_word("admin")?,
        oper: row.opt_word("oper")?,
        oper_since: row.opt_time("oper_since")?,
        seen_at: row.opt_time("seen_at")?,
        is_present: row.flag("is_present")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn interface(&mut self, id: InterfaceId) -> Result<Option<Interface>> {
        let sql = Sql::new(COLUMNS).and("i.id = ?", Some(id)).scoped(self, "d.site");
        self.one(sql, interface).await
    }

    pub async fn interface_by_name(&mut self, device: DeviceId, if_name: &str) -> Result<Option<Interface>> {
        let sql = Sql::new(COLUMNS).and("i.device = ?", Some(device)).and("i.if_name = ?", Some(if_name)).scoped(self, "d.site");
        self.one(sql, interface).await
    }

    /// All interfaces of a device, for comparing with what it reports.
    pub async fn interfaces_of(&mut self, device: DeviceId) -> Result<Vec<Interface>> {
        let sql = Sql::new(COLUMNS).and("i.device = ?", Some(device)).scoped(self, "d.site").push(" ORDER BY i.if_index, i.if_name");
        self.all(sql, interface).await
    }

    pub async fn interfaces(&mut self, device: DeviceId, page: Page) -> Result<PageOf<Interface>> {
        let sql = Sql::new(COLUMNS)
            .and("i.device = ?", Some(device))
            .and("i.id > ?", page.after.map(InterfaceId::from_bytes))
            .scoped(self, "d.site")
            .push(" ORDER BY i.id");
        self.page(sql, page, interface, |interface| *interface.id.bytes()).await
    }

    /// Interfaces of these devices that a service or a parent link is bound to: what is read every 10 s.
    pub async fn watched_interfaces(&mut self, devices: &[DeviceId]) -> Result<Vec<Interface>> {
        let sql = Sql::new(COLUMNS)
            .and_in("i.device", devices.to_vec())
            .push(" AND (i.id IN (SELECT interface FROM service_endpoint WHERE interface IS NOT NULL)")
            .push(" OR i.id IN (SELECT interface FROM device_parent WHERE interface IS NOT NULL))")
            .scoped(self, "d.site")
            .push(" ORDER BY i.device, i.if_name");
        self.all(sql, interface).await
    }

    pub async fn insert_interface(&mut self, new: &Interface) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO interface (id, device, if_name, if_index, if_descr, if_alias, if_type, speed_bps, mtu, mac, admin, oper, oper_since, seen_at, is_present, version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        )
        .bind(new.id)
        .bind(new.device)
        .bind(&new.if_name)
        .bind(new.if_index)
        .bind(new.if_descr.clone())
        .bind(new.if_alias.clone())
        .bind(new.if_type)
        .bind(new.speed_bps)
        .bind(new.mtu)
        .bind(new.mac.clone())
        .bind(new.admin)
        .bind(new.oper)
        .bind(new.oper_since)
        .bind(new.seen_at)
        .bind(new.is_present);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn update_interface(&mut self, changed: &Interface) -> Result<()> {
        let sql = Sql::new(
            "UPDATE interface SET if_index = ?, if_descr = ?, if_alias = ?, if_type = ?, speed_bps = ?, mtu = ?, mac = ?, admin = ?, oper = ?, oper_since = ?, seen_at = ?, \
             is_present = ?, version = version + 1 WHERE id = ?",
        )
        .bind(changed.if_index)
        .bind(changed.if_descr.clone())
        .bind(changed.if_alias.clone())
        .bind(changed.if_type)
        .bind(changed.speed_bps)
        .bind(changed.mtu)
        .bind(changed.mac.clone())
        .bind(changed.admin)
        .bind(changed.oper)
        .bind(changed.oper_since)
        .bind(changed.seen_at)
        .bind(changed.is_present)
        .bind(changed.id);
        self.run(sql).await?;
        Ok(())
    }
}
