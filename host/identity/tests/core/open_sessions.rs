//! Sessions as their owner sees and ends them.

use p2p_identity::{AuthenticateError, Identity};
use serde_json::json;
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, call};

const USER: Uuid = Uuid::from_u128(5);
const OTHER: Uuid = Uuid::from_u128(6);

async fn is_in(world: &World, browser: &Browser) -> bool {
    let answer = world.who(browser).await;
    assert!(matches!(answer, Ok(_) | Err(AuthenticateError::Unauthorised { .. })), "{answer:?}");
    answer.is_ok_and(|actor| actor.is_some())
}

#[tokio::test]
async fn sessions_are_listed_with_what_their_owner_wants_to_know() {
    let world = World::new().await;
    let mut browser = Browser::with_cookies();
    browser.sends.push(("user-agent".into(), "متصفح/1".into()));
    let mut browser = world.signed_in(browser, USER).await;
    let header = world.signed_in(Browser::with_headers(), USER).await;
    world.signed_in(Browser::with_cookies(), OTHER).await;
    let listed = world.identity.session_list(&acme(), &browser.call(), USER).await.unwrap();
    let [one] = &listed.iter().filter(|session| session.is_current).collect::<Vec<_>>()[..] else {
        panic!("{listed:?}")
    };
    assert_eq!((listed.len(), one.user_agent.as_str()), (2, "متصفح/1"));
    assert_eq!(one.handle, world.who(&browser).await.unwrap().unwrap().session);
    let days = (one.expires_at.0 - one.created_at.0) / 86_400_000_000;
    assert!((99..=100).contains(&days), "{one:?}");
    assert!((one.refreshed_at.0 - one.created_at.0).abs() < 5_000_000, "{one:?}");
    assert!(listed.is_sorted_by_key(|session| std::cmp::Reverse(session.created_at)));

    world.refresh(&mut browser).await.unwrap();
    world.who(&browser).await.unwrap().unwrap();
    let from_header = world.identity.session_list(&acme(), &header.call(), USER).await.unwrap();
    assert_eq!(from_header.iter().filter(|session| session.is_current).count(), 1);
    assert_eq!(world.identity.session_list(&call("other"), &browser.call(), USER).await, Ok(vec![]));
}

#[tokio::test]
async fn one_session_ends_by_its_name_and_only_for_its_owner() {
    let world = World::new().await;
    let browsers = [
        world.signed_in(Browser::with_cookies(), USER).await,
        world.signed_in(Browser::with_cookies(), USER).await,
    ];
    let handle = world.who(&browsers[0]).await.unwrap().unwrap().session;
    let revoke = async |tenant: &str, user, handle: &str| {
        world.identity.session_revoke_one(&call(tenant), user, handle).await.unwrap()
    };
    assert!(!revoke("acme", OTHER, &handle).await, "not theirs");
    assert!(!revoke("other", USER, &handle).await, "not there");
    assert!(!revoke("acme", USER, "nonsense&sessionHandle=x").await);
    assert!(is_in(&world, &browsers[0]).await);
    assert!(revoke("acme", USER, &handle).await);
    assert!(!is_in(&world, &browsers[0]).await && is_in(&world, &browsers[1]).await);
    assert!(world.refresh(&mut browsers[0].clone()).await.is_err());
    assert!(!revoke("acme", USER, &handle).await, "again");
    let audited = world.audited_as("identity.session.revoked").await;
    assert_eq!(audited.iter().map(|entry| &entry.details).collect::<Vec<_>>(), [&json!({"session": handle})]);
}

#[tokio::test]
async fn the_others_end_and_the_one_that_asks_stays() {
    let world = World::new().await;
    let (mine, theirs) = (
        world.signed_in(Browser::with_cookies(), USER).await,
        world.signed_in(Browser::with_cookies(), OTHER).await,
    );
    let others = [
        world.signed_in(Browser::with_cookies(), USER).await,
        world.signed_in(Browser::with_headers(), USER).await,
    ];
    world.identity.session_revoke_others(&acme(), &mine.call(), USER).await.unwrap();
    for other in &others {
        assert!(!is_in(&world, other).await);
    }
    assert!(is_in(&world, &mine).await && is_in(&world, &theirs).await);
    let stranger = Browser::with_cookies();
    world.identity.session_revoke_others(&acme(), &stranger.call(), USER).await.unwrap();
    assert!(!is_in(&world, &mine).await, "without a session of one's own all end");
}

#[tokio::test]
async fn another_replica_learns_of_endings_and_new_claims_at_its_next_tick() {
    let world = World::new().await;
    let ended = world.signed_in(Browser::with_cookies(), USER).await;
    let stale = world.signed_in(Browser::with_cookies(), OTHER).await;
    let replica = world.replica();
    let answer = async |browser: &Browser| replica.authenticate(&acme(), &browser.call(), true).await;
    assert!(answer(&ended).await.unwrap().is_some() && answer(&stale).await.unwrap().is_some());
    world.identity.session_revoke(&acme(), &ended.call()).await.unwrap();
    world.identity.session_update_claims(&acme(), OTHER, crate::world::claims("admin")).await.unwrap();
    replica.tick().await;
    assert!(matches!(answer(&ended).await, Err(AuthenticateError::Unauthorised { .. })));
    assert_eq!(answer(&stale).await, Err(AuthenticateError::TryRefresh));
    let later = world.replica();
    let late = later.authenticate(&acme(), &ended.call(), true).await;
    assert!(matches!(late, Err(AuthenticateError::Unauthorised { .. })), "one that starts later knows too");
}

#[tokio::test]
async fn endings_are_remembered_for_as_long_as_any_token_is_believed() {
    let world = World::with(&["--access-token-seconds", "259200"], |_| ()).await;
    let ended = world.signed_in(Browser::with_cookies(), USER).await;
    let living = world.signed_in(Browser::with_cookies(), OTHER).await;
    world.identity.session_revoke(&acme(), &ended.call()).await.unwrap();
    world.advance(86_390);
    world.identity.tick().await;
    assert!(!is_in(&world, &ended).await && is_in(&world, &living).await);
    let late = world.replica().authenticate(&acme(), &ended.call(), true).await;
    assert!(matches!(late, Err(AuthenticateError::Unauthorised { .. })));
    world.advance(20);
    assert_eq!(
        world.who(&living).await,
        Err(AuthenticateError::TryRefresh),
        "whatever the core says, a token is believed for a day at most"
    );
}
