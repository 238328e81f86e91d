//! Sessions from sign-in to their end, with the two-phase refresh of the core.

use std::time::Duration;

use p2p_context::Role;
use p2p_identity::{AuthenticateError, Identity, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{MEMBER, World, acme, call, claims, member, tokens, within};

const USER: Uuid = Uuid::from_u128(5);

fn is_ended(error: &AuthenticateError) -> bool {
    matches!(error, AuthenticateError::Unauthorised { clear } if clear.len() == 6)
}

#[tokio::test]
async fn a_session_says_who_is_calling_in_either_mode() {
    let world = World::new().await;
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let browser = world.signed_in(browser, USER).await;
        let actor = world.who(&browser).await.unwrap().unwrap();
        assert_eq!((actor.user_id, actor.role, actor.organization_id), (USER, Role::Member, Some(MEMBER)));
        assert!(!actor.verified && !actor.platform_admin);
    }
    assert_eq!(world.who(&Browser::with_cookies()).await, Ok(None));
    assert_eq!(world.peer.calls("POST /recipe/session/verify").await, 0, "a new token needs no core");
}

#[tokio::test]
async fn refreshing_trades_both_tokens_and_stays_in_its_mode() {
    let world = World::new().await;
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let mut browser = world.signed_in(browser, USER).await;
        let (before, actor) = (browser.clone(), world.who(&browser).await.unwrap().unwrap());
        let issued = world.refresh(&mut browser).await.unwrap();
        assert_eq!((issued.user, &issued.handle), (USER, &actor.session));
        assert_eq!(world.who(&browser).await, Ok(Some(actor)));
        assert_eq!(browser.cookie("sAccessToken").is_some(), before.cookie("sAccessToken").is_some());
        assert_ne!(browser.cookie("sRefreshToken"), before.cookie("sRefreshToken").or(Some("")));
        assert_eq!(
            browser.kept.contains_key("st-refresh-token"),
            before.kept.contains_key("st-refresh-token")
        );
    }
}

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
    assert!(is_ended(&world.who(&browser).await.unwrap_err()), "the whole family is out, at once");
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
async fn signing_out_ends_this_session_only_even_with_an_old_token() {
    let world = World::new().await;
    for (mode, later) in [(Browser::with_cookies(), 0), (Browser::with_headers(), 7200)] {
        let mut browser = world.signed_in(mode.clone(), USER).await;
        let mut other = world.signed_in(mode, USER).await;
        let mut stolen = browser.clone();
        world.advance(later);
        let headers = world.identity.session_revoke(&acme(), &browser.call()).await.unwrap();
        browser.take(&headers);
        assert!(browser.holds_nothing());
        assert!(matches!(world.refresh(&mut stolen).await, Err(SessionError::Invalid(_))));
        world.refresh(&mut other).await.expect("the other session goes on");
    }
    let nothing = world.identity.session_revoke(&acme(), &tokens(&[])).await.unwrap();
    assert_eq!(nothing.len(), 6, "clears whatever there may be");
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_spares_others_and_later_ones() {
    let world = World::new().await;
    let mine = [
        world.signed_in(Browser::with_cookies(), USER).await,
        world.signed_in(Browser::with_headers(), USER).await,
    ];
    let theirs = world.signed_in(Browser::with_cookies(), Uuid::from_u128(6)).await;
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    for mut browser in mine {
        assert!(is_ended(&world.who(&browser).await.unwrap_err()));
        assert!(matches!(world.refresh(&mut browser).await, Err(SessionError::Invalid(_))));
    }
    assert!(world.who(&theirs).await.unwrap().is_some());
    let again = world.signed_in(Browser::with_cookies(), USER).await;
    assert!(world.who(&again).await.unwrap().is_some(), "in the same instant");
    world.identity.session_revoke_user(&acme(), Uuid::from_u128(7)).await.expect("none is fine");
    assert_eq!(world.audited_as("identity.session.revoked").await.len(), 1);
}

#[tokio::test]
async fn new_claims_hold_at_once() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let untouched = world.signed_in(Browser::with_cookies(), Uuid::from_u128(6)).await;
    for role in ["admin", "member", "admin"] {
        world.identity.session_update_claims(&acme(), USER, claims(role)).await.unwrap();
        assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh));
        world.refresh(&mut browser).await.unwrap();
        assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), role);
    }
    assert!(world.who(&untouched).await.unwrap().is_some());
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
async fn only_a_session_that_holds_is_restated() {
    let world = World::new().await;
    let restate = async |browser: &Browser| {
        world.identity.session_restate(&acme(), &browser.call(), member()).await.unwrap_err()
    };
    assert_eq!(restate(&Browser::with_cookies()).await, SessionError::Absent);
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    assert!(matches!(restate(&browser).await, SessionError::Invalid(_)));
    let expired = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(3600);
    assert_eq!(restate(&expired).await, SessionError::Absent);
}

#[tokio::test]
async fn without_a_refresh_token_there_is_nothing_to_refresh() {
    let world = World::new().await;
    let absent = world.identity.session_refresh(&acme(), &tokens(&[])).await;
    assert_eq!(absent.unwrap_err(), SessionError::Absent);
    for garbage in ["x", "A", &"A".repeat(400), "%00", "a.b.c", "a.b.V2"] {
        let cookie = format!("sRefreshToken={garbage}");
        let outcome = world.identity.session_refresh(&acme(), &tokens(&[("cookie", &cookie)])).await;
        assert!(matches!(outcome, Err(SessionError::Invalid(clear)) if clear.len() == 6), "{garbage}");
    }
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
