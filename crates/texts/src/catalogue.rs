//! The catalogue: JSON files, keys, plurals, values put into `{{name}}`.
//!
//! Interpolation is our own thirty lines rather than a template engine: the same files are read by i18next in the browser, which knows
//! `{{name}}` and nothing else, and a translator must not be able to write logic that works on one side only.

use crate::format::Arg;
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use model::tenant::Language;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every file of `/locales` that the Rust side speaks; the file's name is the first word of its keys. `web.json` belongs to the pages alone.
const EN: &[(&str, &str)] = &[
    ("common", include_str!("../../../locales/en/common.json")),
    ("cli", include_str!("../../../locales/en/cli.json")),
    ("notices", include_str!("../../../locales/en/notices.json")),
    ("support", include_str!("../../../locales/en/support.json")),
    ("people", include_str!("../../../locales/en/people.json")),
    ("watchdog", include_str!("../../../locales/en/watchdog.json")),
    ("maintenance", include_str!("../../../locales/en/maintenance.json")),
    ("report", include_str!("../../../locales/en/report.json")),
];
const RU: &[(&str, &str)] = &[
    ("common", include_str!("../../../locales/ru/common.json")),
    ("cli", include_str!("../../../locales/ru/cli.json")),
    ("notices", include_str!("../../../locales/ru/notices.json")),
    ("support", include_str!("../../../locales/ru/support.json")),
    ("people", include_str!("../../../locales/ru/people.json")),
    ("watchdog", include_str!("../../../locales/ru/watchdog.json")),
    ("maintenance", include_str!("../../../locales/ru/maintenance.json")),
    ("report", include_str!("../../../locales/ru/report.json")),
];

/// The value that chooses the plural form, as in i18next.
const COUNT: &str = "count";

static SHARED: LazyLock<Texts> = LazyLock::new(|| Texts { en: Speech::new("en", EN), ru: Speech::new("ru", RU) });

/// All texts in all languages.
pub struct Texts {
    en: Speech,
    ru: Speech,
}

/// One language: its texts by full key (`notices.opened.action`) and its plural rules.
struct Speech {
    texts: BTreeMap<String, String>,
    rules: Option<PluralRules>,
}

impl Texts {
    /// The text of `key` (`file.area.thing`) with its values. `count` chooses among `_one`, `_few`, `_many`, `_other`.
    /// Missing here: the English one; missing there too: the key itself. A value that was not given stays visible as `{{name}}`.
    pub fn say(language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        SHARED.speak(language, key, args)
    }

    /// The label of a word of the model's vocabularies: `Texts::word(Ru, "device_state", DeviceState::Up.as_str())`.
    pub fn word(language: Language, vocabulary: &str, word: &str) -> String {
        Self::say(language, &format!("common.{vocabulary}.{word}"), &[])
    }

    /// True when the language itself has the key (not only English).
    pub(crate) fn has(language: Language, key: &str) -> bool {
        SHARED.speech(language).texts.contains_key(key)
    }

    fn speech(&self, language: Language) -> &Speech {
        match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
        }
    }

    fn speak(&self, language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let count = args.iter().find(|(name, _)| *name == COUNT).and_then(|(_, value)| value.count());
        let text = self.speech(language).find(key, count).or_else(|| self.en.find(key, count));
        fill(language, text.unwrap_or(key), args)
    }
}

impl Speech {
    /// A file that cannot be read gives no texts (keys show instead): the tests prove that ours can.
    fn new(language: &str, files: &[(&str, &str)]) -> Self {
        let mut texts = BTreeMap::new();
        for (file, json) in files {
            flatten(file, serde_json::from_str(json).unwrap_or_default(), &mut texts);
        }
        // The crate names its languages by a type of another crate; looking one up by its spelling spares us that dependency.
        let rules = PluralRules::get_locales(PluralRuleType::CARDINAL)
            .into_iter()
            .find(|locale| *locale == language)
            .and_then(|locale| PluralRules::create(locale, PluralRuleType::CARDINAL).ok());
        Self { texts, rules }
    }

    fn find(&self, key: &str, count: Option<u64>) -> Option<&str> {
        let plural = count
            .and_then(|count| self.texts.get(&format!("{key}_{}", self.form(count))).or_else(|| self.texts.get(&format!("{key}_other"))));
        plural.or_else(|| self.texts.get(key)).map(String::as_str)
    }

    /// The CLDR plural form of a number, as i18next spells it.
    fn form(&self, count: u64) -> &'static str {
        match self.rules.as_ref().and_then(|rules| rules.select(count).ok()) {
            Some(PluralCategory::ZERO) => "zero",
            Some(PluralCategory::ONE) => "one",
            Some(PluralCategory::TWO) => "two",
            Some(PluralCategory::FEW) => "few",
            Some(PluralCategory::MANY) => "many",
            Some(PluralCategory::OTHER) | None => "other",
        }
    }
}

/// `{"a": {"b": "text"}}` becomes `a.b`. Anything that is neither text nor object has no key.
fn flatten(prefix: &str, value: serde_json::Value, into: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::String(text) => {
            into.insert(prefix.to_owned(), text);
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                flatten(&format!("{prefix}.{name}"), member, into);
            }
        }
        _ => {}
    }
}

