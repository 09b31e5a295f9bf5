//! The pages' own rules: sizes, and imports that go only downwards.

use super::findings::Findings;
use super::sizes;
use super::sources::WebFile;

const FILE_LINES_MAX: usize = 400;
const FILE_LINES_USUAL: usize = 250;
/// Made by a tool from openapi.json.
const GENERATED: &str = "web/src/api/schema.d.ts";
/// Folders of web/src from the lowest; a file imports from its own layer and from those below.
const LAYERS: [&[&str]; 6] =
    [&["theme", "i18n"], &["api", "ui"], &["live", "keys", "url"], &["list", "form", "chart", "map", "term"], &["parts"], &["routes"]];
const SURFACES: [&str; 3] = ["operator", "portal", "partner"];

pub fn check(files: &[WebFile], findings: &mut Findings) -> String {
    let own: Vec<&WebFile> = files.iter().filter(|file| file.path != GENERATED).collect();
    for file in &own {
        let lines = file.source.lines().count();
        if lines > FILE_LINES_MAX {
            findings.add(&file.path, 1, format!("the file has {lines} lines, {FILE_LINES_MAX} is the limit for pages; split it by topic"));
        }
        imports(file, findings);
    }
    sizes::compass("TypeScript", own.iter().map(|file| file.source.lines().count()).collect(), FILE_LINES_USUAL)
}

fn imports(file: &WebFile, findings: &mut Findings) {
    let Some(inner) = file.path.strip_prefix("web/src/") else { return };
    for (at, line) in file.source.lines().enumerate() {
        let Some(target) = import_of(line) else { continue };
        let Some(target) = resolve(inner, target) else { continue };
        if let (Some(here), Some(there)) = (layer(inner), layer(&target))
            && there > here
        {
            let text = format!("imports `{target}` from a layer above; move the shared piece down or pass it in");
            findings.add(&file.path, at + 1, text);
        }
        if let (Some(here), Some(there)) = (surface(inner), surface(&target))
            && here != there
        {
            findings.add(
                &file.path,
                at + 1,
                format!("the surface `{here}` imports `{target}` of another; move the shared piece to parts/"),
            );
        }
    }
}

fn import_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if !line.starts_with("import") && !line.starts_with("export") && !line.starts_with('}') {
        return None;
    }
    let (_, rest) = line.rsplit_once("from ").or_else(|| line.split_once("import "))?;
    let rest = rest.trim().trim_end_matches(';');
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// The path from web/src of a relative import.
fn resolve(from: &str, target: &str) -> Option<String> {
    if !target.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

fn layer(path: &str) -> Option<usize> {
    let (top, _) = path.split_once('/')?;
    LAYERS.iter().position(|folders| folders.contains(&top))
}

fn surface(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("routes/")?;
    let (name, _) = rest.split_once('/')?;
    SURFACES.contains(&name).then_some(name)
}
