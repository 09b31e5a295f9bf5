//! Recorded SNMP agents: one `OID|TAG|VALUE` a line; TAG is the BER type, with `x` the value is hexadecimal, with `e` escaped.
//! (Format of the snmpsim simulator, "Managing simulation data".)

use crate::evidence::arcs;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The answers of one agent, in the order of the tree. Lines that are none are counted, not refused: recordings are made by people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    values: BTreeMap<Vec<u32>, Value>,
    pub bad_lines: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// BER type: 2 INTEGER, 4 OCTET STRING, 6 OID, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 70 Counter64.
    pub tag: u8,
    pub bytes: Vec<u8>,
}

impl Value {
    /// UTF-8, or Latin-1 where it is not; without noughts at the end.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let bytes = match self.bytes.iter().rposition(|byte| *byte != 0) {
            Some(last) => &self.bytes[..=last],
            None => &[],
        };
        if self.tag == 64 && self.bytes.len() == 4 && !self.bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
            let parts: Vec<String> = self.bytes.iter().map(ToString::to_string).collect();
            return Cow::Owned(parts.join("."));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        }
    }

    #[must_use]
    pub fn number(&self) -> Option<i64> {
        self.text().trim().parse().ok()
    }
}

impl Walk {
    #[must_use]
    pub fn parse(recording: &[u8]) -> Self {
        let mut walk = Self::default();
        for line in recording.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            match entry(line) {
                Some((oid, value)) => {
                    walk.values.insert(oid, value);
                }
                None => walk.bad_lines += 1,
            }
        }
        walk
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u32], &Value)> {
        self.values.iter().map(|(oid, value)| (oid.as_slice(), value))
    }

    #[must_use]
    pub fn get(&self, oid: &[u32]) -> Option<&Value> {
        self.values.get(oid)
    }

    /// All below this prefix: (the rest of the identifier, value).
    pub fn below<'w>(&'w self, prefix: &[u32]) -> impl Iterator<Item = (&'w [u32], &'w Value)> + use<'w> {
        let (start, prefix) = (prefix.to_vec(), prefix.to_vec());
        let length = prefix.len();
        let range = self.values.range(start..).take_while(move |(oid, _)| oid.starts_with(&prefix));
        range.filter(move |(oid, _)| oid.len() > length).map(move |(oid, value)| (&oid[length..], value))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

fn entry(line: &[u8]) -> Option<(Vec<u32>, Value)> {
    let mut parts = line.splitn(3, |byte| *byte == b'|');
    let oid = arcs(std::str::from_utf8(parts.next()?).ok()?)?;
    let tag = std::str::from_utf8(parts.next()?).ok()?.trim();
    let raw = parts.next()?;
    let digits = tag.trim_end_matches(|c: char| !c.is_ascii_digit());
    let bytes = match &tag[digits.len()..] {
        "x" => hex(raw)?,
        "e" => unescaped(raw),
        "" => raw.to_vec(),
        _ => return None,
    };
    Some((oid, Value { tag: digits.parse().ok()?, bytes }))
}

fn hex(raw: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = raw
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    digits.chunks(2).map(|pair| (pair.len() == 2).then(|| pair[0] << 4 | pair[1])).collect()
}

/// `\n`, `\r`, `\t`, `\\`, `\xNN`; anything else stands for itself.
fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        match rest {
            [b'n', tail @ ..] => (bytes.push(b'\n'), rest = tail),
            [b'r', tail @ ..] => (bytes.push(b'\r'), rest = tail),
            [b't', tail @ ..] => (bytes.push(b'\t'), rest = tail),
            [b'\\', tail @ ..] => (bytes.push(b'\\'), rest = tail),
            [b'x', a, b, tail @ ..] if hex(&[*a, *b]).is_some() => (bytes.extend(hex(&[*a, *b]).unwrap_or_default()), rest = tail),
            _ => (bytes.push(b'\\'), ()),
        };
    }
    bytes
}
