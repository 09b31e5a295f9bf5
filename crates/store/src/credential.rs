//! Credentials: the secret is sealed before it comes here and opened only by those who hold the master key.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Page, PageOf, Result, StoreError, Tx};
use model::CredentialId;
use model::credential::Credential;

/// A credential with its sealed secret.
#[derive(Clone)]
pub struct SealedCredential {
    pub credential: Credential,
    pub sealed: Vec<u8>,
}

const COLUMNS: &str = "SELECT c.id, c.tenant, c.name, c.kind, c.sealed, c.created_at, c.version FROM credential c WHERE 1 = 1";

fn credential(row: &Row) -> Result<Credential> {
    Ok(Credential {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        name: row.text("name")?,
        kind: row.word("kind")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

impl Tx {
    pub async fn credential(&mut self, id: CredentialId) -> Result<Option<Credential>> {
        let sql = Sql::new(COLUMNS).and("c.id = ?", Some(id)).scoped(self, "c.tenant");
        self.one(sql, credential).await
    }

    pub async fn credentials(&mut self, page: Page) -> Result<PageOf<Credential>> {
        let sql =
            Sql::new(COLUMNS).and("c.id > ?", page.after.map(CredentialId::from_bytes)).scoped(self, "c.tenant").push(" ORDER BY c.id");
        self.page(sql, page, credential, |credential| *credential.id.bytes()).await
    }

    /// With the sealed secrets, for those that will be sent inside a Task.
    pub async fn sealed_credentials(&mut self, ids: &[CredentialId]) -> Result<Vec<SealedCredential>> {
        let sql = Sql::new(COLUMNS).and_in("c.id", ids.to_vec()).scoped(self, "c.tenant");
        self.all(sql, |row| Ok(SealedCredential { credential: credential(row)?, sealed: row.blob("sealed")? })).await
    }

    /// How many secrets lie here that only the master key opens.
    pub async fn sealed_secrets(&mut self) -> Result<i64> {
        let sql = "SELECT (SELECT COUNT(*) FROM credential) + (SELECT COUNT(*) FROM contact WHERE webhook_secret IS NOT NULL) + (SELECT COUNT(*) FROM second_factor) AS n";
        self.count(Sql::new(sql)).await
    }

    pub async fn insert_credential(&mut self, new: &Credential, sealed: Vec<u8>) -> Result<()> {
        let sql = Sql::new("INSERT INTO credential (id, tenant, name, kind, sealed, created_at, version) VALUES (?, ?, ?, ?, ?, ?, 1)")
            .bind(new.id)
            .bind(new.tenant)
            .bind(&new.name)
            .bind(new.kind)
            .bind(sealed)
            .bind(new.created_at);
        self.run(sql).await?;
        Ok(())
    }

    pub async fn update_credential(&mut self, changed: &Credential, sealed: Option<Vec<u8>>) -> Result<()> {
        let mut sql = Sql::new("UPDATE credential SET version = version + 1, name = ?").bind(&changed.name);
        if let Some(sealed) = sealed {
            sql = sql.push(", sealed = ?").bind(sealed);
        }
        let sql = sql.push(" WHERE id = ? AND version = ?").bind(changed.id).bind(changed.version).scoped(self, "tenant");
        self.run_versioned("this credential", sql).await
    }

    /// Refused while a device uses it.
    pub async fn delete_credential(&mut self, id: CredentialId) -> Result<()> {
        let used = self.count(Sql::new("SELECT COUNT(*) AS n FROM device_credential WHERE credential = ?").bind(id)).await?;
        if used > 0 {
            return Err(StoreError::InUse { what: format!("{used} device(s) use this credential; give them another one first") });
        }
        let sql = Sql::new("DELETE FROM credential WHERE id = ?").bind(id).scoped(self, "tenant");
        self.run(sql).await?;
        Ok(())
    }
}
