//! Several processes over one store.

use p2p_identity::{AuthenticateError, Identity, RequestTokens};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{World, acme, claims};

const USER: Uuid = Uuid::from_u128(5);

async fn answer(identity: &impl Identity, request: &RequestTokens) -> &'static str {
    match identity.authenticate(&acme(), request, true).await {
        Ok(Some(_)) => "in",
        Ok(None) => "nobody",
        Err(AuthenticateError::TryRefresh | AuthenticateError::AntiCsrf) => "refresh",
        Err(AuthenticateError::Unauthorised { .. }) => "out",
        Err(AuthenticateError::Unavailable(_)) => "unavailable",
    }
}

#[tokio::test]
async fn another_replica_learns_of_revocations_at_its_next_tick() {
    let world = World::new();
    let (ended, stale) = (Uuid::from_u128(6), Uuid::from_u128(7));
    let signed_in = async |user| world.signed_in(Browser::with_cookies(), user).await.call();
    let requests = [signed_in(USER).await, signed_in(ended).await, signed_in(stale).await];
    let replica = world.replica();
    let answers = async |identity| {
        let mut answers = Vec::new();
        for request in &requests {
            answers.push(answer(identity, request).await);
        }
        answers
    };
    assert_eq!(answers(&replica).await, ["in", "in", "in"]);
    world.identity.session_revoke_user(&acme(), ended).await.unwrap();
    world.identity.session_update_claims(&acme(), stale, claims("admin")).await.unwrap();
    assert_eq!(answers(&world.identity).await, ["in", "out", "refresh"], "here at once");
    world.advance(1);
    replica.tick().await;
    assert_eq!(answers(&replica).await, ["in", "out", "refresh"]);
    assert_eq!(answers(&world.replica()).await, ["in", "out", "refresh"], "one that starts later knows too");
}

#[tokio::test]
async fn more_revocations_than_one_page_are_all_learned() {
    let world = World::new();
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
    let world = World::new();
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
