//! Every word of the model's vocabularies that a person may see has a label in every language.

use model::tenant::Language;
use texts::Texts;

fn check<Word: Copy + std::fmt::Display>(vocabulary: &str, words: &[Word]) {
    for word in words {
        for language in Language::ALL {
            let label = Texts::word(*language, vocabulary, &word.to_string());
            assert!(!label.contains("common."), "{language}: no label for {vocabulary}.{word}");
            let is_russian = label.chars().any(|c| ('а'..='я').contains(&c.to_ascii_lowercase()) || c.is_alphabetic() && !c.is_ascii());
            assert!(*language == Language::Ru || !is_russian || vocabulary == "language", "{vocabulary}.{word} in English: {label}");
        }
    }
}

#[test]
fn no_word_of_the_model_is_shown_raw() {
    use model::{alarm, credential, device, notice, observation, person, service, tenant, ticket};
    check("language", tenant::Language::ALL);
    check("tenant_kind", tenant::TenantKind::ALL);
    check("device_state", device::DeviceState::ALL);
    check("owner", device::Owner::ALL);
    check("oper_status", device::OperStatus::ALL);
    check("admin_status", device::AdminStatus::ALL);
    check("probe_method", observation::ProbeMethod::ALL);
    check("alarm_class", alarm::AlarmClass::ALL);
    check("severity", alarm::Severity::ALL);
    check("alarm_state", alarm::AlarmState::ALL);
    check("object_kind", alarm::ObjectKind::ALL);
    check("incident_state", alarm::IncidentState::ALL);
    check("mapping", service::Mapping::ALL);
    check("channel", notice::Channel::ALL);
    check("notice_kind", notice::NoticeKind::ALL);
    check("notice_state", notice::NoticeState::ALL);
    check("hold_reason", notice::HoldReason::ALL);
    check("credential_kind", credential::CredentialKind::ALL);
    check("line", ticket::Line::ALL);
    check("ticket_state", ticket::TicketState::ALL);
    check("role", person::Role::ALL);
}
