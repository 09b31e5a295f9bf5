//! The recovery sheet: the master key as groups of letters that a person can print, lock away and type in again. Every group carries a
//! check letter, so a mistake is found in the group where it was made.

use crate::error::VaultError;
use crate::vault::{KEY_BYTES, key_id, read_key, shown, write_key};
use std::path::Path;
use zeroize::Zeroizing;

/// Without I, L, O, U, which people misread.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of the key in one group; the fifth checks them.
const LETTERS: usize = 4;
/// 256 bits in letters of five, in groups of four letters.
pub const GROUPS: usize = 13;
/// x^5 + x^2 + 1: makes the 32 letters a field.
const FIELD: u8 = 0b10_0101;

#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("the sheet has {GROUPS} groups; {found} were typed")]
    Count { found: usize },
    #[error("group {place} (`{typed}`) is mistyped: compare it with the sheet")]
    Group { place: usize, typed: String },
    #[error("the groups are right, but they are not of the key {expected}: this sheet belongs to key {found}")]
    OtherKey { found: String, expected: String },
    #[error(transparent)]
    File(#[from] VaultError),
}

/// A master key on its way to or from paper.
pub struct Sheet {
    key: Zeroizing<[u8; KEY_BYTES]>,
}

impl Sheet {
    pub fn of(path: &Path) -> Result<Self, VaultError> {
        Ok(Self { key: read_key(path)? })
    }

    /// Names the key without telling it.
    pub fn key_id(&self) -> String {
        shown(&key_id(&self.key))
    }

    pub fn groups(&self) -> Vec<Zeroizing<String>> {
        let letters = letters(&self.key);
        let group = |(place, letters): (usize, &[u8])| {
            let all = letters.iter().chain([&check(place, letters)]).map(|letter| char::from(CROCKFORD[usize::from(*letter)])).collect();
            Zeroizing::new(all)
        };
        letters.chunks(LETTERS).enumerate().map(group).collect()
    }

    /// From what a person typed; groups may be divided by anything that is no letter or digit.
    pub fn typed(text: &str) -> Result<Self, SheetError> {
        let typed: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|group| !group.is_empty()).collect();
        let mut all = Zeroizing::new(Vec::with_capacity(GROUPS * LETTERS));
        for (place, group) in typed.iter().enumerate().take(GROUPS) {
            let wrong = || SheetError::Group { place: place + 1, typed: (*group).to_owned() };
            let values = Zeroizing::new(group.bytes().map(value).collect::<Option<Vec<u8>>>().ok_or_else(wrong)?);
            match values.split_last() {
                Some((last, letters)) if letters.len() == LETTERS && check(place, letters) == *last => all.extend_from_slice(letters),
                _ => return Err(wrong()),
            }
        }
        if typed.len() != GROUPS {
            return Err(SheetError::Count { found: typed.len() });
        }
        let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
        for (place, byte) in key.iter_mut().enumerate() {
            *byte = (0..8).fold(0, |byte, bit| {
                let at = place * 8 + bit;
                (byte << 1) | ((all[at / 5] >> (4 - at % 5)) & 1)
            });
        }
        Ok(Self { key })
    }

    /// Makes the key file; never over an existing one.
    pub fn write(&self, path: &Path, expected: Option<&str>) -> Result<(), SheetError> {
        if let Some(expected) = expected.filter(|expected| *expected != self.key_id()) {
            return Err(SheetError::OtherKey { found: self.key_id(), expected: expected.to_owned() });
        }
        Ok(write_key(path, &self.key)?)
    }
}

fn letters(key: &[u8; KEY_BYTES]) -> Zeroizing<Vec<u8>> {
    let bit = |at: usize| key.get(at / 8).map_or(0, |byte| (byte >> (7 - at % 8)) & 1);
    Zeroizing::new((0..GROUPS * LETTERS).map(|letter| (0..5).fold(0, |value, n| (value << 1) | bit(letter * 5 + n))).collect())
}

fn value(letter: u8) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    CROCKFORD.iter().position(|known| *known == letter).and_then(|place| u8::try_from(place).ok())
}

/// A sum over the field with weights 2, 4, 8 … and the group's place: one wrong letter, two letters or two groups changed round all show.
fn check(place: usize, letters: &[u8]) -> u8 {
    let place = u8::try_from(place + 1).unwrap_or(u8::MAX) & 31;
    letters.iter().chain([&place]).fold((0, 2), |(sum, weight), letter| (sum ^ times(*letter, weight), times(weight, 2))).0
}

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= FIELD;
        }
        b >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(seed: u8) -> Sheet {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.iter_mut().enumerate().for_each(|(place, byte)| *byte = (place as u8).wrapping_mul(37).wrapping_add(seed));
        Sheet { key }
    }

    fn text(sheet: &Sheet) -> Vec<String> {
        sheet.groups().iter().map(|group| group.to_string()).collect()
    }

    #[test]
    fn a_printed_sheet_reads_back_however_it_is_typed() {
        for seed in [0, 1, 99, 255] {
            let sheet = sheet(seed);
            let groups = text(&sheet);
            assert_eq!((groups.len(), groups[0].len()), (GROUPS, LETTERS + 1));
            for typed in [groups.join(" "), groups.join("\n").to_lowercase(), groups.join(" - ").replace('0', "o").replace('1', "l")] {
                assert_eq!(Sheet::typed(&typed).unwrap_or_else(|error| panic!("{typed}: {error}")).key, sheet.key);
            }
        }
    }

    #[test]
    fn one_wrong_letter_or_two_changed_round_are_found_in_their_group() {
        let groups = text(&sheet(7));
        for place in 0..GROUPS {
            for letter in 0..=LETTERS {
                for other in CROCKFORD {
                    let mut wrong = groups.clone();
                    wrong[place].replace_range(letter..=letter, &char::from(*other).to_string());
                    let verdict = Sheet::typed(&wrong.join(" "));
                    match verdict {
                        Ok(_) => assert_eq!(wrong, groups),
                        Err(SheetError::Group { place: found, .. }) => assert_eq!(found, place + 1),
                        Err(other) => panic!("{other}"),
                    }
                }
            }
            for letter in 0..LETTERS {
                let mut letters: Vec<char> = groups[place].chars().collect();
                letters.swap(letter, letter + 1);
                let mut wrong = groups.clone();
                wrong[place] = letters.into_iter().collect();
                assert!(wrong == groups || matches!(Sheet::typed(&wrong.join(" ")), Err(SheetError::Group { .. })), "{wrong:?}");
            }
        }
        let mut wrong = groups.clone();
        wrong.swap(2, 5);
        assert!(matches!(Sheet::typed(&wrong.join(" ")), Err(SheetError::Group { place: 3, .. })));
        assert!(matches!(Sheet::typed(&groups[..12].join(" ")), Err(SheetError::Count { found: 12 })));
        assert!(matches!(Sheet::typed(""), Err(SheetError::Count { found: 0 })));
    }
}
