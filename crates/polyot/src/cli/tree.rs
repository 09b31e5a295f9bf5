//! What a command is, as data: nouns, their verbs, what each takes and does. The tables stand in `nouns/`.

use super::Call;
use super::failure::Failure;
use serde_json::Value;
use std::pin::Pin;

/// A thing that commands are about: `polyot alarm …`.
pub struct Noun {
    pub name: &'static str,
    /// A single verb without a name is the noun's own (`polyot summary`).
    pub verbs: &'static [Verb],
}

pub struct Verb {
    pub name: &'static str,
    pub args: &'static [Arg],
    pub act: Act,
}

/// What a verb does. Most need no code of their own.
pub enum Act {
    /// All pages of a list.
    List(&'static Kind),
    /// One object.
    Get(&'static Kind),
    /// `POST <object>/<what>` for each object named; some are asked about first.
    Tell { of: &'static Kind, what: &'static str, asks: Asks },
    /// `DELETE` for each object named, after a question.
    Remove(&'static Kind),
    /// `POST` of what the arguments say; prints the new id.
    Create(&'static Kind),
    /// Anything else.
    Own(Own),
}

pub type Own = for<'a> fn(&'a Call) -> Doing<'a>;
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// Whether a person must confirm (or say `--yes`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    First,
    Nothing,
}

pub struct Arg {
    /// Its key in the query or the body; the flag is the same with dashes.
    pub field: &'static str,
    /// The flag, when it is spelled otherwise.
    pub flag: Option<&'static str>,
    pub takes: Takes,
    pub is_required: bool,
    /// What a list asks for when nothing was said; the word `all` asks for everything.
    pub assumed: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub enum Takes {
    /// One object by name or id, without a flag.
    Id(&'static Kind),
    /// Several of them.
    Ids(&'static Kind),
    /// A word without a flag.
    Word,
    /// One object by name or id.
    Ref(&'static Kind),
    /// The flag may be given several times.
    Refs(&'static Kind),
    Text,
    Integer,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// True when given.
    Switch,
    /// `true` or `false`.
    Bool,
    /// A moment: RFC 3339, wall time here, `now`, `+90m`.
    Moment,
    /// A date, YYYY-MM-DD.
    Date,
    /// A file name without a flag.
    File,
    /// A secret: prompted for, or `--<flag>-file FILE` (`-` is standard input). Never an argument itself.
    Secret,
    /// `DEVICE` or `DEVICE:INTERFACE`, several times.
    Ends,
}

impl Arg {
    const fn new(field: &'static str, takes: Takes, is_required: bool) -> Self {
        Self { field, flag: None, takes, is_required, assumed: None }
    }

    /// The same under another flag.
    pub const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    /// What a list asks for when nothing was said.
    pub const fn assumed(mut self, word: &'static str) -> Self {
        self.assumed = Some(word);
        self
    }

    /// How it is spelled, without dashes in front.
    pub fn spelled(&self) -> String {
        self.flag.unwrap_or(self.field).replace('_', "-")
    }
}

pub const fn must(field: &'static str, takes: Takes) -> Arg {
    Arg::new(field, takes, true)
}

pub const fn may(field: &'static str, takes: Takes) -> Arg {
    Arg::new(field, takes, false)
}

/// A kind of object that the API has.
pub struct Kind {
    /// Its name in commands and texts: `device`.
    pub word: &'static str,
    /// Of its ids, without the underscore; empty where an object has none.
    pub prefix: &'static str,
    /// Below `/api/v1/`.
    pub path: &'static str,
    /// What every list asks for: `kind=site`.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether the list can be searched by `q`.
    pub is_searched: bool,
    /// By what a person may call it; the first is also what is shown of it.
    pub names: &'static [&'static str],
    pub columns: &'static [Column],
}

/// One column of a table. CSV has the raw value instead of what is shown.
pub struct Column {
    /// Its heading: a key of the texts.
    pub head: &'static str,
    /// Where the value is, with dots: `device.name`.
    pub at: &'static str,
    pub show: Show,
    pub is_wide: bool,
}

#[derive(Clone, Copy)]
pub enum Show {
    /// As it is; the name of an object, the names of several.
    Plain,
    /// A word of this vocabulary, in the reader's language.
    Word(&'static str),
    /// With its sign.
    Severity,
    /// How long ago.
    Age,
    /// Date and time here.
    Time,
    Flag,
    /// The sum of the numbers of an object.
    Sum,
    /// From the whole row.
    Row(fn(&Value, super::speech::Speech) -> String),
}

pub const fn col(head: &'static str, at: &'static str) -> Column {
    Column { head, at, show: Show::Plain, is_wide: false }
}

pub const fn word(head: &'static str, at: &'static str, vocabulary: &'static str) -> Column {
    Column { head, at, show: Show::Word(vocabulary), is_wide: false }
}

impl Column {
    pub const fn as_(mut self, show: Show) -> Self {
        self.show = show;
        self
    }

    /// Only in `-o wide`, in CSV and for a single object.
    pub const fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }
}

impl Noun {
    pub fn verb(&self, name: &str) -> Option<&'static Verb> {
        self.verbs.iter().find(|verb| verb.name == name)
    }

    /// Whether it is one command of its own.
    pub fn is_lone(&self) -> bool {
        matches!(self.verbs, [verb] if verb.name.is_empty())
    }
}
