//! Coming in: logging in, sessions, invitations.

pub(crate) mod reset;
pub(crate) mod second_factor;
pub(crate) mod tokens;

use crate::caller::{Caller, Via};
use crate::error::AccessError;
use crate::limiter::{self, BY_MAIL, BY_NETWORK, Try};
use crate::origin::{Origin, network_of};
use crate::password::{Hashing, checked_password};
use crate::token::{TOKEN_OPENS_WITH, hash_of_token, new_token};
use crate::vault::Vault;
use model::problem::checked_email;
use model::scope::Reason;
use model::{PersonId, Scope, Secret, SessionId, TenantId, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use store::{Invite, SessionRow, Store, Tx};

/// A session ends this long after its last use.
pub const SESSION_LENGTH: Duration = Duration::from_secs(12 * 3_600);
/// Using a session or a token is written down at most this often: reading must not write each time.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);
/// How long an invitation waits.
pub const INVITE_LENGTH: Duration = Duration::from_secs(72 * 3_600);
/// How long an answer is kept for a repeated request.
const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3_600);

pub(crate) const COMING_IN: Scope = Scope::installation(Reason("finding out who asks"));

pub struct Access {
    store: Store,
    hashing: Hashing,
    vault: Arc<Vault>,
}

/// What somebody says at the door.
#[derive(Debug, Clone)]
pub struct LogIn<'a> {
    pub email: &'a str,
    pub password: Secret,
    /// Of his device, or a recovery code.
    pub code: Option<Secret>,
}

/// A session just opened; the only time that the token is seen.
#[derive(Debug, Clone)]
pub struct Opened {
    pub token: Secret,
    pub caller: Caller,
}

