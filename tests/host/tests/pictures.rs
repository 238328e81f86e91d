//! Pictures of people from the form to the file: squares that everybody with the address sees, and nothing else gets in.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::people::{Answer, Person};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

/// Four by four pixels of one colour.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x04\x08\x02\0\0\0&\x93\t)\0\0\0\x10IDATx\xdac8\x11\xa0\x01G\
    \x0c\xc4q\0\x12R\x14\x01\xfc`\x17\x8a\0\0\0\0IEND\xaeB`\x82";

async fn host() -> (TestHost, Person) {
    let host = TestHost::with(&["accounts"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    host.worker(&host.tenant()).await.drain().await.unwrap();
    (host, sara)
}

fn png(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("me.png").mime_str("image/png").unwrap()
}

async fn send(person: &Person, bytes: &[u8]) -> Answer {
    person.upload("/users/me/avatar", Form::new().part("file", png(bytes.to_vec()))).await
}

async fn set(person: &Person) -> String {
    send(person, PNG).await.expect(200).json["avatar"].as_str().unwrap().to_owned()
}

/// As the `img` of a page: no header of a session, at most a cookie.
async fn show(host: &TestHost, path: &str, cookie: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.get(host.url(path)).header("host", "localhost").header("cookie", cookie);
    request.send().await.unwrap()
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), 302);
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_picture_is_shown_to_everybody_who_has_its_address() {
    let (host, sara) = host().await;
    let address = set(&sara).await;
    assert_eq!(sara.get("/users/me").await.expect(200).json["avatar"], address.as_str());
    let stale = format!("sAccessToken={}", sara.token.as_ref().unwrap());
    sara.post("/auth/logout", &serde_json::json!({})).await.expect(200);
    for cookie in ["", stale.as_str(), "sAccessToken=nonsense", "sIdRefreshToken=x"] {
        let link = location(&show(&host, &address, cookie).await);
        let file = show(&host, &link, cookie).await;
        assert_eq!(file.status(), 200, "{cookie}");
        assert!(file.headers()["content-type"].to_str().unwrap().starts_with("image/"));
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        assert!(!file.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_is_no_single_small_picture_is_refused() {
    let (_host, sara) = host().await;
    let two = Form::new().part("file", png(PNG.to_vec())).part("more", png(PNG.to_vec()));
    assert_eq!(sara.upload("/users/me/avatar", two).await.expect(422).code(), "VALIDATION");
    let mut large = PNG.to_vec();
    large.resize(6 << 20, 0);
    assert_eq!(send(&sara, &large).await.expect(413).code(), "TOO_LARGE");
    assert_eq!(send(&sara, b"Only words, whatever the name says").await.expect(415).code(), "FILE_TYPE");
    // The head of a picture and nothing behind it.
    assert_eq!(send(&sara, &PNG[..40]).await.expect(415).code(), "FILE_TYPE");
    assert!(sara.get("/users/me").await.expect(200).json["avatar"].is_null());
}

#[tokio::test]
async fn a_picture_that_is_replaced_goes_with_its_files() {
    let (host, sara) = host().await;
    let old = set(&sara).await;
    let link = location(&show(&host, &old, "").await);
    let new = set(&sara).await;
    assert_ne!(old, new);
    assert_eq!(show(&host, &link, "").await.status(), 200, "a page may still show it");
    host.worker(&host.tenant()).await.drain().await.unwrap();
    for gone in [&old, &link] {
        assert_eq!(show(&host, gone, "").await.status(), 404);
    }
    let link = location(&show(&host, &new, "").await);
    assert_eq!(show(&host, &link, "").await.status(), 200);
}
