//! Tokens that travel by mail: what they do, once, and where they do nothing.

use p2p_context::Origin;
use p2p_identity::CredentialError::{Missing, WeakPassword};
use p2p_identity::{Identity as _, Proven, WeakPassword as Weak};
use uuid::Uuid;

use super::browser::Browser;
use super::room::{NEW_PASSWORD, PASSWORD, acme, call};
use crate::world::World;

#[tokio::test]
async fn a_reset_token_sets_a_password_proves_the_address_and_ends_with_all_its_kind() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let identity = &world.identity;
    let proof = async || identity.reset_token_create(&acme(), " A@B.co ").await.unwrap().unwrap();
    let (first, second) = (proof().await, proof().await);
    assert_eq!((first.user, first.email.as_str()), (user, "a@b.co"));
    assert!(!format!("{first:?}").contains(&first.token) && first.token != second.token);
    let browser = world.signed_in(Browser::with_cookies(), user).await;
    let weak = identity.password_reset(&acme(), &second.token, "short1").await;
    assert_eq!(weak, Err(WeakPassword(Weak::TooShort)), "which does not touch the token");

    let from = Origin { request: Some("r-1".into()), address: Some([10, 0, 0, 7].into()), user: None };
    let proven = identity.password_reset(&acme().on_behalf_of(from), &second.token, NEW_PASSWORD).await;
    assert_eq!(proven, Ok(Proven { user, email: "a@b.co".into() }));
    assert!(world.opens("a@b.co", NEW_PASSWORD).await && !world.opens("a@b.co", PASSWORD).await);
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(true));
    for used in [&first.token, &second.token, "nonsense", ""] {
        assert_eq!(identity.password_reset(&acme(), used, "another one 8").await, Err(Missing), "{used}");
    }
    assert!(world.opens("a@b.co", NEW_PASSWORD).await);
    assert!(world.is_out(&browser).await, "all sessions end");
    assert_eq!(world.audited_as("identity.session.revoked").await.len(), 1);

    let entries = world.audited_as("identity.password.reset").await;
    assert_eq!(entries.len(), 1, "for the one that worked");
    assert_eq!((entries[0].actor, &entries[0].subject), (Some(user), &user.to_string()));
    assert_eq!(entries[0].request.as_deref(), Some("r-1"));
    assert_eq!(entries[0].address, Some([10, 0, 0, 7].into()));
    let again = identity.password_reset(&acme(), &proof().await.token, PASSWORD).await;
    assert!(again.is_ok(), "a verified address, too");
}

#[tokio::test]
async fn nobody_gets_no_token() {
    let world = World::new().await;
    let pending = world.identity.credential_create(&acme(), "pending@b.co", PASSWORD).await.unwrap();
    for email in ["nobody@b.co", "pending@b.co", "not an address", ""] {
        assert_eq!(world.identity.reset_token_create(&acme(), email).await, Ok(None), "{email}");
    }
    for user in [pending, Uuid::from_u128(404)] {
        assert_eq!(world.identity.verification_token_create(&acme(), user).await, Err(Missing));
        assert_eq!(world.identity.email_is_verified(&acme(), user).await, Err(Missing));
        assert_eq!(world.identity.credential_email(&acme(), user).await, Ok(None));
    }
}

#[tokio::test]
async fn a_verification_token_proves_the_address_and_then_there_is_no_other() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let identity = &world.identity;
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(false));
    let proof = async || identity.verification_token_create(&acme(), user).await.unwrap().unwrap();
    let (first, second) = (proof().await, proof().await);
    assert_eq!((first.user, first.email.as_str()), (user, "a@b.co"));
    let proven = identity.email_verify(&acme(), &first.token).await;
    assert_eq!(proven, Ok(Proven { user, email: "a@b.co".into() }));
    assert_eq!(identity.email_is_verified(&acme(), user).await, Ok(true));
    for used in [&first.token, &second.token] {
        assert_eq!(identity.email_verify(&acme(), used).await, Err(Missing));
    }
    assert_eq!(identity.verification_token_create(&acme(), user).await, Ok(None));
    let entries = world.audited_as("identity.email.verified").await;
    assert_eq!(entries.iter().map(|entry| entry.actor).collect::<Vec<_>>(), [Some(user)]);
}

#[tokio::test]
async fn a_token_of_one_tenant_does_nothing_in_another() {
    let world = World::new().await;
    world.person("a@b.co").await;
    let proof = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap();
    let elsewhere = world.identity.password_reset(&call("other"), &proof.token, NEW_PASSWORD).await;
    assert_eq!(elsewhere, Err(Missing));
    assert!(world.opens("a@b.co", PASSWORD).await);
}

#[tokio::test]
async fn the_store_holds_no_token() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let reset = world.identity.reset_token_create(&acme(), "a@b.co").await.unwrap().unwrap().token;
    let verify = world.identity.verification_token_create(&acme(), user).await.unwrap().unwrap().token;
    let mut files = 0;
    for entry in std::fs::read_dir(world.folder.path().join("tenants/acme")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(&reset) && !holds(&verify));
        files += usize::from(holds("a@b.co"));
    }
    assert!(files > 0, "the right files were looked at");
}
