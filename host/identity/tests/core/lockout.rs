//! Guessing is slowed down here, whatever the core does about it.

use p2p_identity::CredentialError::{Busy, Locked, WrongCredentials};
use p2p_identity::{CredentialError, Identity};
use serde_json::json;
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme};

async fn attempt(world: &World, email: &str, password: &str) -> Result<Uuid, CredentialError> {
    world.identity.credential_verify(&acme(), email, password).await
}

fn is_locked(outcome: &Result<Uuid, CredentialError>) -> bool {
    matches!(outcome, Err(Locked(895..=900)))
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
