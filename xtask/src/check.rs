//! What must hold before a change is shown to others: format, lints, tidy, docs, committed files that are made from others, web.

use crate::shell::{Failure, Outcome, Tally, cargo};
use crate::{openapi, shell, tidy, web};

pub fn run() -> Result<(), Failure> {
    let mut tally = Tally::default();
    tally.command("fmt", cargo().args(["fmt", "--all", "--check"]));
    tally.part("tidy", || tidy::run().map(|()| Outcome::Done));
    tally.command("clippy", cargo().args(["clippy", "--workspace", "--all-targets", "--keep-going", "--quiet", "--", "-D", "warnings"]));
    let docs = ["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"];
    tally.command("docs", cargo().args(docs).env("RUSTDOCFLAGS", "-D warnings"));
    tally.part("openapi.json", || openapi::check().map(|()| Outcome::Done));
    if web::is_there() {
        web_parts(&mut tally);
    } else {
        tally.part("web", || Ok(Outcome::Skipped("there is no web/package.json".into())));
    }
    tally.close("check")
}

fn web_parts(tally: &mut Tally) {
    if shell::find("npm").is_none() {
        tally.part("web", || Ok(Outcome::Skipped(web::NODE_HINT.into())));
        return;
    }
    tally.part("web install", || web::install().map(|()| Outcome::Done));
    tally.part("web lint", || web::script("lint").map(|()| Outcome::Done));
    tally.part("web typecheck", || web::tool("tsc", &["--noEmit"]).map(|()| Outcome::Done));
    tally.part("web client types", || openapi::check_types().map(|()| Outcome::Done));
}
