//! Calls that another site makes with a visitor's cookies.

use p2p_identity::{AntiCsrf, AuthenticateError, Identity as _, SessionError};

use super::browser::Browser;
use super::room::{USER, acme, tokens};
use crate::world::World;

async fn world(rule: AntiCsrf) -> World {
    World::with(|config| config.sessions.anti_csrf = rule).await
}

async fn may_write(world: &World, browser: &Browser) -> bool {
    match world.identity.authenticate(&acme(), &browser.call(), false).await {
        Ok(actor) => actor.is_some(),
        Err(error) => {
            assert_eq!(error, AuthenticateError::AntiCsrf);
            false
        }
    }
}

#[tokio::test]
async fn a_custom_header_is_asked_for_with_cookies_only() {
    let world = world(AntiCsrf::ViaCustomHeader).await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    assert!(world.who(&browser).await.unwrap().is_some(), "reading needs none");
    assert!(!may_write(&world, &browser).await);
    assert_eq!(
        world.identity.session_revoke(&acme(), &browser.call()).await.unwrap_err(),
        SessionError::Absent
    );
    assert!(world.who(&browser).await.unwrap().is_some(), "nobody is signed out from elsewhere");
    assert!(matches!(world.refresh(&mut browser.clone()).await, Err(SessionError::Invalid(_))));
    browser.sends.push(("rid".into(), "anti-csrf".into()));
    assert!(may_write(&world, &browser).await);
    world.refresh(&mut browser).await.unwrap();
    let header = world.signed_in(Browser::with_headers(), USER).await;
    assert!(may_write(&world, &header).await);
}

#[tokio::test]
async fn a_token_is_issued_asked_for_and_changed() {
    let world = world(AntiCsrf::ViaToken).await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let first = browser.kept["anti-csrf"].clone();
    assert!(may_write(&world, &browser).await);
    for wrong in [None, Some("x".to_owned())] {
        let mut foreign = browser.clone();
        match wrong {
            Some(token) => drop(foreign.kept.insert("anti-csrf".into(), token)),
            None => drop(foreign.kept.remove("anti-csrf")),
        }
        assert!(!may_write(&world, &foreign).await);
        assert!(matches!(world.refresh(&mut foreign).await, Err(SessionError::Invalid(_))));
    }
    world.refresh(&mut browser).await.expect("refused refreshes change nothing");
    assert_ne!(browser.kept["anti-csrf"], first);
    assert!(may_write(&world, &browser).await);
    let header = world.signed_in(Browser::with_headers(), USER).await;
    assert!(!header.kept.contains_key("anti-csrf") && may_write(&world, &header).await);
}

#[tokio::test]
async fn cookies_that_come_twice_are_removed_from_the_domain_they_had() {
    let world = World::with(|config| config.sessions.older_cookie_domain = Some("old.org".into())).await;
    let twice = tokens(&[("cookie", "sRefreshToken=a; sRefreshToken=b")]);
    let removed = world.identity.older_cookies(&twice).unwrap();
    assert!(removed.iter().all(|(_, cookie)| cookie.contains("Domain=old.org")), "{removed:?}");
    assert_eq!(world.identity.older_cookies(&tokens(&[("cookie", "sRefreshToken=a")])), None);
}
