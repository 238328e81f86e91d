//! Sessions as their owner sees and ends them.

use p2p_identity::{AuthenticateError, Identity};

use crate::world::{Browser, OTHER, USER, World, acme, call};

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
async fn endings_are_remembered_for_as_long_as_any_token_is_believed() {
    let world = World::started(&["--access-token-seconds", "259200"], |_| ()).await;
    let ended = world.signed_in(Browser::with_cookies(), USER).await;
    let living = world.signed_in(Browser::with_cookies(), OTHER).await;
    world.identity.session_revoke(&acme(), &ended.call()).await.unwrap();
    world.advance(86_390);
    world.identity.tick().await;
    assert!(world.is_out(&ended).await && !world.is_out(&living).await);
    let late = world.replica().authenticate(&acme(), &ended.call(), true).await;
    assert!(matches!(late, Err(AuthenticateError::Unauthorised { .. })));
    world.advance(20);
    assert_eq!(
        world.who(&living).await,
        Err(AuthenticateError::TryRefresh),
        "whatever the core says, a token is believed for a day at most"
    );
}
