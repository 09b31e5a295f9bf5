//! `config`: fetching, cleaning, secrets.

use super::fields::{Fields, compile};
use crate::profile::{Block, Config, Cut, Fetch, Rewrite, SecretRule};

/// A configuration that needs more lines than this to be complete is none.
const MIN_LINES_MAX: u64 = 10_000;

pub(super) fn config(entry: &Fields<'_>) -> Config {
    let config = Config {
        fetch: entry.list("fetch", fetch),
        volatile: entry.patterns("volatile"),
        rewrite: entry.list("rewrite", rewrite).into_iter().flatten().collect(),
        secrets: entry.list("secrets", secret).into_iter().flatten().collect(),
        blocks: entry.list("blocks", block).into_iter().flatten().collect(),
        not_secret: entry.patterns("not_secret"),
        comment: entry.pattern("comment"),
        heading: entry.pattern("heading"),
    };
    if !entry.has("fetch") {
        entry.note(entry.at, "`fetch` is missing here: the commands that show the configuration");
    }
    let needed = || config.fetch.iter().filter(|fetch| !fetch.is_optional);
    if entry.has("fetch") && !needed().any(|fetch| fetch.end.is_some() || fetch.min_lines > 1) {
        let text = "`fetch`: at least one command needs an `end` or `min_lines`, or an answer that was cut off would be taken for whole";
        entry.note(entry.place("fetch"), text);
    }
    config
}

fn fetch(entry: &Fields<'_>) -> Fetch {
    let min_lines = entry.number("min_lines").unwrap_or(1);
    if min_lines > MIN_LINES_MAX {
        entry.note(entry.place("min_lines"), format!("`min_lines` must be {MIN_LINES_MAX} or less"));
    }
    Fetch {
        command: entry.need_text("cmd"),
        also: entry.pattern("also"),
        is_optional: entry.flag("optional"),
        end: entry.pattern("end"),
        start: entry.pattern("start"),
        min_lines: usize::try_from(min_lines.min(MIN_LINES_MAX)).unwrap_or(1),
        broken: entry.patterns("broken"),
        keep: entry.patterns("keep"),
        drop: entry.patterns("drop"),
        cut: entry.list("cut", cut).into_iter().flatten().collect(),
        summary: entry.list("summary", rewrite).into_iter().flatten().collect(),
        rewrite: entry.list("rewrite", rewrite).into_iter().flatten().collect(),
        prefix: entry.text("prefix").unwrap_or_default(),
        trim: entry.flag("trim"),
        after: entry.text("after"),
    }
}

fn cut(entry: &Fields<'_>) -> Option<Cut> {
    let until = entry.has("until");
    let from = entry.need_pattern("from");
    let (to, before) = (entry.pattern("to"), entry.pattern("until"));
    if to.is_some() && before.is_some() {
        entry.note(entry.at, "`to` takes the last line away, `until` leaves it: give one of them");
    }
    Some(Cut { from: from?, to: to.or(before), until })
}

fn rewrite(entry: &Fields<'_>) -> Option<Rewrite> {
    let (matches, by) = (entry.need_pattern("re"), entry.text("as"));
    Some(Rewrite { matches: matches?, by: by.unwrap_or_default() })
}

fn secret(entry: &Fields<'_>) -> Option<SecretRule> {
    let (matches, group) = (entry.need_pattern("re"), entry.number("group").unwrap_or(1));
    let matches = matches?;
    let group = usize::try_from(group).unwrap_or(usize::MAX);
    if group >= matches.captures_len() {
        entry.note(entry.at, format!("`group` {group}: the pattern has {} groups", matches.captures_len() - 1));
        return None;
    }
    Some(SecretRule { matches, group })
}

fn block(entry: &Fields<'_>) -> Option<Block> {
    let (start, end, is_secret) = (entry.need_pattern("start"), entry.need_text("end"), entry.flag("secret"));
    let is_volatile = entry.flag("volatile");
    if let Err(reason) = compile(&end.replace(r"\1", "x")) {
        entry.note(entry.place("end"), format!("`end`: the pattern `{end}` cannot be read: {reason}"));
        return None;
    }
    Some(Block { start: start?, end, is_secret, is_volatile })
}
