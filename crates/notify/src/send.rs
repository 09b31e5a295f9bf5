//! Sending what is queued: claim, send, and the proof in one commit after the other side said yes.

use crate::NotifyError;
use crate::channel::SendError;
use crate::channel::email::{Mail, Mailer};
use crate::channel::webhook::{Post, SigningKey, Webhook};
use crate::flow::scope;
use futures::future::join_all;
use model::event::EventKind;
use model::notice::{Channel, HoldReason, Notice, NoticeKind, NoticeState};
use model::{ContactId, Secret, Timestamp};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::{NoticeListed, Store, Tx};
use work::{Job, backoff};

/// Longer than the longest time a channel may take.
const LEASE: Duration = Duration::from_secs(300);
/// Notices under way at once.
const BATCH_MAX: usize = 16;
const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_LONGEST: Duration = Duration::from_secs(300);
/// A notice that nobody could be given for two days is reported as failed: it would only confuse.
const GIVE_UP_AFTER: Duration = Duration::from_secs(48 * 3600);

/// Opens a webhook secret that was sealed with the master key.
pub type SecretOpener = Arc<dyn Fn(ContactId, &[u8]) -> Result<Secret, String> + Send + Sync>;

/// The ways out.
pub struct Sender {
    /// `None`: no mail server is configured; mails wait and say so.
    pub mailer: Option<Mailer>,
    /// Address of mails when no tenant above the client sets one.
    pub default_from: String,
    pub webhook: Webhook,
    pub open_secret: SecretOpener,
}

/// Sends what is queued.
pub struct SendQueued {
    pub store: Store,
    pub sender: Sender,
}

impl Job for SendQueued {
    const NAME: &'static str = "notify.send";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = true;
    type Error = NotifyError;

    async fn run(&self) -> Result<(), NotifyError> {
        // Each way on its own: a hundred dead webhooks hold up no mail.
        let (mails, posts) = tokio::join!(self.send_all(Channel::Email), self.send_all(Channel::Webhook));
        mails.and(posts)
    }
}

