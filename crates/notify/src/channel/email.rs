//! Mail by SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314) and login (RFC 4954).
//!
//! Sessions are kept open while a batch is sent and shared by all senders, at most [`SESSIONS_MAX`] at a time. Unprotected only towards
//! a relay without a login; a login never travels without TLS.

use super::smtp::{Refused, Server, Session};
use super::smtp_url::Protection;
pub use super::smtp_url::{Login, SmtpUrl};
use super::{Delivered, Remedy, SendError, one_line};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use model::{Problem, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;

/// Sessions to the server at the same time; a sender beyond waits for one to become free.
pub const SESSIONS_MAX: usize = 4;
/// A session that has been idle for longer is closed rather than used: servers hang up after 30 s to 5 minutes.
pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(20);
/// Length of a Message-ID without its brackets, so that its header stays one line (RFC 5322, 2.1.1).
pub const MESSAGE_ID_LEN_MAX: usize = 200;
/// 9999-12-31: the last date that fits into a Date header.
const DATE_SECS_MAX: u64 = 253_402_300_799;

/// How long each kind of step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// One TCP connection to one address of the server.
    pub connect: Duration,
    /// One answer: greeting, STARTTLS, login, sender, recipient.
    pub answer: Duration,
    /// From the last byte of the text to the answer that the server has taken it. RFC 5321 (4.5.3.2.6) asks for 10 minutes; we wait
    /// less, because notices queue behind, and a repetition carries the same Message-ID.
    pub take: Duration,
    /// One message from call to verdict, waiting for a session included. Whoever leases a message must lease it for longer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            take: Duration::from_secs(120),
            total: Duration::from_secs(240),
        }
    }
}

/// One message to one person.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// The brand's name as shown to the reader.
    pub from_name: &'a str,
    pub from_address: &'a str,
    pub to_name: Option<&'a str>,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: Option<&'a str>,
    pub date: Timestamp,
    /// `local@domain` without brackets, the same at every repetition of this mail. See [`message_id`].
    pub message_id: &'a str,
    /// Message-ID of the first mail of the thread (incident × client); `None` for that first one.
    pub thread: Option<&'a str>,
}

/// The Message-ID of a notice: its own id at the domain it is sent from (a domain that is not plain ASCII is left out).
pub fn message_id(notice: model::NoticeId, sender: &str) -> String {
    let domain = sender.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| is_plain(domain)).unwrap_or("localhost");
    format!("{notice}@{domain}")
}

/// Letters that every mail program takes in either half of a Message-ID.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+=".contains(&b))
}

/// Sends mail through one server.
pub struct Mailer {
    server: Server,
    slots: Semaphore,
    idle: Mutex<Vec<Session>>,
}

impl Mailer {
    /// `ca_pem`: certificates to trust besides the public authorities', as in `smtp.ca_file`.
    pub fn new(url: SmtpUrl, ca_pem: Option<&[u8]>, timeouts: Timeouts) -> Result<Self, Problem> {
        let tls = match url.protection {
            Protection::Plain => None,
            Protection::StartTls | Protection::Implicit => Some(trust(&url.host, ca_pem)?),
        };
        let server = Server { url, tls, timeouts };
        Ok(Self { server, slots: Semaphore::new(SESSIONS_MAX), idle: Mutex::new(Vec::new()) })
    }

    /// `host:port`, for logs.
    pub fn server(&self) -> String {
        self.server.name()
    }

