//! Sessions from sign-in to their end.

use p2p_context::Role;
use p2p_identity::{AuthenticateError, Identity, SessionError};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, claims, tokens};

const USER: Uuid = Uuid::from_u128(5);

fn is_ended(error: &AuthenticateError) -> bool {
    matches!(error, AuthenticateError::Unauthorised { clear } if clear.len() == 6)
}

#[tokio::test]
async fn a_session_says_who_is_calling_in_either_mode() {
    let world = World::new();
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let browser = world.signed_in(browser, USER).await;
        let actor = world.who(&browser).await.unwrap().unwrap();
        assert_eq!(
            (actor.user_id, actor.role, actor.organization_id),
            (USER, Role::Member, Some(Uuid::from_u128(9)))
        );
        assert!(!actor.verified && !actor.platform_admin);
    }
    assert_eq!(world.who(&Browser::with_cookies()).await, Ok(None));
}

#[tokio::test]
async fn refreshing_trades_both_tokens_and_stays_in_its_mode() {
    let world = World::new();
    for browser in [Browser::with_cookies(), Browser::with_headers()] {
        let mut browser = world.signed_in(browser, USER).await;
        let before = (browser.clone(), world.who(&browser).await.unwrap().unwrap());
        world.advance(3600);
        assert_eq!(world.who(&browser).await, Err(AuthenticateError::TryRefresh));
        let issued = world.refresh(&mut browser).await.unwrap();
        assert_eq!((issued.user, &issued.handle), (USER, &before.1.session));
        assert_eq!(world.who(&browser).await, Ok(Some(before.1)));
        let uses_cookies = browser.cookie("sAccessToken").is_some();
        assert_eq!(uses_cookies, before.0.cookie("sAccessToken").is_some());
        assert_ne!(
            browser.cookie("sRefreshToken").or(browser.kept.get("st-refresh-token").map(String::as_str)),
            None
        );
    }
}

#[tokio::test]
async fn a_lost_answer_is_no_theft_and_an_old_token_is() {
    let world = World::new();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut behind = browser.clone();
    world.refresh(&mut browser).await.unwrap();
    world.advance(30);
    let mut retried = behind.clone();
    world.refresh(&mut retried).await.expect("within the grace");
    world.advance(1);
    assert!(matches!(world.refresh(&mut behind).await, Err(SessionError::Reused(_))));
    assert!(behind.holds_nothing());
    for mut left in [browser, retried] {
        assert!(is_ended(&world.who(&left).await.unwrap_err()), "the whole family is out, at once");
        assert!(matches!(world.refresh(&mut left).await, Err(SessionError::Invalid(_))));
        assert!(left.holds_nothing());
    }
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_go_on() {
    let world = World::new();
    for last_answer_is_the_first in [true, false] {
        let browser = world.signed_in(Browser::with_cookies(), USER).await;
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let (first, second) = tokio::join!(world.refresh(&mut one), world.refresh(&mut two));
        assert!(first.is_ok() && second.is_ok());
        let (mut kept, mut lost) = if last_answer_is_the_first { (one, two) } else { (two, one) };
        world.advance(3600);
        world.refresh(&mut kept).await.expect("whichever answer the browser kept");
        world.advance(31);
        assert!(matches!(world.refresh(&mut lost).await, Err(SessionError::Reused(_))));
    }
}

#[tokio::test]
async fn a_session_that_nobody_refreshes_ends_by_itself() {
    let world = World::new();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(100 * 24 * 3600 - 1);
    world.refresh(&mut browser).await.expect("the last second");
    world.advance(100 * 24 * 3600);
    assert!(matches!(world.refresh(&mut browser).await, Err(SessionError::Invalid(_))));
    assert!(browser.holds_nothing());
}

#[tokio::test]
async fn signing_out_ends_this_session_only_even_with_an_old_token() {
    let world = World::new();
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
        assert!(world.who(&other).await.unwrap().is_some());
    }
    let nothing = world.identity.session_revoke(&acme(), &tokens(&[])).await.unwrap();
    assert_eq!(nothing.len(), 6, "clears whatever there may be");
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_spares_others_and_later_ones() {
    let world = World::new();
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
}

#[tokio::test]
async fn new_claims_hold_at_once() {
    let world = World::new();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let untouched = world.signed_in(Browser::with_cookies(), Uuid::from_u128(6)).await;
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
    let world = World::new();
    let absent = world.identity.session_refresh(&acme(), &tokens(&[])).await;
    assert_eq!(absent.unwrap_err(), SessionError::Absent);
    for garbage in ["x", "A", &"A".repeat(400), "%00", "a.b.c"] {
        let cookie = format!("sRefreshToken={garbage}");
        let outcome = world.identity.session_refresh(&acme(), &tokens(&[("cookie", &cookie)])).await;
        assert!(matches!(outcome, Err(SessionError::Invalid(clear)) if clear.len() == 6), "{garbage}");
    }
}
