//! Sessions as their owner sees and ends them.

use p2p_identity::{AuthenticateError, Identity as _};
use serde_json::json;

use super::browser::Browser;
use super::room::{OTHER, USER, acme, call, claims, member, tokens};
use crate::world::World;

#[tokio::test]
async fn one_session_ends_alone_and_only_by_its_owner() {
    let world = World::new().await;
    let mut lost = world.signed_in(Browser::with_headers(), USER).await;
    let kept = world.signed_in(Browser::with_cookies(), USER).await;
    let name = world.who(&lost).await.unwrap().unwrap().session;
    let end = async |tenant: &str, user, name: &str| {
        world.identity.session_revoke_one(&call(tenant), user, name).await.unwrap()
    };
    for (tenant, user, name) in
        [("acme", OTHER, name.as_str()), ("other", USER, &name), ("acme", USER, "x&sessionHandle=y")]
    {
        assert!(!end(tenant, user, name).await, "{tenant} {user} {name}");
    }
    assert!(world.who(&lost).await.unwrap().is_some());
    assert_eq!(world.audited().await, [], "nothing was ended");
    assert!(end("acme", USER, &name).await);
    assert!(world.is_out(&lost).await, "at once");
    assert!(world.refresh(&mut lost).await.is_err());
    assert!(world.who(&kept).await.unwrap().is_some());
    assert!(!end("acme", USER, &name).await, "once");
    let entries = world.audited_as("identity.session.revoked").await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0].subject, &entries[0].details), (&USER.to_string(), &json!({"session": name})));
}

#[tokio::test]
async fn all_others_end_and_the_own_one_and_other_peoples_go_on() {
    let world = World::new().await;
    for mode in [Browser::with_cookies(), Browser::with_headers()] {
        let mut own = world.signed_in(mode, USER).await;
        let others = [
            world.signed_in(Browser::with_cookies(), USER).await,
            world.signed_in(Browser::with_headers(), USER).await,
        ];
        let theirs = world.signed_in(Browser::with_cookies(), OTHER).await;
        world.identity.session_revoke_others(&acme(), &own.call(), USER).await.unwrap();
        for other in &others {
            assert!(world.is_out(other).await);
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
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let theirs = world.signed_in(Browser::with_cookies(), OTHER).await;
    world
        .identity
        .session_revoke_others(&acme(), &tokens(&[("cookie", "sAccessToken=x")]), USER)
        .await
        .unwrap();
    assert!(world.is_out(&browser).await);
    assert!(world.who(&theirs).await.unwrap().is_some());
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
    world.identity.session_update_claims(&acme(), OTHER, claims("admin")).await.unwrap();
    world.advance(1);
    replica.tick().await;
    assert!(matches!(answer(&ended).await, Err(AuthenticateError::Unauthorised { .. })));
    assert_eq!(answer(&stale).await, Err(AuthenticateError::TryRefresh));
    let later = world.replica();
    let late = later.authenticate(&acme(), &ended.call(), true).await;
    assert!(matches!(late, Err(AuthenticateError::Unauthorised { .. })), "one that starts later knows too");
}

#[tokio::test]
async fn whoever_ends_what_is_listed_until_nothing_is_has_ended_all() {
    let world = World::new().await;
    let oldest = world.signed_in(Browser::with_cookies(), USER).await;
    for _ in 0..120 {
        world.identity.session_create(&acme(), &tokens(&[]), USER, member()).await.unwrap();
    }
    let mut rounds = Vec::new();
    loop {
        let listed = world.identity.session_list(&acme(), &tokens(&[]), USER).await.unwrap();
        rounds.push(listed.len());
        if listed.is_empty() {
            break;
        }
        for session in listed {
            assert!(world.identity.session_revoke_one(&acme(), USER, &session.handle).await.unwrap());
        }
    }
    assert_eq!(rounds, [100, 21, 0]);
    assert!(world.is_out(&oldest).await);
}
