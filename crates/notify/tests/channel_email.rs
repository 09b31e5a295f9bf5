//! Mail through a real SMTP server (exim4), and through small listeners where a server must misbehave.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::Timestamp;
use notify::channel::email::{Mail, Mailer, SmtpUrl, Timeouts, message_id};
use notify::channel::{Delivered, Remedy, SendError};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;
use testkit::exim::{self, Exim, PASSWORD, USER, free_port};

/// For servers on this machine that answer: generous.
const PATIENT: Timeouts = every(Duration::from_secs(20));
/// For servers that never answer: the test waits this long.
const HASTY: Timeouts = every(Duration::from_millis(200));

const fn every(step: Duration) -> Timeouts {
    Timeouts { connect: step, answer: step, take: step, total: Duration::from_secs(60) }
}

fn mail() -> Mail<'static> {
    Mail {
        from_name: "Северная Связь, поддержка",
        from_address: "noc@example.org",
        to_name: Some("Ирина \"Ира\" Павловна"),
        to: "irina@example.org",
        subject: "Неполадки: Интернет, офис 1 [INC-7K3M9QXA]",
        text: "Здравствуйте!\n\n.точка в начале строки\n",
        html: Some("<p>Здравствуйте!</p>"),
        date: "2026-11-22T14:05:41Z".parse().unwrap(),
        message_id: "ntc_01@example.org",
        thread: None,
    }
}

fn mailer(url: &str, ca_pem: Option<&[u8]>, timeouts: Timeouts) -> Mailer {
    Mailer::new(url.parse::<SmtpUrl>().unwrap(), ca_pem, timeouts).unwrap()
}

fn trusting(exim: &Exim) -> Mailer {
    mailer(&exim.url(), Some(&exim.ca_pem()), PATIENT)
}

/// The failure as a picture; the port differs from run to run.
fn check(outcome: Result<Delivered, SendError>, remedy: Remedy, picture: Expect) {
    let error = outcome.expect_err("must not be delivered");
    let port = error.server.rsplit(':').next().unwrap().to_owned();
    picture.assert_eq(&error.to_string().replace(&port, "PORT"));
    assert_eq!(error.remedy, remedy);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains("b3BlbiBzZXNhbWU"), "{shown}");
}

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let head = mail.split("\n\n").next().unwrap();
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_else(|| panic!("no {name} in\n{head}"))
}

#[tokio::test]
async fn a_mail_goes_by_starttls_and_login_and_the_servers_answer_is_the_proof() {
    let Some(exim) = exim::start() else { return };
    let Delivered { proof } = trusting(&exim).send(&mail()).await.unwrap();
    assert!(proof.starts_with("250 OK id="), "{proof}");
    let got = exim.mails(1).remove(0);
    assert_eq!(header(&got, "Message-ID"), "<ntc_01@example.org>");
    assert_eq!(header(&got, "Date"), "Sun, 22 Nov 2026 14:05:41 +0000");
    assert_eq!(header(&got, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&got, "Return-path"), "<noc@example.org>");
    assert!(header(&got, "From").starts_with("=?utf-8?b?") && got.contains("<noc@example.org>"), "{got}");
    assert!(header(&got, "Content-Type").starts_with("multipart/alternative"), "{got}");
    assert!(!got.contains("In-Reply-To") && !got.contains("References"), "{got}");
    let log = exim.log();
    let taken = log.lines().find(|line| line.contains("<= noc@example.org")).unwrap();
    assert!(taken.contains("P=esmtpsa") && taken.contains("X=TLS1.3") && taken.contains(&format!("A=plain:{USER}")), "{taken}");
    let id = proof.rsplit('=').next().unwrap();
    assert!(taken.contains(id), "the proof names the message in the server's own log: {proof} / {taken}");
}

#[tokio::test]
async fn a_mail_goes_inside_tls_and_a_relay_without_login_may_do_without() {
    let Some(exim) = exim::start() else { return };
    let inside = format!("smtps://{USER}:{}@localhost:{}", PASSWORD.replace(' ', "%20"), exim.tls_port);
    mailer(&inside, Some(&exim.ca_pem()), PATIENT).send(&mail()).await.unwrap();
    mailer(&format!("smtp://127.0.0.1:{}", exim.port), None, PATIENT).send(&mail()).await.unwrap();
    mailer(&format!("smtp://127.0.0.1:{}?tls=required", exim.port), Some(&exim.ca_pem()), PATIENT).send(&mail()).await.unwrap();
    exim.mails(3);
    let log = exim.log();
    let how: Vec<&str> =
        log.lines().filter(|line| line.contains("<= ")).map(|line| line.split_once("P=").unwrap().1.split(' ').next().unwrap()).collect();
    assert_eq!(how, ["esmtpsa", "esmtp", "esmtps"]);
}

