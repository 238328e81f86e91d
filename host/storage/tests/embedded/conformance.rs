//! The suites that every driver must pass.

use std::sync::Arc;

use p2p_context::SystemClock;
use p2p_storage::conformance::{Candidate, Verdict, blobs, cache, documents, outbox, sql};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Event, StoreLimits, Stores as _};

use super::support::{migrations, scope, soon};

/// As a server has them: commits wait for the disk.
fn candidate() -> (tempfile::TempDir, Candidate) {
    let folder = tempfile::tempdir().unwrap();
    let config = EmbeddedConfig::new([7; 32], Arc::new(SystemClock));
    let stores = Arc::new(EmbeddedStores::new(folder.path().to_owned(), config));
    (folder, stores)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_conforms() -> Verdict {
    let (_folder, candidate) = candidate();
    sql::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_conforms() -> Verdict {
    let (_folder, candidate) = candidate();
    outbox::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_conform() -> Verdict {
    let (_folder, candidate) = candidate();
    documents::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blobs_conform() -> Verdict {
    let (_folder, candidate) = candidate();
    blobs::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cache_conforms() -> Verdict {
    let (_folder, candidate) = candidate();
    cache::all(&candidate).await
}

/// The log goes with the last connection, and is flushed all the same when what is left behind is read.
#[tokio::test]
async fn events_are_read_after_an_orderly_end() {
    let folder = tempfile::tempdir().unwrap();
    let config = || EmbeddedConfig::new([7; 32], Arc::new(SystemClock));
    let event = Event { topic: "forums.topic.created".into(), key: "k".into(), payload: b"{}".to_vec() };
    for left in 0..3 {
        let stores = EmbeddedStores::new(folder.path().to_owned(), config());
        let opened = stores.open(&scope(), &migrations(&[]), StoreLimits::default()).await.unwrap();
        assert_eq!(opened.outbox.pending(10).await.unwrap().len(), left);
        opened.outbox.emit(soon(), std::slice::from_ref(&event)).await.unwrap();
    }
}
