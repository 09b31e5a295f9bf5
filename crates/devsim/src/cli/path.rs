//! The command line of menus: a prompt that tells where one is, colours and a question to the terminal unless the login name says otherwise.
//!
//! Source: MikroTik, help site "Command Line Interface" (prompt, safe way out by `quit`) and "Console login process" (user name followed by
//! `+` and parameters: `c` disables colours, `t` detection of the terminal, `e` dumb mode).

use super::menus::Outcome;
use super::{Configuration, Reply, Session};
use crate::state::{Device, Second};

/// What are you (DA), and where is the cursor (DSR)? A terminal answers; a script must not be confused by it.
const DETECTION: &str = "\x1b[c\x1b[6n";

pub(crate) struct Paths {
    user: String,
    has_colours: bool,
    detects: bool,
    at: String,
}

impl Paths {
    pub fn new(typed: &str) -> Self {
        let (user, flags) = typed.split_once('+').unwrap_or((typed, ""));
        // Digits of the terminal's size may stand between the letters: `+cet80w`.
        let is_dumb = flags.contains('e');
        Self { user: user.to_owned(), has_colours: !flags.contains('c'), detects: !is_dumb && !flags.contains('t'), at: String::new() }
    }
}

impl Session for Paths {
    fn prompt(&self, device: &Device) -> String {
        let (user, host) = (&self.user, device.host_name());
        let at = self.at.replace(' ', "/");
        let place = if at.is_empty() { String::new() } else { format!(" {at}") };
        if self.has_colours {
            format!("\x1b[m[\x1b[35m{user}\x1b[m@\x1b[36m{host}\x1b[m]\x1b[32m{place}\x1b[m > ")
        } else if place.is_empty() {
            format!("[{user}@{host}] > ")
        } else {
            format!("[{user}@{host}]{place}> ")
        }
    }

    fn enter(&mut self, device: &mut Device, now: Second, line: &str) -> Reply {
        let Configuration::Menus(menus) = &mut device.config else { return Reply::nothing() };
        match menus.run(&mut self.at, line) {
            Ok(Outcome::Nothing) => Reply::nothing(),
            Ok(Outcome::Quit) => Reply::end(),
            Ok(Outcome::Changed) => {
                device.note_change(&self.user, true);
                Reply::changed()
            }
            Ok(Outcome::Export { text }) => Reply::config(format!("{}\n{text}", device.filled(&device.platform.header, now).join("\n"))),
            Ok(Outcome::Print { path }) if path == "/system resource" => Reply::text(device.filled(&device.platform.about, now).join("\n")),
            Ok(Outcome::Print { path }) => {
                let Configuration::Menus(menus) = &device.config else { return Reply::nothing() };
                Reply::text(menus.print(&path))
            }
            Err(said) => Reply::refusal(said, 1),
        }
    }

    fn page_lines(&self) -> Option<usize> {
        None
    }

    fn opening(&self) -> &'static str {
        if self.detects { DETECTION } else { "" }
    }
}
