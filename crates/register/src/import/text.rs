//! From the bytes of a file to text: UTF-8 with or without a mark, else windows-1251, which spreadsheets on Russian desktops still write.

use model::{FieldProblem, Problem};

/// 0x80 to 0xBF of windows-1251 (Unicode's mapping table CP1251); from 0xC0 on the alphabet stands in order. 0x98 is not assigned.
const UPPER: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ', 'ђ', '‘', '’', '“', '”', '•', '–', '—', '\u{fffd}',
    '™', 'љ', '›', 'њ', 'ќ', 'ћ', 'џ', '\u{a0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«', '¬', '\u{ad}', '®', 'Ї', '°', '±',
    'І', 'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];
const MARK: &str = "\u{feff}";
const ALPHABET_FROM: u32 = 'А' as u32;

/// The text of a file. Bytes that are neither UTF-8 nor text in windows-1251 are refused.
pub fn decode(bytes: &[u8]) -> Result<String, FieldProblem> {
    let binary = || Problem::new("bad_encoding", "is no text; save it as CSV, YAML or JSON in UTF-8").at("base64");
    if bytes.contains(&0) {
        return Err(binary());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(text).to_owned()),
        Err(_) => {
            let text: String = bytes.iter().map(|byte| letter(*byte)).collect();
            if text.contains('\u{fffd}') { Err(binary()) } else { Ok(text) }
        }
    }
}

/// A text that lost letters on its way here is refused: half a name is worse than none.
pub(super) fn checked(text: &str) -> Result<&str, FieldProblem> {
    if text.contains('\u{fffd}') {
        let detail = "was read in another encoding than it was written in; send it as UTF-8, or its bytes in `base64`";
        return Err(Problem::new("bad_encoding", detail).at("text"));
    }
    Ok(without_mark(text))
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

fn letter(byte: u8) -> char {
    match byte {
        0..=0x7f => char::from(byte),
        0x80..=0xbf => UPPER[usize::from(byte - 0x80)],
        _ => char::from_u32(ALPHABET_FROM + u32::from(byte - 0xc0)).unwrap_or('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_the_encoding_that_it_has() {
        assert_eq!(decode("\u{feff}имя;адрес".as_bytes()).unwrap(), "имя;адрес");
        let cp1251 = [0xc0, 0xff, 0xa8, 0xb8, 0xb9, b';', 0xef, 0xf0, 0xe8];
        assert_eq!(decode(&cp1251).unwrap(), "АяЁё№;при");
        assert!(decode(&[0x80, 0x98]).is_err() && decode(&[b'a', 0, b'b']).is_err());
        assert!(checked("a\u{fffd}b").is_err());
    }
}
