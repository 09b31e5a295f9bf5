//! Every command, as tables. One more noun is a [`Noun`] here, a [`super::tree::Kind`] with its columns and its words in `cli.json`.

pub mod import;
pub mod manage;
pub mod own;
pub mod register;
pub mod watch;

use super::tree::Noun;

/// In the order of the help.
pub static NOUNS: &[&[Noun]] = &[watch::NOUNS, register::NOUNS, manage::NOUNS, import::NOUNS, own::NOUNS];

pub fn find(name: &str) -> Option<&'static Noun> {
    NOUNS.iter().flat_map(|group| group.iter()).find(|noun| noun.name == name)
}

/// Languages of what people read.
pub const LANGUAGES: &[&str] = &["en", "ru"];
