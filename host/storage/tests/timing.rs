//! The stores against the clock; runs alone.

use std::sync::Arc;

use p2p_context::SystemClock;
use p2p_storage::conformance::database::TestDatabase;
use p2p_storage::conformance::{Candidate, Verdict, timing};
use p2p_storage::{Documents, EmbeddedConfig, EmbeddedStores, ProductionConfig, ProductionStores};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_hold() -> Verdict {
    let folder = tempfile::tempdir()?;
    let config = EmbeddedConfig::new([7; 32], Arc::new(SystemClock));
    let candidate: Candidate = Arc::new(EmbeddedStores::new(folder.path().to_owned(), config));
    timing::all(&candidate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_hold_over_postgres() -> Verdict {
    let (folder, database) = (tempfile::tempdir()?, TestDatabase::create().await?);
    let candidate: Candidate = Arc::new(ProductionStores::new(ProductionConfig {
        database: database.address()?,
        documents: Documents::Jsonb,
        connections: 16,
        database_key: [7; 32],
        blob_key: [7; 32],
        files_prefix: "/files".to_owned(),
        files: folder.path().to_owned(),
        clock: Arc::new(SystemClock),
    }));
    timing::all(&candidate).await
}
