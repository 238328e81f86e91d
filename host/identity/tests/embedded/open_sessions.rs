//! The open sessions of a user, as their owner sees and ends them.

use p2p_identity::{AuthenticateError, Identity, RequestTokens, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, call, member, tokens};

const USER: Uuid = Uuid::from_u128(5);
const OTHER: Uuid = Uuid::from_u128(6);

async fn handle(world: &World, browser: &Browser) -> String {
    world.who(browser).await.unwrap().unwrap().session
}

async fn is_out(world: &World, browser: &mut Browser) -> bool {
    let is_out = matches!(world.who(browser).await, Err(AuthenticateError::Unauthorised { .. }));
    is_out && matches!(world.refresh(browser).await, Err(SessionError::Invalid(_)))
}

fn named(mut browser: Browser, name: &str) -> Browser {
    browser.sends.push(("User-Agent".into(), name.into()));
    browser
}

#[tokio::test]
async fn the_newest_comes_first_and_the_own_one_is_marked() {
    let world = World::new();
    let phone = world.signed_in(named(Browser::with_headers(), "Phone/1"), USER).await;
    world.signed_in(Browser::with_cookies(), OTHER).await;
    world.advance(60);
    let mut desk = world.signed_in(named(Browser::with_cookies(), &"é".repeat(300)), USER).await;
    world.advance(60);
    world.refresh(&mut desk).await.unwrap();
    let list = world.identity.session_list(&acme(), &desk.call(), USER).await.unwrap();
    let shown: Vec<_> = list.iter().map(|one| (one.user_agent.as_str(), one.is_current)).collect();
    assert_eq!(shown, [("é".repeat(256).as_str(), true), ("Phone/1", false)]);
    assert_eq!(list[0].refreshed_at.as_millis() - list[0].created_at.as_millis(), 60_000);
    assert_eq!(list[1].refreshed_at, list[1].created_at);
    assert_eq!(list[0].expires_at, list[0].refreshed_at.plus(world.config.sessions.refresh_validity));
    assert_eq!(list[1].handle, handle(&world, &phone).await);

    let unasked = world.identity.session_list(&acme(), &RequestTokens::default(), USER).await.unwrap();
    assert!(unasked.len() == 2 && unasked.iter().all(|one| !one.is_current));
    let theirs = world.identity.session_list(&acme(), &desk.call(), OTHER).await.unwrap();
    assert!(theirs.len() == 1 && !theirs[0].is_current && theirs[0].user_agent.is_empty());
    let elsewhere = world.identity.session_list(&call("other"), &desk.call(), USER).await.unwrap();
    assert_eq!(elsewhere, []);
}

#[tokio::test]
async fn what_has_ended_is_not_listed_and_no_list_is_longer_than_a_hundred() {
    let world = World::new();
    let list = async || world.identity.session_list(&acme(), &tokens(&[]), USER).await.unwrap();
    world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(100 * 24 * 3600 - 1);
    assert_eq!(list().await.len(), 1);
    world.advance(1);
    assert_eq!(list().await.len(), 0, "ended by itself, swept or not");
    for _ in 0..102 {
        world.identity.session_create(&acme(), &tokens(&[]), USER, member()).await.unwrap();
    }
    assert_eq!(list().await.len(), 100);
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    assert_eq!(list().await.len(), 0);
}

#[tokio::test]
async fn one_session_ends_alone_and_only_by_its_owner() {
    let world = World::new();
    let mut lost = world.signed_in(Browser::with_headers(), USER).await;
    let kept = world.signed_in(Browser::with_cookies(), USER).await;
    let name = handle(&world, &lost).await;
    let end = async |tenant: &str, user, name: &str| {
        world.identity.session_revoke_one(&call(tenant), user, name).await.unwrap()
    };
    for (tenant, user, name) in [("acme", OTHER, name.as_str()), ("other", USER, &name), ("acme", USER, "x")]
    {
        assert!(!end(tenant, user, name).await, "{tenant} {user} {name}");
    }
    assert!(world.who(&lost).await.unwrap().is_some());
    assert_eq!(world.audited().await, [], "nothing was ended");
    assert!(end("acme", USER, &name).await);
    assert!(is_out(&world, &mut lost).await, "at once");
    assert!(world.who(&kept).await.unwrap().is_some());
    assert!(!end("acme", USER, &name).await, "once");
    let entries = world.audited_as("identity.session.revoked").await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0].subject, &entries[0].details), (&USER.to_string(), &json!({"session": name})));
}

#[tokio::test]
async fn of_two_who_end_a_session_at_once_one_has_ended_it() {
    let world = World::new();
    let replica = world.replica();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let name = handle(&world, &browser).await;
    let here = acme();
    let (one, two) = tokio::join!(
        world.identity.session_revoke_one(&here, USER, &name),
        replica.session_revoke_one(&here, USER, &name)
    );
    assert!(one.unwrap() != two.unwrap());
    world.identity.tick().await;
    assert!(is_out(&world, &mut browser).await);
}

#[tokio::test]
async fn all_others_end_and_the_own_one_and_other_peoples_go_on() {
    let world = World::new();
    for mode in [Browser::with_cookies(), Browser::with_headers()] {
        let mut own = world.signed_in(mode, USER).await;
        let mut others = [
            world.signed_in(Browser::with_cookies(), USER).await,
            world.signed_in(Browser::with_headers(), USER).await,
        ];
        let theirs = world.signed_in(Browser::with_cookies(), OTHER).await;
        world.identity.session_revoke_others(&acme(), &own.call(), USER).await.unwrap();
        for other in &mut others {
            assert!(is_out(&world, other).await);
        }
        assert!(world.who(&own).await.unwrap().is_some() && world.who(&theirs).await.unwrap().is_some());
        world.refresh(&mut own).await.unwrap();
        assert_eq!(world.identity.session_list(&acme(), &own.call(), USER).await.unwrap().len(), 1);
        // Again ends nothing, which is not entered.
        for _ in 0..2 {
            world.identity.session_revoke_others(&acme(), &own.call(), USER).await.unwrap();
        }
        for _ in 0..2 {
            world.identity.session_revoke_user(&acme(), USER).await.unwrap();
        }
    }
    let details: Vec<_> =
        world.audited().await.into_iter().map(|entry| entry.details["sessions"].clone()).collect();
    assert_eq!(details, ["others", "all", "others", "all"]);
}

#[tokio::test]
async fn without_a_session_of_ones_own_all_end() {
    let world = World::new();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let theirs = world.signed_in(Browser::with_cookies(), OTHER).await;
    world
        .identity
        .session_revoke_others(&acme(), &tokens(&[("cookie", "sAccessToken=x")]), USER)
        .await
        .unwrap();
    assert!(is_out(&world, &mut browser).await);
    assert!(world.who(&theirs).await.unwrap().is_some());
}
