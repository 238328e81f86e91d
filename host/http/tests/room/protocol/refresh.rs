//! `POST /auth/session/refresh`: one test per answer.

use p2p_identity::{AntiCsrf, SessionConfig};
use serde_json::json;

use super::{NEEDS, ORDINARY, REFRESH, Stage};
use crate::browser::Browser;
use crate::house::{Answer, House, Plan, request};

const UNAUTHORISED: (u16, &str) = (401, "unauthorised");

fn is(answer: &Answer, (status, message): (u16, &str)) -> bool {
    answer.protocol_error() == (status, message.to_owned())
}

#[tokio::test]
async fn a_pair_of_tokens_comes_back_the_way_the_old_one_came() {
    let stage = Stage::new();
    let mut cookie = Browser::signed_in(&stage.house, "cookie").await;
    let old = cookie.refresh_token();
    stage.advance(2);
    assert_eq!(cookie.send(&stage.house, "GET", ORDINARY).await.error(), (401, "TRY_REFRESH".to_owned()));
    let answer = cookie.send(&stage.house, "POST", REFRESH).await;
    assert_eq!((answer.status(), answer.json()), (200, json!({})));
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("front-token").is_some() && answer.header("st-access-token").is_none());
    assert_eq!(answer.all("set-cookie").len(), 3, "the refresh token's cookie for both of its paths");
    assert_ne!(cookie.refresh_token(), old);
    assert_eq!(cookie.send(&stage.house, "GET", ORDINARY).await.status(), 200);
    let mut header = Browser::signed_in(&stage.house, "header").await;
    let answer = header.send(&stage.house, "POST", REFRESH).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.header("front-token").is_some() && answer.header("set-cookie").is_none());
    assert_eq!(header.send(&stage.house, "GET", ORDINARY).await.status(), 200);
}

#[tokio::test]
async fn a_first_visit_is_cleared_without_asking_any_store() {
    let house = House::new();
    house.lose_data();
    let answer = Browser::new("cookie").send(&house, "POST", REFRESH).await;
    assert!(is(&answer, UNAUTHORISED) && answer.clears_everything());
}

#[tokio::test]
async fn tokens_that_open_nothing_are_cleared() {
    let stage = Stage::new();
    let browser = Browser::signed_in(&stage.house, "header").await;
    let refresh = browser.refresh_token();
    let cut = refresh.get(..refresh.len() - 9).unwrap();
    for token in ["x", "a.b.c", cut, &browser.access_token()] {
        let ask = request("POST", REFRESH).header("authorization", format!("Bearer {token}"));
        let answer = stage.house.send(ask.body("").unwrap()).await;
        assert!(is(&answer, UNAUTHORISED) && answer.clears_everything(), "{token}");
    }
    let elsewhere = http::Request::post(REFRESH).header("host", "globex.example");
    let elsewhere = elsewhere.header("authorization", format!("Bearer {refresh}"));
    let answer = stage.house.send(elsewhere.body("").unwrap()).await;
    assert!(is(&answer, UNAUTHORISED) && answer.clears_everything(), "another tenant's");
}

