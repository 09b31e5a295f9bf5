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
    tasks.spawn(run_job(store.clone(), Housekeeping { store, access }, shutdown.clone()));
    tracing::info!(%address, url, "Polyot serves at {url}");
    Ok(Running { url, tasks, shutdown, stopping, _folder: held })
}

impl Running {
    /// Waits for Ctrl-C or SIGTERM. The error is a part that ended by itself: better a process that ends aloud (and is started again) than one
    /// that serves pages and no longer watches.
    pub async fn until_told(&mut self) -> Result<(), String> {
        tokio::select! {
            () = until_told() => Ok(()),
            ended = self.tasks.join_next() => {
                let why = ended.and_then(Result::err).map_or_else(|| "it ended by itself".to_owned(), |error| error.to_string());
                Err(format!("a part of the product has ended, so all of it ends: {why}"))
            }
        }
    }

    /// Stops cleanly: streams end, requests under way finish, what is queued stays queued.
    pub async fn stop(mut self) {
        let _ = self.stopping.send(true);
        self.shutdown.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_CEILING, all).await.is_err() {
            tracing::warn!("Some requests did not finish in time and were cut");
        }
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn until_told() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Whether this folder on this machine is the place that the data belongs to.
async fn place(folder: &Path, store: &Store) -> Result<System, String> {
    let cold = fingerprint::arrive(folder, store).await?;
    let (folder, settled) = (folder.to_owned(), store.clone());
    let settle: api::Settle = Arc::new(move || {
        let (folder, store) = (folder.clone(), settled.clone());
        Box::pin(async move { fingerprint::settle(&folder, &store).await })
    });
    Ok(System::new(cold, settle))
}

/// Notices are written by jobs that know no configuration: the sender of last resort is kept with the data.
async fn remember_sender(store: &Store, sender: &str) -> Result<(), String> {
    let scope = Scope::installation(Reason("start"));
    let known =
        store.read(&scope).await.map_err(|error| chain(&error))?.value(notify::DEFAULT_SENDER).await.map_err(|error| chain(&error))?;
    if known.as_deref() == Some(sender) {
        return Ok(());
    }
    let mut tx = store.write(&scope).await.map_err(|error| chain(&error))?;
    tx.set_value(notify::DEFAULT_SENDER, sender).await.map_err(|error| chain(&error))?;
    tx.commit().await.map_err(|error| chain(&error))
}

/// The folder is ours alone, so whatever was under way at the last stop is nobody's now: it goes on at once, not after its lease.
async fn free_leases(store: &Store) -> Result<(), String> {
    if store.is_shared() {
        return Ok(());
    }
    let mut tx = store.write(&Scope::installation(Reason("start"))).await.map_err(|error| chain(&error))?;
    tx.free_leases().await.map_err(|error| chain(&error))?;
    tx.commit().await.map_err(|error| chain(&error))
}

/// A new key beside secrets that another one sealed would open none of them, and nobody would know why.
async fn refuse_a_lost_key(config: &Config, store: &Store) -> Result<(), String> {
    if config.master_key_file.exists() {
        return Ok(());
    }
    let scope = Scope::installation(Reason("start"));
    let sealed = store.read(&scope).await.map_err(|error| chain(&error))?.sealed_secrets().await.map_err(|error| chain(&error))?;
    if sealed == 0 {
        return Ok(());
    }
    Err(format!(
        "the master key {} is missing, but {sealed} secret(s) in the database were sealed with it: put the file back from your backup, or name its place with master_key_file",
        config.master_key_file.display()
    ))
}

/// Makes the first administrator from the environment, or prints the one-time link that lets a person do it.
async fn first_set_up(config: &Config, store: &Store, access: &Access, url: &str) -> Result<Option<Secret>, String> {
    let scope = Scope::installation(Reason("first set-up"));
    if store.read(&scope).await.map_err(|error| chain(&error))?.has_people().await.map_err(|error| chain(&error))? {
        return Ok(None);
    }
    if let Some((email, password)) = &config.admin {
        let input = FirstSetUp {
            email: email.clone(),
            password: password.clone(),
            provider_name: PROVIDER_NAME_DEFAULT.into(),
            language: Language::En,
            tz: "UTC".into(),
        };
        register::check_first_set_up(&input).map_err(|error| format!("POLYOT_ADMIN_EMAIL / POLYOT_ADMIN_PASSWORD: {error}"))?;
        let hash = access.hash(password.clone()).await.map_err(|error| chain(&error))?;
        let mut tx = store.write(&scope).await.map_err(|error| chain(&error))?;
        register::set_up(&mut tx, &input, &hash).await.map_err(|error| chain(&error))?;
        tx.commit().await.map_err(|error| chain(&error))?;
        tracing::info!(email, "Made the first administrator {email}");
        return Ok(None);
    }
    let token = access::new_token().map_err(|error| chain(&error))?;
    // To the terminal only, never to the log: whoever has it becomes administrator.
    eprintln!("\nNobody can log in yet. Open this link once to set Polyot up:\n\n    {url}/setup#{}\n", token.reveal());
    Ok(Some(token))
}

/// The way to the mail server, and the address of mails that no tenant above the client names.
pub fn post(config: &Config) -> Result<(Option<Mailer>, String), String> {
    let ca = match &config.smtp.ca_file {
        Some(path) => Some(certificates(path).map_err(|why| format!("smtp.ca_file {}: {why}", path.display()))?),
        None => None,
    };
    let mailer = match &config.smtp.url {
        Some(url) => {
            let url: SmtpUrl = url.reveal().parse().map_err(|problem| format!("smtp.url {problem}"))?;
            Some(Mailer::new(url, ca.as_deref(), Timeouts::default()).map_err(|problem| format!("smtp: {problem}"))?)
        }
        None => None,
    };
    let default_from = match &config.smtp.from {
        Some(from) => model::problem::checked_email(from).map_err(|problem| format!("smtp.from: `{from}` {problem}"))?,
        None => format!("polyot@{}", host_name()),
    };
    Ok((mailer, default_from))
}

/// A file of certificates that holds at least one: from an empty one mail would fail later, and nobody would know why.
fn certificates(path: &Path) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if found.is_empty() { Err("there is no PEM certificate in it".into()) } else { Ok(pem) }
}

fn sender((mailer, default_from): (Option<Mailer>, String), vault: Arc<Vault>) -> Result<Sender, String> {
    if mailer.is_none() {
        tracing::warn!("No mail server is configured: notices by mail wait until smtp.url or POLYOT_SMTP_URL is set");
    }
    let open_secret: SecretOpener =
        Arc::new(move |contact, sealed| vault.open_webhook_secret(contact, sealed).map_err(|error| error.to_string()));
    let webhook = Webhook::new(Reach::Anywhere).map_err(|error| chain(&error))?;
    Ok(Sender { mailer, default_from, webhook, open_secret })
}

/// Mails to people of ours, with sessions of their own: a burst of notices does not hold up a link that somebody waits for.
fn people(config: &Config, store: &Store, url: &str) -> Result<notify::SendPeopleMail, String> {
    let (mailer, default_from) = post(config)?;
    Ok(notify::SendPeopleMail { store: store.clone(), mailer, default_from, public_url: url.to_owned() })
}

pub fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".into() } else { name.to_owned() }
}

/// An error with its causes, as one sentence.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
