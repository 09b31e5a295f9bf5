//! What the receiver makes of signs of life: pure.

use super::Beat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far the clocks of both sides may differ.
pub const TOLERANCE_MS: i64 = 300_000;
/// Installations that one receiver listens to.
pub const INSTALLATIONS_MAX: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Well,
    /// It speaks, but says that nobody watches.
    Stuck,
    Lost,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The time in its newest sign of life; an older or equal one is a repetition.
    pub beat_ms: i64,
    /// When it came, by our clock.
    pub heard_ms: i64,
    pub interval_s: u32,
    pub is_alive: bool,
    /// The last sign of life that said that somebody watches.
    pub alive_ms: i64,
    /// What people were told last.
    pub told: State,
}

pub type Known = BTreeMap<String, Seen>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    TooOld,
    Repeated,
    TooMany,
}

/// Takes a sign of life whose signature was right.
pub fn take(known: &mut Known, beat: &Beat, beat_ms: i64, now_ms: i64) -> Result<(), Refusal> {
    if (now_ms - beat_ms).abs() > TOLERANCE_MS {
        return Err(Refusal::TooOld);
    }
    let before = known.get(&beat.installation);
    if before.is_none() && known.len() >= INSTALLATIONS_MAX {
        return Err(Refusal::TooMany);
    }
    if before.is_some_and(|before| beat_ms <= before.beat_ms) {
        return Err(Refusal::Repeated);
    }
    let alive_ms = if beat.is_alive { now_ms } else { before.map_or(now_ms, |before| before.alive_ms) };
    let told = before.map_or(State::Well, |before| before.told);
    let interval_s = beat.interval_s.clamp(super::INTERVAL_S_MIN, super::INTERVAL_S_MAX);
    known.insert(beat.installation.clone(), Seen { beat_ms, heard_ms: now_ms, interval_s, is_alive: beat.is_alive, alive_ms, told });
    Ok(())
}

/// How it is now. `since_ms` is when we ourselves began to listen: what we slept through is not held against anybody.
pub fn state(seen: &Seen, now_ms: i64, since_ms: i64, missing_after: u32) -> State {
    let patience_ms = i64::from(seen.interval_s) * i64::from(missing_after) * 1_000;
    if now_ms - seen.heard_ms.max(since_ms) > patience_ms {
        State::Lost
    } else if !seen.is_alive && now_ms - seen.alive_ms.max(since_ms) > patience_ms {
        State::Stuck
    } else if !seen.is_alive || seen.heard_ms < since_ms {
        // Not long enough to say anything new.
        seen.told
    } else {
        State::Well
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn beat(is_alive: bool) -> Beat {
        Beat {
            installation: "ten_1".into(),
            version: "0".into(),
            sent_at: Timestamp::from_secs(0),
            interval_s: 10,
            is_alive,
            collector_seen_at: None,
            notice_sent_at: None,
        }
    }

    /// Signs of life (`a` alive, `s` stuck), `R` for a restart of the receiver, `.` for silence, one per ten seconds; what people are told.
    fn check(story: &str, expected: &str) {
        let (mut known, mut since, mut told) = (Known::new(), 0, Vec::new());
        for (place, what) in story.chars().enumerate() {
            let now = 1_000_000 + place as i64 * 10_000;
            match what {
                'a' | 's' => take(&mut known, &beat(what == 'a'), now - 7, now).unwrap(),
                'R' => since = now,
                _ => {}
            }
            if let Some(seen) = known.get_mut("ten_1") {
                let state = state(seen, now, since, 3);
                if state != seen.told {
                    told.push(format!("{place} {state:?}"));
                    seen.told = state;
                }
            }
        }
        assert_eq!(told.join(", "), expected, "{story}");
    }

    #[test]
    fn silence_is_told_once_and_its_end_once() {
        check("aaaaaa", "");
        check("aaa....", "6 Lost");
        check("aaa.................", "6 Lost");
        check("aaa..aa..aa", "");
        check("aaa.....aaaa", "6 Lost, 8 Well");
        check("aaa.....a.....aa", "6 Lost, 8 Well, 12 Lost, 14 Well");
        check("aassss", "5 Stuck");
        check("aasssssssaa", "5 Stuck, 9 Well");
        check("aassss.....a", "5 Stuck, 9 Lost, 11 Well");
    }

    #[test]
    fn what_the_receiver_slept_through_is_not_held_against_anybody() {
        check("aa......Raa", "5 Lost, 9 Well");
        check("aaR..a", "");
        check("aaR.......", "6 Lost");
        check("aaa....R...a", "6 Lost, 11 Well");
    }

    #[test]
    fn a_repeated_or_an_old_sign_of_life_is_none() {
        let mut known = Known::new();
        let now = 10_000_000;
        assert_eq!(take(&mut known, &beat(true), now, now), Ok(()));
        assert_eq!(take(&mut known, &beat(true), now, now + 1), Err(Refusal::Repeated));
        assert_eq!(take(&mut known, &beat(true), now - 1, now + 1), Err(Refusal::Repeated));
        assert_eq!(take(&mut known, &beat(true), now - TOLERANCE_MS - 1, now), Err(Refusal::TooOld));
        assert_eq!(take(&mut known, &beat(true), now + TOLERANCE_MS + 1, now), Err(Refusal::TooOld));
        assert_eq!(known["ten_1"].heard_ms, now);
        for number in 1..INSTALLATIONS_MAX {
            take(&mut known, &Beat { installation: number.to_string(), ..beat(true) }, now, now).unwrap();
        }
        assert_eq!(take(&mut known, &Beat { installation: "one more".into(), ..beat(true) }, now, now), Err(Refusal::TooMany));
    }
}
