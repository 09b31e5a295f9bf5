//! Lines that belong together: texts of people, certificates, keys.

use crate::format::compile;
use crate::profile::Block;
use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// A block longer than this has lost its end.
const BLOCK_LINES_MAX: usize = 5_000;

/// A private key in PEM (RFC 7468) is a secret wherever it stands.
static PRIVATE_KEY: LazyLock<Block> = LazyLock::new(|| Block {
    start: Regex::new(r"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----").expect("it is fixed"),
    end: r"-----END \1-----".to_owned(),
    is_secret: true,
    is_volatile: false,
});

/// Lines strictly between start and end; the end is the line behind them.
pub(super) struct Found {
    pub inner: Range<usize>,
    pub is_secret: bool,
    pub is_volatile: bool,
}

/// Numbers of the lines that are literal.
#[derive(Default)]
pub(super) struct Lines(Vec<Range<usize>>);

impl Lines {
    pub fn contains(&self, line: usize) -> bool {
        let after = self.0.partition_point(|range| range.end <= line);
        self.0.get(after).is_some_and(|range| range.contains(&line))
    }
}

pub(super) fn literal_lines(blocks: &[Block], text: &str) -> Lines {
    if blocks.is_empty() {
        return Lines::default();
    }
    Lines(find(blocks, &text.lines().collect::<Vec<_>>()).into_iter().map(|found| found.inner).collect())
}

/// Lines of blocks that change by themselves, with their first and last ones.
pub(super) fn volatile_lines(blocks: &[Block], text: &str) -> Lines {
    if blocks.iter().all(|block| !block.is_volatile) {
        return Lines::default();
    }
    let found = find(blocks, &text.lines().collect::<Vec<_>>());
    Lines(found.into_iter().filter(|found| found.is_volatile).map(|found| found.inner.start - 1..found.inner.end + 1).collect())
}

pub(super) fn find(blocks: &[Block], lines: &[&str]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut ends: HashMap<String, Option<Regex>> = HashMap::new();
    // An end that was looked for in vain from an earlier line is not looked for again.
    let mut in_vain: HashSet<String> = HashSet::new();
    let mut i = 0;
    while i < lines.len() {
        match start(blocks, lines[i]).filter(|(_, end)| !in_vain.contains(end)) {
            None => i += 1,
            Some((block, end)) => {
                let pattern = ends.entry(end.clone()).or_insert_with(|| compile(&end).ok());
                let rest = lines.len().min(i + 1 + BLOCK_LINES_MAX);
                let last = pattern.as_ref().and_then(|pattern| (i + 1..rest).find(|line| pattern.is_match(lines[*line])));
                match last {
                    Some(last) => {
                        found.push(Found { inner: i + 1..last, is_secret: block.is_secret, is_volatile: block.is_volatile });
                        i = last + 1;
                    }
                    None => {
                        if rest == lines.len() {
                            in_vain.insert(end);
                        }
                        i += 1;
                    }
                }
            }
        }
    }
    found
}

/// The block that starts in this line and goes on behind it, with the pattern of its end.
fn start<'b>(blocks: &'b [Block], line: &str) -> Option<(&'b Block, String)> {
    let private = line.contains("PRIVATE KEY-----").then_some(&*PRIVATE_KEY);
    blocks.iter().chain(private).find_map(|block| {
        let captures = block.start.captures(line)?;
        let mark = captures.get(1).map_or("", |group| group.as_str());
        let ends_here = !mark.is_empty() && block.end.contains(r"\1") && line[captures.get(0)?.end()..].contains(mark);
        (!ends_here).then(|| (block, block.end.replace(r"\1", &regex::escape(mark))))
    })
}
