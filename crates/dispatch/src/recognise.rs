//! From what the agent says of itself to the profile that knows such devices.

use model::device::{Facts, Recognised};
use profiles::{Evidence, Profiles};

/// What the profiles make of the system group (SNMPv2-MIB). Nothing certain: nothing. A profile that a person pinned reads it, whatever it says.
pub(crate) fn recognise(profiles: &Profiles, facts: &Facts, pinned: Option<&str>) -> Recognised {
    let mut evidence = Evidence::new();
    if let Some(descr) = &facts.sys_descr {
        evidence = evidence.with_sys_descr(descr);
    }
    if let Some(oid) = &facts.sys_object_id {
        evidence = evidence.with_sys_object_id(oid);
    }
    let best = pinned.map(str::to_owned).or_else(|| profiles.detect(&evidence).best);
    let Some(profile) = best.as_deref().and_then(|id| profiles.get(id)) else { return Recognised::default() };
    let known = profile.facts(&evidence);
    Recognised {
        profile: Some(profile.id.clone()),
        vendor: known.vendor,
        model: known.model,
        os: known.os,
        os_version: known.version,
        serial: known.serial,
    }
}
