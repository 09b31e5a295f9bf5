//! openapi.json and the web client's types are committed; this writes them and tells when they are stale.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Failure, root};
use crate::web;

/// The web script that makes `src/api/schema.d.ts` from openapi.json.
const TYPES_SCRIPT: &str = "types";
const TYPES_FILE: &str = "src/api/schema.d.ts";

fn file() -> PathBuf {
    root().join("openapi.json")
}

/// What the product says of itself now.
fn current() -> Result<String, Failure> {
    shell::output(shell::cargo().args(["run", "--quiet", "--package", "polyot", "--", "openapi"]))
}

pub fn run() -> Result<(), Failure> {
    write(&file(), &current()?)?;
    println!("openapi.json is written");
    if web::is_there() {
        web::install()?;
        web::script(TYPES_SCRIPT)?;
        println!("web/{TYPES_FILE} is written");
    }
    Ok(())
}

/// Fails with the line to run when the committed description is not what the product serves.
pub fn check() -> Result<(), Failure> {
    let committed = fs::read_to_string(file()).map_err(|e| Failure::new(format!("openapi.json: {e}; run `cargo xtask openapi`")))?;
    let now = current()?;
    match first_difference(&committed, &now) {
        None => Ok(()),
        Some(line) => Err(Failure::new(format!("openapi.json:{line}: differs from what the product serves; run `cargo xtask openapi`"))),
    }
}

/// Generates the types again and compares; the committed file is put back, so that a check changes nothing.
pub fn check_types() -> Result<(), Failure> {
    let path = web::dir().join(TYPES_FILE);
    let committed = fs::read_to_string(&path).map_err(|e| Failure::new(format!("web/{TYPES_FILE}: {e}; run `cargo xtask openapi`")))?;
    let made = web::script(TYPES_SCRIPT);
    let now = fs::read_to_string(&path).unwrap_or_default();
    write(&path, &committed)?;
    made?;
    match first_difference(&committed, &now) {
        None => Ok(()),
        Some(line) => Err(Failure::new(format!("web/{TYPES_FILE}:{line}: is older than openapi.json; run `cargo xtask openapi`"))),
    }
}

fn first_difference(old: &str, new: &str) -> Option<usize> {
    if old == new {
        return None;
    }
    let at = old.lines().zip(new.lines()).position(|(a, b)| a != b);
    Some(at.unwrap_or_else(|| old.lines().count().min(new.lines().count())) + 1)
}

fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn a_stale_file_is_named_with_its_first_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\nb", "a\nb\n"), Some(3));
    }
}
