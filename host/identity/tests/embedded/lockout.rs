//! Guessing is slowed down, alike for addresses that exist and those that do not.

use p2p_identity::CredentialError::{Locked, WrongCredentials};
use p2p_identity::{CredentialError, Identity};
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme};

async fn attempt(world: &World, email: &str, password: &str) -> Result<Uuid, CredentialError> {
    world.identity.credential_verify(&acme(), email, password).await
}

async fn fail(world: &World, email: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(attempt(world, email, "wrong").await, Err(WrongCredentials));
    }
}

#[tokio::test]
async fn a_success_or_a_quarter_of_an_hour_wipes_the_slate() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    fail(&world, "a@b.co", 4).await;
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
    fail(&world, "a@b.co", 4).await;
    world.advance(900);
    fail(&world, "a@b.co", 4).await;
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn an_address_locks_again_after_it_was_locked() {
    let world = World::new().await;
    world.person("a@b.co").await;
    for _ in 0..2 {
        fail(&world, "a@b.co", 5).await;
        assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Err(Locked(900)));
        world.advance(900);
    }
}
