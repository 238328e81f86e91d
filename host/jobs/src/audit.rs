//! Events that a feature wants in the audit log: entered with who brought them about, under the event's own id, so that
//! entering one again changes nothing.

use p2p_context::TenantId;
use p2p_identity::audit::{AuditEntry, AuditLog};
use p2p_storage::OutboxEvent;
use serde_json::Value;

use crate::deliveries::JobsError;

/// Enters those events whose topics are listed. To be called before they are removed from their outbox.
pub async fn enter(
    log: &AuditLog,
    tenant: &TenantId,
    topics: &[String],
    events: &[OutboxEvent],
) -> Result<(), JobsError> {
    if topics.is_empty() {
        return Ok(());
    }
    let listed = events.iter().filter(|event| topics.contains(&event.event.topic));
    let entries: Vec<_> = listed.map(entry).collect();
    Ok(log.append(tenant, &entries).await?)
}

fn entry(event: &OutboxEvent) -> AuditEntry {
    AuditEntry {
        id: event.id,
        at: event.committed_at,
        actor: event.origin.user,
        action: event.event.topic.clone(),
        subject: event.event.key.clone(),
        request: event.origin.request.clone(),
        address: event.origin.address,
        // A payload is a JSON object, or it would not have been taken.
        details: serde_json::from_slice(&event.event.payload).unwrap_or(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use p2p_context::{Origin, SystemClock, Timestamp, new_uuid};
    use p2p_identity::audit::AuditFilter;
    use p2p_storage::{EmbeddedConfig, EmbeddedStores, Event};

    use super::*;

    fn happened(topic: &str) -> OutboxEvent {
        let payload = br#"{"changed":["bio"]}"#.to_vec();
        let origin = Origin {
            request: Some("a-request".to_owned()),
            address: Some([203, 0, 113, 9].into()),
            user: Some(new_uuid()),
        };
        OutboxEvent {
            id: new_uuid(),
            position: 1,
            committed_at: Timestamp(5),
            channel_seq: None,
            event: Event { topic: topic.to_owned(), key: "the-user".to_owned(), payload },
            origin,
        }
    }

    #[tokio::test]
    async fn listed_events_are_entered_once_however_often_they_are_relayed() {
        let folder = tempfile::tempdir().unwrap();
        let config = EmbeddedConfig::new([0; 32], Arc::new(SystemClock));
        let log = AuditLog::new(Arc::new(EmbeddedStores::new(folder.path().to_owned(), config)));
        let (acme, globex) = (TenantId::new("acme").unwrap(), TenantId::new("globex").unwrap());
        let events = [happened("accounts.user.changed"), happened("accounts.user.seen")];
        // What a crash between entering and removing leaves: the same events are relayed again.
        for _ in 0..2 {
            enter(&log, &acme, &["accounts.user.changed".to_owned()], &events).await.unwrap();
        }
        let entries = log.list(&acme, &AuditFilter::default(), 10).await.unwrap();
        assert_eq!(entries, [entry(&events[0])]);
        assert_eq!(entries[0].details["changed"][0], "bio");
        assert!(log.list(&globex, &AuditFilter::default(), 10).await.unwrap().is_empty());
    }
}
