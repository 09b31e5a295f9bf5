//! `polyot normalize`.

use super::Source;
use profiles::Profile;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The profile's id, or the name another program has for it; see `polyot profile list`
    #[arg(long, value_name = "ID")]
    profile: String,
    /// JSON: {"commands": [{"command", "output"}], "prompts": {"pass": [...], "fail": [...], "pass_with_expect": [...]} or null}
    file: PathBuf,
    #[command(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    commands: Vec<Answer>,
    prompts: Option<Prompts<String>>,
}

#[derive(Deserialize)]
struct Answer {
    command: String,
    output: String,
}

/// Texts in, verdicts out: true is a prompt.
#[derive(Deserialize, Serialize)]
struct Prompts<T> {
    #[serde(default = "Vec::new")]
    pass: Vec<T>,
    #[serde(default = "Vec::new")]
    fail: Vec<T>,
    #[serde(default = "Vec::new")]
    pass_with_expect: Vec<T>,
}

#[derive(Serialize)]
struct Text<'t> {
    output: &'t str,
    output_no_secrets: &'t str,
    significant: &'t str,
    prompt: Option<Prompts<bool>>,
    /// What would keep a backup from being stored.
    refused: Vec<String>,
    /// Places only the general rules took for a secret.
    findings: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<(), String> {
    let profiles = args.source.load()?;
    let profile = profiles.get(&args.profile).ok_or_else(|| {
        let known: Vec<&str> = profiles.iter().map(|profile| profile.id.as_str()).collect();
        format!("there is no profile `{}`; there are: {}", args.profile, known.join(", "))
    })?;
    let given = fs::read_to_string(&args.file).map_err(|error| format!("cannot read {}: {error}", args.file.display()))?;
    let session: Session = serde_json::from_str(&given).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let answers: Vec<(String, String)> = session.commands.into_iter().map(|answer| (answer.command, answer.output)).collect();
    let made = profile.normalize(&answers);
    let refused = answers
        .iter()
        .filter_map(|(command, output)| profile.is_complete(command, output).err())
        .map(|reason| reason.to_string())
        .collect();
    let text = Text {
        output: &made.text,
        output_no_secrets: &made.masked,
        significant: &made.significant,
        prompt: session.prompts.map(|prompts| judge(profile, &prompts)),
        refused,
        findings: made.findings.iter().map(ToString::to_string).collect(),
    };
    println!("{}", serde_json::to_string(&text).map_err(|error| error.to_string())?);
    Ok(())
}

fn judge(profile: &Profile, prompts: &Prompts<String>) -> Prompts<bool> {
    let bare = |texts: &[String]| texts.iter().map(|text| profile.is_prompt(text)).collect();
    let drawn = |texts: &[String]| texts.iter().map(|text| profile.is_prompt(&profile.screen(text))).collect();
    Prompts { pass: bare(&prompts.pass), fail: bare(&prompts.fail), pass_with_expect: drawn(&prompts.pass_with_expect) }
}
