//! The public API as any client sees it. HTTP/1.0, so that an answer is simply all that comes until the server closes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::shell::Failure;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_SIZE_BYTES_MAX: u64 = 16 << 20;

pub struct Api {
    server: SocketAddr,
    token: Option<String>,
}

impl Api {
    pub const fn new(server: SocketAddr) -> Self {
        Self { server, token: None }
    }

    pub fn log_in(&mut self, email: &str, password: &str) -> Result<(), Failure> {
        let session = self.post("/sessions", &serde_json::json!({"email": email, "password": password}))?;
        self.token = session["token"].as_str().map(str::to_owned);
        if self.token.is_some() { Ok(()) } else { Err(Failure::new("POST /sessions answered without a token")) }
    }

    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json("GET", path, None, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json("POST", path, Some(body), None)
    }

    /// A merge patch of the version that was read.
    pub fn patch(&self, path: &str, version: i64, body: &Value) -> Result<Value, Failure> {
        self.json("PATCH", path, Some(body), Some(version))
    }

    /// All items of a list, page after page.
    pub fn list(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let mark = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&if next.is_empty() { path.to_owned() } else { format!("{path}{mark}cursor={next}") })?;
            let found = page["items"].as_array().ok_or_else(|| Failure::new(format!("GET {path}: no `items` in {page}")))?;
            items.extend(found.iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = cursor.into(),
                None => return Ok(items),
            }
        }
    }

    /// Status of a page outside the API, such as /readyz.
    pub fn status(&self, path: &str) -> Result<u16, Failure> {
        self.exchange("GET", path, None, None).map(|(status, _)| status)
    }

    fn json(&self, method: &str, path: &str, body: Option<&Value>, version: Option<i64>) -> Result<Value, Failure> {
        let (status, text) = self.exchange(method, &format!("/api/v1{path}"), body, version)?;
        if !(200..300).contains(&status) {
            return Err(Failure::new(format!("{method} {path}: {status} {text}")));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|e| Failure::new(format!("{method} {path}: not JSON: {e}: {text}")))
    }

    fn exchange(&self, method: &str, path: &str, body: Option<&Value>, version: Option<i64>) -> Result<(u16, String), Failure> {
        let failed = |e: std::io::Error| Failure::new(format!("{method} {path}: {e}"));
        let mut stream = TcpStream::connect_timeout(&self.server, ANSWER_TIMEOUT).map_err(failed)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT)).map_err(failed)?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {}\r\nAccept: application/json\r\n", self.server);
        if let Some(token) = &self.token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(version) = version {
            head.push_str(&format!("If-Match: \"{version}\"\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).map_err(failed)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_SIZE_BYTES_MAX).read_to_end(&mut answer).map_err(failed)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, text) = answer.split_once("\r\n\r\n").ok_or_else(|| Failure::new(format!("{method} {path}: half an answer")))?;
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        status.map(|status| (status, text.to_owned())).ok_or_else(|| Failure::new(format!("{method} {path}: no status in {head:?}")))
    }
}
