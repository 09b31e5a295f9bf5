//! The serving process's side: a sign of life to outside, again and again.

use super::{Beat, SIGNATURE, TIMESTAMP, signature};
use model::scope::Reason;
use model::{Scope, Secret, Timestamp, limits};
use reqwest::{Client, Url};
use std::time::Duration;
use store::{Store, StoreError};
use work::Shutdown;

const TIMEOUT: Duration = Duration::from_secs(10);
/// A watch is alive when a collector spoke within this time.
const ALIVE: Duration = limits::COLLECTOR_SILENCE.saturating_mul(3);

/// Where to, how often, signed with what.
#[derive(Clone)]
pub struct Heart {
    pub url: Url,
    pub secret: Secret,
    pub interval_s: u32,
}

impl Heart {
    pub async fn beat(self, store: Store, shutdown: Shutdown) {
        // No proxy and no redirect: it shall reach the receiver or fail.
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("polyot/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "No sign of life can be sent");
                return shutdown.cancelled().await;
            }
        };
        let mut was_heard = true;
        loop {
            let heard = self.once(&client, &store).await;
            match &heard {
                Ok(()) if !was_heard => tracing::info!("The watchdog hears us again"),
                Err(error) if was_heard => tracing::warn!("The watchdog does not hear us: {error}; it is tried again and again"),
                _ => {}
            }
            was_heard = heard.is_ok();
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(u64::from(self.interval_s))) => {}
            }
        }
    }

    /// The error names no address: its path may be a secret, too.
    async fn once(&self, client: &Client, store: &Store) -> Result<(), String> {
        let now = store.clock().now();
        let Some(beat) = pulse(store, now, self.interval_s).await.map_err(|error| error.to_string())? else { return Ok(()) };
        let body = serde_json::to_vec(&beat).map_err(|error| error.to_string())?;
        let timestamp_ms = now.micros() / 1_000;
        let answer = client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header(TIMESTAMP, timestamp_ms.to_string())
            .header(SIGNATURE, signature(&self.secret, timestamp_ms, &body))
            .body(body)
            .send()
            .await
            .map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status())) }
    }
}

/// `None` before the first set-up: there is nothing to watch yet.
async fn pulse(store: &Store, now: Timestamp, interval_s: u32) -> Result<Option<Beat>, StoreError> {
    let mut tx = store.read(&Scope::installation(Reason("a sign of life"))).await?;
    let Some(provider) = tx.provider().await? else { return Ok(None) };
    let pulse = tx.pulse().await?;
    Ok(Some(Beat {
        installation: provider.id.to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        sent_at: now,
        interval_s,
        is_alive: pulse.collector_seen_at.is_none_or(|at| now.since(at) < ALIVE),
        collector_seen_at: pulse.collector_seen_at,
        notice_sent_at: pulse.notice_sent_at,
    }))
}
