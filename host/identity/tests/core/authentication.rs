//! Which token decides, and when the core is asked.

use p2p_identity::AuthenticateError::TryRefresh;
use p2p_identity::{AuthenticateError, CoreIdentity, Identity, SessionError};
use serde_json::json;

use crate::world::{Browser, USER, World, acme, member, tokens};

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

/// Such a token of another program may stand in a cookie, alone or beside one of ours.
#[tokio::test]
async fn a_session_of_a_user_whose_id_is_none_of_ours_has_ended_and_is_no_outage() {
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let marks = json!({"iss": world.identity.issuer(&acme().tenant), "tenant": "acme"});
    let body = json!({"userId": "user-7", "userDataInJWT": marks, "userDataInDatabase": {}, "enableAntiCsrf": false});
    let session = world.peer.call("POST", "/recipe/session", body).await;
    let [access, refresh] =
        ["accessToken", "refreshToken"].map(|part| session[part]["token"].as_str().unwrap().to_owned());
    let refreshed =
        async |cookies: &str| world.identity.session_refresh(&acme(), &tokens(&[("cookie", cookies)])).await;
    let alone = refreshed(&format!("sRefreshToken={refresh}")).await;
    assert!(matches!(alone, Err(SessionError::Invalid(clear)) if clear.len() == 6));
    let own = browser.cookie("sRefreshToken").unwrap();
    let both = refreshed(&format!("sRefreshToken={own}; sRefreshToken={refresh}")).await;
    assert_eq!(both.unwrap().user, USER, "ours counts");
    let access = tokens(&[("cookie", &format!("sAccessToken={access}"))]);
    assert_eq!(world.identity.authenticate(&acme(), &access, true).await, Ok(None));
    assert_eq!(world.identity.session_revoke(&acme(), &access).await.unwrap().len(), 6);
    let restated = world.identity.session_restate(&acme(), &access, member()).await;
    assert_eq!(restated.unwrap_err(), SessionError::Absent);
}

#[tokio::test]
async fn keys_are_read_before_anybody_needs_them_and_hold_while_the_core_is_away() {
    let mut world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let (prepared, late) = (world.replica(), world.replica());
    for _ in 0..2 {
        prepared.prepare(&acme()).await;
    }
    assert_eq!(world.peer.calls(KEYS).await, 1, "once is enough");
    world.peer.stop().await;
    let who = async |identity: &CoreIdentity| identity.authenticate(&acme(), &browser.call(), true).await;
    assert_eq!(who(&prepared).await.unwrap().unwrap().user_id, USER);
    late.prepare(&acme()).await;
    assert!(
        matches!(who(&late).await, Err(AuthenticateError::Unavailable(_))),
        "and failing is no hindrance"
    );
    world.advance(3 * 60);
    prepared.tick().await;
    assert!(who(&prepared).await.unwrap().is_some(), "nor do they go");
}

#[tokio::test]
async fn keys_that_could_not_be_read_at_the_start_are_read_when_the_core_is_back() {
    let world = World::new().await;
    world.peer.switch(json!({"html": true})).await;
    world.identity.prepare(&acme()).await;
    world.peer.switch(json!({"html": false})).await;
    world.advance(60);
    world.identity.tick().await;
    assert_eq!(world.peer.calls(KEYS).await, 1, "a broken one counts nothing");
    world.advance(60);
    world.identity.tick().await;
    assert_eq!(world.peer.calls(KEYS).await, 1, "and then kept");
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
