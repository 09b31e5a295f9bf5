//! The one binary of Polyot: wires everything, decides nothing.

#[cfg(feature = "cli")]
mod cli;
mod admin;
mod cold;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod engine;
mod fingerprint;
mod folder;
mod housekeeping;
mod offline;
mod serve;
mod tls;
mod what_if;
mod watchdog;

use clap::{Parser, Subcommand};
use config::{Config, Flags};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "polyot", version, about = "The control centre of a managed service provider")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web pages and the API, and watch the network. Flag over environment over configuration file; the file has more keys: see README
    Serve(ServeArgs),
    /// Serve a small simulated network in a temporary folder, to look around
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    /// Listen for the signs of life of an installation elsewhere, and mail when they stop
    Watchdog(watchdog::receive::WatchdogArgs),
    /// Backup, restore, and finding out what is wrong
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Print the OpenAPI document of the API
    Openapi,
    /// Ask one formula: JSON on standard input, the answer on standard output
    WhatIf(what_if::WhatIfArgs),
    #[command(flatten)]
    Offline(offline::Offline),
    #[cfg(feature = "cli")]
    #[command(flatten)]
    Client(cli::Asked),
}

#[derive(clap::Args)]
struct ServeArgs {
    /// Folder of the database, the samples and the master key
    #[arg(long, value_name = "DIR", env = "POLYOT_DATA")]
    data: Option<PathBuf>,
    /// Address and port to serve on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "POLYOT_LISTEN")]
    listen: Option<String>,
    /// postgres://… instead of an SQLite file in the data folder
    #[arg(long, value_name = "URL", env = "POLYOT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Configuration file (TOML) [default: ./polyot.toml if it is there]
    #[arg(long, value_name = "FILE", env = "POLYOT_CONFIG")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log =
        EnvFilter::try_from_env("POLYOT_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,fjall=warn,lsm_tree=warn,async_snmp=off"));
    tracing_subscriber::fmt()
        .with_env_filter(log)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    // One crypto library for everything that speaks TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    let done = match cli.command {
        Command::Serve(args) => runtime.block_on(run_serve(args)),
        #[cfg(feature = "demo")]
        Command::Demo(args) => runtime.block_on(demo::run(args)),
        Command::Watchdog(args) => runtime.block_on(watchdog::receive::run(args)),
        Command::Admin(command) => match runtime.block_on(admin::run(command)) {
            Ok(code) => return code,
            Err(sentence) => Err(sentence),
        },
        Command::Openapi => {
            println!("{}", api::openapi());
            Ok(())
        }
        Command::WhatIf(args) => return what_if::run(&args),
        Command::Offline(command) => offline::run(command),
        #[cfg(feature = "cli")]
        Command::Client(asked) => return runtime.block_on(cli::run(asked)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(&sentence),
    }
}

/// All commands, for completion and for the test that they hold together.
#[cfg(feature = "cli")]
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("polyot: {sentence}");
    ExitCode::FAILURE
}

async fn run_serve(args: ServeArgs) -> Result<(), String> {
    let flags = Flags { config: args.config, data: args.data, listen: args.listen, database_url: args.database_url };
    let mut running = serve::start(Config::load(flags)?, collect::Probing::Auto).await?;
    let told = running.until_told().await;
    tracing::info!("Polyot stops");
    running.stop().await;
    told
}