/// Puts the values in, left to right, once: a value that looks like `{{other}}` stays as it is.
fn fill(language: Language, text: &str, args: &[(&str, Arg<'_>)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match args.iter().find(|(known, _)| *known == name.trim()) {
            Some((_, value)) => filled.push_str(&value.show(language)),
            None => filled.extend(["{{", name, "}}"]),
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const FORMS: &[&str] = &["zero", "one", "two", "few", "many", "other"];

    fn split_form(key: &str) -> (&str, Option<&str>) {
        match key.rsplit_once('_') {
            Some((base, form)) if FORMS.contains(&form) => (base, Some(form)),
            _ => (key, None),
        }
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split("{{").skip(1).map(|part| part.split("}}").next().unwrap_or_default()).collect()
    }

    /// Base key → (plural forms, placeholders); panics when two forms of one key differ in placeholders.
    fn shape(speech: &Speech) -> BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> {
        let mut shape: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
        for (key, text) in &speech.texts {
            let (base, form) = split_form(key);
            assert!(!text.trim().is_empty(), "{key} is empty");
            let holes = placeholders(text);
            for name in &holes {
                let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                assert!(
                    plain,
                    "{key}: `{{{{{name}}}}}` is more than a name; only plain `{{{{name}}}}` is read the same by us and by i18next"
                );
            }
            let entry = shape.entry(base).or_insert_with(|| (BTreeSet::new(), holes.clone()));
            assert_eq!(entry.1, holes, "{key}: other values than in the other forms");
            entry.0.extend(form);
        }
        shape
    }

    #[test]
    fn both_languages_have_the_same_keys_the_same_values_and_every_plural_form() {
        let (en, ru) = (shape(&SHARED.en), shape(&SHARED.ru));
        assert_eq!(en.keys().collect::<Vec<_>>(), ru.keys().collect::<Vec<_>>(), "keys differ");
        assert!(en.len() > 100, "the catalogue was read: {} keys", en.len());
        for (key, (en_forms, en_holes)) in &en {
            let (ru_forms, ru_holes) = &ru[key];
            assert_eq!(en_holes, ru_holes, "{key}: values differ between the languages");
            if en_forms.is_empty() && ru_forms.is_empty() {
                continue;
            }
            assert_eq!(en_forms, &BTreeSet::from(["one", "other"]), "{key} in English");
            assert_eq!(ru_forms, &BTreeSet::from(["one", "few", "many", "other"]), "{key} in Russian");
            assert!(en_holes.contains(COUNT), "{key}: a plural that does not show its number");
        }
    }

    #[test]
    fn the_embedded_files_are_valid_json_and_hold_only_texts() {
        fn only_texts(path: &str, value: &serde_json::Value) {
            match value {
                serde_json::Value::String(_) => {}
                serde_json::Value::Object(members) => {
                    members.iter().for_each(|(name, member)| only_texts(&format!("{path}.{name}"), member))
                }
                other => panic!("{path} is {other}, not a text"),
            }
        }
        for (file, json) in EN.iter().chain(RU) {
            only_texts(file, &serde_json::from_str(json).unwrap_or_else(|e| panic!("{file}: {e}")));
        }
    }

    /// A Russian catalogue with holes, over the English one.
    fn holed() -> Texts {
        Texts {
            en: Speech::new(
                "en",
                &[("a", r#"{"both": "both {{x}}", "only": "only in English", "n_one": "{{count}} box", "n_other": "{{count}} boxes"}"#)],
            ),
            ru: Speech::new("ru", &[("a", r#"{"both": "оба {{x}}", "number": 5}"#)]),
        }
    }

    #[test]
    fn a_missing_text_comes_in_english_and_one_missing_everywhere_shows_its_key() {
        let texts = holed();
        let say = |key: &str, args: &[(&str, Arg<'_>)]| texts.speak(Language::Ru, key, args);
        assert_eq!(say("a.both", &[("x", "1".into())]), "оба 1");
        assert_eq!(say("a.only", &[]), "only in English");
        assert_eq!(say("a.n", &[("count", Arg::Count(21))]), "21 boxes", "English text, English plural");
        assert_eq!(say("a.none", &[]), "a.none");
        assert_eq!(say("a.number", &[]), "a.number");
        assert_eq!(say("", &[]), "");
        assert_eq!(Speech::new("ru", &[("a", "{ broken")]).texts.len(), 0);
    }

    #[test]
    fn a_value_is_put_in_once_and_a_missing_one_stays_visible() {
        let texts = holed();
        assert_eq!(texts.speak(Language::En, "a.both", &[("x", "{{count}}".into()), ("count", Arg::Count(1))]), "both {{count}}");
        assert_eq!(texts.speak(Language::En, "a.both", &[]), "both {{x}}");
        assert_eq!(fill(Language::En, "open {{x", &[("x", "1".into())]), "open {{x");
        assert_eq!(fill(Language::En, "{{{{x}}}}", &[("x", "1".into())]), "{{{{x}}}}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_one_can_ask_for_makes_it_panic(key in ".*", value in ".*", count: u64) {
            for language in Language::ALL {
                let _ = Texts::say(*language, &key, &[("count", Arg::Count(count)), ("x", Arg::Text(&value))]);
                let _ = fill(*language, &key, &[("x", Arg::Text(&value))]);
            }
        }
    }
}
