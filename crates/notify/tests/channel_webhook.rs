//! Signed webhooks against a small HTTP server of the test.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::{Secret, Timestamp};
use notify::channel::webhook::{ANSWER_SIZE_BYTES_MAX, Post, Reach, SigningKey, Webhook};
use notify::channel::{Delivered, Remedy, SendError};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

const BODY: &[u8] = r#"{"kind":"opened","services":["Интернет"]}"#.as_bytes();
const PATIENT: Duration = Duration::from_secs(20);
const HASTY: Duration = Duration::from_millis(300);

fn key() -> SigningKey {
    SigningKey::from_secret(&SigningKey::secret_of(&[7; 32])).unwrap()
}

fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut got = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let split = got.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(split) = split {
            let head = String::from_utf8(got[..split].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if got.len() >= split + 4 + length {
                return (head, got[split + 4..].to_vec());
            }
        }
        match stream.read(&mut chunk) {
            Ok(length @ 1..) => got.extend_from_slice(&chunk[..length]),
            _ => return (String::new(), got),
        }
    }
}

/// Answers every request with `answer`; gives its address and the requests.
fn server(answer: Vec<u8>) -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hooks/T0PSECRET?token=T0PSECRET", listener.local_addr().unwrap());
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            if told.send(read_request(&mut stream)).is_err() {
                break;
            }
            let _ = stream.write_all(&answer);
        }
    });
    (url, heard)
}

async fn post(url: &str, reach: Reach, limit: Duration) -> Result<Delivered, SendError> {
    let post = Post { url, id: "ntc_01@example.org", at: Timestamp::from_secs(1_795_356_341), body: BODY, key: &key() };
    Webhook::with_timeout(reach, limit)?.post(&post).await
}

