//! A new password for somebody who knows the old one.

use p2p_context::Origin;
use p2p_identity::CredentialError::{Missing, WrongCredentials};
use p2p_identity::{CredentialError, Identity as _, SessionError, WeakPassword};
use uuid::Uuid;

use super::browser::Browser;
use super::room::{NEW_PASSWORD, PASSWORD, acme, call, tokens};
use crate::world::World;

#[tokio::test]
async fn with_the_new_password_other_sessions_and_mailed_links_end() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let other = world.person("c@d.co").await;
    let browser = world.signed_in(Browser::with_cookies(), user).await;
    let mut elsewhere = world.signed_in(Browser::with_headers(), user).await;
    let theirs_open = world.signed_in(Browser::with_cookies(), other).await;
    let own = browser.call();
    let link = async |email| world.identity.reset_token_create(&acme(), email).await.unwrap().unwrap().token;
    let (links, theirs) = ([link("a@b.co").await, link("a@b.co").await], link("c@d.co").await);
    let from = Origin { request: Some("r-1".into()), address: None, user: Some(user) };
    let mine = acme().on_behalf_of(from);
    let wrong = world.identity.password_change(&mine, &own, user, "wrong", NEW_PASSWORD).await;
    assert_eq!(wrong, Err(WrongCredentials));
    let changed = world.identity.password_change(&mine, &own, user, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(changed, Ok(()));
    assert!(world.opens("a@b.co", NEW_PASSWORD).await && !world.opens("a@b.co", PASSWORD).await);
    assert!(world.opens("c@d.co", PASSWORD).await, "nobody else's");
    assert!(!world.is_out(&browser).await && !world.is_out(&theirs_open).await);
    assert!(world.is_out(&elsewhere).await, "at once");
    assert!(matches!(world.refresh(&mut elsewhere).await, Err(SessionError::Invalid(_))));
    assert_eq!(world.audited_as("identity.session.revoked").await.len(), 1);
    let reset = async |token: &str| world.identity.password_reset(&acme(), token, "another one 8").await;
    for link in &links {
        assert_eq!(reset(link).await, Err(Missing));
    }
    assert_eq!(reset(&theirs).await.map(|proven| proven.user), Ok(other));
    assert!(reset(&link("a@b.co").await).await.is_ok(), "one that is asked for since");
    let entries = world.audited_as("identity.password.changed").await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].actor, entries[0].request.as_deref()), (Some(user), Some("r-1")));
}

#[tokio::test]
async fn a_weak_password_is_refused_before_anything_is_asked() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let work = world.work().await;
    for (user, old) in [(user, PASSWORD), (user, "wrong"), (Uuid::from_u128(404), "wrong")] {
        let weak = world.identity.password_change(&acme(), &tokens(&[]), user, old, "Password123").await;
        assert_eq!(weak, Err(CredentialError::WeakPassword(WeakPassword::Common)));
    }
    assert_eq!(world.work().await, work);
}

#[tokio::test]
async fn nobody_has_no_password_to_change() {
    let world = World::new().await;
    let user = world.person("a@b.co").await;
    let pending = world.identity.credential_create(&acme(), "c@d.co", PASSWORD).await.unwrap();
    for (tenant, nobody) in [("acme", pending), ("acme", Uuid::from_u128(404)), ("other", user)] {
        let changed =
            world.identity.password_change(&call(tenant), &tokens(&[]), nobody, PASSWORD, NEW_PASSWORD).await;
        assert_eq!(changed, Err(Missing), "{tenant} {nobody}");
    }
}
