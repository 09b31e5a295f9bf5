//! The numeric cases of the business side: every one of a kind that exists, values and refusals.
#![allow(clippy::unwrap_used)]

use calc::what_if::{answer, kinds};
use serde_json::Value;

/// Everything expected is there and equal; more is allowed.
fn holds(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| got.get(key).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(got), Value::Array(expected)) => {
            got.len() == expected.len() && got.iter().zip(expected).all(|(got, expected)| holds(got, expected))
        }
        _ => got == expected,
    }
}

fn check(case: &Value) -> Result<(), String> {
    let got = answer(case["kind"].as_str().unwrap(), &case["input"].to_string());
    if case["expect_error"] == true {
        let fields: Vec<&str> = case["error_field"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
        return match got {
            Ok(value) => Err(format!("answered {value}")),
            Err(problem) if fields.contains(&problem.field.as_str()) => Ok(()),
            Err(problem) => Err(format!("named `{}`, expected one of {fields:?}: {problem}", problem.field)),
        };
    }
    match got {
        Ok(value) if holds(&value, &case["expected"]) => Ok(()),
        Ok(value) => Err(format!("answered {value}, expected {}", case["expected"])),
        Err(problem) => Err(problem.to_string()),
    }
}

#[test]
fn every_case_of_a_kind_that_exists_is_right() {
    let file: Value = serde_json::from_str(include_str!("business-cases.json")).unwrap();
    let mut wrong = Vec::new();
    for kind in kinds() {
        let cases: Vec<&Value> = file["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == kind).collect();
        assert!(cases.iter().any(|case| case["expect_error"] == true) && cases.len() > 1, "{kind}: values and a refusal");
        wrong.extend(cases.iter().filter_map(|case| check(case).err().map(|why| format!("{} ({}): {why}", case["id"], case["title"]))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
