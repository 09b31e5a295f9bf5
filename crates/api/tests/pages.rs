//! The web pages: compressed, cached by what they are, under a strict policy; without a build one page says how to build it.

#![allow(clippy::unwrap_used)]

mod house;

use house::House;

fn is_built() -> bool {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist/index.html");
    if !dist.exists() {
        eprintln!("SKIPPED: web/dist is not built; only the page that says so is looked at");
    }
    dist.exists()
}

#[tokio::test]
async fn the_start_page_is_there_with_or_without_a_build() {
    let house = House::new().await;
    let start = house.nobody().get("/").await.expect(200);
    assert!(start.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    if !is_built() {
        assert!(start.text.contains("npm run build"), "{}", start.text);
        return;
    }
    let policy = start.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("script-src 'self' 'sha256-")
            && !policy.contains("script-src 'self' 'unsafe"),
        "{policy}"
    );
    assert_eq!(start.headers["cache-control"], "no-cache");
    // An address of the pages' own router is the start page, a missing file is not.
    assert_eq!(house.nobody().get("/alarms/alm_1").await.expect(200).text, start.text);
    house.nobody().get("/assets/gone-12345678.js").await.expect(404);
    for own in ["/csp.json", "/manifest.json", "/index.html.br"] {
        house.nobody().get(own).await.expect(404);
    }
    house.nobody().call("POST", "/alarms", &[], None).await.expect(405);
}

#[tokio::test]
async fn a_hashed_file_comes_compressed_and_stays_cached() {
    if !is_built() {
        return;
    }
    let house = House::new().await;
    let start = house.nobody().get("/").await;
    let script = start
        .text
        .split('"')
        .find(|part| part.starts_with("/assets/") && part.ends_with(".js"))
        .expect("a script in the start page")
        .to_owned();
    let nobody = house.nobody();
    let plain = nobody.get(&script).await.expect(200);
    assert_eq!(plain.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(plain.headers.get("content-encoding").is_none());
    for (accepts, encoding) in
        [("gzip, deflate, br, zstd", Some("br")), ("gzip", Some("gzip")), ("br;q=0, gzip", Some("gzip")), ("identity", None)]
    {
        let answer = nobody.call("GET", &script, &[("accept-encoding", accepts)], None).await.expect(200);
        assert_eq!(answer.headers.get("content-encoding").map(|value| value.to_str().unwrap()), encoding, "{accepts}");
        assert_eq!(answer.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers["vary"], "accept-encoding");
    }
    let etag = plain.headers["etag"].to_str().unwrap().to_owned();
    nobody.call("GET", &script, &[("if-none-match", &etag)], None).await.expect(304);
}
