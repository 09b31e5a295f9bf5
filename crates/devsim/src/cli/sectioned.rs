//! The command lines with sections: one that asks for `enable` and pages, and one that is privileged at once.
//!
//! Sources: Cisco, "IOS Configuration Fundamentals Command Reference" (enable, terminal length, show running-config, configure terminal,
//! the `^` marker, abbreviations, `--More--`); FRRouting, "VTY shell" and "Basic Commands" of the user guide (write terminal, end, terminal
//! paginate).

use super::tree::{Place, Refused};
use super::words::{self, Misfit, Pattern};
use super::{Configuration, Next, Reply, Session};
use crate::state::{Device, Second};

/// Lines of a terminal that nobody has told otherwise (terminal length: default 24).
const TERMINAL_LINES: usize = 24;
/// `enable` asks so many times.
const ENABLE_TRIES: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Enable,
    Disable,
    Leave,
    Length,
    Width,
    Paginate,
    NoPaginate,
    Version,
    Running,
    Startup,
    Brief,
    Descriptions,
    Inventory,
    Clock,
    Configure,
    Write,
    WriteTerminal,
    Copy,
    End,
}

/// What may be asked before `enable`.
const USER: &[Pattern<Command>] = &[
    Pattern { words: "enable", means: Command::Enable },
    Pattern { words: "exit", means: Command::Leave },
    Pattern { words: "logout", means: Command::Leave },
    Pattern { words: "terminal length <n>", means: Command::Length },
    Pattern { words: "terminal width <n>", means: Command::Width },
    Pattern { words: "show version", means: Command::Version },
    Pattern { words: "show clock", means: Command::Clock },
    Pattern { words: "show inventory", means: Command::Inventory },
    Pattern { words: "show ip interface brief", means: Command::Brief },
    Pattern { words: "show interfaces description", means: Command::Descriptions },
];
/// And after it.
const PRIVILEGED: &[Pattern<Command>] = &[
    Pattern { words: "enable", means: Command::Enable },
    Pattern { words: "disable", means: Command::Disable },
    Pattern { words: "exit", means: Command::Leave },
    Pattern { words: "logout", means: Command::Leave },
    Pattern { words: "terminal length <n>", means: Command::Length },
    Pattern { words: "terminal width <n>", means: Command::Width },
    Pattern { words: "show version", means: Command::Version },
    Pattern { words: "show clock", means: Command::Clock },
    Pattern { words: "show inventory", means: Command::Inventory },
    Pattern { words: "show ip interface brief", means: Command::Brief },
    Pattern { words: "show interfaces description", means: Command::Descriptions },
    Pattern { words: "show running-config", means: Command::Running },
    Pattern { words: "show running-config …", means: Command::Running },
    Pattern { words: "show startup-config", means: Command::Startup },
    Pattern { words: "configure terminal", means: Command::Configure },
    Pattern { words: "write", means: Command::Write },
    Pattern { words: "write memory", means: Command::Write },
    Pattern { words: "write terminal", means: Command::WriteTerminal },
    Pattern { words: "copy running-config startup-config", means: Command::Copy },
];
/// The shell of a routing daemon.
const DAEMON: &[Pattern<Command>] = &[
    Pattern { words: "enable", means: Command::End },
    Pattern { words: "end", means: Command::End },
    Pattern { words: "exit", means: Command::Leave },
    Pattern { words: "quit", means: Command::Leave },
    Pattern { words: "terminal length <n>", means: Command::Length },
    Pattern { words: "terminal paginate", means: Command::Paginate },
    Pattern { words: "no terminal paginate", means: Command::NoPaginate },
    Pattern { words: "show version", means: Command::Version },
    Pattern { words: "show interface brief", means: Command::Brief },
    Pattern { words: "show interface description", means: Command::Descriptions },
    Pattern { words: "show running-config", means: Command::Running },
    Pattern { words: "show startup-config", means: Command::Startup },
    Pattern { words: "configure terminal", means: Command::Configure },
    Pattern { words: "write", means: Command::Write },
    Pattern { words: "write memory", means: Command::Write },
    Pattern { words: "write file", means: Command::Write },
    Pattern { words: "write terminal", means: Command::WriteTerminal },
    Pattern { words: "copy running-config startup-config", means: Command::Write },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Command,
    EnablePassword { tries: u32 },
    Destination,
}

