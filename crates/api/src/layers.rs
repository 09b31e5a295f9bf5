//! What is around every request: its id, its log line, panics, and the headers that keep browsers safe.

use crate::error::ApiError;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over from a proxy in front.
const REQUEST_ID_LEN_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request at work; empty outside of one.
pub(crate) fn request_id() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

pub(crate) async fn around(request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_fit(id)).map(str::to_owned);
    let id = given.unwrap_or_else(fresh_id);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut answer = CURRENT.scope(id.clone(), guarded(request, next)).await;
    let status = answer.status().as_u16();
    // The path only: a query may hold what a person searched for, a header a token.
    tracing::debug!(request_id = %id, %method, path, status, duration_ms = started.elapsed().as_secs_f64() * 1_000.0, "{method} {path}: {status}");
    if let Ok(value) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(REQUEST_ID, value);
    }
    safe(answer)
}

/// A panic in a handler costs this request only, and is told under its id.
async fn guarded(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(answer) => answer,
        Err(panic) => {
            let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
            ApiError::internal(format!("panic: {}", what.unwrap_or_else(|| "without a text".into()))).into_response()
        }
    }
}

fn safe(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    // What depends on who asks is kept by nobody.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

fn is_fit(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= REQUEST_ID_LEN_MAX
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn fresh_id() -> String {
    let mut bytes = [0_u8; 8];
    // Only to find a line in the log: without random bytes the clock must do.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = model::Clock::System.now().micros().to_be_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_panic_costs_one_request_and_is_told_under_its_id() {
        async fn breaks() -> &'static str {
            panic!("a detail that nobody outside must read")
        }
        let router = Router::new().route("/", get(breaks)).layer(axum::middleware::from_fn(around));
        let answer = router.oneshot(Request::builder().uri("/").body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[header::CONTENT_TYPE]),
            (500, &HeaderValue::from_static("application/problem+json"))
        );
        let id = answer.headers()[REQUEST_ID].to_str().expect("ASCII").to_owned();
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(&id) && text.contains("\"code\":\"internal\"") && !text.contains("nobody outside"), "{text}");
    }
}
