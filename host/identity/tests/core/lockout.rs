//! Guessing is slowed down here, whatever the core does about it.

use p2p_identity::CredentialError::{Busy, Locked, WrongCredentials};
use p2p_identity::{CredentialError, Identity};
use serde_json::json;
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme, tokens};

async fn attempt(world: &World, email: &str, password: &str) -> Result<Uuid, CredentialError> {
    world.identity.credential_verify(&acme(), email, password).await
}

fn is_locked(outcome: &Result<Uuid, CredentialError>) -> bool {
    matches!(outcome, Err(Locked(895..=900)))
}

#[tokio::test]
async fn the_sixth_guess_finds_the_address_locked_whether_it_exists_or_not() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    for email in ["a@b.co", "nobody@b.co"] {
        for _ in 0..5 {
            assert_eq!(attempt(&world, email, "wrong").await, Err(WrongCredentials));
        }
        let asked = world.peer.calls("POST /recipe/signin").await;
        assert!(is_locked(&attempt(&world, email, PASSWORD).await), "{email}");
        assert_eq!(world.peer.calls("POST /recipe/signin").await, asked, "a locked address costs nothing");
    }
    assert_eq!(world.audited_as("identity.login.locked").await.len(), 2);
    world.advance(901);
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn a_crowd_of_guesses_is_counted_one_by_one() {
    let world = World::new().await;
    world.person("a@b.co").await;
    let guesses = futures::future::join_all((0..20).map(|_| attempt(&world, "a@b.co", "wrong"))).await;
    assert_eq!(guesses.iter().filter(|guess| **guess == Err(WrongCredentials)).count(), 5);
    assert!(guesses.iter().any(is_locked));
    let is_told = |guess: &&Result<Uuid, CredentialError>| is_locked(guess) || **guess == Err(Busy);
    assert_eq!(guesses.iter().filter(is_told).count(), 15);
}

#[tokio::test]
async fn a_success_or_a_new_password_wipes_the_slate() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let fail = async |times: usize| {
        for _ in 0..times {
            assert_eq!(attempt(&world, "a@b.co", "wrong").await, Err(WrongCredentials));
        }
    };
    fail(4).await;
    assert_eq!(attempt(&world, "a@b.co", PASSWORD).await, Ok(user));
    fail(5).await;
    let old = world.identity.password_change(&acme(), &tokens(&[]), user, PASSWORD, "another horse 8").await;
    assert!(matches!(old, Err(Locked(_))), "the old password is guessed no more cheaply here");
    let proof = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    world.identity.password_reset(&acme(), &proof.token, "another horse 8").await.unwrap();
    assert_eq!(attempt(&world, "a@b.co", "another horse 8").await, Ok(user));
}

#[tokio::test]
async fn more_checks_at_once_than_there_are_places_are_told_to_wait() {
    let world = World::new().await;
    world.person("a@b.co").await;
    attempt(&world, "first@b.co", "wrong").await.unwrap_err();
    world.peer.switch(json!({"slow": 200})).await;
    let emails: Vec<_> = (0..20).map(|n| format!("guess{n}@b.co")).collect();
    let guesses = futures::future::join_all(emails.iter().map(|email| attempt(&world, email, "wrong"))).await;
    assert_eq!(guesses.iter().filter(|guess| **guess == Err(WrongCredentials)).count(), 12);
    assert_eq!(guesses.iter().filter(|guess| **guess == Err(Busy)).count(), 8);
    world.peer.switch(json!({"slow": 0})).await;
    assert!(world.opens("a@b.co", PASSWORD).await, "and places are free again");
}
