//! The keys of a profile. docs/add-a-profile.md lists them all.

use super::config::config;
use super::fields::{Fields, Notes};
use super::node::{Place, Problem, parse};
use super::session::{session, ssh};
use crate::profile::{Clue, EntityColumn, FactPlace, FactRules, FactSource, Profile, Sign};

/// A weight beyond it says nothing more.
const WEIGHT_MAX: u64 = 1_000;

/// A profile as its file gives it; what it inherits is not in yet.
pub(crate) struct Draft {
    pub profile: Profile,
    pub inherits_at: Place,
}

pub(crate) fn read(file: &str, text: &str) -> (Option<Draft>, Vec<Problem>) {
    let node = match parse(file, text) {
        Ok(node) => node,
        Err(problem) => return (None, vec![problem]),
    };
    let notes = Notes::new(file);
    let draft = profile(file, &Fields::of(&notes, &node, "a profile"));
    (Some(draft), notes.done())
}

fn profile(file: &str, top: &Fields<'_>) -> Draft {
    let id = top.need_text("id");
    let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if !id.is_empty() && !id.split('.').all(fits) {
        top.note(top.place("id"), format!("`id`: `{id}` must be words of a-z, 0-9, - and _ with points between, such as acme.fastswitch"));
    }
    let draft = Draft {
        inherits_at: top.place("inherits"),
        profile: Profile {
            name: top.need_text("name"),
            source: top.need_text("source"),
            aliases: top.texts("aliases"),
            inherits: top.text("inherits"),
            is_last_resort: top.flag("last_resort"),
            detect: top.list("detect", clue).into_iter().flatten().collect(),
            facts: top.map("facts", facts).unwrap_or_default(),
            ssh: top.map("transport", ssh).unwrap_or_default(),
            session: top.map("session", session),
            config: top.map("config", config),
            file: file.to_owned(),
            id,
        },
    };
    if draft.profile.detect.is_empty() && !top.has("detect") {
        top.note(top.at, "`detect` is missing here: without a sign of recognition the profile is never found");
    }
    top.done();
    draft
}

fn clue(entry: &Fields<'_>) -> Option<Clue> {
    let weight = entry.number("weight").unwrap_or(0);
    if weight == 0 || weight > WEIGHT_MAX {
        entry.note(entry.place("weight"), format!("`weight` must be from 1 to {WEIGHT_MAX}; 100 decides"));
    }
    let matches = entry.pattern("match");
    let mut signs = Vec::new();
    signs.extend(entry.pattern("snmp_sysobjectid").map(Sign::SysObjectId));
    signs.extend(entry.pattern("snmp_sysdescr").map(Sign::SysDescr));
    signs.extend(entry.pattern("ssh_banner").map(Sign::SshBanner));
    signs.extend(entry.text("snmp_oid").map(|oid| Sign::Value { oid: dotted(entry, "snmp_oid", oid), matches: matches.clone() }));
    if let Some(command) = entry.text("cli") {
        match matches {
            Some(matches) => signs.push(Sign::Cli { command, matches }),
            None => entry.note(entry.at, "`cli` needs a `match` beside it: what the answer must show"),
        }
    }
    if signs.len() > 1 {
        entry.note(entry.at, "one sign per entry: give each its own weight");
    }
    let sign = signs.into_iter().next();
    let named = ["snmp_sysobjectid", "snmp_sysdescr", "ssh_banner", "snmp_oid", "cli"];
    if sign.is_none() && !named.iter().any(|key| entry.has(key)) {
        entry.note(entry.at, format!("a sign is missing here: one of {}", named.join(", ")));
    }
    Some(Clue { sign: sign?, weight: u32::try_from(weight.min(WEIGHT_MAX)).unwrap_or(0) })
}

fn facts(entry: &Fields<'_>) -> FactRules {
    let of = |key| entry.either(key, |text| Some(fixed(text)), fact).into_iter().flatten().collect();
    FactRules {
        vendor: of("vendor"),
        model: of("model"),
        os: of("os"),
        version: of("version"),
        serial: of("serial"),
        features: of("features"),
    }
}

fn fixed(text: &str) -> FactSource {
    FactSource { place: FactPlace::Fixed(text.to_owned()), matches: None, give: None, table: Vec::new() }
}

fn fact(entry: &Fields<'_>) -> Option<FactSource> {
    let mut places = Vec::new();
    match entry.text("in").as_deref() {
        None => {}
        Some("sysdescr") => places.push(FactPlace::SysDescr),
        Some("sysobjectid") => places.push(FactPlace::SysObjectId),
        Some("ssh_banner") => places.push(FactPlace::SshBanner),
        Some(other) => entry.note(entry.place("in"), format!("`in` is sysdescr, sysobjectid or ssh_banner, not `{other}`")),
    }
    places.extend(entry.text("oid").map(|oid| FactPlace::Oid(dotted(entry, "oid", oid))));
    places.extend(entry.text("column").map(|oid| FactPlace::Column(dotted(entry, "column", oid))));
    places.extend(entry.text("cli").map(FactPlace::Cli));
    if let Some(column) = entry.text("entity") {
        let column = match column.as_str() {
            "description" => Some(EntityColumn::Description),
            "name" => Some(EntityColumn::Name),
            "hardware" => Some(EntityColumn::HardwareRevision),
            "firmware" => Some(EntityColumn::FirmwareRevision),
            "software" => Some(EntityColumn::SoftwareRevision),
            "serial" => Some(EntityColumn::Serial),
            "model" => Some(EntityColumn::Model),
            other => {
                let known = "description, name, hardware, firmware, software, serial, model";
                entry.note(entry.place("entity"), format!("`entity`: `{other}` is not one of {known}"));
                None
            }
        };
        places.extend(column.map(FactPlace::Entity));
    }
    let matches = entry.pattern("match");
    let give = entry.text("give");
    let table = entry.pairs("table");
    if places.len() != 1 && !entry.has("in") && !entry.has("entity") || places.len() > 1 {
        entry.note(entry.at, "exactly one place to look at is needed: in, oid, column, entity or cli");
    }
    if matches!(places.first(), Some(FactPlace::Cli(_))) && matches.is_none() {
        entry.note(entry.at, "`cli` needs a `match`: what to take from the answer");
    }
    Some(FactSource { place: places.into_iter().next()?, matches, give, table })
}

fn dotted(entry: &Fields<'_>, key: &str, oid: String) -> String {
    if oid.is_empty() || !oid.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|digit| digit.is_ascii_digit())) {
        entry.note(entry.place(key), format!("`{key}`: `{oid}` is no object identifier; write numbers with points, without a leading one"));
    }
    oid
}
