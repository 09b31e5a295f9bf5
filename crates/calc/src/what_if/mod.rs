//! The formulas as questions in JSON: `answer(kind, input)`. A window onto the functions of this crate, not a second implementation.
//!
//! Input is read strictly: every key must be there with the right type, and what is wrong is named by its path.

mod agreed;
mod field;
mod time;

use field::Field;
use model::{FieldProblem, Problem};
use serde_json::Value;

/// Bytes of one question.
pub const INPUT_BYTES_MAX: usize = 16 * 1024 * 1024;

type Formula = fn(&Field<'_>) -> Result<Value, FieldProblem>;

const KINDS: [(&str, Formula); 4] =
    [("availability", agreed::availability), ("redundancy", agreed::redundancy), ("deadline", time::deadline), ("elapsed", time::elapsed)];

/// The kinds of question there are.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

/// The answer to a question of that kind, or what is wrong with it and where (`outages[0].end`; `kind`; `input` for what is no JSON).
pub fn answer(kind: &str, input: &str) -> Result<Value, FieldProblem> {
    let Some((_, formula)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let known: Vec<_> = kinds().collect();
        return Err(Problem::new("unknown_kind", format!("is not known; there are {}", known.join(", "))).at("kind"));
    };
    if input.len() > INPUT_BYTES_MAX {
        return Err(Problem::new("too_large", format!("has more than {INPUT_BYTES_MAX} bytes")).at("input"));
    }
    let value: Value =
        serde_json::from_str(input).map_err(|error| Problem::new("bad_json", format!("is not JSON: {error}")).at("input"))?;
    formula(&Field::root(&value))
}
