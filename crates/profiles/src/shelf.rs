//! All profiles: the shipped ones, and a folder that adds to them or replaces some.

use crate::cases::CaseFile;
use crate::format::{Draft, Problem, read};
use crate::profile::{FactRules, Profile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// A folder with more files than this holds something else.
const FILES_MAX: usize = 20_000;
/// A profile or a recording larger than this is a mistake.
const FILE_SIZE_BYTES_MAX: u64 = 16 << 20;
/// A profile inherits from one that inherits …
const INHERITANCE_DEPTH_MAX: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    #[error("cannot read {path}", path = path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} holds more than {FILES_MAX} files; name the folder of profiles", path = path.display())]
    TooMany { path: PathBuf },
    #[error("{} in the profiles; the first: {}", count(problems.len()), problems.first().map(ToString::to_string).unwrap_or_default())]
    Bad { problems: Vec<Problem> },
}

fn count(problems: usize) -> String {
    if problems == 1 { "one mistake".to_owned() } else { format!("{problems} mistakes") }
}

impl ProfilesError {
    /// A file may be readable later; a mistake stays one until somebody mends it.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Read { .. })
    }
}

/// The profiles by id.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    by_id: BTreeMap<String, Profile>,
    aliases: BTreeMap<String, String>,
    pub(crate) cases: BTreeMap<String, Vec<CaseFile>>,
}

static SHIPPED: LazyLock<Profiles> = LazyLock::new(|| {
    let files: Vec<(String, String)> = FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let (profiles, problems) = Profiles::from_files(Profiles::default(), &files);
    debug_assert!(problems.is_empty(), "the shipped profiles have mistakes: {problems:?}");
    profiles
});

