//! Between the socket and the server: nothing passes while the device is out of reach, and a reboot ends the connection.

use std::future::pending;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, split};
use tokio::net::TcpStream;
use tokio::sync::watch;

const CHUNK_LEN: usize = 4_096;

/// Until the device has said everything and closed, or boots anew.
pub(crate) async fn carry(tcp: TcpStream, inner: DuplexStream, reachable: watch::Receiver<bool>, mut boots: watch::Receiver<u64>) {
    boots.mark_unchanged();
    let (from_world, to_world) = tcp.into_split();
    let (from_device, to_device) = split(inner);
    let incoming = one_way(from_world, to_device, reachable.clone());
    let outgoing = one_way(from_device, to_world, reachable);
    tokio::select! {
        () = outgoing => {}
        // A visitor who has sent everything may still listen.
        () = async { incoming.await; pending().await } => {}
        _ = boots.changed() => {}
    }
}

async fn one_way(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut reachable: watch::Receiver<bool>) {
    let mut chunk = vec![0; CHUNK_LEN];
    while let Ok(length) = from.read(&mut chunk).await {
        if reachable.wait_for(|is_reachable| *is_reachable).await.is_err() {
            return;
        }
        if length == 0 || to.write_all(&chunk[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
