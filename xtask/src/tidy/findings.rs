//! What tidy found: the place, what is wrong, what to do.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    file: String,
    line: usize,
    text: String,
}

#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// `line` counts from 1.
    pub fn add(&mut self, file: &str, line: usize, text: impl Into<String>) {
        self.0.push(Finding { file: file.into(), line, text: text.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<&Finding> = self.0.iter().collect();
        sorted.sort();
        for finding in sorted {
            writeln!(f, "{}:{}: {}", finding.file, finding.line, finding.text)?;
        }
        Ok(())
    }
}
