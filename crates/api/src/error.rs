//! Every refusal as problem+json (RFC 9457): what is wrong, where, and what to do. The only place that knows status codes.

use crate::layers::request_id;
use access::{AccessError, Denied, VaultError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::FieldProblem;
use register::RegisterError;
use serde::Serialize;
use std::time::Duration;
use store::StoreError;
use utoipa::ToSchema;

pub(crate) type ApiResult<T> = Result<T, ApiError>;

#[derive(Debug)]
pub(crate) enum ApiError {
    Unauthenticated {
        detail: String,
    },
    /// The second step of a login is missing or wrong.
    SecondFactor {
        code: &'static str,
        detail: String,
    },
    Csrf,
    NotFound {
        detail: String,
    },
    MethodNotAllowed,
    Forbidden {
        detail: String,
    },
    Bad {
        detail: String,
        errors: Vec<FieldProblem>,
    },
    Conflict {
        detail: String,
    },
    StaleVersion {
        detail: String,
    },
    PreconditionRequired,
    TooLarge {
        size_bytes_max: usize,
    },
    UnsupportedMedia,
    RateLimited {
        detail: String,
        wait: Duration,
    },
    Unavailable {
        detail: String,
    },
    /// Logged where it is answered; the caller learns only the request id.
    Internal {
        cause: String,
    },
    /// Not a refusal: the answer that the same request got the first time.
    Kept(Box<Response>),
}

/// One bad field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemField {
    /// JSON path, e.g. `brand.sender` or `parents[0].device`.
    field: String,
    code: String,
    detail: String,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    r#type: String,
    title: String,
    status: u16,
    /// Stable, for programs: not_found, forbidden, unauthenticated, second_factor_required, second_factor_wrong, bad_input, conflict, stale_version, precondition_required, too_large, csrf, rate_limited, unavailable, internal.
    code: String,
    /// A sentence for people.
    detail: String,
    /// Search the log for it.
    request_id: String,
    errors: Vec<ProblemField>,
}

