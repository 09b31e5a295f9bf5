//! Contacts of clients.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, Tx};
use model::contact::Contact;
use model::{ContactId, TenantId};

const COLUMNS: &str = "SELECT c.id, c.tenant, c.name, c.email, c.webhook, c.language, c.created_at, c.version FROM contact c WHERE 1 = 1";

fn contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        email: row.opt_text("email")?,
        webhook: row.opt_text("webhook")?,
        language: row.word("language")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn contact(&mut self, id: ContactId) -> Result<Option<Contact>> {
        let sql = Sql::new(COLUMNS).and("c.id = ?", Some(id)).scoped(self, "c.tenant");
        self.one(sql, contact).await
    }

    pub async fn contacts(&mut self, tenant: Option<TenantId>, page: Page) -> Result<PageOf<Contact>> {
        let mut sql = Sql::new(COLUMNS).and("c.id > ?", page.after.map(ContactId::from_bytes)).scoped(self, "c.tenant");
        if let Some(tenant) = tenant {
            sql = sql.under(vec![tenant], "c.tenant");
        }
        self.page(sql.push(" ORDER BY c.id"), page, contact, |contact| *contact.id.bytes()).await
    }

    /// Contacts of exactly these tenants: a client and the sites that are hit.
    pub async fn contacts_of(&mut self, tenants: &[TenantId]) -> Result<Vec<Contact>> {
        let sql = Sql::new(COLUMNS).and_in("c.tenant", tenants.to_vec()).scoped(self, "c.tenant").push(" ORDER BY c.id");
        self.all(sql, contact).await
    }

    pub async fn insert_contact(&mut self, new: &Contact, webhook_secret_sealed: Option<Vec<u8>>) -> Result<()> {
        let sql = Sql::new("INSERT INTO contact (id, tenant, name, email, webhook, webhook_secret, language, created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(new.tenant)
            .bind(&new.name)
            .bind(new.email.clone())
            .bind(new.webhook.clone())
            .bind(webhook_secret_sealed)
            .bind(new.language)
            .bind(new.created_at);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn update_contact(&mut self, changed: &Contact) -> Result<()> {
        let sql = Sql::new(
            "UPDATE contact SET name = ?, email = ?, webhook = ?, language = ?, version = version + 1 WHERE id = ? AND version = ?",
        )
        .bind(&changed.name)
        .bind(changed.email.clone())
        .bind(changed.webhook.clone())
        .bind(changed.language)
        .bind(changed.id)
        .bind(changed.version)
        .scoped(self, "tenant");
        self.run_versioned("this contact", sql).await
    }

    pub async fn set_webhook_secret(&mut self, id: ContactId, sealed: Option<Vec<u8>>) -> Result<()> {
        self.run(Sql::new("UPDATE contact SET webhook_secret = ? WHERE id = ?").bind(sealed).bind(id)).await?;
        Ok(())
    }

    pub async fn webhook_secret(&mut self, id: ContactId) -> Result<Option<Vec<u8>>> {
        let sql = Sql::new("SELECT webhook_secret FROM contact WHERE id = ?").bind(id).scoped(self, "tenant");
        Ok(self.one(sql, |row| row.opt_blob("webhook_secret")).await?.flatten())
    }

    pub async fn delete_contact(&mut self, id: ContactId) -> Result<()> {
        let sql = Sql::new("DELETE FROM contact WHERE id = ?").bind(id).scoped(self, "tenant");
        self.run(sql).await?;
        Ok(())
    }
}
