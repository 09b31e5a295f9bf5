//! The files that tidy looks at.

use std::fs;
use std::io;
use std::path::Path;

use super::scan::Scan;

/// A Rust file with what its path says about it.
pub struct RustFile {
    /// From the root, with `/`.
    pub path: String,
    /// The crate's folder name (`store`), `xtask` for this one.
    pub krate: String,
    pub lines: usize,
    /// The whole file is a test, a bench or an example.
    pub is_test: bool,
    pub scan: Scan,
}

impl RustFile {
    pub fn new(path: &str, source: &str) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        let krate = if parts[0] == "crates" { parts.get(1).copied().unwrap_or_default() } else { parts[0] };
        let inner = &parts[..parts.len().saturating_sub(1)];
        let name = parts.last().copied().unwrap_or_default();
        let is_test = inner.iter().any(|dir| matches!(*dir, "tests" | "benches" | "examples"))
            || matches!(name, "tests.rs" | "test.rs") && krate != "xtask";
        Self { path: path.into(), krate: krate.into(), lines: source.lines().count(), is_test, scan: Scan::of(source) }
    }

    /// True for `rules.rs` and for every file of a folder `rules/`.
    pub fn is_named(&self, stem: &str) -> bool {
        self.path.split('/').any(|part| part == stem || part.strip_suffix(".rs") == Some(stem))
    }
}

pub struct WebFile {
    pub path: String,
    pub source: String,
}

pub struct Sources {
    pub rust: Vec<RustFile>,
    pub web: Vec<WebFile>,
}

pub fn load(root: &Path) -> io::Result<Sources> {
    let mut paths = Vec::new();
    for top in ["crates", "xtask", "web/src", "web/test"] {
        walk(&root.join(top), &mut paths)?;
    }
    paths.sort();
    let mut sources = Sources { rust: Vec::new(), web: Vec::new() };
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if name.ends_with(".rs") {
            sources.rust.push(RustFile::new(&name, &fs::read_to_string(&path)?));
        } else if name.ends_with(".ts") || name.ends_with(".tsx") {
            sources.web.push(WebFile { source: fs::read_to_string(&path)?, path: name });
        }
    }
    Ok(sources)
}

fn walk(dir: &Path, into: &mut Vec<std::path::PathBuf>) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | "dist") && !name.starts_with('.') {
                walk(&path, into)?;
            }
        } else {
            into.push(path);
        }
    }
    Ok(())
}
