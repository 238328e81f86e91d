//! Credentials from pending to active, and what is refused.

use p2p_identity::{CredentialError, Identity, WeakPassword};
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme, call};

#[tokio::test]
async fn a_pending_credential_reads_as_absent_until_it_is_activated() {
    let world = World::new();
    let identity = &world.identity;
    let user = identity.credential_create(&acme(), "Layla@Example.org ", PASSWORD).await.unwrap();
    let verify = async || identity.credential_verify(&acme(), " LAYLA@example.ORG", PASSWORD).await;
    assert_eq!(verify().await, Err(CredentialError::WrongCredentials));
    assert_eq!(identity.credential_by_email(&acme(), "layla@example.org").await, Ok(None));
    identity.credential_activate(&acme(), user).await.unwrap();
    assert_eq!(verify().await, Ok(user));
    assert_eq!(identity.credential_by_email(&acme(), "layla@example.org").await, Ok(Some(user)));
    assert_eq!(identity.credential_activate(&acme(), user).await, Ok(()), "again is fine");
    assert_eq!(
        identity.credential_activate(&acme(), Uuid::from_u128(1)).await,
        Err(CredentialError::Missing)
    );
}

#[tokio::test]
async fn discarding_removes_what_is_pending_and_nothing_else() {
    let world = World::new();
    let active = world.person("a@b.co").await;
    let pending = world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    for user in [active, pending, Uuid::from_u128(1)] {
        assert_eq!(world.identity.credential_discard(&acme(), user).await, Ok(()));
    }
    assert_eq!(world.identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(active));
    assert_eq!(world.identity.credential_activate(&acme(), pending).await, Err(CredentialError::Missing));
}

#[tokio::test]
async fn an_address_is_taken_once_per_tenant_by_whoever_is_activated_first() {
    let world = World::new();
    let identity = &world.identity;
    let first = identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    let second = identity.credential_create(&acme(), "A@B.co", PASSWORD).await.unwrap();
    identity.credential_activate(&acme(), second).await.unwrap();
    assert_eq!(identity.credential_activate(&acme(), first).await, Err(CredentialError::EmailTaken));
    assert_eq!(
        identity.credential_create(&acme(), "a@B.CO", PASSWORD).await,
        Err(CredentialError::EmailTaken)
    );
    let elsewhere = identity.credential_create(&call("other"), "a@b.co", PASSWORD).await.unwrap();
    identity.credential_activate(&call("other"), elsewhere).await.unwrap();
    assert_eq!(identity.credential_verify(&call("other"), "a@b.co", PASSWORD).await, Ok(elsewhere));
    assert_eq!(identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(second));
}

#[tokio::test]
async fn what_may_not_be_set_is_refused_before_any_work() {
    let world = World::new();
    let create =
        async |email, password| world.identity.credential_create(&acme(), email, password).await.unwrap_err();
    assert_eq!(create("not an address", PASSWORD).await, CredentialError::InvalidEmail);
    assert_eq!(create("a@b.co", "short1").await, CredentialError::WeakPassword(WeakPassword::TooShort));
    assert_eq!(create("a@b.co", "Password123").await, CredentialError::WeakPassword(WeakPassword::Common));
    assert_eq!(world.identity.password_work(), 0);
}

#[tokio::test]
async fn every_answer_to_a_login_costs_one_hash() {
    let world = World::new();
    let identity = &world.identity;
    world.person("a@b.co").await;
    identity.credential_create(&acme(), "pending@b.co", PASSWORD).await.unwrap();
    for (email, password) in
        [("a@b.co", PASSWORD), ("a@b.co", "wrong"), ("nobody@b.co", "wrong"), ("pending@b.co", PASSWORD)]
    {
        let before = identity.password_work();
        let outcome = identity.credential_verify(&acme(), email, password).await;
        assert_eq!(outcome.is_ok(), (email, password) == ("a@b.co", PASSWORD), "{email}");
        assert_eq!(identity.password_work() - before, 1, "{email}");
    }
}

#[tokio::test]
async fn a_sign_up_that_died_is_cleared_after_six_hours_but_not_right_after_a_restart() {
    let world = World::new();
    let user = world.identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    world.advance(12 * 3600);
    let restarted = world.replica();
    restarted.credential_by_email(&acme(), "a@b.co").await.unwrap();
    world.advance(6 * 3600 - 1);
    restarted.tick().await;
    let late = restarted.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    restarted.credential_activate(&acme(), user).await.expect("an event may still come");

    let forgotten = restarted.credential_create(&acme(), "e@f.co", PASSWORD).await.unwrap();
    world.advance(6 * 3600 + 100);
    restarted.tick().await;
    for user in [late, forgotten] {
        assert_eq!(restarted.credential_activate(&acme(), user).await, Err(CredentialError::Missing));
    }
    assert_eq!(restarted.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(user));
}
