//! A mistake in the arguments, in the reader's language: clap's own sentences are English.

use super::failure::Failure;
use super::speech::Speech;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use model::tenant::Language;
use std::process::ExitCode;

/// Says what is wrong with the arguments and ends with the code for that; help and version are printed as asked for.
pub fn explain(error: &clap::Error) -> ExitCode {
    let speech = Speech::of_process();
    match failure(error, speech) {
        Some(failure) => failure.report(),
        None => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1))
        }
    }
}

/// `None` for what clap says itself: help, version, and everything in English.
fn failure(error: &clap::Error, speech: Speech) -> Option<Failure> {
    if speech.language == Language::En {
        return None;
    }
    let of = |kind: ContextKind| error.get(kind).map(text).filter(|text| !text.is_empty());
    let arg = of(ContextKind::InvalidArg).unwrap_or_default();
    let say = |key: &str| speech.tell(&format!("usage.{key}"), &[("arg", (&arg).into())]);
    let (what, valid) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = of(ContextKind::InvalidSubcommand).unwrap_or_default();
            (speech.tell("usage.no_command", &[("arg", (&word).into())]), of(ContextKind::SuggestedSubcommand))
        }
        ErrorKind::UnknownArgument => (say("no_option"), of(ContextKind::SuggestedArg)),
        ErrorKind::MissingRequiredArgument => (say("missing"), None),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = of(ContextKind::InvalidValue).unwrap_or_default();
            let key = if value.is_empty() { "no_value" } else { "bad_value" };
            let what = speech.tell(&format!("usage.{key}"), &[("arg", (&arg).into()), ("value", (&value).into())]);
            (what, of(ContextKind::SuggestedValue))
        }
        ErrorKind::ArgumentConflict => (say("twice"), None),
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => (say("values"), None),
        _ => return None,
    };
    let mut failure = Failure::usage(what);
    if let Some(words) = of(ContextKind::ValidValue) {
        failure = failure.detail(speech.tell("next.fields", &[("names", (&words).into())]));
    }
    Some(match valid {
        Some(meant) => failure.next(speech.tell("next.mean", &[("names", (&meant).into())])),
        None => failure.next(say("help")),
    })
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_the_arguments_is_told_in_russian() {
        let check = |args: &[&str], expected: &str| {
            let error = crate::command().try_get_matches_from([&["polyot"], args].concat()).unwrap_err();
            let failure = failure(&error, Speech { language: Language::Ru }).unwrap_or_else(|| panic!("{args:?}: {error}"));
            assert_eq!(failure.exit as u8, 2);
            assert_eq!(format!("{} | {} | {}", failure.what, failure.detail.join("; "), failure.next.unwrap_or_default()), expected);
        };
        check(&["alarm", "lsit"], "Нет команды «lsit». |  | возможно, вы имели в виду: list?");
        check(&["alarm", "list", "--sevirity", "major"], "Нет ключа «--sevirity». |  | возможно, вы имели в виду: --severity?");
        check(&["token", "create", "--name", "x", "--access", "read"], "Не хватает: --days <N>. |  | подробнее: --help");
        check(&["ticket", "list", "--line", "l9"], "«l9» не подходит для --line <l1|l2|l3>. | есть: l1, l2, l3 | подробнее: --help");
        check(&["alarm", "list", "--limit", "x"], "«x» не подходит для --limit <N>. |  | подробнее: --help");
        check(&["alarm", "list", "--limit"], "Нужно значение: --limit <N>. |  | подробнее: --help");
    }
}
