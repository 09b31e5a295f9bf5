//! The web pages: embedded at build, compressed beforehand, with a strict content security policy.

use crate::app::App;
use crate::error::ApiError;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};

/// What is no address of the API is a page, if it is asked for like one.
pub(crate) async fn serve(_: axum::extract::State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return ApiError::NotFound { detail: format!("There is no address {path}; see /api/openapi.json.") }.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return ApiError::MethodNotAllowed.into_response();
    }
    pages::serve(path.trim_start_matches('/'), &headers)
}

#[cfg(feature = "ui")]
mod pages {
    use super::*;
    use axum::http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    };
    use axum::http::{HeaderName, HeaderValue, StatusCode};
    use rust_embed::{EmbeddedFile, RustEmbed};
    use serde::Deserialize;

    #[derive(RustEmbed)]
    #[folder = "../../web/dist"]
    #[allow_missing = true]
    struct Dist;

    /// Best first.
    const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
    /// Files that the build leaves beside the pages for us, not for browsers.
    const NOT_SERVED: [&str; 2] = ["csp.json", "manifest.json"];

    #[derive(Deserialize)]
    struct Csp {
        script_src: Vec<String>,
    }

    pub(super) fn serve(path: &str, headers: &HeaderMap) -> Response {
        if Dist::get("index.html").is_none() {
            return super::plain::how_to_build();
        }
        let is_own = NOT_SERVED.contains(&path) || path.ends_with(".br") || path.ends_with(".gz");
        match Dist::get(path).filter(|_| !path.is_empty() && !is_own) {
            Some(found) => file(path, found, headers),
            // A file that is gone is not the start page: a script that gets HTML fails in a way nobody understands.
            None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
                ApiError::NotFound { detail: format!("There is no page /{path}.") }.into_response()
            }
            None => match Dist::get("index.html") {
                Some(index) => file("index.html", index, headers),
                None => super::plain::how_to_build(),
            },
        }
    }

    fn file(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> Response {
        let (encoding, file) = encoded(path, plain, headers);
        let etag = format!("\"{}\"", file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let is_page = path.ends_with(".html");
        let is_hashed = path.starts_with("assets/");
        let mut answer = if headers.get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            file.data.into_owned().into_response()
        };
        let head = answer.headers_mut();
        head.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
        head.insert(CACHE_CONTROL, HeaderValue::from_static(if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" }));
        head.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let mut set = |name: HeaderName, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                head.insert(name, value);
            }
        };
        set(ETAG, &etag);
        if let Some(encoding) = encoding {
            set(CONTENT_ENCODING, encoding);
        }
        if is_page {
            set(CONTENT_SECURITY_POLICY, &policy());
        }
        answer
    }

    fn encoded(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (Option<&'static str>, EmbeddedFile) {
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
        let takes = |name: &str| {
            accepted.split(',').any(|one| one.split(';').next().unwrap_or("").trim() == name && !one.replace(' ', "").ends_with(";q=0"))
        };
        for (name, suffix) in ENCODINGS {
            if takes(name)
                && let Some(found) = Dist::get(&format!("{path}{suffix}"))
            {
                return (Some(name), found);
            }
        }
        (None, plain)
    }

    /// Scripts from here, and the one inline line whose hash the build wrote down; nothing from anywhere else. Styles may be inline:
    /// the widget library writes its theme's variables so, and a style cannot act.
    fn policy() -> String {
        let hashes = Dist::get("csp.json").and_then(|file| serde_json::from_slice::<Csp>(&file.data).ok()).map(|csp| csp.script_src);
        let hashes: String = hashes.unwrap_or_default().iter().map(|hash| format!(" '{hash}'")).collect();
        format!(
            "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }

    fn media_type(path: &str) -> &'static str {
        match path.rsplit('.').next().unwrap_or("") {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "json" => "application/json",
            "webmanifest" => "application/manifest+json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "ico" => "image/x-icon",
            "woff2" => "font/woff2",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(not(feature = "ui"))]
mod pages {
    use super::*;

    pub(super) fn serve(path: &str, _: &HeaderMap) -> Response {
        if path.is_empty() {
            super::plain::how_to_build()
        } else {
            ApiError::NotFound { detail: format!("There is no page /{path}.") }.into_response()
        }
    }
}

mod plain {
    use axum::response::{Html, IntoResponse, Response};

    /// For a build without web pages.
    pub(super) fn how_to_build() -> Response {
        Html(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Polyot</title><h1>Polyot is running</h1>\
             <p>This build holds no web pages. Build them with <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, then build the binary again.</p>\
             <p>The API is at <code>/api/v1</code>, described by <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>",
        )
        .into_response()
    }
}
