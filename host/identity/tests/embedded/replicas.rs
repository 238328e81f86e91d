//! Several processes over one store.

use p2p_identity::{AuthenticateError, EmbeddedIdentity, Identity, RequestTokens};

use crate::world::{Browser, USER, World, acme, claims};

async fn answer(identity: &EmbeddedIdentity, request: &RequestTokens) -> &'static str {
    match identity.authenticate(&acme(), request, true).await {
        Ok(Some(_)) => "in",
        Ok(None) => "nobody",
        Err(AuthenticateError::TryRefresh | AuthenticateError::AntiCsrf) => "refresh",
        Err(AuthenticateError::Unauthorised { .. }) => "out",
        Err(AuthenticateError::Unavailable(_)) => "unavailable",
    }
}

#[tokio::test]
async fn more_revocations_than_one_page_are_all_learned() {
    let world = World::new().await;
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(world.signed_in(Browser::with_cookies(), USER).await.call());
    }
    for _ in 0..1_000 {
        // Sessions without tokens: rows are what counts here.
        world
            .identity
            .session_create(&acme(), &RequestTokens::default(), USER, claims("member"))
            .await
            .unwrap();
    }
    let replica = world.replica();
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    replica.tick().await;
    for request in &requests {
        assert_eq!(answer(&world.identity, request).await, "out");
        assert_eq!(answer(&replica, request).await, "out");
    }
}

#[tokio::test]
async fn revocations_are_forgotten_only_after_the_tokens_they_are_about() {
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.identity.session_revoke_user(&acme(), USER).await.unwrap();
    world.advance(3599);
    world.identity.tick().await;
    assert_eq!(answer(&world.identity, &browser.call()).await, "out");
    assert_eq!(answer(&world.replica(), &browser.call()).await, "out");
    world.advance(400);
    world.identity.tick().await;
    assert_eq!(answer(&world.identity, &browser.call()).await, "refresh", "expired by now");
}
