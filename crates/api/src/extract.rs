//! Step one of every handler, "parse": ids, filters, bodies, versions. What does not fit is refused by name.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use model::{Problem, limits};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::Page;

/// The id in the address. One that cannot be an id is an object that does not exist.
pub(crate) struct Id<T>(pub T);

impl<T: std::str::FromStr<Err = Problem> + Send> FromRequestParts<App> for Id<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| ApiError::not_found("object"))?;
        text.parse().map(Self).map_err(|problem| ApiError::NotFound { detail: format!("The id in the address {problem}.") })
    }
}

/// Filters behind the question mark.
pub(crate) struct Filter<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Filter<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (field, detail) = text.split_once(": ").unwrap_or(("", text));
                let field = field_named_in(detail).unwrap_or(if field.is_empty() { "query" } else { field });
                Err(ApiError::bad(Problem::new("bad_filter", detail).at(field)))
            }
        }
    }
}

/// Where a page begins and how long it is.
pub(crate) fn page(cursor: Option<&str>, limit: Option<usize>) -> ApiResult<Page> {
    let limit = limit.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    if !(1..=limits::PAGE_ITEMS_MAX).contains(&limit) {
        return Err(ApiError::bad(Problem::new("out_of_range", format!("must be between 1 and {}", limits::PAGE_ITEMS_MAX)).at("limit")));
    }
    let after = cursor.map(|text| uncursor(text).ok_or_else(bad_cursor)).transpose()?;
    Ok(Page { after, limit })
}

pub(crate) fn bad_cursor() -> ApiError {
    ApiError::bad(Problem::new("bad_cursor", "is not a cursor; send `next` of the page before, unchanged").at("cursor"))
}

pub(crate) fn cursor(after: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(after))
}

fn uncursor(text: &str) -> Option<[u8; 16]> {
    let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)).flatten()
}

/// A JSON body; an empty one counts as `{}`.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &App) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body and what a repetition of the request is recognised by.
pub(crate) struct Posted<T> {
    pub body: T,
    pub once: Once,
}

/// `Idempotency-Key`, and a digest of what the request asks for.
pub(crate) struct Once {
    pub key: Option<String>,
    pub digest: Vec<u8>,
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const KEY_LEN_MAX: usize = 128;

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, app: &App) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body).await?;
        let body = parse(&bytes)?;
        let key = match parts.headers.get(IDEMPOTENCY_KEY) {
            None => None,
            Some(value) => {
                let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= KEY_LEN_MAX);
                let problem =
                    || Problem::new("bad_key", format!("must be 1 to {KEY_LEN_MAX} visible ASCII characters")).at("Idempotency-Key");
                Some(text.ok_or_else(|| ApiError::bad(problem()))?.to_owned())
            }
        };
        let mut asked = Sha256::new();
        asked.update(parts.method.as_str());
        asked.update([0]);
        asked.update(parts.uri.to_string());
        asked.update([0]);
        asked.update(&bytes);
        // Keyed, because a body may hold a secret that is short enough to be guessed.
        let digest = app.vault.fingerprint(&asked.finalize());
        Ok(Self { body, once: Once { key, digest } })
    }
}

/// A JSON merge patch (RFC 7396) and the version that it was made for.
pub(crate) struct Patched<T> {
    pub body: T,
    pub version: i64,
}

impl<T: DeserializeOwned> FromRequest<App> for Patched<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &App) -> ApiResult<Self> {
        let (parts, body) = request.into_parts();
        let version = if_match(&parts.headers)?.ok_or(ApiError::PreconditionRequired)?;
        let bytes = read(&parts.headers, body).await?;
        Ok(Self { body: parse(&bytes)?, version })
    }
}

/// The version that a removal was decided on; not demanded.
pub(crate) struct IfMatch(pub Option<i64>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        if_match(&parts.headers).map(Self)
    }
}

fn if_match(headers: &HeaderMap) -> ApiResult<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().trim_start_matches("W/").trim_matches('"').parse().ok());
    let problem = || Problem::new("bad_version", "must be the `version` that you read, in quotes, e.g. \"3\"").at("If-Match");
    version.map(Some).ok_or_else(|| ApiError::bad(problem()))
}

async fn read(headers: &HeaderMap, body: axum::body::Body) -> ApiResult<Bytes> {
    read_up_to(headers, body, limits::BODY_SIZE_BYTES_MAX).await
}

/// A body with a limit of its own.
pub(crate) async fn read_up_to(headers: &HeaderMap, body: axum::body::Body, size_bytes_max: usize) -> ApiResult<Bytes> {
    let too_large = || ApiError::TooLarge { size_bytes_max };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    if told.is_some_and(|length| length > size_bytes_max) {
        return Err(too_large());
    }
    let bytes = axum::body::to_bytes(body, size_bytes_max).await.map_err(|error| {
        let is_length = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("length limit"));
        if is_length { too_large() } else { ApiError::bad(Problem::new("cut_off", "ended before it was complete").at("body")) }
    })?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    // A form cannot send JSON across sites: demanding the type closes that door once more.
    let is_json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if bytes.is_empty() || is_json { Ok(bytes) } else { Err(ApiError::UnsupportedMedia) }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    // A struct would also be read from an array, field by field in our order, which nobody means.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::bad(Problem::new("bad_json", "must be a JSON object").at("body")));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let path = error.path().to_string();
        refused(error.into_inner(), &path)
    })?;
    from.end().map_err(|error| refused(error, "."))?;
    Ok(parsed)
}

/// serde names a missing or unknown field in the sentence only.
fn field_named_in(sentence: &str) -> Option<&str> {
    let rest = sentence.strip_prefix("missing field `").or_else(|| sentence.strip_prefix("unknown field `"))?;
    rest.split('`').next()
}

fn refused(error: serde_json::Error, path: &str) -> ApiError {
    let field = if matches!(path, "." | "?") { "body" } else { path };
    let text = error.to_string();
    // serde_json ends with the place; the sentence of the type stands before it.
    let plain = text.split(" at line ").next().unwrap_or(&text);
    match error.classify() {
        serde_json::error::Category::Data => {
            let field = match field_named_in(plain) {
                Some(name) if path == "." => name.to_owned(),
                Some(name) if !path.ends_with(name) => format!("{path}.{name}"),
                _ => field.to_owned(),
            };
            let code = if plain.starts_with("missing field") {
                "required"
            } else if plain.starts_with("unknown field") {
                "unknown_field"
            } else {
                "bad_value"
            };
            ApiError::bad(Problem::new(code, plain).at(field))
        }
        _ => {
            let detail = format!("is not valid JSON at line {}, column {}: {plain}", error.line(), error.column());
            ApiError::bad(Problem::new("bad_json", detail).at("body"))
        }
    }
}
