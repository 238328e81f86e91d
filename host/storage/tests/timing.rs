//! The embedded stores against the clock; runs alone.

use std::sync::Arc;

use p2p_context::SystemClock;
use p2p_storage::conformance::{Candidate, Verdict, timing};
use p2p_storage::{EmbeddedConfig, EmbeddedStores};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_hold() -> Verdict {
    let folder = tempfile::tempdir()?;
    let config = EmbeddedConfig::new([7; 32], Arc::new(SystemClock));
    let candidate: Candidate = Arc::new(EmbeddedStores::new(folder.path().to_owned(), config));
    timing::all(&candidate).await
}
