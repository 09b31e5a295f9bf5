//! A light reading of Rust source: code apart from comments and texts, test regions, functions with their length. It does not
//! parse: it follows quotes, comments and braces, which is enough for the rules and costs no dependency.

/// One file, split into what the rules look at. All lines count from 1.
pub struct Scan {
    /// The source with comments and the insides of texts replaced by spaces; same lines as the source.
    pub code: String,
    /// Every text literal with the line on which it starts.
    pub texts: Vec<(usize, String)>,
    /// Line ranges (inclusive) of `#[cfg(test)]` items.
    tests: Vec<(usize, usize)>,
}

pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

impl Scan {
    pub fn of(source: &str) -> Self {
        let (code, texts) = split(source);
        let tests = test_regions(&code);
        Self { code, texts, tests }
    }

    pub fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|(from, to)| (*from..=*to).contains(&line))
    }

    /// Lines of code, without those of test items.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(line, _)| !self.is_test(*line))
    }

    pub fn functions(&self) -> Vec<Function> {
        let bytes = self.code.as_bytes();
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("fn ") {
            if at > 0 && is_word(bytes[at - 1]) {
                continue;
            }
            let name: String = self.code[at + 3..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // `fn (` is a type, not a function.
            if name.is_empty() {
                continue;
            }
            if let Some(end) = body_end(bytes, at) {
                let line = line_of(&self.code, at);
                found.push(Function { name, line, lines: line_of(&self.code, end) - line + 1 });
            }
        }
        found
    }
}

/// True when `word` stands in `line` with no letter, digit or `_` beside it.
pub fn has_word(line: &str, word: &str) -> bool {
    let bytes = line.as_bytes();
    line.match_indices(word).any(|(at, _)| {
        let before = at == 0 || !is_word(bytes[at - 1]);
        let after = bytes.get(at + word.len()).is_none_or(|next| !is_word(*next));
        before && after
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The closing brace of the body that follows, or nothing when the item ends with `;` (a trait's promise).
fn body_end(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b';' if depth == 0 => return None,
            b'{' if depth == 0 => return matching_brace(code, at),
            _ => {}
        }
    }
    None
}

fn matching_brace(code: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn test_regions(code: &str) -> Vec<(usize, usize)> {
    let mut regions = Vec::new();
    for mark in ["#[cfg(test)]", "#[cfg(all(test"] {
        for (at, _) in code.match_indices(mark) {
            // `#[cfg(test)] mod tests;` is a file of its own; only a body is a region here.
            let end = body_end(code.as_bytes(), at).unwrap_or(at);
            regions.push((line_of(code, at), line_of(code, end)));
        }
    }
    regions
}

fn split(source: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = source.chars().collect();
    let mut splitter = Splitter { chars: &chars, at: 0, line: 1, code: String::with_capacity(source.len()), texts: Vec::new() };
    splitter.run();
    (splitter.code, splitter.texts)
}

struct Splitter<'a> {
    chars: &'a [char],
    at: usize,
    line: usize,
    code: String,
    texts: Vec<(usize, String)>,
}

impl Splitter<'_> {
    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('/')) => self.blank_while(|c| c != '\n'),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.text(),
                ('r', Some('"' | '#')) if self.starts_raw() => self.raw_text(),
                ('\'', _) => self.quote(),
                _ => self.keep(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.line += usize::from(c == '\n');
            self.code.push(c);
            self.at += 1;
        }
    }

    fn blank(&mut self) {
        if let Some(c) = self.peek(0) {
            self.line += usize::from(c == '\n');
            self.code.push(if c == '\n' { '\n' } else { ' ' });
            self.at += 1;
        }
    }

    fn blank_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.peek(0) {
            let pair = (c, self.peek(1));
            if pair == ('/', Some('*')) {
                depth += 1;
                self.blank();
            } else if pair == ('*', Some('/')) {
                depth -= 1;
                self.blank();
            }
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn text(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.keep();
        while let Some(c) = self.peek(0) {
            if c == '"' {
                self.keep();
                break;
            }
            if c == '\\' {
                text.push(c);
                self.blank();
            }
            text.extend(self.peek(0));
            self.blank();
        }
        self.texts.push((line, text));
    }

    /// At `r`: is it r"…" or r#"…"#, and not the end of a name or a raw identifier?
    fn starts_raw(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at)).copied();
        let prefixed = matches!(before, Some('b' | 'c'));
        if before.is_some_and(|c| (c.is_alphanumeric() || c == '_') && !prefixed) {
            return false;
        }
        let hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        self.peek(1 + hashes) == Some('"')
    }

    fn raw_text(&mut self) {
        let line = self.line;
        let hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        for _ in 0..hashes + 2 {
            self.keep();
        }
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            if c == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                for _ in 0..=hashes {
                    self.keep();
                }
                break;
            }
            text.push(c);
            self.blank();
        }
        self.texts.push((line, text));
    }

    /// A character ('x', '\n', '\u{1F600}') or a lifetime ('a).
    fn quote(&mut self) {
        let is_char = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.keep();
        if !is_char {
            return;
        }
        if self.peek(0) == Some('\\') {
            self.blank();
        }
        self.blank();
        self.blank_while(|c| c != '\'' && c != '\n');
        self.keep();
    }
}
