//! Signing keys over time and over changes of the deployment's secret.

use p2p_identity::{AuthenticateError, Identity, PublicKeys, Secrets, SessionError};
use uuid::Uuid;

use crate::suite::browser::Browser;
use crate::world::{SECRET, World, acme, call, member};

const USER: Uuid = Uuid::from_u128(5);
const WEEK: u64 = 168 * 3600;
const NEW: &str = "another secret of these tests";

#[tokio::test]
async fn keys_change_by_the_week_and_nobody_notices() {
    let world = World::new().await;
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
    let world = World::new().await;
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    for secrets in [Secrets::new(SECRET, []).unwrap(), Secrets::new(NEW, [SECRET]).unwrap()] {
        let restarted = world.replica_with(secrets);
        assert!(restarted.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
        assert!(restarted.session_refresh(&acme(), &browser.refresh()).await.is_ok());
    }
}

#[tokio::test]
async fn a_lost_secret_signs_everybody_out_and_lets_them_in_again() {
    let world = World::new().await;
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
async fn published_keys_verify_what_is_signed_now_and_soon_and_was_signed_before() {
    let world = World::new().await;
    let replica = world.replica();
    let fresh = world.identity.public_keys(&acme()).await.unwrap();
    assert_eq!((fresh.keys.len(), fresh.max_age.as_secs()), (1, 3600), "the first look makes the first key");
    assert_eq!((fresh.keys[0].alg, fresh.keys[0].usage, fresh.keys[0].kty), ("RS256", "sig", "RSA"));
    let browser = world.signed_in(Browser::with_headers(), USER).await;
    assert_eq!(kid_of(&browser), fresh.keys[0].kid, "and it is the one that signs");
    assert_eq!(kids(&replica.public_keys(&acme()).await.unwrap()), kids(&fresh), "here and there");

    world.advance(WEEK - 600);
    assert_eq!(world.identity.public_keys(&acme()).await.unwrap().max_age.as_secs(), 660);
    world.advance(600);
    world.identity.tick().await;
    let both = replica.public_keys(&acme()).await.unwrap();
    assert_eq!(both.keys.len(), 2, "another replica's new key, before it signs");
    assert_eq!(both.keys[1].kid, fresh.keys[0].kid, "the newest first");
    assert_eq!(both.max_age.as_secs(), 3600);
    world.advance(2 * 3600 + 61);
    world.identity.tick().await;
    assert_eq!(kids(&world.identity.public_keys(&acme()).await.unwrap()), kids(&both)[..1]);
}

#[tokio::test]
async fn every_tenant_has_keys_and_an_issuer_of_its_own() {
    let world = World::new().await;
    let [here, there] = [acme(), call("other")];
    let ours = kids(&world.identity.public_keys(&here).await.unwrap());
    world.advance(1);
    assert_ne!(kids(&world.identity.public_keys(&there).await.unwrap()), ours);
    assert_eq!(world.identity.issuer(&here.tenant), "http://localhost:8000/auth/acme");
    assert_eq!(world.identity.issuer(&there.tenant), "http://localhost:8000/auth/other");
}

fn kids(keys: &PublicKeys) -> Vec<String> {
    keys.keys.iter().map(|key| key.kid.clone()).collect()
}

/// The key that an access token names.
fn kid_of(browser: &Browser) -> String {
    let token = browser.kept.get("st-access-token").unwrap();
    p2p_identity_core::UnverifiedToken::parse(token).unwrap().kid().to_owned()
}

#[tokio::test]
async fn the_first_sign_ins_of_a_tenant_share_one_key() {
    let world = World::new().await;
    let signed_in = async || world.signed_in(Browser::with_headers(), USER).await;
    let (one, two, three) = tokio::join!(signed_in(), signed_in(), signed_in());
    assert_eq!((kid(&two), kid(&three)), (kid(&one), kid(&one)));
}

#[tokio::test]
async fn a_replica_ends_a_session_whose_key_it_has_not_seen() {
    let world = World::new().await;
    let replica = world.replica();
    replica.session_revoke_user(&acme(), USER).await.unwrap();
    let browser = world.signed_in(Browser::with_cookies(), USER).await;
    world.advance(1);
    let cleared = replica.session_revoke(&acme(), &browser.call()).await.unwrap();
    assert_eq!(cleared.len(), 4, "the cookies and the front token");
    world.identity.tick().await;
    assert!(matches!(world.who(&browser).await, Err(AuthenticateError::Unauthorised { .. })));
}