impl Profiles {
    /// Those in the binary. Their test sees to it that they have no mistake.
    #[must_use]
    pub fn builtin() -> &'static Profiles {
        &SHIPPED
    }

    /// Those in the binary and those of a folder; one with the same id replaces the shipped one.
    pub fn with_dir(folder: &Path) -> Result<Profiles, ProfilesError> {
        let (profiles, problems) = Self::from_files(Self::builtin().clone(), &files_of(folder)?);
        if problems.is_empty() { Ok(profiles) } else { Err(ProfilesError::Bad { problems }) }
    }

    /// Every mistake in the folder, or in the one file; without a path in the shipped ones.
    pub fn lint(path: Option<&Path>) -> Result<Vec<Problem>, ProfilesError> {
        let Some(path) = path else {
            let files: Vec<(String, String)> = FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            return Ok(Self::from_files(Self::default(), &files).1);
        };
        Ok(Self::from_files(Self::builtin().clone(), &files_of(path)?).1)
    }

    /// By id or by the name another program uses for it.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Profile> {
        self.by_id.get(id).or_else(|| self.by_id.get(self.aliases.get(&id.to_lowercase())?))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.by_id.values()
    }

    /// How many cases prove this profile.
    #[must_use]
    pub fn cases_of(&self, id: &str) -> usize {
        self.cases.get(id).map_or(0, Vec::len)
    }

    /// (name, text) of profiles and their cases onto a shelf. What has mistakes is left out and told.
    pub(crate) fn from_files(mut shelf: Profiles, files: &[(String, String)]) -> (Profiles, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
        let mut folders: BTreeMap<String, String> = BTreeMap::new();
        for (name, text) in files.iter().filter(|(name, _)| file_name(name) == "profile.yaml" || files.len() == 1 && !is_case(name)) {
            let (draft, mistakes) = read(name, text);
            problems.extend(mistakes);
            let Some(draft) = draft.filter(|draft| !draft.profile.id.is_empty()) else { continue };
            folders.insert(folder_of(name).to_owned(), draft.profile.id.clone());
            let id = draft.profile.id.clone();
            if let Some(other) = drafts.get(&id) {
                let text = format!("the id `{id}` is taken by {}", other.profile.file);
                problems.push(Problem { file: name.clone(), at: crate::Place { line: 1, column: 1 }, text });
                continue;
            }
            drafts.insert(id, draft);
        }
        for draft in drafts.values() {
            match inherited(draft, &drafts, &shelf) {
                Ok(profile) => shelf.put(profile, &mut problems),
                Err(text) => problems.push(Problem { file: draft.profile.file.clone(), at: draft.inherits_at, text }),
            }
        }
        for (name, text) in files.iter().filter(|(name, _)| is_case(name)) {
            let Some(id) = name.rsplit_once("/cases/").and_then(|(folder, _)| folders.get(folder)) else { continue };
            match CaseFile::read(name, text, files) {
                Ok(case) => shelf.cases.entry(id.clone()).or_default().push(case),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.sort();
        (shelf, problems)
    }

    fn put(&mut self, profile: Profile, problems: &mut Vec<Problem>) {
        for alias in &profile.aliases {
            let taken = self.aliases.insert(alias.to_lowercase(), profile.id.clone());
            if let Some(other) = taken.filter(|other| *other != profile.id) {
                let text = format!("the alias `{alias}` is taken by {other}");
                problems.push(Problem { file: profile.file.clone(), at: crate::Place { line: 1, column: 1 }, text });
            }
        }
        // A replaced profile brings its own cases.
        self.cases.remove(&profile.id);
        self.by_id.insert(profile.id.clone(), profile);
    }
}

/// Fills what the profile leaves out from the one it inherits.
fn inherited(draft: &Draft, drafts: &BTreeMap<String, Draft>, shelf: &Profiles) -> Result<Profile, String> {
    let mut profile = draft.profile.clone();
    let mut next = profile.inherits.clone();
    let mut depth = 0;
    while let Some(id) = next.take() {
        depth += 1;
        let parent = drafts.get(&id).map(|draft| &draft.profile).or_else(|| shelf.by_id.get(&id));
        let parent = parent.ok_or_else(|| format!("`inherits`: there is no profile `{id}`"))?;
        if depth > INHERITANCE_DEPTH_MAX || parent.id == draft.profile.id {
            return Err(format!(
                "`inherits`: the line of parents of `{}` is a circle or longer than {INHERITANCE_DEPTH_MAX}",
                draft.profile.id
            ));
        }
        profile.session = profile.session.or_else(|| parent.session.clone());
        profile.config = profile.config.or_else(|| parent.config.clone());
        fill(&mut profile.facts, &parent.facts);
        if profile.ssh.user_suffix.is_empty() {
            profile.ssh.user_suffix.clone_from(&parent.ssh.user_suffix);
        }
        next.clone_from(&parent.inherits);
    }
    Ok(profile)
}

fn fill(own: &mut FactRules, parent: &FactRules) {
    let pairs = [
        (&mut own.vendor, &parent.vendor),
        (&mut own.model, &parent.model),
        (&mut own.os, &parent.os),
        (&mut own.version, &parent.version),
        (&mut own.serial, &parent.serial),
        (&mut own.features, &parent.features),
    ];
    for (own, parent) in pairs {
        if own.is_empty() {
            own.clone_from(parent);
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_case(path: &str) -> bool {
    path.contains("/cases/") && path.ends_with(".yaml")
}

/// Names from the folder given, with `/`, and texts; a single file is a profile by itself.
fn files_of(path: &Path) -> Result<Vec<(String, String)>, ProfilesError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| ProfilesError::Read { path, source }
    };
    if fs::metadata(path).map_err(fail(path))?.is_file() {
        return Ok(vec![(path.display().to_string(), text_of(path).map_err(fail(path))?)]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(fail(&folder))? {
            let entry = entry.map_err(fail(&folder))?.path();
            if found.len() + folders.len() > FILES_MAX {
                return Err(ProfilesError::TooMany { path: path.to_owned() });
            }
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|kind| kind == "yaml" || kind == "snmprec") {
                found.push((entry.display().to_string().replace('\\', "/"), text_of(&entry).map_err(fail(&entry))?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn text_of(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > FILE_SIZE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {FILE_SIZE_BYTES_MAX} bytes")));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}
