//! The house's rules that no compiler knows: layers, invariants, sizes, words. Every finding names the place and what to do.

mod findings;
mod invariants;
mod layers;
mod locales;
mod scan;
mod sizes;
mod sources;
mod web;

#[cfg(test)]
mod tests;

use crate::shell::{Failure, cargo, output, root};
use findings::Findings;

pub fn run() -> Result<(), Failure> {
    let mut findings = Findings::default();
    let metadata = output(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let crates = layers::read(&metadata).map_err(|e| Failure::new(format!("cargo metadata: {e}")))?;
    let sources = sources::load(&root()).map_err(|e| Failure::new(format!("cannot read the sources: {e}")))?;
    let texts = locales::load(&root().join("locales")).map_err(|e| Failure::new(format!("cannot read locales/: {e}")))?;
    layers::check(&crates, &mut findings);
    invariants::check(&sources.rust, &mut findings);
    let rust = sizes::check_rust(&sources.rust, &mut findings);
    let pages = web::check(&sources.web, &mut findings);
    locales::check(&texts, &mut findings);
    println!("{rust}");
    println!("{pages}");
    println!("{} crates, {} texts in each language", crates.len(), locales::count(&texts));
    if findings.is_empty() {
        return Ok(());
    }
    print!("{findings}");
    Err(Failure::new(format!("tidy: {} findings, each with its place and what to do", findings.len())))
}
