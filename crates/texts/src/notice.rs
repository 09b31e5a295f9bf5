//! What a client reads when his services fail and when they work again: subject, plain text and HTML of one notice.
//!
//! Said: who writes, which services, since when, what we do, when the next word comes, which number to quote. Never: a device, a port,
//! a cause in the words of the trade, another client's service.

use crate::body::{Block, one_line, to_html, to_text};
use crate::{Arg, Texts};
use jiff::tz::TimeZone;
use model::Timestamp;
use model::limits::{NAME_CHARS_MAX, NOTE_CHARS_MAX};
use model::notice::{NoticeKind, Topic};
use model::tenant::Language;

/// Services named in one notice; the others are counted ("and 3 more services").
pub const SERVICES_LISTED_MAX: usize = 20;
/// Longest name of a service inside a subject, characters: mail programs show about this much.
pub const SUBJECT_SERVICE_CHARS_MAX: usize = 70;
/// Lines of a correction; the rest is cut.
pub const CORRECTION_LINES_MAX: usize = 40;
/// Characters of an incident's id that a person can read out on the phone.
const REFERENCE_CHARS: usize = 8;

/// How a service is, in the client's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    Down,
    Degraded,
    Working,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLine<'a> {
    pub name: &'a str,
    pub state: ServiceState,
}

/// Everything a notice says. Names are taken as they are, whatever they hold.
#[derive(Debug, Clone)]
pub struct NoticeText<'a> {
    pub kind: NoticeKind,
    pub language: Language,
    /// Name of whoever serves the client.
    pub brand: &'a str,
    pub client: &'a str,
    /// The person we write to; greeted without a name when `None`.
    pub contact: Option<&'a str>,
    /// The client's own services, in the order to show. For *restored*: those that work again.
    pub services: Vec<ServiceLine<'a>>,
    /// The first missed probe.
    pub since: Timestamp,
    /// When it worked again (*restored*).
    pub until: Option<Timestamp>,
    /// A promise for the next word. `None`: we write on a change or recovery.
    pub next_by: Option<Timestamp>,
    /// See [`reference()`].
    pub incident_ref: &'a str,
    pub zone: TimeZone,
    /// What was wrong (*correction*), in the words of the person who corrects.
    pub correction_text: Option<&'a str>,
}

/// One notice, ready for a channel. The subject is one line without control characters; the HTML is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The short form of an incident's (or maintenance's) id: its last characters, which are random (the first are the time and alike for
/// neighbours).
pub fn reference(of: impl Into<Topic>) -> String {
    let topic = of.into();
    let (prefix, id) = match topic {
        Topic::Incident(id) => ("INC", id.to_string()),
        Topic::Maintenance(id) => ("MNT", id.to_string()),
    };
    format!("{prefix}-{}", &id[id.len() - REFERENCE_CHARS..])
}

