//! Whom we tell: a person of a client, how and in which language.

use crate::tenant::Language;
use crate::{ContactId, TenantId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub tenant: TenantId,
    pub name: String,
    pub email: Option<String>,
    /// Address of a signed webhook (HTTP POST).
    pub webhook: Option<String>,
    pub language: Language,
    pub created_at: Timestamp,
    pub version: i64,
}
