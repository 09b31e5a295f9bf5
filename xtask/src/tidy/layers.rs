//! Layers: arrows only downwards, a verb never imports a verb, the site's side cannot open the database.

use std::collections::BTreeMap;

use serde_json::Value;

use super::findings::Findings;

/// Verbs live here: each knows the nouns below and none of its sisters.
const VERBS: u64 = 4;
/// `model` does no I/O, so nothing that does may be among its dependencies.
const NO_IO: [&str; 12] =
    ["tokio", "sqlx", "axum", "reqwest", "hyper", "lettre", "async-snmp", "socket2", "rustls", "fjall", "mio", "tower"];
/// Who alone may name it: (dependency, crates, where to go instead).
const ONLY_IN: [(&str, &[&str], &str); 3] = [
    ("sqlx", &["store"], "SQL lives in crates/store: add a function there"),
    ("axum", &["api", "polyot"], "only crates/api serves HTTP: add a resource there"),
    ("lettre", &["notify"], "mail leaves through crates/notify"),
];
/// Crates that help tests and the demo; no product crate but the binary may depend on them outside dev-dependencies.
const FOR_TESTS: [&str; 2] = ["testkit", "devsim"];

pub struct Crate {
    pub name: String,
    /// Path of its Cargo.toml from the root.
    pub manifest: String,
    pub layer: Option<u64>,
    /// What it is built from, without dev-dependencies: those serve tests and never ship.
    pub needs: Vec<String>,
}

pub fn read(metadata: &str) -> Result<Vec<Crate>, String> {
    let metadata: Value = serde_json::from_str(metadata).map_err(|e| e.to_string())?;
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let packages = metadata["packages"].as_array().ok_or("there is no list `packages`")?;
    Ok(packages.iter().map(|package| read_one(package, root)).collect())
}

fn read_one(package: &Value, root: &str) -> Crate {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let needs = dependencies.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect();
    let manifest = text(&package["manifest_path"]);
    let manifest = manifest.strip_prefix(root).unwrap_or(&manifest).trim_start_matches('/').to_owned();
    Crate { name: text(&package["name"]), manifest, layer: package["metadata"]["polyot"]["layer"].as_u64(), needs }
}

pub fn check(crates: &[Crate], findings: &mut Findings) {
    let by_name: BTreeMap<&str, &Crate> = crates.iter().map(|krate| (krate.name.as_str(), krate)).collect();
    for krate in crates.iter().filter(|krate| krate.name != "xtask") {
        arrows(krate, &by_name, findings);
        for (dependency, allowed, instead) in ONLY_IN {
            if krate.needs.iter().any(|need| need == dependency) && !allowed.contains(&krate.name.as_str()) {
                findings.add(&krate.manifest, 1, format!("`{}` depends on {dependency}; {instead}", krate.name));
            }
        }
    }
    no_io(&by_name, findings);
    site_side(&by_name, findings);
}

fn arrows(krate: &Crate, by_name: &BTreeMap<&str, &Crate>, findings: &mut Findings) {
    let Some(layer) = krate.layer else {
        findings.add(&krate.manifest, 1, "declares no layer; add `layer = N` under [package.metadata.polyot], see ARCHITECTURE.md");
        return;
    };
    for need in &krate.needs {
        let Some(other) = by_name.get(need.as_str()) else { continue };
        let name = &krate.name;
        if FOR_TESTS.contains(&need.as_str()) && name != "polyot" {
            findings.add(&krate.manifest, 1, format!("`{name}` ships with `{need}`; make it a dev-dependency"));
        }
        match other.layer {
            Some(below) if below < layer => {}
            Some(VERBS) if layer == VERBS => {
                let text = format!("the verb `{name}` imports the verb `{need}`; let them meet as rows and events in `store` and `work`");
                findings.add(&krate.manifest, 1, text);
            }
            Some(above) => {
                let text = format!(
                    "`{name}` (layer {layer}) depends on `{need}` (layer {above}); arrows go only downwards: move the shared part below both"
                );
                findings.add(&krate.manifest, 1, text);
            }
            None => {}
        }
    }
}

fn no_io(by_name: &BTreeMap<&str, &Crate>, findings: &mut Findings) {
    let Some(model) = by_name.get("model") else { return };
    for need in model.needs.iter().filter(|need| NO_IO.contains(&need.as_str())) {
        findings.add(&model.manifest, 1, format!("`model` does no I/O, but depends on {need}; move what needs it to a layer above"));
    }
}

fn site_side(by_name: &BTreeMap<&str, &Crate>, findings: &mut Findings) {
    let Some(collect) = by_name.get("collect") else { return };
    let mut open = vec![vec!["collect"]];
    let mut seen = Vec::new();
    while let Some(way) = open.pop() {
        let Some(krate) = way.last().and_then(|name| by_name.get(name)) else { continue };
        for need in &krate.needs {
            let mut longer = way.clone();
            longer.push(need);
            if need == "store" {
                let text = format!("the collector can open the database ({}); it may only speak through `link`", longer.join(" -> "));
                findings.add(&collect.manifest, 1, text);
            } else if !seen.contains(need) {
                seen.push(need.clone());
                open.push(longer);
            }
        }
    }
}
