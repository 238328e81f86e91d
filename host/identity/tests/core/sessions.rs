//! Sessions from sign-in to their end, with the two-phase refresh of the core.

use std::time::Duration;

use p2p_context::Role;
use p2p_identity::{AuthenticateError, Identity, SessionError};
use serde_json::json;

use crate::world::{Browser, USER, World, acme, call, claims, tokens, within};

#[tokio::test]
async fn a_lost_answer_is_no_theft_and_an_old_token_is() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut behind = browser.clone();
    world.refresh(&mut browser.clone()).await.unwrap();
    world.refresh(&mut browser).await.expect("the answer before was lost");
    world.who(&browser).await.unwrap().expect("this use makes it final");
    assert!(matches!(world.refresh(&mut behind).await, Err(SessionError::Reused(_))));
    assert!(behind.holds_nothing());
    assert!(world.is_out(&browser).await, "the whole family is out, at once");
    assert!(matches!(world.refresh(&mut browser).await, Err(SessionError::Invalid(_))));
    assert!(browser.holds_nothing());
    assert_eq!(world.audited_as("identity.session.reused").await.len(), 1);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let world = World::new().await;
    for last_answer_is_the_first in [true, false] {
        let browser = world.signed_in(Browser::with_cookies(), USER).await;
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let (first, second) = tokio::join!(world.refresh(&mut one), world.refresh(&mut two));
        assert!(first.is_ok() && second.is_ok());
        let (mut kept, mut lost) = if last_answer_is_the_first { (one, two) } else { (two, one) };
        world.who(&kept).await.unwrap().expect("whichever answer the browser kept");
        world.refresh(&mut kept).await.unwrap();
        assert!(matches!(world.refresh(&mut lost).await, Err(SessionError::Reused(_))));
    }
}

#[tokio::test]
async fn of_two_refresh_cookies_an_old_one_is_no_theft() {
    let world = World::new().await;
    let old = world.signed_in(Browser::with_cookies(), USER).await;
    let mut browser = old.clone();
    world.refresh(&mut browser).await.unwrap();
    world.who(&browser).await.unwrap().unwrap();
    let (old, new) = (old.cookie("sRefreshToken").unwrap(), browser.cookie("sRefreshToken").unwrap());
    for both in [
        format!("sRefreshToken={old}; sRefreshToken={new}"),
        format!("sRefreshToken={new}; sRefreshToken={old}"),
    ] {
        let request = tokens(&[("cookie", &both)]);
        world.identity.session_refresh(&acme(), &request).await.expect("the newer one counts");
    }
    let request = tokens(&[("cookie", &format!("sRefreshToken={old}; sRefreshToken=nonsense"))]);
    let reused = world.identity.session_refresh(&acme(), &request).await;
    assert!(matches!(reused, Err(SessionError::Reused(_))));
}

#[tokio::test]
async fn an_old_token_of_another_tenant_ends_nothing() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let behind = browser.clone();
    world.refresh(&mut browser).await.unwrap();
    world.who(&browser).await.unwrap().expect("this use makes it final");
    let elsewhere = world.identity.session_refresh(&call("other"), &behind.refresh()).await;
    assert!(matches!(elsewhere, Err(SessionError::Invalid(_))), "{elsewhere:?}");
    assert!(world.who(&browser).await.unwrap().is_some());
    world.refresh(&mut browser).await.expect("it goes on");
}

#[tokio::test]
async fn nobody_acts_by_an_old_role_when_the_core_is_too_slow_to_hear_of_the_new_one() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.peer.switch(json!({"slow": 600})).await;
    let soon = within("acme", Duration::from_millis(1000));
    let update = world.identity.session_update_claims(&soon, USER, claims("admin")).await;
    assert_eq!(update, Err(SessionError::Timeout));
    world.peer.switch(json!({"slow": 0})).await;
    assert_eq!(world.peer.calls("PUT /recipe/jwt/data").await, 0);
    assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh));
    world.refresh(&mut browser).await.unwrap();
    assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh), "nor after a refresh");
    world.identity.session_update_claims(&acme(), USER, claims("admin")).await.unwrap();
    world.refresh(&mut browser).await.unwrap();
    assert_eq!(world.who(&browser).await.unwrap().unwrap().role, Role::Admin);
}
