//! The commands for people and scripts: a client of the API and nothing more; whatever it can do, `api` can do too.
//!
//! Promises: data on standard output, everything else on standard error; an exit code per kind of end (`failure.rs`); nothing is asked
//! where nobody can answer; a secret is never an argument of a command's own and never printed, but for a new token, once.
//! Never: a database, a device, a rule of its own.

mod acts;
mod ask;
mod auth;
mod command;
mod config;
mod failure;
mod follow;
mod http;
mod import;
mod manage;
mod names;
mod nouns;
mod out;
mod raw;
mod speech;
mod tree;

pub use command::Asked;

use ask::Asking;
use clap::ArgMatches;
use config::{Contexts, Target, Wanted};
use failure::Failure;
use http::Server;
use out::{Format, Out};
use speech::Speech;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tree::{Noun, Verb};

/// One command as it was given.
pub struct Call {
    pub noun: &'static Noun,
    pub verb: &'static Verb,
    pub matches: ArgMatches,
    pub speech: Speech,
    pub out: Out,
    pub asking: Asking,
    pub contexts: Contexts,
    pub limit: Option<usize>,
    timeout: Duration,
}

/// Runs it; what went wrong is told on standard error. Ctrl-C ends it at any time.
pub async fn run(asked: Asked) -> ExitCode {
    let (call, speech) = match Call::new(asked) {
        Ok(call) => (call, Speech::of_process()),
        Err(failure) => return failure.report(),
    };
    let done = tokio::select! {
        done = acts::act(&call) => done,
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.exit == failure::Exit::Interrupted => {
            out::to_stderr(&speech.say("said.interrupted"));
            // At once: a read of standard input may still be under way in another thread.
            std::process::exit(i32::from(failure::Exit::Interrupted as u8))
        }
        Err(failure) => failure.report(),
    }
}

impl Call {
    fn new(asked: Asked) -> Result<Self, Failure> {
        let speech = Speech::of_process();
        let Asked { noun, verb, matches } = asked;
        let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
        let out = Out {
            format: Format::parse(text(command::OUTPUT).unwrap_or_default()),
            fields: text(command::FIELDS)
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|at| !at.is_empty())
                .map(str::to_owned)
                .collect(),
            is_coloured: out::takes_colour(text(command::COLOR).unwrap_or("auto")),
            is_quiet: matches.get_flag(command::QUIET),
            speech,
            now: model::Clock::System.now(),
        };
        let asking = Asking { speech, is_forbidden: matches.get_flag(command::NO_INPUT), is_agreed: matches.get_flag(command::YES) };
        let limit = matches.get_one::<u32>(command::LIMIT).map(|limit| usize::try_from(*limit).unwrap_or(usize::MAX));
        let timeout = Duration::from_secs(u64::from(*matches.get_one::<u32>(command::TIMEOUT).unwrap_or(&command::TIMEOUT_S)));
        Ok(Self { noun, verb, out, asking, contexts: Contexts::load(speech)?, limit, timeout, speech, matches })
    }

    /// Which server, as whom.
    pub fn target(&self) -> Result<Target, Failure> {
        let text = |id: &str| self.matches.get_one::<String>(id).cloned();
        let wanted = Wanted {
            server: text(command::SERVER),
            token: text(command::TOKEN),
            context: text(command::CONTEXT),
            ca_file: text(command::CA_FILE).map(PathBuf::from),
        };
        self.contexts.target(wanted.or_environment(), self.speech)
    }

    pub fn server(&self) -> Result<Server, Failure> {
        self.connect(&self.target()?)
    }

    pub fn connect(&self, target: &Target) -> Result<Server, Failure> {
        Server::new(target, self.timeout, self.speech)
    }

    /// The file as it is now: another command may have changed it since this one began.
    pub fn contexts_again(&self) -> Result<Contexts, Failure> {
        Contexts::load(self.speech)
    }

    /// What `--server` and `--ca-file` say themselves.
    pub fn told_server(&self) -> (Option<String>, Option<PathBuf>) {
        (self.text(command::SERVER).map(str::to_owned), self.text(command::CA_FILE).map(PathBuf::from))
    }

    /// The argument of that name, when it was given.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.matches.try_get_one::<String>(field).ok().flatten().map(String::as_str)
    }

    pub fn texts(&self, field: &str) -> Vec<&str> {
        self.matches.try_get_many::<String>(field).ok().flatten().map(|all| all.map(String::as_str).collect()).unwrap_or_default()
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        self.matches.try_get_one::<i64>(field).ok().flatten().copied()
    }

    pub fn is_given(&self, field: &str) -> bool {
        self.matches.try_get_one::<bool>(field).ok().flatten().copied().unwrap_or_default()
    }

    /// What was done, in the words of this command.
    pub fn said(&self, name: &str) {
        let key = format!("did.{}.{}", self.noun.name, self.verb.name);
        self.out.remark(&self.speech.tell(&key, &[("name", name.into())]));
    }
}
