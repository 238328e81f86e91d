//! Which token decides.

use std::time::Duration;

use p2p_identity::AuthenticateError::TryRefresh;
use p2p_identity::{EmbeddedIdentity, Identity, SessionError};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, call, member, secrets, tokens};

const USER: Uuid = Uuid::from_u128(5);

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_in_another() {
    let world = World::new();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.identity.session_create(&call("other"), &browser.call(), USER, member()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.identity.authenticate(&call("other"), &browser.call(), true).await, Err(TryRefresh));
        assert!(world.who(&browser).await.unwrap().is_some(), "and remembered only where it counts");
    }
    let refreshed = world.identity.session_refresh(&call("other"), &browser.refresh()).await;
    assert!(matches!(refreshed, Err(SessionError::Invalid(_))));
    let revoked = world.identity.session_revoke(&call("other"), &browser.call()).await;
    assert!(revoked.is_ok());
    assert!(world.who(&browser).await.unwrap().is_some(), "signing out there does nothing here");
}

#[tokio::test]
async fn a_foreign_bearer_token_does_not_mask_a_cookie_and_ours_wins() {
    let world = World::new();
    let cookies = world.signed_in(Browser::with_cookies(), USER).await;
    let headers = world.signed_in(Browser::with_headers(), Uuid::from_u128(6)).await;
    let cookie = format!("sAccessToken={}", cookies.cookie("sAccessToken").unwrap());
    let bearer = format!("Bearer {}", headers.kept["st-access-token"]);
    let who = async |authorization: &str| {
        let request = tokens(&[("cookie", &cookie), ("authorization", authorization)]);
        world.identity.authenticate(&acme(), &request, true).await.unwrap().unwrap().user_id
    };
    assert_eq!(who("Bearer an-api-key").await, USER);
    assert_eq!(who("Bearer a.b.c").await, USER);
    assert_eq!(who("Basic eDp5").await, USER);
    assert_eq!(who(&bearer).await, Uuid::from_u128(6));
}

#[tokio::test]
async fn doubtful_cookies_ask_for_a_refresh() {
    let world = World::new();
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
}

#[tokio::test]
async fn of_two_refresh_cookies_the_newer_one_counts() {
    let world = World::new();
    let old = world.signed_in(Browser::with_cookies(), USER).await;
    let mut browser = old.clone();
    world.refresh(&mut browser).await.unwrap();
    world.advance(7200);
    world.refresh(&mut browser).await.unwrap();
    let (old, new) = (old.cookie("sRefreshToken").unwrap(), browser.cookie("sRefreshToken").unwrap());
    let both = format!("sRefreshToken={old}; sRefreshToken={new}");
    assert!(world.identity.session_refresh(&acme(), &tokens(&[("cookie", &both)])).await.is_ok());
}

#[tokio::test]
async fn tokens_of_a_time_when_they_lived_longer_live_no_longer_than_those_of_now() {
    let world = World::new();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut config = world.config.clone();
    config.sessions.access_validity = Duration::from_mins(10);
    let restarted =
        EmbeddedIdentity::new(world.stores.clone(), secrets(), world.clock.clone(), config).unwrap();
    let who = async || restarted.authenticate(&acme(), &browser.call(), true).await;
    assert!(who().await.unwrap().is_some());
    world.advance(600);
    assert_eq!(who().await, Err(TryRefresh), "what was noted against it may be forgotten by now");
    let restated = restarted.session_restate(&acme(), &browser.call(), member()).await;
    assert_eq!(restated.unwrap_err(), SessionError::Absent);
    assert!(world.who(&browser).await.unwrap().is_some());
}
