//! A TCP connection that ends when its owner goes away. The library's task would otherwise wait on for a silent device.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// Whoever holds it keeps the connection open.
#[derive(Debug)]
pub(super) struct Holder {
    _alive: oneshot::Sender<()>,
}

#[derive(Debug)]
pub(super) struct Held {
    tcp: TcpStream,
    holder: oneshot::Receiver<()>,
}

pub(super) fn hold(tcp: TcpStream) -> (Holder, Held) {
    let (alive, holder) = oneshot::channel();
    (Holder { _alive: alive }, Held { tcp, holder })
}

impl Held {
    /// Registers for the wake-up too, so that a waiting read ends at once.
    fn is_let_go(&mut self, task: &mut Context<'_>) -> bool {
        // A receiver that has told its end may not be asked again.
        self.holder.is_terminated() || Pin::new(&mut self.holder).poll(task).is_ready()
    }
}

fn let_go() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "given up by its user")
}

impl AsyncRead for Held {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_let_go(task) {
            return Poll::Ready(Err(let_go()));
        }
        Pin::new(&mut self.tcp).poll_read(task, into)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_let_go(task) {
            return Poll::Ready(Err(let_go()));
        }
        Pin::new(&mut self.tcp).poll_write(task, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(task)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(task)
    }
}
