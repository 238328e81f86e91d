//! Guessing is slowed down, alike for addresses that exist and those that do not.

use p2p_identity::CredentialError::{Locked, WrongCredentials};
use p2p_identity::{CredentialError, Identity};
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme, call};

async fn attempt(world: &World, email: &str, password: &str) -> Result<Uuid, CredentialError> {
    world.identity.credential_verify(&acme(), email, password).await
}

async fn fail(world: &World, email: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(attempt(world, email, "wrong").await, Err(WrongCredentials));
    }
}

#[tokio::test]
async fn the_sixth_guess_finds_the_address_locked_whether_it_exists_or_not() {
    let world = World::new();
    let user = world.person("a@b.co").await;
    for email in ["a@b.co", "nobody@b.co"] {
        fail(&world, email, 5).await;
        let work = world.identity.password_work();
        assert_eq!(attempt(&world, email, PASSWORD).await, Err(Locked(900)), "{email}");
        assert_eq!(world.identity.password_work(), work, "a locked address costs nothing");
    }
    assert_eq!(
        world.identity.credential_verify(&call("other"), "a@b.co", "wrong").await,
        Err(WrongCredentials)
    );
    world.advance(899);
    world.identity.tick().await;
    assert_eq!(attempt(&world, "A@B.co", PASSWORD).await, Err(Locked(1)));
    world.advance(1);
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn a_success_or_a_quarter_of_an_hour_wipes_the_slate() {
    let world = World::new();
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
    let world = World::new();
    world.person("a@b.co").await;
    for _ in 0..2 {
        fail(&world, "a@b.co", 5).await;
        assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Err(Locked(900)));
        world.advance(900);
    }
}
