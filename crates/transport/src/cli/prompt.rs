//! The learned prompt, and what else a last line may be.

use super::spec::Mode;

/// What follows the device's name in a prompt: a mode such as `(config-if)`.
const SUFFIX_CHARS_MAX: usize = 80;
/// What may stand before the name: a redundancy state such as `HRP_M`, then a bracket.
const PREFIX_CHARS_MAX: usize = 16;
/// Some devices cut their name in the prompts of the configuration.
const NAME_CHARS_CUT: usize = 16;
/// No percent sign: a progress would be taken for a prompt.
const ENDS: [char; 4] = ['>', '#', '$', ']'];
const OPENERS: [char; 4] = ['<', '[', '~', '*'];

/// The prompt of this session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) exact: String,
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Exact,
    /// Of the same device, in another mode.
    Mode,
}

impl Prompt {
    /// Nothing when `line` is no prompt.
    pub(super) fn learn(line: &str, modes: &[Mode]) -> Option<Self> {
        let name = match modes.iter().find_map(|mode| mode.name_in(line)) {
            Some(told) => told.unwrap_or_else(|| name_in(line).to_owned()),
            // A prompt that no mode foresees is still one when it looks like one: names hold what patterns do not think of.
            None if looks_like_prompt(line) => name_in(line).to_owned(),
            None => return None,
        };
        Some(Self { exact: line.to_owned(), name: name.trim().to_owned() })
    }

    pub(super) fn fits(&self, line: &str, modes: &[Mode]) -> Option<Fit> {
        if line == self.exact {
            return Some(Fit::Exact);
        }
        if line.is_empty() || self.name.is_empty() {
            return None;
        }
        let is_of_mode = modes.iter().filter_map(|mode| mode.name_in(line)?).any(|name| self.is_name(&name));
        (is_of_mode || self.has_suffix(line)).then_some(Fit::Mode)
    }

    fn is_name(&self, name: &str) -> bool {
        name == self.name || (name.chars().count() >= NAME_CHARS_CUT && self.name.starts_with(name))
    }

    /// Base prompt ± mode: the same name between what opens it and something that ends like a prompt.
    fn has_suffix(&self, line: &str) -> bool {
        let Some(at) = line.find(&self.name) else { return false };
        let (before, after) = (&line[..at], &line[at + self.name.len()..]);
        let opens = before.is_empty()
            || (before.chars().count() <= PREFIX_CHARS_MAX
                && before.ends_with(OPENERS)
                && before.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || OPENERS.contains(&c)));
        // Both with a bracket or both without: a word of a text is not a prompt.
        let is_alike = before.is_empty() != self.exact.contains(['<', '[']);
        opens
            && is_alike
            && after.ends_with(ENDS)
            && after.chars().count() <= SUFFIX_CHARS_MAX
            && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
            && !after.contains(['"', '\'', ';', '!', '?', '='])
    }
}

/// By its end only.
pub(super) fn looks_like_prompt(line: &str) -> bool {
    line.ends_with(ENDS) && line.chars().count() <= 2 * SUFFIX_CHARS_MAX && line.chars().any(char::is_alphanumeric)
}

/// A line that wants an answer which only a person could give.
pub(super) fn looks_like_question(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let bare = line.trim_end_matches([':', ' ', '?']);
    let choices = ["[y/n]", "(y/n)", "[yes/no]", "(yes/no)", "[yes]", "[no]", "[confirm]", "(confirm)", "[n/y]", "[y]", "[n]"];
    let words = ["password", "passphrase", "username", "user name", "login", "enter key", "пароль"];
    line.ends_with('?')
        || choices.iter().any(|choice| bare.ends_with(choice))
        || (line.ends_with(':') && words.iter().any(|word| bare.ends_with(word)))
}

/// What is between the brackets or before the end.
fn name_in(line: &str) -> &str {
    let bare = line.trim_end().trim_end_matches(|c: char| ENDS.contains(&c) || c == ' ');
    let bare = match bare.find('(') {
        Some(at) if at > 0 && bare.ends_with(')') => &bare[..at],
        _ => bare,
    };
    bare.rfind(['<', '[']).map_or(bare, |at| &bare[at + 1..]).trim_start_matches(OPENERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    fn modes(prompts: &[&str]) -> Vec<Mode> {
        prompts.iter().map(|prompt| Mode { name: String::new(), prompt: Regex::new(prompt).unwrap() }).collect()
    }

    fn check(learned: &str, patterns: &[&str], line: &str, expected: Option<Fit>) {
        let modes = modes(patterns);
        let prompt = Prompt::learn(learned, &modes).unwrap_or_else(|| panic!("`{learned}` is no prompt"));
        assert_eq!(prompt.fits(line, &modes), expected, "learned {prompt:?}, line `{line}`");
    }

    #[test]
    fn a_mode_of_the_same_device_is_a_prompt() {
        check("R1#", &[], "R1#", Some(Fit::Exact));
        check("R1#", &[], "R1(config-if)#", Some(Fit::Mode));
        check("R1>", &[], "R1#", Some(Fit::Mode));
        check("<PE-1>", &[], "[PE-1]", Some(Fit::Mode));
        check("<PE-1>", &[], "[~PE-1-GigabitEthernet0/0/1]", Some(Fit::Mode));
        check("<PE-1>", &[], "[*PE-1]", Some(Fit::Mode));
        check("HRP_M<FW>", &[], "HRP_S[FW-policy]", Some(Fit::Mode));
        check("[admin@Main Office] >", &[], "[admin@Main Office] /ip/address>", Some(Fit::Mode));
        check("[admin@Main Office] >", &[], "[admin@Main Office] <SAFE>", Some(Fit::Mode));
        let cut = r"^(?P<host>[\w-]+)(\([\w-]+\))?[>#]$";
        check("a-very-long-name-of-a-router#", &[cut], "a-very-long-name-of-(config)#", Some(Fit::Mode));
    }

    #[test]
    fn what_a_configuration_says_is_no_prompt() {
        check("<PE-1>", &[r"^<(?P<host>[^<>]+)>$", r"^\[[~*]?(?P<host>[^\[\]]+)\]$"], "[V200R009C00SPC500]", None);
        check("R1#", &[], "R10#", None);
        check("R1#", &[], "hostname R1", None);
        check("R1#", &[], "banner motd # R1 is watched #", None);
        check("R1#", &[], "#", None);
        check("R1#", &[], "", None);
    }

    #[test]
    fn a_question_is_told_from_a_prompt() {
        for line in
            ["Save? [Y/N]:", "Are you sure", "Proceed? [confirm]", "Password:", "Overwrite file [startup-config]? [Y/N]", "Continue (y/n)"]
        {
            assert_eq!(looks_like_question(line), line != "Are you sure", "{line}");
        }
        assert!(Prompt::learn("Press any key", &[]).is_none());
    }
}
