//! Cases: what a profile must make of given answers. They lie beside it, so a profile without Rust can be proved without Rust.

use crate::evidence::Evidence;
use crate::facts::Facts;
use crate::format::{Fields, Notes, Place, Problem, parse};
use crate::normalize::screen;
use crate::profile::Profile;
use crate::shelf::Profiles;
use crate::snmprec::Walk;

/// One file under `cases/`.
#[derive(Debug, Clone)]
pub(crate) struct CaseFile {
    pub name: String,
    evidence: Evidence,
    answers: Vec<(String, String)>,
    detect: Option<String>,
    facts: Vec<(String, String)>,
    text: Option<String>,
    masked_shows: Vec<String>,
    masked_hides: Vec<String>,
    significant_keeps: Vec<String>,
    significant_drops: Vec<String>,
    complete: Option<bool>,
    reason: Option<String>,
    findings: Option<u64>,
    prompts: Vec<String>,
    no_prompts: Vec<String>,
    pager: Vec<String>,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    pub profile: String,
    pub case: String,
    /// Empty when it passed.
    pub failures: Vec<String>,
}

/// The cases of one profile, or of all.
#[must_use]
pub fn run_cases(profiles: &Profiles, id: Option<&str>) -> Vec<CaseResult> {
    let mut results = Vec::new();
    for profile in profiles.iter().filter(|profile| id.is_none_or(|id| id == profile.id)) {
        for case in profiles.cases.get(&profile.id).into_iter().flatten() {
            results.push(CaseResult { profile: profile.id.clone(), case: case.name.clone(), failures: case.run(profiles, profile) });
        }
    }
    results
}

impl CaseFile {
    pub fn read(file: &str, text: &str, files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let node = parse(file, text).map_err(|problem| vec![problem])?;
        let notes = Notes::new(file);
        let top = Fields::of(&notes, &node, "a case");
        // Says where the recording comes from; people read it.
        top.need_text("note");
        let mut evidence = walk(&top, file, files);
        if let Some(descr) = top.text("sysdescr") {
            evidence = evidence.with_sys_descr(&descr);
        }
        if let Some(oid) = top.text("sysobjectid") {
            evidence = evidence.with_sys_object_id(&oid);
        }
        if let Some(banner) = top.text("ssh_banner") {
            evidence = evidence.with_ssh_banner(&banner);
        }
        let answers = top.list("answers", |entry| (entry.need_text("command"), entry.need_text("output")));
        for (command, output) in &answers {
            evidence = evidence.with_cli(command, output);
        }
        let mut case = Self {
            name: file.rsplit('/').next().unwrap_or(file).trim_end_matches(".yaml").to_owned(),
            evidence,
            answers,
            detect: None,
            facts: Vec::new(),
            text: None,
            masked_shows: Vec::new(),
            masked_hides: Vec::new(),
            significant_keeps: Vec::new(),
            significant_drops: Vec::new(),
            complete: None,
            reason: None,
            findings: None,
            prompts: Vec::new(),
            no_prompts: Vec::new(),
            pager: Vec::new(),
        };
        if top.map("expect", |expect| case.expect(expect)).is_none() {
            top.note(Place { line: 1, column: 1 }, "`expect` is missing: a case that expects nothing proves nothing");
        }
        top.done();
        let problems = notes.done();
        if problems.is_empty() { Ok(case) } else { Err(problems) }
    }

    fn expect(&mut self, expect: &Fields<'_>) {
        self.detect = expect.text("detect");
        self.facts = expect.pairs("facts");
        self.text = expect.text("text");
        self.masked_shows = expect.texts("masked_shows");
        self.masked_hides = expect.texts("masked_hides");
        self.significant_keeps = expect.texts("significant_keeps");
        self.significant_drops = expect.texts("significant_drops");
        self.complete = expect.has("complete").then(|| expect.flag("complete"));
        self.reason = expect.text("reason");
        self.findings = expect.number("findings");
        self.prompts = expect.texts("prompts");
        self.no_prompts = expect.texts("no_prompts");
        self.pager = expect.texts("pager");
    }

    fn run(&self, profiles: &Profiles, profile: &Profile) -> Vec<String> {
        let mut failures = Vec::new();
        self.recognised(profiles, profile, &mut failures);
        self.spoken(profile, &mut failures);
        self.whole(profile, &mut failures);
        if !self.answers.is_empty() && profile.config.is_some() {
            self.normalized(profile, &mut failures);
        }
        failures
    }