impl NoticeText<'_> {
    pub fn render(&self) -> Rendered {
        let subject = self.subject();
        let brand = self.line(self.brand);
        let mut blocks = vec![Block::Lines(vec![self.greeting()])];
        match self.kind {
            NoticeKind::Opened => self.fault("opened", &mut blocks),
            // Planned work has a text of its own (`maintenance`): asked for it here, we say what is true of any word about services.
            NoticeKind::Updated | NoticeKind::MaintenanceAnnounced | NoticeKind::MaintenanceChanged | NoticeKind::MaintenanceCancelled => {
                self.fault("updated", &mut blocks)
            }
            NoticeKind::Restored => self.recovery(&mut blocks),
            NoticeKind::Correction => self.correction(&mut blocks),
        }
        blocks.push(Block::Lines(vec![
            self.say("client", &[("client", (&self.line(self.client)).into())]),
            self.say("reference", &[("reference", (&self.line(self.incident_ref)).into())]),
        ]));
        let html = to_html(self.language, &subject, &brand, &blocks);
        blocks.push(Block::Lines(vec![self.say("signature", &[("brand", (&brand).into())])]));
        Rendered { subject, text: to_text(&blocks), html }
    }

    fn subject(&self) -> String {
        let kind = match self.kind {
            NoticeKind::MaintenanceAnnounced | NoticeKind::MaintenanceChanged | NoticeKind::MaintenanceCancelled => NoticeKind::Updated,
            kind => kind,
        };
        let kind = kind.as_str();
        let subject = match (self.kind, self.services.as_slice()) {
            (NoticeKind::Correction, _) => self.say("correction.subject", &[]),
            (_, [only]) => {
                self.say(&format!("{kind}.subject_named"), &[("service", (&one_line(only.name, SUBJECT_SERVICE_CHARS_MAX)).into())])
            }
            (_, services) => self.say(&format!("{kind}.subject.services"), &[("count", services.len().into())]),
        };
        let reference = self.line(self.incident_ref);
        // Every value was made one line already; this holds whatever a text file may contain.
        let whole = self.say("subject_with_reference", &[("subject", (&subject).into()), ("reference", (&reference).into())]);
        one_line(&whole, NAME_CHARS_MAX * 3)
    }

    fn greeting(&self) -> String {
        match self.contact.map(|name| self.line(name)).filter(|name| !name.is_empty()) {
            Some(name) => self.say("greeting_named", &[("name", (&name).into())]),
            None => self.say("greeting", &[]),
        }
    }

    fn fault(&self, kind: &str, blocks: &mut Vec<Block>) {
        blocks.push(Block::Lines(vec![self.by_number(&format!("{kind}.lead"))]));
        self.list(blocks, |service| self.with_state(service));
        blocks.push(Block::Lines(vec![self.at("since", self.since)]));
        let next = match self.next_by {
            Some(by) => self.at("next_by", by),
            None => self.by_number("next_on_change"),
        };
        blocks.push(Block::Lines(vec![self.say(&format!("{kind}.action"), &[]), next]));
    }

    fn recovery(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Lines(vec![self.by_number("restored.lead")]));
        self.list(blocks, |service| self.line(service.name));
        let mut when = vec![self.at("since", self.since)];
        if let Some(until) = self.until {
            when.push(self.at("until", until));
            when.push(self.say("lasted", &[("duration", until.since(self.since).into())]));
        }
        blocks.push(Block::Lines(when));
        blocks.push(Block::Lines(vec![self.say("restored.apology", &[])]));
    }

    fn correction(&self, blocks: &mut Vec<Block>) {
        let written: Vec<String> = self.correction_text.map(paragraph_lines).unwrap_or_default();
        let said = if written.is_empty() { vec![self.say("correction.default", &[])] } else { written };
        blocks.push(Block::Lines(vec![self.say("correction.lead", &[])]));
        blocks.push(Block::Lines(said));
        if !self.services.is_empty() {
            blocks.push(Block::Lines(vec![self.by_number("correction.concerns")]));
            self.list(blocks, |service| self.line(service.name));
        }
        blocks.push(Block::Lines(vec![self.say("correction.apology", &[])]));
    }

    /// The services, at most [`SERVICES_LISTED_MAX`] of them by name.
    fn list(&self, blocks: &mut Vec<Block>, show: impl Fn(&ServiceLine<'_>) -> String) {
        let mut items: Vec<String> = self.services.iter().take(SERVICES_LISTED_MAX).map(show).collect();
        if let Some(more) = self.services.len().checked_sub(SERVICES_LISTED_MAX).filter(|more| *more > 0) {
            items.push(self.say("more.services", &[("count", more.into())]));
        }
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
    }

    fn with_state(&self, service: &ServiceLine<'_>) -> String {
        let state = match service.state {
            ServiceState::Down => "state.down",
            ServiceState::Degraded => "state.degraded",
            ServiceState::Working => "state.working",
        };
        let state = self.say(state, &[]);
        self.say("service_line", &[("service", (&self.line(service.name)).into()), ("state", (&state).into())])
    }

    /// Sentences without a number know only "your service" and "your services": a plural by CLDR would say "your service" of 21.
    fn by_number(&self, key: &str) -> String {
        let number = if self.services.len() == 1 { "single" } else { "several" };
        self.say(&format!("{key}_{number}"), &[])
    }

    fn at(&self, key: &str, at: Timestamp) -> String {
        self.say(key, &[("time", Arg::Time { at, zone: &self.zone })])
    }

    fn say(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        Texts::say(self.language, &format!("notices.{key}"), args)
    }

    fn line(&self, text: &str) -> String {
        one_line(text, NAME_CHARS_MAX)
    }
}

/// A person's words, kept line by line within the limits.
fn paragraph_lines(text: &str) -> Vec<String> {
    let within: String = text.chars().take(NOTE_CHARS_MAX).collect();
    within.lines().map(|line| one_line(line, NOTE_CHARS_MAX)).filter(|line| !line.is_empty()).take(CORRECTION_LINES_MAX).collect()
}
