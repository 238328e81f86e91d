//! The open sessions of a user, as their owner sees and ends them.

use p2p_identity::{Identity, RequestTokens};

use crate::world::{Browser, OTHER, USER, World, acme, call, member, tokens};

async fn handle(world: &World, browser: &Browser) -> String {
    world.who(browser).await.unwrap().unwrap().session
}

fn named(mut browser: Browser, name: &str) -> Browser {
    browser.sends.push(("User-Agent".into(), name.into()));
    browser
}

#[tokio::test]
async fn the_newest_comes_first_and_the_own_one_is_marked() {
    let world = World::new().await;
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
    let world = World::new().await;
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
async fn of_two_who_end_a_session_at_once_one_has_ended_it() {
    let world = World::new().await;
    let replica = world.replica();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    let name = handle(&world, &browser).await;
    let here = acme();
    let (one, two) = tokio::join!(
        world.identity.session_revoke_one(&here, USER, &name),
        replica.session_revoke_one(&here, USER, &name)
    );
    assert!(one.unwrap() != two.unwrap());
    world.identity.tick().await;
    assert!(world.is_out(&browser).await);
}
