//! Which token decides, and when the core is asked.

use p2p_identity::AuthenticateError::TryRefresh;
use p2p_identity::{AuthenticateError, Identity, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, call, tokens};

const USER: Uuid = Uuid::from_u128(5);
const VERIFY: &str = "POST /recipe/session/verify";
const KEYS: &str = "GET /.well-known/jwks.json";

#[tokio::test]
async fn the_core_is_asked_once_for_the_token_of_a_refresh_and_for_no_other() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.who(&browser).await.unwrap().unwrap();
    assert_eq!((world.peer.calls(VERIFY).await, world.peer.calls(KEYS).await), (0, 1));
    world.refresh(&mut browser).await.unwrap();
    let crowd = futures::future::join_all((0..10).map(|_| world.who(&browser))).await;
    assert!(crowd.iter().all(|answer| answer.as_ref().unwrap().is_some()));
    assert_eq!((world.peer.calls(VERIFY).await, world.peer.calls(KEYS).await), (1, 1));
    let replica = world.replica();
    assert!(replica.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
    assert_eq!(world.peer.calls(VERIFY).await, 2, "each replica by itself");
}

#[tokio::test]
async fn the_first_use_of_a_refresh_finds_out_that_the_session_has_ended_elsewhere() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.refresh(&mut browser).await.unwrap();
    world.peer.call("POST", "/recipe/session/remove", json!({"userId": USER})).await;
    assert!(matches!(world.who(&browser).await, Err(AuthenticateError::Unauthorised { .. })));
}

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_in_another_though_both_have_the_same_keys() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let other = call("other");
    for _ in 0..2 {
        assert_eq!(world.identity.authenticate(&other, &browser.call(), true).await, Err(TryRefresh));
        assert!(world.who(&browser).await.unwrap().is_some(), "and remembered only where it counts");
    }
    let refreshed = world.identity.session_refresh(&other, &browser.refresh()).await;
    assert!(matches!(refreshed, Err(SessionError::Invalid(_))));
    assert_eq!(
        world.identity.session_restate(&other, &browser.call(), crate::world::member()).await.unwrap_err(),
        SessionError::Absent
    );
    world.identity.session_revoke(&other, &browser.call()).await.unwrap();
    world.identity.session_update_claims(&other, USER, crate::world::claims("admin")).await.unwrap();
    assert!(world.who(&browser).await.unwrap().is_some(), "signing out there does nothing here");
    world.refresh(&mut browser).await.expect("nor does refreshing");
    assert_eq!(world.identity.issuer(&acme().tenant), "http://localhost:8000/auth/acme");
}

#[tokio::test]
async fn a_session_that_another_server_opened_in_the_same_core_is_not_ours() {
    let world = World::new().await;
    let issuer = world.identity.issuer(&acme().tenant);
    for payload in [json!({"iss": issuer}), json!({"iss": "http://other", "tenant": "acme"}), json!({})] {
        let body = json!({"userId": USER, "userDataInJWT": payload, "userDataInDatabase": {}, "enableAntiCsrf": false});
        let session = world.peer.call("POST", "/recipe/session", body).await;
        let bearer = |part: &str| format!("Bearer {}", session[part]["token"].as_str().unwrap());
        let access = tokens(&[("authorization", &bearer("accessToken"))]);
        let answer = world.identity.authenticate(&acme(), &access, true).await;
        assert!(matches!(answer, Err(TryRefresh) | Ok(None)), "{payload} {answer:?}");
    }
}

#[tokio::test]
async fn keys_change_and_nobody_notices() {
    let world = World::new().await;
    let before = world.signed_in(Browser::with_cookies(), USER).await;
    assert!(world.who(&before).await.unwrap().is_some());
    world.peer.switch(json!({"newKey": true})).await;
    world.advance(1);
    let after = world.signed_in(Browser::with_cookies(), USER).await;
    assert!(world.who(&after).await.unwrap().is_some(), "an unknown key is looked for");
    assert!(world.who(&before).await.unwrap().is_some());
    assert_eq!(world.peer.calls(KEYS).await, 2);
    world.advance(4 * 3600);
    world.identity.tick().await;
    assert_eq!(world.peer.calls(KEYS).await, 3, "read again now and then");
}

#[tokio::test]
async fn a_flood_of_unknown_keys_reaches_the_core_twice_a_second_at_most() {
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_headers(), USER).await;
    assert!(world.who(&browser).await.unwrap().is_some());
    world.advance(1);
    let token = &browser.kept["st-access-token"];
    let (_, rest) = token.split_once('.').unwrap();
    // {"kid":"d-9","typ":"JWT","version":"5","alg":"RS256"}
    let forged =
        format!("Bearer eyJraWQiOiJkLTkiLCJ0eXAiOiJKV1QiLCJ2ZXJzaW9uIjoiNSIsImFsZyI6IlJTMjU2In0.{rest}");
    let request = tokens(&[("authorization", &forged)]);
    let before = world.peer.calls(KEYS).await;
    for _ in 0..20 {
        assert_eq!(world.identity.authenticate(&acme(), &request, true).await, Err(TryRefresh));
    }
    assert!(world.peer.calls(KEYS).await - before <= 3);
}

#[tokio::test]
async fn doubtful_cookies_ask_for_a_refresh_and_other_texts_are_nothing() {
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let token = browser.cookie("sAccessToken").unwrap();
    for cookie in [
        format!("sAccessToken={token}; sAccessToken={token}"),
        format!("sAccessToken={token}; sIdRefreshToken=x"),
        "sIdRefreshToken=x".to_owned(),
        format!("sAccessToken={}", token.replace('.', "..")),
        format!("sAccessToken={token}A"),
    ] {
        let outcome = world.identity.authenticate(&acme(), &tokens(&[("cookie", &cookie)]), true).await;
        let is_garbage = cookie.contains("..");
        assert_eq!(outcome, if is_garbage { Ok(None) } else { Err(TryRefresh) }, "{cookie}");
    }
    let cookie = format!("sAccessToken={token}");
    let with_key = tokens(&[("cookie", &cookie), ("authorization", "Bearer an-api-key")]);
    assert!(world.identity.authenticate(&acme(), &with_key, true).await.unwrap().is_some());
    world.advance(3600);
    assert_eq!(world.who(&browser).await, Err(TryRefresh), "expired");
}

#[tokio::test]
async fn anybody_may_know_the_public_keys() {
    let world = World::new().await;
    let published = world.identity.public_keys(&acme()).await.unwrap();
    assert_eq!((published.keys.len(), published.max_age.as_secs()), (2, 60));
    let listed = world.peer.call("GET", "/.well-known/jwks.json", json!({})).await;
    assert_eq!(serde_json::to_value(&published.keys).unwrap(), listed["keys"]);
    world.identity.public_keys(&acme()).await.unwrap();
    assert_eq!(world.peer.calls(KEYS).await, 2, "one is ours, one is this test's");
    world.advance(61);
    world.peer.switch(json!({"newKey": true})).await;
    assert_eq!(world.identity.public_keys(&acme()).await.unwrap().keys.len(), 3);
    world.advance(61);
    world.peer.switch(json!({"html": true})).await;
    assert_eq!(world.identity.public_keys(&acme()).await.unwrap().keys.len(), 3, "those of before");
}
