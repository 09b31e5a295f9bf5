//! From a profile's words to those of the terminal driver.

use profiles::Profile;
use std::time::Duration;
use transport::cli;

/// The specification of a session, and how long it may take as a whole. `None`: the profile says nothing about a command line.
pub fn spec(profile: &Profile) -> Option<(cli::Spec, Duration)> {
    let session = profile.session.as_ref()?;
    let timing = cli::Timing {
        connect: session.timing.connect,
        prompt: session.timing.prompt,
        idle: session.timing.idle,
        total: session.timing.total,
    };
    let spec = cli::Spec {
        modes: session.modes.iter().map(|mode| cli::Mode { name: mode.name.clone(), prompt: mode.prompt.clone() }).collect(),
        enable: session
            .enable
            .as_ref()
            .map(|enable| cli::Enable { send: enable.send.clone(), password_prompt: enable.password_prompt.clone() }),
        setup: session.setup.clone(),
        pager: session
            .pager
            .as_ref()
            .map(|pager| cli::Pager { matches: pager.matches.clone(), send: pager.send.clone(), erase: pager.erase.clone() }),
        prompts_allowed: session
            .prompts_allowed
            .iter()
            .map(|allowed| cli::Allowed {
                matches: allowed.matches.clone(),
                answer: allowed.answer.clone(),
                only_for: allowed.only_for.clone(),
            })
            .collect(),
        errors: session.errors.clone(),
        leave: session.close.clone(),
        timing,
    };
    Some((spec, session.timing.total))
}