impl ApiError {
    pub(crate) fn not_found(what: &str) -> Self {
        Self::NotFound { detail: format!("There is no such {what}.") }
    }
    pub(crate) fn bad(field: FieldProblem) -> Self {
        Self::Bad { detail: "The request has a field that cannot be accepted.".into(), errors: vec![field] }
    }
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal { cause: cause.to_string() }
    }

    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthenticated { .. } => (StatusCode::UNAUTHORIZED, "unauthenticated", "Not logged in"),
            Self::SecondFactor { code, .. } => (StatusCode::UNAUTHORIZED, code, "Second factor"),
            Self::Csrf => (StatusCode::FORBIDDEN, "csrf", "The header x-csrf-token is missing or wrong"),
            Self::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "bad_input", "Method not allowed"),
            Self::Forbidden { .. } => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Self::Bad { .. } => (StatusCode::BAD_REQUEST, "bad_input", "The input cannot be accepted"),
            Self::Conflict { .. } => (StatusCode::CONFLICT, "conflict", "Not possible in the present state"),
            Self::StaleVersion { .. } => (StatusCode::PRECONDITION_FAILED, "stale_version", "Changed by somebody else"),
            Self::PreconditionRequired => (StatusCode::PRECONDITION_REQUIRED, "precondition_required", "If-Match is required"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large"),
            Self::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_input", "Not JSON"),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many attempts"),
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Unavailable for the moment"),
            Self::Internal { .. } | Self::Kept(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "A fault of ours"),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unauthenticated { detail }
            | Self::SecondFactor { detail, .. }
            | Self::NotFound { detail }
            | Self::Forbidden { detail }
            | Self::Bad { detail, .. }
            | Self::Conflict { detail }
            | Self::StaleVersion { detail }
            | Self::RateLimited { detail, .. }
            | Self::Unavailable { detail } => detail.clone(),
            Self::Csrf => "Send the value of `csrf` from GET /api/v1/me in the header x-csrf-token with every write.".into(),
            Self::MethodNotAllowed => "This address exists, but not with this method; see /api/openapi.json.".into(),
            Self::PreconditionRequired => "Send the version that you read in the header If-Match, e.g. If-Match: \"3\".".into(),
            Self::TooLarge { size_bytes_max } => format!("The body is larger than {size_bytes_max} bytes."),
            Self::UnsupportedMedia => "Send the body as JSON with the header content-type: application/json.".into(),
            Self::Internal { .. } | Self::Kept(_) => {
                "Something went wrong on our side. The log has the cause under this request id.".into()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Kept(answer) = self {
            return *answer;
        }
        let request_id = request_id();
        if let Self::Internal { cause } = &self {
            tracing::error!(%request_id, "A request failed: {cause}");
        }
        let (status, code, title) = self.parts();
        let detail = self.detail();
        let wait = if let Self::RateLimited { wait, .. } = &self { Some(wait.as_secs().max(1)) } else { None };
        let errors = match self {
            Self::Bad { errors, .. } => errors,
            _ => Vec::new(),
        };
        let body = Problem {
            r#type: format!("urn:polyot:problem:{code}"),
            title: title.into(),
            status: status.as_u16(),
            code: code.into(),
            detail,
            request_id,
            errors: errors
                .into_iter()
                .map(|e| ProblemField { field: e.field, code: e.problem.code.into(), detail: e.problem.detail })
                .collect(),
        };
        let text = serde_json::to_vec(&body).expect("a struct of strings and numbers always becomes JSON");
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        if let Some(seconds) = wait {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

/// The whole chain of causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Stale { .. } => Self::StaleVersion { detail: capital(&error.to_string()) },
            StoreError::Exists { .. } | StoreError::InUse { .. } => Self::Conflict { detail: capital(&error.to_string()) },
            StoreError::DiskFull => Self::Unavailable { detail: capital(&error.to_string()) },
            StoreError::Unavailable { .. } => {
                tracing::warn!("The database cannot be used: {}", chain(&error));
                Self::Unavailable { detail: "The database is busy or away; try again in a few seconds.".into() }
            }
            _ => Self::Internal { cause: chain(&error) },
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::not_found("object"),
            Denied::Forbidden { .. } => Self::Forbidden { detail: capital(&denied.to_string()) },
            Denied::Store(error) => error.into(),
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::WrongPassword => Self::Unauthenticated { detail: capital(&error.to_string()) },
            AccessError::TooManyFailures { wait } => Self::RateLimited { detail: capital(&error.to_string()), wait },
            AccessError::SecondFactorRequired => Self::SecondFactor { code: "second_factor_required", detail: capital(&error.to_string()) },
            AccessError::SecondFactorWrong => Self::SecondFactor { code: "second_factor_wrong", detail: capital(&error.to_string()) },
            AccessError::NotFound { what } => Self::not_found(what),
            AccessError::Conflict { reason } => Self::Conflict { detail: capital(reason) },
            AccessError::Vault(error) => error.into(),
            AccessError::BadInvitation | AccessError::BadReset => Self::NotFound { detail: capital(&error.to_string()) },
            AccessError::Bad(problem) => Self::bad(problem),
            AccessError::Busy => Self::Unavailable { detail: capital(&error.to_string()) },
            AccessError::Store(error) => error.into(),
            AccessError::Hash(_) | AccessError::Random(_) => Self::Internal { cause: chain(&error) },
        }
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            // The sentence tells the administrator what to do and holds no secret.
            VaultError::OtherKey { .. } | VaultError::Damaged | VaultError::Format { .. } => {
                Self::Conflict { detail: capital(&error.to_string()) }
            }
            other => Self::Internal { cause: chain(&other) },
        }
    }
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::NotFound { what } => Self::not_found(what),
            RegisterError::Forbidden { .. } => Self::Forbidden { detail: capital(&error.to_string()) },
            RegisterError::Bad(errors) => {
                let fields: Vec<&str> = errors.iter().map(|problem| problem.field.as_str()).collect();
                Self::Bad { detail: format!("Please mend: {}.", fields.join(", ")), errors }
            }
            RegisterError::Stale { .. } => Self::StaleVersion { detail: capital(&error.to_string()) },
            RegisterError::Conflict { reason } => Self::Conflict { detail: capital(&reason) },
            RegisterError::Access(error) => error.into(),
            RegisterError::Vault(error) => error.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<manage::ManageError> for ApiError {
    fn from(error: manage::ManageError) -> Self {
        use manage::ManageError as E;
        match error {
            E::NotFound => Self::not_found("configuration or device"),
            E::Denied(denied) => denied.into(),
            E::Conflict { reason } => Self::Conflict { detail: capital(&reason) },
            E::Bad(problem) => Self::bad(problem),
            E::Vault(error) => error.into(),
            E::Store(error) => error.into(),
            other @ (E::Answer { .. } | E::Packed(_) | E::TooLarge) => Self::Internal { cause: chain(&other) },
        }
    }
}

macro_rules! from_verb {
    ($($verb:ident::$error:ident: $what:literal),+) => {$(
        impl From<$verb::$error> for ApiError {
            fn from(error: $verb::$error) -> Self {
                match error {
                    $verb::$error::NotFound => Self::not_found($what),
                    $verb::$error::Conflict { reason } => Self::Conflict { detail: capital(&reason) },
                    $verb::$error::Bad(problem) => Self::bad(problem),
                    $verb::$error::Store(error) => error.into(),
                    // Only jobs meet the rest.
                    #[allow(unreachable_patterns)]
                    other => Self::Internal { cause: chain(&other) },
                }
            }
        }
    )+};
}
/// What a verb's error is to a client, where the object is not the one that the verb is named for.
pub(crate) fn of_signal(error: monitor::MonitorError) -> ApiError {
    match error {
        monitor::MonitorError::NotFound => ApiError::not_found("signal"),
        monitor::MonitorError::WrongSecret => ApiError::Unauthenticated {
            detail: "There is no such source, or this is not its secret; send it in the header Authorization: Bearer …".into(),
        },
        other => other.into(),
    }
}

from_verb!(monitor::MonitorError: "alarm", notify::NotifyError: "notice", support::SupportError: "ticket");

impl From<report::ReportError> for ApiError {
    fn from(error: report::ReportError) -> Self {
        match error {
            report::ReportError::NotFound => Self::not_found("client"),
            report::ReportError::Bad(problem) => Self::bad(problem),
            report::ReportError::Store(error) => error.into(),
            report::ReportError::Table(_) => Self::Internal { cause: chain(&error) },
        }
    }
}

/// An error's text as a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
