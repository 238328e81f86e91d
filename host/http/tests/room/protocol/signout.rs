//! `POST /auth/signout`: one test per answer.

use p2p_identity::AntiCsrf;
use serde_json::json;

use super::{ORDINARY, SIGN_OUT, Stage};
use crate::browser::Browser;
use crate::house::House;

#[tokio::test]
async fn a_session_ends_and_the_mode_it_came_in_is_cleared() {
    let Stage { house, .. } = Stage::new();
    for (mode, headers, cookies) in [("cookie", None, 3), ("header", Some(""), 0)] {
        let mut browser = Browser::signed_in(&house, mode).await;
        let mut elsewhere = browser.clone();
        let answer = browser.send(&house, "POST", SIGN_OUT).await;
        assert_eq!((answer.status(), answer.json()), (200, json!({"status": "OK"})));
        assert_eq!(answer.header("front-token"), Some("remove"));
        assert_eq!(answer.header("st-access-token"), headers);
        assert_eq!(answer.all("set-cookie").len(), cookies);
        assert!(browser.cookies.is_empty() && browser.kept.is_empty());
        let ended = elsewhere.send(&house, "GET", ORDINARY).await;
        assert_eq!(ended.error(), (401, "SESSION_EXPIRED".to_owned()));
        assert!(ended.clears_everything());
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_cleared() {
    let Stage { house, .. } = Stage::new();
    let answer = Browser::new("cookie").send(&house, "POST", SIGN_OUT).await;
    assert_eq!(answer.protocol_error(), (401, "unauthorised".to_owned()));
    assert!(answer.clears_nothing());
}

#[tokio::test]
async fn a_stale_token_is_to_be_refreshed_first() {
    let stage = Stage::new();
    for mode in ["cookie", "header"] {
        let mut browser = Browser::signed_in(&stage.house, mode).await;
        stage.advance(2);
        let answer = browser.send(&stage.house, "POST", SIGN_OUT).await;
        assert_eq!(answer.protocol_error(), (401, "try refresh token".to_owned()));
        assert!(answer.clears_nothing());
    }
}

#[tokio::test]
async fn a_session_that_is_over_is_cleared() {
    let Stage { house, .. } = Stage::new();
    let mut browser = Browser::signed_in(&house, "cookie").await;
    let mut again = browser.clone();
    browser.send(&house, "POST", SIGN_OUT).await;
    let answer = again.send(&house, "POST", SIGN_OUT).await;
    assert_eq!(answer.protocol_error(), (401, "unauthorised".to_owned()));
    assert!(answer.clears_everything());
}

#[tokio::test]
async fn the_anti_csrf_rule_holds() {
    let Stage { house, .. } = Stage::guarded_by(AntiCsrf::ViaCustomHeader);
    let mut browser = Browser::signed_in(&house, "cookie").await;
    let answer = browser.send(&house, "POST", SIGN_OUT).await;
    assert_eq!(answer.protocol_error(), (401, "try refresh token".to_owned()));
    assert!(answer.clears_nothing());
    browser.sends.push(("rid", "session".to_owned()));
    assert_eq!(browser.send(&house, "POST", SIGN_OUT).await.status(), 200);
}

#[tokio::test]
async fn when_nothing_can_be_looked_up_nobody_is_told_so() {
    let mut browser = Browser::signed_in(&House::new(), "cookie").await;
    let house = House::new();
    house.lose_data();
    let answer = browser.send(&house, "POST", SIGN_OUT).await;
    assert_eq!(answer.protocol_error().0, 503);
    assert!(answer.clears_nothing());
}
