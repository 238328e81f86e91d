//! Which token decides, and where.

use p2p_identity::AuthenticateError::TryRefresh;
use p2p_identity::{Identity as _, SessionError};

use super::browser::Browser;
use super::room::{OTHER, USER, acme, call, claims, member, tokens};
use crate::world::World;

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_in_another() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let other = call("other");
    world.identity.session_create(&other, &browser.call(), USER, member()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.identity.authenticate(&other, &browser.call(), true).await, Err(TryRefresh));
        assert!(world.who(&browser).await.unwrap().is_some(), "and remembered only where it counts");
    }
    let refreshed = world.identity.session_refresh(&other, &browser.refresh()).await;
    assert!(matches!(refreshed, Err(SessionError::Invalid(_))));
    let restated = world.identity.session_restate(&other, &browser.call(), member()).await;
    assert_eq!(restated.unwrap_err(), SessionError::Absent);
    world.identity.session_revoke(&other, &browser.call()).await.unwrap();
    world.identity.session_update_claims(&other, USER, claims("admin")).await.unwrap();
    assert!(world.who(&browser).await.unwrap().is_some(), "signing out there does nothing here");
    world.refresh(&mut browser).await.expect("nor does refreshing");
    assert_eq!(world.identity.issuer(&acme().tenant), "http://localhost:8000/auth/acme");
}

#[tokio::test]
async fn a_foreign_bearer_token_does_not_mask_a_cookie_and_ours_wins() {
    let world = World::new().await;
    let cookies = world.signed_in(Browser::with_cookies(), USER).await;
    let headers = world.signed_in(Browser::with_headers(), OTHER).await;
    let cookie = format!("sAccessToken={}", cookies.cookie("sAccessToken").unwrap());
    let bearer = format!("Bearer {}", headers.kept["st-access-token"]);
    let who = async |authorization: &str| {
        let request = tokens(&[("cookie", &cookie), ("authorization", authorization)]);
        world.identity.authenticate(&acme(), &request, true).await.unwrap().unwrap().user_id
    };
    for foreign in ["Bearer an-api-key", "Bearer a.b.c", "Basic eDp5"] {
        assert_eq!(who(foreign).await, USER, "{foreign}");
    }
    assert_eq!(who(&bearer).await, OTHER);
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
    world.advance(3600);
    assert_eq!(world.who(&browser).await, Err(TryRefresh), "expired");
}
