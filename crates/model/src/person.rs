//! People who log in, their grants and roles (`business.md`: scope is the subtree of the tenant of the grant).

use crate::{PersonId, TenantId, Timestamp};

vocabulary! {
    Role: "role" {
        ClientUser = "client_user", ClientAdmin = "client_admin", ClientFinance = "client_finance",
        PartnerL1 = "partner_l1", PartnerSales = "partner_sales", PartnerFinance = "partner_finance", PartnerAdmin = "partner_admin",
        ProviderL1 = "provider_l1", ProviderL2 = "provider_l2", ProviderL3 = "provider_l3", ShiftLead = "shift_lead",
        ProviderBilling = "provider_billing", ProviderAdmin = "provider_admin", Auditor = "auditor",
    }
}

vocabulary! {
    /// What a token of the API lets its program do: only look, or all that its person may.
    TokenAccess: "access of a token" { Read = "read", Write = "write" }
}

impl Role {
    /// The kind of tenant on which this role makes sense; `None` for any (auditor).
    pub const fn home(self) -> Option<crate::tenant::TenantKind> {
        use crate::tenant::TenantKind as K;
        match self {
            Self::ClientUser | Self::ClientAdmin | Self::ClientFinance => Some(K::Client),
            Self::PartnerL1 | Self::PartnerSales | Self::PartnerFinance | Self::PartnerAdmin => Some(K::Partner),
            Self::ProviderL1 | Self::ProviderL2 | Self::ProviderL3 | Self::ShiftLead | Self::ProviderBilling | Self::ProviderAdmin => {
                Some(K::Provider)
            }
            Self::Auditor => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub tenant: TenantId,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub email: String,
    pub grants: Vec<Grant>,
    /// False until the invitation was accepted and a password set.
    pub is_active: bool,
    pub created_at: Timestamp,
    pub version: i64,
}
