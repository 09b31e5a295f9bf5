//! A mail as its reader sees it: decoded subject, sender, recipient and text (RFC 2045, 2047, 5322).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[derive(Debug)]
pub struct Mail {
    headers: Vec<(String, String)>,
    /// All parts of plain text, one after another.
    pub text: String,
    /// The same for those who read it as a page.
    pub html: String,
}

impl Mail {
    pub fn parse(source: &[u8]) -> Self {
        let source = String::from_utf8_lossy(source).replace("\r\n", "\n");
        let (headers, body) = split(&source);
        let mut mail = Self { headers: Vec::new(), text: String::new(), html: String::new() };
        mail.read_part(&headers, body);
        mail.headers = headers;
        mail
    }

    /// A header, unfolded and decoded; empty when there is none.
    pub fn header(&self, name: &str) -> String {
        decode_words(find(&self.headers, name))
    }

    fn read_part(&mut self, headers: &[(String, String)], body: &str) {
        let kind = find(headers, "content-type");
        if kind.to_lowercase().starts_with("multipart/") {
            let Some(boundary) = parameter(kind, "boundary") else { return };
            for part in body.split(&format!("--{boundary}")).skip(1).filter(|part| !part.starts_with("--")) {
                let (headers, body) = split(part.trim_start_matches('\n'));
                self.read_part(&headers, body);
            }
            return;
        }
        let bytes = match find(headers, "content-transfer-encoding").to_lowercase().as_str() {
            "base64" => from_base64(body),
            "quoted-printable" => from_quoted(body, false),
            _ => body.as_bytes().to_vec(),
        };
        let into = if kind.to_lowercase().starts_with("text/html") { &mut self.html } else { &mut self.text };
        into.push_str(&String::from_utf8_lossy(&bytes));
        into.push('\n');
    }
}

fn split(source: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = source.split_once("\n\n").unwrap_or((source, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    (headers, body)
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(key, _)| key == &name.to_lowercase()).map_or("", |(_, value)| value.as_str())
}

fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// `=?utf-8?b?…?=` anywhere in a header; the space between two such words is not part of the text.
fn decode_words(header: &str) -> String {
    let mut text = String::new();
    let mut bytes = Vec::new();
    let mut rest = header;
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let mut parts = word[2..].splitn(4, '?');
        let (Some(_), Some(kind), Some(data), Some(after)) = (parts.next(), parts.next(), parts.next(), parts.next()) else { break };
        let between_words = !bytes.is_empty() && before.trim().is_empty();
        if !between_words {
            text.push_str(&String::from_utf8_lossy(&bytes));
            bytes.clear();
            text.push_str(before);
        }
        bytes.extend(if kind.eq_ignore_ascii_case("b") { from_base64(data) } else { from_quoted(data, true) });
        rest = after.strip_prefix('=').unwrap_or(after);
    }
    text.push_str(&String::from_utf8_lossy(&bytes));
    text.push_str(rest);
    text
}

fn from_base64(text: &str) -> Vec<u8> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(compact).unwrap_or_default()
}

/// Quoted-printable; in headers `_` is a space.
fn from_quoted(text: &str, in_header: bool) -> Vec<u8> {
    let text = text.replace("=\n", "");
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'=', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'_', _) if in_header => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Mail;

    #[test]
    fn a_russian_mail_is_read_as_a_person_reads_it() {
        let source = "From: =?utf-8?b?0KHQstGP0LfRjA==?= <noc@lab.example>\r\nSubject: =?utf-8?b?0J3QtdGC?=\r\n =?utf-8?q?_=D1=81=D0=B2=D1=8F=D0=B7=D0=B8?= r1\r\n\
            Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            0J/RgNC40LLQ\r\ntdGC\r\n--b1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>=D0=9F=\r\n=D1=80</b>\r\n--b1--\r\n";
        let mail = Mail::parse(source.as_bytes());
        assert_eq!(mail.header("from"), "Связь <noc@lab.example>");
        assert_eq!(mail.header("Subject"), "Нет связи r1");
        assert_eq!(mail.text.trim(), "Привет");
        assert_eq!(mail.html.trim(), "<b>Пр</b>");
        assert_eq!(mail.header("message-id"), "");
    }

    #[test]
    fn a_plain_mail_is_left_as_it_is() {
        let mail = Mail::parse(b"Subject: x = y_z\n\nSnow = white_ish\n");
        assert_eq!(mail.header("subject"), "x = y_z");
        assert_eq!(mail.text.trim(), "Snow = white_ish");
    }
}
