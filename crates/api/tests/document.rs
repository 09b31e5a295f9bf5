//! The OpenAPI document is whole and always the same.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::collections::BTreeSet;

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                found.insert(target.clone());
            }
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_the_text_is_stable() {
    let text = api::openapi();
    assert_eq!(text, api::openapi());
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}

#[test]
fn every_operation_tells_its_errors_and_what_needs_no_login() {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let mut open = Vec::new();
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object(), "{id}");
            if operation
                .get("security")
                .is_some_and(|security| security.as_array().unwrap().iter().any(|one| one.as_object().unwrap().is_empty()))
            {
                open.push(id);
            }
        }
    }
    open.sort_unstable();
    assert_eq!(open, ["accept_invitation", "accept_password_reset", "ask_password_reset", "get_setup", "log_in", "set_up", "tell_signals"]);
    // A field of an answer is always there: clients need not ask twice.
    let view = &document["components"]["schemas"]["AlarmView"];
    assert_eq!(view["required"].as_array().unwrap().len(), view["properties"].as_object().unwrap().len());
    // Secrets go in only.
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        // The key of a signal is its name at the source, no secret.
        if !name.ends_with("Input") && !name.ends_with("Patch") && !name.starts_with("Signal") {
            let fields = schema["properties"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
            assert!(
                !fields.iter().any(|field| field.contains("password") || field == "community" || field == "key"),
                "{name} shows {fields:?}"
            );
        }
    }
}
