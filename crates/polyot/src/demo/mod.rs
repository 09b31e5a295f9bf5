//! `polyot demo`: the product with a small simulated network, registered through its own API, and faults on command.

mod control;
mod fault;
mod registrar;

use crate::config::{Config, Smtp};
use crate::serve;
use collect::Probing;
use devsim::{Sim, Topology};
use fault::{Fault, Order};
use model::Secret;
use registrar::Registrar;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const EMAIL: &str = "demo@polyot.example";
/// Shown at the start; the demo listens on loopback and its folder goes with it.
const PASSWORD: &str = "polyot-demo-2026";

#[derive(clap::Args)]
pub struct DemoArgs {
    /// Address and port to serve on
    #[arg(long, value_name = "ADDR", default_value = crate::config::LISTEN_DEFAULT)]
    listen: String,
    /// Keep the data in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// What fails by itself
    #[arg(long, value_enum, default_value_t = Fault::LinkDown)]
    fault: Fault,
    /// Let it fail this many seconds after the start; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    fault_after: u64,
    /// Take faults by POST on a free loopback port too, for tests: {"fault": …, "device": …, "interface": …}
    #[arg(long)]
    control: bool,
}

pub async fn run(args: DemoArgs) -> Result<(), String> {
    // Another demo may have the usual ports.
    let sim = match Sim::start(Topology::demo()).await {
        Ok(sim) => sim,
        Err(_) => Sim::start(Topology::demo().on_any_ports()).await.map_err(|error| serve::chain(&error))?,
    };
    let sim = Arc::new(sim);
    let temporary = tempfile::Builder::new().prefix("polyot-demo-").tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let data_dir = args.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    let listen = args.listen.parse().map_err(|_| format!("--listen: `{}` is not an address with a port", args.listen))?;
    let config = Config {
        master_key_file: data_dir.join("master.key"),
        location: store::Location::Sqlite(data_dir.join("polyot.db")),
        data_dir,
        listen,
        public_url: None,
        tls: None,
        smtp: Smtp::default(),
        watchdog: None,
        admin: Some((EMAIL.into(), Secret::new(PASSWORD))),
    };
    // The kernel answers ping for every loopback address, also of a dead device: only TCP tells the truth here.
    let mut running = serve::start(config, Probing::Tcp).await?;
    Registrar::log_in(&running.url).await?.register(&sim).await?;
    println!("\nPolyot runs with a simulated network of {} devices; nothing in it is real.\n", sim.devices().len());
    println!("    {}\n    {EMAIL}\n    {PASSWORD}\n", running.url);
    let control = if args.control { Some(control::serve(Arc::clone(&sim)).await?) } else { None };
    if let Some((address, _)) = &control {
        println!("Faults are taken by POST at http://{address}/\n");
    }
    if args.fault_after > 0 {
        println!("By itself, {} s from now: {}.", args.fault_after, args.fault.word());
    }
    println!("Type a fault at any time, `help` for what there is. Ctrl-C ends the demo.\n");
    if args.fault_after > 0 {
        let sim = Arc::clone(&sim);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(args.fault_after)).await;
            tell(Order::of(args.fault).obey(&sim));
        });
    }
    listen_to_the_terminal(Arc::clone(&sim));
    let told = running.until_told().await;
    running.stop().await;
    // The network lives as long as the demo, also when there is no terminal to listen to.
    drop(sim);
    told
}

fn tell(done: Result<String, String>) {
    match done {
        Ok(done) => println!("{done}"),
        Err(why) => eprintln!("{why}"),
    }
}

/// A thread of its own, not a task: reading a terminal blocks, and the end of the demo does not wait for the next line.
fn listen_to_the_terminal(sim: Arc<Sim>) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            match line.trim() {
                "" => {}
                "help" | "?" => println!("{}", fault::help(&sim)),
                line => tell(line.parse::<Order>().and_then(|order| order.obey(&sim))),
            }
        }
    });
}
