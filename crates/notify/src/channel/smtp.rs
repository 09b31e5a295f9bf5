//! One SMTP session, step by step, so that a failure can name the step: connect, STARTTLS, login, sender, recipient, text.

use super::email::Timeouts;
use super::smtp_url::{Protection, SmtpUrl};
use super::{Remedy, SendError, one_line};
use base64::Engine;
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use std::future::Future;
use std::time::{Duration, Instant};

/// Replies of RFC 5321 (4.2.3) and RFC 4954 (4) that mean yes to their question.
const LOGGED_IN: u16 = 235;
const SEND_TEXT: u16 = 354;
const DONE: u16 = 250;

/// What a session needs to know of its server.
#[derive(Clone)]
pub(super) struct Server {
    pub url: SmtpUrl,
    /// `None` only for [`Protection::Plain`].
    pub tls: Option<TlsParameters>,
    pub timeouts: Timeouts,
}

/// An open session that has been greeted, protected and logged in.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    pub idle_since: Instant,
}

/// Why a message did not go, and whether the session can be used for the next one.
pub(super) struct Refused {
    pub error: SendError,
    pub session: Option<Session>,
    /// The connection broke before the server had taken anything: a new one may be tried at once.
    pub is_stale: bool,
}

impl Server {
    pub fn name(&self) -> String {
        let host = &self.url.host;
        if host.contains(':') { format!("[{host}]:{}", self.url.port) } else { format!("{host}:{}", self.url.port) }
    }

    pub async fn open(&self) -> Result<Session, SendError> {
        let hello = ClientId::default();
        let implicit = self.tls.clone().filter(|_| self.url.protection == Protection::Implicit);
        let address = (self.url.host.as_str(), self.url.port);
        let connect = AsyncSmtpConnection::connect_tokio1(address, Some(self.timeouts.connect), &hello, implicit, None);
        let mut connection = self.step("connect", self.timeouts.connect + self.timeouts.answer, connect).await?;
        if self.url.protection == Protection::StartTls {
            self.start_tls(&mut connection, &hello).await?;
        }
        self.log_in(&mut connection).await?;
        Ok(Session { connection, idle_since: Instant::now() })
    }

