//! Secrets that no profile knows: by the words before a value, and by the shapes of hashes and keys. It would rather hide too much.

use crate::normalize::MASK;
use regex::Regex;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// A place that seems to show a secret. Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub line: usize,
    pub kind: FindingKind,
    /// The words that led to it, such as `pre-shared-key`.
    pub sign: String,
    /// Bytes of the line that look like the secret.
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// A value behind a word such as `password`.
    Keyword,
    /// The shape of a password's hash.
    Hash,
    PrivateKey,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: a value behind `{}` looks like a secret", self.line, self.sign)
    }
}

/// crypt(3) and its kin: `$id$salt$hash`.
static HASH: LazyLock<Regex> =
    LazyLock::new(|| fixed(r#"\$(?:1|2[abxy]?|3|4|5|6|7|8|9|14|y|gy|sha1|sha512|pbkdf2[a-z0-9-]*)\$[^\s"';,<>]{6,}"#));

/// A word that announces a secret, perhaps the way it is written down, and the value.
static KEYWORD: LazyLock<Regex> = LazyLock::new(|| {
    fixed(concat!(
        r#"(?i)(?:^|[\s"'{<(/,;._-])((?:[a-z0-9]+[-_])*(?:password|passwd|passphrase|passwort|secret|psk|key-string|keystring|community|"#,
        r#"pre-?shared-?key|private-?key|shared-?key|auth-?key|secret-?key|api-?key|server-key|encrypted-password|auth-?password|priv-?password))"#,
        r#"["']?(?:\s*[=:]\s*|\s+)"#,
        r#"(?:(?:\d{1,2}|encrypted|cipher|simple|plain|plaintext|plaintext-password|hashed|ascii|hex|hash|sha\d*|md5|clear|cleartext|"#,
        r#"clear-text|irreversible-cipher|enc|unencrypted|ciphertext|0x)\s+)*"#,
        r#"("[^"]+"|'[^']+'|["']*[^\s"';,]+)"#
    ))
});

static PRIVATE: LazyLock<Regex> = LazyLock::new(|| fixed(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"));

/// What follows the first line of a private key that has no end: base64, or headers of the key.
static KEY_LINE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s*(?:[A-Za-z0-9+/=]{8,}|[A-Za-z-]+: .*)\s*$"));

/// Words that stand behind a keyword and are no value: settings about passwords, references, other keywords.
const NOT_VALUES: &str = " encryption encrypted min-length max-length minimum-length maximum-length length policy policies prompt history expiration expire \
    expires aging age lifetime complexity strength strength-check checks check recovery reset change hash hashing algorithm format type mode level \
    rollover required requires require optional enable enabled disable disabled none null no yes true false default map list view group groups ro rw \
    read-only read-write read write readonly readwrite read-create notify access acl ipv4 ipv6 version to is are and or the for of in on with from \
    additive replace delete add set authentication auth authorization attempts retries retry timeout lockout security storage management manager \
    service server servers client database file files key keys name string sha md5 sha1 sha256 sha512 local radius tacacs tacacs+ cli vty console \
    string: set-key { } [ ] ( ) = : | / - * { index standard extended permit deny 'no 'yes ";

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("it is fixed")
}

/// Every place in a masked text that still seems to show a secret.
#[must_use]
pub fn unmasked_secrets(masked: &str) -> Vec<Finding> {
    let lines: Vec<&str> = masked.split('\n').collect();
    let mut findings = Vec::new();
    let mut is_key = false;
    for (i, line) in lines.iter().enumerate() {
        let number = i + 1;
        if line.contains("PRIVATE KEY-----") && PRIVATE.is_match(line) {
            is_key = lines.get(i + 1).is_none_or(|next| next.trim() != MASK);
            if line.trim_end().len() > PRIVATE.find(line).map_or(0, |found| found.end()) {
                findings.push(Finding { line: number, kind: FindingKind::PrivateKey, sign: "PRIVATE KEY".to_owned(), span: 0..line.len() });
            }
            continue;
        }
        is_key &= KEY_LINE.is_match(line);
        if is_key {
            findings.push(Finding { line: number, kind: FindingKind::PrivateKey, sign: "PRIVATE KEY".to_owned(), span: 0..line.len() });
            continue;
        }
        let mut spans: Vec<Finding> = Vec::new();
        if line.contains('$') {
            let found = HASH.find_iter(line);
            spans.extend(found.map(|hash| Finding { line: number, kind: FindingKind::Hash, sign: "$".to_owned(), span: hash.range() }));
        }
        if may_announce(line) {
            keywords(line, number, &mut spans);
        }
        spans.sort_by_key(|found| (found.span.start, found.span.end));
        spans.dedup_by(|later, first| later.span.start < first.span.end);
        findings.append(&mut spans);
    }
    findings
}

/// Cheap test before the pattern: most lines hold none of the words.
fn may_announce(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["pass", "secret", "psk", "key", "community"].iter().any(|word| lower.contains(word))
}

fn keywords(line: &str, number: usize, spans: &mut Vec<Finding>) {
    let mut from = 0;
    let is_snmp = line.to_ascii_lowercase().contains("snmp");
    while let Some(captures) = KEYWORD.captures_at(line, from) {
        let (Some(word), Some(value)) = (captures.get(1), captures.get(2)) else { break };
        // The value may itself be the next keyword.
        from = value.start().max(word.end());
        let bare = value.as_str().trim_matches(['"', '\'']);
        // The word in the mask itself announces nothing.
        let is_mask = line[..word.start()].ends_with('<') && line[word.start() - 1..].starts_with(MASK);
        // Routes carry communities that are no secret; those of SNMP are.
        let is_route = word.as_str().to_ascii_lowercase().ends_with("community") && !is_snmp;
        if !is_route && !is_mask && is_value(line, value.start(), bare) {
            // A quote may stand on one side only.
            let opening = value.as_str().len() - value.as_str().trim_start_matches(['"', '\'']).len();
            let start = value.start() + opening;
            spans.push(Finding {
                line: number,
                kind: FindingKind::Keyword,
                sign: word.as_str().to_lowercase(),
                span: start..start + bare.len(),
            });
            from = value.end();
        }
        if from >= line.len() {
            break;
        }
    }
}

fn is_value(line: &str, start: usize, bare: &str) -> bool {
    let lower = bare.to_lowercase();
    let lower = lower.trim_end_matches([';', ',', '.', ')']);
    !lower.is_empty()
        && !line[start..].trim_start_matches(['"', '\'']).starts_with(MASK)
        && !bare.contains("<secret")
        && !MASK.contains(lower)
        && !lower.starts_with('<')
        && !NOT_VALUES.split_whitespace().any(|word| word == lower)
        && !lower.bytes().all(|byte| byte.is_ascii_punctuation())
        && !(lower.len() <= 2 && lower.bytes().all(|byte| byte.is_ascii_digit()))
}
