//! Tokens that travel by mail: what they do, once, and where they do nothing.

use p2p_identity::CredentialError::Missing;
use p2p_identity::{CredentialError, Identity, WeakPassword};
use uuid::Uuid;

use crate::world::{NEW_PASSWORD, PASSWORD, World, acme, call};

const HOUR: u64 = 3600;

async fn reset_token(world: &World) -> String {
    world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap().token
}

async fn verification_token(world: &World, user: Uuid) -> String {
    world.identity.verification_token_create(&acme(), user).await.unwrap().unwrap().token
}

#[tokio::test]
async fn a_weak_password_leaves_the_token_as_it_was_and_costs_nothing() {
    let world = World::new().await;
    world.person("a@b.co").await;
    let (token, work) = (reset_token(&world).await, world.identity.password_work());
    let weak = world.identity.password_reset(&acme(), &token, "short1").await;
    assert_eq!(weak, Err(CredentialError::WeakPassword(WeakPassword::TooShort)));
    assert_eq!(world.identity.password_reset(&acme(), "unknown", NEW_PASSWORD).await, Err(Missing));
    assert_eq!(world.identity.password_work(), work, "nor does a token that nobody made");
    assert!(world.identity.password_reset(&acme(), &token, NEW_PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_token_too_old_does_nothing_and_takes_the_others_along() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    for (kind, validity) in [("reset", HOUR), ("verification", 24 * HOUR)] {
        let make = async || match kind {
            "reset" => reset_token(&world).await,
            _ => verification_token(&world, user).await,
        };
        let spend = async |token: &str| match kind {
            "reset" => world.identity.password_reset(&acme(), token, NEW_PASSWORD).await,
            _ => world.identity.email_verify(&acme(), token).await,
        };
        let old = make().await;
        world.advance(validity / 2);
        world.identity.tick().await;
        let newer = make().await;
        world.advance(validity / 2);
        world.identity.tick().await;
        assert_eq!(spend(&old).await, Err(Missing), "{kind}");
        assert_eq!(spend(&newer).await, Err(Missing), "{kind}: gone with the old one");
        let last_second = make().await;
        world.advance(validity - 1);
        world.identity.tick().await;
        assert!(spend(&last_second).await.is_ok(), "{kind}");
        if kind == "reset" {
            forget_verification(&world, user).await;
        }
    }
}

/// A reset proves the address; for a token of the other kind it must not be proved.
async fn forget_verification(world: &World, user: Uuid) {
    let params = p2p_storage::packed::Params::new().uuid(user);
    world.write("DELETE FROM verified_addresses WHERE user_id = $1", params).await;
}

#[tokio::test]
async fn tokens_are_swept_a_day_after_their_end() {
    let world = World::new().await;
    world.person("a@b.co").await;
    let token = reset_token(&world).await;
    for (later, left) in [(HOUR, 1), (24 * HOUR - 60, 1), (61, 0)] {
        world.advance(later);
        world.identity.tick().await;
        assert_eq!(world.count("one_time_tokens").await, left);
    }
    assert_eq!(world.identity.password_reset(&acme(), &token, NEW_PASSWORD).await, Err(Missing));
}

#[tokio::test]
async fn a_token_is_good_for_its_kind_and_its_tenant_alone() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let elsewhere = world.identity.credential_create(&call("other"), "a@b.co", PASSWORD).await.unwrap();
    world.identity.credential_activate(&call("other"), elsewhere).await.unwrap();
    let (reset, verify) = (reset_token(&world).await, verification_token(&world, user).await);
    let identity = &world.identity;
    assert_eq!(identity.email_verify(&acme(), &reset).await, Err(Missing));
    assert_eq!(identity.password_reset(&acme(), &verify, NEW_PASSWORD).await, Err(Missing));
    assert_eq!(identity.password_reset(&call("other"), &reset, NEW_PASSWORD).await, Err(Missing));
    assert_eq!(identity.email_verify(&call("other"), &verify).await, Err(Missing));
    let cut = &reset[..42];
    for wrong in ["", " ", cut, &format!("{reset}A"), &reset.to_lowercase(), "%00", &"A".repeat(10_000)] {
        assert_eq!(identity.password_reset(&acme(), wrong, NEW_PASSWORD).await, Err(Missing), "{wrong:.50}");
        assert_eq!(identity.email_verify(&acme(), wrong).await, Err(Missing), "{wrong:.50}");
    }
    assert!(
        identity.password_reset(&acme(), &reset, NEW_PASSWORD).await.is_ok(),
        "none of this used them up"
    );
    assert!(identity.email_verify(&acme(), &verify).await.is_ok(), "nor did the one the other");
    assert_eq!(identity.email_is_verified(&call("other"), elsewhere).await, Ok(false));
    assert!(identity.credential_verify(&call("other"), "a@b.co", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn of_two_uses_at_once_exactly_one_works() {
    let world = World::new().await;
    let (replica, here) = (world.replica(), acme());
    let user = world.person("a@b.co").await;
    for round in 0..5 {
        let token = reset_token(&world).await;
        let passwords = [format!("first choice {round}"), format!("second choice {round}")];
        let (one, two) = tokio::join!(
            world.identity.password_reset(&here, &token, &passwords[0]),
            replica.password_reset(&here, &token, &passwords[1]),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!([&one, &two].contains(&&Err(Missing)));
        assert!(world.opens("a@b.co", &passwords[usize::from(two.is_ok())]).await, "the winner's");
        assert!(!world.opens("a@b.co", &passwords[usize::from(one.is_ok())]).await);
        forget_verification(&world, user).await;

        let token = verification_token(&world, user).await;
        let (one, two) =
            tokio::join!(world.identity.email_verify(&here, &token), replica.email_verify(&here, &token));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        forget_verification(&world, user).await;
    }
}
