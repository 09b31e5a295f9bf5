//! The one binary of Polyot: wires everything, decides nothing.

mod config;
#[cfg(feature = "demo")]
mod demo;
mod engine;
mod folder;
mod housekeeping;
mod offline;
mod serve;
mod tls;
mod what_if;

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
    /// Print the OpenAPI document of the API
    Openapi,
    /// Ask one formula: JSON on standard input, the answer on standard output
    WhatIf(what_if::WhatIfArgs),
    #[command(flatten)]
    Offline(offline::Offline),
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
        Command::Openapi => {
            println!("{}", api::openapi());
            Ok(())
        }
        Command::WhatIf(args) => return what_if::run(&args),
        Command::Offline(command) => offline::run(command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(&sentence),
    }
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