#[tokio::test]
async fn a_session_that_nobody_refreshed_for_long_is_over() {
    let stage = Stage::new();
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    stage.advance(2_401);
    let answer = browser.send(&stage.house, "POST", REFRESH).await;
    assert!(is(&answer, UNAUTHORISED) && answer.clears_everything());
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn two_tabs_at_once_both_go_on() {
    let stage = Stage::new();
    let mut one = Browser::signed_in(&stage.house, "cookie").await;
    let mut other = one.clone();
    assert_eq!(one.send(&stage.house, "POST", REFRESH).await.status(), 200);
    assert_eq!(other.send(&stage.house, "POST", REFRESH).await.status(), 200);
    assert_eq!(other.send(&stage.house, "GET", ORDINARY).await.status(), 200);
}

#[tokio::test]
async fn a_token_that_comes_back_later_is_a_theft_and_ends_the_session() {
    for mode in ["cookie", "header"] {
        let stage = Stage::new();
        let mut owner = Browser::signed_in(&stage.house, mode).await;
        let mut thief = owner.clone();
        assert_eq!(owner.send(&stage.house, "POST", REFRESH).await.status(), 200);
        stage.advance(1);
        let answer = thief.send(&stage.house, "POST", REFRESH).await;
        assert!(is(&answer, (401, "token theft detected")) && answer.clears_everything());
        assert_eq!(answer.json()["error_code"], "SESSION_EXPIRED");
        let answer = owner.send(&stage.house, "POST", REFRESH).await;
        assert!(is(&answer, UNAUTHORISED) && answer.clears_everything(), "the whole family");
    }
}

#[tokio::test]
async fn with_the_custom_header_rule_a_refresh_by_cookie_needs_rid() {
    let stage = Stage::guarded_by(AntiCsrf::ViaCustomHeader);
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    let mut bare = browser.clone();
    let answer = bare.send(&stage.house, "POST", REFRESH).await;
    assert!(is(&answer, UNAUTHORISED) && answer.clears_everything());
    browser.sends.push(("rid", String::new()));
    assert_eq!(browser.send(&stage.house, "POST", REFRESH).await.status(), 200);
    let mut header = Browser::signed_in(&stage.house, "header").await;
    assert_eq!(
        header.send(&stage.house, "POST", REFRESH).await.status(),
        200,
        "no page adds a token unasked"
    );
}

#[tokio::test]
async fn with_the_token_rule_a_refresh_by_cookie_needs_the_sessions_token_and_gets_another() {
    let stage = Stage::guarded_by(AntiCsrf::ViaToken);
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    let first = browser.kept.get("anti-csrf").cloned().unwrap();
    for wrong in [None, Some("wrong".to_owned())] {
        let mut browser = browser.clone();
        browser.kept.remove("anti-csrf");
        browser.kept.extend(wrong.map(|token| ("anti-csrf".to_owned(), token)));
        let answer = browser.send(&stage.house, "POST", REFRESH).await;
        assert!(is(&answer, UNAUTHORISED) && answer.clears_everything());
    }
    assert_eq!(browser.send(&stage.house, "POST", REFRESH).await.status(), 200);
    assert_ne!(browser.kept.get("anti-csrf"), Some(&first));
}

#[tokio::test]
async fn when_nothing_can_be_looked_up_nobody_is_signed_out() {
    let token = Browser::signed_in(&House::new(), "header").await.refresh_token();
    let house = House::new();
    house.lose_data();
    let ask = request("POST", REFRESH).header("authorization", format!("Bearer {token}")).body("").unwrap();
    let answer = house.send(ask).await;
    assert_eq!(answer.protocol_error().0, 503);
    assert!(answer.clears_nothing() && answer.header("retry-after").is_some());
}

#[tokio::test]
async fn of_cookies_that_come_twice_the_newest_is_used() {
    let stage = Stage::new();
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    let old = browser.refresh_token();
    browser.send(&stage.house, "POST", REFRESH).await;
    stage.advance(1);
    let cookies = format!("sRefreshToken={old}; sRefreshToken={}", browser.refresh_token());
    let answer = stage.house.send(request("POST", REFRESH).header("cookie", cookies).body("").unwrap()).await;
    assert_eq!(answer.status(), 200, "an older cookie of another domain is no theft");
}

#[tokio::test]
async fn older_cookies_are_removed_where_their_domain_is_known() {
    let older = |sessions: &mut SessionConfig| {
        sessions.cookie_domain = Some("acme.example".to_owned());
        sessions.older_cookie_domain = Some(String::new());
    };
    let stage = Stage::with(p2p_http::HttpOptions::default(), older);
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    let cookies = format!("sRefreshToken=old; sRefreshToken={}", browser.refresh_token());
    let answer = stage.house.send(request("POST", REFRESH).header("cookie", cookies).body("").unwrap()).await;
    assert_eq!((answer.status(), answer.header("front-token")), (200, None));
    assert!(answer.json()["message"].as_str().unwrap().contains("multiple session cookies"));
    let removed = answer.all("set-cookie");
    assert!(!removed.is_empty(), "{removed:?}");
    for cookie in removed {
        assert!(cookie.starts_with("sRefreshToken=;") && !cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(browser.send(&stage.house, "POST", REFRESH).await.status(), 200, "the next one goes through");
}

#[tokio::test]
async fn a_cookie_of_long_ago_asks_for_a_refresh_which_removes_it() {
    let stage = Stage::new();
    let mut browser = Browser::signed_in(&stage.house, "cookie").await;
    browser.cookies.insert(("sIdRefreshToken".to_owned(), "/".to_owned()), "x".to_owned());
    let answer = browser.send(&stage.house, "GET", NEEDS).await;
    assert!(is(&answer, (401, "try refresh token")) && answer.clears_nothing());
    assert_eq!(browser.send(&stage.house, "POST", REFRESH).await.status(), 200);
    assert_eq!(browser.send(&stage.house, "GET", NEEDS).await.status(), 200);
}

#[tokio::test]
async fn also_refusals_can_be_read_by_listed_pages() {
    let origins = vec!["https://app.example".to_owned()];
    let options = p2p_http::HttpOptions { origins, ..p2p_http::HttpOptions::default() };
    let house = House::of(Plan { options, ..Plan::default() });
    let ask = || request("POST", REFRESH).header("origin", "https://app.example").body("").unwrap();
    let refused = house.send(ask()).await;
    assert_eq!(refused.status(), 401);
    house.lose_data();
    let token = "sRefreshToken=x";
    let unwell = request("POST", REFRESH).header("origin", "https://app.example").header("cookie", token);
    let unwell = house.send(unwell.body("").unwrap()).await;
    assert_eq!(unwell.status(), 503);
    for answer in [refused, unwell] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in ["front-token", "anti-csrf", "st-access-token", "st-refresh-token"] {
            assert!(exposed.contains(name), "{name}");
        }
    }
}
