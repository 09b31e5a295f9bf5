//! Helping somebody who cannot come in any more. Whoever hands over a way in takes over the account if he wants to, so he must hold the
//! right to give every role of the person, also those that he does not see.

use crate::Result;
use crate::error::RegisterError;
use access::{Access, Action, Caller, Denied, HANDED_RESET_LENGTH};
use model::person::{Person, Role};
use model::{PersonId, Secret};
use store::Tx;

const WHAT: &str = "person";

/// What kind of link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The first password: he never came in.
    Invitation,
    Reset,
}

/// A token for a link that works once.
pub async fn recover_person(tx: &mut Tx, caller: &Caller, access: &Access, id: PersonId) -> Result<(Recovery, Secret)> {
    let person = seen(tx, caller, id).await?;
    if id == caller.person {
        return Err(RegisterError::Conflict { reason: "ask for a link to your own mail instead: POST /password-resets".into() });
    }
    let all = tx.grants_of(id).await?;
    for grant in &all {
        match caller.may_give(tx, *grant).await {
            Ok(()) => {}
            Err(Denied::Store(error)) => return Err(error.into()),
            Err(_) => return Err(RegisterError::Forbidden { action: Action::WritePeople }),
        }
    }
    let home = person.grants.first().or(all.first()).map(|grant| grant.tenant).ok_or(RegisterError::NotFound { what: WHAT })?;
    if person.is_active {
        let token = access.reset_token(tx, id, HANDED_RESET_LENGTH).await?;
        tx.audit("person.reset_handed_over", id, home, None, None).await?;
        return Ok((Recovery::Reset, token));
    }
    let token = access.invite(tx, id).await?;
    tx.audit("person.invited_again", id, home, None, None).await?;
    Ok((Recovery::Invitation, token))
}

/// Only a provider_admin, and not from himself: a stolen session must not be enough.
pub async fn may_remove_second_factor(tx: &mut Tx, caller: &Caller, id: PersonId) -> Result<()> {
    seen(tx, caller, id).await?;
    if !caller.grants.iter().any(|grant| grant.role == Role::ProviderAdmin) {
        return Err(RegisterError::Forbidden { action: Action::OperateSystem });
    }
    if id == caller.person {
        return Err(RegisterError::Conflict { reason: "turn your own second factor off with your password and a code".into() });
    }
    Ok(())
}

async fn seen(tx: &mut Tx, caller: &Caller, id: PersonId) -> Result<Person> {
    let person = tx.person(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?;
    if !caller.may_somewhere(Action::WritePeople) {
        return Err(RegisterError::Forbidden { action: Action::WritePeople });
    }
    Ok(person)
}
