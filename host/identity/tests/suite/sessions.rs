//! Sessions from sign-in to their end.

use p2p_context::Role;
use p2p_identity::{AuthenticateError, Identity as _, SessionError};
use uuid::Uuid;

use super::browser::Browser;
use super::room::{ORGANIZATION, OTHER, USER, acme, claims, tokens};
use crate::world::World;

#[tokio::test]
async fn a_session_says_who_is_calling_in_either_mode() {
    let world = World::new().await;
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let browser = world.signed_in(browser, USER).await;
        let actor = world.who(&browser).await.unwrap().unwrap();
        assert_eq!(
            (actor.user_id, actor.role, actor.organization_id),
            (USER, Role::Member, Some(ORGANIZATION))
        );
        assert!(!actor.verified && !actor.platform_admin);
    }
    assert_eq!(world.who(&Browser::with_cookies()).await, Ok(None));
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
        assert!(later > 0 || world.who(&other).await.unwrap().is_some());
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
    let theirs = world.signed_in(Browser::with_cookies(), OTHER).await;
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    for mut browser in mine {
        assert!(world.is_out(&browser).await);
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
    let untouched = world.signed_in(Browser::with_cookies(), OTHER).await;
    for role in ["admin", "member", "admin"] {
        world.identity.session_update_claims(&acme(), USER, claims(role)).await.unwrap();
        assert_eq!(
            world.who(&browser).await,
            Err(AuthenticateError::TryRefresh),
            "no tick of the clock in between"
        );
        world.refresh(&mut browser).await.unwrap();
        assert_eq!(world.who(&browser).await.unwrap().unwrap().role.as_str(), role);
    }
    assert!(world.who(&untouched).await.unwrap().is_some());
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
