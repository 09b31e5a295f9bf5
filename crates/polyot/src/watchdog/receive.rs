//! `polyot watchdog`: listens for signs of life, and mails once when they stop and once when they come again.

use super::rules::{self, Known, Refusal, State};
use super::{Beat, SIGNATURE, TIMESTAMP, checked_secret, is_signed};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use model::tenant::Language;
use model::{Clock, Secret, Timestamp};
use notify::channel::email::{Mail, Mailer, SmtpUrl, Timeouts};
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use texts::{Texts, time, zone_or_utc};

const BODY_SIZE_BYTES_MAX: usize = 16 * 1_024;
const LOOK_EVERY: Duration = Duration::from_millis(500);
const NAME: &str = "Polyot watchdog";
/// After a mail that was not taken.
const MAIL_AGAIN: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub struct WatchdogArgs {
    /// Address and port to listen on; put it on another machine than the one that is watched
    #[arg(long, value_name = "ADDR", env = "POLYOT_WATCHDOG_LISTEN")]
    listen: SocketAddr,
    /// File with the secret that stands in `[watchdog] secret` of the installation
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// Whom to mail; may be given several times
    #[arg(long, value_name = "EMAIL", required = true)]
    mail_to: Vec<String>,
    /// smtp://user:password@host:port (STARTTLS with a login) or smtps://…
    #[arg(long, value_name = "URL", env = "POLYOT_SMTP_URL", hide_env_values = true)]
    smtp: String,
    /// Sender of the mails (default: polyot-watchdog@ this host)
    #[arg(long, value_name = "EMAIL", env = "POLYOT_SMTP_FROM")]
    mail_from: Option<String>,
    /// PEM of further certificate authorities to trust
    #[arg(long, value_name = "FILE", env = "POLYOT_SMTP_CA_FILE")]
    smtp_ca_file: Option<PathBuf>,
    /// So many signs of life in a row must be missing
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    missing_after: u32,
    /// Language of the mails: en or ru
    #[arg(long, default_value = "en")]
    language: String,
    /// IANA zone of times in the mails
    #[arg(long, default_value = "UTC")]
    tz: String,
    /// What must survive a restart
    #[arg(long, value_name = "FILE", default_value = "polyot-watchdog.json")]
    state: PathBuf,
}

struct Dog {
    secret: Secret,
    state_file: PathBuf,
    known: Mutex<Known>,
    since_ms: i64,
}

pub async fn run(args: WatchdogArgs) -> Result<(), String> {
    let language: Language = args.language.parse().map_err(|problem| format!("--language {problem}"))?;
    model::tenant::checked_tz(&args.tz).map_err(|problem| format!("--tz {problem}"))?;
    let text = std::fs::read_to_string(&args.secret_file).map_err(|error| format!("{}: {error}", args.secret_file.display()))?;
    let secret = checked_secret(&text).map_err(|error| format!("{}: {error}", args.secret_file.display()))?;
    let url: SmtpUrl = args.smtp.parse().map_err(|problem| format!("--smtp {problem}"))?;
    let ca = match &args.smtp_ca_file {
        Some(path) => Some(std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let mailer = Mailer::new(url, ca.as_deref(), Timeouts::default()).map_err(|problem| format!("--smtp: {problem}"))?;
    for address in args.mail_to.iter().chain(&args.mail_from) {
        model::problem::checked_email(address).map_err(|problem| format!("`{address}` {problem}"))?;
    }
    let known = load(&args.state)?;
    let dog = Arc::new(Dog { secret, state_file: args.state, known: Mutex::new(known), since_ms: now_ms() });
    // Now, not at the first sign of life: a state that cannot be kept is told at the start.
    dog.save(&dog.known()).map_err(|error| format!("{}: {error}", dog.state_file.display()))?;
    let listener =
        tokio::net::TcpListener::bind(args.listen).await.map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let router = Router::new()
        .route("/", post(take).get(|| async { "ok\n" }))
        .route("/{*any}", post(take))
        .layer(DefaultBodyLimit::max(BODY_SIZE_BYTES_MAX))
        .with_state(Arc::clone(&dog));
    let from = args.mail_from.unwrap_or_else(|| format!("polyot-watchdog@{}", crate::serve::host_name()));
    let post_office = Post { mailer, from, to: args.mail_to, language, tz: args.tz, missing_after: args.missing_after };
    tracing::info!(%address, "The watchdog listens on {address}");
    tokio::select! {
        served = axum::serve(listener, router) => served.map_err(|error| error.to_string()),
        () = post_office.look(&dog) => Ok(()),
        () = crate::serve::until_told() => Ok(()),
    }
}

fn now_ms() -> i64 {
    Clock::System.now().micros() / 1_000
}

async fn take(Shared(dog): Shared<Arc<Dog>>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    let word = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(timestamp_ms) = word(TIMESTAMP).parse::<i64>() else { return (StatusCode::BAD_REQUEST, "no timestamp\n") };
    if !is_signed(&dog.secret, timestamp_ms, &body, word(SIGNATURE)) {
        return (StatusCode::UNAUTHORIZED, "the signature is not right\n");
    }
    let Ok(beat) = serde_json::from_slice::<Beat>(&body) else { return (StatusCode::BAD_REQUEST, "not a sign of life\n") };
    let mut known = dog.known();
    match rules::take(&mut known, &beat, timestamp_ms, now_ms()) {
        Ok(()) => {}
        Err(Refusal::TooOld) => return (StatusCode::BAD_REQUEST, "the timestamp is too far from our clock\n"),
        Err(Refusal::Repeated) => return (StatusCode::CONFLICT, "this sign of life came before\n"),
        Err(Refusal::TooMany) => return (StatusCode::TOO_MANY_REQUESTS, "too many installations\n"),
    }
    match dog.save(&known) {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "The state of the watchdog cannot be kept");
            (StatusCode::INTERNAL_SERVER_ERROR, "cannot be kept\n")
        }
    }
}

