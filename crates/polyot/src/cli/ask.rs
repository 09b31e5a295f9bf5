//! Questions to the person at the terminal, and secrets from a prompt, a file or standard input. Without a terminal nothing is asked.

use super::failure::Failure;
use super::speech::Speech;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

/// Characters of one answer.
const ANSWER_CHARS_MAX: usize = 4_096;
/// Bytes of a secret in a file: the longest is a private key.
const SECRET_BYTES_MAX: u64 = 64 * 1024;
const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const DELETE: u8 = 127;

/// Who may be asked.
#[derive(Clone, Copy)]
pub struct Asking {
    pub speech: Speech,
    /// `--no-input`.
    pub is_forbidden: bool,
    /// `--yes`.
    pub is_agreed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    Shown,
    Hidden,
}

impl Asking {
    /// Asks for a yes, unless `--yes` gave it.
    pub fn agree(self, question: &str) -> Result<(), Failure> {
        if self.is_agreed {
            return Ok(());
        }
        let answer = self.line(&format!("{question} {} ", self.speech.say("ask.yes_no")), "--yes", Echo::Shown)?;
        let yes = self.speech.say("ask.yes");
        let is_yes = !answer.is_empty() && (yes.starts_with(&answer.to_lowercase()) || "yes".starts_with(&answer.to_lowercase()));
        if is_yes { Ok(()) } else { Err(Failure::error(self.speech.say("error.not_agreed"))) }
    }

    /// One line; `flag` is what to use where nobody can be asked.
    pub fn text(self, question: &str, flag: &str) -> Result<String, Failure> {
        self.line(&format!("{question}: "), flag, Echo::Shown)
    }

    /// A secret from the source named, else by a prompt that does not show it.
    pub fn secret(self, question: &str, flag: &str, source: Option<&str>) -> Result<String, Failure> {
        match source {
            Some("-") => self.first_line_of_stdin(),
            Some(file) => self.secret_file(file),
            None => self.line(&format!("{question}: "), flag, Echo::Hidden),
        }
    }

    /// A secret of several lines (a private key) comes whole.
    pub fn secret_file(self, file: &str) -> Result<String, Failure> {
        let wrong = |why: String| Failure::usage(self.speech.tell("error.file", &[("file", file.into())])).detail(why);
        let mut text = String::new();
        let read = if file == "-" {
            std::io::stdin().lock().take(SECRET_BYTES_MAX).read_to_string(&mut text)
        } else {
            File::open(file).and_then(|opened| opened.take(SECRET_BYTES_MAX).read_to_string(&mut text))
        };
        read.map_err(|error| wrong(error.to_string()))?;
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        if text.is_empty() { Err(wrong(self.speech.say("error.empty"))) } else { Ok(text) }
    }

    /// Line by line, so that several secrets can come one after another.
    fn first_line_of_stdin(self) -> Result<String, Failure> {
        let mut line = String::new();
        let wrong = |why: String| Failure::usage(self.speech.tell("error.file", &[("file", "-".into())])).detail(why);
        std::io::stdin().lock().read_line(&mut line).map_err(|error| wrong(error.to_string()))?;
        let line = line.trim_end_matches(['\n', '\r']).to_owned();
        if line.is_empty() { Err(wrong(self.speech.say("error.empty"))) } else { Ok(line) }
    }

    fn line(self, prompt: &str, flag: &str, echo: Echo) -> Result<String, Failure> {
        let no_terminal = || {
            let prompt = prompt.trim_end().trim_end_matches(':');
            Failure::usage(self.speech.tell("error.no_terminal", &[("prompt", prompt.into())]))
                .next(self.speech.tell("next.flag", &[("flag", flag.into())]))
        };
        if self.is_forbidden || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(no_terminal());
        }
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{prompt}").and_then(|()| stderr.flush());
        let raw = Raw::enter().map_err(|_| no_terminal())?;
        let typed = typed(echo);
        drop(raw);
        let _ = writeln!(stderr);
        typed.ok_or_else(Failure::interrupted)
    }
}

/// The terminal gives every key at once and shows none, until this is dropped: an interrupted password leaves no silent terminal behind.
struct Raw {
    before: Termios,
}

impl Raw {
    fn enter() -> rustix::io::Result<Self> {
        let before = tcgetattr(std::io::stdin())?;
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &raw)?;
        Ok(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// What was typed up to Enter; `None` after Ctrl-C, or Ctrl-D on an empty line.
fn typed(echo: Echo) -> Option<String> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut stderr = std::io::stderr();
    for byte in std::io::stdin().lock().bytes() {
        match byte.ok()? {
            CTRL_C => return None,
            CTRL_D if bytes.is_empty() => return None,
            b'\n' | b'\r' | CTRL_D => return Some(String::from_utf8_lossy(&bytes).into_owned()),
            BACKSPACE | DELETE => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let kept: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
                if echo == Echo::Shown && kept.len() < text.len() {
                    let _ = write!(stderr, "\u{8} \u{8}").and_then(|()| stderr.flush());
                }
                bytes = kept.into_bytes();
            }
            key if key >= b' ' && bytes.len() < ANSWER_CHARS_MAX => {
                bytes.push(key);
                if echo == Echo::Shown {
                    let _ = stderr.write_all(&[key]).and_then(|()| stderr.flush());
                }
            }
            _ => {}
        }
    }
    None
}
