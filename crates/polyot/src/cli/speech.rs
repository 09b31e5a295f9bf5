//! The reader's language, and how things are said in it.

use model::Timestamp;
use model::tenant::Language;
use texts::{Arg, Texts};

/// Languages by their codes.
pub const LANGUAGES: [&str; 2] = ["en", "ru"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speech {
    pub language: Language,
}

impl Speech {
    /// `--lang`, then what the environment says. Looked up before the arguments are parsed, because the help itself is written in it.
    pub fn of_process() -> Self {
        let args: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
        Self::choose(&args, |name| std::env::var(name).ok())
    }

    fn choose(args: &[String], env: impl Fn(&str) -> Option<String>) -> Self {
        let flag = args.iter().enumerate().find_map(|(at, arg)| match arg.strip_prefix("--lang") {
            Some("") => args.get(at + 1).cloned(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        });
        // POSIX: the first of these that is set and not empty decides.
        let told = flag.or_else(|| ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env(name).filter(|value| !value.is_empty())));
        let is_russian = told.is_some_and(|told| told.to_lowercase().split(['_', '-', '.', '@']).next() == Some("ru"));
        Self { language: if is_russian { Language::Ru } else { Language::En } }
    }

    /// The text `cli.<key>`.
    pub fn say(self, key: &str) -> String {
        self.tell(key, &[])
    }

    pub fn tell(self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        Texts::say(self.language, &format!("cli.{key}"), args)
    }

    /// The text, or `None` where there is none of that key.
    pub fn find(self, key: &str) -> Option<String> {
        let said = self.say(key);
        (said != format!("cli.{key}")).then_some(said)
    }

    /// A word of the API's vocabularies; one that we do not know yet is shown as it is.
    pub fn word(self, vocabulary: &str, word: &str) -> String {
        let said = Texts::word(self.language, vocabulary, word);
        if said.starts_with("common.") { self.find(&format!("word.{vocabulary}.{word}")).unwrap_or_else(|| word.to_owned()) } else { said }
    }

    /// `2m`, `3h`, `5d`: what stands in a table.
    pub fn age(self, since: Timestamp, now: Timestamp) -> String {
        let seconds = now.since(since).as_secs();
        let (unit, count) = match seconds {
            0..60 => ("s", seconds),
            60..3_600 => ("m", seconds / 60),
            3_600..172_800 => ("h", seconds / 3_600),
            _ => ("d", seconds / 86_400),
        };
        self.tell(&format!("age.{unit}"), &[("count", Arg::Count(count))])
    }

    /// Date and time in the zone of this machine.
    pub fn time(self, at: Timestamp) -> String {
        at.in_zone(&jiff::tz::TimeZone::system()).map_or_else(|| at.to_string(), |local| local.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_goes_before_the_environment_and_russian_is_only_what_says_so() {
        let choose = |args: &[&str], env: &[(&str, &str)]| {
            let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
            Speech::choose(&args, |name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())).language
        };
        assert_eq!(choose(&[], &[]), Language::En);
        assert_eq!(choose(&[], &[("LANG", "ru_RU.UTF-8")]), Language::Ru);
        assert_eq!(choose(&[], &[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "C")]), Language::En);
        assert_eq!(choose(&[], &[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "")]), Language::Ru);
        assert_eq!(choose(&["polyot", "--lang", "en"], &[("LANG", "ru_RU.UTF-8")]), Language::En);
        assert_eq!(choose(&["polyot", "--lang=ru"], &[]), Language::Ru);
        assert_eq!(choose(&[], &[("LANG", "run_RU")]), Language::En);
    }
}
