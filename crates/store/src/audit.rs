//! The audit trail: every row carries the hash of the one before it (SHA-256), from the first row on.

use crate::row::Row;
use crate::sql::Sql;
use crate::{Result, Tx};
use model::{PersonId, TenantId, Timestamp, TokenId};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Timestamp,
    /// `None`: the product itself.
    pub person: Option<PersonId>,
    pub email: Option<String>,
    /// The token that his program came with.
    pub via: Option<TokenId>,
    /// Its name, also after it was revoked.
    pub via_name: Option<String>,
    pub action: String,
    pub object: String,
    pub tenant: TenantId,
    pub before: Option<String>,
    pub after: Option<String>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// What walking the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainState {
    pub rows: i64,
    /// The first row that does not follow from the one before it.
    pub broken_at: Option<i64>,
}

/// Rows read at once while verifying.
const VERIFY_BATCH: i64 = 1_000;
const FIRST_PREVIOUS: [u8; 32] = [0; 32];

const COLUMNS: &str = "SELECT a.seq, a.at, a.person, u.email, a.via, k.name AS via_name, a.action, a.object, a.tenant, a.before, a.after, a.previous, a.hash \
    FROM audit a LEFT JOIN person u ON u.id = a.person LEFT JOIN api_token k ON k.id = a.via WHERE 1 = 1";

fn audit(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        seq: row.int("seq")?,
        at: row.time("at")?,
        person: row.opt_id("person")?,
        email: row.opt_text("email")?,
        via: row.opt_id("via")?,
        via_name: row.opt_text("via_name")?,
        action: row.text("action")?,
        object: row.text("object")?,
        tenant: row.id("tenant")?,
        before: row.opt_text("before")?,
        after: row.opt_text("after")?,
        previous: row.blob("previous")?,
        hash: row.blob("hash")?,
    })
}

/// Each part goes in with its length, so that no two rows share a text.
fn hash_of(row: &AuditRow) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(&row.previous);
    part(&row.seq.to_be_bytes());
    part(&row.at.micros().to_be_bytes());
    part(row.person.as_ref().map_or(&[][..], |id| id.bytes()));
    part(row.action.as_bytes());
    part(row.object.as_bytes());
    part(row.tenant.bytes());
    for text in [&row.before, &row.after] {
        part(&[u8::from(text.is_some())]);
        part(text.as_deref().unwrap_or("").as_bytes());
    }
    // Rows from before there were tokens keep the hash they have.
    if let Some(via) = &row.via {
        part(via.bytes());
    }
    hasher.finalize().to_vec()
}

impl Tx {
    /// Writes down who did what, from what to what, in the commit of the deed. Never hand a secret in.
    pub async fn audit(
        &mut self,
        action: &str,
        object: impl std::fmt::Display,
        tenant: TenantId,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<()> {
        let last = self
            .one(Sql::new("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"), |row| Ok((row.int("seq")?, row.blob("hash")?)))
            .await?;
        let (seq, previous) = last.map_or((1, FIRST_PREVIOUS.to_vec()), |(seq, hash)| (seq + 1, hash));
        let mut row = AuditRow {
            seq,
            at: self.now(),
            person: self.scope().person(),
            email: None,
            via: self.scope().via(),
            via_name: None,
            action: action.to_owned(),
            object: object.to_string(),
            tenant,
            before: before.map(|value| value.to_string()),
            after: after.map(|value| value.to_string()),
            previous,
            hash: Vec::new(),
        };
        row.hash = hash_of(&row);
        let sql = Sql::new("INSERT INTO audit (seq, at, person, via, action, object, tenant, before, after, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(row.seq)
            .bind(row.at)
            .bind(row.person)
            .bind(row.via)
            .bind(&row.action)
            .bind(&row.object)
            .bind(row.tenant)
            .bind(row.before)
            .bind(row.after)
            .bind(row.previous)
            .bind(row.hash);
        self.run(sql).await?;
        Ok(())
    }

    /// Newest first; `before` is the number of the last row seen.
    pub async fn audit_rows(&mut self, object: Option<&str>, before: Option<i64>, limit: usize) -> Result<Vec<AuditRow>> {
        let sql = Sql::new(COLUMNS)
            .and("a.object = ?", object)
            .and("a.seq < ?", before)
            .scoped(self, "a.tenant")
            .push(" ORDER BY a.seq DESC LIMIT ?")
            .bind(limit as i64);
        self.all(sql, audit).await
    }

    /// Recomputes the chain from the first row. Reads everybody's rows and shows none.
    pub async fn verify_audit(&mut self) -> Result<ChainState> {
        let mut rows = 0;
        let mut previous = FIRST_PREVIOUS.to_vec();
        loop {
            let sql = Sql::new(COLUMNS).and("a.seq > ?", Some(rows)).push(" ORDER BY a.seq LIMIT ?").bind(VERIFY_BATCH);
            let batch = self.all(sql, audit).await?;
            if batch.is_empty() {
                return Ok(ChainState { rows, broken_at: None });
            }
            for row in batch {
                if row.seq != rows + 1 || row.previous != previous || hash_of(&row) != row.hash {
                    return Ok(ChainState { rows, broken_at: Some(rows + 1) });
                }
                rows += 1;
                previous = row.hash;
            }
        }
    }

    /// Changes a row behind the chain's back, as somebody with a shell on the database would: for proving that it shows.
    #[doc(hidden)]
    pub async fn tamper_with_audit_for_test(&mut self, seq: i64) -> Result<()> {
        self.run(Sql::new("UPDATE audit SET action = 'nothing happened' WHERE seq = ?").bind(seq)).await?;
        Ok(())
    }
}
