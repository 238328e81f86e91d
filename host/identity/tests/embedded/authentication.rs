//! Which token decides.

use std::time::Duration;

use p2p_identity::AuthenticateError::TryRefresh;
use p2p_identity::{EmbeddedIdentity, Identity, SessionError};

use crate::world::{Browser, USER, World, acme, member, secrets, tokens};

#[tokio::test]
async fn of_two_refresh_cookies_the_newer_one_counts() {
    let world = World::new().await;
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
    let world = World::new().await;
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
