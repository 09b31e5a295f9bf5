//! Coming in: logging in, sessions, invitations.

use crate::caller::Caller;
use crate::error::AccessError;
use crate::limiter::Limiter;
use crate::password::{Hashing, checked_password};
use crate::token::{hash_of_token, new_token};
use model::problem::checked_email;
use model::scope::Reason;
use model::{PersonId, Scope, Secret, Timestamp};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Invite, SessionRow, Store, Tx};

/// A session ends this long after its last use.
pub const SESSION_LENGTH: Duration = Duration::from_secs(12 * 3_600);
/// Using a session moves its end at most this often: reading must not write each time.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);
/// How long an invitation waits.
pub const INVITE_LENGTH: Duration = Duration::from_secs(72 * 3_600);
/// How long an answer is kept for a repeated request.
const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3_600);

const COMING_IN: Scope = Scope::installation(Reason("finding out who asks"));

pub struct Access {
    store: Store,
    hashing: Hashing,
    limiter: Mutex<Limiter>,
}

/// A session just opened; the only time that the token is seen.
#[derive(Debug, Clone)]
pub struct Opened {
    pub token: Secret,
    pub caller: Caller,
}

impl Access {
    pub fn new(store: Store) -> Result<Self, AccessError> {
        Ok(Self { store, hashing: Hashing::new()?, limiter: Mutex::new(Limiter::default()) })
    }

    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    fn count_attempt(&self, source: &str) -> Result<(), AccessError> {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        limiter.attempt(source, self.now()).map_err(|wait| AccessError::TooManyFailures { wait })
    }

    fn count_success(&self, source: &str) {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner).succeeded(source);
    }

    /// Opens a session, or takes as long to say no.
    pub async fn log_in(&self, email: &str, password: Secret, from: IpAddr) -> Result<Opened, AccessError> {
        let email = checked_email(email).map_err(|problem| AccessError::Bad(problem.at("email")))?;
        let (by_email, by_address) = (format!("mail {email}"), format!("addr {from}"));
        self.count_attempt(&by_address)?;
        self.count_attempt(&by_email)?;
        let found = self.store.read(&COMING_IN).await?.person_by_email(&email).await?;
        let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
        let fits = self.hashing.verify(password, hash).await?;
        let Some((person, _)) = found.filter(|_| fits) else { return Err(AccessError::WrongPassword) };
        self.count_success(&by_address);
        self.count_success(&by_email);
        let mut tx = self.store.write(&COMING_IN).await?;
        let opened = self.open_session(&mut tx, person.id).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// For what is not a password but can be guessed at as well: refuses an address that failed too often.
    pub fn check_guessing<T>(&self, from: IpAddr, verdict: Option<T>) -> Result<Option<T>, AccessError> {
        let source = format!("addr {from}");
        self.count_attempt(&source)?;
        if verdict.is_some() {
            self.count_success(&source);
        }
        Ok(verdict)
    }

    /// A session for somebody who has proved who he is, in the caller's transaction.
    pub async fn open_session(&self, tx: &mut Tx, person: PersonId) -> Result<Opened, AccessError> {
        let (token, csrf) = (new_token()?, new_token()?);
        let now = tx.now();
        let token_hash = hash_of_token(token.reveal());
        let row = SessionRow { person, csrf: csrf.reveal().to_owned(), seen_at: now, expires_at: now.plus(SESSION_LENGTH) };
        tx.insert_session(&token_hash, &row).await?;
        let email = tx.email_of(person).await?.unwrap_or_default();
        let grants = tx.grants_of(person).await?;
        Ok(Opened { token, caller: Caller { person, email, grants, csrf: row.csrf, token_hash } })
    }

    /// Who carries this token; `None` when it opens nothing (any more).
    pub async fn caller(&self, token: &str) -> Result<Option<Caller>, AccessError> {
        let token_hash = hash_of_token(token);
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

    /// The same person as he is now; `None` when his session has ended meanwhile. Does not prolong it.
    pub async fn again(&self, caller: &Caller) -> Result<Option<Caller>, AccessError> {
        Ok(self.look_up(&caller.token_hash).await?.map(|(caller, _)| caller))
    }

    async fn look_up(&self, token_hash: &[u8]) -> Result<Option<(Caller, SessionRow)>, AccessError> {
        let mut tx = self.store.read(&COMING_IN).await?;
        let Some(session) = tx.session(token_hash).await? else { return Ok(None) };
        let Some(email) = tx.email_of(session.person).await? else { return Ok(None) };
        let grants = tx.grants_of(session.person).await?;
        let caller = Caller { person: session.person, email, grants, csrf: session.csrf.clone(), token_hash: token_hash.to_vec() };
        Ok(Some((caller, session)))
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
        tx.insert_invite(&hash_of_token(token.reveal()), &Invite { person, expires_at }).await?;
        Ok(token)
    }

    /// Sets the password and opens the first session.
    pub async fn accept_invitation(&self, token: &Secret, password: Secret, from: IpAddr) -> Result<Opened, AccessError> {
        checked_password(&password).map_err(|problem| AccessError::Bad(problem.at("password")))?;
        let hash = self.hash(password).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        let found = tx.use_invite(&hash_of_token(token.reveal())).await?;
        let person = self.check_guessing(from, found)?.ok_or(AccessError::BadInvitation)?;
        tx.set_password_hash(person, &hash).await?;
        let home = self.home_of(&mut tx, person).await?;
        tx.audit("person.accepted_invitation", person, home, None, None).await?;
        let opened = self.open_session(&mut tx, person).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// Under which tenant a deed of this person about himself is written down: his first grant, else the provider.
    async fn home_of(&self, tx: &mut Tx, person: PersonId) -> Result<model::TenantId, AccessError> {
        if let Some(grant) = tx.grants_of(person).await?.first() {
            return Ok(grant.tenant);
        }
        let provider = tx.provider().await?;
        provider.map(|tenant| tenant.id).ok_or(AccessError::BadInvitation)
    }

    /// A hash to be stored; the password must have been checked with [`checked_password`].
    pub async fn hash(&self, password: Secret) -> Result<String, AccessError> {
        self.hashing.hash(password).await
    }

    /// Forgets what has expired. To be called now and then by a job.
    pub async fn tidy(&self) -> Result<(), AccessError> {
        let mut tx = self.store.write(&COMING_IN).await?;
        tx.delete_expired_sessions().await?;
        let before = tx.now().minus(ANSWERS_KEPT);
        tx.purge_answers(before).await?;
        Ok(tx.commit().await?)
    }
}
