//! The suites that every driver must pass.

use std::sync::Arc;

use p2p_storage::conformance::{Candidate, Verdict, blobs, cache, documents, outbox, sql};

use super::support::{World, world};

async fn candidate() -> (World, Candidate) {
    let world = world().await;
    let stores = Arc::clone(&world.stores);
    (world, stores)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_conforms() -> Verdict {
    let (_world, candidate) = candidate().await;
    sql::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_conforms() -> Verdict {
    let (_world, candidate) = candidate().await;
    outbox::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_conform() -> Verdict {
    let (_world, candidate) = candidate().await;
    documents::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blobs_conform() -> Verdict {
    let (_world, candidate) = candidate().await;
    blobs::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cache_conforms() -> Verdict {
    let (_world, candidate) = candidate().await;
    cache::all(&candidate).await
}