fn check(outcome: Result<Delivered, SendError>, remedy: Remedy, picture: Expect) {
    let error = outcome.expect_err("must not be delivered");
    let port = error.server.rsplit(':').next().unwrap().to_owned();
    picture.assert_eq(&error.to_string().replace(&port, "PORT"));
    assert_eq!(error.remedy, remedy);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("T0PSECRET") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_message_is_posted_as_json_and_its_signature_verifies() {
    let (url, heard) = server(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n".to_vec());
    assert_eq!(post(&url, Reach::Anywhere, PATIENT).await.unwrap(), Delivered { proof: "HTTP 204".to_owned() });
    let (head, body) = heard.recv().unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    };
    assert!(head.starts_with("POST /hooks/T0PSECRET?token=T0PSECRET HTTP/1.1"), "{head}");
    assert_eq!((header("content-type").as_str(), header("webhook-id").as_str()), ("application/json", "ntc_01@example.org"));
    assert_eq!(body, BODY);
    let (when, signature) = (header("webhook-timestamp"), header("webhook-signature"));
    assert_eq!(when, "1795356341");
    let now = Timestamp::from_secs(1_795_356_400);
    assert!(key().verify("ntc_01@example.org", &when, &signature, &body, now));
    let other = SigningKey::from_secret(&SigningKey::secret_of(&[8; 32])).unwrap();
    assert!(!other.verify("ntc_01@example.org", &when, &signature, &body, now), "another key proves nothing");
}

#[tokio::test]
async fn a_status_decides_whether_to_try_again() {
    for (status, remedy) in [
        (301, Remedy::None),
        (302, Remedy::Wait),
        (308, Remedy::None),
        (400, Remedy::None),
        (401, Remedy::None),
        (404, Remedy::None),
        (408, Remedy::Wait),
        (410, Remedy::None),
        (425, Remedy::Wait),
        (429, Remedy::Wait),
        (500, Remedy::Wait),
        (503, Remedy::Wait),
    ] {
        let (url, heard) = server(format!("HTTP/1.1 {status} X\r\ncontent-length: 4\r\nlocation: /x\r\n\r\nbusy").into_bytes());
        let error = post(&url, Reach::Anywhere, PATIENT).await.unwrap_err();
        assert_eq!((error.code, error.remedy, error.answer.as_str()), (Some(status), remedy, "busy"));
        assert_eq!(heard.try_iter().count(), 1, "{status}: asked once, redirected nowhere");
    }
    for status in [200, 201, 202, 204] {
        let (url, _heard) = server(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").into_bytes());
        assert_eq!(post(&url, Reach::Anywhere, PATIENT).await.unwrap().proof, format!("HTTP {status}"));
    }
}

#[tokio::test]
async fn a_failure_names_step_and_server_and_nothing_secret() {
    let (url, _heard) = server(b"HTTP/1.1 503 X\r\ncontent-length: 24\r\n\r\ndown\r\n\x1b[31m for a minute\n\n".to_vec());
    check(post(&url, Reach::Anywhere, PATIENT).await, Remedy::Wait, expect!["post at http://127.0.0.1:PORT: 503 down [31m for a minute"]);
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    check(
        post(&format!("http://{closed}/T0PSECRET"), Reach::Anywhere, PATIENT).await,
        Remedy::Wait,
        expect!["connect at http://127.0.0.1:PORT: Connection refused (os error 111)"],
    );
    let (url, _heard) = server(b"SSH-2.0-garbage\r\n".to_vec());
    check(post(&url, Reach::Anywhere, PATIENT).await, Remedy::Wait, expect!["post at http://127.0.0.1:PORT: invalid HTTP version parsed"]);
    let (url, _heard) = server(Vec::new());
    check(
        post(&url, Reach::Anywhere, PATIENT).await,
        Remedy::Wait,
        expect!["post at http://127.0.0.1:PORT: connection closed before message completed"],
    );
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.accept().and_then(|(mut stream, _)| stream.write_all(b"HTTP/1.1 400 this is not TLS\r\n\r\n")));
    check(
        post(&format!("https://{address}/T0PSECRET"), Reach::Anywhere, PATIENT).await,
        Remedy::Wait,
        expect!["connect at https://127.0.0.1:PORT: received corrupt message of type InvalidContentType"],
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_left_in_time() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    check(post(&url, Reach::Anywhere, HASTY).await, Remedy::Wait, expect!["post at http://127.0.0.1:PORT: no answer within 300 ms"]);
    // An answer that drips for ever after its head ends with the time as well.
    let (url, _heard) = server(b"HTTP/1.1 500 X\r\ncontent-length: 1000000\r\n\r\nonly this".to_vec());
    let error = post(&url, Reach::Anywhere, HASTY).await.unwrap_err();
    assert_eq!((error.code, error.answer.as_str()), (Some(500), "only this"));
}

#[tokio::test]
async fn an_endless_answer_is_read_to_its_limit_only() {
    let mut answer = b"HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..2_000 {
        answer.extend_from_slice(format!("{:x}\r\n{}\r\n", ANSWER_SIZE_BYTES_MAX, "a".repeat(ANSWER_SIZE_BYTES_MAX)).as_bytes());
    }
    let (url, _heard) = server(answer);
    let error = post(&url, Reach::Anywhere, PATIENT).await.unwrap_err();
    assert!(error.answer.len() <= ANSWER_SIZE_BYTES_MAX && error.answer.starts_with("aaa"), "{}", error.answer.len());
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_never_asked() {
    check(
        post("ftp://example.org/T0PSECRET", Reach::Anywhere, PATIENT).await,
        Remedy::None,
        expect!["address at PORT: is not an http or https address"],
    );
    check(
        post("file:///etc/passwd", Reach::Anywhere, PATIENT).await,
        Remedy::None,
        expect!["address at PORT: is not an http or https address"],
    );
    check(
        post("not an address T0PSECRET", Reach::Anywhere, PATIENT).await,
        Remedy::None,
        expect!["address at PORT: is not an http or https address"],
    );
    check(
        post("http://user:hunter2@example.org/", Reach::Anywhere, PATIENT).await,
        Remedy::None,
        expect!["address at http://example.org:PORT: holds a login; the signature is what proves who sends"],
    );
    let (url, heard) = server(b"HTTP/1.1 204 X\r\n\r\n".to_vec());
    check(
        post(&url, Reach::PublicOnly, PATIENT).await,
        Remedy::None,
        expect!["address at http://127.0.0.1:PORT: is not a public address, and this installation sends webhooks to public ones only"],
    );
    for disguised in ["localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"] {
        let error = post(&url.replace("127.0.0.1", disguised), Reach::PublicOnly, PATIENT).await.expect_err(disguised);
        assert!(error.to_string().contains("not a public address"), "{disguised}: {error}");
    }
    assert_eq!(heard.try_iter().count(), 0);
    let odd = Post { url: &url, id: "a\r\nx: y", at: Timestamp::from_secs(0), body: BODY, key: &key() };
    assert_eq!(Webhook::new(Reach::Anywhere).unwrap().post(&odd).await.unwrap_err().remedy, Remedy::None);
    assert!(SigningKey::from_secret(&Secret::new("whsec_")).is_err());
}
