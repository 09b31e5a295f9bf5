//! The conversation itself: what is sent, how long is waited, and where an answer ends.

use super::prompt::{Fit, Prompt, looks_like_prompt, looks_like_question};
use super::screen::Screen;
use super::spec::{Secrets, Spec, matches};
use super::tail::Tail;
use super::{
    ANSWERS_MAX, COMMAND_CHARS_MAX, Error, LEARN_ROUNDS_MAX, OUTPUT_SIZE_BYTES_MAX, PAGES_MAX, QUIET_NO_ECHO, QUIET_PAGER, QUIET_PROMPT,
    QUIET_QUESTION, RECEIVED_SIZE_BYTES_MAX, REFUSAL_LINES_MAX, TAIL_LINES_MAX,
};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

/// What a person's Enter key sends.
const ENTER: &str = "\r";
const READ_BYTES: usize = 16 * 1024;
/// How far into an answer our own words are looked for: a prompt that came late, then the echo.
const ECHO_LINES_MAX: usize = 4;
/// What a device may write of its own below its prompt.
const INTERRUPTION_LINES_MAX: usize = 8;
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The text of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Lines with `\n`, without the echo and the prompt.
    pub text: String,
    pub took: Duration,
    /// Pages that had to be asked for.
    pub pages: u32,
    pub ended_by: EndedBy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedBy {
    /// The prompt the session began with.
    Prompt,
    /// The same device in another mode.
    Mode(String),
    /// The new prompt that the caller expected; it is the session's prompt from now on.
    NewPrompt(String),
}

/// How long nothing has come. A longer step includes the shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quiet {
    Pager,
    Prompt,
    NoEcho,
    Question,
    TooLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NewPrompt {
    Expected,
    Unexpected,
}

/// What stays of the device's wishes while one command runs.
#[derive(Default)]
struct Wishes {
    pages: u32,
    answers: u32,
    /// How many bytes had come at the last answer: a question that still stands there is not a new one.
    answered_at: Option<usize>,
}

pub struct Session<Io> {
    io: Io,
    spec: Spec,
    secrets: Secrets,
    screen: Screen,
    tail: Tail,
    prompt: Prompt,
    /// The prompt that came last: of the same device, perhaps of another mode.
    place: String,
    buffer: Vec<u8>,
    opened: Instant,
    /// When a byte came last, and what of the silence since then has been looked at.
    heard: Instant,
    looked: Option<Quiet>,
    command: String,
    setup_refusals: Vec<String>,
    echoes: bool,
    is_learning: bool,
    is_lost: bool,
}

