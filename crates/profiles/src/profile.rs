//! What a profile says, as plain data. Nothing here knows a vendor.

use regex::Regex;
use std::time::Duration;

/// One kind of device: how it is known, what it says of itself, how one talks to it, what its configuration text means.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Such as `acme.fastswitch`; the word other objects refer to.
    pub id: String,
    pub name: String,
    /// Where the claims come from: MIB objects, chapters of the vendor's guides.
    pub source: String,
    /// Names that other programs use for the same kind of device.
    pub aliases: Vec<String>,
    /// Never wins against a profile that is not.
    pub is_last_resort: bool,
    pub detect: Vec<Clue>,
    pub facts: FactRules,
    pub ssh: Ssh,
    pub session: Option<Session>,
    pub config: Option<Config>,
    pub(crate) inherits: Option<String>,
    /// Path of the file from the folder of profiles.
    pub(crate) file: String,
}

/// One sign of recognition. The weights of all signs that hit are added.
#[derive(Debug, Clone)]
pub struct Clue {
    pub sign: Sign,
    pub weight: u32,
}

#[derive(Debug, Clone)]
pub enum Sign {
    /// SNMPv2-MIB sysObjectID.0
    SysObjectId(Regex),
    /// SNMPv2-MIB sysDescr.0
    SysDescr(Regex),
    SshBanner(Regex),
    /// An object, or the first one below it, is there and its value matches.
    Value {
        oid: String,
        matches: Option<Regex>,
    },
    /// The answer to a command matches.
    Cli {
        command: String,
        matches: Regex,
    },
}

/// For each fact the places to look at, best first.
#[derive(Debug, Clone, Default)]
pub struct FactRules {
    pub vendor: Vec<FactSource>,
    pub model: Vec<FactSource>,
    pub os: Vec<FactSource>,
    pub version: Vec<FactSource>,
    pub serial: Vec<FactSource>,
    pub features: Vec<FactSource>,
}

