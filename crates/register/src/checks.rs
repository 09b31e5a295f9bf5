//! Gathers what is wrong with an input, so that a person sees all of it at once.

use crate::RegisterError;
use model::{FieldProblem, Problem};

#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<FieldProblem>);

impl Checks {
    pub(crate) fn take<T>(&mut self, field: impl Into<String>, checked: Result<T, Problem>) -> Option<T> {
        checked.map_err(|problem| self.0.push(problem.at(field))).ok()
    }
    pub(crate) fn take_option<T>(&mut self, field: impl Into<String>, checked: Option<Result<T, Problem>>) -> Option<T> {
        checked.and_then(|checked| self.take(field, checked))
    }
    pub(crate) fn demand(&mut self, field: impl Into<String>, holds: Result<(), Problem>) {
        self.take(field, holds);
    }
    pub(crate) fn add(&mut self, problem: FieldProblem) {
        self.0.push(problem);
    }
    /// All that was wrong.
    pub(crate) fn into_problems(self) -> Vec<FieldProblem> {
        self.0
    }
    #[cfg(test)]
    pub(crate) fn problems(&self) -> &[FieldProblem] {
        &self.0
    }
    /// The value, if nothing was wrong. `None` without a problem cannot happen: whoever has no value has said why.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, RegisterError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(RegisterError::Bad(self.0)),
        }
    }
}
