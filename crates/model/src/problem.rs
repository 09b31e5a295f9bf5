//! What is wrong with an input, in a sentence that names what, where and what to do.

use std::fmt;

/// One bad value. `code` is stable and meant for programs; the sentence is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub detail: String,
}

/// A [`Problem`] and the field it belongs to (JSON path, e.g. `brand.sender`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: String,
    pub problem: Problem,
}

impl Problem {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    pub fn at(self, field: impl Into<String>) -> FieldProblem {
        FieldProblem { field: field.into(), problem: self }
    }

    pub(crate) fn bad_id(text: &str, prefix: &str) -> Self {
        let shown: String = text.chars().take(40).collect();
        Self::new("bad_id", format!("`{shown}` is not an id of this kind; expected `{prefix}_` and 26 characters of Crockford base32"))
    }

    pub(crate) fn unknown_word(what: &str, text: &str, known: &[&str]) -> Self {
        let shown: String = text.chars().take(40).collect();
        Self::new("unknown_word", format!("`{shown}` is not a {what}; expected one of: {}", known.join(", ")))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}
impl std::error::Error for Problem {}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}
impl std::error::Error for FieldProblem {}

/// Text of a person or device, trimmed, 1 to `chars_max` characters, no control characters.
pub fn checked_name(text: &str, chars_max: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::new("required", "must not be empty"));
    }
    if text.chars().count() > chars_max {
        return Err(Problem::new("too_long", format!("has {} characters; at most {chars_max} are allowed", text.chars().count())));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::new("control_character", "holds a control character (line break, tab …); write it on one line"));
    }
    Ok(text.to_owned())
}

/// An address for mail: `local@domain`, at most 254 characters (RFC 5321, 4.5.3.1.3). Whether it exists only sending tells.
pub fn checked_email(text: &str) -> Result<String, Problem> {
    const EMAIL_LEN_MAX: usize = 254;
    let text = text.trim();
    let plausible = text.len() <= EMAIL_LEN_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.')
        });
    if plausible { Ok(text.to_lowercase()) } else { Err(Problem::new("bad_email", "is not an e-mail address; expected `name@domain`")) }
}
