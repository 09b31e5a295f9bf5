//! `polyot profile list | lint | test`.

use super::{Source, sentence};
use comfy_table::{ContentArrangement, Table, presets};
use profiles::{Profile, Profiles, Sign, run_cases};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Which profiles there are, how each is recognised, what it knows, what proves it
    List(Source),
    /// Tell every mistake with file, line and column; without a path in the shipped profiles
    Lint {
        /// A folder of profiles, or one file
        path: Option<PathBuf>,
    },
    /// Run the cases that lie beside the profiles
    Test {
        /// Only this profile
        id: Option<String>,
        #[command(flatten)]
        source: Source,
    },
}

pub(super) fn run(command: Command) -> Result<(), String> {
    match command {
        Command::List(source) => {
            print!("{}", list(&*source.load()?));
            Ok(())
        }
        Command::Lint { path } => lint(path),
        Command::Test { id, source } => test(&*source.load()?, id.as_deref()),
    }
}

fn list(profiles: &Profiles) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["ID", "NAME", "RECOGNISED BY", "FACTS", "BACKUP", "PROOF"]);
    for profile in profiles.iter() {
        let cases = profiles.cases_of(&profile.id);
        let proof = if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        table.add_row([profile.id.clone(), profile.name.clone(), signs(profile), facts(profile), backup(profile), proof]);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim().to_owned()).collect();
    format!("{}\n", lines.join("\n"))
}

fn signs(profile: &Profile) -> String {
    let mut names: Vec<&str> = Vec::new();
    for clue in &profile.detect {
        let name = match &clue.sign {
            Sign::SysObjectId(_) => "sysObjectID",
            Sign::SysDescr(_) => "sysDescr",
            Sign::SshBanner(_) => "SSH banner",
            Sign::Value { .. } => "object",
            Sign::Cli { .. } => "command",
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let names = names.join(", ");
    if profile.is_last_resort { format!("{names} (last resort)") } else { names }
}

fn facts(profile: &Profile) -> String {
    let rules = &profile.facts;
    let all = [
        ("vendor", &rules.vendor),
        ("model", &rules.model),
        ("os", &rules.os),
        ("version", &rules.version),
        ("serial", &rules.serial),
        ("features", &rules.features),
    ];
    let known: Vec<&str> = all.iter().filter(|(_, sources)| !sources.is_empty()).map(|(name, _)| *name).collect();
    if known.is_empty() { "-".to_owned() } else { known.join(", ") }
}

fn backup(profile: &Profile) -> String {
    let needed = profile.config.iter().flat_map(|config| &config.fetch).find(|fetch| !fetch.is_optional);
    match needed {
        Some(fetch) if profile.session.is_some() => fetch.command.clone(),
        _ => "-".to_owned(),
    }
}

fn lint(path: Option<PathBuf>) -> Result<(), String> {
    let problems = Profiles::lint(path.as_deref()).map_err(|error| sentence(&error))?;
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("no mistake found");
            Ok(())
        }
        1 => Err("one mistake in the profiles".to_owned()),
        many => Err(format!("{many} mistakes in the profiles")),
    }
}

fn test(profiles: &Profiles, id: Option<&str>) -> Result<(), String> {
    let id = match id {
        None => None,
        Some(id) => Some(
            profiles
                .get(id)
                .map(|profile| profile.id.as_str())
                .ok_or_else(|| format!("there is no profile `{id}`; see `polyot profile list`"))?,
        ),
    };
    let results = run_cases(profiles, id);
    let failed = results.iter().filter(|result| !result.failures.is_empty()).count();
    for result in &results {
        println!("{} {} {}", if result.failures.is_empty() { "passed" } else { "FAILED" }, result.profile, result.case);
        for failure in &result.failures {
            println!("       {failure}");
        }
    }
    println!("{} passed, {failed} failed", results.len() - failed);
    match (failed, results.len()) {
        (0, 0) => Err("there is no case to run: put one into the folder cases beside the profile".to_owned()),
        (0, _) => Ok(()),
        _ => Err(format!("{failed} of {} cases failed", results.len())),
    }
}
