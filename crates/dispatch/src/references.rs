//! What is known of a collector's reference targets beyond what its process remembers. Pure.
//!
//! A target that has answered once proves something when it is silent. A collector that restarts during our own outage has forgotten that;
//! its row has not.

use model::observation::Reference;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// As the row of the collector holds it; `answers` is `None` of a target that has never answered.
#[derive(Serialize, Deserialize)]
struct Noted {
    target: String,
    answers: Option<bool>,
}

/// The targets that have ever answered, and the row's note of all.
#[derive(Debug, Default)]
pub(crate) struct References {
    proven: BTreeSet<String>,
    note: String,
    /// As the last plan has them; none of them means the gateway of the collector's machine. `None` before the first plan.
    configured: Option<Vec<String>>,
}

impl References {
    /// A note that cannot be read proves nothing.
    pub(crate) fn from_note(note: &str) -> Self {
        let noted: Vec<Noted> = serde_json::from_str(note).unwrap_or_default();
        let proven = noted.into_iter().filter(|noted| noted.answers.is_some()).map(|noted| noted.target).collect();
        Self { proven, note: note.to_owned(), configured: None }
    }

    /// Takes the targets of a plan. What the settings no longer name proves nothing any more.
    pub(crate) fn configure(&mut self, targets: &[String]) {
        if !targets.is_empty() {
            self.proven.retain(|target| targets.contains(target));
        } else if self.configured.as_ref().is_some_and(|before| !before.is_empty()) {
            self.proven.clear();
        }
        self.configured = Some(targets.to_vec());
    }

    /// What a heartbeat tells together with what is known. `follows_plan`: the collector knows whom to ask, so a target that is missing is
    /// silent; before, its absence says nothing and the note stays.
    pub(crate) fn hear(&mut self, reported: Vec<link::Reference>, follows_plan: bool) -> Vec<Reference> {
        let mut all: Vec<Reference> = reported.into_iter().map(|reference| self.known(reference)).collect();
        let proven_now = all.iter().filter(|reference| reference.has_ever_answered).map(|reference| reference.target.clone());
        self.proven.extend(proven_now);
        let Some(configured) = self.configured.as_ref().filter(|_| follows_plan) else { return all };
        if configured.is_empty() && !all.is_empty() {
            // Another gateway took the place of the old one.
            self.proven.retain(|target| all.iter().any(|reference| reference.target == *target));
        }
        let missing: Vec<&String> = self.proven.iter().filter(|target| all.iter().all(|reference| reference.target != **target)).collect();
        all.extend(missing.into_iter().map(|target| Reference { target: target.clone(), answers: false, has_ever_answered: true }));
        let noted: Vec<Noted> = all
            .iter()
            .map(|reference| Noted { target: reference.target.clone(), answers: reference.has_ever_answered.then_some(reference.answers) })
            .collect();
        self.note = serde_json::to_string(&noted).expect("texts and truth values always have a JSON form");
        all
    }

    /// For the row of the collector.
    pub(crate) fn note(&self) -> &str {
        &self.note
    }

    fn known(&self, reported: link::Reference) -> Reference {
        let has_ever_answered = reported.has_ever_answered || self.proven.contains(&reported.target);
        Reference { target: reported.target, answers: reported.answered, has_ever_answered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = r#"[{"answers":true,"target":"a"},{"answers":false,"target":"b"},{"answers":null,"target":"c"}]"#;

    /// Targets of the settings, then a heartbeat: `target+` answers, `target-` is silent and has not answered this process.
    fn check(note: &str, configured: &[&str], reported: &[&str], follows_plan: bool, expected: &[&str]) {
        let mut references = References::from_note(note);
        references.configure(&configured.iter().map(|target| (*target).to_owned()).collect::<Vec<_>>());
        let reported = reported
            .iter()
            .map(|text| {
                let (target, answered) = (text.trim_end_matches(['+', '-']).to_owned(), text.ends_with('+'));
                link::Reference { target, answered, has_ever_answered: answered, rtt: None }
            })
            .collect();
        let heard = references.hear(reported, follows_plan);
        let told: Vec<String> = heard
            .iter()
            .map(|heard| {
                format!(
                    "{} {}",
                    heard.target,
                    if heard.answers {
                        "answers"
                    } else if heard.has_ever_answered {
                        "fails"
                    } else {
                        "never"
                    }
                )
            })
            .collect();
        assert_eq!(told, expected, "{configured:?} {follows_plan}");
    }

    #[test]
    fn a_target_that_once_answered_stays_a_proof_when_the_collector_restarts() {
        check(NOTE, &["a", "b", "c"], &["a-", "b-", "c-"], true, &["a fails", "b fails", "c never"]);
        check(NOTE, &["a", "b", "c"], &["a+", "b-", "c+"], true, &["a answers", "b fails", "c answers"]);
        check("[]", &["a"], &["a-"], true, &["a never"]);
        check("damaged", &["a"], &["a-"], true, &["a never"]);
    }

    #[test]
    fn a_collector_without_references_fails_by_those_that_once_answered() {
        check(NOTE, &[], &[], true, &["a fails", "b fails"]);
        check(NOTE, &["b", "z"], &[], true, &["b fails"]);
        check(NOTE, &["z"], &[], true, &[]);
        check(NOTE, &["a", "b"], &["b+"], true, &["b answers", "a fails"]);
    }

    #[test]
    fn another_gateway_takes_the_place_of_the_old_one() {
        check(NOTE, &[], &["z-"], true, &["z never"]);
    }

    #[test]
    fn before_it_follows_a_plan_an_absence_says_nothing() {
        check(NOTE, &[], &[], false, &[]);
        let mut references = References::from_note(NOTE);
        references.hear(vec![], false);
        assert_eq!(references.note(), NOTE, "the row keeps what it knew");
    }

    #[test]
    fn what_the_settings_no_longer_name_is_forgotten_also_for_the_gateway() {
        let mut references = References::from_note(NOTE);
        references.configure(&["a".to_owned()]);
        references.configure(&[]);
        assert_eq!(references.hear(vec![], true), []);
        assert_eq!(references.note(), "[]");
    }
}
