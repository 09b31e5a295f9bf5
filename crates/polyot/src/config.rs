//! The configuration: flag over environment over file over default. A mistake is a sentence that names what and where.

use model::Secret;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub const LISTEN_DEFAULT: &str = "127.0.0.1:8080";
const DATABASE_FILE: &str = "polyot.db";
const MASTER_KEY_FILE: &str = "master.key";

/// `polyot.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Folder of the database, the samples and the master key.
    pub data_dir: Option<PathBuf>,
    /// Address and port to serve on.
    pub listen: Option<String>,
    /// As people reach us; used in invitations and links.
    pub public_url: Option<String>,
    pub tls: Option<Tls>,
    /// `postgres://…`; without it an SQLite file in the data folder.
    pub database_url: Option<Secret>,
    pub smtp: Option<Smtp>,
    /// Default: in the data folder; made once, mode 0600.
    pub master_key_file: Option<PathBuf>,
    /// Signs of life to a receiver outside; see `polyot watchdog`.
    pub watchdog: Option<Watchdog>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM with the certificate chain.
    pub cert_file: PathBuf,
    /// PEM with the private key.
    pub key_file: PathBuf,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// `smtp://user:password@host:port` (STARTTLS with a login) or `smtps://…`.
    pub url: Option<Secret>,
    /// Address of mails when no tenant above the client has a sender.
    pub from: Option<String>,
    /// PEM of further certificate authorities to trust.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watchdog {
    /// `https://…` of the receiver.
    pub url: String,
    /// The same as in the receiver's `--secret-file`.
    pub secret: Secret,
    pub interval_s: Option<u32>,
}

impl Watchdog {
    pub fn heart(&self) -> Result<crate::watchdog::send::Heart, String> {
        use crate::watchdog::{INTERVAL_S_DEFAULT, INTERVAL_S_MAX, INTERVAL_S_MIN, checked_secret};
        let url: reqwest::Url = self.url.parse().map_err(|error| format!("watchdog.url: is not an address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("watchdog.url: must begin with https:// or http://".into());
        }
        let secret = checked_secret(self.secret.reveal()).map_err(|error| format!("watchdog.secret: {error}"))?;
        let interval_s = self.interval_s.unwrap_or(INTERVAL_S_DEFAULT);
        if !(INTERVAL_S_MIN..=INTERVAL_S_MAX).contains(&interval_s) {
            return Err(format!("watchdog.interval_s: {interval_s} is not between {INTERVAL_S_MIN} and {INTERVAL_S_MAX}"));
        }
        Ok(crate::watchdog::send::Heart { url, secret, interval_s })
    }
}

/// What the command line says; it wins.
#[derive(Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
    pub database_url: Option<String>,
}

/// Everything settled.
#[derive(Debug, Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub public_url: Option<String>,
    pub tls: Option<Tls>,
    pub location: store::Location,
    pub smtp: Smtp,
    pub master_key_file: PathBuf,
    pub watchdog: Option<Watchdog>,
    /// First administrator, made at the first start.
    pub admin: Option<(String, Secret)>,
}

impl Config {
    /// Reads the file and the environment and settles everything. The error is one sentence for the terminal.
    pub fn load(flags: Flags) -> Result<Self, String> {
        let path = flags.config.clone().or_else(|| env("POLYOT_CONFIG").map(PathBuf::from)).or_else(|| {
            let here = PathBuf::from("polyot.toml");
            here.exists().then_some(here)
        });
        let file = match &path {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let data_dir = flags.data.or_else(|| env("POLYOT_DATA").map(PathBuf::from)).or(file.data_dir).ok_or(
            "no data folder is given: say `polyot serve --data FOLDER`, set POLYOT_DATA, or write `data_dir = \"/var/lib/polyot\"` into polyot.toml",
        )?;
        let listen_text = flags.listen.or_else(|| env("POLYOT_LISTEN")).or(file.listen).unwrap_or_else(|| LISTEN_DEFAULT.to_owned());
        let listen = listen_text
            .parse()
            .map_err(|_| format!("listen: `{listen_text}` is not an address with a port; expected e.g. {LISTEN_DEFAULT} or [::]:8080"))?;
        let database_url =
            flags.database_url.or_else(|| env("POLYOT_DATABASE_URL")).or(file.database_url.map(|url| url.reveal().to_owned()));
        let location = match database_url {
            None => store::Location::Sqlite(data_dir.join(DATABASE_FILE)),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => store::Location::Postgres(url),
            Some(_) => return Err("database_url: must begin with postgres:// (leave it out for an SQLite file in the data folder)".into()),
        };
        let mut smtp = file.smtp.unwrap_or_default();
        if let Some(url) = env("POLYOT_SMTP_URL") {
            smtp.url = Some(Secret::new(url));
        }
        if let Some(from) = env("POLYOT_SMTP_FROM") {
            smtp.from = Some(from);
        }
        if let Some(ca_file) = env("POLYOT_SMTP_CA_FILE") {
            smtp.ca_file = Some(PathBuf::from(ca_file));
        }
        let admin = match (env("POLYOT_ADMIN_EMAIL"), env("POLYOT_ADMIN_PASSWORD")) {
            (Some(email), Some(password)) => Some((email, Secret::new(password))),
            (None, None) => None,
            _ => return Err("POLYOT_ADMIN_EMAIL and POLYOT_ADMIN_PASSWORD belong together: set both or neither".into()),
        };
        let public_url = env("POLYOT_PUBLIC_URL").or(file.public_url);
        if let Some(url) = public_url.as_ref().filter(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(format!("public_url: `{url}` must begin with http:// or https://"));
        }
        Ok(Self {
            master_key_file: file.master_key_file.unwrap_or_else(|| data_dir.join(MASTER_KEY_FILE)),
            watchdog: file.watchdog,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            tls: file.tls,
            data_dir,
            listen,
            location,
            smtp,
            admin,
        })
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn read(path: &Path) -> Result<File, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("the configuration file {} cannot be read: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        // Only the place and the reason: the line itself may hold a password.
        let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
        let place = line.map_or(String::new(), |line| format!(", line {line}"));
        format!("the configuration file {}{place}: {}", path.display(), error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        let folder = tempfile_path();
        std::fs::write(&folder, text).unwrap();
        let told = read(&folder).map(|_| "fine".to_owned()).unwrap_or_else(|error| error.replace(&folder.display().to_string(), "FILE"));
        std::fs::remove_file(&folder).unwrap();
        told
    }

    fn tempfile_path() -> PathBuf {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        std::env::temp_dir().join(format!("polyot-config-{}-{number}.toml", std::process::id()))
    }

    #[test]
    fn a_mistake_in_the_file_is_named_with_its_line_and_never_shows_a_secret() {
        assert_eq!(check("data_dir = \"/tmp/x\"\n[smtp]\nurl = \"smtp://u:p@h:25\"\n"), "fine");
        let told = check("data_dir = \"/tmp/x\"\nlisten_adress = \"x\"\n");
        assert!(told.contains("line 2") && told.contains("listen_adress") && told.contains("listen"), "{told}");
        let told = check("[smtp]\nurl = 5\n");
        assert!(told.contains("line 2") || told.contains("line 1"), "{told}");
        let told = check("[smtp]\nurl = \"smtp://u:geheim@h:25\nfrom = \"a@b\"\n");
        assert!(!told.contains("geheim"), "{told}");
    }
}
