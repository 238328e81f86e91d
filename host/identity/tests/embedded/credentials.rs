//! What credentials cost, and whose they are.

use p2p_identity::CredentialError::WrongCredentials;
use p2p_identity::Identity;

use crate::world::{NEW_PASSWORD, PASSWORD, World, acme, call, tokens};

#[tokio::test]
async fn an_address_is_taken_once_per_tenant() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let elsewhere = world.identity.credential_create(&call("other"), "a@b.co", PASSWORD).await.unwrap();
    world.identity.credential_activate(&call("other"), elsewhere).await.unwrap();
    assert_eq!(world.identity.credential_verify(&call("other"), "a@b.co", PASSWORD).await, Ok(elsewhere));
    assert_eq!(world.identity.credential_verify(&acme(), "a@b.co", PASSWORD).await, Ok(user));
}

#[tokio::test]
async fn every_answer_to_a_login_costs_one_hash_and_a_change_two() {
    let world = World::new().await;
    let identity = &world.identity;
    let user = world.person("a@b.co").await;
    identity.credential_create(&acme(), "pending@b.co", PASSWORD).await.unwrap();
    for (email, password) in
        [("a@b.co", PASSWORD), ("a@b.co", "wrong"), ("nobody@b.co", "wrong"), ("pending@b.co", PASSWORD)]
    {
        let before = identity.password_work();
        let outcome = identity.credential_verify(&acme(), email, password).await;
        assert_eq!(outcome.is_ok(), (email, password) == ("a@b.co", PASSWORD), "{email}");
        assert_eq!(identity.password_work() - before, 1, "{email}");
    }
    let before = identity.password_work();
    identity.password_change(&acme(), &tokens(&[]), user, PASSWORD, NEW_PASSWORD).await.unwrap();
    assert_eq!(identity.password_work() - before, 2);
}

#[tokio::test]
async fn of_two_changes_at_once_exactly_one_works() {
    let world = World::new().await;
    let (replica, here, nothing) = (world.replica(), acme(), tokens(&[]));
    let user = world.person("a@b.co").await;
    let mut old = PASSWORD.to_owned();
    for round in 0..5 {
        let new = [format!("first choice {round}"), format!("second choice {round}")];
        let (one, two) = tokio::join!(
            world.identity.password_change(&here, &nothing, user, &old, &new[0]),
            replica.password_change(&here, &nothing, user, &old, &new[1]),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!([one, two.clone()].contains(&Err(WrongCredentials)));
        old = new[usize::from(two.is_ok())].clone();
        assert!(world.opens("a@b.co", &old).await, "the winner's");
    }
}