#[tokio::test]
async fn later_mails_of_a_thread_answer_the_first_and_a_repetition_keeps_its_message_id() {
    let Some(exim) = exim::start() else { return };
    let mailer = trusting(&exim);
    let notice = model::NoticeId::from_bytes([7; 16]);
    let second = message_id(notice, "noc@example.org");
    assert_eq!(message_id(notice, "noc@пример.рф"), format!("{notice}@localhost"), "a Message-ID is plain");
    for _ in 0..2 {
        mailer.send(&Mail { message_id: &second, thread: Some("ntc_01@example.org"), html: None, ..mail() }).await.unwrap();
    }
    for got in exim.mails(2) {
        assert_eq!(header(&got, "Message-ID"), format!("<{notice}@example.org>"));
        assert_eq!((header(&got, "In-Reply-To"), header(&got, "References")), ("<ntc_01@example.org>", "<ntc_01@example.org>"));
        assert!(header(&got, "Content-Type").starts_with("text/plain; charset=utf-8"), "{got}");
    }
}

#[tokio::test]
async fn a_batch_shares_a_session_and_a_dead_session_is_replaced() {
    let Some(mut exim) = exim::start() else { return };
    let mailer = trusting(&exim);
    for _ in 0..5 {
        mailer.send(&mail()).await.unwrap();
    }
    let refused = mailer.send(&Mail { to: "nobody@example.org", ..mail() }).await;
    assert!(refused.is_err());
    mailer.send(&mail()).await.expect("a refusal does not spoil the session");
    exim.mails(6);
    let log = exim.log();
    let mut ports: Vec<&str> = log.lines().filter_map(|line| line.split_once("<= ")?.1.split_once("]:")?.1.split(' ').next()).collect();
    assert_eq!(ports.len(), 6, "{log}");
    ports.dedup();
    assert_eq!(ports.len(), 1, "one session for all:\n{log}");
    exim.restart();
    mailer.send(&mail()).await.expect("the dead session is replaced by a new one");
    exim.mails(7);
    mailer.close().await;
}

#[tokio::test]
async fn many_senders_at_once_all_get_through() {
    let Some(exim) = exim::start() else { return };
    let mailer = std::sync::Arc::new(trusting(&exim));
    let sending: Vec<_> = (0..20)
        .map(|number| {
            let mailer = std::sync::Arc::clone(&mailer);
            tokio::spawn(async move {
                let id = format!("ntc_{number}@example.org");
                mailer.send(&Mail { message_id: &id, ..mail() }).await.map(drop)
            })
        })
        .collect();
    for sent in sending {
        sent.await.unwrap().unwrap();
    }
    let mut ids: Vec<String> = exim.mails(20).iter().map(|got| header(got, "Message-ID").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn a_refusal_names_step_server_and_answer_and_whether_to_try_again() {
    let Some(exim) = exim::start() else { return };
    let mailer = trusting(&exim);
    check(
        mailer.send(&Mail { to: "nobody@example.org", ..mail() }).await,
        Remedy::None,
        expect!["recipient at localhost:PORT: 550 no such person here"],
    );
    check(
        mailer.send(&Mail { to: "someone@elsewhere.example", ..mail() }).await,
        Remedy::None,
        expect!["recipient at localhost:PORT: 550 relaying refused"],
    );
    check(
        mailer.send(&Mail { to: "later@example.org", ..mail() }).await,
        Remedy::Wait,
        expect!["recipient at localhost:PORT: 451 greylisted, come back later"],
    );
    check(
        mailer.send(&Mail { from_address: "forged@example.org", ..mail() }).await,
        Remedy::Operator,
        expect!["sender at localhost:PORT: 550 you may not send as this address"],
    );
    check(
        mailer.send(&Mail { subject: "UNWANTED", ..mail() }).await,
        Remedy::None,
        expect!["text at localhost:PORT: 550 this text is not wanted"],
    );
    mailer.send(&mail()).await.expect("and after all that a good one goes");
}

#[tokio::test]
async fn a_wrong_password_or_an_untrusted_certificate_waits_for_an_operator() {
    let Some(exim) = exim::start() else { return };
    let wrong = mailer(&format!("smtp://{USER}:wrong@localhost:{}", exim.port), Some(&exim.ca_pem()), PATIENT);
    check(wrong.send(&mail()).await, Remedy::Operator, expect!["login at localhost:PORT: 535 Incorrect authentication data"]);
    let untrusted = mailer(&exim.url(), None, PATIENT);
    check(
        untrusted.send(&mail()).await,
        Remedy::Operator,
        expect![
            "STARTTLS at localhost:PORT: invalid peer certificate: UnknownIssuer; if the certificate is of your own authority, name it in smtp.ca_file"
        ],
    );
    let other_name = mailer(&exim.url().replace("localhost", "127.0.0.2"), Some(&exim.ca_pem()), PATIENT);
    assert!(other_name.send(&mail()).await.unwrap_err().worth_retrying(), "nobody listens there");
    let inside = mailer(&format!("smtps://localhost:{}", exim.tls_port), None, PATIENT);
    check(
        inside.send(&mail()).await,
        Remedy::Operator,
        expect![
            "connect at localhost:PORT: invalid peer certificate: UnknownIssuer; if the certificate is of your own authority, name it in smtp.ca_file"
        ],
    );
    assert!(!exim.log().contains("<= "), "nothing was taken");
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again() {
    let down = mailer(&format!("smtp://127.0.0.1:{}", free_port()), None, PATIENT);
    check(down.send(&mail()).await, Remedy::Wait, expect!["connect at 127.0.0.1:PORT: Connection refused (os error 111)"]);
}

#[tokio::test]
async fn one_message_ends_in_its_time_however_many_wait_before_it() {
    let (port, _heard) = listener(&[]);
    let timeouts = Timeouts { total: Duration::from_millis(300), ..PATIENT };
    let mailer = std::sync::Arc::new(mailer(&format!("smtp://127.0.0.1:{port}"), None, timeouts));
    let sending: Vec<_> = (0..2 * notify::channel::email::SESSIONS_MAX)
        .map(|_| {
            let mailer = std::sync::Arc::clone(&mailer);
            tokio::spawn(async move { mailer.send(&mail()).await })
        })
        .collect();
    for sent in sending {
        check(sent.await.unwrap(), Remedy::Wait, expect!["send at 127.0.0.1:PORT: not finished within 300 ms"]);
    }
}

/// A listener that says `lines` one after another, the first unasked, the others each after a command, then hangs.
/// Gives its port and what it was told.
fn listener(lines: &'static [&'static str]) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut commands = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            for line in lines {
                if stream.write_all(line.as_bytes()).is_err() {
                    break;
                }
                // In the middle of a text the listener waits for its end.
                let is_text = line.starts_with("354");
                for command in commands.by_ref() {
                    let is_end = command == ".";
                    if told.send(command).is_err() || !is_text || is_end {
                        break;
                    }
                }
            }
            // Hangs: the stream stays open until the other side gives up.
            for command in commands {
                if told.send(command).is_err() {
                    break;
                }
            }
        }
    });
    (port, heard)
}

