//! The first set-up: provider, first administrator and the collector inside this process, at once or not at all.

use crate::Result;
use crate::checks::Checks;
use crate::error::RegisterError;
use crate::flow::{person, tenant};
use crate::rules::checked_name;
use access::checked_password;
use model::event::EventKind;
use model::person::{Grant, Person, Role};
use model::problem::checked_email;
use model::tenant::{Brand, Language, Tenant, TenantKind, checked_tz};
use model::{CollectorId, PersonId, Secret, TenantId};
use serde_json::json;
use std::time::Duration;
use store::{CollectorRow, Tx};

/// The collector that every installation has.
const DEFAULT_COLLECTOR: &str = "central";
/// Two centres on one database: the second waits for the first and then finds it done.
const LEASE: &str = "setup";

#[derive(Debug, Clone)]
pub struct FirstSetUp {
    pub email: String,
    pub password: Secret,
    pub provider_name: String,
    pub language: Language,
    pub tz: String,
}

/// Everything that is wrong with the input, before the password is hashed.
pub fn check_first_set_up(input: &FirstSetUp) -> Result<()> {
    let mut checks = Checks::default();
    checks.take("email", checked_email(&input.email));
    checks.take("password", checked_password(&input.password));
    checks.take("provider.name", checked_name(&input.provider_name));
    checks.take("tz", checked_tz(&input.tz));
    checks.finish(Some(()))
}

/// The first person. The input must have been checked; `password_hash` is of its password.
pub async fn set_up(tx: &mut Tx, input: &FirstSetUp, password_hash: &str) -> Result<PersonId> {
    let mut checks = Checks::default();
    let email = checks.take("email", checked_email(&input.email));
    let name = checks.take("provider.name", checked_name(&input.provider_name));
    let tz = checks.take("tz", checked_tz(&input.tz));
    let (email, (name, tz)) = checks.finish(email.zip(name.zip(tz)))?;

    tx.take_lease(LEASE, LEASE, Duration::ZERO).await?;
    if tx.has_people().await? {
        return Err(RegisterError::Conflict { reason: "the first set-up has been done; log in instead".into() });
    }
    let provider = match tx.provider().await? {
        Some(provider) => provider,
        None => insert_provider(tx, name, tz, input.language).await?,
    };
    let grants = vec![Grant { tenant: provider.id, role: Role::ProviderAdmin }];
    let first = Person { id: PersonId::new(), email, grants, is_active: true, created_at: tx.now(), version: 1 };
    tx.insert_person(&first, Some(password_hash)).await?;
    tx.emit(EventKind::PersonChanged, first.id, provider.id, first.version, json!({})).await?;
    tx.audit("person.created", first.id, provider.id, None, Some(person::shown(&first.email, &first.grants))).await?;
    if tx.default_collector().await?.is_none() {
        insert_collector(tx, provider.id).await?;
    }
    Ok(first.id)
}

async fn insert_provider(tx: &mut Tx, name: String, tz: String, language: Language) -> Result<Tenant> {
    let provider = Tenant {
        id: TenantId::new(),
        kind: TenantKind::Provider,
        parent: None,
        name,
        brand: Brand::default(),
        tz: Some(tz),
        language: Some(language),
        is_shadow: false,
        created_at: tx.now(),
        version: 1,
    };
    tx.insert_tenant(&provider).await?;
    tx.emit(EventKind::TenantChanged, provider.id, provider.id, provider.version, json!({"kind": provider.kind, "name": provider.name}))
        .await?;
    tx.audit("tenant.created", provider.id, provider.id, None, Some(tenant::shown(&provider))).await?;
    Ok(provider)
}

async fn insert_collector(tx: &mut Tx, provider: TenantId) -> Result<()> {
    let collector = CollectorRow {
        id: CollectorId::new(),
        tenant: provider,
        name: DEFAULT_COLLECTOR.into(),
        state: "live".into(),
        since: tx.now(),
        seen_at: None,
        note: "[]".into(),
        devices: 0,
        version: 1,
    };
    tx.insert_collector(&collector).await?;
    tx.emit(
        EventKind::CollectorState,
        collector.id,
        provider,
        collector.version,
        json!({"state": collector.state, "name": collector.name}),
    )
    .await?;
    Ok(())
}
