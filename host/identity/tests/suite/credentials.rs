//! Credentials from pending to active, and what is refused.

use p2p_identity::CredentialError::{EmailTaken, Missing, WrongCredentials};
use p2p_identity::{CredentialError, Identity as _, WeakPassword};
use uuid::Uuid;

use super::room::{PASSWORD, acme};
use crate::world::World;

const NOBODY: Uuid = Uuid::from_u128(404);

#[tokio::test]
async fn a_pending_credential_reads_as_absent_until_it_is_activated() {
    let world = World::new().await;
    let identity = &world.identity;
    let email = "layla+work@example.org";
    let user = identity.credential_create(&acme(), "Layla+Work@Example.org ", PASSWORD).await.unwrap();
    let verify = async || identity.credential_verify(&acme(), " LAYLA+work@example.ORG", PASSWORD).await;
    assert_eq!(verify().await, Err(WrongCredentials));
    assert_eq!(identity.credential_by_email(&acme(), email).await, Ok(None));
    assert_eq!(identity.credential_email(&acme(), user).await, Ok(None));
    assert_eq!(identity.email_is_verified(&acme(), user).await, Err(Missing));
    identity.credential_activate(&acme(), user).await.unwrap();
    assert_eq!(verify().await, Ok(user));
    assert_eq!(identity.credential_by_email(&acme(), email).await, Ok(Some(user)));
    assert_eq!(identity.credential_email(&acme(), user).await, Ok(Some(email.to_owned())));
    assert_eq!(identity.credential_activate(&acme(), user).await, Ok(()), "again is fine");
    assert_eq!(identity.credential_activate(&acme(), NOBODY).await, Err(Missing));
}

#[tokio::test]
async fn discarding_removes_what_is_pending_and_nothing_else() {
    let world = World::new().await;
    let active = world.person("a@b.co").await;
    let pending = world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    for user in [active, pending, NOBODY] {
        assert_eq!(world.identity.credential_discard(&acme(), user).await, Ok(()));
    }
    assert_eq!(world.identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(active));
    assert_eq!(world.identity.credential_activate(&acme(), pending).await, Err(Missing));
}

#[tokio::test]
async fn an_address_is_taken_once_by_whoever_is_activated_first() {
    let world = World::new().await;
    let identity = &world.identity;
    let first = identity.credential_create(&acme(), "a@b.co", PASSWORD).await.unwrap();
    let second = identity.credential_create(&acme(), "A@B.co", PASSWORD).await.unwrap();
    identity.credential_activate(&acme(), second).await.unwrap();
    assert_eq!(identity.credential_activate(&acme(), first).await, Err(EmailTaken));
    assert_eq!(identity.credential_create(&acme(), "a@B.CO", PASSWORD).await, Err(EmailTaken));
    assert_eq!(identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(second));
}

#[tokio::test]
async fn what_may_not_be_set_is_refused_before_any_work() {
    let world = World::new().await;
    let create =
        async |email, password| world.identity.credential_create(&acme(), email, password).await.unwrap_err();
    assert_eq!(create("not an address", PASSWORD).await, CredentialError::InvalidEmail);
    assert_eq!(create("a@b.co", "short1").await, CredentialError::WeakPassword(WeakPassword::TooShort));
    assert_eq!(create("a@b.co", "Password123").await, CredentialError::WeakPassword(WeakPassword::Common));
    assert_eq!(world.work().await, 0);
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
        assert_eq!(restarted.credential_activate(&acme(), user).await, Err(Missing));
    }
    assert_eq!(restarted.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(user));
    restarted.credential_create(&acme(), "e@f.co", PASSWORD).await.expect("it blocks nobody");
}
