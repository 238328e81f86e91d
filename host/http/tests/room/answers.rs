//! Every answer has its id, its headers and, when it is an error, the one envelope.

use http::Request;
use p2p_http::HttpOptions;

use crate::house::{House, request};

#[tokio::test]
async fn errors_of_every_layer_have_one_shape() {
    let house = House::new();
    for (request, status, code) in [
        (request("GET", "/api/v1/nothing"), 404, "NOT_FOUND"),
        (request("POST", "/nothing/at/all"), 404, "NOT_FOUND"),
        (request("GET", "/api/v1/a%00b"), 400, "MALFORMED"),
        (request("GET", "/api/v1/a%zz"), 400, "MALFORMED"),
        (request("POST", "/health"), 405, "METHOD_NOT_ALLOWED"),
        (request("GET", "/metrics"), 404, "NOT_FOUND"),
        (request("GET", "/files/acme/forums/a.png"), 404, "NOT_FOUND"),
        (request("GET", "/files/acme/forums/a.png?expires=x&signature=y"), 404, "NOT_FOUND"),
        (request("GET", "/files/acme/forums/a.png?expires=99999999999&signature=AAAA"), 404, "NOT_FOUND"),
        (Request::get("/api/v1/openapi.json").header("host", "other.example"), 404, "NOT_FOUND"),
        (Request::get("/api/v1/openapi.json"), 404, "NOT_FOUND"),
    ] {
        let answer = house.send(request.body("").unwrap()).await;
        assert_eq!(answer.error(), (status, code.to_owned()));
    }
    let answer = house.send(request("DELETE", "/health/live").body("").unwrap()).await;
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn messages_follow_the_reader_and_codes_do_not() {
    let house = House::new();
    let ask = |language: &'static str| {
        request("GET", "/api/v1/x").header("accept-language", language).body("").unwrap()
    };
    let (english, arabic) = (house.send(ask("en-GB")).await, house.send(ask("ar-SA, en;q=0.5")).await);
    assert_eq!(english.error(), arabic.error());
    assert_eq!(english.json()["message"], "There is nothing at this address.");
    assert_eq!(arabic.json()["message"], "لا يوجد شيء في هذا العنوان.");
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let house = House::new();
    for path in ["/health/live", "/health/live/", "/api/v1/openapi.json/"] {
        assert_eq!(house.send(request("GET", path).body("").unwrap()).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let house = House::new();
    let get = house.send(request("GET", "/health/live").body("").unwrap()).await;
    let head = house.send(request("HEAD", "/health/live").body("").unwrap()).await;
    assert_eq!((head.status(), head.0.body().len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(get.0.body().len().to_string().as_str()));
    let missing = house.send(request("HEAD", "/api/v1/x").body("").unwrap()).await;
    assert_eq!((missing.status(), missing.0.body().len()), (404, 0));
}

#[tokio::test]
async fn pages_of_listed_origins_may_call_and_others_may_not() {
    let origins = vec!["https://app.example".to_owned()];
    let house = House::with(HttpOptions { origins, ..HttpOptions::default() });
    let from = |origin: &'static str| request("GET", "/api/v1/x").header("origin", origin).body("").unwrap();
    let listed = house.send(from("https://app.example")).await;
    assert_eq!(listed.error().0, 404, "also errors can be read");
    assert_eq!(listed.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(listed.header("access-control-allow-credentials"), Some("true"));
    assert!(listed.header("access-control-expose-headers").unwrap().contains("front-token"));
    let foreign = house.send(from("https://evil.example")).await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert_eq!(foreign.header("vary"), Some("origin"));
}

#[tokio::test]
async fn a_preflight_is_answered_before_anything_is_looked_up() {
    let origins = vec!["https://app.example".to_owned()];
    let house = House::with(HttpOptions { origins, ..HttpOptions::default() });
    let preflight = |origin: &'static str| {
        let request = request("OPTIONS", "/api/v1/whatever").header("origin", origin);
        request.header("access-control-request-method", "PATCH").body("").unwrap()
    };
    let listed = house.send(preflight("https://app.example")).await;
    assert_eq!(listed.status(), 204);
    assert!(listed.header("access-control-allow-methods").unwrap().contains("PATCH"));
    for name in [
        "content-type",
        "rid",
        "fdi-version",
        "anti-csrf",
        "authorization",
        "st-auth-mode",
        "idempotency-key",
        "if-match",
    ] {
        assert!(listed.header("access-control-allow-headers").unwrap().contains(name), "{name}");
    }
    let foreign = house.send(preflight("https://evil.example")).await;
    assert_eq!(foreign.header("access-control-allow-methods"), None);
}

#[tokio::test]
async fn browsers_are_told_to_be_careful() {
    let plain = House::new().send(request("GET", "/health/live").body("").unwrap()).await;
    assert_eq!(plain.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(plain.header("x-frame-options"), Some("DENY"));
    assert!(plain.header("referrer-policy").is_some() && plain.header("content-security-policy").is_some());
    assert_eq!(plain.header("strict-transport-security"), None);
    let public_url = Some("https://acme.example".to_owned());
    let secure = House::with(HttpOptions { public_url, ..HttpOptions::default() });
    let answer = secure.send(request("GET", "/health/live").body("").unwrap()).await;
    assert!(answer.header("strict-transport-security").is_some());
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let house = House::new();
    let ask = |path: &str, encoding: &str| {
        request("GET", path).header("accept-encoding", encoding).body("").unwrap()
    };
    for encoding in ["gzip", "br"] {
        let packed = house.send_from([127, 0, 0, 1], ask("/metrics", encoding)).await;
        assert_eq!(packed.header("content-encoding"), Some(encoding));
    }
    let short = house.send(ask("/health/live", "gzip, br")).await;
    assert_eq!((short.header("content-encoding"), short.json()["status"].as_str()), (None, Some("ok")));
    let plain = house.send_from([127, 0, 0, 1], request("GET", "/metrics").body("").unwrap()).await;
    assert_eq!(plain.header("content-encoding"), None);
}

#[tokio::test]
async fn a_tenant_has_its_document() {
    let document = House::new().send(request("GET", "/api/v1/openapi.json").body("").unwrap()).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["components"]["schemas"]["Problem"]["properties"]["error_code"].is_object());
}

#[tokio::test]
async fn an_id_of_a_trusted_proxy_is_kept_and_others_are_not() {
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let house = House::with(HttpOptions { trusted_proxies, ..HttpOptions::default() });
    let ask = || request("GET", "/health/live").header("x-request-id", "proxy-chose-this").body("").unwrap();
    let proxied = house.send_from([10, 1, 2, 3], ask()).await;
    assert_eq!(proxied.header("x-request-id"), Some("proxy-chose-this"));
    let direct = house.send(ask()).await;
    assert_ne!(direct.header("x-request-id"), Some("proxy-chose-this"));
}
