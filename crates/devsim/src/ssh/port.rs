//! The TCP port by which reachability is judged. A living device accepts; a dead one is silent.
//!
//! Silence on loopback needs a trick: closing the port would answer with a refusal, which proves that somebody is there. So the queue of
//! the listening socket is made as short as it can be and filled with connections of our own; the kernel then drops every further SYN
//! (Linux, net/ipv4/tcp_input.c: full accept queue), and the caller waits until his own time is over.

use super::Sessions;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const BACKLOG: i32 = 128;
/// A connection to ourselves that takes longer shows that the queue is full.
const FULL_AFTER: Duration = Duration::from_millis(100);
/// Connections to fill a queue of length 0; Linux takes one or two.
const FILL_MAX: usize = 8;

/// Serves until its task is aborted or the simulation ends; `shown` says what the port looks like from outside now.
pub(crate) async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    mut sessions: Sessions,
    mut reachable: watch::Receiver<bool>,
    shown: watch::Sender<bool>,
) {
    loop {
        if *reachable.borrow_and_update() {
            shown.send_replace(true);
            tokio::select! {
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        sessions.take(stream);
                    }
                }
                changed = reachable.changed() => if changed.is_err() { return },
            }
        } else {
            let plug = plug(&listener, address).await;
            shown.send_replace(false);
            if reachable.wait_for(|is_reachable| *is_reachable).await.is_err() {
                return;
            }
            drop(plug);
            set_backlog(&listener, BACKLOG);
        }
    }
}

/// Fills the queue; it stays full as long as the returned connections live.
async fn plug(listener: &TcpListener, address: SocketAddr) -> Vec<TcpStream> {
    set_backlog(listener, 0);
    let mut plug = Vec::new();
    while plug.len() < FILL_MAX {
        match tokio::time::timeout(FULL_AFTER, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => plug.push(stream),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    plug
}

fn set_backlog(listener: &TcpListener, backlog: i32) {
    // listen(2) on a listening socket changes the length of its queue.
    if let Err(error) = socket2::SockRef::from(listener).listen(backlog) {
        tracing::warn!(%error, "The queue of a simulated SSH port cannot be resized; a dead device may look alive");
    }
}
