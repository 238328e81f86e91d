//! The suites that every driver must pass.

use std::sync::Arc;

use p2p_context::SystemClock;
use p2p_storage::conformance::{Candidate, Verdict, blobs, cache, documents, outbox, sql};
use p2p_storage::{EmbeddedConfig, EmbeddedStores};

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
