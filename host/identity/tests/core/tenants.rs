//! An app of the core for each tenant.

use p2p_identity::{CredentialError, Identity};

use crate::suite::browser::Browser;
use crate::world::{PASSWORD, World, call, core, member};

#[tokio::test]
async fn a_tenant_is_taken_to_its_own_app() {
    let world = World::new().await;
    // The stand-in has one app, which is called as this tenant is.
    let identity = world.over(&core(&format!("{}/appid-{{tenant}}", world.peer.address)));
    let public = call("public");
    let user = identity.credential_create(&public, "a@b.co", PASSWORD).await.unwrap();
    identity.credential_activate(&public, user).await.unwrap();
    assert_eq!(identity.credential_verify(&public, "a@b.co", PASSWORD).await, Ok(user));
    let mut browser = Browser::with_cookies();
    let issued = identity.session_create(&public, &browser.call(), user, member()).await.unwrap();
    browser.take(&issued.headers);
    assert!(identity.authenticate(&public, &browser.call(), true).await.unwrap().is_some());

    let elsewhere = identity.credential_verify(&call("acme"), "a@b.co", PASSWORD).await;
    let Err(CredentialError::Unavailable(reason)) = elsewhere else { panic!("{elsewhere:?}") };
    assert!(reason.contains("AppId or tenantId not found"), "an app that nobody made: {reason}");
}
