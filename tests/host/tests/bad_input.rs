//! What clients get wrong, by accident or not: the contract's envelope or a clean close, never a 500.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::people::{Answer, Person, topic};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn host() -> (TestHost, Person) {
    let host = TestHost::with(&["accounts", "forums"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    (host, sara)
}

#[track_caller]
fn is_envelope(answer: &Answer) {
    assert!(answer.json["message"].is_string(), "{}", answer.text);
    assert!(answer.json["error_code"].is_string(), "{}", answer.text);
    assert!(answer.json["details"].is_object(), "{}", answer.text);
    assert_eq!(answer.json["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[tokio::test]
async fn broken_bodies_are_400_wrong_ones_422_by_field() {
    let (_host, sara) = host().await;
    for body in ["{", "", "null", "[]", "\u{0}", "{\"title\": \"\\ud800\"}", "{\"title\":1e999}"] {
        let answer = sara.send(Method::POST, "/forums/topics", Some(body.into()), &[]).await;
        assert!(matches!(answer.status, 400 | 422), "{body:?}: {} {}", answer.status, answer.text);
        is_envelope(&answer);
    }
    let wrong =
        json!({"title": 7, "content": "short", "category": "maintenance", "tags": ["a","b","c","d","e","f"]});
    let answer = sara.post("/forums/topics", &wrong).await.expect(422);
    assert_eq!(answer.code(), "VALIDATION");
    assert!(answer.json["details"]["fields"].as_array().is_some_and(|fields| !fields.is_empty()));
    let mut control = topic("A title that is long enough");
    control["title"] = json!("bell \u{7} and \u{0} nul");
    assert_eq!(
        sara.post("/forums/topics", &control).await.expect(422).json["details"]["fields"][0]["field"],
        "title"
    );
    is_envelope(&answer);
}

#[tokio::test]
async fn unknown_routes_and_methods_say_so() {
    let (_host, sara) = host().await;
    for path in ["/nowhere", "/forums", "/forums/topics/a/b/c", "/../etc/passwd", "/forums/topics/not-an-id"]
    {
        let answer = sara.get(path).await.expect(404);
        assert_eq!(answer.code(), "NOT_FOUND");
        is_envelope(&answer);
    }
    let answer = sara.send(Method::DELETE, "/forums/topics", None, &[]).await.expect(405);
    assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    let allow = answer.headers["allow"].to_str().unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    is_envelope(&answer);
    sara.get("/forums/topics/").await.expect(200);
}

#[tokio::test]
async fn what_is_too_large_is_413_and_the_limit_is_clamped() {
    let (_host, sara) = host().await;
    let body = format!("{{\"title\":\"{}\"}}", "x".repeat(3 << 20));
    let answer = sara.send(Method::POST, "/forums/topics", Some(body), &[]).await.expect(413);
    assert_eq!(answer.code(), "TOO_LARGE");
    is_envelope(&answer);
    assert_eq!(sara.get("/forums/topics?limit=100000").await.expect(200).json["limit"], 100);
    for query in
        ["limit=-1", "limit=x", "page=0", "page=99999999", "sort=best", "author=me", "pinned=perhaps"]
    {
        let answer = sara.get(&format!("/forums/topics?{query}")).await;
        assert!(matches!(answer.status, 200 | 400 | 422), "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn forged_cursors_and_foreign_ids_reveal_nothing() {
    let (_host, sara) = host().await;
    sara.post("/forums/topics", &topic("A title that is long enough")).await.expect(201);
    for cursor in ["x", "AAAA", "AQAAAAAA", "%00", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", &"A".repeat(4000)] {
        let answer = sara.get(&format!("/forums/topics?cursor={cursor}")).await.expect(400);
        assert_eq!(answer.code(), "CURSOR_INVALID");
    }
    let nobodys = "0192f0c4-0000-7000-8000-000000000000";
    assert_eq!(sara.get(&format!("/forums/topics/{nobodys}")).await.expect(404).code(), "NOT_FOUND");
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_no_session() {
    let (_host, sara) = host().await;
    let token = sara.token.clone().unwrap();
    let (head, rest) = token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwidmVyc2lvbiI6IjUiLCJraWQiOiJkLTEifQ";
    let forged = [
        String::new(),
        "x".to_owned(),
        format!("{head}.{claims}"),
        format!("{head}.{claims}."),
        format!("{none}.{claims}."),
        format!("{head}.{signature}.{claims}"),
        token[..token.len() - 4].to_owned(),
        format!("{token}a"),
        "a".repeat(20_000),
    ];
    for token in forged {
        let answer = sara.with_token(Some(token.clone())).get("/users/me").await;
        assert!(matches!(answer.status, 401 | 431), "{token:.40}: {} {}", answer.status, answer.text);
    }
}

/// Sends raw bytes and reads what comes until the other side closes or has answered.
async fn raw(host: &TestHost, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(host.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn nonsense_on_the_wire_is_answered_or_closed_and_the_host_goes_on() {
    let (host, sara) = host().await;
    let many = (0..300).map(|n| format!("x-{n}: 1\r\n")).collect::<String>();
    for request in [
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET /api/v1/users/me HTTP/1.1\r\n\r\n".to_owned(),
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{".to_owned(),
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        format!("GET /api/v1/users/me HTTP/1.1\r\nhost: a\r\n{many}\r\n"),
        "GET /api/v1/forums/topics/%00 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
        "GET /api/v1/forums/topics/%ff%fe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&host, request.as_bytes()).await;
        assert!(!answer.contains(" 500 "), "{request:?}: {answer}");
    }
    sara.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn clients_that_go_away_leave_nothing_behind() {
    let (host, sara) = host().await;
    for _ in 0..50 {
        let mut stream = TcpStream::connect(host.address).await.unwrap();
        let request = "GET /api/v1/forums/topics HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        drop(stream);
    }
    sara.get("/forums/topics").await.expect(200);
}

#[tokio::test]
async fn head_and_options_are_the_hosts() {
    let (_host, sara) = host().await;
    let head = sara.send(Method::HEAD, "/forums/topics", None, &[]).await.expect(200);
    assert!(head.text.is_empty());
    let options = sara.send(Method::OPTIONS, "/forums/topics", None, &[]).await;
    assert!(matches!(options.status, 200 | 204), "{}", options.status);
    assert!(options.headers["allow"].to_str().unwrap().contains("POST"));
}