impl SendQueued {
    async fn send_all(&self, channel: Channel) -> Result<(), NotifyError> {
        while self.store.read(&scope()).await?.has_due_notices(channel).await? {
            let mut tx = self.store.write(&scope()).await?;
            let claimed = tx.claim_notices(channel, LEASE, BATCH_MAX).await?;
            // What waits behind an earlier word of its thread is due but not to be had.
            let is_done = claimed.is_empty();
            let batch = hold_back(&mut tx, claimed).await?;
            tx.commit().await?;
            for outcome in join_all(batch.iter().map(|listed| self.send_one(listed))).await {
                outcome?;
            }
            if is_done {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Whether a last word would be the first one heard at this address: what came before it failed or was withdrawn.
async fn is_last_word_to_nobody(tx: &mut Tx, listed: &NoticeListed) -> Result<bool, NotifyError> {
    if listed.notice.kind != NoticeKind::Restored {
        return Ok(false);
    }
    let before = tx.notices_of_thread(listed.notice.topic, listed.notice.client).await?;
    Ok(!before
        .iter()
        .any(|other| other.step < listed.step && other.notice.state == NoticeState::Sent && other.notice.address == listed.notice.address))
}

/// Shadow that was switched on while a notice waited makes a draft of it, a last word that nobody waits for is withdrawn. The others are to be sent.
async fn hold_back(tx: &mut Tx, claimed: Vec<NoticeListed>) -> Result<Vec<NoticeListed>, NotifyError> {
    let is_all_shadow = tx.settings().await?.shadow;
    let mut to_send = Vec::new();
    for mut listed in claimed {
        if is_last_word_to_nobody(tx, &listed).await? {
            let notice = &mut listed.notice;
            (notice.state, notice.last_error) = (NoticeState::Withdrawn, Some("nobody had heard of the fault at this address".into()));
            tx.update_notice(notice).await?;
            tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": notice.state })).await?;
            continue;
        }
        if !is_all_shadow && !tx.inherited(listed.notice.client).await?.is_shadow {
            to_send.push(listed);
            continue;
        }
        let mut notice = listed.notice;
        (notice.state, notice.hold_reason) = (NoticeState::Draft, Some(HoldReason::Shadow));
        tx.update_notice(&notice).await?;
        tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": notice.state })).await?;
    }
    Ok(to_send)
}

/// What came of one attempt.
enum Outcome {
    Taken(String),
    Again(String),
    Never(String),
}

impl SendQueued {
    async fn send_one(&self, listed: &NoticeListed) -> Result<(), NotifyError> {
        let outcome = match listed.notice.channel {
            Channel::Email => self.mail(listed).await,
            Channel::Webhook => self.post(listed).await?,
        };
        let mut tx = self.store.write(&scope()).await?;
        let now = tx.now();
        let mut notice = listed.notice.clone();
        notice.attempts += 1;
        settle(&mut notice, outcome, now);
        tx.update_notice(&notice).await?;
        tx.emit(
            EventKind::NoticeChanged,
            notice.id,
            notice.client,
            notice.version + 1,
            json!({ "state": notice.state, "sent_at": notice.sent_at }),
        )
        .await?;
        tx.commit().await?;
        match notice.state {
            NoticeState::Sent => {
                tracing::info!(notice = %notice.id, topic = %notice.topic, channel = %notice.channel, kind = %notice.kind, "Told a client: notice {} is sent", notice.id)
            }
            _ => {
                tracing::warn!(notice = %notice.id, attempts = notice.attempts, state = %notice.state, error = notice.last_error.as_deref().unwrap_or(""), "Notice {} was not taken", notice.id)
            }
        }
        Ok(())
    }

    async fn mail(&self, listed: &NoticeListed) -> Outcome {
        let Some(mailer) = &self.sender.mailer else {
            return Outcome::Again("no mail server is configured: set smtp.url in the configuration file or POLYOT_SMTP_URL".into());
        };
        let notice = &listed.notice;
        let thread = match self.first_message_id(notice).await {
            Ok(thread) => thread,
            Err(error) => return Outcome::Again(error.to_string()),
        };
        let sent = mailer
            .send(&Mail {
                from_name: &notice.brand,
                from_address: notice.sender.as_deref().unwrap_or(&self.sender.default_from),
                to_name: listed.contact_name.as_deref(),
                to: &notice.address,
                subject: &notice.subject,
                text: &notice.body,
                html: Some(&listed.html),
                date: notice.created_at,
                message_id: &notice.message_id,
                thread: thread.as_deref(),
            })
            .await;
        match sent {
            Ok(delivered) => Outcome::Taken(delivered.proof),
            Err(error) => again_or_never(&error),
        }
    }

    /// The first message of the thread to this address, so that mails hang together.
    async fn first_message_id(&self, notice: &Notice) -> Result<Option<String>, NotifyError> {
        let mut tx = self.store.read(&scope()).await?;
        let written = tx.notices_of_thread(notice.topic, notice.client).await?;
        let first = written
            .into_iter()
            .map(|listed| listed.notice)
            .find(|other| other.address == notice.address && other.channel == notice.channel);
        Ok(first.filter(|first| first.id != notice.id).map(|first| first.message_id))
    }

    async fn post(&self, listed: &NoticeListed) -> Result<Outcome, NotifyError> {
        let notice = &listed.notice;
        let sealed = match notice.contact {
            Some(contact) => self.store.read(&scope()).await?.webhook_secret(contact).await?.map(|sealed| (contact, sealed)),
            None => None,
        };
        let Some((contact, sealed)) = sealed else {
            return Ok(Outcome::Never("this contact has no webhook secret any more: set the webhook anew".into()));
        };
        let key = match (self.sender.open_secret)(contact, &sealed)
            .and_then(|secret| SigningKey::from_secret(&secret).map_err(|problem| problem.to_string()))
        {
            Ok(key) => key,
            Err(error) => return Ok(Outcome::Again(error)),
        };
        let body = json!({
            "type": format!("notice.{}", notice.kind),
            "timestamp": notice.created_at,
            "data": {
                "id": notice.id, "incident": notice.topic.incident(), "maintenance": notice.topic.maintenance(), "client": { "id": notice.client, "name": listed.client_name }, "kind": notice.kind,
                "language": notice.language, "subject": notice.subject, "text": notice.body, "brand": notice.brand,
            },
        })
        .to_string();
        let at = self.store.clock().now();
        let post = Post { url: &notice.address, id: &notice.message_id, at, body: body.as_bytes(), key: &key };
        Ok(match self.sender.webhook.post(&post).await {
            Ok(delivered) => Outcome::Taken(delivered.proof),
            Err(error) => again_or_never(&error),
        })
    }
}

fn again_or_never(error: &SendError) -> Outcome {
    if error.needs_operator() {
        tracing::error!(server = %error.server, step = error.step, %error, "No notice gets through by this way until somebody of ours acts: {error}");
    }
    if error.worth_retrying() { Outcome::Again(error.to_string()) } else { Outcome::Never(error.to_string()) }
}

fn settle(notice: &mut Notice, outcome: Outcome, now: Timestamp) {
    match outcome {
        Outcome::Taken(proof) => {
            notice.state = NoticeState::Sent;
            (notice.sent_at, notice.proof, notice.last_error, notice.next_attempt_at) = (Some(now), Some(proof), None, None);
        }
        Outcome::Again(error) if now.since(notice.created_at) < GIVE_UP_AFTER => {
            notice.last_error = Some(error);
            notice.next_attempt_at = Some(now.plus(backoff(notice.attempts, RETRY_FIRST, RETRY_LONGEST)));
        }
        Outcome::Again(error) | Outcome::Never(error) => {
            notice.state = NoticeState::Failed;
            (notice.last_error, notice.next_attempt_at) = (Some(error), None);
        }
    }
}
