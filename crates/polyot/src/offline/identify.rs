//! `polyot identify`.

use super::Source;
use profiles::snmprec::Walk;
use std::fs;
use std::path::{Path, PathBuf};

/// A recording larger than this is none.
const RECORDING_SIZE_BYTES_MAX: u64 = 512 << 20;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Recording of one agent; recordings of its other contexts lie beside it as FILE-stem@CONTEXT.snmprec
    #[arg(long, value_name = "FILE")]
    snmprec: PathBuf,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(args: &Args) -> Result<(), String> {
    let profiles = args.source.load()?;
    let walk = Walk::parse(&read(&args.snmprec)?);
    if walk.is_empty() {
        return Err(format!("{}: no line of it is OID|TAG|VALUE; this is no recording of an SNMP agent", args.snmprec.display()));
    }
    let mut contexts = Vec::new();
    for file in contexts_of(&args.snmprec) {
        contexts.push(Walk::parse(&read(&file)?));
    }
    let identity = profiles::identify::identify(&profiles, &walk, &contexts);
    println!("{}", serde_json::to_string(&identity).map_err(|error| error.to_string())?);
    Ok(())
}

fn contexts_of(file: &Path) -> Vec<PathBuf> {
    let Some(stem) = file.file_stem().and_then(|stem| stem.to_str()) else { return Vec::new() };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let start = format!("{stem}@");
    let is_context = |path: &PathBuf| {
        path.extension().is_some_and(|kind| kind == "snmprec")
            && path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&start))
    };
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_context).collect();
    found.sort();
    found
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let fail = |error: std::io::Error| format!("cannot read {}: {error}", file.display());
    if fs::metadata(file).map_err(fail)?.len() > RECORDING_SIZE_BYTES_MAX {
        return Err(format!("{} is larger than {RECORDING_SIZE_BYTES_MAX} bytes; this is no recording of one agent", file.display()));
    }
    fs::read(file).map_err(fail)
}
