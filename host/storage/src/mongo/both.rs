//! The outbox of a scope that keeps its tables in SQL and its documents in MongoDB: what lies in either, in one order.
//! Positions of both come from the SQL store.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::outbox::MongoOutbox;
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::stores::StoreCall;

/// Two outboxes as one.
pub struct BothOutboxes {
    sql: Arc<dyn Outbox>,
    documents: MongoOutbox,
}

impl BothOutboxes {
    /// Of the same scope.
    pub fn new(sql: Arc<dyn Outbox>, documents: MongoOutbox) -> Self {
        Self { sql, documents }
    }
}

#[async_trait]
impl Outbox for BothOutboxes {
    async fn emit(&self, call: StoreCall, events: &[Event]) -> Result<(), OutboxError> {
        self.sql.emit(call, events).await
    }

    async fn pending(&self, limit: u32) -> Result<Vec<OutboxEvent>, OutboxError> {
        // Documents first: what a table's commit follows is then never seen after it.
        let mut pending = self.documents.pending(limit).await?;
        pending.extend(self.sql.pending(limit).await?);
        pending.sort_by_key(|event| event.position);
        pending.truncate(limit as usize);
        Ok(pending)
    }

    async fn relayed(&self, ids: &[Uuid]) -> Result<(), OutboxError> {
        self.documents.relayed(ids).await?;
        self.sql.relayed(ids).await
    }

    async fn is_handled(&self, event: Uuid) -> Result<bool, OutboxError> {
        Ok(self.sql.is_handled(event).await? || self.documents.is_handled(event).await?)
    }

    async fn mark_handled(&self, event: Uuid) -> Result<(), OutboxError> {
        self.sql.mark_handled(event).await
    }

    async fn written(&self) {
        tokio::select! {
            () = self.sql.written() => {}
            () = self.documents.written() => {}
        }
    }
}
