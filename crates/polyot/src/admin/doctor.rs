//! `polyot admin doctor`: looks at everything that has to be in order, changes nothing, and says what to do.

use super::check::{Finding, Level};
use crate::config::Config;
use crate::serve::{self, chain};
use crate::{fingerprint, folder};
use access::{Vault, VaultError};
use model::scope::Reason;
use model::{Clock, Scope, Timestamp};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::{Location, Store, StoreError};

/// Samples stop when less is free (crate `series`).
const DISK_BAD_BYTES: u64 = 256 * 1024 * 1024;
const DISK_WARN_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// How far a clock may be behind what is written already.
const CLOCK_BEHIND_MAX: Duration = Duration::from_secs(120);
const SMTP_WAIT: Duration = Duration::from_secs(20);

pub async fn run(config: &Config) -> Result<ExitCode, String> {
    let mut findings = vec![data_folder(config)];
    findings.push(disk(&config.data_dir));
    let store = database(config, &mut findings).await;
    findings.push(master_key(config, store.as_ref()).await);
    if let Some(store) = &store {
        findings.push(trail(store).await);
        findings.push(clock(store).await);
        findings.push(place(config, store).await);
        store.close().await;
    }
    findings.push(icmp());
    findings.push(mail(config).await);
    findings.iter().for_each(|finding| println!("{finding}"));
    let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    println!("\n{} ok, {} warn, {} bad", count(Level::Ok), count(Level::Warn), count(Level::Bad));
    Ok(if count(Level::Bad) > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn data_folder(config: &Config) -> Finding {
    const NAME: &str = "data folder";
    let path = &config.data_dir;
    let mode = match std::fs::metadata(path) {
        Ok(meta) => meta.permissions().mode() & 0o777,
        Err(error) => return Finding::bad(NAME, format!("{}: {error}", path.display()), "name the right folder with --data"),
    };
    let served = if folder::is_held(path) { "a server works in it" } else { "no server works in it" };
    if mode & 0o077 != 0 {
        let todo = format!("chmod 700 {}", path.display());
        return Finding::warn(NAME, format!("{} can be entered by others (mode {mode:03o}); {served}", path.display()), todo);
    }
    Finding::ok(NAME, format!("{}, for its owner alone; {served}", path.display()))
}

fn disk(path: &Path) -> Finding {
    const NAME: &str = "free disk";
    let free_bytes = match rustix::fs::statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::bad(NAME, format!("cannot be measured: {error}"), "look at the disk of the data folder"),
    };
    let detail = format!("{} MiB", free_bytes / 1024 / 1024);
    match free_bytes {
        0..DISK_BAD_BYTES => Finding::bad(NAME, detail, "free space now: samples are not kept any more, soon nothing will be"),
        DISK_BAD_BYTES..DISK_WARN_BYTES => Finding::warn(NAME, detail, "free space, or move the data folder to a larger disk"),
        _ => Finding::ok(NAME, detail),
    }
}

/// Opened only when it needs no migration: the doctor changes nothing.
async fn database(config: &Config, findings: &mut Vec<Finding>) -> Option<Store> {
    const NAME: &str = "database";
    let shown = config.location.shown();
    if let Location::Sqlite(path) = &config.location {
        match store::check_sqlite(path).await {
            Ok(wrong) if wrong.is_empty() => findings.push(Finding::ok(NAME, format!("{shown} is whole"))),
            Ok(wrong) => {
                let todo = "stop the server, keep a copy of the file, and restore the last backup into a new folder";
                findings.push(Finding::bad(NAME, format!("{shown} is damaged: {}", wrong[0]), todo));
                return None;
            }
            Err(error) => {
                findings.push(Finding::bad(
                    NAME,
                    chain(&error),
                    "is this the folder of an installation? Otherwise restore the last backup",
                ));
                return None;
            }
        }
    }
    const SCHEMA: &str = "schema";
    let known = store::schema_known();
    match store::schema_found(&config.location).await {
        Ok(found) if found == known => {
            findings.push(Finding::ok(SCHEMA, format!("version {found}")));
            match Store::open(&config.location, Clock::System).await {
                Ok(store) => return Some(store),
                Err(error) => findings.push(Finding::bad(NAME, chain(&error), "see the cause")),
            }
        }
        Ok(found) if found < known => {
            let todo = "make a backup; the next start of this program brings it up to date";
            findings.push(Finding::warn(SCHEMA, format!("version {found}, this program brings {known}"), todo));
        }
        Ok(found) => {
            let todo = "use the newer program that wrote it";
            findings.push(Finding::bad(SCHEMA, format!("version {found}, this program knows {known}"), todo));
        }
        Err(error) => findings.push(Finding::bad(NAME, chain(&error), "start the database, or mend database_url")),
    }
    None
}

fn scope() -> Scope {
    Scope::installation(Reason("doctor"))
}

async fn master_key(config: &Config, store: Option<&Store>) -> Finding {
    const NAME: &str = "master key";
    let path = config.master_key_file.display();
    let vault = match Vault::open_existing(&config.master_key_file) {
        Ok(vault) => vault,
        Err(error @ VaultError::Readable { .. }) => return Finding::bad(NAME, error.to_string(), format!("chmod 600 {path}")),
        Err(error) => {
            let todo = "put the file back from where you keep it, or type it in: polyot admin master-key --from-sheet";
            return Finding::bad(NAME, chain(&error), todo);
        }
    };
    let sealed = match store {
        Some(store) => any_sealed(store).await.unwrap_or_default(),
        None => None,
    };
    match sealed {
        Some(sealed) if !vault.has_sealed(&sealed) => {
            let detail = format!("{path} is key {}, but the secrets in the database were sealed with another one", vault.key_id());
            Finding::bad(NAME, detail, "put the key back that belongs to this database; the recovery sheet names it")
        }
        _ => Finding::ok(NAME, format!("{}, for its owner alone; is its recovery sheet locked away?", vault.key_id())),
    }
}

async fn any_sealed(store: &Store) -> Result<Option<Vec<u8>>, StoreError> {
    store.read(&scope()).await?.any_sealed().await
}

async fn trail(store: &Store) -> Finding {
    const NAME: &str = "audit trail";
    let verified = async { store.read(&scope()).await?.verify_audit().await }.await;
    match verified {
        Ok(chain) => match chain.broken_at {
            None => Finding::ok(NAME, format!("{} rows, the chain is whole", chain.rows)),
            Some(row) => {
                let todo = "somebody changed the table behind the product's back: compare with the last backup";
                Finding::bad(NAME, format!("the chain is broken at row {row}"), todo)
            }
        },
        Err(error) => Finding::bad(NAME, chain(&error), "see the database above"),
    }
}

async fn clock(store: &Store) -> Finding {
    const NAME: &str = "clock";
    let newest = match async { store.read(&scope()).await?.pulse().await }.await {
        Ok(pulse) => [pulse.event_at, pulse.collector_seen_at, pulse.notice_sent_at].into_iter().flatten().max(),
        Err(error) => return Finding::bad(NAME, chain(&error), "see the database above"),
    };
    let now = store.clock().now();
    match newest {
        Some(newest) if is_behind(newest, now) => Finding::bad(
            NAME,
            format!("it is {now}, but something was written at {newest}, which is yet to come"),
            "set the clock right and let it be kept so (chrony, systemd-timesyncd); restart the server then",
        ),
        _ => Finding::ok(NAME, format!("{now}, nothing was written later")),
    }
}

fn is_behind(newest: Timestamp, now: Timestamp) -> bool {
    newest.minus(CLOCK_BEHIND_MAX) > now
}

async fn place(config: &Config, store: &Store) -> Finding {
    const NAME: &str = "place";
    let (_, by_host_name) = fingerprint::machine();
    match fingerprint::reason(&config.data_dir, store).await {
        Ok(None) if by_host_name => Finding::warn(
            NAME,
            "the data is where it belongs, but this machine is known by its host name only",
            "give the container a fixed --hostname, or mount /etc/machine-id: under another name it starts cold",
        ),
        Ok(None) => Finding::ok(NAME, "the data is where it belongs"),
        Ok(Some(reason)) => Finding::warn(
            NAME,
            format!("cold ({reason}): nothing is watched and nobody is told"),
            "when no other installation works with this data: polyot admin warm",
        ),
        Err(error) => Finding::bad(NAME, error, "see the cause"),
    }
}

fn icmp() -> Finding {
    const NAME: &str = "ICMP";
    match transport::icmp::Icmp::new() {
        Ok(icmp) => Finding::ok(NAME, icmp.note()),
        Err(error) => Finding::warn(
            NAME,
            chain(&error),
            "allow it (setcap cap_net_raw+ep on the program, or net.ipv4.ping_group_range); until then only TCP tells whether a device is there",
        ),
    }
}

async fn mail(config: &Config) -> Finding {
    const NAME: &str = "mail server";
    let mailer = match serve::post(config) {
        Ok((Some(mailer), _)) => mailer,
        Ok((None, _)) => {
            return Finding::warn(
                NAME,
                "none is configured",
                "set smtp.url in polyot.toml or POLYOT_SMTP_URL: until then nobody is told by mail",
            );
        }
        Err(error) => return Finding::bad(NAME, error, "mend the configuration"),
    };
    match tokio::time::timeout(SMTP_WAIT, mailer.greet()).await {
        Ok(Ok(())) => Finding::ok(NAME, format!("{} lets us in", mailer.server())),
        Ok(Err(error)) => Finding::bad(NAME, error.to_string(), "mend smtp.url, the login or the certificate; notices wait until then"),
        Err(_) => Finding::bad(NAME, format!("{} does not answer in {} s", mailer.server(), SMTP_WAIT.as_secs()), "is it the right port?"),
    }
}
