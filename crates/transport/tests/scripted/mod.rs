//! A device that says what a script tells it to, in pieces of any size.
#![allow(clippy::unwrap_used, dead_code)]

use regex::Regex;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use transport::cli::{Mode, Pager, Secrets, Session, Spec, Timing};

pub const CEILING: Duration = Duration::from_secs(60);

/// What the device does, in order.
#[derive(Debug, Clone)]
pub enum Act {
    Say(Vec<u8>),
    /// Waits for one key.
    Key,
    /// Waits for one line, without echo.
    Line,
    Wait(Duration),
    /// Says nothing more.
    Hang,
    /// Ends the connection.
    Cut,
}

pub fn say(text: &str) -> Act {
    Act::Say(text.as_bytes().to_vec())
}

#[derive(Clone)]
pub struct Script {
    /// Before the first prompt.
    pub greeting: Vec<Act>,
    pub prompt: &'static str,
    pub echoes: bool,
    /// Commands and what they do. A command that is not here says nothing; `prompt: X` changes the prompt to X.
    pub commands: Vec<(&'static str, Vec<Act>)>,
    /// How many bytes at a time; the pattern repeats. Nothing means all at once.
    pub pieces: Vec<usize>,
}

impl Script {
    pub fn new(prompt: &'static str) -> Self {
        Self { greeting: Vec::new(), prompt, echoes: true, commands: Vec::new(), pieces: Vec::new() }
    }
    pub fn does(mut self, command: &'static str, acts: impl IntoIterator<Item = Act>) -> Self {
        self.commands.push((command, acts.into_iter().collect()));
        self
    }
    /// Plays it until the other side goes away. What came in is kept in `heard`.
    pub fn play(self) -> (DuplexStream, Arc<Mutex<String>>) {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let heard = Arc::new(Mutex::new(String::new()));
        let device = Device { io: theirs, heard: Arc::clone(&heard), pieces: self.pieces.clone(), turn: 0 };
        tokio::spawn(device.run(self));
        (ours, heard)
    }
    pub async fn open(self, spec: Spec) -> Result<Session<DuplexStream>, transport::cli::Error> {
        Session::open(self.play().0, spec, Secrets::default()).await
    }
}

struct Device {
    io: DuplexStream,
    heard: Arc<Mutex<String>>,
    pieces: Vec<usize>,
    turn: usize,
}

impl Device {
    async fn run(mut self, script: Script) -> Option<()> {
        let mut prompt = script.prompt;
        self.all(&script.greeting).await?;
        loop {
            self.say(prompt.as_bytes()).await?;
            let command = self.line(script.echoes).await?;
            if let Some((_, acts)) = script.commands.iter().find(|(known, _)| *known == command) {
                self.all(acts).await?;
            } else if let Some(found) =
                script.commands.iter().find_map(|(known, _)| known.strip_prefix("prompt ")).filter(|_| command == "rename")
            {
                prompt = found;
            }
        }
    }
    async fn all(&mut self, acts: &[Act]) -> Option<()> {
        for act in acts {
            match act {
                Act::Say(bytes) => self.say(bytes).await?,
                Act::Key => drop(self.key().await?),
                Act::Line => drop(self.line(false).await?),
                Act::Wait(time) => tokio::time::sleep(*time).await,
                Act::Hang => std::future::pending().await,
                Act::Cut => return None,
            }
        }
        Some(())
    }
    async fn say(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let size = self.pieces.get(self.turn % self.pieces.len().max(1)).copied().unwrap_or(usize::MAX).clamp(1, rest.len());
            self.turn += 1;
            self.io.write_all(&rest[..size]).await.ok()?;
            rest = &rest[size..];
            tokio::task::yield_now().await;
        }
        Some(())
    }
    async fn key(&mut self) -> Option<u8> {
        let mut key = [0];
        self.io.read_exact(&mut key).await.ok()?;
        self.heard.lock().unwrap().push(char::from(key[0]));
        Some(key[0])
    }
    async fn line(&mut self, echoes: bool) -> Option<String> {
        let mut line = Vec::new();
        loop {
            match self.key().await? {
                b'\r' => break,
                key => {
                    line.push(key);
                    if echoes {
                        self.say(&[key]).await?;
                    }
                }
            }
        }
        if echoes {
            self.say(b"\r\n").await?;
        }
        Some(String::from_utf8_lossy(&line).into_owned())
    }
}

pub fn re(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

pub fn timing() -> Timing {
    Timing { connect: CEILING, prompt: CEILING, idle: CEILING, total: CEILING }
}

pub fn spec(prompts: &[&str], pager: Option<&str>) -> Spec {
    Spec {
        modes: prompts.iter().map(|prompt| Mode { name: "exec".to_owned(), prompt: re(prompt) }).collect(),
        pager: pager.map(|pager| Pager { matches: re(pager), send: " ".to_owned(), erase: None }),
        timing: timing(),
        ..Spec::default()
    }
}
