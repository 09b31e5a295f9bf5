//! What stands between the typed bytes and a session: echo, line editing, the pager, and the faults of a command line.

use super::{Next, Reply, Session};
use crate::faults::Ssh;
use crate::network::Network;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A longer line is not taken; real ones end at a few hundred characters.
const LINE_LEN_MAX: usize = 8_192;
const READ_LEN: usize = 4_096;
/// Lines of a pager that ignores its switch.
const STUBBORN_LINES: usize = 24;
/// The question instead of an answer.
const QUESTION: &str = "The configuration is being edited by another user. Show it all the same? [y/n]: ";

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const BELL: u8 = 0x07;
const BACKSPACE: u8 = 0x08;
const CTRL_U: u8 = 0x15;
const CTRL_Z: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;
const DELETE: u8 = 0x7f;

enum Typed {
    Line(String),
    /// Ctrl-C or Ctrl-Z: the line is thrown away.
    Cancelled {
        leaves: bool,
    },
    /// Ctrl-D on an empty line, or the other side has gone.
    Gone,
}

struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    place: usize,
    /// The last byte was CR: a LF or NUL that follows belongs to it.
    after_return: bool,
    has_echo: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    async fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.buffer.get(self.place).copied() {
                self.place += 1;
                if std::mem::take(&mut self.after_return) && (byte == b'\n' || byte == 0) {
                    continue;
                }
                self.after_return = byte == b'\r';
                return Ok(Some(byte));
            }
            self.buffer.resize(READ_LEN, 0);
            let length = self.stream.read(&mut self.buffer).await?;
            self.buffer.truncate(length);
            self.place = 0;
            if length == 0 {
                return Ok(None);
            }
        }
    }

    async fn send(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.replace('\n', "\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    async fn echo(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.has_echo {
            return Ok(());
        }
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    async fn line(&mut self, is_hidden: bool) -> io::Result<Typed> {
        let mut line: Vec<u8> = Vec::new();
        // Echo in one piece what came in one piece: a pasted line is not a hundred packets.
        let mut echoed: Vec<u8> = Vec::new();
        loop {
            if is_hidden {
                echoed.clear();
            }
            if self.place >= self.buffer.len() && !echoed.is_empty() {
                let pending = std::mem::take(&mut echoed);
                self.echo(&pending).await?;
            }
            let Some(byte) = self.byte().await? else { return Ok(Typed::Gone) };
            match byte {
                b'\r' | b'\n' => {
                    echoed.extend(b"\r\n");
                    self.echo(&echoed).await?;
                    return Ok(Typed::Line(String::from_utf8_lossy(&line).into_owned()));
                }
                BACKSPACE | DELETE => {
                    // A whole character, also when it has several bytes.
                    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
                    echoed.extend(b"\x08 \x08");
                }
                CTRL_U => {
                    let gone = String::from_utf8_lossy(&line).chars().count();
                    echoed.extend(b"\x08 \x08".repeat(gone));
                    line.clear();
                }
                CTRL_C | CTRL_Z => {
                    echoed.extend(if byte == CTRL_C { b"^C\r\n" } else { b"^Z\r\n" });
                    self.echo(&echoed).await?;
                    return Ok(Typed::Cancelled { leaves: byte == CTRL_Z });
                }
                CTRL_D if line.is_empty() => return Ok(Typed::Gone),
                ESCAPE => self.skip_sequence().await?,
                byte if byte < b' ' => {}
                byte if line.len() < LINE_LEN_MAX => {
                    line.push(byte);
                    echoed.push(byte);
                }
                _ => echoed.push(BELL),
            }
        }
    }

    /// What a terminal sends for an arrow or as the answer to a question of ours.
    async fn skip_sequence(&mut self) -> io::Result<()> {
        if self.byte().await? == Some(b'[') {
            while let Some(byte) = self.byte().await? {
                if (0x40..=0x7e).contains(&byte) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// False: the reader has had enough.
    async fn page(&mut self, text: &str, page_lines: usize, pager: &str) -> io::Result<()> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut shown, mut room) = (0, page_lines.saturating_sub(1).max(1));
        while shown < lines.len() {
            let end = (shown + room).min(lines.len());
            self.send(&lines[shown..end].concat()).await?;
            shown = end;
            if shown == lines.len() {
                break;
            }
            self.send(pager).await?;
            let key = self.byte().await?;
            let width = pager.len();
            let erase = format!("{0}{1}{0}", "\x08".repeat(width), " ".repeat(width));
            self.stream.write_all(erase.as_bytes()).await?;
            room = match key {
                Some(b' ') => page_lines.saturating_sub(1).max(1),
                Some(b'\r' | b'\n') => 1,
                _ => break,
            };
        }
        Ok(())
    }
}

/// A person's session, from the greeting to the end.
pub(crate) async fn serve<S>(
    stream: S,
    network: Arc<Network>,
    place: usize,
    mut session: Box<dyn Session>,
    has_echo: bool,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut wire = Wire { stream, buffer: Vec::new(), place: 0, after_return: false, has_echo };
    let greeting = network.with_device(place, |device, now| device.filled(&device.platform.greeting, now).join("\n"));
    wire.send(&greeting).await?;
    wire.send(session.opening()).await?;
    let (mut question, mut is_hidden) = (None::<String>, false);
    loop {
        let faults = network.ssh(place);
        if let Some(delay) = faults.delay {
            tokio::time::sleep(delay).await;
        }
        let prompt = match question.take() {
            Some(question) => question,
            None => network.with_device(place, |device, _| session.prompt(device)),
        };
        wire.send(&prompt).await?;
        let line = match wire.line(is_hidden).await? {
            Typed::Line(line) => line,
            Typed::Cancelled { leaves } => {
                is_hidden = false;
                if leaves {
                    session.leave_sections();
                }
                continue;
            }
            Typed::Gone => return Ok(()),
        };
        let reply = obey(&network, place, session.as_mut(), &line);
        is_hidden = false;
        if answer(&mut wire, &network, place, session.as_ref(), &reply).await? {
            return Ok(());
        }
        if let Next::Ask { question: asked, is_hidden: hidden } = reply.next {
            question = Some(asked);
            is_hidden = hidden;
        }
    }
}

/// Shows an answer. True: it was the last.
async fn answer<S>(wire: &mut Wire<S>, network: &Network, place: usize, session: &dyn Session, reply: &Reply) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let faults = network.ssh(place);
    if reply.is_config && faults.asks {
        wire.send(QUESTION).await?;
        let agreed = matches!(wire.line(false).await?, Typed::Line(line) if line.trim().eq_ignore_ascii_case("y"));
        if !agreed {
            return Ok(false);
        }
    }
    let text = damaged(&reply.text, reply.is_config, &faults);
    let page_lines = if faults.pages_always { Some(STUBBORN_LINES) } else { session.page_lines() };
    match page_lines {
        Some(lines) => wire.page(text, lines, session.pager()).await?,
        None => wire.send(text).await?,
    }
    if text.len() < reply.text.len() {
        wire.send("\n").await?;
    }
    Ok(reply.next == Next::End)
}

/// One command without a terminal: its output and its status.
pub(crate) async fn once(network: &Network, place: usize, session: &mut dyn Session, command: &str) -> (String, u32) {
    let faults = network.ssh(place);
    if let Some(delay) = faults.delay {
        tokio::time::sleep(delay).await;
    }
    let reply = obey(network, place, session, command);
    (damaged(&reply.text, reply.is_config, &faults).to_owned(), reply.status)
}

fn obey(network: &Network, place: usize, session: &mut dyn Session, line: &str) -> Reply {
    let reply = network.with_device(place, |device, now| session.enter(device, now, line));
    if reply.is_change {
        network.follow();
    }
    reply
}

/// Cut in the middle of a line when that fault is in force.
fn damaged<'t>(text: &'t str, is_config: bool, faults: &Ssh) -> &'t str {
    if !(is_config && faults.cuts) {
        return text;
    }
    let half = (text.len() / 2..text.len()).find(|at| text.is_char_boundary(*at) && !text[..*at].ends_with('\n')).unwrap_or(0);
    &text[..half]
}
