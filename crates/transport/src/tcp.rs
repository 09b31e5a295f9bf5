//! Reachability by TCP connect, where ICMP is not allowed.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// The host answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub rtt: Duration,
    /// The port is closed; the host is alive all the same.
    pub is_refused: bool,
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    #[error("no answer to TCP connect within {} s", .0.as_secs_f32())]
    Silent(Duration),
    #[error("TCP connect failed: {0}")]
    Unreachable(String),
}

/// Opens a connection and closes it at once.
pub async fn probe(target: SocketAddr, timeout: Duration) -> Result<Answer, Miss> {
    let start = Instant::now();
    let outcome = tokio::time::timeout(timeout, TcpStream::connect(target)).await;
    let rtt = start.elapsed();
    match outcome {
        Err(_) => Err(Miss::Silent(timeout)),
        Ok(Ok(_)) => Ok(Answer { rtt, is_refused: false }),
        Ok(Err(cause)) if matches!(cause.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset) => {
            Ok(Answer { rtt, is_refused: true })
        }
        Ok(Err(cause)) => Err(Miss::Unreachable(cause.to_string())),
    }
}
