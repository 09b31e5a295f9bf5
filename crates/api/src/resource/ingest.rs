//! The door for other monitoring systems: no login, a secret of their own, their own JSON.

use crate::answer::Plain;
use crate::app::App;
use crate::error::{ApiError, ApiResult, of_signal};
use crate::extract::{Id, read_up_to};
use crate::who::{Peer, bearer};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use model::SourceId;
use monitor::MonitorError;
use monitor::signals::Receipt;
use serde::Serialize;
use std::time::Duration;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

/// Body of one message: a group of two thousand with their labels.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Messages of one source in a minute.
pub const MESSAGES_PER_MINUTE_MAX: u32 = 600;
/// Wrong secrets from one address in a minute.
pub const WRONG_SECRETS_PER_MINUTE_MAX: u32 = 20;

/// Bodies read at the same time.
const READ_AT_ONCE_MAX: u32 = 16;
static READING: Semaphore = Semaphore::const_new(READ_AT_ONCE_MAX as usize);

/// What became of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    accepted: usize,
    raised: usize,
    cleared: usize,
    /// Kept and listed, about nothing that is known here yet.
    unmapped: usize,
    /// Older than what was known.
    ignored: usize,
    /// What had to be mended or left out, for people.
    notes: Vec<String>,
}

/// A body and the secret that came with it.
pub(crate) struct Message {
    secret: String,
    bytes: Bytes,
}

impl FromRequest<App> for Message {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &App) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        // Without a secret nothing is read.
        let secret = bearer(&parts.headers).filter(|secret| !secret.is_empty()).ok_or_else(|| of_signal(MonitorError::WrongSecret))?;
        // A stranger's bodies take no more memory than these few together.
        let _turn = READING.try_acquire().map_err(|_| too_fast("messages at once", READ_AT_ONCE_MAX, Duration::from_secs(1)))?;
        Ok(Self { secret, bytes: read_up_to(&parts.headers, body, MESSAGE_BYTES_MAX).await? })
    }
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self {
            accepted: receipt.accepted,
            raised: receipt.raised,
            cleared: receipt.cleared,
            unmapped: receipt.unmapped,
            ignored: receipt.ignored,
            notes: receipt.notes,
        }
    }
}

fn too_fast(what: &str, most: u32, wait: Duration) -> ApiError {
    ApiError::RateLimited { detail: format!("More than {most} {what} in a minute; wait {} s.", wait.as_secs().max(1)), wait }
}

/// Takes a message of another monitoring system in: `Authorization: Bearer` and the secret of the source, the body in its own JSON.
#[utoipa::path(post, path = "/api/v1/in/{id}", tag = "monitor", operation_id = "tell_signals", security(()), params(("id" = SourceId, Path)),
    request_body = Value, responses((status = 200, body = ReceiptView)))]
pub(crate) async fn take(
    State(app): State<App>,
    Peer(peer): Peer,
    Id(id): Id<SourceId>,
    message: Message,
) -> ApiResult<Plain<ReceiptView>> {
    let now = app.store.clock().now();
    let (guesser, speaker) = (format!("wrong secret from {peer}"), id.to_string());
    app.pace.look(&speaker, MESSAGES_PER_MINUTE_MAX, now).map_err(|wait| too_fast("messages", MESSAGES_PER_MINUTE_MAX, wait))?;
    let told = monitor::signals::receive(&app.store, id, &message.secret, &message.bytes).await;
    // Only who has the secret uses up the source's pace, and whoever has it is heard whatever others guess from the same address.
    if let Err(MonitorError::WrongSecret) = &told {
        app.pace
            .count(&guesser, WRONG_SECRETS_PER_MINUTE_MAX, now)
            .map_err(|wait| too_fast("wrong secrets from this address", WRONG_SECRETS_PER_MINUTE_MAX, wait))?;
    } else {
        let _ = app.pace.count(&speaker, MESSAGES_PER_MINUTE_MAX, now);
    }
    Ok(Plain(told.map_err(of_signal)?.into()))
}
