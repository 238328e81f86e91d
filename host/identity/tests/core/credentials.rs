//! What logins cost the core, whom it knows that we do not, and who is removed from it.

use p2p_identity::{CredentialError, Identity};
use serde_json::json;

use crate::world::{PASSWORD, World, acme, call};

#[tokio::test]
async fn every_answer_to_a_login_costs_the_same_calls() {
    let world = World::new().await;
    world.person("a@b.co").await;
    world.identity.credential_create(&acme(), "pending@b.co", PASSWORD).await.unwrap();
    let mut costs = Vec::new();
    for (email, password) in
        [("a@b.co", PASSWORD), ("a@b.co", "wrong"), ("nobody@b.co", "wrong"), ("pending@b.co", PASSWORD)]
    {
        // The first login of all makes the user that answers for unknown addresses.
        world.opens("other@b.co", "wrong").await;
        let before = world.peer.all_calls().await;
        assert_eq!(world.opens(email, password).await, (email, password) == ("a@b.co", PASSWORD), "{email}");
        let mut cost = world.peer.all_calls().await;
        cost.iter_mut().for_each(|(route, count)| *count -= before.get(route).copied().unwrap_or_default());
        cost.retain(|_, count| *count > 0);
        costs.push(cost);
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    assert_eq!(costs[0].get("POST /recipe/signin"), Some(&1));
}

#[tokio::test]
async fn somebody_whom_only_the_core_knows_cannot_sign_in() {
    let world = World::new().await;
    let body = json!({"email": "old@b.co", "password": PASSWORD});
    world.peer.call("POST", "/recipe/signup", body).await;
    assert!(!world.opens("old@b.co", PASSWORD).await);
    assert_eq!(world.identity.credential_by_email(&acme(), "old@b.co").await, Ok(None));
    assert_eq!(world.identity.reset_token_create(&acme(), "old@b.co").await, Ok(None));
    assert_eq!(
        world.identity.credential_create(&acme(), "old@b.co", PASSWORD).await,
        Err(CredentialError::EmailTaken)
    );
}

#[tokio::test]
async fn an_app_that_tenants_share_has_an_address_once() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let other = call("other");
    assert_eq!(
        world.identity.credential_create(&other, "a@b.co", PASSWORD).await,
        Err(CredentialError::EmailTaken)
    );
    assert_eq!(
        world.identity.credential_verify(&other, "a@b.co", PASSWORD).await,
        Err(CredentialError::WrongCredentials),
        "and whom it belongs to is nobody elsewhere"
    );
    assert_eq!(world.identity.credential_email(&other, user).await, Ok(None));
    assert_eq!(world.identity.credential_discard(&other, user).await, Ok(()));
    assert!(world.opens("a@b.co", PASSWORD).await);
}

#[tokio::test]
async fn what_could_not_be_removed_is_removed_when_the_core_is_back() {
    let world = World::new().await;
    let user = world.identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    world.peer.switch(json!({"html": true})).await;
    assert_eq!(world.identity.credential_discard(&acme(), user).await, Ok(()), "for us it is gone");
    world.peer.switch(json!({"html": false})).await;
    assert_eq!(world.identity.credential_activate(&acme(), user).await, Err(CredentialError::Missing));
    world.advance(60);
    world.identity.tick().await;
    assert_eq!(world.peer.calls("POST /user/remove").await, 1);
    world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    world.advance(7 * 3600);
    world.identity.tick().await;
    assert_eq!(world.peer.calls("POST /user/remove").await, 2, "and whose sign-up died");
}
