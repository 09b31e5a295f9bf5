//! People and their grants. A grant is given only by somebody who holds the right to give it there.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::rules::check_list;
use access::{Access, Action, Caller, Sight, grant_fits};
use model::event::EventKind;
use model::person::{Grant, Person, Role};
use model::problem::checked_email;
use model::{PersonId, Problem, Secret, TenantId, limits};
use serde_json::{Value, json};
use store::{StoreError, Tx};

#[derive(Debug, Clone)]
pub struct NewPerson {
    pub email: String,
    pub grants: Vec<Grant>,
}

const WHAT: &str = "person";

pub(crate) fn shown(email: &str, grants: &[Grant]) -> Value {
    let grants: Vec<Value> = grants.iter().map(|grant| json!({"tenant": grant.tenant, "role": grant.role})).collect();
    json!({"email": email, "grants": grants})
}

/// The person with a token for the first password, which is shown once.
pub async fn create_person(tx: &mut Tx, caller: &Caller, access: &Access, new: NewPerson) -> Result<(Person, Secret)> {
    may_give_all(tx, caller, &new.grants).await?;
    let mut checks = Checks::default();
    let email = checks.take("email", checked_email(&new.email));
    if new.grants.is_empty() {
        checks.add(Problem::new("required", "needs at least one grant: without one a person sees nothing").at("grants"));
    }
    check_grants(tx, &mut checks, &new.grants).await?;
    let person =
        email.map(|email| Person { id: PersonId::new(), email, grants: new.grants, is_active: false, created_at: tx.now(), version: 1 });
    let person = checks.finish(person)?;
    tx.insert_person(&person, None).await.map_err(|error| match error {
        StoreError::Exists { .. } => RegisterError::Conflict {
            reason: "somebody with this e-mail already has an account; use another e-mail, or ask the provider to widen the grants".into(),
        },
        other => RegisterError::Store(other),
    })?;
    let token = access.invite(tx, person.id).await?;
    announce(tx, &person, &person.grants).await?;
    let home = person.grants.first().map(|grant| grant.tenant).ok_or(RegisterError::NotFound { what: WHAT })?;
    tx.audit("person.invited", person.id, home, None, Some(shown(&person.email, &person.grants))).await?;
    Ok((person, token))
}

/// Replaces those grants that the caller can see; the others stay.
pub async fn patch_person(tx: &mut Tx, caller: &Caller, id: PersonId, version: i64, grants: Option<Vec<Grant>>) -> Result<Person> {
    let before = tx.person(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    if !caller.may_somewhere(Action::WritePeople) {
        return Err(RegisterError::Forbidden { action: Action::WritePeople });
    }
    check_version("this person", version, before.version)?;
    let Some(grants) = grants else { return Ok(before) };

    let mut sight = Sight::new(caller);
    let (mut seen, mut kept) = (Vec::new(), Vec::new());
    for grant in &before.grants {
        let is_seen = sight.may(tx, Action::ReadPeople, grant.tenant).await?;
        if is_seen { &mut seen } else { &mut kept }.push(*grant);
    }
    let changed: Vec<Grant> =
        grants.iter().filter(|grant| !seen.contains(grant)).chain(seen.iter().filter(|grant| !grants.contains(grant))).copied().collect();
    may_give_all(tx, caller, &changed).await?;
    let mut checks = Checks::default();
    check_grants(tx, &mut checks, &grants).await?;
    let gives_up = |grant: &Grant| grant.role == Role::ProviderAdmin && !grants.contains(grant);
    if id == caller.person && seen.iter().any(gives_up) {
        checks.add(
            Problem::new(
                "not_allowed",
                "you cannot take provider_admin from yourself; another administrator must, so that one always remains",
            )
            .at("grants"),
        );
    }
    let mut after = Person { grants: kept.iter().chain(&grants).copied().collect(), ..before.clone() };
    after = checks.finish(Some(after))?;
    tx.update_grants(&after).await?;
    after.version += 1;
    let touched: Vec<Grant> = before.grants.iter().chain(&after.grants).copied().collect();
    announce(tx, &after, &touched).await?;
    let home = seen.first().or(grants.first()).map(|grant| grant.tenant).ok_or(RegisterError::NotFound { what: WHAT })?;
    tx.audit("person.changed", id, home, Some(shown(&before.email, &seen)), Some(shown(&after.email, &grants))).await?;
    Ok(after)
}

async fn may_give_all(tx: &mut Tx, caller: &Caller, grants: &[Grant]) -> Result<()> {
    for grant in grants {
        caller.may_give(tx, *grant).await.map_err(denied("partner or client to give a role on"))?;
    }
    Ok(())
}

async fn check_grants(tx: &mut Tx, checks: &mut Checks, grants: &[Grant]) -> Result<()> {
    checks.demand("grants", check_list(grants, limits::GRANTS_MAX));
    for (place, grant) in grants.iter().enumerate() {
        let Some(tenant) = tx.tenant(grant.tenant).await? else {
            return Err(RegisterError::NotFound { what: "partner or client to give a role on" });
        };
        if !grant_fits(grant.role, tenant.kind) {
            let home = grant.role.home().map_or("any tenant", |kind| kind.as_str());
            let detail = format!("the role {} belongs on a {home}, not on a {}", grant.role, tenant.kind);
            checks.add(Problem::new("not_allowed", detail).at(format!("grants[{place}].role")));
        }
    }
    Ok(())
}

/// One event per tenant that the person has something to do with: each is seen only there.
async fn announce(tx: &mut Tx, person: &Person, grants: &[Grant]) -> Result<()> {
    let mut tenants: Vec<TenantId> = grants.iter().map(|grant| grant.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    for tenant in tenants {
        tx.emit(EventKind::PersonChanged, person.id, tenant, person.version, json!({})).await?;
    }
    Ok(())
}
