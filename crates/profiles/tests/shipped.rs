//! What ships is right: no mistake in any profile, every case passes, every profile is proved.
#![allow(clippy::unwrap_used)]

use profiles::{Profiles, run_cases};

#[test]
fn shipped_profiles_have_no_mistake() {
    let problems = Profiles::lint(None).unwrap();
    assert!(problems.is_empty(), "{}", problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

#[test]
fn every_case_of_the_shipped_profiles_passes() {
    let results = run_cases(Profiles::builtin(), None);
    let failed: Vec<String> = results
        .iter()
        .filter(|result| !result.failures.is_empty())
        .map(|result| format!("{} {}\n    {}\n", result.profile, result.case, result.failures.join("\n    ")))
        .collect();
    assert!(failed.is_empty(), "\n{}", failed.concat());
    assert!(results.len() >= Profiles::builtin().iter().count(), "there are fewer cases than profiles");
}

#[test]
fn every_shipped_profile_is_proved_by_a_case() {
    let without: Vec<&str> =
        Profiles::builtin().iter().map(|profile| profile.id.as_str()).filter(|id| Profiles::builtin().cases_of(id) == 0).collect();
    assert!(without.is_empty(), "without cases: {without:?}");
}
