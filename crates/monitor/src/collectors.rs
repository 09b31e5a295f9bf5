//! What monitor knows of each collector: whether it speaks, and whether it is cut off.

use crate::rules::{self, Proof};
use model::observation::Heartbeat;
use model::{CollectorId, Timestamp, limits};
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Live,
    Lost,
    CutOff,
}

impl Life {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Lost => "lost",
            Self::CutOff => "cut_off",
        }
    }
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "lost" => Self::Lost,
            "cut_off" => Self::CutOff,
            _ => Self::Live,
        }
    }
}

/// Heartbeats in a row with failing references that make it cut off: a single lost packet is no proof.
const CUT_OFF_AFTER: u32 = 2;

#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) at: Timestamp,
    pub(crate) proof: Proof,
    pub(crate) failing: u32,
    pub(crate) life: Life,
}

#[derive(Default)]
pub(crate) struct Collectors(HashMap<CollectorId, Heard>);

impl Collectors {
    /// After a start every collector gets the full time to speak.
    pub(crate) fn know(&mut self, id: CollectorId, life: Life, now: Timestamp) {
        self.0.entry(id).or_insert(Heard { at: now, proof: Proof::Unproven, failing: 0, life });
    }

    /// Takes a heartbeat in; returns what the collector is by it.
    pub(crate) fn hear(&mut self, heartbeat: &Heartbeat, now: Timestamp) -> Life {
        let proof = rules::proof(&heartbeat.references);
        let heard = self.0.entry(heartbeat.collector).or_insert(Heard { at: now, proof, failing: 0, life: Life::Live });
        heard.at = now;
        heard.proof = proof;
        heard.failing = if proof == Proof::Failing { heard.failing + 1 } else { 0 };
        if heard.failing >= CUT_OFF_AFTER { Life::CutOff } else { Life::Live }
    }

    /// Collectors that have been silent for too long and are not yet known as lost.
    pub(crate) fn silent(&self, now: Timestamp) -> Vec<CollectorId> {
        self.0
            .iter()
            .filter(|(_, heard)| heard.life != Life::Lost && now.since(heard.at) > limits::COLLECTOR_SILENCE)
            .map(|(id, _)| *id)
            .collect()
    }

    pub(crate) fn life(&self, id: CollectorId) -> Life {
        self.0.get(&id).map_or(Life::Live, |heard| heard.life)
    }

    pub(crate) fn set_life(&mut self, id: CollectorId, life: Life) {
        if let Some(heard) = self.0.get_mut(&id) {
            heard.life = life;
        }
    }

    /// Bad news from this collector may be its own: references that once answered are silent now.
    pub(crate) fn is_doubtful(&self, id: CollectorId) -> bool {
        self.0.get(&id).is_some_and(|heard| heard.proof == Proof::Failing || heard.life != Life::Live)
    }
}
