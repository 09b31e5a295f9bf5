//! `transport` and `session`.

use super::fields::Fields;
use crate::profile::{Allowed, Compat, Enable, Mode, Pager, Session, Ssh, Timing};
use std::time::Duration;

/// No session of a backup is worth more than this.
const TIMING_S_MAX: u64 = 3_600;
const QUIET_MS_MAX: u64 = 10_000;

pub(super) fn ssh(entry: &Fields<'_>) -> Ssh {
    entry
        .map("ssh", |entry| {
            let compat = match entry.text("compat").as_deref() {
                None | Some("auto") => Compat::Auto,
                Some("modern") => Compat::Modern,
                Some(other) => {
                    entry.note(entry.place("compat"), format!("`compat` is auto or modern, not `{other}`"));
                    Compat::Auto
                }
            };
            Ssh { compat, user_suffix: entry.text("user_suffix").unwrap_or_default() }
        })
        .unwrap_or_default()
}

pub(super) fn session(entry: &Fields<'_>) -> Session {
    let modes: Vec<Mode> = entry.named("modes", mode).into_iter().flatten().collect();
    if modes.is_empty() {
        entry.note(entry.at, "`modes` is missing here: at least one with a `prompt`");
    }
    let enable = entry.map("enable", |entry| enable(entry, &modes)).flatten();
    Session {
        enable,
        setup: entry.texts("setup"),
        close: entry.text("close"),
        pager: entry.map("pager", pager).flatten(),
        prompts_allowed: entry.list("prompts_allowed", allowed).into_iter().flatten().collect(),
        errors: entry.patterns("errors"),
        warnings: entry.patterns("warnings"),
        newline: entry.text("newline").unwrap_or_else(|| "\n".to_owned()),
        timing: entry.map("timing", timing).unwrap_or_default(),
        modes,
    }
}

fn mode(name: &str, entry: &Fields<'_>) -> Option<Mode> {
    let (prompt, enter, leave) = (entry.need_pattern("prompt"), entry.text("enter"), entry.text("leave"));
    Some(Mode { name: name.to_owned(), prompt: prompt?, enter, leave })
}

fn enable(entry: &Fields<'_>, modes: &[Mode]) -> Option<Enable> {
    let (send, secret, mode) = (entry.need_text("send"), entry.text("secret"), entry.need_text("mode"));
    let password_prompt = entry.need_pattern("password_prompt");
    if !mode.is_empty() && !modes.iter().any(|known| known.name == mode) {
        entry.note(entry.place("mode"), format!("`mode`: there is no mode `{mode}` under `modes`"));
    }
    Some(Enable { send, password_prompt: password_prompt?, secret: secret.unwrap_or_else(|| "enable".to_owned()), mode })
}

fn pager(entry: &Fields<'_>) -> Option<Pager> {
    let (matches, erase) = (entry.need_pattern("match"), entry.pattern("erase"));
    let send = entry.text("send").unwrap_or_else(|| " ".to_owned());
    Some(Pager { matches: matches?, send, erase })
}

fn allowed(entry: &Fields<'_>) -> Option<Allowed> {
    let (matches, answer, only_for) = (entry.need_pattern("match"), entry.need_text("answer"), entry.pattern("only_for"));
    Some(Allowed { matches: matches?, answer, only_for })
}

fn timing(entry: &Fields<'_>) -> Timing {
    let usual = Timing::default();
    let number = |key, usual: u64, max: u64| match entry.number(key) {
        None => usual,
        Some(given) if given == 0 || given > max => {
            entry.note(entry.place(key), format!("`{key}` must be from 1 to {max}"));
            usual
        }
        Some(given) => given,
    };
    let seconds = |key, usual: Duration| Duration::from_secs(number(key, usual.as_secs(), TIMING_S_MAX));
    Timing {
        connect: seconds("connect_s", usual.connect),
        prompt: seconds("prompt_s", usual.prompt),
        idle: seconds("idle_s", usual.idle),
        total: seconds("total_s", usual.total),
        keepalive: seconds("keepalive_s", usual.keepalive),
        quiet: Duration::from_millis(number("quiet_ms", 80, QUIET_MS_MAX)),
        sessions_max: u32::try_from(number("sessions_max", u64::from(usual.sessions_max), 64)).unwrap_or(1),
    }
}
