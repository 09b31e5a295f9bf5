//! The document that describes the API; the web client's types are made from it.

use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(title = "Polyot", description = "The control centre of a managed service provider. Lists are paged by `cursor`; objects carry a `version`, which PATCH demands in If-Match; errors are problem+json (RFC 9457).", version = "1"),
    components(schemas(crate::error::Problem)),
    security(("bearer" = []), ("cookie" = []))
)]
pub(crate) struct Document;

/// Named security schemes, the one shape of errors, and every field of a view marked as always there.
pub(crate) fn finish(mut document: utoipa::openapi::OpenApi) -> Value {
    let components = document.components.get_or_insert_with(Default::default);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("bearer", bearer);
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::who::COOKIE))));
    let mut value = serde_json::to_value(&document).expect("an OpenAPI document is JSON");
    if let Some(schemas) = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in schemas.iter_mut().filter(|(name, _)| !is_input(name)) {
            require_all(name, schema);
        }
    }
    if let Some(paths) = value.get_mut("paths").and_then(Value::as_object_mut) {
        for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(|path| path.values_mut()) {
            if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
                let problem = serde_json::json!({
                    "description": "What is wrong, where, and what to do",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                });
                responses.insert("default".into(), problem);
            }
        }
    }
    value
}

fn is_input(name: &str) -> bool {
    name.ends_with("Input") || name.ends_with("Patch")
}

/// What we answer is always there, if only as null; only what is shown once may be missing.
fn require_all(name: &str, schema: &mut Value) {
    const SHOWN_ONCE: [(&str, &str); 4] =
        [("UserView", "invite_url"), ("ContactView", "webhook_secret"), ("TokenView", "token"), ("SourceView", "secret")];
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(|part| require_all(name, part));
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let all: Vec<Value> =
        properties.keys().filter(|key| !SHOWN_ONCE.contains(&(name, key))).map(|key| Value::String(key.clone())).collect();
    schema["required"] = Value::Array(all);
}