#[derive(Debug, Clone)]
pub struct FactSource {
    pub place: FactPlace,
    pub matches: Option<Regex>,
    /// With `$1` for what the pattern captured.
    pub give: Option<String>,
    /// Translation of what was found; a value that is not in it is no fact.
    pub table: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub enum FactPlace {
    Fixed(String),
    SysDescr,
    SysObjectId,
    SshBanner,
    /// One object.
    Oid(String),
    /// The first row of a column that is not empty.
    Column(String),
    /// A column of the ENTITY-MIB (RFC 6933), taken from the chassis.
    Entity(EntityColumn),
    Cli(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityColumn {
    Description,
    Name,
    HardwareRevision,
    FirmwareRevision,
    SoftwareRevision,
    Serial,
    Model,
}

#[derive(Debug, Clone, Default)]
pub struct Ssh {
    pub compat: Compat,
    /// Is put behind the user's name at login, for systems that take settings of the terminal that way.
    pub user_suffix: String,
}

/// Which algorithms may be tried. Whatever is used beyond the modern ones is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compat {
    /// Modern ones first, older ones when the device has no other.
    #[default]
    Auto,
    Modern,
}

/// How one talks to the device over a terminal.
#[derive(Debug, Clone)]
pub struct Session {
    pub modes: Vec<Mode>,
    pub enable: Option<Enable>,
    /// Sent once after login (and `enable`), before anything else.
    pub setup: Vec<String>,
    /// Ends the session politely.
    pub close: Option<String>,
    pub pager: Option<Pager>,
    /// Questions that may be answered; any other question ends the session.
    pub prompts_allowed: Vec<Allowed>,
    /// Answers that mean "no".
    pub errors: Vec<Regex>,
    pub warnings: Vec<Regex>,
    /// What ends a command: `\n`, for some `\r\n`.
    pub newline: String,
    pub timing: Timing,
}

#[derive(Debug, Clone)]
pub struct Mode {
    pub name: String,
    /// Matches the whole prompt, which is the last line of the screen.
    pub prompt: Regex,
    /// Command that enters the mode from the first one.
    pub enter: Option<String>,
    pub leave: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Enable {
    pub send: String,
    pub password_prompt: Regex,
    /// Which secret of the credential answers: `enable`.
    pub secret: String,
    /// The mode one must be in afterwards.
    pub mode: String,
}

#[derive(Debug, Clone)]
pub struct Pager {
    pub matches: Regex,
    pub send: String,
    /// What the device sends to wipe the pager's line.
    pub erase: Option<Regex>,
}

#[derive(Debug, Clone)]
pub struct Allowed {
    pub matches: Regex,
    pub answer: String,
    /// Only after such a command.
    pub only_for: Option<Regex>,
}

#[derive(Debug, Clone)]
pub struct Timing {
    pub connect: Duration,
    /// Until the prompt is there again after a command.
    pub prompt: Duration,
    /// Without a single byte.
    pub idle: Duration,
    /// The whole session.
    pub total: Duration,
    /// Silence after a prompt that proves that it is one.
    pub quiet: Duration,
    pub keepalive: Duration,
    pub sessions_max: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            prompt: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(900),
            quiet: Duration::from_millis(80),
            keepalive: Duration::from_secs(20),
            sessions_max: 1,
        }
    }
}

/// How the configuration is fetched and read.
#[derive(Debug, Clone)]
pub struct Config {
    /// In this order; their cleaned answers together are the text.
    pub fetch: Vec<Fetch>,
    /// Lines that change by themselves: kept in the text, not looked at when it is asked whether anything changed.
    pub volatile: Vec<Regex>,
    /// What the device writes anew at every show although nothing changed.
    pub rewrite: Vec<Rewrite>,
    pub secrets: Vec<SecretRule>,
    /// Lines between start and end belong together: texts of people, certificates, keys.
    pub blocks: Vec<Block>,
    /// Lines that look like secrets and are none.
    pub not_secret: Vec<Regex>,
    pub comment: Option<Regex>,
    /// Lines that head a section although what follows is not indented.
    pub heading: Option<Regex>,
}

/// One command and how its answer becomes text.
#[derive(Debug, Clone)]
pub struct Fetch {
    pub command: String,
    /// Other spellings of the command whose answers are read the same way.
    pub also: Option<Regex>,
    /// The answer is not needed: a refusal leaves it out.
    pub is_optional: bool,
    /// Without this line, one of the last, the answer was cut off and is refused.
    pub end: Option<Regex>,
    /// What comes before the first such line is left out.
    pub start: Option<Regex>,
    pub min_lines: usize,
    /// Lines by which the device itself says that something is missing.
    pub broken: Vec<Regex>,
    pub keep: Vec<Regex>,
    pub drop: Vec<Regex>,
    pub cut: Vec<Cut>,
    /// Lines made of what was found; nothing else of the answer is kept.
    pub summary: Vec<Rewrite>,
    pub rewrite: Vec<Rewrite>,
    /// Put before each line, so that what is not configuration is a comment of it.
    pub prefix: String,
    /// Spaces at the ends of lines mean nothing.
    pub trim: bool,
    /// Lines behind all, such as a comment that sets it apart; an empty text is an empty line.
    pub after: Option<String>,
}

/// Lines from one that matches to one that matches, both included, are left out.
#[derive(Debug, Clone)]
pub struct Cut {
    pub from: Regex,
    /// Without it everything behind is left out.
    pub to: Option<Regex>,
    /// The last line stays.
    pub until: bool,
}

#[derive(Debug, Clone)]
pub struct Rewrite {
    pub matches: Regex,
    /// With `$1` for what the pattern captured.
    pub by: String,
}

#[derive(Debug, Clone)]
pub struct SecretRule {
    pub matches: Regex,
    /// Which capture is the secret; 0 is the whole match.
    pub group: usize,
}

#[derive(Debug, Clone)]
pub struct Block {
    pub start: Regex,
    /// A pattern; `\1` in it stands for what the start captured.
    pub end: String,
    /// What lies between is a secret.
    pub is_secret: bool,
    /// Changes by itself, start and end included.
    pub is_volatile: bool,
}

impl Session {
    /// Whether this line, as it stands on the screen, is a prompt of the device.
    #[must_use]
    pub fn is_prompt(&self, line: &str) -> bool {
        let line = line.trim_matches(['\r', '\n', '\0']);
        let line = line.rsplit('\n').next().unwrap_or(line);
        // What wiped the pager's line may still stand before it.
        let line = line.rfind('\u{8}').map_or(line, |last| &line[last + 1..]).trim_start_matches('\r');
        self.modes.iter().any(|mode| whole(&mode.prompt, line) || whole(&mode.prompt, line.trim_end()))
    }
}

/// The pattern matches the line from its first character to its last.
pub(crate) fn whole(pattern: &Regex, line: &str) -> bool {
    pattern.find(line).is_some_and(|found| found.start() == 0 && found.end() == line.len())
}
