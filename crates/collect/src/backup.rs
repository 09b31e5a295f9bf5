//! Fetching a configuration: log in, learn the prompt, ask what the profile says, tell what came. One task, one session, and always an answer.

use crate::Collector;
use crate::shell;
use model::config::{BackupProblem, CONFIG_SIZE_BYTES_MAX, SshLevel};
use model::credential::Key;
use model::task::{BackupAnswer, BackupTask, FetchFailed, Fetched, SshSeen};
use model::{DeviceId, Secret, TaskId, Timestamp};
use profiles::{Evidence, Profile};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;
use transport::cli;
use transport::ssh::{self, Compat, Connected, HostKeyPolicy, Level, Request, Terminal, Timeouts};

/// Backups at once: each holds a connection and the text of a configuration.
pub const BACKUPS_MAX: usize = 24;

/// What came of it, and how the device speaks SSH as far as we got.
#[derive(Default)]
struct Story {
    ssh: Option<SshSeen>,
    logins_refused: u32,
}

pub async fn back_up(collector: &Collector, task: BackupTask) -> BackupAnswer {
    let at = collector.clock.now();
    let started = Instant::now();
    let mut story = Story::default();
    let outcome = match tokio::time::timeout(task.total, fetch(collector, &task, &mut story)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(failed(BackupProblem::Timeout, format!("not done within {} s", task.total.as_secs()))),
    };
    answer(&task, at, started.elapsed(), story, outcome)
}

/// The answer when the work itself broke down.
pub fn broken(task: TaskId, device: DeviceId, at: Timestamp) -> BackupAnswer {
    let failure = failed(BackupProblem::Internal, "the collector broke down over it; its log has the reason".into());
    BackupAnswer { task, device, at, took: Duration::ZERO, logins_refused: 0, ssh: None, outcome: Err(failure) }
}

fn answer(task: &BackupTask, at: Timestamp, took: Duration, story: Story, outcome: Result<Fetched, FetchFailed>) -> BackupAnswer {
    if let Err(failure) = &outcome {
        // Without the detail: it may quote the device.
        tracing::info!(device = %task.device, problem = %failure.problem, "No configuration of {}: {}", task.device, failure.problem);
    }
    BackupAnswer { task: task.task, device: task.device, at, took, logins_refused: story.logins_refused, ssh: story.ssh, outcome }
}

async fn fetch(collector: &Collector, task: &BackupTask, story: &mut Story) -> Result<Fetched, FetchFailed> {
    let connected = log_in(collector, task, story).await?;
    let profile = profile(collector, task, &connected.banner)?;
    let opened = connected.session.shell(&Terminal::default(), Timeouts::default().login).await;
    let stream = opened.map_err(|error| of_ssh(&error, story))?;
    let secrets = cli::Secrets { enable: enable(&task.keys), masked: masked(&task.keys) };
    let (spec, longest) = shell::spec(profile).ok_or_else(|| no_session(profile))?;
    let asked = converse(profile, stream, spec, secrets);
    let outputs = tokio::time::timeout(longest, asked)
        .await
        .unwrap_or_else(|_| Err(failed(BackupProblem::Timeout, format!("the session took longer than {} s", longest.as_secs()))));
    connected.session.close().await;
    Ok(Fetched { profile: profile.id.clone(), outputs: outputs? })
}

