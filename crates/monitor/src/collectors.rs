//! What monitor knows of each collector: whether it speaks, and whether it is cut off.

use crate::rules::{self, Proof};
use model::observation::Heartbeat;
use model::{CollectorId, Timestamp, limits};
use std::collections::HashMap;
use std::time::Duration;

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

/// A heartbeat tells of an answer that is at most this old: references are asked every 5 s and may take 3 s.
const REFERENCE_LAG: Duration = Duration::from_secs(8);

#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) at: Timestamp,
    pub(crate) proof: Proof,
    pub(crate) failing: u32,
    /// When a reference target last answered.
    pub(crate) connected_at: Option<Timestamp>,
    /// Since when they answer again after a silence: what was seen before may have been our own blindness.
    pub(crate) connected_since: Option<Timestamp>,
    pub(crate) life: Life,
}

#[derive(Default)]
pub(crate) struct Collectors(HashMap<CollectorId, Heard>);

impl Collectors {
    /// After a start every collector gets the full time to speak.
    pub(crate) fn know(&mut self, id: CollectorId, life: Life, now: Timestamp) {
        self.0.entry(id).or_insert(Heard { at: now, proof: Proof::Unproven, failing: 0, connected_at: None, connected_since: None, life });
    }

    /// Takes a heartbeat in; returns what the collector is by it.
    pub(crate) fn hear(&mut self, heartbeat: &Heartbeat, now: Timestamp) -> Life {
        let proof = rules::proof(&heartbeat.references);
        let heard = self.0.entry(heartbeat.collector).or_insert(Heard {
            at: now,
            proof,
            failing: 0,
            connected_at: None,
            connected_since: None,
            life: Life::Live,
        });
        let was_doubtful = heard.failing > 0 || heard.life != Life::Live;
        heard.at = now;
        heard.proof = proof;
        heard.failing = if proof == Proof::Failing { heard.failing + 1 } else { 0 };
        if proof == Proof::Connected {
            heard.connected_at = Some(heartbeat.at);
            if was_doubtful {
                heard.connected_since = Some(heartbeat.at);
            }
        }
        // Only an answer ends the cut: to have nothing to ask any more (the route is gone) proves nothing.
        let is_still_cut = heard.life == Life::CutOff && proof != Proof::Connected;
        if is_still_cut || heard.failing >= CUT_OFF_AFTER { Life::CutOff } else { Life::Live }
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

    /// The rows will say what they are; they get the full time to speak again.
    pub(crate) fn forget_lives(&mut self) {
        self.0.clear();
    }

    pub(crate) fn set_life(&mut self, id: CollectorId, life: Life) {
        if let Some(heard) = self.0.get_mut(&id) {
            heard.life = life;
        }
    }

    /// Bad news of this instant may be the collector's own: references that once answered are silent, or were when it was seen.
    pub(crate) fn is_doubtful(&self, id: CollectorId, at: Timestamp) -> bool {
        self.0.get(&id).is_some_and(|heard| {
            heard.proof == Proof::Failing || heard.life != Life::Live || heard.connected_since.is_some_and(|since| at < since)
        })
    }

    /// Whether references proved since `first_miss_at` that the way out is open; without usable references nothing is demanded.
    pub(crate) fn is_proven_since(&self, id: CollectorId, first_miss_at: Timestamp) -> bool {
        self.0.get(&id).is_none_or(|heard| match heard.proof {
            Proof::Unproven => true,
            Proof::Connected | Proof::Failing => heard.connected_at.is_some_and(|at| at >= first_miss_at.plus(REFERENCE_LAG)),
        })
    }
}
