//! `polyot serve`: everything in one process.

use crate::config::Config;
use crate::engine::Engine;
use crate::fingerprint;
use crate::folder;
use crate::housekeeping::Housekeeping;
use crate::tls::TlsListener;
use access::{Access, Vault};
use api::{Centre, System};
use collect::Probing;
use model::scope::Reason;
use model::tenant::Language;
use model::{Clock, Scope, Secret};
use notify::channel::email::{Mailer, SmtpUrl, Timeouts};
use notify::channel::webhook::{Reach, Webhook};
use notify::{SecretOpener, Sender};
use register::FirstSetUp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use series::Series;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use work::{Shutdown, run_job};

/// How long open requests may take at a stop.
const STOP_CEILING: Duration = Duration::from_secs(10);
const SERIES_FOLDER: &str = "series";
const PROVIDER_NAME_DEFAULT: &str = "Polyot";

/// A running product.
pub struct Running {
    pub url: String,
    tasks: JoinSet<()>,
    shutdown: Shutdown,
    stopping: watch::Sender<bool>,
    _folder: folder::Held,
}

/// Opens the data folder and starts serving. The error is a sentence for the terminal.
pub async fn start(config: Config, probing: Probing) -> Result<Running, String> {
    // What only reads the configuration comes first: a mistake there leaves nothing half-made behind.
    let acceptor = config.tls.as_ref().map(crate::tls::acceptor).transpose()?;
    let post = post(&config)?;
    let heart = config.watchdog.as_ref().map(crate::config::Watchdog::heart).transpose()?;
    let held = folder::hold(&config.data_dir)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}; choose another address with --listen", config.listen))?;
    if let store::Location::Sqlite(path) = &config.location {
        folder::private_file(path)?;
    }
    let store = Store::open(&config.location, Clock::System).await.map_err(|error| chain(&error))?;
    remember_sender(&store, &post.1).await?;
    free_leases(&store).await?;
    refuse_a_lost_key(&config, &store).await?;
    let vault = Arc::new(Vault::open_or_create(&config.master_key_file).map_err(|error| chain(&error))?);
    let series_folder = config.data_dir.join(SERIES_FOLDER);
    let series = tokio::task::spawn_blocking(move || Series::open(&series_folder, series::Options::default()))
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| chain(&error))?;
    let access = Arc::new(Access::new(store.clone(), Arc::clone(&vault)).map_err(|error| chain(&error))?);
    let sender = sender(post, Arc::clone(&vault))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let scheme = if acceptor.is_some() { "https" } else { "http" };
    let url = config.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));

    let system = place(&config.data_dir, &store).await?;
    let people = people(&config, &store, &url)?;
    let setup_token = first_set_up(&config, &store, &access, &url).await?;
    let (stopping, is_stopping) = watch::channel(false);
    let told = Arc::new(dispatch::Told::default());
    let numbers = Arc::clone(&told);
    let centre = Centre {
        store: store.clone(),
        series: Some(series.clone()),
        vault: Arc::clone(&vault),
        access: Arc::clone(&access),
        public_url: url.clone(),
        setup_token,
        numbers: Some(Arc::new(move || {
            vec![
                ("observations_total".into(), numbers.observations.load(Ordering::Relaxed) as f64),
                ("heartbeats_total".into(), numbers.heartbeats.load(Ordering::Relaxed) as f64),
            ]
        })),
        system: system.clone(),
        stopping: is_stopping,
    };
    let shutdown = Shutdown::new();
    let mut tasks = JoinSet::new();
    let router = api::router(centre);
    let stop = shutdown.clone();
    match acceptor {
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            tasks.spawn(async move {
                let _ = axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await;
            });
        }
        Some(acceptor) => {
            let listener = TlsListener::start(listener, acceptor).map_err(|error| error.to_string())?;
            let service =
                router.layer(axum::middleware::from_fn(crate::tls::show_peer)).into_make_service_with_connect_info::<crate::tls::Peer>();
            tasks.spawn(async move {
                let _ = axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await;
            });
        }
    }
    let engine = Engine { store: store.clone(), series, vault, sender, people, heart, probing, profiles: std::sync::Arc::new(profiles::Profiles::builtin().clone()), told };
    match system.cold() {
        None => engine.start(&mut tasks, &shutdown),
        Some(cold) => {
            tracing::warn!(
                reason = %cold.reason,
                "This installation is cold ({}): it serves pages, but watches nothing and tells nobody. If it is not a copy of one that works elsewhere, say `polyot admin warm`, or press the button on the page",
                cold.reason
            );
            tasks.spawn(crate::cold::start_when_warm(engine, system.clone(), config.data_dir.clone(), store.clone(), shutdown.clone()));
        }
    }
