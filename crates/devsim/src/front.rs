//! The UDP port that the world sees. Behind it the agent answers correctly; in front of it the faults happen: silence, delay, garbage.

use crate::faults::Agent;
use crate::network::Running;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;

/// Requests on their way at a time; a datagram beyond is dropped, as a busy device does.
const REQUESTS_AT_ONCE_MAX: usize = 64;
/// Largest UDP datagram.
const DATAGRAM_LEN_MAX: usize = 65_507;
/// The agent sits in the same process: longer means that it answers nothing (wrong community).
const AGENT_WAIT: Duration = Duration::from_secs(2);
/// What noise is made of: not BER at any length.
const NOISE: &[u8] = &[0xff, 0x00, 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x7f, 0x04];

/// Serves until its task is aborted.
pub(crate) async fn serve(public: UdpSocket, agent: SocketAddr, running: Arc<Running>) {
    let public = Arc::new(public);
    let slots = Arc::new(Semaphore::new(REQUESTS_AT_ONCE_MAX));
    let garbled = Arc::new(AtomicU64::new(0));
    let mut datagram = vec![0; DATAGRAM_LEN_MAX];
    loop {
        // An error here is the echo of an answer that nobody waited for; the next datagram is another one's.
        let Ok((length, from)) = public.recv_from(&mut datagram).await else { continue };
        let Some(mood) = running.agent_mood() else { continue };
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else { continue };
        let request = datagram[..length].to_vec();
        let (public, running, garbled) = (Arc::clone(&public), Arc::clone(&running), Arc::clone(&garbled));
        tokio::spawn(async move {
            let _slot = slot;
            let Ok(mut answer) = ask(agent, &request).await else { return };
            match mood {
                Agent::Answers | Agent::Silent => {}
                Agent::Slow(delay) => tokio::time::sleep(delay).await,
                // In turn half of the true answer and noise.
                Agent::Garbage if garbled.fetch_add(1, Ordering::Relaxed) % 2 == 0 => answer.truncate(answer.len() / 2),
                Agent::Garbage => answer = NOISE.to_vec(),
            }
            // It may have died meanwhile.
            if running.agent_mood().is_some() {
                let _ = public.send_to(&answer, from).await;
            }
        });
    }
}

async fn ask(agent: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind((agent.ip(), 0)).await?;
    socket.connect(agent).await?;
    socket.send(request).await?;
    let mut answer = vec![0; DATAGRAM_LEN_MAX];
    let length = tokio::time::timeout(AGENT_WAIT, socket.recv(&mut answer)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    answer.truncate(length);
    Ok(answer)
}