impl Access {
    pub fn new(store: Store, vault: Arc<Vault>) -> Result<Self, AccessError> {
        Ok(Self { store, hashing: Hashing::new()?, vault })
    }

    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// Opens a session, or takes as long to say no.
    pub async fn log_in(&self, said: LogIn<'_>, from: &Origin) -> Result<Opened, AccessError> {
        let email = checked_email(said.email).map_err(|problem| AccessError::Bad(problem.at("email")))?;
        let tries = [Try::new(BY_MAIL, &email), Try::new(BY_NETWORK, from.network())];
        limiter::count(&self.store, &tries).await?;
        let found = self.store.read(&COMING_IN).await?.person_by_email(&email).await?;
        let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
        let fits = self.hashing.verify(said.password, hash).await?;
        let Some((person, _)) = found.filter(|_| fits) else { return Err(AccessError::WrongPassword) };
        let is_asked = self.store.read(&COMING_IN).await?.second_factor(person.id).await?.is_some_and(|factor| factor.since.is_some());
        if is_asked {
            let Some(code) = &said.code else {
                // Not a failure: the door asks for the second step only now.
                let mut tx = self.store.write(&COMING_IN).await?;
                limiter::forgive(&mut tx, &tries).await?;
                tx.commit().await?;
                return Err(AccessError::SecondFactorRequired);
            };
            self.prove(person.id, code).await?;
        }
        let mut tx = self.store.write(&COMING_IN).await?;
        limiter::forgive(&mut tx, &tries).await?;
        let opened = self.open_session(&mut tx, person.id, from).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// The password of somebody who is logged in already, asked for once more; counts like a login.
    pub(crate) async fn check_own_password(&self, caller: &Caller, password: Secret, from: &Origin) -> Result<(), AccessError> {
        let tries = [Try::new(BY_MAIL, &caller.email), Try::new(BY_NETWORK, from.network())];
        limiter::count(&self.store, &tries).await?;
        let found = self.store.read(&COMING_IN).await?.person_by_email(&caller.email).await?;
        if !self.hashing.verify(password, found.and_then(|(_, hash)| hash)).await? {
            return Err(AccessError::Bad(model::Problem::new("wrong", "is not your password").at("password")));
        }
        let mut tx = self.store.write(&COMING_IN).await?;
        limiter::forgive(&mut tx, &tries).await?;
        Ok(tx.commit().await?)
    }

    /// For what is not a password but can be guessed at as well: refuses a network that failed too often.
    pub async fn check_guessing<T>(&self, from: IpAddr, verdict: Option<T>) -> Result<Option<T>, AccessError> {
        let tries = self.count_guess(from).await?;
        if verdict.is_some() {
            let mut tx = self.store.write(&COMING_IN).await?;
            limiter::forgive(&mut tx, &tries).await?;
            tx.commit().await?;
        }
        Ok(verdict)
    }

    async fn count_guess(&self, from: IpAddr) -> Result<[Try; 1], AccessError> {
        let tries = [Try::new(BY_NETWORK, network_of(from))];
        limiter::count(&self.store, &tries).await?;
        Ok(tries)
    }

    /// A session for somebody who has proved who he is, in the caller's transaction.
    pub async fn open_session(&self, tx: &mut Tx, person: PersonId, from: &Origin) -> Result<Opened, AccessError> {
        let (token, csrf) = (new_token()?, new_token()?);
        let now = tx.now();
        let token_hash = hash_of_token(token.reveal());
        let row = SessionRow {
            id: SessionId::new(),
            person,
            csrf: csrf.reveal().to_owned(),
            created_at: now,
            seen_at: now,
            expires_at: now.plus(SESSION_LENGTH),
            address: from.address.to_string(),
            agent: from.agent.clone(),
        };
        tx.insert_session(&token_hash, &row).await?;
        let email = tx.email_of(person).await?.unwrap_or_default();
        let grants = tx.grants_of(person).await?;
        Ok(Opened { token, caller: Caller { person, email, grants, csrf: row.csrf, token_hash, via: Via::Session(row.id) } })
    }

    /// Who carries this token, of a session or of the API; `None` when it opens nothing (any more).
    pub async fn caller(&self, token: &str, from: IpAddr) -> Result<Option<Caller>, AccessError> {
        let token_hash = hash_of_token(token);
        if token.starts_with(TOKEN_OPENS_WITH) {
            return self.caller_with_token(&token_hash, Some(from)).await;
        }
        let found = self.look_up(&token_hash).await?;
        if let Some((_, session)) = &found
            && self.now().since(session.seen_at) >= REFRESH_INTERVAL
        {
            // A database that cannot be written to just now must not keep people from reading.
            if let Err(error) = self.prolong(&token_hash).await {
                tracing::warn!("A session could not be prolonged: {error}");
            }
        }
        Ok(found.map(|(caller, _)| caller))
    }

    async fn prolong(&self, token_hash: &[u8]) -> Result<(), AccessError> {
        let mut tx = self.store.write(&COMING_IN).await?;
        let now = tx.now();
        tx.touch_session(token_hash, now, now.plus(SESSION_LENGTH)).await?;
        Ok(tx.commit().await?)
    }

    /// The same person as he is now; `None` when his session or token has ended meanwhile. Does not prolong it.
    pub async fn again(&self, caller: &Caller) -> Result<Option<Caller>, AccessError> {
        match caller.via {
            Via::Session(_) => Ok(self.look_up(&caller.token_hash).await?.map(|(caller, _)| caller)),
            Via::Token { .. } => self.caller_with_token(&caller.token_hash, None).await,
        }
    }

    async fn look_up(&self, token_hash: &[u8]) -> Result<Option<(Caller, SessionRow)>, AccessError> {
        let mut tx = self.store.read(&COMING_IN).await?;
        let Some(session) = tx.session(token_hash).await? else { return Ok(None) };
        let Some(email) = tx.email_of(session.person).await? else { return Ok(None) };
        let grants = tx.grants_of(session.person).await?;
        let (csrf, token_hash, via) = (session.csrf.clone(), token_hash.to_vec(), Via::Session(session.id));
        Ok(Some((Caller { person: session.person, email, grants, csrf, token_hash, via }, session)))
    }

    pub async fn log_out(&self, caller: &Caller) -> Result<(), AccessError> {
        let mut tx = self.store.write(&COMING_IN).await?;
        tx.delete_session(&caller.token_hash).await?;
        Ok(tx.commit().await?)
    }

    /// A token that lets the person set a password once, in the caller's transaction.
    pub async fn invite(&self, tx: &mut Tx, person: PersonId) -> Result<Secret, AccessError> {
        let token = new_token()?;
        let expires_at = tx.now().plus(INVITE_LENGTH);
        // The newest link is the only one.
        tx.void_invites(person).await?;
        tx.insert_invite(&hash_of_token(token.reveal()), &Invite { person, expires_at }).await?;
        Ok(token)
    }

    /// Sets the password and opens the first session.
    pub async fn accept_invitation(&self, token: &Secret, password: Secret, from: &Origin) -> Result<Opened, AccessError> {
        checked_password(&password).map_err(|problem| AccessError::Bad(problem.at("password")))?;
        let tries = self.count_guess(from.address).await?;
        let hash = self.hash(password).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        let person = tx.use_invite(&hash_of_token(token.reveal())).await?.ok_or(AccessError::BadInvitation)?;
        limiter::forgive(&mut tx, &tries).await?;
        tx.set_password_hash(person, &hash).await?;
        let home = home_of(&mut tx, person).await?.ok_or(AccessError::BadInvitation)?;
        tx.audit("person.accepted_invitation", person, home, None, None).await?;
        let opened = self.open_session(&mut tx, person, from).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// A hash to be stored; the password must have been checked with [`checked_password`].
    pub async fn hash(&self, password: Secret) -> Result<String, AccessError> {
        self.hashing.hash(password).await
    }

    /// Forgets what has expired. To be called now and then by a job.
    pub async fn tidy(&self) -> Result<(), AccessError> {
        let mut tx = self.store.write(&COMING_IN).await?;
        tx.delete_expired_sessions().await?;
        let now = tx.now();
        tx.purge_answers(now.minus(ANSWERS_KEPT)).await?;
        tx.purge_failures(now.minus(limiter::FAILURES_KEPT)).await?;
        tx.purge_password_resets(now).await?;
        Ok(tx.commit().await?)
    }
}

/// Under which tenant a deed of this person about himself is written down: his first grant, else the provider.
pub(crate) async fn home_of(tx: &mut Tx, person: PersonId) -> Result<Option<TenantId>, AccessError> {
    if let Some(grant) = tx.grants_of(person).await?.first() {
        return Ok(Some(grant.tenant));
    }
    Ok(tx.provider().await?.map(|tenant| tenant.id))
}
