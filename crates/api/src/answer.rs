//! Step four of every handler, "answer": pages, objects with their version, and answers kept for a repeated request.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Once, cursor};
use access::{Caller, Purpose};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Scope;
use serde::Serialize;
use store::{PageOf, Replay, StoreError, Tx};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListOf<T: ToSchema> {
    pub items: Vec<T>,
    /// `cursor` of the next page; null at the end.
    pub next: Option<String>,
}

impl<T: ToSchema> ListOf<T> {
    pub(crate) fn page<R>(items: Vec<T>, of: &PageOf<R>) -> Self {
        Self { items, next: of.next.map(cursor) }
    }
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl<T: Serialize + ToSchema> IntoResponse for ListOf<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self)
    }
}

/// An object that is answered with its version as `ETag`.
pub(crate) trait Versioned: Serialize {
    fn version(&self) -> i64;
}

/// One object.
pub(crate) struct One<T>(pub T);

impl<T: Versioned> IntoResponse for One<T> {
    fn into_response(self) -> Response {
        tagged(StatusCode::OK, &self.0)
    }
}

/// Something without a version.
pub(crate) struct Plain<T>(pub T);

impl<T: Serialize> IntoResponse for Plain<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

pub(crate) struct Gone;

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => ApiError::internal(format!("an answer cannot be written as JSON: {error}")).into_response(),
    }
}

fn tagged(status: StatusCode, value: &impl Versioned) -> Response {
    let mut answer = json(status, value);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", value.version())) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// A write that may be a repetition. Change, event, audit row and the answer for a repetition commit together.
pub(crate) struct Work {
    pub tx: Tx,
    app: App,
    caller: Caller,
    once: Once,
}

impl Work {
    /// A repetition ends here with the answer that was given the first time.
    pub(crate) async fn begin(app: &App, caller: &Caller, once: Once) -> ApiResult<Self> {
        Self::begin_within(app, caller, &caller.scope(), once).await
    }

    /// With a narrower scope than all that the caller sees.
    pub(crate) async fn begin_within(app: &App, caller: &Caller, scope: &Scope, once: Once) -> ApiResult<Self> {
        let mut tx = app.store.write(scope).await?;
        if let Some(key) = &once.key
            && let Some(kept) = tx.replay(caller.person, key).await?
        {
            return Err(again(app, caller, &once, &kept)?);
        }
        Ok(Self { tx, app: app.clone(), caller: caller.clone(), once })
    }

    /// Commits and answers 201.
    pub(crate) async fn created<T: Versioned>(self, view: &T) -> ApiResult<Response> {
        self.answer(StatusCode::CREATED, view, tagged).await
    }

    /// Commits and answers 200.
    pub(crate) async fn done<T: Versioned>(self, view: &T) -> ApiResult<Response> {
        self.answer(StatusCode::OK, view, tagged).await
    }

    pub(crate) async fn done_plain<T: Serialize>(self, view: &T) -> ApiResult<Response> {
        self.answer(StatusCode::OK, view, json).await
    }

    async fn answer<T: Serialize>(self, status: StatusCode, view: &T, write: fn(StatusCode, &T) -> Response) -> ApiResult<Response> {
        let Self { mut tx, app, caller, once } = self;
        if let Some(key) = &once.key {
            let text = serde_json::to_vec(view).map_err(ApiError::internal)?;
            // Sealed: some answers hold a secret that is shown once (invitation, webhook secret).
            let sealed = app.vault.seal(Purpose::Answer, &row(&caller, key), &text)?;
            let kept = Replay { request_hash: once.digest.clone(), status: status.as_u16(), body: STANDARD.encode(sealed) };
            match tx.keep_answer(caller.person, key, &kept).await {
                Ok(()) => {}
                Err(StoreError::Exists { .. }) => {
                    // The same request was quicker on another connection; this one leaves nothing behind.
                    drop(tx);
                    let mut tx = app.store.read(&caller.scope()).await?;
                    let kept = tx.replay(caller.person, key).await?;
                    let busy = || ApiError::Conflict { detail: "The same request is being worked on; repeat it in a moment.".into() };
                    return Err(again(&app, &caller, &once, &kept.ok_or_else(busy)?)?);
                }
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
        Ok(write(status, view))
    }
}

fn row(caller: &Caller, key: &str) -> Vec<u8> {
    [&caller.person.bytes()[..], key.as_bytes()].concat()
}

fn again(app: &App, caller: &Caller, once: &Once, kept: &Replay) -> ApiResult<ApiError> {
    let key = once.key.as_deref().unwrap_or_default();
    if kept.request_hash != once.digest {
        let detail = "This Idempotency-Key was used for another request; take a new key for each new request.";
        return Err(ApiError::Conflict { detail: detail.into() });
    }
    let sealed = STANDARD.decode(&kept.body).map_err(|_| ApiError::internal("a kept answer is damaged"))?;
    let text = app.vault.open(Purpose::Answer, &row(caller, key), &sealed)?;
    let status = StatusCode::from_u16(kept.status).map_err(ApiError::internal)?;
    let version =
        serde_json::from_slice::<serde_json::Value>(&text).ok().and_then(|value| value.get("version").and_then(serde_json::Value::as_i64));
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], text.to_vec()).into_response();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(ApiError::Kept(Box::new(answer)))
}
