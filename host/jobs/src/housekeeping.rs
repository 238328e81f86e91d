//! Chores of a running host that nobody asked for: surplus instances, uploads nobody promoted.

use std::sync::Arc;
use std::time::Duration;

use p2p_runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// How often, and how old.
#[derive(Debug, Clone)]
pub struct Chores {
    /// Between two rounds.
    pub every: Duration,
    /// Staged uploads older than this are dropped.
    pub staged_for: Duration,
}

impl Default for Chores {
    fn default() -> Self {
        Self { every: Duration::from_secs(60), staged_for: Duration::from_secs(3_600) }
    }
}

/// Does the chores until told to stop.
pub async fn chores(runtime: Arc<Runtime>, chores: Chores, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(chores.every) => {}
        }
        runtime.shrink();
        sweep(&runtime, chores.staged_for).await;
    }
}

async fn sweep(runtime: &Runtime, older_than: Duration) {
    for tenant in runtime.tenants() {
        for installed in runtime.installed(&tenant) {
            let feature = &installed.manifest.name;
            let Some(blobs) = runtime.blobs(&tenant, feature) else { continue };
            match blobs.sweep(older_than).await {
                Ok(0) => {}
                Ok(swept) => tracing::info!(%tenant, %feature, swept, "staged uploads dropped"),
                Err(error) => tracing::warn!(%tenant, %feature, %error, "staged uploads cannot be swept"),
            }
        }
    }
}
