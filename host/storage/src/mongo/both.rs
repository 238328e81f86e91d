//! The outbox of a scope that keeps its tables in SQL and its documents in MongoDB: what lies in either, in one order.
//! Positions of both come from the SQL store.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use super::outbox::MongoOutbox;
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::stores::StoreCall;

/// Two outboxes as one.
pub struct BothOutboxes {
    sql: Arc<dyn Outbox>,
    documents: MongoOutbox,
    /// Events of documents that were handed out and still lie there.
    handed_out: Mutex<HashSet<Uuid>>,
}

impl BothOutboxes {
    /// Of the same scope.
    pub fn new(sql: Arc<dyn Outbox>, documents: MongoOutbox) -> Self {
        Self { sql, documents, handed_out: Mutex::default() }
    }
}

impl BothOutboxes {
    fn handed_out(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.handed_out.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.handed_out().extend(pending.iter().map(|event| event.id));
        pending.extend(self.sql.pending(limit).await?);
        pending.sort_by_key(|event| event.position);
        pending.truncate(limit as usize);
        Ok(pending)
    }

    async fn relayed(&self, ids: &[Uuid]) -> Result<(), OutboxError> {
        // No document is asked for what lay in a table: a write to every collection, for each pass over a busy scope.
        let of_documents: Vec<Uuid> =
            ids.iter().copied().filter(|id| self.handed_out().contains(id)).collect();
        self.documents.relayed(&of_documents).await?;
        self.handed_out().retain(|id| !of_documents.contains(id));
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
