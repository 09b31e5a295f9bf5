//! The tables as clap's commands, with help in the reader's language.

use super::nouns::{self, NOUNS};
use super::out::{COLOURS, FORMATS};
use super::speech::{LANGUAGES, Speech};
use super::tree::{Arg as Given, Noun, Takes, Verb};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

// Arguments that every command has; their ids cannot be those of a field.
pub const OUTPUT: &str = "@output";
pub const FIELDS: &str = "@fields";
pub const LIMIT: &str = "@limit";
pub const QUIET: &str = "@quiet";
pub const TIMEOUT: &str = "@timeout";
pub const SERVER: &str = "@server";
pub const TOKEN: &str = "@token";
pub const CONTEXT: &str = "@context";
pub const CA_FILE: &str = "@ca-file";
pub const COLOR: &str = "@color";
pub const LANG: &str = "@lang";
pub const NO_INPUT: &str = "@no-input";
pub const YES: &str = "@yes";
/// Seconds for one answer.
pub const TIMEOUT_S: u32 = 60;

/// A command of ours among those of the program.
pub struct Asked {
    pub noun: &'static Noun,
    pub verb: &'static Verb,
    pub matches: ArgMatches,
}

impl clap::FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, below) = matches.subcommand().ok_or_else(missing)?;
        let noun = nouns::find(name).ok_or_else(missing)?;
        if let (true, Some(verb)) = (noun.is_lone(), noun.verb("")) {
            return Ok(Self { noun, verb, matches: below.clone() });
        }
        let (name, below) = below.subcommand().ok_or_else(missing)?;
        let verb = noun.verb(name).ok_or_else(missing)?;
        Ok(Self { noun, verb, matches: below.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Subcommand for Asked {
    fn augment_subcommands(command: Command) -> Command {
        let speech = Speech::of_process();
        command.subcommands(NOUNS.iter().flat_map(|group| group.iter()).map(|noun| of_noun(noun, speech)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        nouns::find(name).is_some()
    }
}

fn of_noun(noun: &'static Noun, speech: Speech) -> Command {
    let about = speech.say(&format!("about.{}._", noun.name));
    if let (true, Some(verb)) = (noun.is_lone(), noun.verb("")) {
        return of_verb(Command::new(noun.name), noun, verb, speech).about(about);
    }
    let verbs = noun.verbs.iter().map(|verb| {
        let about = speech.say(&format!("about.{}.{}", noun.name, verb.name));
        of_verb(Command::new(verb.name), noun, verb, speech).about(about)
    });
    dressed(Command::new(noun.name), speech, &format!("polyot {} <{}>", noun.name, speech.say("help.command")))
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_help_heading(speech.say("help.commands"))
        .subcommands(verbs)
}

fn of_verb(command: Command, noun: &Noun, verb: &Verb, speech: Speech) -> Command {
    let mut usage = vec!["polyot", noun.name, verb.name].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    for arg in verb.args.iter().filter(|arg| arg.is_required && !matches!(arg.takes, Takes::Secret)) {
        usage.push_str(&format!(" {}", spelled(arg, speech)));
    }
    usage.push_str(&format!(" [{}]", speech.say("help.options_short")));
    let own = verb.args.iter().map(|arg| of_arg(noun, verb, arg, speech));
    // Its own arguments come first in the help.
    dressed(command.args(own), speech, &usage).args(common(speech))
}

/// Help in the reader's language: clap's own words are English.
fn dressed(command: Command, speech: Speech, usage: &str) -> Command {
    command
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .help_template(format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", speech.say("help.usage")))
        .override_usage(usage.to_owned())
        .arg(
            Arg::new("@help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(speech.say("common.help"))
                .help_heading(speech.say("help.common")),
        )
}

fn spelled(arg: &Given, speech: Speech) -> String {
    let value = value_name(arg, speech);
    match arg.takes {
        Takes::Id(_) | Takes::Word | Takes::File => format!("<{value}>"),
        Takes::Ids(_) => format!("<{value}>..."),
        _ => format!("--{} <{value}>", arg.spelled()),
    }
}

/// What stands for the value in the help.
fn value_name(arg: &Given, speech: Speech) -> String {
    match arg.takes {
        Takes::Id(kind) | Takes::Ids(kind) | Takes::Ref(kind) | Takes::Refs(kind) => {
            let own = speech.find(&format!("value.kind_{}", kind.word));
            own.unwrap_or_else(|| speech.say(&format!("noun.{}", kind.word)).to_uppercase())
        }
        Takes::Word => speech.find(&format!("value.{}", arg.field)).unwrap_or_else(|| arg.field.to_uppercase()),
        Takes::Text => speech.say("value.text"),
        Takes::Integer => speech.say("value.number"),
        Takes::OneOf(words) => words.join("|"),
        Takes::Bool => "true|false".to_owned(),
        Takes::Moment => speech.say("value.moment"),
        Takes::Date => speech.say("value.date"),
        Takes::File | Takes::Secret => speech.say("value.file"),
        Takes::Ends => speech.say("value.end"),
        Takes::Switch => String::new(),
    }
}

/// The text for an argument: of this verb, of this noun, or the one it has everywhere.
pub fn help_of(noun: &Noun, verb: &Verb, arg: &Given, speech: Speech) -> Option<String> {
    let field = arg.field.replace('.', "_");
    [format!("arg_of.{}.{}.{field}", noun.name, verb.name), format!("arg_of.{}.{field}", noun.name), format!("arg.{field}")]
        .iter()
        .find_map(|key| speech.find(key))
}

fn of_arg(noun: &Noun, verb: &Verb, given: &Given, speech: Speech) -> Arg {
    let help = help_of(noun, verb, given, speech).unwrap_or_default();
    let arg = Arg::new(given.field).help(help).value_name(value_name(given, speech)).required(given.is_required);
    let positional = |arg: Arg| arg.help_heading(speech.say("help.arguments"));
    let flag = |arg: Arg| arg.long(given.spelled()).help_heading(speech.say("help.options"));
    match given.takes {
        Takes::Id(_) | Takes::Word | Takes::File => positional(arg),
        Takes::Ids(_) => positional(arg).num_args(1..).action(ArgAction::Append),
        Takes::Ref(_) | Takes::Text | Takes::Moment | Takes::Date => flag(arg),
        Takes::Refs(_) | Takes::Ends => flag(arg).action(ArgAction::Append),
        Takes::Integer => flag(arg).value_parser(value_parser!(i64)).allow_negative_numbers(true),
        Takes::OneOf(words) => flag(arg).value_parser(PossibleValuesParser::new(words)).hide_possible_values(true),
        Takes::Bool => flag(arg).value_parser(PossibleValuesParser::new(["true", "false"])).hide_possible_values(true),
        Takes::Switch => flag(arg).action(ArgAction::SetTrue).required(false),
        Takes::Secret => arg.long(format!("{}-file", given.spelled())).help_heading(speech.say("help.options")).required(false),
    }
}

fn common(speech: Speech) -> Vec<Arg> {
    let heading = speech.say("help.common");
    let arg = |id: &'static str| {
        let name = id.trim_start_matches('@');
        Arg::new(id).long(name).help(speech.say(&format!("common.{}", name.replace('-', "_")))).help_heading(heading.clone())
    };
    let words = |id: &'static str, words: &'static [&'static str]| {
        arg(id).value_name(words.join("|")).value_parser(PossibleValuesParser::new(words)).hide_possible_values(true)
    };
    let number = |id: &'static str| arg(id).value_name(speech.say("value.number")).value_parser(value_parser!(u32).range(1..));
    vec![
        words(OUTPUT, &FORMATS).short('o'),
        arg(FIELDS).value_name(speech.say("value.fields")),
        number(LIMIT),
        arg(QUIET).short('q').action(ArgAction::SetTrue),
        number(TIMEOUT),
        arg(SERVER).value_name("URL"),
        arg(TOKEN).value_name(speech.say("value.token")),
        arg(CONTEXT).value_name(speech.say("value.name")),
        arg(CA_FILE).value_name(speech.say("value.file")),
        words(COLOR, &COLOURS),
        words(LANG, &LANGUAGES),
        arg(NO_INPUT).action(ArgAction::SetTrue),
        arg(YES).short('y').action(ArgAction::SetTrue),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Act, Kind};
    use super::*;
    use model::tenant::Language;

    fn kinds(verb: &Verb) -> Vec<&'static Kind> {
        let of_act = match verb.act {
            Act::List(kind) | Act::Get(kind) | Act::Tell { of: kind, .. } | Act::Remove(kind) | Act::Create(kind) => Some(kind),
            Act::Own(_) => None,
        };
        let of_args = verb.args.iter().filter_map(|arg| match arg.takes {
            Takes::Id(kind) | Takes::Ids(kind) | Takes::Ref(kind) | Takes::Refs(kind) => Some(kind),
            _ => None,
        });
        of_act.into_iter().chain(of_args).collect()
    }

    #[test]
    fn every_command_argument_column_and_question_has_its_words_in_both_languages() {
        let mut missing = Vec::new();
        for language in [Language::En, Language::Ru] {
            let speech = Speech { language };
            let mut want = |key: String| {
                if speech.find(&key).is_none() {
                    missing.push(format!("{language:?} cli.{key}"));
                }
            };
            for noun in NOUNS.iter().flat_map(|group| group.iter()) {
                want(format!("about.{}._", noun.name));
                for verb in noun.verbs {
                    if !verb.name.is_empty() {
                        want(format!("about.{}.{}", noun.name, verb.name));
                    }
                    match verb.act {
                        Act::Tell { asks, .. } => {
                            want(format!("did.{}.{}", noun.name, verb.name));
                            if asks == super::super::tree::Asks::First {
                                want(format!("sure.{}.{}", noun.name, verb.name));
                            }
                        }
                        Act::Remove(_) => {
                            want(format!("did.{}.{}", noun.name, verb.name));
                            want(format!("sure.{}.{}", noun.name, verb.name));
                        }
                        Act::Create(_) => want(format!("did.{}.{}", noun.name, verb.name)),
                        Act::List(_) | Act::Get(_) | Act::Own(_) => {}
                    }
                    for kind in kinds(verb) {
                        want(format!("noun.{}", kind.word));
                        want(format!("nouns.{}", kind.word));
                        for column in kind.columns {
                            want(format!("head.{}", column.head));
                        }
                    }
                    for arg in verb.args.iter().filter(|arg| help_of(noun, verb, arg, speech).is_none()) {
                        want(format!("arg.{} ({} {})", arg.field.replace('.', "_"), noun.name, verb.name));
                    }
                }
            }
            for name in [
                "output", "fields", "limit", "quiet", "timeout", "server", "token", "context", "ca_file", "color", "lang", "no_input",
                "yes", "help",
            ] {
                want(format!("common.{name}"));
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }

    #[test]
    fn the_commands_hold_together() {
        crate::command().debug_assert();
    }
}
