//! Limits: who is told to wait, when, and how.

use std::sync::Arc;

use http::Request;
use p2p_http::{HttpOptions, RateLimits};
use serde_json::json;

use crate::house::{House, request};
use crate::stand_in::StandIn;

const HERE: [u8; 4] = [203, 0, 113, 9];
const ELSEWHERE: [u8; 4] = [203, 0, 113, 10];

fn house(rates: RateLimits) -> House {
    let origins = vec!["https://app.example".to_owned()];
    House::over(HttpOptions { rates, origins, ..HttpOptions::default() }, StandIn::new())
}

fn sign_in() -> Request<&'static str> {
    let login = request("POST", "/api/v1/auth/login").header("origin", "https://app.example");
    login.header("content-type", "application/json").body("{}").unwrap()
}

#[tokio::test]
async fn the_eleventh_sign_in_of_an_address_within_a_minute_is_too_much() {
    let house = house(RateLimits::default());
    for left in (0..10).rev() {
        let answer = house.send_from(HERE, sign_in()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("ratelimit-limit"), Some("10"));
        assert_eq!(answer.header("ratelimit-remaining"), Some(left.to_string().as_str()));
        assert!(answer.header("ratelimit-reset").is_some());
    }
    let refused = house.send_from(HERE, sign_in()).await;
    assert_eq!(refused.error(), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=6).contains(&wait), "{wait}");
    // The page can read it.
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://app.example"));
    assert!(refused.header("access-control-expose-headers").unwrap().contains("retry-after"));
    assert_eq!(house.send_from(ELSEWHERE, sign_in()).await.status(), 200);
    let other_class = request("GET", "/api/v1/say/hello").body("").unwrap();
    assert_eq!(house.send_from(HERE, other_class).await.status(), 200);
}

/// Like `sign_in`, as somebody says who passes it on for another.
fn passed_on(for_whom: &'static str) -> Request<&'static str> {
    let mut request = sign_in();
    request.headers_mut().insert("x-forwarded-for", for_whom.parse().unwrap());
    request
}

#[tokio::test]
async fn behind_a_trusted_proxy_everybody_is_counted_as_themselves() {
    const PROXY: [u8; 4] = [10, 1, 2, 3];
    let rates = RateLimits { auth_per_minute: 2, ..RateLimits::default() };
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let options = HttpOptions { rates, trusted_proxies, ..HttpOptions::default() };
    let house = House::over(options, StandIn::new());
    let statuses = async |from, sent: &[&'static str]| {
        let mut statuses = Vec::new();
        for for_whom in sent {
            statuses.push(house.send_from(from, passed_on(for_whom)).await.status());
        }
        statuses
    };
    let through = statuses(PROXY, &["203.0.113.9", "203.0.113.9", "203.0.113.9", "203.0.113.10"]).await;
    assert_eq!(through, [200, 200, 429, 200]);
    // What stands left of the address that the proxy wrote was made up by the client, and opens no new count.
    let made_up = statuses(PROXY, &["1.1.1.1, 203.0.113.9", "203.0.113.10, 203.0.113.9, 10.9.9.9"]).await;
    assert_eq!(made_up, [429, 429]);
    assert_eq!(house.send_from(HERE, sign_in()).await.status(), 429, "the same person without the proxy");
    // From anybody else the header says nothing: not who they are, nor at whose expense they ask.
    let forged = statuses([198, 51, 100, 7], &["1.1.1.1", "2.2.2.2", "3.3.3.3", "10.1.2.3"]).await;
    assert_eq!(forged, [200, 200, 429, 429]);
    assert_eq!(statuses(PROXY, &["1.1.1.1", "2.2.2.2", "3.3.3.3"]).await, [200, 200, 200]);
}

#[tokio::test]
async fn people_are_counted_as_themselves_wherever_they_are() {
    let house = house(RateLimits { write_per_minute: 2, ..RateLimits::default() });
    let (one, other) = (house.token(json!({})).await, house.token(json!({})).await);
    let write = |token: &str| {
        let write =
            request("POST", "/api/v1/say/signed-in/x").header("authorization", format!("Bearer {token}"));
        write.body("").unwrap()
    };
    assert_eq!(house.send_from(HERE, write(&one)).await.status(), 200);
    assert_eq!(house.send_from(ELSEWHERE, write(&one)).await.status(), 200);
    assert_eq!(house.send_from(HERE, write(&one)).await.error(), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(house.send_from(HERE, write(&other)).await.status(), 200);
    // Nobody at all is counted by address, and told who they are not before they have asked too often.
    let statuses = [401, 401, 429];
    for status in statuses {
        let nobody = request("POST", "/api/v1/say/signed-in/x").body("").unwrap();
        let answer = house.send_from(HERE, nobody).await;
        assert_eq!((answer.status(), answer.header("ratelimit-limit")), (status, Some("2")));
    }
}

#[tokio::test]
async fn routes_of_the_session_protocol_say_what_is_left_too() {
    let house = house(RateLimits { read_per_minute: 3, ..RateLimits::default() });
    for (method, path) in
        [("GET", "/auth/jwt/jwks.json"), ("POST", "/auth/session/refresh"), ("GET", "/auth/hello")]
    {
        let answer = house.send(request(method, path).body("").unwrap()).await;
        assert_eq!(answer.header("ratelimit-limit"), Some("3"), "{path}");
    }
    let refused = house.send(request("GET", "/auth/jwt/jwks.json").body("").unwrap()).await;
    assert_eq!(refused.status(), 429);
}

#[tokio::test]
async fn whoever_is_within_the_process_and_whoever_wants_no_limits_is_not_counted() {
    let limited = house(RateLimits { read_per_minute: 1, ..RateLimits::default() });
    for _ in 0..3 {
        let inside = request("GET", "/api/v1/say/hello").body(bytes::Bytes::new()).unwrap();
        assert_eq!(limited.app.answer_whole(inside).await.status(), 200);
    }
    let unlimited = House::over(
        HttpOptions { rates: RateLimits::OFF, ..HttpOptions::default() },
        Arc::clone(&StandIn::new()) as _,
    );
    let answer = unlimited.send(request("GET", "/api/v1/say/hello").body("").unwrap()).await;
    assert_eq!((answer.status(), answer.header("ratelimit-limit")), (200, None));
}