impl<Io> std::fmt::Debug for Session<Io> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("prompt", &self.prompt.exact).finish_non_exhaustive()
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Session<Io> {
    /// Learns the prompt, goes to the privileged mode and sends what the profile wants sent first.
    pub async fn open(io: Io, spec: Spec, secrets: Secrets) -> Result<Self, Error> {
        let masked = secrets.masked.iter().chain(&secrets.enable).cloned().collect();
        let erase = spec.pager.as_ref().and_then(|pager| pager.erase.clone());
        let now = Instant::now();
        let mut session = Self {
            io,
            screen: Screen::new(erase),
            tail: Tail::new(masked),
            prompt: Prompt::default(),
            place: String::new(),
            buffer: vec![0; READ_BYTES],
            opened: now,
            heard: now,
            looked: None,
            command: "login".to_owned(),
            setup_refusals: Vec::new(),
            echoes: false,
            is_learning: true,
            is_lost: false,
            spec,
            secrets,
        };
        session.learn().await?;
        session.is_learning = false;
        session.enable().await?;
        session.place.clone_from(&session.prompt.exact);
        for command in session.spec.setup.clone() {
            let patience = session.spec.timing.prompt;
            match session.execute(&command, NewPrompt::Unexpected, patience).await {
                Ok(_) => {}
                Err(Error::Refused { .. }) => session.setup_refusals.push(command),
                Err(cause) => return Err(cause),
            }
        }
        Ok(session)
    }

    /// Sends one command and waits for the prompt.
    pub async fn run(&mut self, command: &str) -> Result<Output, Error> {
        let patience = self.spec.timing.idle;
        self.execute(command, NewPrompt::Unexpected, patience).await
    }

    /// The same for a command that changes the prompt, e.g. the name of the device.
    pub async fn run_renaming(&mut self, command: &str) -> Result<Output, Error> {
        let patience = self.spec.timing.idle;
        self.execute(command, NewPrompt::Expected, patience).await
    }

    /// The prompt of the session, as learned.
    pub fn prompt(&self) -> &str {
        &self.prompt.exact
    }

    /// Commands of the setup that the device refused: its pager, for one, may still be on.
    pub fn setup_refusals(&self) -> &[String] {
        &self.setup_refusals
    }

    /// The last lines, with the secrets masked that the caller named.
    pub fn transcript_tail(&self) -> String {
        let mut running: Vec<&str> = self.screen.text().rsplit_terminator('\n').take(TAIL_LINES_MAX).collect();
        running.reverse();
        let current = self.screen.current();
        let unfinished = Some(current.as_str()).filter(|line| !line.is_empty());
        self.tail.with(running.into_iter().chain(unfinished))
    }

    /// Says good-bye as the profile wants and closes the stream. Waits a second at most.
    pub async fn close(mut self) {
        let leave = self.spec.leave.clone().filter(|_| !self.is_lost);
        let end = async {
            if let Some(leave) = leave {
                self.io.write_all(format!("{leave}{ENTER}").as_bytes()).await?;
            }
            self.io.shutdown().await
        };
        // Whatever goes wrong now, the session is over.
        drop(timeout(CLOSE_TIMEOUT, end).await);
    }

    async fn learn(&mut self) -> Result<(), Error> {
        let waited = self.spec.timing.prompt;
        let until = self.opened + waited;
        let (mut seen, mut rounds, mut wishes) = (String::new(), 0, Wishes::default());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let quiet = self.pause(self.heard.elapsed() + left).await?;
            if quiet == Quiet::TooLong || rounds > LEARN_ROUNDS_MAX {
                return Err(Error::NoPrompt { waited: self.opened.elapsed(), tail: self.transcript_tail() });
            }
            let line = self.screen.current();
            if self.answer(&line, quiet, &mut wishes).await? || quiet < Quiet::Prompt {
                continue;
            }
            if quiet == Quiet::Prompt && !line.is_empty() {
                if line == seen || self.is_same_prompt(&seen, &line) {
                    return match Prompt::learn(&line, &self.spec.modes) {
                        Some(prompt) => {
                            self.prompt = prompt;
                            Ok(())
                        }
                        None => Err(Error::StrangePrompt { seen: self.tail.shown(&line), tail: self.transcript_tail() }),
                    };
                }
                seen = line;
            } else if quiet == Quiet::Prompt || !(line.is_empty() || quiet == Quiet::Question) {
                continue;
            }
            rounds += 1;
            self.send("").await?;
        }
    }

    /// Some prompts count the commands; then the profile tells which part is the name.
    fn is_same_prompt(&self, seen: &str, line: &str) -> bool {
        let modes = &self.spec.modes;
        !modes.is_empty() && Prompt::learn(seen, modes).is_some_and(|prompt| prompt.fits(line, modes).is_some())
    }

    async fn enable(&mut self) -> Result<(), Error> {
        let Some(enable) = self.spec.enable.clone() else { return Ok(()) };
        let waited = self.spec.timing.prompt;
        self.command.clone_from(&enable.send);
        self.drain().await?;
        self.send(&enable.send).await?;
        let mut was_asked = false;
        loop {
            let quiet = self.pause(waited).await?;
            let line = self.screen.current();
            if quiet == Quiet::TooLong {
                return Err(Error::NoPrompt { waited, tail: self.transcript_tail() });
            }
            if quiet == Quiet::Prompt && matches(&enable.password_prompt, &line) {
                if was_asked {
                    return Err(Error::EnableRefused { tail: self.transcript_tail() });
                }
                let Some(password) = self.secrets.enable.clone() else {
                    return Err(Error::EnablePasswordMissing { tail: self.transcript_tail() });
                };
                was_asked = true;
                self.send(password.reveal()).await?;
                continue;
            }
            match self.prompt.fits(&line, &self.spec.modes) {
                Some(Fit::Mode) if quiet >= Quiet::Prompt => {
                    if let Some(prompt) = Prompt::learn(&line, &self.spec.modes) {
                        self.prompt = prompt;
                    }
                    return Ok(());
                }
                // The device did not ask and is where it was: we were privileged already.
                Some(Fit::Exact) if quiet >= Quiet::NoEcho && !was_asked => return Ok(()),
                Some(Fit::Exact) if quiet >= Quiet::NoEcho => {
                    return Err(Error::EnableRefused { tail: self.transcript_tail() });
                }
                _ => {}
            }
        }
    }

    async fn execute(&mut self, command: &str, new_prompt: NewPrompt, patience: Duration) -> Result<Output, Error> {
        if command.chars().count() > COMMAND_CHARS_MAX || command.chars().any(char::is_control) {
            return Err(Error::BadCommand);
        }
        if self.is_lost {
            return Err(Error::Lost);
        }
        // Until the prompt is there again: a caller who goes away in between leaves the session at an unknown place.
        self.is_lost = true;
        command.clone_into(&mut self.command);
        self.drain().await?;
        let began = Instant::now();
        self.send(command).await?;
        let mut wishes = Wishes::default();
        let ended_by = self.wait_for_prompt(new_prompt, patience, &mut wishes).await?;
        let text = self.screen.take_text(self.end_of_echo().unwrap_or(0));
        self.remember(&text);
        self.place = match &ended_by {
            EndedBy::Prompt => self.prompt.exact.clone(),
            EndedBy::Mode(line) | EndedBy::NewPrompt(line) => line.clone(),
        };
        self.is_lost = false;
        if let Some(answer) = self.refusal(&text) {
            let answer = self.tail.shown(&answer);
            return Err(Error::Refused { command: self.command.clone(), answer, tail: self.transcript_tail() });
        }
        Ok(Output { text, took: began.elapsed(), pages: wishes.pages, ended_by })
    }

    async fn wait_for_prompt(&mut self, new_prompt: NewPrompt, patience: Duration, wishes: &mut Wishes) -> Result<EndedBy, Error> {
        loop {
            let quiet = self.pause(patience).await?;
            let line = self.screen.current();
            // Who has repeated our words before will do so now, if late.
            let without_echo = if self.echoes { Quiet::Question } else { Quiet::NoEcho };
            if quiet >= Quiet::Prompt
                && let Some(fit) = self.prompt.fits(&line, &self.spec.modes)
                && (quiet >= without_echo || self.end_of_echo().is_some())
            {
                self.echoes |= self.end_of_echo().is_some();
                return Ok(match fit {
                    Fit::Exact => EndedBy::Prompt,
                    Fit::Mode => EndedBy::Mode(line),
                });
            }
            if self.answer(&line, quiet, wishes).await? {
                continue;
            }
            let is_other_prompt = quiet == Quiet::Question && self.is_other_prompt(&line);
            if is_other_prompt && self.comes_again(&line).await? {
                return self.changed(line, new_prompt);
            }
            if quiet == Quiet::Question && line.is_empty() && self.was_interrupted().await? {
                return Ok(EndedBy::Prompt);
            }
            if quiet == Quiet::TooLong {
                return Err(Error::Idle { command: self.command.clone(), waited: patience, tail: self.transcript_tail() });
            }
        }
    }

    /// True when the device wanted something and has got it.
    async fn answer(&mut self, line: &str, quiet: Quiet, wishes: &mut Wishes) -> Result<bool, Error> {
        if line.is_empty() {
            return Ok(false);
        }
        let page = self.spec.pager.as_ref().and_then(|pager| {
            let start = |line: &str| Some(pager.matches.find(line)?.start());
            Some((start(line).or_else(|| start(&format!("{line} ")))?, pager.send.clone()))
        });
        if let Some((at, send)) = page {
            if wishes.pages == PAGES_MAX {
                return Err(Error::Endless { command: self.command.clone(), what: "pager", tail: self.transcript_tail() });
            }
            wishes.pages += 1;
            self.screen.answer_pager(at);
            self.write(send.as_bytes()).await?;
            return Ok(true);
        }
        if quiet < Quiet::Prompt || wishes.answered_at == Some(self.screen.received()) {
            return Ok(false);
        }
        let allowed = self.spec.prompts_allowed.iter().find(|allowed| {
            let is_for = allowed.only_for.as_ref().is_none_or(|only| !self.is_learning && only.is_match(&self.command));
            is_for && matches(&allowed.matches, line)
        });
        if let Some(answer) = allowed.map(|allowed| allowed.answer.clone()) {
            if wishes.answers == ANSWERS_MAX {
                return Err(Error::Endless { command: self.command.clone(), what: "question", tail: self.transcript_tail() });
            }
            wishes.answers += 1;
            wishes.answered_at = Some(self.screen.received());
            self.write(format!("{answer}{ENTER}").as_bytes()).await?;
            return Ok(true);
        }
        // An empty line would already be an answer, so at the login nothing is sent to a question.
        let is_sure = quiet == Quiet::Question || (self.is_learning && quiet == Quiet::Prompt);
        if is_sure && looks_like_question(line) && !self.is_other_prompt(line) {
            let question = self.tail.shown(line.trim());
            return Err(Error::Question { command: self.command.clone(), question, tail: self.transcript_tail() });
        }
        Ok(false)
    }

    fn is_other_prompt(&self, line: &str) -> bool {
        match self.spec.modes.as_slice() {
            [] => looks_like_prompt(line) && !looks_like_question(line),
            modes => modes.iter().any(|mode| mode.name_in(line).is_some()),
        }
    }

    /// Sends an empty line, without forgetting the text so far.
    async fn comes_again(&mut self, line: &str) -> Result<bool, Error> {
        let length = self.screen.text().len();
        self.write(ENTER.as_bytes()).await?;
        while self.pause(QUIET_QUESTION).await? < Quiet::Prompt || self.screen.text().len() == length {
            if self.heard.elapsed() >= QUIET_NO_ECHO {
                return Ok(false);
            }
        }
        let is_again = self.screen.current() == line;
        if is_again {
            self.screen.cut_text(length);
        }
        Ok(is_again)
    }

    /// The prompt came, and then the device wrote something of its own below it: an empty line brings the prompt again.
    async fn was_interrupted(&mut self) -> Result<bool, Error> {
        let text = self.screen.text();
        let last = text.split_inclusive('\n').rev().take(INTERRUPTION_LINES_MAX);
        let mut start = text.len();
        let found = last.into_iter().find_map(|line| {
            start -= line.len();
            (line.trim_end() == self.prompt.exact).then_some(start)
        });
        let (Some(start), prompt) = (found, self.prompt.exact.clone()) else { return Ok(false) };
        if self.end_of_echo().is_none_or(|end| end > start) || !self.comes_again(&prompt).await? {
            return Ok(false);
        }
        self.screen.cut_text(start);
        Ok(true)
    }

    fn changed(&mut self, line: String, new_prompt: NewPrompt) -> Result<EndedBy, Error> {
        match (new_prompt, Prompt::learn(&line, &self.spec.modes)) {
            (NewPrompt::Expected, Some(prompt)) => {
                self.prompt = prompt;
                Ok(EndedBy::NewPrompt(line))
            }
            _ => Err(Error::PromptChanged {
                command: self.command.clone(),
                before: self.prompt.exact.clone(),
                now: self.tail.shown(&line),
                tail: self.transcript_tail(),
            }),
        }
    }

    /// Where the text begins after our own words, if they came. Spaces are no difference: terminals wrap.
    fn end_of_echo(&self) -> Option<usize> {
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (sent, place) = (bare(&self.command), bare(&self.place));
        let mut end = 0;
        for line in self.screen.text().split_inclusive('\n').take(ECHO_LINES_MAX) {
            end += line.len();
            let seen = bare(line);
            if seen == sent || seen.strip_prefix(&place).is_some_and(|rest| rest == sent) {
                return Some(end);
            }
        }
        None
    }

    fn refusal(&self, text: &str) -> Option<String> {
        let is_short = text.lines().take(REFUSAL_LINES_MAX + 1).count() <= REFUSAL_LINES_MAX;
        let mut lines = text.lines().filter(|_| is_short);
        lines.find(|line| self.spec.errors.iter().any(|error| error.is_match(line))).map(|line| line.trim().to_owned())
    }

    fn remember(&mut self, text: &str) {
        let command = format!("{} {}", self.place, self.command);
        self.tail.push(&command);
        let mut last: Vec<&str> = text.rsplit_terminator('\n').take(TAIL_LINES_MAX).collect();
        last.reverse();
        for line in last {
            self.tail.push(line);
        }
    }

    /// Takes what has come unasked since the last command: log messages, a prompt too many.
    async fn drain(&mut self) -> Result<(), Error> {
        self.screen.clear();
        while let Ok(read) = timeout(Duration::ZERO, self.io.read(&mut self.buffer)).await {
            self.received(read)?;
        }
        Ok(())
    }

    async fn send(&mut self, line: &str) -> Result<(), Error> {
        self.screen.clear();
        // It may be a password.
        let words = Zeroizing::new(format!("{line}{ENTER}"));
        self.write(words.as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let until = self.opened + self.spec.timing.total;
        let written = timeout_at(until, async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        })
        .await;
        self.heard = Instant::now();
        self.looked = None;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(self.closed(Some(source))),
            Err(_) => Err(self.too_long()),
        }
    }

    /// Reads until nothing has come for the next step of silence. Without a byte in between each step is told once.
    async fn pause(&mut self, patience: Duration) -> Result<Quiet, Error> {
        let end = self.opened + self.spec.timing.total;
        loop {
            let steps = [
                (Quiet::Pager, QUIET_PAGER),
                (Quiet::Prompt, QUIET_PROMPT),
                (Quiet::NoEcho, QUIET_NO_ECHO),
                (Quiet::Question, QUIET_QUESTION),
            ];
            let next = steps.into_iter().find(|(step, length)| Some(*step) > self.looked && *length < patience);
            let (step, length) = next.unwrap_or((Quiet::TooLong, patience));
            let until = self.heard + length;
            match timeout_at(until.min(end), self.io.read(&mut self.buffer)).await {
                Ok(read) => {
                    self.received(read)?;
                    self.heard = Instant::now();
                    self.looked = None;
                }
                Err(_) if end <= until => return Err(self.too_long()),
                Err(_) => {
                    self.looked = Some(step);
                    return Ok(step);
                }
            }
            // A device that never pauses is bounded too.
            if Instant::now() >= end {
                return Err(self.too_long());
            }
        }
    }

    fn received(&mut self, read: std::io::Result<usize>) -> Result<(), Error> {
        match read {
            Ok(0) => return Err(self.closed(None)),
            Ok(length) => self.screen.feed(&self.buffer[..length]),
            Err(source) => return Err(self.closed(Some(source))),
        }
        let limit_bytes = if self.screen.size() > OUTPUT_SIZE_BYTES_MAX {
            OUTPUT_SIZE_BYTES_MAX
        } else if self.screen.received() > RECEIVED_SIZE_BYTES_MAX {
            RECEIVED_SIZE_BYTES_MAX
        } else {
            return Ok(());
        };
        Err(Error::TooMuch { command: self.command.clone(), limit_bytes, tail: self.transcript_tail() })
    }

    fn closed(&self, source: Option<std::io::Error>) -> Error {
        Error::Closed { command: self.command.clone(), source, tail: self.transcript_tail() }
    }

    fn too_long(&self) -> Error {
        Error::TooLong { command: self.command.clone(), limit: self.spec.timing.total, tail: self.transcript_tail() }
    }
}
