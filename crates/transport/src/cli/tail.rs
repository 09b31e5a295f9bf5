//! The last lines of a session, for whoever has to find out why it failed.

use super::{TAIL_CHARS_MAX, TAIL_LINES_MAX};
use model::Secret;
use std::collections::VecDeque;

const MASK: &str = "‹secret›";

/// Lines of commands that are over. What the current one has printed lies in the screen.
#[derive(Default)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    secrets: Vec<Secret>,
}

impl Tail {
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
        // A secret that contains another one goes first, or the rest of it would show.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        Self { lines: VecDeque::new(), secrets }
    }

    pub(super) fn push(&mut self, line: &str) {
        if self.lines.len() == TAIL_LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(self.shown(line));
    }

    /// What is kept, followed by `running`, as it may be shown.
    pub(super) fn with<'a>(&self, running: impl Iterator<Item = &'a str>) -> String {
        let all: Vec<String> = self.lines.iter().cloned().chain(running.map(|line| self.shown(line))).collect();
        let text = all[all.len().saturating_sub(TAIL_LINES_MAX)..].join("\n");
        let surplus = text.chars().count().saturating_sub(TAIL_CHARS_MAX);
        text.chars().skip(surplus).collect()
    }

    /// Masked first and cut afterwards, so that no piece of a secret stays.
    pub(super) fn shown(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for secret in &self.secrets {
            if line.contains(secret.reveal()) {
                line = line.replace(secret.reveal(), MASK);
            }
        }
        line.chars().take(TAIL_CHARS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_the_end_is_kept() {
        let mut tail = Tail::new(vec![Secret::new("abc"), Secret::new("abcdef"), Secret::default()]);
        for line in 0..100 {
            tail.push(&format!("{line} abcdef"));
        }
        let text = tail.with(["last abc"].into_iter());
        assert!(text.ends_with("99 ‹secret›\nlast ‹secret›"), "{text}");
        assert_eq!(text.lines().count(), TAIL_LINES_MAX);
        let long = "y".repeat(TAIL_CHARS_MAX * 2);
        assert_eq!(tail.with([long.as_str()].into_iter()).chars().count(), TAIL_CHARS_MAX);
    }
}