impl Dog {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, known: &Known) -> std::io::Result<()> {
        let mut beside = self.state_file.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(known)?)?;
        file.sync_all()?;
        std::fs::rename(beside, &self.state_file)
    }

    /// The first installation whose state people have not heard of.
    fn news(&self, missing_after: u32) -> Option<(String, State, i64)> {
        let now = now_ms();
        self.known().iter().find_map(|(name, seen)| {
            let state = rules::state(seen, now, self.since_ms, missing_after);
            let since_ms = if state == State::Stuck { seen.alive_ms } else { seen.heard_ms };
            (state != seen.told).then(|| (name.clone(), state, since_ms))
        })
    }
}

fn load(path: &Path) -> Result<Known, String> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| format!("{} is not the state of a watchdog: {error}; move it away to begin anew", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Known::new()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

struct Post {
    mailer: Mailer,
    from: String,
    to: Vec<String>,
    language: Language,
    tz: String,
    missing_after: u32,
}

impl Post {
    /// Looks again and again; a mail that is not taken is tried until it is, or until the news is old.
    async fn look(&self, dog: &Dog) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            while let Some((name, state, since_ms)) = dog.news(self.missing_after) {
                if !self.tell(&name, state, since_ms).await {
                    tokio::time::sleep(MAIL_AGAIN).await;
                    continue;
                }
                let mut known = dog.known();
                if let Some(seen) = known.get_mut(&name) {
                    seen.told = state;
                }
                if let Err(error) = dog.save(&known) {
                    tracing::error!(%error, "The state of the watchdog cannot be kept");
                }
            }
        }
    }

    /// Whether anybody got it: one broken mailbox does not make the others hear it again and again.
    async fn tell(&self, name: &str, state: State, since_ms: i64) -> bool {
        let word = match state {
            State::Lost => "lost",
            State::Stuck => "stuck",
            State::Well => "back",
        };
        let since = time(self.language, Timestamp::from_micros(since_ms * 1_000), &zone_or_utc(Some(&self.tz)));
        let args = [("installation", name.into()), ("since", since.as_str().into())];
        let say = |key: &str| Texts::say(self.language, &format!("watchdog.{word}.{key}"), &args);
        let text = format!("{}\n\n{}\n", say("lead"), say("action"));
        let domain = self.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let mut is_told = false;
        for (place, to) in self.to.iter().enumerate() {
            let sent = self
                .mailer
                .send(&Mail {
                    from_name: NAME,
                    from_address: &self.from,
                    to_name: None,
                    to,
                    subject: &say("subject"),
                    text: &text,
                    html: None,
                    date: Clock::System.now(),
                    message_id: &format!("watchdog.{word}.{since_ms}.{place}@{domain}"),
                    thread: None,
                })
                .await;
            match sent {
                Ok(_) => is_told = true,
                Err(error) => tracing::error!(%error, "A mail about a silent installation was not taken"),
            }
        }
        if is_told {
            tracing::warn!(installation = name, state = word, "Told by mail: {name} is {word}");
        }
        is_told
    }
}
