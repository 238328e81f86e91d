//! Events that the operator's commands tell the features of a tenant: durably, so that it works beside a running server
//! and before one.

use anyhow::Result;
use p2p_context::{Clock as _, FeatureName, Origin, SystemClock, new_uuid};
use p2p_identity::PLATFORM;
use p2p_jobs::{Deliveries, JobsError};
use p2p_storage::{Event, OutboxEvent};
use p2p_tenants::file::Tenant;
use serde_json::Value;

use crate::features;

/// The features of a tenant that hear a topic, by their manifests.
pub fn listeners(tenant: &Tenant, topic: &str) -> Result<Vec<FeatureName>> {
    let mut listeners = Vec::new();
    for (name, installation) in &tenant.features {
        let manifest = features::open(&installation.file)?.inspected.manifest;
        if manifest.subscribes.iter().any(|wanted| wanted == topic) {
            listeners.push(name.clone());
        }
    }
    Ok(listeners)
}

/// An event of the platform itself.
pub fn event(topic: &str, key: String, payload: &Value) -> OutboxEvent {
    let now = SystemClock.now();
    OutboxEvent {
        id: new_uuid(),
        // There is no outbox that would count; time keeps the order.
        position: now.0,
        committed_at: now,
        channel_seq: None,
        origin: Origin::default(),
        event: Event { topic: topic.to_owned(), key, payload: payload.to_string().into_bytes() },
    }
}

/// Sends it on its way.
pub async fn tell(
    deliveries: &Deliveries,
    event: &OutboxEvent,
    listeners: Vec<FeatureName>,
) -> Result<(), JobsError> {
    let platform = FeatureName::new(PLATFORM).map_err(|_| JobsError::Malformed)?;
    let wanted: Vec<_> = listeners.into_iter().map(|listener| (event, listener)).collect();
    deliveries.note(&platform, &wanted).await
}
