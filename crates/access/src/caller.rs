//! The person behind a request and what he may do.

use crate::error::Denied;
use crate::rules::{Action, allows_somewhere, giver_action, roles_for};
use model::person::TokenAccess;
use model::person::{Grant, Role};
use model::{PersonId, Scope, SessionId, TenantId, TokenId};
use std::collections::HashMap;
use store::Tx;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub person: PersonId,
    pub email: String,
    pub grants: Vec<Grant>,
    /// To be repeated in a header by whoever came with a cookie.
    pub csrf: String,
    /// SHA-256 of the token that he came with.
    pub token_hash: Vec<u8>,
    pub via: Via,
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In person: logged in.
    Session(SessionId),
    /// A program with a token of the API.
    Token { id: TokenId, access: TokenAccess },
}

impl Caller {
    /// Everything that any of his grants reaches.
    pub fn scope(&self) -> Scope {
        let via = match self.via {
            Via::Session(_) => None,
            Via::Token { id, .. } => Some(id),
        };
        Scope::Person { id: self.person, grants: self.grants.clone(), via }
    }

    /// Whether he logged in himself: what opens more than a token may is only for him.
    pub fn is_in_person(&self) -> bool {
        matches!(self.via, Via::Session(_))
    }

    /// Only the subtrees where one of his roles allows the action: a list read with it holds nothing that he may not see.
    pub fn scope_for(&self, action: Action) -> Scope {
        self.scope().narrowed_to(roles_for(action))
    }

    pub fn may_somewhere(&self, action: Action) -> bool {
        allows_somewhere(&self.grants, action)
    }

    /// Whether he may do this to something that belongs to `tenant`. The answer to "no" depends on what he can see.
    pub async fn may(&self, tx: &mut Tx, action: Action, tenant: TenantId) -> Result<(), Denied> {
        let roles = self.roles_at(tx, tenant).await?;
        let holds = |wanted: Action| roles.iter().any(|role| roles_for(wanted).contains(role));
        match (holds(action.sight()), holds(action)) {
            (_, true) => Ok(()),
            (true, false) => Err(Denied::Forbidden { action }),
            (false, false) => Err(Denied::NotFound),
        }
    }

    /// Whether he may give or take this role there.
    pub async fn may_give(&self, tx: &mut Tx, grant: Grant) -> Result<(), Denied> {
        self.may(tx, Action::WritePeople, grant.tenant).await?;
        let own = self.roles_at(tx, grant.tenant).await?;
        if giver_action(&own, grant.role) { Ok(()) } else { Err(Denied::Forbidden { action: Action::WritePeople }) }
    }

    async fn roles_at(&self, tx: &mut Tx, tenant: TenantId) -> Result<Vec<Role>, Denied> {
        let above = tx.lineage(tenant).await?;
        Ok(self.grants.iter().filter(|grant| above.iter().any(|t| t.id == grant.tenant)).map(|grant| grant.role).collect())
    }
}

/// Remembers the caller's roles per tenant while a list is put together: one query per tenant.
pub struct Sight<'a> {
    caller: &'a Caller,
    known: HashMap<TenantId, Vec<Role>>,
}

impl<'a> Sight<'a> {
    pub fn new(caller: &'a Caller) -> Self {
        Self { caller, known: HashMap::new() }
    }

    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// Whether the caller may do this to something of `tenant`.
    pub async fn may(&mut self, tx: &mut Tx, action: Action, tenant: TenantId) -> Result<bool, store::StoreError> {
        if !self.caller.may_somewhere(action) {
            return Ok(false);
        }
        if !self.known.contains_key(&tenant) {
            let above = tx.lineage(tenant).await?;
            let roles = self.caller.grants.iter().filter(|grant| above.iter().any(|t| t.id == grant.tenant)).map(|grant| grant.role);
            self.known.insert(tenant, roles.collect());
        }
        Ok(self.known[&tenant].iter().any(|role| roles_for(action).contains(role)))
    }
}
