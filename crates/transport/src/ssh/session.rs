//! What an open connection is used for: a shell with a terminal, or one command without.

use super::connect::Watcher;
use super::{CLOSE_TIMEOUT, EXEC_SIZE_BYTES_MAX, Error, stream};
use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelStream, Disconnect};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The connection itself; it ends with its last user.
pub(super) struct Line {
    pub(super) handle: Handle<Watcher>,
    pub(super) _holder: stream::Holder,
    pub(super) target: SocketAddr,
}

/// An authenticated connection. Dropping it and its shells closes it.
#[derive(Clone)]
pub struct Session(Arc<Line>);

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.0.target)
    }
}

/// What we say our terminal is. Wide, so that nothing is wrapped; high, so that pagers stay away.
#[derive(Debug, Clone)]
pub struct Terminal {
    pub name: String,
    pub columns: u32,
    pub rows: u32,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { name: "vt100".to_owned(), columns: 512, rows: 1_000 }
    }
}

/// What a command without a terminal gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Nothing when the device does not tell.
    pub status: Option<u32>,
}

impl Session {
    pub(super) fn new(line: Line) -> Self {
        Self(Arc::new(line))
    }

    /// Whether the device or the network has ended it.
    pub fn is_closed(&self) -> bool {
        self.0.handle.is_closed()
    }

    /// A shell on a terminal of its own.
    pub async fn shell(&self, terminal: &Terminal, patience: Duration) -> Result<Shell, Error> {
        self.within(patience, "opening a shell", async {
            let mut channel = self.channel().await?;
            let asked = channel.request_pty(true, &terminal.name, terminal.columns, terminal.rows, 0, 0, &[]).await;
            asked.map_err(|cause| self.lost("asking for a terminal", &cause))?;
            let mut early = self.granted(&mut channel, "a terminal").await?;
            channel.request_shell(true).await.map_err(|cause| self.lost("asking for a shell", &cause))?;
            early.extend(self.granted(&mut channel, "a shell").await?);
            Ok(Shell { early, read: 0, stream: channel.into_stream(), _line: Arc::clone(&self.0) })
        })
        .await
    }

    /// Runs one command without a terminal, to its end.
    pub async fn exec(&self, command: &str, patience: Duration) -> Result<Executed, Error> {
        self.within(patience, "running a command", async {
            let mut channel = self.channel().await?;
            channel.exec(true, command).await.map_err(|cause| self.lost("asking for a command", &cause))?;
            let mut done = Executed { stdout: Vec::new(), stderr: Vec::new(), status: None };
            while let Some(message) = channel.wait().await {
                match message {
                    ChannelMsg::Data { data } => done.stdout.extend_from_slice(&data),
                    ChannelMsg::ExtendedData { data, .. } => done.stderr.extend_from_slice(&data),
                    ChannelMsg::ExitStatus { exit_status } => done.status = Some(exit_status),
                    ChannelMsg::Failure => return Err(Error::ChannelRefused { target: self.0.target, what: "to run a command" }),
                    _ => {}
                }
                if done.stdout.len() + done.stderr.len() > EXEC_SIZE_BYTES_MAX {
                    return Err(Error::TooMuch { target: self.0.target, limit_bytes: EXEC_SIZE_BYTES_MAX });
                }
            }
            match (done.status, self.is_closed()) {
                (None, true) => Err(Error::Lost { target: self.0.target, during: "running a command", detail: String::new() }),
                _ => Ok(done),
            }
        })
        .await
    }

    /// Says good-bye and waits a moment for the end.
    pub async fn close(self) {
        // A connection that is already gone needs no good-bye.
        drop(self.0.handle.disconnect(Disconnect::ByApplication, "", "").await);
        if let Some(line) = Arc::into_inner(self.0) {
            drop(tokio::time::timeout(CLOSE_TIMEOUT, line.handle).await);
        }
    }

    async fn channel(&self) -> Result<Channel<Msg>, Error> {
        match self.0.handle.channel_open_session().await {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(_)) => Err(Error::ChannelRefused { target: self.0.target, what: "another channel" }),
            Err(cause) => Err(self.lost("opening a channel", &cause)),
        }
    }

    /// Waits for the answer to a request; what the device says before it is kept.
    async fn granted(&self, channel: &mut Channel<Msg>, what: &'static str) -> Result<Vec<u8>, Error> {
        let mut early = Vec::new();
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(early),
                Some(ChannelMsg::Failure) => return Err(Error::ChannelRefused { target: self.0.target, what }),
                Some(ChannelMsg::Data { data }) => early.extend_from_slice(&data),
                Some(ChannelMsg::Close) | None => {
                    return Err(Error::Lost { target: self.0.target, during: "opening a shell", detail: String::new() });
                }
                Some(_) => {}
            }
            if early.len() > EXEC_SIZE_BYTES_MAX {
                return Err(Error::TooMuch { target: self.0.target, limit_bytes: EXEC_SIZE_BYTES_MAX });
            }
        }
    }

    async fn within<T>(&self, waited: Duration, during: &'static str, step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let silent = Error::Silent { target: self.0.target, during, waited };
        tokio::time::timeout(waited, step).await.unwrap_or(Err(silent))
    }

    fn lost(&self, during: &'static str, cause: &russh::Error) -> Error {
        Error::Lost { target: self.0.target, during, detail: super::quote(&cause.to_string()) }
    }
}

/// A shell as a stream of bytes. Keeps the connection open.
pub struct Shell {
    /// Came before the shell was granted.
    early: Vec<u8>,
    read: usize,
    stream: ChannelStream<Msg>,
    _line: Arc<Line>,
}

impl fmt::Debug for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shell")
    }
}

impl AsyncRead for Shell {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let waiting = self.early.get(self.read..).unwrap_or_default();
        if !waiting.is_empty() {
            let taken = waiting.len().min(into.remaining());
            into.put_slice(&waiting[..taken]);
            self.read += taken;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(task, into)
    }
}
impl AsyncWrite for Shell {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(task, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}
