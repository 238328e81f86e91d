//! New claims for one session while its refresh token stays.

use p2p_context::Role;
use p2p_identity::{AntiCsrf, AuthenticateError, Identity as _, SessionError};
use serde_json::json;

use super::browser::Browser;
use super::room::{OTHER, USER, acme, call, claims, member, tokens};
use crate::world::World;

async fn restate(world: &World, browser: &mut Browser, role: &str) -> Result<(), SessionError> {
    let issued = world.identity.session_restate(&acme(), &browser.call(), claims(role)).await?;
    browser.take(&issued.headers);
    Ok(())
}

#[tokio::test]
async fn restating_gives_this_session_new_claims_and_keeps_its_refresh_token() {
    let world = World::new().await;
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let mut browser = world.signed_in(browser, USER).await;
        let other = world.signed_in(Browser::with_cookies(), USER).await;
        let old = browser.clone();
        for role in ["admin", "member", "admin"] {
            let request = browser.call();
            let issued = world.identity.session_restate(&acme(), &request, claims(role)).await.unwrap();
            assert_eq!(issued.user, USER);
            browser.take(&issued.headers);
            let actor = world.who(&browser).await.unwrap().unwrap();
            assert_eq!((actor.role.as_str(), &actor.session), (role, &issued.handle));
        }
        assert_eq!(world.who(&other).await.unwrap().unwrap().role, Role::Member, "another one keeps its own");
        assert_eq!(world.who(&old).await, Err(AuthenticateError::TryRefresh), "what was before is stale");
        assert_eq!(browser.cookie("sRefreshToken"), old.cookie("sRefreshToken"));
        world.refresh(&mut browser).await.unwrap();
        assert_eq!(world.who(&browser).await.unwrap().unwrap().role, Role::Admin);
    }
}

#[tokio::test]
async fn each_statement_makes_the_one_before_it_stale_also_within_a_millisecond() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut before = Vec::new();
    for role in ["admin", "member", "admin"] {
        before.push(browser.clone());
        restate(&world, &mut browser, role).await.unwrap();
        assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), role);
        for old in &before {
            assert_eq!(world.who(old).await, Err(AuthenticateError::TryRefresh));
        }
    }
    let mut behind = before.remove(0);
    restate(&world, &mut behind, "member").await.expect("two tabs that ask at once both get an answer");
    assert_eq!(world.who(&behind).await.unwrap().unwrap().role.as_str(), "member");
    assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh));
    world.refresh(&mut browser).await.unwrap();
    assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), "member");
}

#[tokio::test]
async fn a_token_that_does_not_hold_restates_nothing_and_clears_nothing() {
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let elsewhere = world.identity.session_restate(&call("other"), &browser.call(), member()).await;
    assert_eq!(elsewhere.unwrap_err(), SessionError::Absent, "of another tenant");
    let token = browser.cookie("sAccessToken").unwrap();
    for cookie in [
        String::new(),
        "sAccessToken=x".to_owned(),
        "sAccessToken=a.b.c".to_owned(),
        format!("sAccessToken={token}A"),
        format!("sAccessToken={token}; sAccessToken={token}"),
    ] {
        let request = tokens(&[("cookie", &cookie)]);
        let outcome = world.identity.session_restate(&acme(), &request, member()).await;
        assert_eq!(outcome.unwrap_err(), SessionError::Absent, "{cookie}");
    }
    world.advance(3600);
    let expired = world.identity.session_restate(&acme(), &browser.call(), member()).await;
    assert_eq!(expired.unwrap_err(), SessionError::Absent);
}

#[tokio::test]
async fn a_session_that_has_ended_is_not_restated() {
    let world = World::new().await;
    let replica = world.replica();
    replica.session_revoke_user(&acme(), OTHER).await.unwrap();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(1);
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    // The other replica has not heard of it; the store has.
    for identity in [&world.identity, &replica] {
        let outcome = identity.session_restate(&acme(), &browser.call(), claims("admin")).await;
        let Err(SessionError::Invalid(clear)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(clear.len(), 6);
    }
    assert!(matches!(world.refresh(&mut browser).await, Err(SessionError::Invalid(_))));
}

#[tokio::test]
async fn another_replica_learns_that_the_old_token_is_stale() {
    let world = World::new().await;
    let replica = world.replica();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let old = browser.clone();
    assert!(replica.authenticate(&acme(), &old.call(), true).await.unwrap().is_some());
    restate(&world, &mut browser, "admin").await.unwrap();
    world.advance(1);
    replica.tick().await;
    let answer = async |browser: &Browser| replica.authenticate(&acme(), &browser.call(), true).await;
    assert_eq!(answer(&old).await, Err(AuthenticateError::TryRefresh));
    assert_eq!(answer(&browser).await.unwrap().unwrap().role.as_str(), "admin");
}

#[tokio::test]
async fn the_anti_csrf_token_stays_as_it_was() {
    let world = World::with(|config| config.sessions.anti_csrf = AntiCsrf::ViaToken).await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let kept = browser.kept["anti-csrf"].clone();
    restate(&world, &mut browser, "admin").await.unwrap();
    assert_eq!(browser.kept["anti-csrf"], kept);
    assert!(world.identity.authenticate(&acme(), &browser.call(), false).await.unwrap().is_some());
}

#[tokio::test]
async fn claims_may_not_take_the_place_of_what_the_core_says() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let wanted = json!({"sub": OTHER, "exp": 0, "tId": "other", "sessionHandle": "x", "verified": true});
    let issued =
        world.identity.session_restate(&acme(), &browser.call(), wanted.as_object().unwrap().clone()).await;
    browser.take(&issued.unwrap().headers);
    let actor = world.who(&browser).await.unwrap().unwrap();
    assert_eq!((actor.user_id, actor.verified), (USER, true));
}
