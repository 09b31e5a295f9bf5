//! The permission table: which role may do what. One row per action; the scope is always the subtree of the grant.

use model::person::{Grant, Role};
use model::tenant::TenantKind;

/// Everything that the API lets people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    ReadTenants,
    ReadPeople,
    ReadContacts,
    ReadCredentials,
    ReadDevices,
    ReadServices,
    ReadAlarms,
    ReadNotices,
    /// Notices that have not gone out: drafts, held and withdrawn ones.
    ReadUnsentNotices,
    ReadTickets,
    ReadCollectors,
    ReadSettings,
    ReadAudit,
    /// Create and change partners and the provider itself.
    WritePartners,
    /// Create and change clients and sites.
    WriteClients,
    WritePeople,
    WriteContacts,
    WriteCredentials,
    WriteDevices,
    WriteServices,
    WriteSettings,
    ActOnAlarms,
    /// Acknowledge and annotate.
    ActOnTickets,
    ResolveTickets,
    ActOnNotices,
    /// Configurations with their secrets masked.
    ReadConfigs,
    /// Fetch a configuration now; decide about a changed host key.
    BackUp,
    ReadMaintenance,
    WriteMaintenance,
    ReadReports,
    /// Other monitoring systems that tell us their alarms.
    ReadSources,
    WriteSources,
    /// Take a cold installation into service, read how the system is.
    OperateSystem,
}

use Role::{
    Auditor, ClientAdmin, ClientFinance, ClientUser, PartnerAdmin, PartnerFinance, PartnerL1, PartnerSales, ProviderAdmin, ProviderBilling,
    ProviderL1, ProviderL2, ProviderL3, ShiftLead,
};

const EVERYBODY: &[Role] = Role::ALL;
const PROVIDER: &[Role] = &[ProviderL1, ProviderL2, ProviderL3, ShiftLead, ProviderBilling, ProviderAdmin, Auditor];
const PROVIDER_AND_PARTNER: &[Role] = &[
    PartnerL1,
    PartnerSales,
    PartnerFinance,
    PartnerAdmin,
    ProviderL1,
    ProviderL2,
    ProviderL3,
    ShiftLead,
    ProviderBilling,
    ProviderAdmin,
    Auditor,
];
const ADMINS: &[Role] = &[ProviderAdmin, PartnerAdmin];
const ON_CALL: &[Role] = &[ProviderL1, ProviderL2, ProviderL3, ShiftLead, ProviderAdmin];
const ON_CALL_AND_PARTNER: &[Role] = &[ProviderL1, ProviderL2, ProviderL3, ShiftLead, ProviderAdmin, PartnerL1, PartnerAdmin];
/// Without line 3: it has no channel to clients.
const WITH_CLIENT_CHANNEL: &[Role] = &[ProviderL1, ProviderL2, ShiftLead, ProviderAdmin];

const TECHNICAL: &[Role] = &[ProviderL2, ProviderL3, ShiftLead, ProviderAdmin, Auditor];

/// The table.
pub const fn roles_for(action: Action) -> &'static [Role] {
    use Action as A;
    match action {
        A::ReadTenants | A::ReadPeople | A::ReadContacts | A::ReadDevices | A::ReadServices | A::ReadAlarms | A::ReadNotices => EVERYBODY,
        A::ReadCredentials | A::ReadTickets | A::ReadCollectors | A::ReadUnsentNotices => PROVIDER_AND_PARTNER,
        A::ReadSettings => PROVIDER,
        A::ReadAudit => &[Auditor, ShiftLead, ProviderAdmin],
        A::WritePartners | A::WriteCredentials | A::WriteSettings => &[ProviderAdmin],
        A::WriteClients | A::WriteContacts | A::WritePeople => ADMINS,
        A::WriteDevices | A::WriteServices => &[ProviderL2, ProviderAdmin],
        A::ActOnAlarms | A::ActOnTickets => ON_CALL_AND_PARTNER,
        A::ResolveTickets => ON_CALL,
        A::ActOnNotices => WITH_CLIENT_CHANNEL,
        A::ReadConfigs => TECHNICAL,
        A::BackUp => &[ProviderL2, ProviderL3, ShiftLead, ProviderAdmin],
        A::ReadMaintenance | A::ReadReports => EVERYBODY,
        A::WriteMaintenance => &[ProviderL2, ShiftLead, ProviderAdmin],
        A::ReadSources => PROVIDER,
        A::WriteSources | A::OperateSystem => &[ProviderAdmin],
    }
}

