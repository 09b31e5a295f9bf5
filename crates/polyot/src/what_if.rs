//! `polyot what-if KIND < input.json`: one question to the formulas, without a server and without a database.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

/// Bad input, as every command says it.
const EXIT_USAGE: u8 = 2;

#[derive(clap::Args)]
pub struct WhatIfArgs {
    /// The formula to ask
    #[arg(value_name = "KIND", value_parser = clap::builder::PossibleValuesParser::new(calc::what_if::kinds()))]
    kind: String,
}

/// Reads the question on standard input, prints the answer; what is wrong with the question goes to standard error, one sentence.
pub fn run(args: &WhatIfArgs) -> ExitCode {
    let mut bytes = Vec::new();
    let limit = calc::what_if::INPUT_BYTES_MAX as u64 + 1;
    if let Err(error) = std::io::stdin().lock().take(limit).read_to_end(&mut bytes) {
        eprintln!("polyot: cannot read standard input: {error}");
        return ExitCode::FAILURE;
    }
    let Ok(input) = String::from_utf8(bytes) else {
        eprintln!("input: is not UTF-8; write it as JSON in UTF-8");
        return ExitCode::from(EXIT_USAGE);
    };
    match calc::what_if::answer(&args.kind, &input) {
        Ok(answer) => {
            // A reader that has gone is no failure of the formula.
            let _ = writeln!(std::io::stdout(), "{answer}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}
