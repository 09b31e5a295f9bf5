//! How bad the other system says it is, in our words. Data: a word that is not here gets the default of its kind.

use model::alarm::Severity;

/// Minor: shown and worked on, but no word to a client about something of which nobody said that it is bad.
pub(super) const DEFAULT: Severity = Severity::Minor;

/// Values of the label `severity` as they are common among rules for Prometheus.
const LABEL: [(&str, Severity); 17] = [
    ("critical", Severity::Critical),
    ("crit", Severity::Critical),
    ("page", Severity::Critical),
    ("emergency", Severity::Critical),
    ("disaster", Severity::Critical),
    ("fatal", Severity::Critical),
    ("major", Severity::Major),
    ("error", Severity::Major),
    ("high", Severity::Major),
    ("minor", Severity::Minor),
    ("average", Severity::Minor),
    ("ticket", Severity::Minor),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("info", Severity::Indeterminate),
    ("information", Severity::Indeterminate),
    ("none", Severity::Indeterminate),
];

/// {EVENT.NSEVERITY} 0 to 5, and the names that an installation has when nobody renamed them.
const LEVELS: [(&str, Severity); 6] = [
    ("not classified", Severity::Indeterminate),
    ("information", Severity::Indeterminate),
    ("warning", Severity::Warning),
    ("average", Severity::Minor),
    ("high", Severity::Major),
    ("disaster", Severity::Critical),
];

/// Of the label `severity`.
pub(super) fn of_label(text: Option<&str>) -> Severity {
    let Some(text) = text else { return DEFAULT };
    let text = text.trim().to_lowercase();
    LABEL.iter().find(|(word, _)| *word == text).map_or(DEFAULT, |(_, severity)| *severity)
}

/// Of a level by number, else by name.
pub(super) fn of_level(number: Option<&str>, name: Option<&str>) -> Severity {
    let by_number = number.and_then(|text| text.trim().parse::<usize>().ok()).and_then(|place| LEVELS.get(place));
    let name = name.map(|text| text.trim().to_lowercase());
    let by_name = || LEVELS.iter().find(|(word, _)| Some(*word) == name.as_deref());
    by_number.or_else(by_name).map_or(DEFAULT, |(_, severity)| *severity)
}
