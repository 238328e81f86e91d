//! Jobs by the clock: when one of a feature is due, its run is noted as a delivery, and from there on it waits, fails and
//! is buried like any other. Looks into the store only when a moment has passed that this host has not seen noted.

use std::collections::HashMap;
use std::sync::Mutex;

use p2p_context::{FeatureName, TenantId, Timestamp};
use p2p_runtime::Runtime;
use p2p_tenants::Schedule;

use crate::deliveries::{Deliveries, JobsError};

/// By whom runs are noted; no feature has this name.
pub const PRODUCER: &str = "jobs";
/// The topic of a run. Its key is the job, and the moment it is due for stands as its time of commit.
pub const TOPIC: &str = "jobs.schedule.due";

/// What this host knows to be noted.
#[derive(Debug, Default)]
pub struct Noted(Mutex<HashMap<(FeatureName, String), Timestamp>>);

impl Noted {
    /// Notes every job of a tenant that is due and not noted yet.
    pub async fn note_due(
        &self,
        runtime: &Runtime,
        tenant: &TenantId,
        deliveries: &Deliveries,
        now: Timestamp,
    ) -> Result<(), JobsError> {
        for installed in runtime.installed(tenant) {
            let feature = &installed.manifest.name;
            for schedule in &installed.manifest.schedules {
                self.note(deliveries, feature, schedule, now).await?;
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        deliveries: &Deliveries,
        feature: &FeatureName,
        schedule: &Schedule,
        now: Timestamp,
    ) -> Result<(), JobsError> {
        let (due_at, key) = (schedule.last_due(now), (feature.clone(), schedule.name.clone()));
        let seen = self.0.lock().unwrap_or_else(|e| e.into_inner()).get(&key).copied();
        // A clock that was set back is behind what is noted.
        if seen.is_some_and(|seen| seen >= due_at) {
            return Ok(());
        }
        deliveries.note_run(feature, &schedule.name, due_at, now).await?;
        self.0.lock().unwrap_or_else(|e| e.into_inner()).insert(key, due_at);
        Ok(())
    }
}
