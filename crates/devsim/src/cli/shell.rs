//! A small shell: files are read and written, links are set, what it does not know is "command not found".
//!
//! Source: bash(1) (prompt, messages, status 127), cat(1), ip-link(8), ip-address(8), hostname(1), uname(1).

use super::files::Files;
use super::{Configuration, Reply, Session};
use crate::state::{Device, Second};

const NOT_FOUND: u32 = 127;
/// Commands in one line.
const COMMANDS_MAX: usize = 64;

pub(crate) struct Shell {
    user: String,
}

/// What one command gave: its text and status, and whether anything is different now.
struct Done {
    out: String,
    error: String,
    status: u32,
    is_change: bool,
    is_config: bool,
}

impl Done {
    fn out(text: impl Into<String>) -> Self {
        Self { out: text.into(), error: String::new(), status: 0, is_change: false, is_config: false }
    }
    fn error(text: impl Into<String>, status: u32) -> Self {
        Self { out: String::new(), error: text.into(), status, is_change: false, is_config: false }
    }
}

impl Shell {
    pub fn new(user: &str) -> Self {
        Self { user: user.to_owned() }
    }

    fn run(&self, device: &mut Device, now: Second, command: &str) -> Done {
        let mut words = split(command);
        if words.first().is_some_and(|word| word == "sudo") {
            words.remove(0);
            words.drain(..words.iter().take_while(|word| word.starts_with('-')).count());
        }
        let (target, is_append) = redirection(&mut words);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut done = self.plain(device, now, &words, command);
        if let Some(target) = target {
            let Configuration::Files(files) = &mut device.config else { return done };
            match files.write(&target, &std::mem::take(&mut done.out), is_append) {
                Ok(()) => done.is_change = true,
                Err(said) => done = Done::error(format!("-bash: {said}\n"), 1),
            }
        }
        done
    }

    fn plain(&self, device: &mut Device, now: Second, words: &[&str], line: &str) -> Done {
        let host = device.host_name();
        let values = device.values(now);
        let Configuration::Files(files) = &mut device.config else { return Done::out("") };
        match words {
            [] | ["true" | ":" | "stty" | "export" | "unset" | "set" | "cd", ..] => Done::out(""),
            ["cat", paths @ ..] => cat(files, paths),
            ["ls", paths @ ..] => ls(files, paths),
            ["echo", "-n", text @ ..] => Done::out(text.join(" ")),
            ["echo", text @ ..] => Done::out(text.join(" ") + "\n"),
            ["hostname"] => Done::out(host + "\n"),
            ["hostname", name] => {
                let written = files.write("/etc/hostname", &format!("{name}\n"), false);
                Done { is_change: written.is_ok(), ..Done::out("") }
            }
            ["whoami"] => Done::out(format!("{}\n", self.user)),
            ["id", ..] => Done::out(format!("uid=1000({0}) gid=1000({0}) groups=1000({0})\n", self.user)),
            ["uptime"] => Done::out(format!(" up {}\n", values.get("uptime").map_or("", String::as_str))),
            ["uname", "-a"] => Done::out(device.filled(&device.platform.about, now).join("\n") + "\n"),
            ["uname"] => Done::out("Linux\n"),
            ["uname", "-n"] => Done::out(host + "\n"),
            ["uname", "-r"] => Done::out(format!("{}\n", device.platform.version)),
            ["ip", "link", "set", rest @ ..] => match files.set_link(rest, line) {
                Ok(()) => Done { is_change: true, ..Done::out("") },
                Err(said) => Done::error(format!("{said}\n"), 1),
            },
            ["ip", "-br" | "-brief", "link" | "addr" | "a" | "l" | "address", ..] => Done::out(brief(device)),
            ["ip", "link" | "addr" | "a" | "l" | "address", ..] => Done::out(links(device)),
            ["ifreload", "-a"] | ["systemctl", "restart", "networking" | "networking.service"] => {
                let names: Vec<String> = device.ports.iter().map(|port| port.spec.name.clone()).collect();
                files.boot(&names);
                Done { is_change: true, ..Done::out("") }
            }
            ["sed", "-i", script, path] => sed(files, script, path),
            [command, ..] => Done::error(format!("-bash: {command}: command not found\n"), NOT_FOUND),
        }
    }
}

impl Session for Shell {
    fn prompt(&self, device: &Device) -> String {
        format!("{}@{}:~$ ", self.user, device.host_name())
    }

    fn enter(&mut self, device: &mut Device, now: Second, line: &str) -> Reply {
        let mut reply = Reply::nothing();
        let mut is_skipped = false;
        for (joint, command) in commands(line).into_iter().take(COMMANDS_MAX) {
            is_skipped = match joint {
                Joint::Always => false,
                Joint::IfWell => reply.status != 0 || is_skipped,
                Joint::IfNot => reply.status == 0,
            };
            if is_skipped {
                continue;
            }
            if ["exit", "logout"].contains(&command.trim()) {
                return Reply { text: reply.text, ..Reply::end() };
            }
            let is_quiet = command.contains("2>/dev/null");
            let done = self.run(device, now, &command.replace("2>/dev/null", "").replace("2>&1", ""));
            reply.text += &done.out;
            if !is_quiet {
                reply.text += &done.error;
            }
            reply.status = done.status;
            reply.is_change |= done.is_change;
            reply.is_config |= done.is_config;
        }
        if reply.is_change {
            device.note_change(&self.user, true);
        }
        reply
    }

