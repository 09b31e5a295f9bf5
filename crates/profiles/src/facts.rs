//! What a device says of itself, read by the rules of its profile.

use crate::evidence::Evidence;
use crate::profile::{EntityColumn, FactPlace, FactSource, Profile};

/// A fact longer than this is a text, not a fact.
const FACT_LENGTH_MAX: usize = 200;
/// ENTITY-MIB (RFC 6933) entPhysicalEntry.
const ENTITY: &str = "1.3.6.1.2.1.47.1.1.1.1";
/// entPhysicalClass: chassis, then stack, then what only has modules.
const CLASSES: [&str; 3] = ["3", "11", "9"];

#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Facts {
    pub vendor: Option<String>,
    pub model: Option<String>,
    pub os: Option<String>,
    pub version: Option<String>,
    pub serial: Option<String>,
    pub features: Option<String>,
}

impl Profile {
    #[must_use]
    pub fn facts(&self, evidence: &Evidence) -> Facts {
        let first = |sources: &[FactSource]| sources.iter().find_map(|source| look(source, evidence));
        Facts {
            vendor: first(&self.facts.vendor),
            model: first(&self.facts.model),
            os: first(&self.facts.os),
            version: first(&self.facts.version),
            serial: first(&self.facts.serial),
            features: first(&self.facts.features),
        }
    }
}

fn look(source: &FactSource, evidence: &Evidence) -> Option<String> {
    let raw = match &source.place {
        FactPlace::Fixed(text) => Some(text.as_str()),
        FactPlace::SysDescr => evidence.sys_descr(),
        FactPlace::SysObjectId => evidence.sys_object_id(),
        FactPlace::SshBanner => evidence.ssh_banner.as_deref(),
        FactPlace::Oid(oid) => evidence.value(oid),
        FactPlace::Column(oid) => return evidence.column(oid).iter().find_map(|(_, value)| shape(source, value)),
        FactPlace::Entity(column) => return entity(*column, evidence).iter().find_map(|value| shape(source, value)),
        FactPlace::Cli(command) => evidence.answer(command),
    };
    shape(source, raw?)
}

/// What the pattern takes from the value, translated and tidied.
fn shape(source: &FactSource, value: &str) -> Option<String> {
    let taken = match &source.matches {
        None => source.give.clone().unwrap_or_else(|| value.to_owned()),
        Some(pattern) => {
            let captures = pattern.captures(value)?;
            match &source.give {
                Some(give) => {
                    let mut text = String::new();
                    captures.expand(give, &mut text);
                    text
                }
                None => captures.iter().skip(1).flatten().next().or_else(|| captures.get(0))?.as_str().to_owned(),
            }
        }
    };
    let taken =
        if source.table.is_empty() { taken } else { source.table.iter().find(|(from, _)| *from == taken).map(|(_, to)| to.clone())? };
    let taken: String =
        taken.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '"').chars().filter(|c| !c.is_control()).collect();
    (!taken.is_empty() && taken.len() <= FACT_LENGTH_MAX).then_some(taken)
}

/// Values of a column, the chassis' first.
fn entity<'e>(column: EntityColumn, evidence: &'e Evidence) -> Vec<&'e str> {
    let number = match column {
        EntityColumn::Description => 2,
        EntityColumn::Name => 7,
        EntityColumn::HardwareRevision => 8,
        EntityColumn::FirmwareRevision => 9,
        EntityColumn::SoftwareRevision => 10,
        EntityColumn::Serial => 11,
        EntityColumn::Model => 13,
    };
    let classes = evidence.column(&format!("{ENTITY}.5"));
    let values = evidence.column(&format!("{ENTITY}.{number}"));
    if classes.is_empty() {
        // Some agents leave the classes out; the first part that has a value is then the nearest to the chassis.
        return values.into_iter().map(|(_, value)| value).filter(|value| !value.trim().is_empty()).collect();
    }
    let mut found = Vec::new();
    for class in CLASSES {
        for (index, _) in classes.iter().filter(|(_, given)| *given == class) {
            found.extend(values.iter().filter(|(row, value)| row == index && !value.trim().is_empty()).map(|(_, value)| *value));
        }
    }
    found
}
