//! Tokens of the API: made in person, for a program, for a time, and never more than their person may at that moment.

use super::{Access, COMING_IN, REFRESH_INTERVAL, home_of};
use crate::caller::{Caller, Via};
use crate::error::AccessError;
use crate::rules::{Action, roles_for};
use crate::token::{hash_of_token, new_api_token};
use model::person::{Grant, TokenAccess};
use model::problem::checked_name;
use model::{Problem, Secret, TenantId, TokenId, limits};
use serde_json::json;
use std::net::IpAddr;
use std::time::Duration;
use store::{TokenRow, Tx};

pub const EXPIRES_IN_DAYS_MAX: i64 = 366;
pub const TOKENS_PER_PERSON_MAX: i64 = 50;
const DAY_S: i64 = 86_400;

#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: String,
    pub access: TokenAccess,
    /// Narrower than the grants.
    pub tenant: Option<TenantId>,
    pub expires_in_days: i64,
}

impl Access {
    /// The row and the token, which is shown once. In the caller's transaction.
    pub async fn create_token(&self, tx: &mut Tx, caller: &Caller, new: NewToken) -> Result<(TokenRow, Secret), AccessError> {
        let name = checked_name(&new.name, limits::NAME_CHARS_MAX).map_err(|problem| AccessError::Bad(problem.at("name")))?;
        if !(1..=EXPIRES_IN_DAYS_MAX).contains(&new.expires_in_days) {
            let problem = Problem::new("out_of_range", format!("must be between 1 and {EXPIRES_IN_DAYS_MAX}"));
            return Err(AccessError::Bad(problem.at("expires_in_days")));
        }
        if let Some(tenant) = new.tenant
            && tx.tenant(tenant).await?.is_none()
        {
            return Err(AccessError::NotFound { what: "provider, partner, client or site" });
        }
        if tx.token_count(caller.person).await? >= TOKENS_PER_PERSON_MAX {
            return Err(AccessError::Conflict { reason: "you have as many tokens as one person may have; revoke some that are not used" });
        }
        let token = new_api_token()?;
        let now = tx.now();
        let expires_at = now.plus(Duration::from_secs((new.expires_in_days * DAY_S).unsigned_abs()));
        let row = TokenRow {
            id: TokenId::new(),
            person: caller.person,
            name,
            access: new.access,
            tenant: new.tenant,
            created_at: now,
            expires_at,
            last_used_at: None,
            last_used_from: None,
        };
        tx.insert_token(&hash_of_token(token.reveal()), &row).await?;
        let home = home_of(tx, caller.person).await?.ok_or(AccessError::NotFound { what: "person" })?;
        let shown = json!({"name": row.name, "access": row.access, "tenant": row.tenant, "expires_at": row.expires_at});
        tx.audit("token.created", row.id, home, None, Some(shown)).await?;
        Ok((row, token))
    }

    /// One's own, or one of a person whom the caller administers. The transaction must be opened with [`Access::token_scope`].
    pub async fn revoke_token(&self, tx: &mut Tx, caller: &Caller, id: TokenId) -> Result<(), AccessError> {
        let gone = AccessError::NotFound { what: "token" };
        let Some(row) = tx.token(caller.person, id).await? else { return Err(gone) };
        if !tx.revoke_token(id).await? {
            return Err(gone);
        }
        let home = home_of(tx, row.person).await?.ok_or(AccessError::NotFound { what: "person" })?;
        tx.audit("token.revoked", id, home, Some(json!({"name": row.name, "person": row.person})), None).await?;
        Ok(())
    }

    /// Whose tokens somebody sees beside his own: those of the people whom he administers.
    pub fn token_scope(&self, caller: &Caller) -> model::Scope {
        caller.scope().narrowed_to(roles_for(Action::WritePeople))
    }

    /// `from`: writes down that it was used.
    pub(super) async fn caller_with_token(&self, token_hash: &[u8], from: Option<IpAddr>) -> Result<Option<Caller>, AccessError> {
        let mut tx = self.store.read(&COMING_IN).await?;
        let Some(row) = tx.token_by_hash(token_hash).await? else { return Ok(None) };
        let Some(email) = tx.email_of(row.person).await? else { return Ok(None) };
        let mut grants = tx.grants_of(row.person).await?;
        if let Some(tenant) = row.tenant {
            grants = narrowed(&mut tx, &grants, tenant).await?;
        }
        drop(tx);
        let is_fresh = row.last_used_at.is_some_and(|at| self.now().since(at) < REFRESH_INTERVAL);
        if let (Some(from), false) = (from, is_fresh)
            && let Err(error) = self.note_use(row.id, from).await
        {
            tracing::warn!("The use of a token could not be written down: {error}");
        }
        let via = Via::Token { id: row.id, access: row.access };
        Ok(Some(Caller { person: row.person, email, grants, csrf: String::new(), token_hash: token_hash.to_vec(), via }))
    }

    async fn note_use(&self, id: TokenId, from: IpAddr) -> Result<(), AccessError> {
        let mut tx = self.store.write(&COMING_IN).await?;
        let now = tx.now();
        tx.touch_token(id, now, &from.to_canonical().to_string()).await?;
        Ok(tx.commit().await?)
    }
}

/// The part of the grants that reaches into the subtree of `tenant`: those from above end there, those below stay.
async fn narrowed(tx: &mut Tx, grants: &[Grant], tenant: TenantId) -> Result<Vec<Grant>, AccessError> {
    let above = tx.lineage(tenant).await?;
    let mut kept = Vec::new();
    for grant in grants {
        if above.iter().any(|up| up.id == grant.tenant) {
            kept.push(Grant { tenant, role: grant.role });
        } else if tx.lineage(grant.tenant).await?.iter().any(|up| up.id == tenant) {
            kept.push(*grant);
        }
    }
    Ok(kept)
}
