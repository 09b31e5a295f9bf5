//! What people do with notices: let go, withdraw, put right.

use crate::NotifyError;
use crate::write::{self, Draft, Recipient};
use model::event::EventKind;
use model::notice::{HoldReason, Notice, NoticeKind, NoticeState};
use model::{NoticeId, Problem, limits};
use serde_json::json;
use store::{NoticeFilter, Page, Tx};

async fn change(tx: &mut Tx, mut notice: Notice, state: NoticeState, action: &str) -> Result<(), NotifyError> {
    let before = json!({ "state": notice.state });
    notice.state = state;
    notice.release_at = None;
    tx.update_notice(&notice).await?;
    tx.audit(action, notice.id, notice.client, Some(before), Some(json!({ "state": state }))).await?;
    tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": state })).await?;
    Ok(())
}

/// A held notice or a draft goes now: a person has looked at it.
pub async fn release(tx: &mut Tx, notice: NoticeId) -> Result<(), NotifyError> {
    let notice = tx.notice(notice).await?.ok_or(NotifyError::NotFound)?.notice;
    if notice.hold_reason == Some(HoldReason::Shadow) && notice.state == NoticeState::Draft {
        return Err(NotifyError::Conflict { reason: "this notice was written in shadow: it is for looking at and is never sent".into() });
    }
    match notice.state {
        NoticeState::Held | NoticeState::Draft => change(tx, notice, NoticeState::Queued, "notice.release").await,
        state => Err(NotifyError::Conflict { reason: format!("only a held notice or a draft can be released, this one is {state}") }),
    }
}

/// All held notices that this person may see go now.
pub async fn release_held(tx: &mut Tx) -> Result<u32, NotifyError> {
    let mut released = 0;
    loop {
        let filter = NoticeFilter { state: Some(NoticeState::Held), ..NoticeFilter::default() };
        let held = tx.notices(&filter, Page::first(limits::PAGE_ITEMS_MAX)).await?.items;
        if held.is_empty() {
            return Ok(released);
        }
        for listed in held {
            change(tx, listed.notice, NoticeState::Queued, "notice.release").await?;
            released += 1;
        }
    }
}

/// It is never sent.
pub async fn withdraw(tx: &mut Tx, notice: NoticeId) -> Result<(), NotifyError> {
    let notice = tx.notice(notice).await?.ok_or(NotifyError::NotFound)?.notice;
    match notice.state {
        NoticeState::Queued if tx.is_notice_leased(notice.id).await? => {
            Err(NotifyError::Conflict { reason: "this notice is being handed over at this moment; look again in a minute".into() })
        }
        NoticeState::Held | NoticeState::Draft | NoticeState::Queued | NoticeState::Failed => {
            change(tx, notice, NoticeState::Withdrawn, "notice.withdraw").await
        }
        state => {
            Err(NotifyError::Conflict { reason: format!("a notice that is {state} cannot be withdrawn; a sent one can be corrected") })
        }
    }
}

/// Puts right what was sent: a notice of its own to the same address, in the same thread.
pub async fn correct(tx: &mut Tx, notice: NoticeId, text: String) -> Result<NoticeId, NotifyError> {
    let bad = |code, detail: String| NotifyError::Bad(Problem::new(code, detail).at("text"));
    let text = text.trim();
    if text.is_empty() {
        return Err(bad("required", "must say what was wrong".into()));
    }
    if text.chars().count() > limits::NOTE_CHARS_MAX {
        return Err(bad("too_long", format!("must have at most {} characters", limits::NOTE_CHARS_MAX)));
    }
    let wrong = tx.notice(notice).await?.ok_or(NotifyError::NotFound)?;
    if wrong.notice.state != NoticeState::Sent {
        return Err(NotifyError::Conflict {
            reason: format!("only a sent notice can be corrected, this one is {}; withdraw it instead", wrong.notice.state),
        });
    }
    let brand = tx.inherited(wrong.notice.client).await?;
    let contact = match wrong.notice.contact {
        Some(id) => tx.contact(id).await?,
        None => None,
    };
    let step = tx.next_step(wrong.notice.topic, wrong.notice.client).await?;
    let draft = Draft {
        topic: wrong.notice.topic,
        client: wrong.notice.client,
        client_name: &wrong.client_name,
        kind: NoticeKind::Correction,
        hits: &[],
        since: wrong.notice.sent_at.unwrap_or(wrong.notice.created_at),
        until: None,
        correction: Some(text),
        step,
        hold: None,
        release_at: None,
    };
    let to = Recipient {
        contact: contact.as_ref(),
        channel: wrong.notice.channel,
        address: &wrong.notice.address,
        language: wrong.notice.language,
    };
    write::write(tx, &draft, &to, &brand).await?;
    let written = tx.notices_of_thread(wrong.notice.topic, wrong.notice.client).await?;
    let correction = written.into_iter().find(|listed| listed.step == step).ok_or(NotifyError::NotFound)?.notice;
    tx.audit(
        "notice.correct",
        correction.id,
        correction.client,
        Some(json!({ "corrects": wrong.notice.id })),
        Some(json!({ "text": text })),
    )
    .await?;
    Ok(correction.id)
}
