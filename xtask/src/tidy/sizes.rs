//! Sizes: a limit for files and functions, and a compass that is only printed.

use super::findings::Findings;
use super::sources::RustFile;

pub const FILE_LINES_MAX: usize = 600;
pub const FUNCTION_LINES_MAX: usize = 100;
/// Nine files in ten should be shorter than this; printed, not enforced.
const FILE_LINES_USUAL: usize = 400;

/// Checks the limits and returns the line with the compass.
pub fn check_rust(files: &[RustFile], findings: &mut Findings) -> String {
    for file in files {
        if file.lines > FILE_LINES_MAX {
            let text = format!("the file has {} lines, {FILE_LINES_MAX} is the limit; split it by topic", file.lines);
            findings.add(&file.path, 1, text);
        }
        for function in file.scan.functions().iter().filter(|function| function.lines > FUNCTION_LINES_MAX) {
            let text =
                format!("`{}` has {} lines, {FUNCTION_LINES_MAX} is the limit; name its steps and split it", function.name, function.lines);
            findings.add(&file.path, function.line, text);
        }
    }
    compass("Rust", files.iter().map(|file| file.lines).collect(), FILE_LINES_USUAL)
}

pub fn compass(what: &str, mut lines: Vec<usize>, usual: usize) -> String {
    lines.sort_unstable();
    let Some(median) = lines.get(lines.len() / 2) else { return format!("{what}: no files") };
    let short = lines.iter().filter(|count| **count < usual).count() * 100 / lines.len();
    let all: usize = lines.iter().sum();
    format!("{what}: {} files, {all} lines, median {median}, {short} % under {usual}", lines.len())
}