    fn page_lines(&self) -> Option<usize> {
        None
    }
}

#[derive(Clone, Copy)]
enum Joint {
    Always,
    IfWell,
    IfNot,
}

/// The commands of a line and what stands before each: `;`, `&&` or `||`.
fn commands(line: &str) -> Vec<(Joint, String)> {
    let (mut found, mut command, mut joint, mut quote) = (Vec::new(), String::new(), Joint::Always, None);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let next = match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                None
            }
            (c, Some(open)) => {
                if c == open {
                    quote = None;
                }
                None
            }
            (';', None) => Some(Joint::Always),
            ('&', None) if chars.next_if_eq(&'&').is_some() => Some(Joint::IfWell),
            ('|', None) if chars.next_if_eq(&'|').is_some() => Some(Joint::IfNot),
            _ => None,
        };
        match next {
            Some(next) => found.push((std::mem::replace(&mut joint, next), std::mem::take(&mut command))),
            None => command.push(c),
        }
    }
    found.push((joint, command));
    found
}

/// Words, with quotes taken off.
fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for c in command.chars() {
        match (c, quote) {
            ('\'' | '"', None) => (quote, is_word) = (Some(c), true),
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => {
                if is_word {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            (c, _) => {
                word.push(c);
                is_word = true;
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

/// Where the output goes, and whether it is appended there.
fn redirection(words: &mut Vec<String>) -> (Option<String>, bool) {
    let Some(place) = words.iter().position(|word| word == ">" || word == ">>") else { return (None, false) };
    let is_append = words[place] == ">>";
    let target = words.get(place + 1).cloned();
    words.truncate(place);
    (target, is_append)
}

fn cat(files: &Files, paths: &[&str]) -> Done {
    let mut done = Done { is_config: true, ..Done::out("") };
    for path in paths.iter().filter(|path| !path.starts_with('-')) {
        let found: Vec<&String> = match path.strip_suffix('*') {
            Some(start) => files.files.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, text)| text).collect(),
            None => files.files.get(*path).into_iter().collect(),
        };
        if found.is_empty() {
            done.error += &format!("cat: {path}: No such file or directory\n");
            done.status = 1;
        }
        found.into_iter().for_each(|text| done.out += text);
    }
    done
}

fn ls(files: &Files, paths: &[&str]) -> Done {
    let Some(path) = paths.iter().find(|path| !path.starts_with('-')) else { return Done::out("") };
    let below = format!("{}/", path.trim_end_matches('/'));
    let names: Vec<&str> = files.files.keys().filter(|name| *name == path || name.starts_with(&below)).map(String::as_str).collect();
    if names.is_empty() {
        return Done::error(format!("ls: cannot access '{path}': No such file or directory\n"), 2);
    }
    Done::out(names.iter().map(|name| format!("{}\n", name.strip_prefix(&below).unwrap_or(name))).collect::<String>())
}

/// `s/FROM/TO/` with plain text, no patterns.
fn sed(files: &mut Files, script: &str, path: &str) -> Done {
    let mut parts = script.strip_prefix("s/").unwrap_or("").split('/');
    let (Some(from), Some(to), Some(flags), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Done::error(format!("sed: -e expression #1, char {}: unterminated `s' command\n", script.len()), 1);
    };
    let Some(text) = files.files.get_mut(path) else {
        return Done::error(format!("sed: can't read {path}: No such file or directory\n"), 2);
    };
    let lines = text.lines().map(|line| if flags == "g" { line.replace(from, to) } else { line.replacen(from, to, 1) } + "\n");
    *text = lines.collect();
    Done { is_change: true, ..Done::out("") }
}

fn brief(device: &Device) -> String {
    let line = |port: &crate::state::Port| {
        let word = if port.is_up { "UP" } else { "DOWN" };
        format!("{:<16} {word:<14} {}\n", port.spec.name, port.spec.address.as_deref().unwrap_or(""))
    };
    device.ports.iter().map(line).collect()
}

fn links(device: &Device) -> String {
    let mut text = String::new();
    for (index, port) in device.ports.iter().enumerate() {
        let flags = match (port.is_shut, port.is_up) {
            (true, _) => "BROADCAST,MULTICAST",
            (false, true) => "BROADCAST,MULTICAST,UP,LOWER_UP",
            (false, false) => "NO-CARRIER,BROADCAST,MULTICAST,UP",
        };
        let word = if port.is_up { "UP" } else { "DOWN" };
        text += &format!(
            "{}: {}: <{flags}> mtu {} qdisc fq_codel state {word} group default qlen 1000\n",
            index + 1,
            port.spec.name,
            port.spec.mtu
        );
        if let Some(address) = &port.spec.address {
            text += &format!("    inet {address} scope global {}\n", port.spec.name);
        }
        if !port.alias.is_empty() {
            text += &format!("    alias {}\n", port.alias);
        }
    }
    text
}