async fn converse(
    profile: &Profile,
    stream: ssh::Shell,
    spec: cli::Spec,
    secrets: cli::Secrets,
) -> Result<Vec<(String, Secret)>, FetchFailed> {
    let mut session = cli::Session::open(stream, spec, secrets).await.map_err(|error| of_cli(&error, profile))?;
    let config = profile.config.as_ref().ok_or_else(|| no_session(profile))?;
    let mut outputs = Vec::new();
    let mut size = 0;
    for fetch in &config.fetch {
        match session.run(&fetch.command).await {
            Ok(output) => {
                size += output.text.len();
                if size > CONFIG_SIZE_BYTES_MAX {
                    return Err(failed(BackupProblem::TooLarge, format!("more than the {CONFIG_SIZE_BYTES_MAX} bytes that are kept")));
                }
                // A text without its end is refused here already: the next command would only hide that the line was cut.
                if let Err(reason) = profile.is_complete(&fetch.command, &output.text) {
                    return Err(failed(BackupProblem::Truncated, profile.mask(&reason.to_string())));
                }
                outputs.push((fetch.command.clone(), Secret::new(output.text)));
            }
            Err(cli::Error::Refused { .. }) if fetch.is_optional => {}
            Err(error) => return Err(of_cli(&error, profile)),
        }
    }
    session.close().await;
    Ok(outputs)
}

async fn log_in(collector: &Collector, task: &BackupTask, story: &mut Story) -> Result<Connected, FetchFailed> {
    let address = collector.resolver.resolve(&task.address).await.map_err(|error| failed(BackupProblem::Connect, error.to_string()))?;
    let keys = login_keys(collector, task);
    if keys.is_empty() {
        return Err(failed(BackupProblem::NoCredential, "the device has no SSH credential that can be opened".into()));
    }
    if task.logins_left == 0 {
        return Err(failed(BackupProblem::LoginPaused, "the device refused too many logins lately".into()));
    }
    let mut tries = collector.logins.tries(task.device).map_err(|not_yet| {
        failed(BackupProblem::LoginPaused, format!("two logins were refused lately; the next try is allowed at {}", not_yet.next_try_at))
    })?;
    let most = usize::try_from(task.logins_left).unwrap_or(usize::MAX);
    let request = Request {
        target: SocketAddr::new(address, task.ssh_port),
        keys: &keys[..keys.len().min(most)],
        host_key: HostKeyPolicy { pinned: task.host_key.clone() },
        compat: Compat::Auto { start: task.level.map_or(Level::Modern, level_of) },
        timeouts: Timeouts::default(),
    };
    match ssh::connect(&request, &mut tries).await {
        Ok(connected) => {
            story.logins_refused = connected.refused;
            story.ssh = Some(SshSeen {
                level: known_level(connected.level),
                algorithms: connected.algorithms.to_string(),
                host_key: connected.host_key.clone(),
                banner: format!("SSH-2.0-{}", connected.banner),
            });
            Ok(connected)
        }
        Err(error) => Err(of_ssh(&error, story)),
    }
}

/// Those that log in, with what the profile wants behind the user's name.
fn login_keys(collector: &Collector, task: &BackupTask) -> Vec<Key> {
    let suffix = task.profile.as_deref().and_then(|id| collector.profiles.get(id)).map_or("", |profile| profile.ssh.user_suffix.as_str());
    let named = |user: &str| format!("{user}{suffix}");
    task.keys
        .iter()
        .filter_map(|key| match key {
            Key::SshPassword { user, password } => Some(Key::SshPassword { user: named(user), password: password.clone() }),
            Key::SshKey { user, key } => Some(Key::SshKey { user: named(user), key: key.clone() }),
            _ => None,
        })
        .collect()
}

fn enable(keys: &[Key]) -> Option<Secret> {
    let own = keys.iter().find_map(|key| match key {
        Key::Enable { password } => Some(password.clone()),
        _ => None,
    });
    // Where nobody entered another one, the login's password is what most networks have.
    own.or_else(|| {
        keys.iter().find_map(|key| match key {
            Key::SshPassword { password, .. } => Some(password.clone()),
            _ => None,
        })
    })
}

fn masked(keys: &[Key]) -> Vec<Secret> {
    keys.iter()
        .filter_map(|key| match key {
            Key::SshPassword { password, .. } | Key::Enable { password } => Some(password.clone()),
            _ => None,
        })
        .collect()
}

