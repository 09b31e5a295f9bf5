//! One line of a terminal at a time: what a reader would see after carriage returns, backspaces and escape sequences (ECMA-48) have done their work.
//! How the bytes are cut into pieces never changes the result.

use super::decode::{decode, place};
use regex::Regex;

/// Where a jump to the right may lead. Text itself may be longer.
const COLUMNS_MAX: usize = 1_024;
/// A longer line is neither a prompt nor a question, and is not looked through for one at every pause.
const SHORT_BYTES_MAX: usize = 4_096;
/// Longest escape sequence; what is longer is none.
const SEQUENCE_BYTES_MAX: usize = 64;
const STRING_BYTES_MAX: usize = 4_096;

const BACKSPACE: u8 = 0x08;
const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Finished lines, each with its line feed.
    text: String,
    cells: Vec<u8>,
    cursor: usize,
    /// Cells from here on were there before the cursor last moved left; blanks among them at the end are no text.
    fresh_end: usize,
    /// A carriage return that may belong to a line feed.
    is_returning: bool,
    /// A pager stood from here on and was answered; nothing has come since.
    answered_at: Option<usize>,
    was_answered: bool,
    erase: Option<Regex>,
    state: State,
    received: usize,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    /// Skips one byte, e.g. of a character set.
    Skip,
    Control(Vec<u8>),
    /// Up to BEL or ESC \.
    Text {
        length: usize,
        is_escaped: bool,
    },
}

impl Screen {
    pub(super) fn new(erase: Option<Regex>) -> Self {
        Self { erase, ..Self::default() }
    }

