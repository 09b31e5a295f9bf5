//! Which server, as whom. Flag over environment over the file of contexts, which only its owner can read.
//!
//! A token goes only to the server it was made for: another `--server` does not get the token of a context.

use super::failure::{Exit, Failure};
use super::speech::Speech;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Where a server on the same machine listens when nobody said otherwise.
pub const SERVER_DEFAULT: &str = "http://127.0.0.1:8080";
const FILE: &str = "cli.toml";
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// `cli.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contexts {
    /// Name of the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    #[serde(default)]
    pub contexts: BTreeMap<String, Context>,
}

/// A server and who one is there.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    pub server: String,
    /// Certificate of the authority, when it is none that the system knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("server", &self.server).field("email", &self.email).finish_non_exhaustive()
    }
}

/// What the flags say; each has a variable of the environment behind it.
#[derive(Default)]
pub struct Wanted {
    pub server: Option<String>,
    pub token: Option<String>,
    pub context: Option<String>,
    pub ca_file: Option<PathBuf>,
}

/// Where to go.
pub struct Target {
    pub server: String,
    pub token: Option<String>,
    pub ca_file: Option<PathBuf>,
    /// The context it comes from.
    pub context: Option<String>,
    /// Which of the sources told the server: a key of the texts.
    pub origin: &'static str,
}

impl Wanted {
    pub fn or_environment(self) -> Self {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            server: self.server.or_else(|| env("POLYOT_SERVER")),
            token: self.token.or_else(|| env("POLYOT_TOKEN")),
            context: self.context.or_else(|| env("POLYOT_CONTEXT")),
            ca_file: self.ca_file.or_else(|| env("POLYOT_CA_FILE").map(PathBuf::from)),
        }
    }
}

impl Contexts {
    pub fn target(&self, wanted: Wanted, speech: Speech) -> Result<Target, Failure> {
        let name = wanted.context.as_ref().or(self.current.as_ref());
        let context = match name {
            None => None,
            Some(name) => match self.contexts.get(name) {
                Some(context) => Some((name, context)),
                // A server that was named needs no context; a context that was asked for must be there.
                None if wanted.context.is_none() => None,
                None => return Err(self.unknown(name, speech)),
            },
        };
        let named = wanted.server.is_some();
        let server = wanted.server.or_else(|| context.map(|(_, context)| context.server.clone()));
        let origin = match (named, context.is_some()) {
            (true, _) => "origin.told",
            (false, true) => "origin.context",
            (false, false) => "origin.default",
        };
        let server = server.unwrap_or_else(|| SERVER_DEFAULT.to_owned());
        let context = context.filter(|(_, context)| same(&context.server, &server));
        Ok(Target {
            token: wanted.token.or_else(|| context.and_then(|(_, context)| context.token.clone())),
            ca_file: wanted.ca_file.or_else(|| context.and_then(|(_, context)| context.ca_file.clone())),
            context: context.map(|(name, _)| name.clone()),
            server,
            origin,
        })
    }

    pub fn unknown(&self, name: &str, speech: Speech) -> Failure {
        let known: Vec<&str> = self.contexts.keys().map(String::as_str).collect();
        let failure = Failure::new(Exit::NotFound, speech.tell("error.no_context", &[("name", name.into())]));
        match super::names::alike(name, known.iter().copied()).first() {
            Some(other) => failure.next(speech.tell("next.mean", &[("names", (*other).into())])),
            None => failure.next("polyot context list"),
        }
    }

    pub fn load(speech: Speech) -> Result<Self, Failure> {
        let Some(path) = path() else { return Ok(Self::default()) };
        Self::read(&path, speech)
    }

    fn read(path: &Path, speech: Speech) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let wrong = |why: String| Failure::error(speech.tell("error.config", &[("file", shown.as_str().into())])).detail(why);
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let mode = fs::metadata(path).map_err(|error| wrong(error.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            let what = speech.tell("error.config_is_open", &[("file", shown.as_str().into())]);
            return Err(Failure::error(what).next(format!("chmod 600 {shown}")));
        }
        // The message of the reader shows the line, and the line may hold a token.
        toml::from_str(&text).map_err(|error: toml::de::Error| wrong(error.message().to_owned()))
    }

    /// Written anew beside the old one, then put in its place: a crash leaves one or the other.
    pub fn save(&self, speech: Speech) -> Result<(), Failure> {
        let path = path().ok_or_else(|| Failure::error(speech.say("error.no_home")))?;
        self.write(&path).map_err(|error| {
            let shown = path.display().to_string();
            Failure::error(speech.tell("error.config", &[("file", shown.as_str().into())])).detail(error.to_string())
        })
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        let beside = folder.join(format!(".{FILE}.{}", std::process::id()));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&beside)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

/// `$XDG_CONFIG_HOME/polyot/cli.toml`, else below `~/.config`.
fn path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(base.join("polyot").join(FILE))
}

fn same(a: &str, b: &str) -> bool {
    a.trim_end_matches('/').eq_ignore_ascii_case(b.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::tenant::Language;

    const EN: Speech = Speech { language: Language::En };

    fn two() -> Contexts {
        let context = |server: &str, token: &str| Context { server: server.into(), token: Some(token.into()), ..Context::default() };
        Contexts {
            current: Some("work".into()),
            contexts: BTreeMap::from([
                ("work".into(), context("https://noc.isp.example", "token-of-work")),
                ("lab".into(), context("http://127.0.0.1:9000", "token-of-lab")),
            ]),
        }
    }

    #[test]
    fn a_token_goes_only_to_its_own_server() {
        let target = |wanted: Wanted| two().target(wanted, EN).unwrap();
        let here = target(Wanted::default());
        assert_eq!((here.server.as_str(), here.token.as_deref()), ("https://noc.isp.example", Some("token-of-work")));
        let lab = target(Wanted { context: Some("lab".into()), ..Wanted::default() });
        assert_eq!((lab.server.as_str(), lab.token.as_deref()), ("http://127.0.0.1:9000", Some("token-of-lab")));
        let other = target(Wanted { server: Some("https://elsewhere.example".into()), ..Wanted::default() });
        assert_eq!((other.token, other.context), (None, None));
        let own = target(Wanted { server: Some("https://noc.isp.example/".into()), token: Some("given".into()), ..Wanted::default() });
        assert_eq!((own.token.as_deref(), own.context.as_deref()), (Some("given"), Some("work")));
        let misspelt = two().target(Wanted { context: Some("wrok".into()), ..Wanted::default() }, EN).err().unwrap();
        assert_eq!(misspelt.exit, Exit::NotFound);
        assert!(misspelt.next.unwrap().contains("work"));
    }

    #[test]
    fn the_file_is_for_its_owner_only_and_one_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("polyot").join(FILE);
        assert!(Contexts::read(&path, EN).unwrap().contexts.is_empty(), "no file: nothing yet");
        two().write(&path).unwrap();
        two().write(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, FILE_MODE);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
        assert_eq!(Contexts::read(&path, EN).unwrap().contexts["lab"].token.as_deref(), Some("token-of-lab"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Contexts::read(&path, EN).unwrap_err().next.unwrap().starts_with("chmod 600"));
    }

    #[test]
    fn a_broken_file_is_told_without_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::OpenOptions::new().write(true).create(true).mode(FILE_MODE).open(&path).unwrap().write_all(b"token = \"s3cret\n").unwrap();
        let failure = Contexts::read(&path, EN).unwrap_err();
        assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
    }
}
