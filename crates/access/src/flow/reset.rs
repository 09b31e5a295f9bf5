//! A way back in for somebody who forgot his password: a link by mail, or one that an administrator hands over.

use super::{Access, COMING_IN, home_of};
use crate::error::AccessError;
use crate::limiter::{self, RESETS_BY_MAIL, RESETS_BY_NETWORK, Try};
use crate::origin::Origin;
use crate::password::checked_password;
use crate::token::{hash_of_token, new_token};
use model::problem::checked_email;
use model::{PersonId, Secret};
use std::time::Duration;
use store::{MailKind, Tx};

/// How long a link that came by mail works.
pub const RESET_LENGTH: Duration = Duration::from_secs(3_600);
/// How long a link that an administrator hands over works.
pub const HANDED_RESET_LENGTH: Duration = Duration::from_secs(24 * 3_600);
/// Mails that wait while the mail server is away; more are refused.
pub const RESETS_WAITING_MAX: i64 = 1_000;

impl Access {
    /// Notes that somebody asked for a link. Whether the address is known is found out when the mail is written, so the answer and its
    /// time tell nothing.
    pub async fn ask_for_reset(&self, email: &str, from: &Origin) -> Result<(), AccessError> {
        let email = checked_email(email).map_err(|problem| AccessError::Bad(problem.at("email")))?;
        // Never forgiven: each one is a mail.
        limiter::count(&self.store, &[Try::new(RESETS_BY_MAIL, &email), Try::new(RESETS_BY_NETWORK, from.network())]).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        if tx.mails_waiting().await? >= RESETS_WAITING_MAX {
            return Err(AccessError::Busy);
        }
        let mut id = [0_u8; 16];
        getrandom::fill(&mut id).map_err(AccessError::Random)?;
        tx.insert_mail(id, MailKind::PasswordReset, &email).await?;
        Ok(tx.commit().await?)
    }

    /// A token for a link that works once, in the caller's transaction.
    pub async fn reset_token(&self, tx: &mut Tx, person: PersonId, length: Duration) -> Result<Secret, AccessError> {
        let token = new_token()?;
        let expires_at = tx.now().plus(length);
        tx.insert_password_reset(&hash_of_token(token.reveal()), person, expires_at).await?;
        Ok(token)
    }

    /// Sets the new password and ends every session of the person. The second factor stays as it is.
    pub async fn accept_reset(&self, token: &Secret, password: Secret, from: &Origin) -> Result<(), AccessError> {
        checked_password(&password).map_err(|problem| AccessError::Bad(problem.at("password")))?;
        let tries = self.count_guess(from.address).await?;
        let hash = self.hash(password).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        let person = tx.use_password_reset(&hash_of_token(token.reveal())).await?.ok_or(AccessError::BadReset)?;
        tx.void_invites(person).await?;
        limiter::forgive(&mut tx, &tries).await?;
        tx.set_password_hash(person, &hash).await?;
        tx.delete_sessions_of(person, None).await?;
        let home = home_of(&mut tx, person).await?.ok_or(AccessError::BadReset)?;
        tx.audit("person.reset_password", person, home, None, None).await?;
        Ok(tx.commit().await?)
    }
}
