//! From outbox to deliveries and the audit log: what a feature's commits left behind becomes one delivery per
//! subscriber, and an entry where the feature wants one. Noted first, removed after, so a crash in between notes again
//! what is already noted.

use std::sync::Arc;

use p2p_context::{FeatureName, TenantId};
use p2p_identity::audit::AuditLog;
use p2p_runtime::{Installed, MAIL_TOPIC, Runtime};

use crate::audit;
use crate::deliveries::{Deliveries, JobsError};
use crate::mail;

/// Events of one outbox handled at a time.
const BATCH: u32 = 100;

/// Empties the outboxes of these features of a tenant; answers how many events there were.
pub async fn relay(
    runtime: &Runtime,
    tenant: &TenantId,
    producers: &[Arc<Installed>],
    deliveries: &Deliveries,
    log: &AuditLog,
) -> Result<u64, JobsError> {
    let mut total = 0;
    for installed in producers {
        let producer = &installed.manifest.name;
        let events = match relay_feature(runtime, installed, deliveries, log).await {
            Ok(events) => events,
            // One outbox that cannot be read holds up nobody else's events.
            Err(error) => {
                tracing::error!(%tenant, %producer, %error, "outbox not relayed");
                continue;
            }
        };
        if events > 0 && installed.manifest.directory {
            runtime.forget_directory(tenant);
        }
        total += events;
    }
    Ok(total)
}

async fn relay_feature(
    runtime: &Runtime,
    installed: &Installed,
    deliveries: &Deliveries,
    log: &AuditLog,
) -> Result<u64, JobsError> {
    let (tenant, producer) = (&installed.tenant, &installed.manifest.name);
    let Some(outbox) = runtime.outbox(tenant, producer) else { return Ok(0) };
    let mut total = 0;
    loop {
        let events = outbox.pending(BATCH).await.map_err(|_| unavailable())?;
        // First, since entering again changes nothing: what comes behind it must not begin anew when this fails.
        audit::enter(log, tenant, &installed.manifest.audits, &events).await?;
        let mut wanted = Vec::new();
        for event in &events {
            let subscribers = subscribers(runtime, tenant, &event.event.topic)?;
            wanted.extend(subscribers.into_iter().map(|subscriber| (event, subscriber)));
        }
        if !wanted.is_empty() {
            deliveries.note(producer, &wanted).await?;
        }
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        if !ids.is_empty() {
            outbox.relayed(&ids).await.map_err(|_| unavailable())?;
        }
        total += ids.len() as u64;
        if ids.len() < BATCH as usize {
            return Ok(total);
        }
    }
}

/// Letters are for the host alone, whatever a manifest says.
fn subscribers(runtime: &Runtime, tenant: &TenantId, topic: &str) -> Result<Vec<FeatureName>, JobsError> {
    if topic == MAIL_TOPIC {
        return Ok(vec![FeatureName::new(mail::SUBSCRIBER).map_err(|_| JobsError::Malformed)?]);
    }
    Ok(runtime.subscribers(tenant, topic))
}

fn unavailable() -> JobsError {
    JobsError::Sql(p2p_storage::SqlError::Unavailable("outbox".into()))
}
