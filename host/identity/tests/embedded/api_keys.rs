//! Keys of programs: what opens, until when, and what is written down about it.

use std::time::Duration;

use p2p_context::{FeatureName, Origin};
use p2p_identity::audit::{AuditFilter, AuditLog};
use p2p_identity::{ApiKeys, KeyError, NewKey, Right};
use uuid::Uuid;

use crate::world::{World, acme, call};

const USER: Uuid = Uuid::from_u128(5);
const DAY: Duration = Duration::from_hours(24);

fn keys(world: &World) -> ApiKeys {
    ApiKeys::new(world.stores.clone(), world.clock.clone())
}

fn new(valid: Option<Duration>) -> NewKey {
    NewKey { user: USER, name: "nightly export".into(), scopes: "forums:read".parse().unwrap(), valid }
}

#[tokio::test]
async fn a_key_opens_in_its_tenant_as_its_text_says() {
    let world = World::new().await;
    let keys = keys(&world);
    let (made, text) = keys.create(&acme(), new(None)).await.unwrap();
    let known = keys.verify(&acme(), &text).await.unwrap();
    assert_eq!((known.id, known.user), (made.id, USER));
    assert!(known.scopes.allow(&FeatureName::new("forums").unwrap(), Right::Read));
    let other = if text.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{other}", &text[..text.len() - 1]);
    for bad in [wrong.as_str(), "p2pk_", "", &text.to_uppercase()] {
        assert_eq!(keys.verify(&acme(), bad).await, Err(KeyError::Unknown), "{bad}");
    }
    assert_eq!(keys.verify(&call("globex"), &text).await, Err(KeyError::Unknown));
}

#[tokio::test]
async fn a_rotated_key_opens_by_both_secrets_for_a_while_and_a_revoked_one_by_none() {
    let world = World::new().await;
    let keys = keys(&world);
    let (made, first) = keys.create(&acme(), new(None)).await.unwrap();
    keys.verify(&acme(), &first).await.unwrap();
    let second = keys.rotate(&acme(), made.id, DAY).await.unwrap();
    for text in [&first, &second] {
        assert_eq!(keys.verify(&acme(), text).await.unwrap().id, made.id);
    }
    world.advance(DAY.as_secs());
    assert_eq!(keys.verify(&acme(), &first).await, Err(KeyError::Unknown));
    let third = keys.rotate(&acme(), made.id, Duration::ZERO).await.unwrap();
    assert_eq!(keys.verify(&acme(), &second).await, Err(KeyError::Unknown));
    keys.verify(&acme(), &third).await.unwrap();
    keys.revoke(&acme(), made.id).await.unwrap();
    assert_eq!(keys.verify(&acme(), &third).await, Err(KeyError::Unknown), "at once");
    assert_eq!(keys.revoke(&acme(), made.id).await, Err(KeyError::Unknown));
    assert_eq!(keys.rotate(&acme(), made.id, DAY).await, Err(KeyError::Unknown));
    assert!(keys.list(&acme()).await.unwrap()[0].revoked_at.is_some());
}

#[tokio::test]
async fn a_secret_that_was_changed_elsewhere_opens_within_a_second() {
    let world = World::new().await;
    let (here, elsewhere) = (keys(&world), keys(&world));
    let (made, first) = elsewhere.create(&acme(), new(None)).await.unwrap();
    here.verify(&acme(), &first).await.unwrap();
    let second = elsewhere.rotate(&acme(), made.id, DAY).await.unwrap();
    assert_eq!(here.verify(&acme(), &second).await, Err(KeyError::Unknown));
    world.advance(1);
    here.verify(&acme(), &second).await.unwrap();
    here.verify(&acme(), &first).await.unwrap();
}

#[tokio::test]
async fn a_key_ends_at_its_time() {
    let world = World::new().await;
    let keys = keys(&world);
    let (made, text) = keys.create(&acme(), new(Some(DAY))).await.unwrap();
    keys.verify(&acme(), &text).await.unwrap();
    world.advance(DAY.as_secs());
    assert_eq!(keys.verify(&acme(), &text).await, Err(KeyError::Unknown));
    assert_eq!(keys.rotate(&acme(), made.id, DAY).await, Err(KeyError::Unknown));
}

#[tokio::test]
async fn the_last_use_is_written_down_once_a_minute() {
    let world = World::new().await;
    let keys = keys(&world);
    let (_, text) = keys.create(&acme(), new(None)).await.unwrap();
    let mut noted = Vec::new();
    for _ in 0..4 {
        keys.verify(&acme(), &text).await.unwrap();
        keys.tick().await;
        noted.push(keys.list(&acme()).await.unwrap()[0].last_used_at.unwrap());
        world.advance(25);
    }
    assert_eq!(noted[0], noted[2]);
    assert!(noted[3] > noted[0]);
}

#[tokio::test]
async fn every_change_is_in_the_audit_log() {
    let world = World::new().await;
    let keys = keys(&world);
    let admin = Origin { user: Some(Uuid::from_u128(1)), ..Origin::default() };
    let by = || acme().on_behalf_of(admin.clone());
    let (made, text) = keys.create(&by(), new(None)).await.unwrap();
    let rotated = keys.rotate(&by(), made.id, DAY).await.unwrap();
    keys.revoke(&by(), made.id).await.unwrap();
    let _refused = keys.revoke(&by(), made.id).await;
    let log = AuditLog::new(world.stores.clone());
    let entries = log.list(&acme().tenant, &AuditFilter::default(), 10).await.unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["identity.key.revoked", "identity.key.rotated", "identity.key.created"]);
    for entry in &entries {
        assert_eq!((entry.actor, &entry.subject), (admin.user, &made.id.to_string()));
        let details = entry.details.to_string();
        for secret in [&text, &rotated] {
            assert!(!details.contains(secret.rsplit('_').next().unwrap()));
        }
    }
}
