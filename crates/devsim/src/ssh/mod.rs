//! The SSH side of a simulated device: its port, its server, and the wire that falls silent when the device is out of reach.

pub(crate) mod keys;
pub(crate) mod port;
mod server;
mod wire;

use crate::network::Network;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::duplex;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Sessions of one device at a time (a router has 5 to 16 lines); one more is hung up on.
pub(crate) const SESSIONS_MAX: usize = 16;
/// Bytes between the socket and the server.
const PIPE_LEN: usize = 16 * 1024;
/// Whoever has said nothing for so long is hung up on (exec-timeout: 10 minutes on many).
const IDLE: Duration = Duration::from_secs(600);

/// The sessions of one device; they end when this is dropped.
pub(crate) struct Sessions {
    network: Arc<Network>,
    place: usize,
    slots: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

impl Sessions {
    pub fn new(network: Arc<Network>, place: usize) -> Self {
        Self { network, place, slots: Arc::new(Semaphore::new(SESSIONS_MAX)), tasks: JoinSet::new() }
    }

    /// Serves one connection in the background.
    pub fn take(&mut self, tcp: TcpStream) {
        // What has ended leaves the set.
        while self.tasks.try_join_next().is_some() {}
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { return };
        let (network, place) = (Arc::clone(&self.network), self.place);
        self.tasks.spawn(async move {
            let _slot = slot;
            let (outer, inner) = duplex(PIPE_LEN);
            let (config, visitor) = server::prepare(&network, place);
            let served = async move {
                // How a visitor leaves is his business: most only look whether somebody is there.
                if let Ok(session) = russh::server::run_stream(config, inner, visitor).await {
                    let _ = session.await;
                }
                // The wire carries what is left and ends then.
                std::future::pending().await
            };
            tokio::select! {
                () = served => {}
                () = wire::carry(tcp, outer, network.reachable(place), network.boots(place)) => {}
            }
        });
    }
}
