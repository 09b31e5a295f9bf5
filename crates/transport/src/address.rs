//! Names to addresses by the system's resolver, without blocking the runtime.

use crate::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long one look-up is waited for.
pub const RESOLVE_TIMEOUT: Duration = Duration::from_secs(3);
/// Look-ups that run at once. The system's resolver blocks a thread for each.
pub const RESOLVES_MAX: usize = 16;

/// Shared by all who look names up, so that the limit holds for all together.
#[derive(Debug, Clone)]
pub struct Resolver(Arc<Semaphore>);

impl Default for Resolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(RESOLVES_MAX)))
    }
}

/// The address when `host` is one: no look-up needed.
pub fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Resolver {
    /// The first address of `host`; an address is returned as it is.
    pub async fn resolve(&self, host: &str) -> Result<IpAddr, Error> {
        if let Some(address) = literal(host) {
            return Ok(address);
        }
        let turn = Arc::clone(&self.0);
        let name = host.to_owned();
        // The look-up goes on in its thread when we stop waiting; it keeps its place in the queue until it really ends.
        let lookup = tokio::spawn(async move {
            let _turn = turn.acquire_owned().await;
            tokio::net::lookup_host((name, 0_u16)).await.map(|mut found| found.next())
        });
        match tokio::time::timeout(RESOLVE_TIMEOUT, lookup).await {
            Err(_) => Err(Error::ResolveSilent { host: host.to_owned(), waited: RESOLVE_TIMEOUT }),
            Ok(Err(broken)) => Err(Error::Resolve { host: host.to_owned(), source: std::io::Error::other(broken) }),
            Ok(Ok(Err(source))) => Err(Error::Resolve { host: host.to_owned(), source }),
            Ok(Ok(Ok(None))) => Err(Error::NoAddress { host: host.to_owned() }),
            Ok(Ok(Ok(Some(found)))) => Ok(found.ip()),
        }
    }
}
