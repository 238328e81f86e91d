//! What a call is answered in every state of its session, on routes of the protocol and on ordinary ones.

use p2p_http::HttpOptions;
use p2p_identity::AntiCsrf;
use serde_json::json;

use super::{NEEDS, ORDINARY, SIGN_OUT, Stage};
use crate::browser::Browser;
use crate::house::{Answer, request};

const OPTIONAL: &str = "/auth/user/email/verify";
const PUBLIC: &str = "/auth/emailpassword/email/exists";

fn tells(answer: &Answer, status: u16, message: &str) -> bool {
    answer.protocol_error() == (status, message.to_owned())
}

#[tokio::test]
async fn a_session_that_holds_is_let_in_in_both_modes() {
    let Stage { house, feature, .. } = Stage::new();
    for mode in ["cookie", "header"] {
        let mut browser = Browser::signed_in(&house, mode).await;
        for (method, path) in [("GET", NEEDS), ("POST", OPTIONAL), ("GET", ORDINARY), ("POST", ORDINARY)] {
            assert_eq!(browser.send(&house, method, path).await.status(), 200, "{mode} {method} {path}");
            assert!(feature.last().0.actor.is_some());
        }
    }
}

#[tokio::test]
async fn nobody_is_told_so_and_nothing_is_cleared() {
    let Stage { house, feature, .. } = Stage::new();
    let mut nobody = Browser::new("cookie");
    let answer = nobody.send(&house, "GET", NEEDS).await;
    assert!(tells(&answer, 401, "unauthorised") && answer.clears_nothing());
    assert_eq!(answer.json()["error_code"], "UNAUTHENTICATED");
    for (method, path) in [("POST", OPTIONAL), ("GET", PUBLIC)] {
        assert_eq!(nobody.send(&house, method, path).await.status(), 200, "{path}");
        assert!(feature.last().0.actor.is_none());
    }
}

#[tokio::test]
async fn a_stale_token_is_to_be_refreshed_where_a_session_counts() {
    let stage = Stage::new();
    for mode in ["cookie", "header"] {
        let mut browser = Browser::signed_in(&stage.house, mode).await;
        stage.advance(2);
        for (method, path) in [("GET", NEEDS), ("POST", OPTIONAL)] {
            let answer = browser.send(&stage.house, method, path).await;
            assert!(tells(&answer, 401, "try refresh token") && answer.clears_nothing(), "{mode} {path}");
        }
        for (method, path) in [("POST", "/auth/signin"), ("GET", PUBLIC)] {
            assert_eq!(
                browser.send(&stage.house, method, path).await.status(),
                200,
                "{path} looks at no session"
            );
        }
        for path in ["/api/v1/say/optional/hello", ORDINARY] {
            for method in ["GET", "POST"] {
                let answer = browser.send(&stage.house, method, path).await;
                assert_eq!(answer.error(), (401, "TRY_REFRESH".to_owned()), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn an_ended_session_is_cleared_in_both_modes() {
    let Stage { house, .. } = Stage::new();
    for mode in ["cookie", "header"] {
        let mut browser = Browser::signed_in(&house, mode).await;
        let left = browser.clone();
        browser.send(&house, "POST", SIGN_OUT).await;
        for (method, path) in [("GET", NEEDS), ("POST", OPTIONAL)] {
            let answer = left.clone().send(&house, method, path).await;
            assert!(tells(&answer, 401, "unauthorised") && answer.clears_everything(), "{mode} {path}");
        }
        assert_eq!(left.clone().send(&house, "POST", "/auth/signin").await.status(), 200);
    }
}

#[tokio::test]
async fn the_anti_csrf_rules_hold_for_calls_that_change_something_with_cookies() {
    for (rule, proof) in [(AntiCsrf::ViaCustomHeader, "rid"), (AntiCsrf::ViaToken, "anti-csrf")] {
        let Stage { house, .. } = Stage::guarded_by(rule);
        let mut browser = Browser::signed_in(&house, "cookie").await;
        let token = browser.kept.remove("anti-csrf").unwrap_or_default();
        assert_eq!(browser.send(&house, "GET", ORDINARY).await.status(), 200, "reading needs no proof");
        let answer = browser.send(&house, "POST", OPTIONAL).await;
        assert!(tells(&answer, 401, "try refresh token") && answer.clears_nothing(), "{rule:?}");
        browser.sends.push((proof, token));
        assert_eq!(browser.send(&house, "POST", OPTIONAL).await.status(), 200, "{rule:?}");
        let mut header = Browser::signed_in(&house, "header").await;
        assert_eq!(header.send(&house, "POST", OPTIONAL).await.status(), 200, "{rule:?}");
    }
}

#[tokio::test]
async fn an_unconfirmed_address_is_an_invalid_claim_where_the_operator_wants_it_confirmed() {
    let origins = vec!["https://app.example".to_owned()];
    let options = HttpOptions { require_verified: true, origins, ..HttpOptions::default() };
    let Stage { house, .. } = Stage::with(options, |_| ());
    let mut browser =
        Browser::with_claims(&house, "cookie", json!({"role": "admin", "verified": false})).await;
    browser.sends.push(("origin", "https://app.example".to_owned()));
    let reason = json!({"message": "wrong value", "expectedValue": true, "actualValue": false});
    let errors = json!([{"id": "st-ev", "reason": reason}]);
    let answer = browser.send(&house, "GET", "/auth/mfa/info").await;
    assert!(tells(&answer, 403, "invalid claim") && answer.clears_nothing());
    assert_eq!(answer.json()["claimValidationErrors"], errors);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    for path in [ORDINARY, "/api/v1/say/admin/hello"] {
        let answer = browser.send(&house, "GET", path).await;
        assert_eq!((answer.status(), &answer.json()["claimValidationErrors"]), (403, &errors), "{path}");
        assert_eq!(answer.json()["error_code"], "EMAIL_NOT_VERIFIED");
        assert_eq!(answer.json()["message"], "Confirm your e-mail address first.");
    }
    for (method, path) in [
        ("GET", NEEDS),
        ("POST", OPTIONAL),
        ("GET", "/api/v1/say/unverified/hello"),
        ("GET", "/api/v1/say/optional/hello"),
        ("GET", "/api/v1/say/hello"),
        ("POST", SIGN_OUT),
    ] {
        assert_eq!(browser.send(&house, method, path).await.status(), 200, "{path}");
    }
    let mut verified = Browser::signed_in(&house, "cookie").await;
    assert_eq!(verified.send(&house, "GET", ORDINARY).await.status(), 200);
}

#[tokio::test]
async fn without_that_policy_addresses_need_not_be_confirmed() {
    let Stage { house, .. } = Stage::new();
    let mut browser = Browser::with_claims(&house, "header", json!({"verified": false})).await;
    assert_eq!(browser.send(&house, "GET", ORDINARY).await.status(), 200);
    let member = browser.send(&house, "GET", "/api/v1/say/admin/hello").await;
    assert_eq!(member.error(), (403, "FORBIDDEN".to_owned()), "without claimValidationErrors");
}

#[tokio::test]
async fn a_cookie_that_comes_twice_is_to_be_refreshed() {
    let Stage { house, .. } = Stage::new();
    let token = Browser::signed_in(&house, "cookie").await.access_token();
    let cookies = format!("sAccessToken={token}; sAccessToken={token}");
    let answer = house.send(request("GET", NEEDS).header("cookie", cookies).body("").unwrap()).await;
    assert!(tells(&answer, 401, "try refresh token") && answer.clears_nothing());
}
