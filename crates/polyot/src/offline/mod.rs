//! Commands that need no data folder and no network: profiles, recordings, texts.

mod identify;
mod normalize;
mod profile;

use clap::Subcommand;
use profiles::Profiles;
use std::borrow::Cow;
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Offline {
    /// Say what a recorded SNMP agent is, as JSON
    Identify(identify::Args),
    /// Turn recorded answers of a device into the text of its configuration, as JSON
    Normalize(normalize::Args),
    /// List, check and prove device profiles
    #[command(subcommand)]
    Profile(profile::Command),
}

/// Where profiles come from beside those in the program.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// Folder of profiles that add to the shipped ones or replace them
    #[arg(long, value_name = "DIR", env = "POLYOT_PROFILES")]
    profiles: Option<PathBuf>,
}

impl Source {
    fn load(&self) -> Result<Cow<'static, Profiles>, String> {
        match &self.profiles {
            None => Ok(Cow::Borrowed(Profiles::builtin())),
            Some(folder) => Profiles::with_dir(folder).map(Cow::Owned).map_err(|error| sentence(&error)),
        }
    }
}

/// Runs the command; the answer goes to standard output.
pub(crate) fn run(command: Offline) -> Result<(), String> {
    match command {
        Offline::Identify(args) => identify::run(&args),
        Offline::Normalize(args) => normalize::run(&args),
        Offline::Profile(command) => profile::run(command),
    }
}

/// An error with its causes, in one line.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}
