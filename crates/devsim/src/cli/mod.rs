//! Command lines with state. A session turns a typed line into an answer and, at times, into a change of the device's configuration;
//! what the terminal does with the answer (paging, echo) is [`terminal`]'s business.

pub(crate) mod files;
pub(crate) mod menus;
mod path;
mod sectioned;
mod shell;
pub(crate) mod terminal;
pub(crate) mod tree;
mod words;

use crate::platform::{Platform, Style};
use crate::state::{Device, Second};
use crate::topology::{self, BadTopology, InterfaceKind};
use std::collections::BTreeMap;

/// What comes after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    Prompt,
    /// Another question; `is_hidden`: the answer is not echoed.
    Ask {
        question: String,
        is_hidden: bool,
    },
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Lines end with `\n`; the terminal makes them `\r\n`.
    pub text: String,
    /// A configuration was shown: faults of reading apply.
    pub is_config: bool,
    /// The configuration is not what it was.
    pub is_change: bool,
    pub next: Next,
    /// Exit status where there is such a thing.
    pub status: u32,
}

impl Reply {
    pub fn text(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, is_config: false, is_change: false, next: Next::Prompt, status: 0 }
    }
    pub fn nothing() -> Self {
        Self::text("")
    }
    pub fn end() -> Self {
        Self { next: Next::End, ..Self::nothing() }
    }
    pub fn refusal(text: impl Into<String>, status: u32) -> Self {
        Self { status, ..Self::text(text) }
    }
    pub fn changed() -> Self {
        Self { is_change: true, ..Self::nothing() }
    }
    pub fn config(text: impl Into<String>) -> Self {
        Self { is_config: true, ..Self::text(text) }
    }
    pub fn ask(question: impl Into<String>) -> Self {
        Self { next: Next::Ask { question: question.into(), is_hidden: false }, ..Self::nothing() }
    }
    pub fn ask_secret(question: impl Into<String>) -> Self {
        Self { next: Next::Ask { question: question.into(), is_hidden: true }, ..Self::nothing() }
    }
}

/// One person at one command line.
pub(crate) trait Session: Send + Sync {
    fn prompt(&self, device: &Device) -> String;
    /// A line, or the answer to the question of the last reply.
    fn enter(&mut self, device: &mut Device, now: Second, line: &str) -> Reply;
    /// Lines of a page; `None`: everything at once.
    fn page_lines(&self) -> Option<usize>;
    /// The words of the pager.
    fn pager(&self) -> &'static str {
        " --More-- "
    }
    /// Sent once, before the first prompt.
    fn opening(&self) -> &'static str {
        ""
    }
    /// Ctrl-Z.
    fn leave_sections(&mut self) {}
}

/// Who logs in, as typed. Flags after `+` are a habit of the path style.
pub(crate) fn open(style: Style, user: &str) -> Box<dyn Session> {
    match style {
        Style::PrivilegedExec => Box::new(sectioned::Sectioned::privileged_exec(user)),
        Style::Vtysh => Box::new(sectioned::Sectioned::vtysh(user)),
        Style::Path => Box::new(path::Paths::new(user)),
        Style::Shell => Box::new(shell::Shell::new(user)),
    }
}

/// The name without its flags, as the password is asked for.
pub(crate) fn login_name(style: Style, user: &str) -> &str {
    match style {
        Style::Path => user.split('+').next().unwrap_or(user),
        Style::PrivilegedExec | Style::Vtysh | Style::Shell => user,
    }
}

/// The configuration of a device, in the shape of its style.
#[derive(Debug, Clone)]
pub(crate) enum Configuration {
    Tree(tree::Tree),
    Menus(menus::Menus),
    Files(files::Files),
}

/// What a configuration says about one interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Aspect {
    pub alias: String,
    pub is_shut: bool,
}

impl Configuration {
    /// Name of the host and aspects of its interfaces, by name.
    pub fn aspects(&self) -> (Option<String>, BTreeMap<String, Aspect>) {
        match self {
            Self::Tree(tree) => tree.aspects(),
            Self::Menus(menus) => menus.aspects(),
            Self::Files(files) => files.aspects(),
        }
    }

    /// Path and shell keep every change at once; sections wait until somebody writes them down.
    pub fn is_kept_at_once(&self) -> bool {
        !matches!(self, Self::Tree(_))
    }
}

/// The configuration of a device that nobody has set up, with the ports that its hardware has.
pub(crate) fn blank(platform: &Platform, spec: &topology::Device) -> Result<Configuration, BadTopology> {
    let ethernets = spec.interfaces.iter().filter(|interface| interface.kind == InterfaceKind::Ethernet);
    Ok(match platform.style {
        Style::PrivilegedExec | Style::Vtysh => {
            let mut tree = tree::Tree::new(&platform.grammar)?;
            for interface in ethernets {
                let line = format!("interface {}", interface.name);
                tree.enter(&mut Vec::new(), &line, &["*".to_owned()])
                    .map_err(|refused| BadTopology(format!("{}: {line}: {}", spec.name, refused.says(&line))))?;
            }
            Configuration::Tree(tree)
        }
        Style::Path => {
            let mut menus = menus::Menus::new(&platform.menus);
            ethernets.enumerate().for_each(|(place, interface)| menus.solder(place + 1, &interface.name));
            Configuration::Menus(menus)
        }
        Style::Shell => {
            let mut files = files::Files::default();
            files.files.extend(platform.files.iter().map(|(name, lines)| (name.clone(), lines.join("\n") + "\n")));
            let names: Vec<String> = spec.interfaces.iter().map(|interface| interface.name.clone()).collect();
            files.boot(&names);
            Configuration::Files(files)
        }
    })
}

/// Types the lines of a hand at the device, in its style. `Err`: the line that was refused, and what was said.
pub(crate) fn type_in(device: &mut Device, now: Second, user: &str, lines: &[String]) -> Result<(), (String, String)> {
    let style = device.platform.style;
    match &mut device.config {
        Configuration::Tree(tree) => {
            let mut place = Vec::new();
            for line in lines {
                tree.enter(&mut place, line, &device.platform.virtual_interfaces).map_err(|error| (line.clone(), error.says(line)))?;
            }
        }
        Configuration::Menus(menus) => {
            let mut at = String::new();
            for line in lines {
                menus.change(&mut at, line).map_err(|said| (line.clone(), said))?;
            }
        }
        Configuration::Files(_) => {
            let mut session = shell::Shell::new(user);
            for line in lines {
                let reply = session.enter(device, now, line);
                if reply.status != 0 {
                    return Err((line.clone(), reply.text));
                }
            }
        }
    }
    device.note_change(user, style == Style::Path || style == Style::Shell);
    Ok(())
}
