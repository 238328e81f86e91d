//! Guessing is slowed down, alike for addresses that exist and those that do not.

use p2p_identity::CredentialError::{Locked, WrongCredentials};
use p2p_identity::{CredentialError, Identity as _};
use uuid::Uuid;

use super::room::{NEW_PASSWORD, PASSWORD, acme, call, tokens};
use crate::world::World;

async fn attempt(world: &World, email: &str, password: &str) -> Result<Uuid, CredentialError> {
    world.identity.credential_verify(&acme(), email, password).await
}

async fn fail(world: &World, times: usize) {
    for _ in 0..times {
        assert_eq!(attempt(world, "a@b.co", "wrong").await, Err(WrongCredentials));
    }
}

async fn change(world: &World, user: Uuid, old: &str, new: &str) -> Result<(), CredentialError> {
    world.identity.password_change(&acme(), &tokens(&[]), user, old, new).await
}

#[tokio::test]
async fn the_sixth_guess_finds_the_address_locked_whether_it_exists_or_not() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    for email in ["a@b.co", "nobody@b.co"] {
        for _ in 0..5 {
            assert_eq!(attempt(&world, email, "wrong").await, Err(WrongCredentials));
        }
        let work = world.work().await;
        let locked = attempt(&world, email, PASSWORD).await;
        assert!(matches!(locked, Err(Locked(895..=900))), "{email} {locked:?}");
        assert_eq!(world.work().await, work, "a locked address costs nothing");
    }
    let elsewhere = world.identity.credential_verify(&call("other"), "a@b.co", "wrong").await;
    assert_eq!(elsewhere, Err(WrongCredentials));
    assert_eq!(world.audited_as("identity.login.locked").await.len(), 2);
    world.advance(901);
    assert_eq!(attempt(&world, "A@B.co", PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn a_success_or_a_new_password_wipes_the_slate() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    fail(&world, 4).await;
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
    for (old, new) in [(PASSWORD, NEW_PASSWORD), (NEW_PASSWORD, PASSWORD)] {
        for _ in 0..4 {
            assert_eq!(change(&world, user, "wrong", new).await, Err(WrongCredentials));
        }
        assert_eq!(change(&world, user, old, new).await, Ok(()));
    }
    fail(&world, 5).await;
    assert!(matches!(attempt(&world, "a@b.co", PASSWORD).await, Err(Locked(_))));
    let proof = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    world.identity.password_reset(&acme(), &proof.token, NEW_PASSWORD).await.unwrap();
    assert_eq!(attempt(&world, "a@b.co", NEW_PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn guessing_at_a_change_counts_as_guessing_at_the_door() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    for _ in 0..3 {
        assert_eq!(change(&world, user, "wrong", NEW_PASSWORD).await, Err(WrongCredentials));
    }
    fail(&world, 2).await;
    assert!(matches!(change(&world, user, PASSWORD, NEW_PASSWORD).await, Err(Locked(895..=900))));
    assert!(
        matches!(attempt(&world, "a@b.co", PASSWORD).await, Err(Locked(895..=900))),
        "one count for both"
    );
    world.advance(901);
    assert_eq!(change(&world, user, PASSWORD, NEW_PASSWORD).await, Ok(()));
    assert_eq!(change(&world, user, "wrong", PASSWORD).await, Err(WrongCredentials));
    assert_eq!(world.audited_as("identity.login.locked").await.len(), 1);
}
