//! Tokens of the API: only the hash is kept.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::person::TokenAccess;
use model::{PersonId, TenantId, Timestamp, TokenId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    pub id: TokenId,
    pub person: PersonId,
    pub name: String,
    pub access: TokenAccess,
    /// Narrower than the person's grants.
    pub tenant: Option<TenantId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub last_used_from: Option<String>,
}

const COLUMNS: &str = "SELECT t.id, t.person, t.name, t.access, t.tenant, t.created_at, t.expires_at, t.last_used_at, t.last_used_from \
    FROM api_token t WHERE t.revoked_at IS NULL";

fn token(row: &Row) -> Result<TokenRow> {
    Ok(TokenRow {
        id: row.id("id")?,
        person: row.id("person")?,
        name: row.text("name")?,
        access: row.word("access")?,
        tenant: row.opt_id("tenant")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        last_used_at: row.opt_time("last_used_at")?,
        last_used_from: row.opt_text("last_used_from")?,
    })
}

impl Tx {
    pub async fn insert_token(&mut self, token_hash: &[u8], new: &TokenRow) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO api_token (id, token_hash, person, name, access, tenant, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id)
        .bind(token_hash)
        .bind(new.person)
        .bind(&new.name)
        .bind(new.access)
        .bind(new.tenant)
        .bind(new.created_at)
        .bind(new.expires_at);
        self.run(sql).await?;
        Ok(())
    }

    /// A token that opens something now.
    pub async fn token_by_hash(&mut self, token_hash: &[u8]) -> Result<Option<TokenRow>> {
        let sql = Sql::new(COLUMNS).and("t.token_hash = ?", Some(token_hash)).and("t.expires_at > ?", Some(self.now()));
        self.one(sql, token).await
    }

    /// The caller's own tokens, and those of people all of whose grants lie in the scope: a person with a foot elsewhere is not one's own.
    fn of_own_people(&self, own: PersonId) -> Sql {
        let sql = Sql::new(COLUMNS).push(" AND (t.person = ? OR (t.person IN (SELECT g.person FROM grant_of g WHERE 1 = 1").bind(own);
        sql.scoped(self, "g.tenant")
            .push(") AND NOT EXISTS (SELECT 1 FROM grant_of o WHERE o.person = t.person AND NOT (1 = 1")
            .scoped(self, "o.tenant")
            .push("))))")
    }

    /// Newest first, expired ones included.
    pub async fn tokens(&mut self, own: PersonId) -> Result<Vec<TokenRow>> {
        let sql = self.of_own_people(own).push(" ORDER BY t.created_at DESC, t.id DESC");
        self.all(sql, token).await
    }

    pub async fn token(&mut self, own: PersonId, id: TokenId) -> Result<Option<TokenRow>> {
        let sql = self.of_own_people(own).and("t.id = ?", Some(id));
        self.one(sql, token).await
    }

    /// Tokens of a person that were not revoked.
    pub async fn token_count(&mut self, person: PersonId) -> Result<i64> {
        self.count(Sql::new("SELECT COUNT(*) AS n FROM api_token WHERE person = ? AND revoked_at IS NULL").bind(person)).await
    }

    pub async fn revoke_token(&mut self, id: TokenId) -> Result<bool> {
        let sql = Sql::new("UPDATE api_token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL").bind(self.now()).bind(id);
        Ok(self.run(sql).await? > 0)
    }

    pub async fn touch_token(&mut self, id: TokenId, at: Timestamp, from: &str) -> Result<()> {
        self.run(Sql::new("UPDATE api_token SET last_used_at = ?, last_used_from = ? WHERE id = ?").bind(at).bind(from).bind(id)).await?;
        Ok(())
    }
}
