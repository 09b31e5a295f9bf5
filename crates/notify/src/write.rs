//! Writing one notice: words, brand, language, and the row in the queue.

use crate::NotifyError;
use crate::channel::email;
use crate::rules::{self, Hit};
use model::contact::Contact;
use model::event::EventKind;
use model::notice::{Channel, HoldReason, Notice, NoticeKind, NoticeState, Topic};
use model::tenant::Language;
use model::{NoticeId, TenantId, Timestamp};
use serde_json::json;
use store::{Inherited, NoticeListed, Tx};
use texts::maintenance::MaintenanceText;
use texts::notice::reference;
use texts::{NoticeText, ServiceLine, ServiceState, zone_or_utc};

/// Name of the value that holds the address mails come from when no tenant above the client sets one (`smtp.from`).
pub const DEFAULT_SENDER: &str = "smtp.from";

/// What is to be said in one thread, to whom it concerns.
pub(crate) struct Draft<'a> {
    pub topic: Topic,
    pub client: TenantId,
    pub client_name: &'a str,
    pub kind: NoticeKind,
    pub hits: &'a [Hit],
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    pub correction: Option<&'a str>,
    pub step: i64,
    pub hold: Option<HoldReason>,
    pub release_at: Option<Timestamp>,
}

/// Where one message goes.
pub(crate) struct Recipient<'a> {
    pub contact: Option<&'a Contact>,
    pub channel: Channel,
    pub address: &'a str,
    pub language: Language,
}

/// Every way to reach a contact.
pub(crate) fn recipients(contact: &Contact) -> Vec<Recipient<'_>> {
    let way = |channel, address| Recipient { contact: Some(contact), channel, address, language: contact.language };
    let mut ways = Vec::new();
    ways.extend(contact.email.as_deref().map(|address| way(Channel::Email, address)));
    ways.extend(contact.webhook.as_deref().map(|address| way(Channel::Webhook, address)));
    ways
}

/// Puts one message into the queue (or beside it, when it is held). A repetition of the same step writes nothing.
pub(crate) async fn write(tx: &mut Tx, draft: &Draft<'_>, to: &Recipient<'_>, brand: &Inherited) -> Result<(), NotifyError> {
    let state = if draft.kind == NoticeKind::Restored { ServiceState::Working } else { ServiceState::Down };
    let reference = reference(draft.topic);
    let work = MaintenanceText {
        kind: draft.kind,
        language: to.language,
        brand: &brand.brand_name,
        client: draft.client_name,
        contact: to.contact.map(|contact| contact.name.as_str()),
        services: draft.hits.iter().map(|hit| hit.name.as_str()).collect(),
        starts_at: draft.since,
        ends_at: draft.until.unwrap_or(draft.since),
        reference: &reference,
        zone: zone_or_utc(Some(&brand.tz)),
        correction_text: draft.correction,
    };
    let text = NoticeText {
        kind: draft.kind,
        language: to.language,
        brand: &brand.brand_name,
        client: draft.client_name,
        contact: to.contact.map(|contact| contact.name.as_str()),
        services: draft.hits.iter().map(|hit| ServiceLine { name: &hit.name, state }).collect(),
        since: draft.since,
        until: draft.until,
        next_by: None,
        incident_ref: &reference,
        zone: zone_or_utc(Some(&brand.tz)),
        correction_text: draft.correction,
    };
    let rendered = if draft.topic.maintenance().is_some() { work.render() } else { text.render() };
    let id = NoticeId::new();
    let now = tx.now();
    let sender = match &brand.sender {
        Some(sender) => Some(sender.clone()),
        None => tx.value(DEFAULT_SENDER).await?,
    };
    let notice = Notice {
        id,
        topic: draft.topic,
        client: draft.client,
        contact: to.contact.map(|contact| contact.id),
        channel: to.channel,
        address: to.address.to_owned(),
        language: to.language,
        kind: draft.kind,
        state: rules::state_of(draft.hold),
        hold_reason: draft.hold,
        release_at: draft.release_at,
        brand: brand.brand_name.clone(),
        message_id: email::message_id(id, sender.as_deref().unwrap_or_default()),
        sender,
        subject: rendered.subject,
        body: rendered.text,
        attempts: 0,
        next_attempt_at: None,
        last_error: None,
        created_at: now,
        sent_at: None,
        proof: None,
        version: 1,
    };
    put(tx, notice, draft, rendered.html).await
}

/// Nobody to tell: a failed notice that line 1 sees, instead of silence.
pub(crate) async fn write_unaddressed(tx: &mut Tx, draft: &Draft<'_>, brand: &Inherited) -> Result<(), NotifyError> {
    let nobody = Recipient { contact: None, channel: Channel::Email, address: "", language: brand.language };
    let before = tx.now();
    write(tx, draft, &nobody, brand).await?;
    let written = tx.notices_of_thread(draft.topic, draft.client).await?;
    if let Some(mut row) =
        written.into_iter().map(|listed| listed.notice).find(|notice| notice.address.is_empty() && notice.created_at == before)
    {
        row.state = NoticeState::Failed;
        row.last_error = Some("this client has no contact: nobody could be told".into());
        tx.update_notice(&row).await?;
    }
    Ok(())
}

async fn put(tx: &mut Tx, notice: Notice, draft: &Draft<'_>, html: String) -> Result<(), NotifyError> {
    let fields = json!({ "state": notice.state, "kind": notice.kind, "incident": notice.topic.incident(), "maintenance": notice.topic.maintenance() });
    let (id, client) = (notice.id, notice.client);
    let row = NoticeListed { notice, client_name: draft.client_name.to_owned(), contact_name: None, html, step: draft.step };
    if tx.insert_notice(&row).await? {
        tx.emit(EventKind::NoticeChanged, id, client, 1, fields).await?;
    }
    Ok(())
}