    async fn start_tls(&self, connection: &mut AsyncSmtpConnection, hello: &ClientId) -> Result<(), SendError> {
        if !connection.can_starttls() {
            let answer = "the server does not offer STARTTLS; a login or a mail is not sent unprotected";
            return Err(SendError::new("STARTTLS", &self.name(), answer, Remedy::Operator));
        }
        let Some(tls) = self.tls.clone() else {
            return Err(SendError::new("STARTTLS", &self.name(), "no certificates to trust were loaded", Remedy::Operator));
        };
        self.step("STARTTLS", self.timeouts.answer, connection.starttls(tls, hello)).await
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(login) = &self.url.login else { return Ok(()) };
        if connection.server_info().get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login]).is_none() {
            return Err(SendError::new("login", &self.name(), "the server offers neither AUTH PLAIN nor AUTH LOGIN", Remedy::Operator));
        }
        let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
        let auth = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        let answer = self.step("login", self.timeouts.answer, auth).await?;
        self.in_step("login", &answer, LOGGED_IN)
    }

    /// One message in an open session. Gives the final answer and the session for the next message.
    pub async fn deliver(&self, mut session: Session, envelope: &Envelope, text: &[u8]) -> Result<(String, Session), Refused> {
        match self.converse(&mut session.connection, envelope, text).await {
            Ok(response) => {
                session.idle_since = Instant::now();
                Ok((proof(&response), session))
            }
            Err((error, is_stale)) => {
                // An answer leaves the session in order; anything else leaves us not knowing what the next answer belongs to.
                let is_in_order = error.code.is_some_and(|code| code != 421);
                let session = if is_in_order { self.reset(session).await } else { None };
                Err(Refused { error, session, is_stale })
            }
        }
    }

    async fn reset(&self, mut session: Session) -> Option<Session> {
        self.step("reset", self.timeouts.answer, session.connection.command(Rset)).await.ok()?;
        session.idle_since = Instant::now();
        Some(session)
    }

    /// The error's flag says that the session was dead from the start.
    async fn converse(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        text: &[u8],
    ) -> Result<Response, (SendError, bool)> {
        let mut options = Vec::new();
        let is_beyond_ascii = |address: &Address| !address.to_string().is_ascii();
        if envelope.from().into_iter().chain(envelope.to()).any(is_beyond_ascii) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let answer = "the server takes no addresses with letters beyond ASCII (SMTPUTF8)";
                return Err((SendError::new("recipient", &self.name(), answer, Remedy::None), false));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let sender: Option<Address> = envelope.from().cloned();
        let started = self.step("sender", self.timeouts.answer, connection.command(Mail::new(sender, options))).await;
        started.map_err(|error| {
            let is_stale = error.code.is_none_or(|code| code == 421);
            (error, is_stale)
        })?;
        for recipient in envelope.to() {
            let rcpt = connection.command(Rcpt::new(recipient.clone(), Vec::new()));
            self.step("recipient", self.timeouts.answer, rcpt).await.map_err(|e| (e, false))?;
        }
        let go_on = self.step("data", self.timeouts.answer, connection.command(Data)).await.map_err(|e| (e, false))?;
        self.in_step("data", &go_on, SEND_TEXT).map_err(|e| (e, false))?;
        let taken = self.step("text", self.timeouts.take, connection.message(text)).await.map_err(|e| (e, false))?;
        self.in_step("text", &taken, DONE).map_err(|e| (e, false))?;
        Ok(taken)
    }

    /// Any other kind of yes means that questions and answers have come apart (a server that counts wrongly, or somebody who slipped an
    /// answer in before STARTTLS took hold): what we would take for a proof is then the answer to something else.
    fn in_step(&self, step: &'static str, answer: &Response, expected: u16) -> Result<(), SendError> {
        if answer.has_code(expected) {
            return Ok(());
        }
        let words = format!("answered `{}` instead of {expected}; questions and answers do not match", proof(answer));
        Err(SendError::new(step, &self.name(), words, Remedy::Wait))
    }

    pub async fn quit(&self, mut session: Session) {
        // The mail is delivered already: how the session ends changes nothing.
        let _ = tokio::time::timeout(self.timeouts.answer, session.connection.quit()).await;
    }

    /// Runs one step within its time and turns what went wrong into words and a remedy.
    async fn step<T>(
        &self,
        step: &'static str,
        limit: Duration,
        doing: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, SendError> {
        match tokio::time::timeout(limit, doing).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.failed(step, error)),
            Err(_) => {
                let answer = format!("no answer within {} ms", limit.as_millis());
                Err(SendError::new(step, &self.name(), answer, Remedy::Wait))
            }
        }
    }

    fn failed(&self, step: &'static str, error: lettre::transport::smtp::Error) -> SendError {
        let code = error.status().map(u16::from);
        let remedy = remedy(step, code, is_about_trust(&error));
        // The deepest layer says what happened; those above only repeat it.
        let deepest = std::iter::successors(Some(&error as &dyn std::error::Error), |layer| layer.source()).last();
        let mut answer = deepest.map(ToString::to_string).unwrap_or_default();
        if answer.contains("UnknownIssuer") {
            answer.push_str("; if the certificate is of your own authority, name it in smtp.ca_file");
        }
        let mut failed = SendError::new(step, &self.name(), self.without_password(&answer), remedy);
        failed.code = code;
        failed
    }

    /// A server may repeat what it was told.
    fn without_password(&self, answer: &str) -> String {
        let Some(login) = &self.url.login else { return one_line(answer) };
        let (user, password) = (login.user.as_str(), login.password.reveal());
        let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let mut safe = answer.to_owned();
        for secret in [encoded(&format!("\0{user}\0{password}")), encoded(password), password.to_owned()] {
            if !secret.is_empty() {
                safe = safe.replace(&secret, "‹secret›");
            }
        }
        one_line(&safe)
    }
}

/// RFC 5321, 4.2.1: 4yz may work later, 5yz will not — for this recipient or this text. What concerns every mail alike (login,
/// certificate, our sender, the server's willingness) is for an operator, and the mail waits for him.
fn remedy(step: &str, code: Option<u16>, is_trust: bool) -> Remedy {
    match (step, code) {
        _ if is_trust => Remedy::Operator,
        (_, None) => Remedy::Wait,
        // Also a 4yz at login: servers answer 454 when their own list of users is away, but 435 and 432 want a person.
        ("login", Some(_)) => Remedy::Operator,
        (_, Some(code)) if code < 500 => Remedy::Wait,
        // 530 Authentication required (RFC 4954), wherever it comes.
        (_, Some(530)) | ("connect" | "STARTTLS" | "sender", Some(_)) => Remedy::Operator,
        (_, Some(_)) => Remedy::None,
    }
}

/// TLS itself refused (certificate, version, not TLS at all), not merely the wire below it.
fn is_about_trust(error: &lettre::transport::smtp::Error) -> bool {
    let layers = std::iter::successors(std::error::Error::source(error), |layer| layer.source());
    let mut inner = layers.filter_map(|layer| layer.downcast_ref::<std::io::Error>()?.get_ref());
    error.is_tls() || inner.any(|cause| cause.is::<rustls::Error>())
}

/// The server's final line as it was said.
fn proof(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    one_line(&format!("{} {}", response.code(), words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_repeats_the_password_does_not_bring_it_into_an_error() {
        let url = "smtp://post:open%20sesame@localhost".parse().expect("a good address");
        let server = Server { url, tls: None, timeouts: Timeouts::default() };
        for said in ["bad login open sesame", "AUTH PLAIN AHBvc3QAb3BlbiBzZXNhbWU= refused", "no b3BlbiBzZXNhbWU= here"] {
            let safe = server.without_password(said);
            assert!(safe.contains("‹secret›") && !safe.contains("sesame") && !safe.contains("zZXNhbWU"), "{safe}");
        }
    }
}
