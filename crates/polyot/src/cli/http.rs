//! Questions to the server: one request, one page after another, one stream.

use super::config::Target;
use super::failure::{Exit, Failure};
use super::speech::Speech;
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::Value;
use std::time::Duration;

/// Items asked for at once; the server gives no more.
const PAGE_ITEMS: usize = 500;
/// Bytes of one answer: a page of the largest objects is far below.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A stream that is silent for so long is lost: the server says something every five seconds.
pub const SILENCE_MAX: Duration = Duration::from_secs(20);

pub type Query = Vec<(String, String)>;

/// A way to one server, as one person.
pub struct Server {
    http: Client,
    base: Url,
    token: Option<String>,
    speech: Speech,
    timeout: Duration,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Server {
    pub fn new(target: &Target, timeout: Duration, speech: Speech) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::usage(speech.tell("error.server", &[("server", target.server.as_str().into())])).detail(why);
        let base = Url::parse(&target.server).map_err(|error| wrong(&error.to_string()))?;
        if !base.username().is_empty() || base.password().is_some() {
            // Not repeated: a password may stand in it.
            return Err(Failure::usage(speech.say("error.server_with_password")).next("polyot auth login"));
        }
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("http://, https://"));
        }
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("polyot/", env!("CARGO_PKG_VERSION")));
        if is_here(&base) {
            builder = builder.no_proxy();
        }
        if let Some(file) = &target.ca_file {
            let pem = std::fs::read(file).map_err(|error| wrong(&format!("{}: {error}", file.display())))?;
            let authorities =
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&format!("{}: {error}", file.display())))?;
            builder = builder.tls_certs_merge(authorities);
        }
        let http = builder.build().map_err(|error| Failure::error(cause(&error)))?;
        Ok(Self { http, base, token: target.token.clone(), speech, timeout })
    }

    /// Whether what is sent can be read on the way.
    pub fn is_open(&self) -> bool {
        self.base.scheme() == "http" && !is_here(&self.base)
    }

    pub async fn get(&self, path: &str, query: &Query) -> Result<Value, Failure> {
        self.ask(Method::GET, path, query, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, &Query::new(), Some(body)).await
    }

    /// Deletes what has not changed since `version`.
    pub async fn delete(&self, path: &str, version: Option<i64>) -> Result<(), Failure> {
        let mut request = self.request(Method::DELETE, path, &Query::new())?;
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        self.read(self.send(request).await?).await.map(drop)
    }

    /// One request; the answer is JSON, or `null` where there is none.
    pub async fn ask(&self, method: Method, path: &str, query: &Query, body: Option<&Value>) -> Result<Value, Failure> {
        let mut request = self.request(method, path, query)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.read(self.send(request).await?).await?;
        if answer.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.text).map_err(|_| self.no_polyot())
    }

    /// One request, and what came back as it is, refused or not.
    pub async fn raw(&self, method: Method, path: &str, query: &Query, body: Option<String>) -> Result<Answer, Failure> {
        let mut request = self.request(method, path, query)?;
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = self.send(request).await?;
        let status = response.status().as_u16();
        Ok(Answer { status, text: self.text(response).await? })
    }

    /// A text as it is (CSV).
    pub async fn text_of(&self, path: &str, query: &Query) -> Result<String, Failure> {
        Ok(self.read(self.send(self.request(Method::GET, path, query)?).await?).await?.text)
    }

    /// At most `limit` items of a list, page after page.
    pub async fn items(&self, path: &str, query: &Query, limit: Option<usize>) -> Result<Vec<Value>, Failure> {
        let mut items: Vec<Value> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let left = limit.map_or(PAGE_ITEMS, |limit| (limit - items.len()).min(PAGE_ITEMS));
            if left == 0 {
                return Ok(items);
            }
            let mut asked = query.clone();
            // Lists that are never long have no pages and know no `limit`.
            if is_paged(path) {
                asked.push(("limit".into(), left.to_string()));
            }
            asked.extend(cursor.take().map(|cursor| ("cursor".into(), cursor)));
            let mut page = self.get(path, &asked).await?;
            let Some(found) = page["items"].as_array_mut() else { return Err(self.no_polyot()) };
            items.append(found);
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                items.truncate(limit.unwrap_or(usize::MAX));
                return Ok(items);
            }
        }
    }

    /// Opens the stream of events after a number, or from now on.
    pub async fn events(&self, after: Option<&str>) -> Result<Response, Failure> {
        let mut request = self.request(Method::GET, "events", &Query::new())?.timeout(Duration::from_secs(u64::from(u32::MAX)));
        if let Some(after) = after {
            request = request.header("Last-Event-ID", after);
        }
        let response = tokio::time::timeout(SILENCE_MAX, request.send())
            .await
            .map_err(|_| self.unreachable("timeout"))?
            .map_err(|error| self.unreachable(&cause(&error)))?;
        if response.status() == StatusCode::OK { Ok(response) } else { Err(self.refusal(response).await) }
    }

    fn request(&self, method: Method, path: &str, query: &Query) -> Result<reqwest::RequestBuilder, Failure> {
        let mut url = self.base.clone();
        // Segments come from people: a name with a slash or a question mark must not become another address.
        url.path_segments_mut().map_err(|()| self.no_polyot())?.pop_if_empty().extend(["api", "v1"]).extend(path.split('/'));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.http.request(method, url).timeout(self.timeout).header("Accept", "application/json");
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Failure> {
        request.send().await.map_err(|error| self.unreachable(&cause(&error)))
    }

    async fn read(&self, response: Response) -> Result<Answer, Failure> {
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let status = response.status().as_u16();
        Ok(Answer { status, text: self.text(response).await? })
    }

    async fn refusal(&self, response: Response) -> Failure {
        let status = response.status().as_u16();
        match self.text(response).await {
            Ok(body) => Failure::refused(self.speech, status, &body),
            Err(failure) => failure,
        }
    }

    async fn text(&self, mut response: Response) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&cause(&error)))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(Failure::error(self.speech.say("error.too_long")).next(self.speech.say("next.limit")));
            }
        }
        String::from_utf8(bytes).map_err(|_| self.no_polyot())
    }

    fn unreachable(&self, why: &str) -> Failure {
        let server = self.base.as_str();
        Failure::new(Exit::Error, self.speech.tell("error.unreachable", &[("server", server.into())]))
            .detail(why)
            .next(self.speech.say("next.server"))
    }

    fn no_polyot(&self) -> Failure {
        Failure::error(self.speech.tell("error.no_polyot", &[("server", self.base.as_str().into())])).next(self.speech.say("next.server"))
    }
}

fn is_paged(path: &str) -> bool {
    !matches!(path, "collectors" | "tokens" | "sources")
}

/// On this machine: no proxy, and nobody in between.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The innermost cause says it ("Connection refused"); what lies around it are the layers of our client.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}
