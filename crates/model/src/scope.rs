//! Who asks: every query in `store` takes a scope; without one there is no way to a row.

use crate::person::{Grant, Role};
use crate::{PersonId, TenantId, TokenId};

/// Why a part of the product looks at the whole installation. Only `job.rs`, `flow.rs` of subscribers and start-up may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason(pub &'static str);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The product itself, at work on everybody's rows.
    Installation(Reason),
    /// A person: sees the subtrees of his grants and nothing else.
    /// `via` is the token that a program of his came with.
    Person { id: PersonId, grants: Vec<Grant>, via: Option<TokenId> },
}

impl Scope {
    pub const fn installation(reason: Reason) -> Self {
        Self::Installation(reason)
    }

    /// Roots of the subtrees that are visible; `None` means all.
    pub fn roots(&self) -> Option<Vec<TenantId>> {
        match self {
            Self::Installation(_) => None,
            Self::Person { grants, .. } => Some(grants.iter().map(|grant| grant.tenant).collect()),
        }
    }

    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Installation(_) => None,
            Self::Person { id, .. } => Some(*id),
        }
    }

    pub fn via(&self) -> Option<TokenId> {
        match self {
            Self::Installation(_) => None,
            Self::Person { via, .. } => *via,
        }
    }

    pub fn has_role(&self, wanted: &[Role]) -> bool {
        match self {
            Self::Installation(_) => true,
            Self::Person { grants, .. } => grants.iter().any(|grant| wanted.contains(&grant.role)),
        }
    }

    /// The same person with only the grants whose role is among `wanted`: what he may do something to, not only see.
    pub fn narrowed_to(&self, wanted: &[Role]) -> Scope {
        match self {
            Self::Installation(reason) => Self::Installation(*reason),
            Self::Person { id, grants, via } => {
                let grants = grants.iter().copied().filter(|grant| wanted.contains(&grant.role)).collect();
                Self::Person { id: *id, grants, via: *via }
            }
        }
    }
}
