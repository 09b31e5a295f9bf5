//! A small HTTP client without waiting of its own: one question, one answer.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Method};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use tokio::runtime::Runtime;

const TIMEOUT: Duration = Duration::from_secs(60);

pub struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    base: String,
    pub token: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self::make(base, None, None)
    }

    /// Trusts this certificate and no other.
    pub fn trusting(base: &str, ca_pem: &[u8]) -> Self {
        Self::make(base, Some(Certificate::from_pem(ca_pem).unwrap()), None)
    }

    /// The same, coming from an address of ours.
    pub fn trusting_from(base: &str, ca_pem: &[u8], from: IpAddr) -> Self {
        Self::make(base, Some(Certificate::from_pem(ca_pem).unwrap()), Some(from))
    }

    fn make(base: &str, ca: Option<Certificate>, from: Option<IpAddr>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(TIMEOUT)
            .local_address(from)
            .tls_certs_only(ca)
            .build()
            .unwrap();
        Self { runtime, http, base: base.to_owned(), token: None }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], Some(body.to_string()))
    }

    /// Creates and returns what was created.
    pub fn create(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 201, "POST {path} {body}: {}", answer.text);
        answer.json()
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    pub fn try_send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Ok(Answer { status, headers, text: answer.text().await? })
        })
    }

    pub fn log_in(&mut self, email: &str, password: &str) {
        let session = self.create("/api/v1/sessions", &json!({"email": email, "password": password}));
        self.token = Some(session["token"].as_str().unwrap().to_owned());
    }

    /// Rows of a list.
    pub fn items(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
        answer.json()["items"].as_array().unwrap().clone()
    }

    pub fn device(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/devices/{id}")).json()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A refusal as RFC 9457 wants it, with the id under which the log has it.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(!self.header("x-request-id").is_empty(), "a request id in the header: {:?}", self.headers);
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with(['.', '!', '?'])), "a sentence for people: {problem}");
        problem
    }
}