impl Action {
    pub const ALL: &'static [Action] = &[
        Self::ReadTenants,
        Self::ReadPeople,
        Self::ReadContacts,
        Self::ReadCredentials,
        Self::ReadDevices,
        Self::ReadServices,
        Self::ReadAlarms,
        Self::ReadNotices,
        Self::ReadUnsentNotices,
        Self::ReadTickets,
        Self::ReadCollectors,
        Self::ReadSettings,
        Self::ReadAudit,
        Self::WritePartners,
        Self::WriteClients,
        Self::WritePeople,
        Self::WriteContacts,
        Self::WriteCredentials,
        Self::WriteDevices,
        Self::WriteServices,
        Self::WriteSettings,
        Self::ActOnAlarms,
        Self::ActOnTickets,
        Self::ResolveTickets,
        Self::ActOnNotices,
        Self::ReadConfigs,
        Self::BackUp,
        Self::ReadMaintenance,
        Self::WriteMaintenance,
        Self::ReadReports,
        Self::ReadSources,
        Self::WriteSources,
        Self::OperateSystem,
    ];

    /// What one must be able to see before "you may not change it" may be said at all.
    pub const fn sight(self) -> Action {
        match self {
            Self::WritePartners | Self::WriteClients => Self::ReadTenants,
            Self::WritePeople => Self::ReadPeople,
            Self::WriteContacts => Self::ReadContacts,
            Self::WriteCredentials => Self::ReadCredentials,
            Self::WriteDevices => Self::ReadDevices,
            Self::WriteServices => Self::ReadServices,
            Self::WriteSettings => Self::ReadSettings,
            Self::ActOnAlarms => Self::ReadAlarms,
            Self::ActOnTickets | Self::ResolveTickets => Self::ReadTickets,
            Self::ActOnNotices => Self::ReadNotices,
            Self::BackUp => Self::ReadConfigs,
            Self::WriteMaintenance => Self::ReadMaintenance,
            Self::WriteSources => Self::ReadSources,
            Self::OperateSystem => Self::ReadSettings,
            other => other,
        }
    }

    /// Ends the sentence "none of your roles there may …".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::ReadTenants => "read partners, clients and sites",
            Self::ReadPeople => "read people",
            Self::ReadContacts => "read contacts",
            Self::ReadCredentials => "read credentials",
            Self::ReadDevices => "read devices",
            Self::ReadServices => "read services",
            Self::ReadAlarms => "read alarms",
            Self::ReadNotices => "read notices",
            Self::ReadUnsentNotices => "read notices that have not been sent",
            Self::ReadTickets => "read tickets",
            Self::ReadCollectors => "read collectors",
            Self::ReadSettings => "read the settings",
            Self::ReadAudit => "read the audit trail",
            Self::WritePartners => "create or change partners",
            Self::WriteClients => "create or change clients and sites",
            Self::WritePeople => "invite people or change their roles",
            Self::WriteContacts => "change contacts",
            Self::WriteCredentials => "change credentials",
            Self::WriteDevices => "change devices",
            Self::WriteServices => "change services",
            Self::WriteSettings => "change the settings",
            Self::ActOnAlarms => "acknowledge alarms",
            Self::ActOnTickets => "work on tickets",
            Self::ResolveTickets => "resolve tickets",
            Self::ActOnNotices => "release, withdraw or correct notices",
            Self::ReadConfigs => "read configurations",
            Self::BackUp => "back up devices or decide about their host keys",
            Self::ReadMaintenance => "read maintenance windows",
            Self::WriteMaintenance => "plan or cancel maintenance",
            Self::ReadReports => "read reports",
            Self::ReadSources => "read other monitoring systems",
            Self::WriteSources => "connect other monitoring systems",
            Self::OperateSystem => "operate the installation",
        }
    }
}

/// Which of his own roles, held on the tenant or above it, lets a person give (or take) `role` there.
pub fn giver_action(own: &[Role], role: Role) -> bool {
    if own.contains(&ProviderAdmin) {
        return true;
    }
    let partners_own = matches!(role, PartnerL1 | PartnerSales | PartnerFinance | PartnerAdmin | ClientUser | ClientAdmin | ClientFinance);
    own.contains(&PartnerAdmin) && partners_own
}

/// A role makes sense only on its kind of tenant.
pub fn grant_fits(role: Role, kind: TenantKind) -> bool {
    role.home().is_none_or(|home| home == kind)
}

/// Whether any of these grants allows the action somewhere.
pub(crate) fn allows_somewhere(grants: &[Grant], action: Action) -> bool {
    grants.iter().any(|grant| roles_for(action).contains(&grant.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table as a picture: a change of a permission is a change of this text.
    #[test]
    fn who_may_do_what() {
        let mut picture = String::new();
        for role in Role::ALL {
            let may: Vec<&str> = Action::ALL
                .iter()
                .filter(|action| **action != action.sight() && roles_for(**action).contains(role))
                .map(|action| action.in_words())
                .collect();
            let reads_not: Vec<&str> = Action::ALL
                .iter()
                .filter(|action| **action == action.sight() && !roles_for(**action).contains(role))
                .map(|action| action.in_words())
                .collect();
            picture += &format!("{role}: may {}; may not {}\n", may.join(", "), reads_not.join(", "));
        }
        expect_test::expect_file!["../tests/permissions.txt"].assert_eq(&picture);
    }

    #[test]
    fn whoever_may_change_a_thing_may_see_it() {
        for action in Action::ALL {
            for role in roles_for(*action) {
                assert!(roles_for(action.sight()).contains(role), "{role} may {} but not see it", action.in_words());
            }
        }
    }

    #[test]
    fn a_partner_admin_gives_only_roles_of_his_own_world() {
        for role in Role::ALL {
            let expected = role.as_str().starts_with("partner_") || role.as_str().starts_with("client_");
            assert_eq!(giver_action(&[PartnerAdmin], *role), expected, "{role}");
            assert!(giver_action(&[ProviderAdmin], *role));
            assert!(!giver_action(&[ProviderL2, ShiftLead, Auditor, ClientAdmin, PartnerL1], *role));
        }
    }

    #[test]
    fn a_role_fits_its_kind_of_tenant_only() {
        assert!(grant_fits(ClientAdmin, TenantKind::Client) && !grant_fits(ClientAdmin, TenantKind::Partner));
        assert!(grant_fits(PartnerAdmin, TenantKind::Partner) && !grant_fits(ProviderL1, TenantKind::Client));
        assert!(TenantKind::ALL.iter().all(|kind| grant_fits(Auditor, *kind)));
    }
}