async fn against(lines: &'static [&'static str], login: &str, timeouts: Timeouts) -> (Result<Delivered, SendError>, Vec<String>) {
    let (port, heard) = listener(lines);
    let outcome = mailer(&format!("smtp://{login}127.0.0.1:{port}"), None, timeouts).send(&mail()).await;
    (outcome, heard.try_iter().collect())
}

#[tokio::test]
async fn a_server_that_hangs_is_left_in_time_wherever_it_hangs() {
    let (outcome, _) = against(&[], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["connect at 127.0.0.1:PORT: no answer within 400 ms"]);
    let (outcome, _) = against(&["220 hi\r\n"], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["connect at 127.0.0.1:PORT: no answer within 400 ms"]);
    let (outcome, _) = against(&["220 hi\r\n", "250 hi\r\n"], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["sender at 127.0.0.1:PORT: no answer within 200 ms"]);
    let (outcome, heard) = against(&["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["text at 127.0.0.1:PORT: no answer within 200 ms"]);
    assert_eq!(heard.last().map(String::as_str), Some("."), "the text was complete, so it may have been taken: not ours to repeat at once");
    assert_eq!(heard.iter().filter(|command| command.starts_with("EHLO")).count(), 1, "{heard:?}");
}

#[tokio::test]
async fn a_login_never_travels_unprotected() {
    let greeting = &["220 hi\r\n", "250-hi\r\n250 AUTH PLAIN LOGIN\r\n", "250 ok\r\n", "250 ok\r\n"];
    let (outcome, heard) = against(greeting, "post:open%20sesame@", HASTY).await;
    check(
        outcome,
        Remedy::Operator,
        expect!["STARTTLS at 127.0.0.1:PORT: the server does not offer STARTTLS; a login or a mail is not sent unprotected"],
    );
    assert!(!heard.iter().any(|command| command.contains("AUTH") || command.contains("MAIL")), "{heard:?}");
    let (outcome, _) =
        against(&["220 hi\r\n", "250-hi\r\n250 STARTTLS\r\n", "454 no TLS today\r\n", "221 bye\r\n"], "post:open%20sesame@", HASTY).await;
    check(outcome, Remedy::Wait, expect!["STARTTLS at 127.0.0.1:PORT: 454 no TLS today"]);
}

#[tokio::test]
async fn answers_out_of_the_ordinary_are_judged_by_their_code() {
    let (outcome, _) = against(&["554 no service here\r\n"], "", HASTY).await;
    check(outcome, Remedy::Operator, expect!["connect at 127.0.0.1:PORT: 554 no service here"]);
    let (outcome, _) = against(&["421-we are\r\n421 closing\r\n"], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["connect at 127.0.0.1:PORT: 421 we are closing"]);
    let (outcome, _) = against(&["220 hi\r\n", "250 hi\r\n", "530 5.7.0 log in first\r\n"], "", HASTY).await;
    check(outcome, Remedy::Operator, expect!["sender at 127.0.0.1:PORT: 530 5.7.0 log in first"]);
    let (outcome, _) = against(&["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "550 \u{1b}[31mred\u{7}\r\n"], "", HASTY).await;
    check(outcome, Remedy::None, expect!["recipient at 127.0.0.1:PORT: 550 [31mred"]);
    let (outcome, _) = against(&["SSH-2.0-garbage\r\n"], "", HASTY).await;
    assert_eq!(outcome.unwrap_err().remedy, Remedy::Wait);
}

#[tokio::test]
async fn an_answer_to_another_question_is_no_proof() {
    let (outcome, heard) = against(&["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "250 ok\r\n"], "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["data at 127.0.0.1:PORT: answered `250 ok` instead of 354; questions and answers do not match"]);
    assert_eq!(heard.last().map(String::as_str), Some("DATA"), "the text was kept back");
    let out_of_step = &["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "354 go\r\n"];
    let (outcome, _) = against(out_of_step, "", HASTY).await;
    check(outcome, Remedy::Wait, expect!["text at 127.0.0.1:PORT: answered `354 go` instead of 250; questions and answers do not match"]);
}

#[tokio::test]
async fn long_lines_and_addresses_beyond_ascii_arrive_whole() {
    let Some(exim) = exim::start() else { return };
    let long = "a".repeat(5_000);
    trusting(&exim).send(&Mail { text: &long, html: Some(&long), to: "ирина@example.org", ..mail() }).await.unwrap();
    let got = exim.mails(1).remove(0);
    assert_eq!(header(&got, "Envelope-to"), "ирина@example.org");
    assert!(got.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    let joined = got.replace("=\n", "");
    assert_eq!(joined.matches(&long).count(), 2, "nothing is cut");
}

#[tokio::test]
async fn what_cannot_be_a_mail_is_refused_before_a_server_is_asked() {
    let nowhere = mailer("smtp://127.0.0.1:9", None, HASTY);
    check(
        nowhere.send(&Mail { to: "not an address", ..mail() }).await,
        Remedy::None,
        expect!["recipient at 127.0.0.1:PORT: `not an address` is not a mail address"],
    );
    check(
        nowhere.send(&Mail { to: "a@b\r\nRCPT TO:<x@y>", ..mail() }).await,
        Remedy::None,
        expect!["recipient at 127.0.0.1:PORT: `a@b RCPT TO:<x@y>` is not a mail address"],
    );
    check(
        nowhere.send(&Mail { from_address: "", ..mail() }).await,
        Remedy::Operator,
        expect!["sender at 127.0.0.1:PORT: `` is not a mail address"],
    );
    check(
        nowhere.send(&Mail { message_id: "a@b>\r\nX: y", ..mail() }).await,
        Remedy::None,
        expect!["text at 127.0.0.1:PORT: `a@b> X: y` is not a Message-ID of the form local@domain"],
    );
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let url: SmtpUrl = "smtps://localhost".parse().unwrap();
        let problem = Mailer::new(url, Some(pem.as_bytes()), HASTY).expect_err(pem);
        assert_eq!(problem.code, "bad_ca_file");
    }
}

#[tokio::test]
async fn no_name_becomes_a_header_and_no_date_breaks_the_mail() {
    let Some(exim) = exim::start() else { return };
    let evil = "x\r\nBcc: all@example.org\r\n\r\nbody";
    let attacked = Mail { from_name: evil, to_name: Some(evil), subject: evil, date: Timestamp::from_micros(i64::MAX), ..mail() };
    let mailer = trusting(&exim);
    mailer.send(&attacked).await.unwrap();
    mailer.send(&Mail { from_name: "", subject: "", date: Timestamp::from_micros(i64::MIN), ..mail() }).await.unwrap();
    for got in exim.mails(2) {
        let head = got.split("\n\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{got}");
        assert_eq!(header(&got, "Envelope-to"), "irina@example.org");
    }
}
