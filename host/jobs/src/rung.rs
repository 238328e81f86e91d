//! Whose outboxes have something to relay: those that rang since they were emptied, and all of them from time to time,
//! because nobody rings here for what another process wrote.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::select_all;
use p2p_context::{FeatureName, TenantId};
use p2p_runtime::{Installed, Runtime};
use p2p_storage::Outbox;
use tokio::time::Instant;

/// Longest that what another process wrote goes unnoticed.
pub const ALL: Duration = Duration::from_millis(500);

/// See the module.
pub struct Rung {
    runtime: Arc<Runtime>,
    tenant: TenantId,
    features: HashSet<FeatureName>,
    all_at: Instant,
}

impl Rung {
    /// All of a tenant to begin with.
    pub fn new(runtime: &Arc<Runtime>, tenant: &TenantId) -> Self {
        let (runtime, tenant) = (Arc::clone(runtime), tenant.clone());
        Self { runtime, tenant, features: HashSet::new(), all_at: Instant::now() }
    }

    /// Waits until one rings.
    pub async fn next(&mut self) {
        let outboxes = self.outboxes();
        if outboxes.is_empty() {
            return std::future::pending().await;
        }
        let (_, index, _) = select_all(outboxes.iter().map(|(_, outbox)| outbox.written())).await;
        let rang = outboxes.into_iter().nth(index);
        self.features.extend(rang.map(|(feature, _)| feature));
    }

    /// Whose turn it is; they begin to ring anew.
    pub fn take(&mut self) -> Vec<Arc<Installed>> {
        let rang =
            self.outboxes().into_iter().filter(|(_, outbox)| outbox.written().now_or_never().is_some());
        self.features.extend(rang.map(|(feature, _)| feature));
        let mut features = std::mem::take(&mut self.features);
        let (now, installed) = (Instant::now(), self.runtime.installed(&self.tenant));
        if now < self.all_at {
            return installed.into_iter().filter(|found| features.remove(&found.manifest.name)).collect();
        }
        self.all_at = now + ALL;
        installed
    }

    fn outboxes(&self) -> Vec<(FeatureName, Arc<dyn Outbox>)> {
        let installed =
            self.runtime.installed(&self.tenant).into_iter().map(|found| found.manifest.name.clone());
        let outbox = |feature| Some((Clone::clone(&feature), self.runtime.outbox(&self.tenant, &feature)?));
        installed.filter_map(outbox).collect()
    }
}
