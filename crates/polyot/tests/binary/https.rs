//! HTTPS by a certificate of our own.

use crate::client::Client;
use crate::lab::make_certificate;
use crate::product::{EMAIL, Home, PASSWORD, Product};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

fn https_home() -> (Home, Vec<u8>) {
    let mut home = Home::new();
    let (cert, key) = make_certificate(home.folder.path());
    let pem = std::fs::read(&cert).unwrap();
    home.config = Some(format!("[tls]\ncert_file = {cert:?}\nkey_file = {key:?}\n"));
    (home, pem)
}

fn trusting(product: &Product, pem: &[u8]) -> Client {
    assert_eq!(product.scheme, "https");
    Client::trusting(&format!("https://127.0.0.1:{}", product.port), pem)
}

#[test]
fn https_serves_with_secure_cookies_and_is_not_hung_by_those_who_do_not_speak_it() {
    let (home, pem) = https_home();
    let product = home.start();
    // Strangers to TLS: one talks plain HTTP, one says nothing, one breaks off in the middle.
    let mut plain = TcpStream::connect(("127.0.0.1", product.port)).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mute: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(("127.0.0.1", product.port)).unwrap()).collect();
    let mut half = TcpStream::connect(("127.0.0.1", product.port)).unwrap();
    half.write_all(&[22, 3, 1, 2, 0, 1, 0]).unwrap();

    let client = trusting(&product, &pem);
    assert_eq!(client.get("/livez").status, 200);
    let answer = client.post("/api/v1/sessions", &json!({"email": EMAIL, "password": PASSWORD}));
    assert_eq!(answer.status, 201, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    for attribute in ["polyot_session=", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.split("; ").any(|part| part.starts_with(attribute)), "{cookie}");
    }
    // Whoever talks plain HTTP gets no plain answer.
    plain.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&said));
    drop((mute, half));
    // Somebody who does not trust the certificate talks to nobody.
    let (_, other) = https_home();
    let stranger = Client::trusting(&format!("https://127.0.0.1:{}", product.port), &other);
    assert!(stranger.try_send("GET", "/livez", &[], None).is_err());
    product.check_log();
}

#[test]
fn over_plain_http_the_cookie_is_not_secure_unless_people_reach_us_by_https() {
    for (public_url, is_secure) in [(None, false), (Some("https://polyot.example.net"), true)] {
        let mut home = Home::new();
        if let Some(url) = public_url {
            home = home.with("POLYOT_PUBLIC_URL", url);
        }
        let product = home.start();
        let mut client = product.client();
        if is_secure {
            // The log names the public address; the one that listens is beside it.
            client = Client::new(&format!("http://127.0.0.1:{}", product.port));
        }
        let answer = client.post("/api/v1/sessions", &json!({"email": EMAIL, "password": PASSWORD}));
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.header("set-cookie").contains("Secure"), is_secure);
    }
}

#[test]
fn failed_logins_are_counted_by_the_address_at_the_other_end_of_tls() {
    let (home, pem) = https_home();
    let product = home.start();
    let client = trusting(&product, &pem);
    // Each as somebody else: it can only be the address that is counted.
    for number in 0..access::BY_NETWORK.failures_max {
        let body = json!({"email": format!("guess{number}@example.net"), "password": "wrong password"});
        client.post("/api/v1/sessions", &body).problem(401, "unauthenticated");
    }
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let answer = client.post("/api/v1/sessions", &body);
    answer.problem(429, "rate_limited");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    // From another address (all of 127.0.0.0/8 is ours) one may try.
    let elsewhere = Client::trusting_from(&format!("https://127.0.0.1:{}", product.port), &pem, [127, 0, 0, 9].into());
    assert_eq!(elsewhere.post("/api/v1/sessions", &json!({"email": "guess@example.net", "password": "wrong password"})).status, 401);
}
