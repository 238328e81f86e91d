//! Signing keys over time and over changes of the deployment's secret.

use p2p_identity::{AuthenticateError, Identity, Secrets, SessionError};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{SECRET, World, acme, member};

const USER: Uuid = Uuid::from_u128(5);
const WEEK: u64 = 168 * 3600;
const NEW: &str = "another secret of these tests";

#[tokio::test]
async fn keys_change_by_the_week_and_nobody_notices() {
    let world = World::new();
    let replica = world.replica();
    let mut browser = world.signed_in(Browser::with_headers(), USER).await;
    let first = kid(&browser);
    world.advance(WEEK);
    world.identity.tick().await;
    world.refresh(&mut browser).await.unwrap();
    assert_eq!(kid(&browser), first, "the new key is not known everywhere yet");
    assert!(replica.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
    world.advance(60);
    let with_old_key = browser.clone();
    world.refresh(&mut browser).await.unwrap();
    assert_ne!(kid(&browser), first);
    for identity in [&world.identity, &replica] {
        assert!(identity.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
        assert!(identity.authenticate(&acme(), &with_old_key.call(), true).await.unwrap().is_some());
    }
    world.advance(2 * 3600);
    world.identity.tick().await;
    world.advance(60);
    world.identity.tick().await;
    world.refresh(&mut browser).await.expect("refresh tokens do not depend on signing keys");
    assert!(world.who(&browser).await.unwrap().is_some());
}

#[tokio::test]
async fn a_restart_keeps_sessions_also_under_a_rotated_secret() {
    let world = World::new();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    for secrets in [Secrets::new(SECRET, []).unwrap(), Secrets::new(NEW, [SECRET]).unwrap()] {
        let restarted = world.replica_with(secrets);
        assert!(restarted.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
        assert!(restarted.session_refresh(&acme(), &browser.refresh()).await.is_ok());
    }
}

#[tokio::test]
async fn a_lost_secret_signs_everybody_out_and_lets_them_in_again() {
    let world = World::new();
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(1);
    let other = world.replica_with(Secrets::new(NEW, []).unwrap());
    assert_eq!(other.authenticate(&acme(), &browser.call(), true).await, Err(AuthenticateError::TryRefresh));
    assert!(matches!(
        other.session_refresh(&acme(), &browser.refresh()).await,
        Err(SessionError::Invalid(_))
    ));
    let issued = other.session_create(&acme(), &browser.call(), USER, member()).await.unwrap();
    browser.take(&issued.headers);
    assert!(other.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
}

/// The first part of an access token: algorithm, version and the key's name.
fn kid(browser: &Browser) -> String {
    browser.kept.get("st-access-token").unwrap().split('.').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_sign_ins_of_a_tenant_share_one_key() {
    let world = World::new();
    let signed_in = async || world.signed_in(Browser::with_headers(), USER).await;
    let (one, two, three) = tokio::join!(signed_in(), signed_in(), signed_in());
    assert_eq!((kid(&two), kid(&three)), (kid(&one), kid(&one)));
}

#[tokio::test]
async fn a_replica_ends_a_session_whose_key_it_has_not_seen() {
    let world = World::new();
    let replica = world.replica();
    replica.session_revoke_user(&acme(), USER).await.unwrap();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(1);
    let cleared = replica.session_revoke(&acme(), &browser.call()).await.unwrap();
    assert_eq!(cleared.len(), 4, "the cookies and the front token");
    world.identity.tick().await;
    assert!(matches!(world.who(&browser).await, Err(AuthenticateError::Unauthorised { .. })));
}
