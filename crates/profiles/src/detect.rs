//! Which profile a device has: signs are weighed, 100 decides, a tie is told and decides nothing.

use crate::evidence::Evidence;
use crate::profile::{Profile, Sign};
use crate::shelf::Profiles;

/// From this sum of weights on a profile is believed.
pub(crate) const DECIDES: u32 = 100;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detection {
    /// The id of the profile; none when no sum decides or two are equal.
    pub best: Option<String>,
    /// Sum of the weights of the best, or of those that are equal.
    pub score: u32,
    /// Others that hit, best first.
    pub rivals: Vec<Rival>,
    /// The signs that hit for the best, in words.
    pub why: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    pub id: String,
    pub score: u32,
}

impl Profiles {
    #[must_use]
    pub fn detect(&self, evidence: &Evidence) -> Detection {
        let mut hits: Vec<(bool, u32, &Profile, Vec<String>)> = Vec::new();
        for profile in self.iter() {
            let (score, why) = weigh(profile, evidence);
            if score > 0 {
                hits.push((!profile.is_last_resort, score, profile, why));
            }
        }
        // A last resort never stands above one that decides, however much of it hits.
        hits.sort_by(|a, b| (b.0 && b.1 >= DECIDES, b.1, a.2.id.as_str()).cmp(&(a.0 && a.1 >= DECIDES, a.1, b.2.id.as_str())));
        let rank = |hit: &(bool, u32, &Profile, Vec<String>)| (hit.0 && hit.1 >= DECIDES, hit.1);
        let Some(first) = hits.first() else { return Detection::default() };
        let is_tie = hits.get(1).is_some_and(|second| rank(second) == rank(first));
        let is_sure = first.1 >= DECIDES && !is_tie;
        let others = hits.iter().skip(usize::from(is_sure));
        Detection {
            best: is_sure.then(|| first.2.id.clone()),
            score: first.1,
            rivals: others.map(|hit| Rival { id: hit.2.id.clone(), score: hit.1 }).collect(),
            why: if is_sure { first.3.clone() } else { Vec::new() },
        }
    }
}

fn weigh(profile: &Profile, evidence: &Evidence) -> (u32, Vec<String>) {
    let mut score = 0u32;
    let mut why = Vec::new();
    for clue in &profile.detect {
        if let Some(reason) = hit(&clue.sign, evidence) {
            score = score.saturating_add(clue.weight);
            why.push(format!("{reason} (+{})", clue.weight));
        }
    }
    (score, why)
}

fn hit(sign: &Sign, evidence: &Evidence) -> Option<String> {
    match sign {
        Sign::SysObjectId(pattern) => evidence.sys_object_id().filter(|oid| pattern.is_match(oid)).map(|oid| format!("sysObjectID {oid}")),
        Sign::SysDescr(pattern) => {
            let found = pattern.find(evidence.sys_descr()?)?;
            Some(if found.is_empty() { "sysDescr is there".to_owned() } else { format!("sysDescr holds \"{}\"", found.as_str()) })
        }
        Sign::SshBanner(pattern) => {
            evidence.ssh_banner.as_deref().filter(|banner| pattern.is_match(banner)).map(|_| "SSH banner".to_owned())
        }
        Sign::Value { oid, matches } => {
            let value = evidence.value(oid).or_else(|| evidence.column(oid).first().map(|(_, value)| *value))?;
            matches.as_ref().is_none_or(|pattern| pattern.is_match(value)).then(|| format!("object {oid}"))
        }
        Sign::Cli { command, matches } => {
            evidence.answer(command).filter(|answer| matches.is_match(answer)).map(|_| format!("answer to `{command}`"))
        }
    }
}