    fn recognised(&self, profiles: &Profiles, profile: &Profile, failures: &mut Vec<String>) {
        if let Some(expected) = &self.detect {
            let found = profiles.detect(&self.evidence);
            let best = found.best.clone().unwrap_or_else(|| "none".to_owned());
            if best != *expected {
                failures.push(format!("detect: {best} instead of {expected} (score {}, rivals {:?})", found.score, found.rivals));
            }
        }
        let facts = profile.facts(&self.evidence);
        for (name, expected) in &self.facts {
            match fact(&facts, name) {
                None => failures.push(format!("facts: there is no fact `{name}`; vendor, model, os, version, serial, features")),
                Some(found) if found.as_deref().unwrap_or("none") != expected => {
                    failures.push(format!("facts: {name} is {} instead of {expected}", found.as_deref().unwrap_or("none")));
                }
                Some(_) => {}
            }
        }
    }

    fn spoken(&self, profile: &Profile, failures: &mut Vec<String>) {
        let session = profile.session.as_ref();
        let is_prompt = |line: &str| session.is_some_and(|session| session.is_prompt(&screen(line, session.pager.as_ref())));
        failures.extend(self.prompts.iter().filter(|line| !is_prompt(line)).map(|line| format!("`{line}` is not taken for a prompt")));
        failures.extend(self.no_prompts.iter().filter(|line| is_prompt(line)).map(|line| format!("`{line}` is taken for a prompt")));
        let pages = |line: &str| session.and_then(|session| session.pager.as_ref()).is_some_and(|pager| pager.matches.is_match(line));
        failures.extend(self.pager.iter().filter(|line| !pages(line)).map(|line| format!("`{line}` is not taken for a pager")));
    }

    fn whole(&self, profile: &Profile, failures: &mut Vec<String>) {
        let Some(expected) = self.complete else { return };
        let refused = self.answers.iter().find_map(|(command, output)| profile.is_complete(command, output).err());
        match (expected, refused) {
            (true, Some(incomplete)) => failures.push(format!("refused: {incomplete}")),
            (false, None) => failures.push("taken as complete".to_owned()),
            (false, Some(incomplete)) if self.reason.as_deref().is_some_and(|code| code != incomplete.reason.code()) => {
                failures.push(format!("refused with the code {}", incomplete.reason.code()));
            }
            _ => {}
        }
    }

    fn normalized(&self, profile: &Profile, failures: &mut Vec<String>) {
        let made = profile.normalize(&self.answers);
        if let Some(expected) = self.text.as_ref().filter(|expected| expected.trim_end() != made.text.trim_end()) {
            failures.push(format!("text: {}", first_difference(expected.trim_end(), made.text.trim_end())));
        }
        let mut holds = |what: &str, text: &str, parts: &[String], is_wanted: bool| {
            for part in parts {
                if text.contains(part.as_str()) != is_wanted {
                    failures.push(format!("{what} {} `{part}`", if is_wanted { "does not show" } else { "shows" }));
                }
            }
        };
        holds("the masked text", &made.masked, &self.masked_shows, true);
        holds("the masked text", &made.masked, &self.masked_hides, false);
        holds("the significant text", &made.significant, &self.significant_keeps, true);
        holds("the significant text", &made.significant, &self.significant_drops, false);
        if profile.mask(&made.masked) != made.masked {
            failures.push("masking twice changes the text".to_owned());
        }
        if profile.significant(&made.significant) != made.significant {
            failures.push("dropping what changes by itself twice changes the text".to_owned());
        }
        let found = made.findings.len() as u64;
        if found != self.findings.unwrap_or(0) {
            let told: Vec<String> = made.findings.iter().map(ToString::to_string).collect();
            failures.push(format!("{found} places look like secrets the profile does not know: {}", told.join("; ")));
        }
    }
}

/// `walk` is a recording in the case itself or the name of a file beside it.
fn walk(top: &Fields<'_>, file: &str, files: &[(String, String)]) -> Evidence {
    let Some(given) = top.text("walk") else { return Evidence::new() };
    if given.contains('|') {
        return Evidence::of_walk(&Walk::parse(given.as_bytes()));
    }
    let beside = format!("{}/{given}", file.rsplit_once('/').map_or("", |(folder, _)| folder));
    match files.iter().find(|(name, _)| *name == beside) {
        Some((_, recording)) => Evidence::of_walk(&Walk::parse(recording.as_bytes())),
        None => {
            top.note(top.place("walk"), format!("`walk`: there is no file {given} beside this case"));
            Evidence::new()
        }
    }
}

fn fact<'f>(facts: &'f Facts, name: &str) -> Option<&'f Option<String>> {
    Some(match name {
        "vendor" => &facts.vendor,
        "model" => &facts.model,
        "os" => &facts.os,
        "version" => &facts.version,
        "serial" => &facts.serial,
        "features" => &facts.features,
        _ => return None,
    })
}

fn first_difference(expected: &str, found: &str) -> String {
    let (mut left, mut right) = (expected.lines(), found.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => return format!("line {number} is {:?} instead of {:?}", b.unwrap_or("missing"), a.unwrap_or("missing")),
        }
    }
    "the ends differ".to_owned()
}
