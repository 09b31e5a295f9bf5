//! Bytes of a line to text. A line that is UTF-8 is taken as such; any other as windows-1251, because descriptions typed in Russian on old terminals
//! are the usual reason. Every byte has a character of its own there, so nothing is lost and a line always gives the same text.

/// 0x80 to 0xBF; from 0xC0 on the letters А to я follow in order. 0x98 has no character and stays the control it is.
const UPPER: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ', 'ђ', '‘', '’', '“', '”', '•', '–', '—', '\u{98}', '™',
    'љ', '›', 'њ', 'ќ', 'ћ', 'џ', '\u{a0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«', '¬', '\u{ad}', '®', 'Ї', '°', '±', 'І',
    'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];

pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(letter).collect(),
    }
}

/// Where in the bytes the text's byte `at` comes from.
pub(super) fn place(bytes: &[u8], text: &str, at: usize) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => at,
        Err(_) => text.get(..at).map_or(0, |before| before.chars().count()),
    }
}

fn letter(byte: u8) -> char {
    match byte {
        0..=0x7f => char::from(byte),
        0x80..=0xbf => UPPER[usize::from(byte - 0x80)],
        0xc0..=0xff => char::from_u32(u32::from('А') + u32::from(byte - 0xc0)).unwrap_or('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_of_both_encodings_is_read() {
        assert_eq!(decode("description Офис №5".as_bytes()), "description Офис №5");
        assert_eq!(decode(b"description \xce\xf4\xe8\xf1 \xb95"), "description Офис №5");
    }

    #[test]
    fn no_two_bytes_give_the_same_character() {
        let all: std::collections::HashSet<char> = (0..=255).map(letter).collect();
        assert_eq!(all.len(), 256);
    }
}
