//! Mails to people who work with the product: a link for a new password. The row says only who asked; the link is made when the mail goes,
//! so no secret waits in the database, and an address that nobody has costs the one who asks the same time.

use crate::NotifyError;
use crate::channel::email::{Mail, Mailer};
use crate::flow::scope;
use access::{RESET_LENGTH, hash_of_token, new_token};
use model::person::Person;
use model::tenant::Language;
use model::{Secret, TenantId, Timestamp};
use std::time::Duration;
use store::{MailKind, MailOut, Store, StoreError, Tx};
use texts::{Texts, time, zone_or_utc};
use work::{Job, backoff};

/// Longer than the longest time that sending may take.
const LEASE: Duration = Duration::from_secs(300);
const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_LONGEST: Duration = Duration::from_secs(120);
/// Nobody waits for a link for longer than it would work.
const GIVE_UP_AFTER: Duration = RESET_LENGTH;

pub struct SendPeopleMail {
    pub store: Store,
    /// `None`: no mail server is configured; mails wait and say so.
    pub mailer: Option<Mailer>,
    /// Address of mails when no tenant above the person sets one.
    pub default_from: String,
    /// Where people reach the pages.
    pub public_url: String,
}

impl Job for SendPeopleMail {
    const NAME: &'static str = "notify.people";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = false;
    type Error = NotifyError;

    async fn run(&self) -> Result<(), NotifyError> {
        while self.store.read(&scope()).await?.has_due_mail().await? {
            let mut tx = self.store.write(&scope()).await?;
            let claimed = tx.claim_mail(LEASE).await?;
            tx.commit().await?;
            let Some(mail) = claimed else { return Ok(()) };
            self.send_one(&mail).await?;
        }
        Ok(())
    }
}

/// Everything that one mail says, and to whom it is of use.
struct Letter {
    home: TenantId,
    person: Person,
    from_name: String,
    from_address: Option<String>,
    subject: String,
    text: String,
}

impl SendPeopleMail {
    async fn send_one(&self, mail: &MailOut) -> Result<(), NotifyError> {
        let is_late = self.store.clock().now().since(mail.created_at) >= GIVE_UP_AFTER;
        let letter = if is_late { None } else { self.write(mail).await? };
        let Some(letter) = letter else {
            if is_late {
                tracing::warn!(
                    attempts = mail.attempts,
                    "A mail with a link for a new password was given up: it could not be sent in time"
                );
            }
            return Ok(self.forget(mail).await?);
        };
        let Some(mailer) = &self.mailer else {
            tracing::warn!("A link for a new password waits: no mail server is configured, set smtp.url or POLYOT_SMTP_URL");
            return Ok(self.postpone(mail, "no mail server is configured").await?);
        };
        let from = letter.from_address.as_deref().unwrap_or(&self.default_from);
        let message_id = message_id(mail, from);
        let sent = mailer
            .send(&Mail {
                from_name: &letter.from_name,
                from_address: from,
                to_name: None,
                to: &letter.person.email,
                subject: &letter.subject,
                text: &letter.text,
                html: None,
                date: mail.created_at,
                message_id: &message_id,
                thread: None,
            })
            .await;
        match sent {
            Ok(_) => {
                let mut tx = self.store.write(&scope()).await?;
                tx.delete_mail(mail.id).await?;
                tx.audit("person.reset_mailed", letter.person.id, letter.home, None, None).await?;
                tx.commit().await?;
                tracing::info!(person = %letter.person.id, "Mailed a link for a new password to {}", letter.person.id);
                Ok(())
            }
            Err(error) if error.worth_retrying() => {
                tracing::warn!(server = %error.server, step = error.step, %error, "A link for a new password was not taken; it is tried again");
                Ok(self.postpone(mail, &error.to_string()).await?)
            }
            Err(error) => {
                tracing::warn!(person = %letter.person.id, %error, "A link for a new password was refused");
                Ok(self.forget(mail).await?)
            }
        }
    }

    /// `None`: nobody has this address.
    async fn write(&self, mail: &MailOut) -> Result<Option<Letter>, NotifyError> {
        let MailKind::PasswordReset = mail.kind;
        let mut tx = self.store.write(&scope()).await?;
        let Some((person, _)) = tx.person_by_email(&mail.address).await? else { return Ok(None) };
        let Some(home) = home_of(&mut tx, &person).await? else { return Ok(None) };
        let served = tx.inherited(home).await?;
        let token = new_token().map_err(|error| StoreError::Damaged { what: error.to_string() })?;
        let until = tx.now().plus(RESET_LENGTH);
        tx.insert_password_reset(&hash_of_token(token.reveal()), person.id, until).await?;
        tx.commit().await?;
        let link = Secret::new(format!("{}/reset?token={}", self.public_url.trim_end_matches('/'), token.reveal()));
        let text = text(served.language, &served.brand_name, &served.tz, until, &link);
        let subject = Texts::say(served.language, "people.reset.subject", &[("brand", served.brand_name.as_str().into())]);
        Ok(Some(Letter { home, person, from_name: served.brand_name, from_address: served.sender, subject, text }))
    }

    async fn forget(&self, mail: &MailOut) -> Result<(), StoreError> {
        let mut tx = self.store.write(&scope()).await?;
        tx.delete_mail(mail.id).await?;
        tx.commit().await
    }

    async fn postpone(&self, mail: &MailOut, error: &str) -> Result<(), StoreError> {
        let mut tx = self.store.write(&scope()).await?;
        let due_at = tx.now().plus(backoff(mail.attempts, RETRY_FIRST, RETRY_LONGEST));
        tx.postpone_mail(mail.id, due_at, error).await?;
        tx.commit().await
    }
}

async fn home_of(tx: &mut Tx, person: &Person) -> Result<Option<TenantId>, StoreError> {
    match person.grants.first() {
        Some(grant) => Ok(Some(grant.tenant)),
        None => Ok(tx.provider().await?.map(|tenant| tenant.id)),
    }
}

fn text(language: Language, brand: &str, tz: &str, until: Timestamp, link: &Secret) -> String {
    let until = time(language, until, &zone_or_utc(Some(tz)));
    let say =
        |key: &str| Texts::say(language, &format!("people.reset.{key}"), &[("brand", brand.into()), ("until", until.as_str().into())]);
    format!("{}\n\n{}\n\n{}\n\n{}\n\n{}\n", say("greeting"), say("lead"), say("action"), link.reveal(), say("ignore"))
}

/// The same at every repetition.
fn message_id(mail: &MailOut, from: &str) -> String {
    let id: String = mail.id.iter().map(|byte| format!("{byte:02x}")).collect();
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let is_plain = !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    format!("reset.{id}@{}", if is_plain { domain } else { "localhost" })
}