/// The profile that the centre knows; else the one that the banner and the system group tell.
fn profile<'a>(collector: &'a Collector, task: &BackupTask, banner: &str) -> Result<&'a Profile, FetchFailed> {
    let known = task.profile.as_deref().and_then(|id| collector.profiles.get(id));
    if let Some(profile) = known.filter(|profile| profile.config.is_some()) {
        return Ok(profile);
    }
    let mut evidence = Evidence::new().with_ssh_banner(&format!("SSH-2.0-{banner}"));
    if let Some(oid) = &task.sys_object_id {
        evidence = evidence.with_sys_object_id(oid);
    }
    if let Some(descr) = &task.sys_descr {
        evidence = evidence.with_sys_descr(descr);
    }
    let found = collector.profiles.detect(&evidence).best.and_then(|id| collector.profiles.get(&id));
    found.filter(|profile| profile.config.is_some()).ok_or_else(|| {
        let what = known.map_or_else(
            || "nothing recognises this device yet".to_owned(),
            |known| format!("the profile {} cannot fetch a configuration", known.id),
        );
        failed(BackupProblem::NoProfile, format!("{what}; choose a profile for the device"))
    })
}

fn no_session(profile: &Profile) -> FetchFailed {
    failed(BackupProblem::NoProfile, format!("the profile {} does not say how to fetch a configuration", profile.id))
}

fn of_ssh(error: &ssh::Error, story: &mut Story) -> FetchFailed {
    use ssh::Error as E;
    let problem = match error {
        E::Unreachable { .. } | E::Silent { .. } | E::NotSsh { .. } | E::ChannelRefused { .. } => BackupProblem::Connect,
        E::NoCommonAlgorithm { .. } | E::KeyExchange { .. } => BackupProblem::Algorithms,
        E::HostKeyChanged { offered, .. } => {
            story.ssh =
                Some(SshSeen { level: SshLevel::Modern, algorithms: String::new(), host_key: offered.clone(), banner: String::new() });
            BackupProblem::HostKeyChanged
        }
        E::LoginRefused { tried, .. } => {
            story.logins_refused = *tried;
            BackupProblem::Login
        }
        E::NoMethod { .. } | E::LoginQuestion { .. } => BackupProblem::Login,
        E::Credential { .. } => BackupProblem::NoCredential,
        E::Lost { .. } => BackupProblem::Cut,
        E::TooMuch { .. } => BackupProblem::TooLarge,
    };
    failed(problem, error.to_string())
}

/// The tail is what the device printed: the profile masks its secrets as in a configuration.
fn of_cli(error: &cli::Error, profile: &Profile) -> FetchFailed {
    use cli::Error as E;
    let problem = match error {
        E::NoPrompt { .. } | E::StrangePrompt { .. } => BackupProblem::NoPrompt,
        E::Idle { .. } | E::TooLong { .. } => BackupProblem::Timeout,
        E::Closed { .. } => BackupProblem::Cut,
        E::Question { .. } => BackupProblem::Question,
        E::PromptChanged { .. } => BackupProblem::PromptChanged,
        E::TooMuch { .. } | E::Endless { .. } => BackupProblem::TooLarge,
        E::Refused { .. } => BackupProblem::Refused,
        E::EnableRefused { .. } => BackupProblem::Login,
        E::EnablePasswordMissing { .. } => BackupProblem::NoCredential,
        E::BadCommand | E::Lost => BackupProblem::Internal,
    };
    FetchFailed { problem, detail: profile.mask(&error.to_string()), tail: profile.mask(error.tail()) }
}

fn failed(problem: BackupProblem, detail: String) -> FetchFailed {
    FetchFailed { problem, detail, tail: String::new() }
}

const fn level_of(level: SshLevel) -> Level {
    match level {
        SshLevel::Modern => Level::Modern,
        SshLevel::Legacy => Level::Legacy,
        SshLevel::Ancient => Level::Ancient,
    }
}

const fn known_level(level: Level) -> SshLevel {
    match level {
        Level::Modern => SshLevel::Modern,
        Level::Legacy => SshLevel::Legacy,
        Level::Ancient => SshLevel::Ancient,
    }
}