pub(crate) struct Sectioned {
    user: String,
    is_daemon: bool,
    is_privileged: bool,
    is_configuring: bool,
    has_changed: bool,
    place: Place,
    lines: usize,
    asked: Asked,
}

impl Sectioned {
    pub fn privileged_exec(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            is_daemon: false,
            is_privileged: false,
            is_configuring: false,
            has_changed: false,
            place: Vec::new(),
            lines: TERMINAL_LINES,
            asked: Asked::Command,
        }
    }

    pub fn vtysh(user: &str) -> Self {
        Self { is_daemon: true, is_privileged: true, lines: 0, ..Self::privileged_exec(user) }
    }

    fn command(&mut self, device: &mut Device, now: Second, line: &str) -> Reply {
        let typed = line.trim();
        if typed.is_empty() || typed.starts_with('!') {
            return Reply::nothing();
        }
        let table = match (self.is_daemon, self.is_privileged) {
            (true, _) => DAEMON,
            (false, true) => PRIVILEGED,
            (false, false) => USER,
        };
        match words::find(table, line) {
            Ok((command, arguments)) => self.obey(device, now, command, &arguments.join(" ")),
            Err(misfit) => Reply::refusal(self.complaint(device, line, &misfit), 1),
        }
    }

    fn obey(&mut self, device: &mut Device, now: Second, command: Command, argument: &str) -> Reply {
        match command {
            Command::Enable if self.is_privileged => Reply::nothing(),
            Command::Enable => {
                self.asked = Asked::EnablePassword { tries: 1 };
                Reply::ask_secret("Password: ")
            }
            Command::Disable => {
                self.is_privileged = false;
                Reply::nothing()
            }
            Command::Leave => Reply::end(),
            Command::Length => match argument.parse() {
                Ok(lines) if lines <= 512 => {
                    self.lines = lines;
                    Reply::nothing()
                }
                _ => Reply::refusal("% Invalid input detected at '^' marker.", 1),
            },
            Command::Paginate => {
                self.lines = TERMINAL_LINES;
                Reply::nothing()
            }
            Command::NoPaginate => {
                self.lines = 0;
                Reply::nothing()
            }
            Command::Width | Command::End => Reply::nothing(),
            Command::Version => Reply::text(device.filled(&device.platform.about, now).join("\n")),
            Command::Running => Reply::config(self.show(device, now, false, argument)),
            Command::WriteTerminal => Reply::config(self.show(device, now, false, "")),
            Command::Startup => Reply::config(self.show(device, now, true, "")),
            Command::Clock => Reply::text(format!("*{}", device.values(now).get("clock").cloned().unwrap_or_default())),
            Command::Brief => Reply::text(self.brief(device)),
            Command::Descriptions => Reply::text(self.descriptions(device)),
            Command::Inventory => Reply::text(inventory(device)),
            Command::Configure => {
                self.is_configuring = true;
                let hint = "Enter configuration commands, one per line.  End with CNTL/Z.";
                if self.is_daemon { Reply::nothing() } else { Reply::text(hint) }
            }
            Command::Write => self.keep(device),
            Command::Copy => {
                self.asked = Asked::Destination;
                Reply::ask("Destination filename [startup-config]? ")
            }
        }
    }

    fn keep(&self, device: &mut Device) -> Reply {
        device.keep(&self.user);
        let daemon = "Note: this version of vtysh never writes vtysh.conf\nBuilding Configuration...\nIntegrated configuration saved to /etc/frr/frr.conf\n[OK]";
        Reply::text(if self.is_daemon { daemon } else { "Building configuration...\n[OK]" })
    }

    fn configure(&mut self, device: &mut Device, now: Second, line: &str) -> Reply {
        let typed = line.trim();
        if typed == "end" || (typed == "exit" && self.place.is_empty()) {
            self.leave(device);
            return Reply::nothing();
        }
        // The name is needed while the configuration is borrowed.
        let prompt = self.prompt(device);
        let virtuals = if self.is_daemon { vec!["*".to_owned()] } else { device.platform.virtual_interfaces.clone() };
        if let Some(rest) = typed.strip_prefix("do ") {
            let rest = rest.to_owned();
            return self.command(device, now, &rest);
        }
        let Configuration::Tree(tree) = &mut device.config else { return Reply::nothing() };
        match tree.enter(&mut self.place, line, &virtuals) {
            Ok(false) => Reply::nothing(),
            Ok(true) => {
                self.has_changed = true;
                device.note_change(&self.user, false);
                Reply::changed()
            }
            Err(refused) => {
                let misfit = match refused {
                    Refused::Unknown(at) => Misfit::Unknown(at),
                    Refused::Incomplete => Misfit::Incomplete,
                    Refused::Ambiguous => Misfit::Ambiguous,
                    Refused::Full => return Reply::refusal("%% NV memory is full", 1),
                };
                Reply::refusal(complaint(self.is_daemon, prompt.len(), line, &misfit), 1)
            }
        }
    }

    fn leave(&mut self, device: &mut Device) {
        self.is_configuring = false;
        self.place.clear();
        if std::mem::take(&mut self.has_changed) {
            device.note_change(&self.user, false);
        }
    }

    fn answer(&mut self, device: &mut Device, asked: Asked, line: &str) -> Reply {
        self.asked = Asked::Command;
        match asked {
            Asked::EnablePassword { .. } if line == device.login.enable.reveal() => {
                self.is_privileged = true;
                Reply::nothing()
            }
            Asked::EnablePassword { tries } if tries < ENABLE_TRIES => {
                self.asked = Asked::EnablePassword { tries: tries + 1 };
                Reply::ask_secret("Password: ")
            }
            Asked::EnablePassword { .. } => Reply::refusal("% Bad secrets\n", 1),
            Asked::Destination if line.trim().is_empty() || line.trim() == "startup-config" => self.keep(device),
            Asked::Destination => Reply::refusal("%Error opening nvram:: (No such device)", 1),
            Asked::Command => Reply::nothing(),
        }
    }

    fn show(&self, device: &mut Device, now: Second, is_startup: bool, argument: &str) -> String {
        let shown = if is_startup { &device.saved } else { &device.config };
        let Configuration::Tree(tree) = shown else { return String::new() };
        let section = match argument.split_once(' ') {
            Some((word, name)) if words::starts_with("interface", word) => format!("interface {name}"),
            _ => String::new(),
        };
        let body = tree.print(&section).join("\n");
        let mut values = device.values(now);
        values.insert("size", body.len().to_string());
        let mut header = device.fill_with(&device.platform.header, &values);
        if is_startup {
            // What was saved is not being built: the first lines are about the build.
            header.retain(|line| !line.starts_with("Building") && !line.is_empty());
        }
        format!("{}\n{body}\nend\n", header.join("\n"))
    }

    fn brief(&self, device: &Device) -> String {
        let Configuration::Tree(tree) = &device.config else { return String::new() };
        let mut text = if self.is_daemon {
            "Interface       Status  VRF             Addresses\n---------       ------  ---             ---------\n".to_owned()
        } else {
            "Interface                  IP-Address      OK? Method Status                Protocol\n".to_owned()
        };
        for name in tree.interfaces() {
            let port = device.ports.iter().find(|port| port.spec.name == name);
            let is_up = port.is_none_or(|port| port.is_up);
            let address = tree.address(name).unwrap_or("");
            let word = if is_up { "up" } else { "down" };
            if self.is_daemon {
                text += &format!("{name:<16}{word:<8}default         {address}\n");
                continue;
            }
            let status = if port.is_some_and(|port| port.is_shut) { "administratively down" } else { word };
            let address = address.split(' ').next().filter(|address| !address.is_empty()).unwrap_or("unassigned");
            text += &format!("{name:<26} {address:<15} YES NVRAM  {status:<21} {word}\n");
        }
        text
    }

    fn descriptions(&self, device: &Device) -> String {
        let mut text = "Interface                      Status         Protocol Description\n".to_owned();
        for port in &device.ports {
            let word = if port.is_up { "up" } else { "down" };
            let status = if port.is_shut { "admin down" } else { word };
            text += &format!("{:<30} {status:<14} {word:<8} {}\n", port.spec.name, port.alias);
        }
        text
    }

    fn complaint(&self, device: &Device, line: &str, misfit: &Misfit) -> String {
        complaint(self.is_daemon, self.prompt(device).len(), line, misfit)
    }
}

