//! What strangers try: forged and borrowed tokens, floods of cookies, smuggled headers, other people's pages. The answer
//! is always the protocol's, never a fault of ours, and no session that holds is lost.

use p2p_http::HttpOptions;

use super::{NEEDS, ORDINARY, REFRESH, SIGN_OUT, Stage};
use crate::browser::Browser;
use crate::house::{Answer, House, request};

async fn bearer(house: &House, host: &str, token: &str) -> Answer {
    let ask =
        http::Request::get(NEEDS).header("host", host).header("authorization", format!("Bearer {token}"));
    house.send(ask.body("").unwrap()).await
}

/// The same token with another character at this place of its last part.
fn altered(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let first = if parts[part].starts_with('A') { "B" } else { "A" };
    parts[part].replace_range(..1, first);
    parts.join(".")
}

#[tokio::test]
async fn tokens_that_look_like_ours_are_to_be_refreshed_and_others_are_nobodys() {
    let Stage { house, .. } = Stage::new();
    let browser = Browser::signed_in(&house, "header").await;
    let (access, refresh) = (browser.access_token(), browser.refresh_token());
    let (signed, _) = access.rsplit_once('.').unwrap();
    let forged = [altered(&access, 2), format!("{signed}.AAAA")];
    for token in &forged {
        let answer = bearer(&house, "acme.example", token).await;
        assert_eq!(answer.protocol_error(), (401, "try refresh token".to_owned()), "{token}");
        assert!(answer.clears_nothing());
    }
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", access.split('.').nth(1).unwrap());
    let cut = access.get(..access.len() / 3).unwrap();
    for token in [refresh.as_str(), cut, signed, unsigned.as_str(), "", "a.b.c", &"x".repeat(20_000)] {
        let answer = bearer(&house, "acme.example", token).await;
        assert_eq!(answer.protocol_error(), (401, "unauthorised".to_owned()), "{token}");
        assert!(answer.clears_nothing());
    }
    assert_eq!(bearer(&house, "acme.example", &access).await.status(), 200, "the session is not lost");
}

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_in_another() {
    let Stage { house, .. } = Stage::new();
    let token = Browser::signed_in(&house, "header").await.access_token();
    let ask = http::Request::post(SIGN_OUT).header("host", "globex.example");
    let ask = ask.header("authorization", format!("Bearer {token}")).body("").unwrap();
    let answer = house.send(ask).await;
    assert_eq!(answer.protocol_error(), (401, "try refresh token".to_owned()));
    assert_eq!(bearer(&house, "acme.example", &token).await.status(), 200, "and stays what it is at home");
}

#[tokio::test]
async fn a_foreign_bearer_token_does_not_mask_a_cookie() {
    let Stage { house, .. } = Stage::new();
    let mut browser = Browser::signed_in(&house, "cookie").await;
    browser.sends.push(("authorization", "Bearer somebody-elses-key".to_owned()));
    assert_eq!(browser.send(&house, "GET", ORDINARY).await.status(), 200);
}

#[tokio::test]
async fn a_key_of_a_program_is_no_session() {
    let Stage { house, .. } = Stage::new();
    let mut browser = Browser::signed_in(&house, "cookie").await;
    browser.sends.push(("x-api-key", "p2pk_x_y".to_owned()));
    for (method, path) in [("POST", REFRESH), ("POST", SIGN_OUT), ("GET", NEEDS), ("POST", "/auth/signin")] {
        let answer = browser.send(&house, method, path).await;
        assert_eq!((answer.status(), &answer.json()["error_code"]), (403, &"FORBIDDEN".into()), "{path}");
        assert!(answer.clears_nothing());
    }
}

#[tokio::test]
async fn a_flood_of_cookies_drowns_no_session() {
    let Stage { house, .. } = Stage::new();
    let browser = Browser::signed_in(&house, "cookie").await;
    let others: String = (0..100).map(|n| format!("c{n}={}; ", "x".repeat(50))).collect();
    let ask =
        |method, path, cookies: String| request(method, path).header("cookie", cookies).body("").unwrap();
    let session = format!("{others}sAccessToken={}", browser.access_token());
    assert_eq!(house.send(ask("GET", NEEDS, session)).await.status(), 200);
    let copies = format!("sAccessToken={}; ", browser.access_token()).repeat(20);
    assert_eq!(house.send(ask("GET", NEEDS, copies)).await.protocol_error().1, "try refresh token");
    let rubbish: String = (0..100).map(|n| format!("sAccessToken=x{n}; ")).collect();
    assert_eq!(house.send(ask("GET", NEEDS, rubbish)).await.protocol_error().1, "unauthorised");
    let rubbish: String = (0..100).map(|n| format!("sRefreshToken=x{n}; ")).collect();
    let one = format!("{rubbish}sRefreshToken={}", browser.refresh_token());
    assert_eq!(house.send(ask("POST", REFRESH, one)).await.status(), 200);
    let answer = house.send(ask("POST", REFRESH, rubbish)).await;
    assert_eq!(answer.protocol_error(), (401, "unauthorised".to_owned()));
    assert!(answer.clears_everything());
}

#[tokio::test]
async fn headers_of_answers_mean_nothing_in_a_request() {
    let Stage { house, feature, .. } = Stage::new();
    let browser = Browser::signed_in(&house, "header").await;
    let ask = request("GET", NEEDS)
        .header("st-access-token", browser.access_token())
        .header("st-refresh-token", browser.refresh_token())
        .header("front-token", browser.kept.get("front-token").unwrap())
        .header("x-actor", "admin");
    let answer = house.send(ask.body("").unwrap()).await;
    assert_eq!(answer.protocol_error(), (401, "unauthorised".to_owned()));
    assert!(feature.asked.lock().unwrap().is_none());
    let ask = request("GET", "/api/v1/say/hello").header("st-access-token", browser.access_token());
    assert_eq!(house.send(ask.body("").unwrap()).await.status(), 200);
    assert!(feature.last().0.actor.is_none(), "a public page shows itself as to anybody");
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_with_a_visitors_cookies() {
    let origins = vec!["https://app.example".to_owned()];
    let Stage { house, .. } = Stage::with(HttpOptions { origins, ..HttpOptions::default() }, |_| ());
    let browser = Browser::signed_in(&house, "cookie").await;
    let from = |origin: &str| {
        let mut browser = browser.clone();
        browser.sends.push(("origin", origin.to_owned()));
        browser
    };
    for origin in ["https://evil.example", "null"] {
        for path in [REFRESH, SIGN_OUT, "/auth/user/email/verify", ORDINARY] {
            let answer = from(origin).send(&house, "POST", path).await;
            assert_eq!((answer.status(), &answer.json()["error_code"]), (403, &"FORBIDDEN".into()), "{path}");
            assert!(answer.clears_nothing() && answer.header("access-control-allow-origin").is_none());
        }
        assert_eq!(from(origin).send(&house, "GET", ORDINARY).await.status(), 200, "but cannot read it");
    }
    for origin in ["https://app.example", "http://acme.example"] {
        assert_eq!(from(origin).send(&house, "POST", ORDINARY).await.status(), 200, "{origin}");
    }
}
