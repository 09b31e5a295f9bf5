//! What a client reads of planned work on his services: that it will be, that it changed, that it will not be.
//!
//! Said: which of his services may be interrupted, from when to when, by whom. Never: a device, a site that is not his, the reason in the
//! words of the trade, another client's service.

use crate::body::{Block, one_line, to_html, to_text};
use crate::notice::{Rendered, SERVICES_LISTED_MAX, SUBJECT_SERVICE_CHARS_MAX};
use crate::{Arg, Texts};
use jiff::tz::TimeZone;
use model::Timestamp;
use model::limits::{NAME_CHARS_MAX, NOTE_CHARS_MAX};
use model::notice::NoticeKind;
use model::tenant::Language;

/// Everything such a notice says. Names are taken as they are, whatever they hold.
#[derive(Debug, Clone)]
pub struct MaintenanceText<'a> {
    pub kind: NoticeKind,
    pub language: Language,
    pub brand: &'a str,
    pub client: &'a str,
    pub contact: Option<&'a str>,
    /// The client's own services.
    pub services: Vec<&'a str>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub reference: &'a str,
    pub zone: TimeZone,
    /// What was wrong (*correction*), in the words of the person who corrects.
    pub correction_text: Option<&'a str>,
}

impl MaintenanceText<'_> {
    pub fn render(&self) -> Rendered {
        let word = match self.kind {
            NoticeKind::MaintenanceChanged => "changed",
            NoticeKind::MaintenanceCancelled => "cancelled",
            NoticeKind::Correction => "correction",
            _ => "announced",
        };
        let subject = self.subject(word);
        let brand = self.line(self.brand);
        let mut blocks = vec![Block::Lines(vec![self.greeting()]), Block::Lines(vec![self.say(&format!("{word}.lead"), &[])])];
        if word == "correction" {
            let within: String = self.correction_text.unwrap_or_default().chars().take(NOTE_CHARS_MAX).collect();
            blocks.push(Block::Lines(within.lines().map(|line| one_line(line, NOTE_CHARS_MAX)).filter(|line| !line.is_empty()).collect()));
        } else {
            self.list(&mut blocks);
            blocks.push(Block::Lines(vec![self.at("from", self.starts_at), self.at("to", self.ends_at)]));
            blocks.push(Block::Lines(vec![self.say(&format!("{word}.action"), &[])]));
        }
        blocks.push(Block::Lines(vec![
            self.say("client", &[("client", (&self.line(self.client)).into())]),
            self.say("reference", &[("reference", (&self.line(self.reference)).into())]),
        ]));
        let html = to_html(self.language, &subject, &brand, &blocks);
        blocks.push(Block::Lines(vec![self.say("signature", &[("brand", (&brand).into())])]));
        Rendered { subject, text: to_text(&blocks), html }
    }

    fn subject(&self, word: &str) -> String {
        let subject = match self.services.as_slice() {
            [only] if word != "correction" => {
                self.say(&format!("{word}.subject_named"), &[("service", (&one_line(only, SUBJECT_SERVICE_CHARS_MAX)).into())])
            }
            _ => self.say(&format!("{word}.subject"), &[]),
        };
        let whole =
            self.say("subject_with_reference", &[("subject", (&subject).into()), ("reference", (&self.line(self.reference)).into())]);
        one_line(&whole, NAME_CHARS_MAX * 3)
    }

    fn greeting(&self) -> String {
        match self.contact.map(|name| self.line(name)).filter(|name| !name.is_empty()) {
            Some(name) => Texts::say(self.language, "notices.greeting_named", &[("name", (&name).into())]),
            None => Texts::say(self.language, "notices.greeting", &[]),
        }
    }

    fn list(&self, blocks: &mut Vec<Block>) {
        let mut items: Vec<String> = self.services.iter().take(SERVICES_LISTED_MAX).map(|name| self.line(name)).collect();
        if let Some(more) = self.services.len().checked_sub(SERVICES_LISTED_MAX).filter(|more| *more > 0) {
            items.push(Texts::say(self.language, "notices.more.services", &[("count", more.into())]));
        }
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
    }

    fn at(&self, key: &str, at: Timestamp) -> String {
        self.say(key, &[("time", Arg::Time { at, zone: &self.zone })])
    }

    fn say(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        Texts::say(self.language, &format!("maintenance.{key}"), args)
    }

    fn line(&self, text: &str) -> String {
        one_line(text, NAME_CHARS_MAX)
    }
}
