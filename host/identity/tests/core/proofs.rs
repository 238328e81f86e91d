//! Tokens that travel by mail.

use p2p_identity::{AuthenticateError, CredentialError, Identity, SessionError, WeakPassword};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{PASSWORD, World, acme, call, tokens};

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
async fn a_mailed_link_is_worthless_after_a_change_of_the_password() {
    let world = World::new().await;
    let identity = &world.identity;
    let user = world.person("a@b.co").await;
    let token = async || identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap().token;
    let mailed = [token().await, token().await];
    let wrong = identity.password_change(&acme(), &tokens(&[]), user, "wrong", NEW).await;
    assert_eq!(wrong, Err(CredentialError::WrongCredentials));
    identity.password_change(&acme(), &tokens(&[]), user, PASSWORD, NEW).await.unwrap();
    for token in &mailed {
        let used = identity.password_reset(&acme(), token, PASSWORD).await;
        assert_eq!(used, Err(CredentialError::Missing));
    }
    assert!(world.opens("a@b.co", NEW).await);
    identity.password_reset(&acme(), &token().await, PASSWORD).await.expect("one that is asked for since");
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

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_the_old_one() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let mine = world.signed_in(Browser::with_cookies(), user).await;
    let mut other = world.signed_in(Browser::with_headers(), user).await;
    let is_out = async |browser: &Browser| {
        matches!(world.who(browser).await, Err(AuthenticateError::Unauthorised { .. }))
    };
    world.identity.password_change(&acme(), &mine.call(), user, PASSWORD, NEW).await.unwrap();
    assert!(is_out(&other).await && !is_out(&mine).await, "but the one that asks");
    assert!(matches!(world.refresh(&mut other).await, Err(SessionError::Invalid(_))));
    let proof = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    world.identity.password_reset(&acme(), &proof.token, PASSWORD).await.unwrap();
    assert!(is_out(&mine).await, "whoever forgot it has none to keep");
    assert_eq!(world.audited_as("identity.session.revoked").await.len(), 2);
}
