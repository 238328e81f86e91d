//! Credentials from pending to active, and what is refused.

use p2p_identity::{CredentialError, Identity, WeakPassword};
use serde_json::json;
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme, call, tokens};

#[tokio::test]
async fn a_pending_credential_reads_as_absent_until_it_is_activated() {
    let world = World::new().await;
    let identity = &world.identity;
    let user = identity.credential_create(&acme(), "Layla+Work@Example.org ", PASSWORD).await.unwrap();
    let verify = async || identity.credential_verify(&acme(), " LAYLA+work@example.ORG", PASSWORD).await;
    assert_eq!(verify().await, Err(CredentialError::WrongCredentials));
    assert_eq!(identity.credential_by_email(&acme(), "layla+work@example.org").await, Ok(None));
    assert_eq!(identity.credential_email(&acme(), user).await, Ok(None));
    assert_eq!(identity.email_is_verified(&acme(), user).await, Err(CredentialError::Missing));
    identity.credential_activate(&acme(), user).await.unwrap();
    assert_eq!(verify().await, Ok(user));
    assert_eq!(identity.credential_by_email(&acme(), "layla+work@example.org").await, Ok(Some(user)));
    assert_eq!(identity.credential_email(&acme(), user).await, Ok(Some("layla+work@example.org".to_owned())));
    assert_eq!(identity.credential_activate(&acme(), user).await, Ok(()), "again is fine");
    assert_eq!(
        identity.credential_activate(&acme(), Uuid::from_u128(1)).await,
        Err(CredentialError::Missing)
    );
}

#[tokio::test]
async fn discarding_removes_what_is_pending_and_nothing_else() {
    let world = World::new().await;
    let active = world.person("a@b.co").await;
    let pending = world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    for user in [active, pending, Uuid::from_u128(1)] {
        assert_eq!(world.identity.credential_discard(&acme(), user).await, Ok(()));
    }
    assert_eq!(world.peer.calls("POST /user/remove").await, 1);
    assert_eq!(world.identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(active));
    assert_eq!(world.identity.credential_activate(&acme(), pending).await, Err(CredentialError::Missing));
}

#[tokio::test]
async fn an_address_is_taken_once_by_whoever_is_activated_first() {
    let world = World::new().await;
    let identity = &world.identity;
    let first = identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    let second = identity.credential_create(&acme(), "A@B.co", PASSWORD).await.unwrap();
    identity.credential_activate(&acme(), second).await.unwrap();
    assert_eq!(identity.credential_activate(&acme(), first).await, Err(CredentialError::EmailTaken));
    assert_eq!(
        identity.credential_create(&acme(), "a@B.CO", PASSWORD).await,
        Err(CredentialError::EmailTaken)
    );
    assert_eq!(identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(second));
}

#[tokio::test]
async fn what_may_not_be_set_is_refused_before_the_core_hears_of_it() {
    let world = World::new().await;
    let create =
        async |email, password| world.identity.credential_create(&acme(), email, password).await.unwrap_err();
    assert_eq!(create("not an address", PASSWORD).await, CredentialError::InvalidEmail);
    assert_eq!(create("a@b.co", "short1").await, CredentialError::WeakPassword(WeakPassword::TooShort));
    assert_eq!(create("a@b.co", "Password123").await, CredentialError::WeakPassword(WeakPassword::Common));
    assert!(world.peer.all_calls().await.is_empty());
}

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
async fn a_sign_up_that_died_is_cleared_after_six_hours_but_not_right_after_a_restart() {
    let world = World::new().await;
    let user = world.identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    world.advance(12 * 3600);
    let restarted = world.replica();
    restarted.credential_by_email(&acme(), "a@b.co").await.unwrap();
    world.advance(6 * 3600 - 100);
    restarted.tick().await;
    let late = restarted.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    restarted.credential_activate(&acme(), user).await.expect("an event may still come");

    let forgotten = restarted.credential_create(&acme(), "e@f.co", PASSWORD).await.unwrap();
    world.advance(6 * 3600 + 100);
    restarted.tick().await;
    for user in [late, forgotten] {
        assert_eq!(restarted.credential_activate(&acme(), user).await, Err(CredentialError::Missing));
    }
    assert_eq!(world.peer.calls("POST /user/remove").await, 2);
    assert_eq!(restarted.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(user));
    restarted.credential_create(&acme(), "e@f.co", PASSWORD).await.expect("it blocks nobody");
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
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_a_lock_like_a_login() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let change = async |old, new| world.identity.password_change(&acme(), &tokens(&[]), user, old, new).await;
    assert_eq!(change(PASSWORD, "short1").await, Err(CredentialError::WeakPassword(WeakPassword::TooShort)));
    assert_eq!(change("wrong", "another horse 8").await, Err(CredentialError::WrongCredentials));
    assert_eq!(change(PASSWORD, "another horse 8").await, Ok(()));
    assert!(!world.opens("a@b.co", PASSWORD).await && world.opens("a@b.co", "another horse 8").await);
    let nobody = world
        .identity
        .password_change(&acme(), &tokens(&[]), Uuid::from_u128(1), PASSWORD, "another horse 8")
        .await;
    assert_eq!(nobody, Err(CredentialError::Missing));
    let audited = world.audited_as("identity.password.changed").await;
    assert_eq!(audited.iter().map(|entry| entry.actor).collect::<Vec<_>>(), [Some(user)]);
}
