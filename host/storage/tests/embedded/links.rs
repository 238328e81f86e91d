//! Signed links to files: good for their blob, their scope and their time only.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use p2p_context::{Clock, FeatureName, FixedClock, Scope, TenantId, Timestamp};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Migrations, StageLimits, StoreLimits, Stores};

use super::support::{scope, soon};

#[tokio::test]
async fn a_link_serves_its_blob_only_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp(1_790_000_000_000_000)));
    let open = |key| {
        let config =
            EmbeddedConfig { files_prefix: "/f/".to_owned(), ..EmbeddedConfig::new(key, clock.clone()) };
        EmbeddedStores::new(folder.path().to_owned(), config)
    };
    let stores = open([7; 32]);
    let blobs = stores.open(&scope(), &Migrations::default(), StoreLimits::default()).await.unwrap().blobs;
    let bytes = stream::iter([Ok(Bytes::from_static(b"x"))]).boxed();
    let staged = blobs.stage("image/png", bytes, StageLimits { bytes: 9 }, soon().deadline).await.unwrap();
    blobs.promote(&staged.id, "2026/a.png").await.unwrap();
    let link = blobs.url("2026/a.png", Duration::from_secs(60)).await.unwrap();
    let rest = link.strip_prefix("/f/acme/forums/2026/a.png?expires=1790000060&signature=").unwrap();
    assert_eq!(rest.len(), 43);

    let other_tenant = Scope { tenant: TenantId::new("other").unwrap(), ..scope() };
    let other_feature = Scope { feature: FeatureName::new("other").unwrap(), ..scope() };
    let name = "2026/a.png";
    let now = clock.now();
    assert!(blobs.admits(name, 1_790_000_060, rest, now));
    assert!(blobs.admits(name, 1_790_000_060, rest, now.plus(Duration::from_secs(59))));
    assert!(!blobs.admits(name, 1_790_000_060, rest, now.plus(Duration::from_secs(60))));
    assert!(!blobs.admits(name, 1_790_000_061, rest, now));
    assert!(!blobs.admits("2026/b.png", 1_790_000_060, rest, now));
    for forged in ["", "x", &rest[1..], &rest[..42], &format!("{rest}A"), &"A".repeat(43)] {
        assert!(!blobs.admits(name, 1_790_000_060, forged, now), "{forged}");
    }
    for elsewhere in [other_tenant, other_feature] {
        let other =
            stores.open(&elsewhere, &Migrations::default(), StoreLimits::default()).await.unwrap().blobs;
        assert!(!other.admits(name, 1_790_000_060, rest, now), "{elsewhere}");
    }
    let rekeyed = open([8; 32]).open(&scope(), &Migrations::default(), StoreLimits::default()).await.unwrap();
    assert!(!rekeyed.blobs.admits(name, 1_790_000_060, rest, now), "another key");
}