fn complaint(is_daemon: bool, prompt_len: usize, line: &str, misfit: &Misfit) -> String {
    match (is_daemon, misfit) {
        (true, Misfit::Unknown(_)) => format!("% Unknown command: {}", line.trim()),
        (true, Misfit::Ambiguous) => format!("% Ambiguous command: {}", line.trim()),
        (true, Misfit::Incomplete) => format!("% Command incomplete: {}", line.trim()),
        (false, Misfit::Unknown(at)) => {
            // The marker stands under the place on the line above, prompt included.
            let column = prompt_len + line.get(..*at).map_or(0, |before| before.chars().count());
            format!("{}^\n% Invalid input detected at '^' marker.\n", " ".repeat(column))
        }
        (false, Misfit::Ambiguous) => format!("% Ambiguous command:  \"{}\"", line.trim()),
        (false, Misfit::Incomplete) => "% Incomplete command.\n".to_owned(),
    }
}

fn inventory(device: &Device) -> String {
    let (model, serial) = (&device.platform.model, device.serial());
    format!("NAME: \"Chassis\", DESCR: \"{model} (simulated)\"\nPID: {model:<18} , VID: V01  , SN: {serial}\n")
}

impl Session for Sectioned {
    fn prompt(&self, device: &Device) -> String {
        let host = device.host_name();
        let mode = match (self.is_configuring, self.place.last()) {
            (false, _) => "",
            (true, None) => "(config)",
            (true, Some((context, _))) => match context.as_str() {
                "interface" => "(config-if)",
                "router" | "bgp" | "ospf" => "(config-router)",
                "address-family" => "(config-router-af)",
                "line" => "(config-line)",
                "vlan" => "(config-vlan)",
                "route-map" => "(config-route-map)",
                _ => "(config-section)",
            },
        };
        let sign = if self.is_privileged { '#' } else { '>' };
        // The daemon's shell puts a space behind its sign.
        let space = if self.is_daemon { " " } else { "" };
        format!("{host}{mode}{sign}{space}")
    }

    fn enter(&mut self, device: &mut Device, now: Second, line: &str) -> Reply {
        match self.asked {
            Asked::Command if self.is_configuring => self.configure(device, now, line),
            Asked::Command => {
                let reply = self.command(device, now, line);
                debug_assert!(reply.next != Next::Prompt || self.asked == Asked::Command, "a question has its asker");
                reply
            }
            asked => self.answer(device, asked, line),
        }
    }

    fn page_lines(&self) -> Option<usize> {
        (self.lines > 0).then_some(self.lines)
    }

    fn leave_sections(&mut self) {
        self.is_configuring = false;
        self.place.clear();
    }
}