    /// Finished lines since [`Screen::clear`], each with its line feed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
    /// The line that has no end yet, without spaces at its end; nothing when it is too long to be of interest.
    pub(super) fn current(&self) -> String {
        if self.cells.len() > SHORT_BYTES_MAX {
            return String::new();
        }
        let mut text = decode(self.seen());
        text.truncate(text.trim_end().len());
        text
    }
    /// Bytes of text.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.cells.len()
    }
    /// Bytes received.
    pub(super) fn received(&self) -> usize {
        self.received
    }

    /// Forgets all lines; the next byte stands at the start of a line.
    pub(super) fn clear(&mut self) {
        self.text = String::new();
        self.start_line();
        self.received = 0;
    }

    /// The finished lines after the first `skipped` bytes; the screen forgets them.
    pub(super) fn take_text(&mut self, skipped: usize) -> String {
        let mut text = std::mem::take(&mut self.text);
        text.drain(..skipped.min(text.len()));
        text
    }

    /// Forgets what came after the first `length` bytes of text.
    pub(super) fn cut_text(&mut self, length: usize) {
        self.text.truncate(length);
    }

    /// Takes away what a pager has written from byte `at` of the current line on. The cursor stays, because the device thinks that it is there.
    pub(super) fn answer_pager(&mut self, at: usize) {
        let text = decode(self.seen());
        let at = place(self.seen(), &text, at.min(text.len())).min(self.cells.len());
        self.cells[at..].fill(b' ');
        self.fresh_end = self.fresh_end.min(at);
        self.answered_at = Some(at);
        self.was_answered = true;
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.received += bytes.len();
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if matches!(self.state, State::Ground) {
                let plain = rest.iter().position(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f).unwrap_or(rest.len());
                if plain > 0 {
                    self.write(&rest[..plain]);
                    rest = &rest[plain..];
                    continue;
                }
                self.control(first);
            } else if !self.sequence(first) {
                continue;
            }
            rest = &rest[1..];
        }
    }

    fn seen(&self) -> &[u8] {
        let fresh = self.fresh_end.min(self.cells.len());
        let stale = &self.cells[fresh..];
        let shown = stale.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        &self.cells[..fresh + shown]
    }

    fn write(&mut self, run: &[u8]) {
        if let Some(at) = self.answered_at.take()
            && !self.is_returning
        {
            // The device goes on without erasing its pager.
            self.cells.truncate(at);
            self.cursor = at;
        }
        self.carriage_return();
        if self.cursor > self.cells.len() {
            self.cells.resize(self.cursor, b' ');
        }
        let over = run.len().min(self.cells.len() - self.cursor);
        self.cells[self.cursor..self.cursor + over].copy_from_slice(&run[..over]);
        self.cells.extend_from_slice(&run[over..]);
        self.cursor += run.len();
        self.fresh_end = self.cursor;
    }

    fn control(&mut self, byte: u8) {
        match byte {
            b'\n' => self.line_feed(),
            b'\r' => self.is_returning = true,
            BACKSPACE => self.move_to(self.column().saturating_sub(1)),
            ESCAPE => self.state = State::Escape,
            _ => {}
        }
    }

    /// False when the byte is not part of the sequence and must be looked at again.
    fn sequence(&mut self, byte: u8) -> bool {
        match &mut self.state {
            State::Ground => return false,
            State::Skip => self.state = State::Ground,
            State::Escape => {
                self.state = match byte {
                    b'[' => State::Control(Vec::new()),
                    b']' | b'P' | b'X' | b'^' | b'_' => State::Text { length: 0, is_escaped: false },
                    b'(' | b')' | b'*' | b'+' | b'#' | b'%' | b' ' => State::Skip,
                    0x30..=0x7e => State::Ground,
                    _ => {
                        self.state = State::Ground;
                        return false;
                    }
                }
            }
            State::Control(parameters) => match byte {
                0x40..=0x7e => {
                    let parameters = std::mem::take(parameters);
                    self.state = State::Ground;
                    self.act(byte, &parameters);
                }
                0x20..=0x3f if parameters.len() < SEQUENCE_BYTES_MAX => parameters.push(byte),
                _ => {
                    self.state = State::Ground;
                    return false;
                }
            },
            State::Text { length, is_escaped } => {
                *length += 1;
                if byte == BELL || (*is_escaped && byte == b'\\') || *length > STRING_BYTES_MAX {
                    self.state = State::Ground;
                } else {
                    *is_escaped = byte == ESCAPE;
                }
            }
        }
        true
    }

    fn act(&mut self, kind: u8, parameters: &[u8]) {
        let first = parameters.split(|byte| *byte == b';').next().unwrap_or_default();
        let number = std::str::from_utf8(first).ok().and_then(|text| text.parse::<usize>().ok());
        let count = number.unwrap_or(1).clamp(1, COLUMNS_MAX);
        let column = self.column();
        match kind {
            b'D' => self.move_to(column.saturating_sub(count)),
            b'C' => self.move_to((column + count).min(column.max(COLUMNS_MAX))),
            b'G' => self.move_to(count - 1),
            b'K' | b'J' => self.erase_line(number.unwrap_or(0)),
            b'P' => {
                self.move_to(column);
                let end = (column + count).min(self.cells.len());
                // Moving the rest of a very long line again and again would cost a device nothing and us much.
                if column < end && self.cells.len() <= SHORT_BYTES_MAX {
                    self.cells.drain(column..end);
                }
            }
            _ => {}
        }
    }

    /// 0: to the end, 1: to the cursor, 2: all (ECMA-48, 8.3.41).
    fn erase_line(&mut self, part: usize) {
        self.move_to(self.column());
        match part {
            0 => self.cells.truncate(self.cursor),
            1 => {
                let end = self.cursor.min(self.cells.len());
                if end <= SHORT_BYTES_MAX {
                    self.cells[..end].fill(b' ');
                }
            }
            _ => self.cells.clear(),
        }
    }

    fn column(&self) -> usize {
        if self.is_returning { 0 } else { self.cursor }
    }

    fn move_to(&mut self, column: usize) {
        self.answered_at = None;
        self.carriage_return();
        self.cursor = column;
        self.fresh_end = self.fresh_end.min(column);
    }

    fn carriage_return(&mut self) {
        if std::mem::take(&mut self.is_returning) {
            self.answered_at = None;
            self.cursor = 0;
            self.fresh_end = 0;
        }
    }

    fn line_feed(&mut self) {
        // The device ended its pager's line instead of erasing it: that line is not part of the text.
        let is_pagers = self.answered_at == Some(0);
        if !is_pagers {
            let mut line = decode(self.seen());
            if self.was_answered && line.bytes().all(|byte| byte == b' ') {
                // Blanks written over a pager and followed by more carriage returns than one.
                line.clear();
            }
            match self.erase.as_ref().filter(|_| self.was_answered) {
                Some(erase) => self.text.push_str(&erase.replace(&line, "")),
                None => self.text.push_str(&line),
            }
            self.text.push('\n');
        }
        self.start_line();
    }

    fn start_line(&mut self) {
        self.cells.clear();
        self.cursor = 0;
        self.fresh_end = 0;
        self.is_returning = false;
        self.answered_at = None;
        self.was_answered = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The finished text and the current line. A `|` in the input is where a pager's text is answered.
    fn read(input: &[u8], pieces: &[usize]) -> (String, String) {
        let mut screen = Screen::new(None);
        for part in input.split_inclusive(|byte| *byte == b'|') {
            let mut rest = part.strip_suffix(b"|").unwrap_or(part);
            let mut turns = pieces.iter().cycle();
            while !rest.is_empty() {
                let size = turns.next().copied().unwrap_or(rest.len()).clamp(1, rest.len());
                screen.feed(&rest[..size]);
                rest = &rest[size..];
            }
            if let Some(at) = screen.current().find("More").filter(|_| part.ends_with(b"|")) {
                screen.answer_pager(at);
            }
        }
        (screen.text().to_owned(), screen.current())
    }

    fn check(input: &str, text: &str, current: &str) {
        assert_eq!(read(input.as_bytes(), &[]), (text.to_owned(), current.to_owned()), "{input:?}");
        assert_eq!(read(input.as_bytes(), &[1]), (text.to_owned(), current.to_owned()), "{input:?} byte by byte");
    }

    #[test]
    fn a_line_is_what_a_reader_sees() {
        check("one\r\ntwo\nthree\r\r\nR1#", "one\ntwo\nthree\n", "R1#");
        check("kept  \r\n\x08\x08x\n", "kept  \nx\n", "");
        check("abc\rAB\n", "ABc\n", "");
        check("abc\x08\x08XY\n", "aXY\n", "");
        check("10%\x08\x08\x08100%\n", "100%\n", "");
        check("\x1b[1;31mred\x1b[0m \x1b(Bx\n", "red x\n", "");
        check("\x1b]0;title\x07a\x1b]0;title\x1b\\b\n", "ab\n", "");
        check("abcdef\x1b[3D\x1b[Kx\x1b[2Cy\n", "abcx  y\n", "");
        check("abcdef\x1b[2G\x1b[2P\n", "adef\n", "");
        check("a\tb\x00\x07c\n", "a\tbc\n", "");
        check("\x1b[\x1b[2mx\n", "x\n", "");
    }

    #[test]
    fn a_pager_that_was_answered_is_no_text() {
        let blanks = "        ";
        check(&format!("a\n--More--|\r{blanks}\r b\n"), "a\n b\n", "");
        check("a\nMore|\x08\x08\x08\x08    \x08\x08\x08\x08!\n", "a\n!\n", "");
        check("a\nMore|\x1b[4D    \x1b[4D\r\nb\n", "a\n\nb\n", "");
        check("a\nMore|\r\nb\n", "a\nb\n", "");
        check("a\nMore| b\n", "a\n b\n", "");
        check("a\nMore|\r\x1b[K b\n", "a\n b\n", "");
        check("a\nkept More|\x08\x08\x08\x08b\n", "a\nkept b\n", "");
    }

    proptest! {
        #[test]
        fn pieces_never_change_the_result(input in words(), pieces in prop::collection::vec(1_usize..9, 1..8)) {
            prop_assert_eq!(read(&input, &pieces), read(&input, &[]));
        }
    }

    fn words() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            prop::sample::select(vec![
                "\r", "\n", "\r\n", "\x08", "\x1b[", "5D", "9999C", "K", "P", "1;2H", "\x1b]0;", "\x07", "More|", " ", "abc", "жё"
            ])
            .prop_map(|word| word.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..6),
        ];
        prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
    }
}