    /// Sends once. A session that turns out to be dead before the server took anything is replaced by a new one, that is all.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<Delivered, SendError> {
        let message = self.compose(mail)?;
        let limit = self.server.timeouts.total;
        match tokio::time::timeout(limit, self.send_message(&message)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.error("send", &format!("not finished within {} ms", limit.as_millis()), Remedy::Wait)),
        }
    }

    async fn send_message(&self, message: &Message) -> Result<Delivered, SendError> {
        let (envelope, text) = (message.envelope(), message.formatted());
        let _slot = self.slots.acquire().await.map_err(|_| self.error("connect", "the mailer is closed", Remedy::Wait))?;
        if let Some(session) = self.idle_session() {
            match self.server.deliver(session, envelope, &text).await {
                Err(refused) if refused.is_stale => {}
                outcome => return self.settle(outcome),
            }
        }
        let session = self.server.open().await?;
        self.settle(self.server.deliver(session, envelope, &text).await)
    }

    /// Connects, protects and logs in as for a mail, and sends none: whether mails would go.
    pub async fn greet(&self) -> Result<(), SendError> {
        let session = self.server.open().await?;
        self.server.quit(session).await;
        Ok(())
    }

    /// Says goodbye on every open session; the next mail opens a new one.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for session in idle {
            self.server.quit(session).await;
        }
    }

    fn settle(&self, outcome: Result<(String, Session), Refused>) -> Result<Delivered, SendError> {
        let (result, session) = match outcome {
            Ok((proof, session)) => (Ok(Delivered { proof }), Some(session)),
            Err(Refused { error, session, .. }) => (Err(error), session),
        };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(session);
        result
    }

    fn idle_session(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| session.idle_since.elapsed() < SESSION_IDLE_MAX);
        idle.pop()
    }

    fn error(&self, step: &'static str, answer: &str, remedy: Remedy) -> SendError {
        SendError::new(step, &self.server(), answer, remedy)
    }

    /// The message as it travels. Whatever a name holds stays inside its own header.
    fn compose(&self, mail: &Mail<'_>) -> Result<Message, SendError> {
        let mailbox = |step: &'static str, name: Option<&str>, address: &str, remedy: Remedy| {
            let parsed =
                address.parse().map_err(|_| self.error(step, &format!("`{}` is not a mail address", one_line(address)), remedy))?;
            Ok::<_, SendError>(Mailbox::new(name.map(one_line).filter(|name| !name.is_empty()), parsed))
        };
        let from = mailbox("sender", Some(mail.from_name), mail.from_address, Remedy::Operator)?;
        let to = mailbox("recipient", mail.to_name, mail.to, Remedy::None)?;
        let mut builder = Message::builder()
            .from(from)
            .to(to)
            .subject(one_line(mail.subject))
            .date(date(mail.date))
            .message_id(Some(self.bracketed(mail.message_id)?))
            // RFC 3834: so that holiday replies and robots leave it alone.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        if let Some(first) = mail.thread.filter(|first| *first != mail.message_id) {
            let first = self.bracketed(first)?;
            builder = builder.in_reply_to(first.clone()).references(first);
        }
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text.to_owned());
        let whole = match mail.html {
            None => builder.singlepart(text),
            Some(html) => {
                let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html.to_owned());
                builder.multipart(MultiPart::alternative().singlepart(text).singlepart(html))
            }
        };
        whole.map_err(|error| self.error("text", "the mail cannot be put together", Remedy::None).source(error))
    }

    /// RFC 5322, 3.6.4, narrowed to what every mail program threads by.
    fn bracketed(&self, id: &str) -> Result<String, SendError> {
        match id.split_once('@') {
            Some((local, domain)) if is_plain(local) && is_plain(domain) && id.len() <= MESSAGE_ID_LEN_MAX => Ok(format!("<{id}>")),
            _ => Err(self.error("text", &format!("`{}` is not a Message-ID of the form local@domain", one_line(id)), Remedy::None)),
        }
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("server", &self.server()).finish_non_exhaustive()
    }
}

fn date(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.secs()).unwrap_or(0).min(DATE_SECS_MAX))
}

fn trust(host: &str, ca_pem: Option<&[u8]>) -> Result<TlsParameters, Problem> {
    let bad = |detail: &str| Problem::new("bad_ca_file", detail);
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca_pem {
        let certificate = Certificate::from_pem(pem).map_err(|_| bad("is not a PEM file of certificates"))?;
        if !pem.windows(BEGIN_CERTIFICATE.len()).any(|window| window == BEGIN_CERTIFICATE) {
            return Err(bad("holds no certificate (-----BEGIN CERTIFICATE-----)"));
        }
        tls = tls.add_root_certificate(certificate);
    }
    tls.build_rustls().map_err(|_| bad("holds a certificate that cannot be used as an authority"))
}

const BEGIN_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";
