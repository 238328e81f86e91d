//! Tokens that travel by mail.

use p2p_identity::{CredentialError, Identity, WeakPassword};
use uuid::Uuid;

use crate::world::{PASSWORD, World, acme, call};

const NEW: &str = "another horse 8";

#[tokio::test]
async fn a_reset_token_sets_a_password_once_and_proves_the_address() {
    let world = World::new().await;
    let identity = &world.identity;
    let user = world.person("a@b.co").await;
    let token = async || identity.reset_token_create(&acme(), " A@b.co").await.unwrap().unwrap();
    let (first, second) = (token().await, token().await);
    assert_eq!((first.user, first.email.as_str()), (user, "a@b.co"));
    assert_eq!(
        identity.password_reset(&acme(), &first.token, "short1").await,
        Err(CredentialError::WeakPassword(WeakPassword::TooShort)),
        "which does not touch the token"
    );
    let proven = identity.password_reset(&acme(), &first.token, NEW).await.unwrap();
    assert_eq!((proven.user, proven.email.as_str()), (user, "a@b.co"));
    assert!(world.opens("a@b.co", NEW).await && !world.opens("a@b.co", PASSWORD).await);
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(true));
    for used in [&first.token, &second.token, "nonsense", ""] {
        assert_eq!(
            identity.password_reset(&acme(), used, NEW).await,
            Err(CredentialError::Missing),
            "{used}"
        );
    }
    identity.password_reset(&acme(), &token().await.token, PASSWORD).await.expect("a verified address, too");
    assert_eq!(world.audited_as("identity.password.reset").await.len(), 2);
}

#[tokio::test]
async fn nobody_gets_no_token() {
    let world = World::new().await;
    world.identity.credential_create(&acme(), "pending@b.co", PASSWORD).await.unwrap();
    for email in ["nobody@b.co", "pending@b.co", "no address"] {
        assert_eq!(world.identity.reset_token_create(&acme(), email).await, Ok(None), "{email}");
    }
    let nobody = world.identity.verification_token_create(&acme(), Uuid::from_u128(1)).await;
    assert_eq!(nobody, Err(CredentialError::Missing));
}

#[tokio::test]
async fn an_address_is_proven_by_the_token_that_was_mailed_to_it() {
    let world = World::new().await;
    let identity = &world.identity;
    let user = world.person("a@b.co").await;
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(false));
    let proof = identity.verification_token_create(&acme(), user).await.unwrap().unwrap();
    assert_eq!((proof.user, proof.email.as_str()), (user, "a@b.co"));
    let proven = identity.email_verify(&acme(), &proof.token).await.unwrap();
    assert_eq!((proven.user, proven.email.as_str()), (user, "a@b.co"));
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(true));
    assert_eq!(identity.verification_token_create(&acme(), user).await, Ok(None));
    assert_eq!(identity.email_verify(&acme(), &proof.token).await, Err(CredentialError::Missing));
    assert_eq!(world.audited_as("identity.email.verified").await.len(), 1);
}

#[tokio::test]
async fn a_token_of_one_tenant_does_nothing_in_another() {
    let world = World::new().await;
    world.person("a@b.co").await;
    let proof = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    let elsewhere = world.identity.password_reset(&call("other"), &proof.token, NEW).await;
    assert_eq!(elsewhere, Err(CredentialError::Missing));
    assert!(world.opens("a@b.co", PASSWORD).await);
}
