//! Texts as they lie in rows: deflated (RFC 1951), and never unpacked beyond the largest configuration.

use crate::ManageError;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use model::config::CONFIG_SIZE_BYTES_MAX;
use std::io::{Read as _, Write as _};

pub(crate) fn pack(text: &str) -> Result<Vec<u8>, ManageError> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    encoder.write_all(text.as_bytes()).map_err(ManageError::Packed)?;
    encoder.finish().map_err(ManageError::Packed)
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<String, ManageError> {
    // Masking may lengthen a text that was as large as allowed.
    let most = CONFIG_SIZE_BYTES_MAX * 2;
    let mut text = String::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let read = DeflateDecoder::new(bytes).take(limit.saturating_add(1)).read_to_string(&mut text).map_err(ManageError::Packed)?;
    if read > most { Err(ManageError::TooLarge) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was_and_damage_is_an_error() {
        let text = "hostname r1\n! Кириллица\n".repeat(10_000);
        let packed = pack(&text).unwrap();
        assert!(packed.len() < text.len() / 20, "{}", packed.len());
        assert_eq!(unpack(&packed).unwrap(), text);
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(&pack(&"x".repeat(CONFIG_SIZE_BYTES_MAX * 2 + 1)).unwrap()).is_err(), "a bomb");
    }
}
