//! The words of Polyot for people: pages, mails and the CLI take them from `/locales/{en,ru}/*.json` (i18next JSON), embedded at build.
//!
//! Promises: [`Texts::say`] always answers and never panics — a text missing in the reader's language comes in English, one missing
//! everywhere shows its key. Plurals follow CLDR, numbers, times and durations the reader's language and time zone. A value is put in
//! once, as it is: braces inside a value are never read again.
//! Never: I/O, markup in a text, a sentence outside of the JSON files, device jargon in what a client reads.

mod body;
mod catalogue;
mod format;
pub mod maintenance;
pub mod notice;

pub use catalogue::Texts;
pub use format::{Arg, duration_words, number, time, zone_or_utc};
pub use notice::{NoticeText, Rendered, ServiceLine, ServiceState};
