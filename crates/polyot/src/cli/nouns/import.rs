//! Import of what another tool knows: one command per format of a file, by the word that the API has for it.

use super::register::SITE;
use crate::cli::import::run;
use crate::cli::tree::Takes::{File, Ref, Switch};
use crate::cli::tree::{Act, Arg, Noun, Verb, may, must};

const ARGS: &[Arg] = &[must("file", File), may("site", Ref(&SITE)), may("apply", Switch), may("accept_bad", Switch)];

const fn import(name: &'static str) -> Verb {
    Verb { name, args: ARGS, act: Act::Own(|call| Box::pin(run(call))) }
}

pub static NOUNS: &[Noun] = &[Noun { name: "import", verbs: &[import("csv"), import("zabbix"), import("librenms"), import("oxidized")] }];
