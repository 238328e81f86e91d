//! The events and handled events that lie in documents. One half of a scope's outbox; the other is in its SQL store.

use std::sync::Arc;

use futures::TryStreamExt as _;
use futures::future::try_join_all;
use mongodb::Collection;
use mongodb::bson::{Bson, Document, doc};
use p2p_context::Deadline;
use uuid::Uuid;

use super::errors::{left, of_outbox, within};
use super::marks::{self, EVENT_ID, EVENTS, POSITION};
use super::shelf::Shelf;
use super::writing::forgotten;
use crate::events::{HANDLED_KEPT, PATIENCE};
use crate::ports::documents::DocumentError;
use crate::ports::events::{OutboxError, OutboxEvent};

/// Events in documents of one scope.
#[derive(Debug)]
pub struct MongoOutbox {
    shelf: Arc<Shelf>,
}

impl MongoOutbox {
    /// Over an open shelf.
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf }
    }

    /// The oldest events, by position.
    pub async fn pending(&self, limit: u32) -> Result<Vec<OutboxEvent>, OutboxError> {
        self.oldest(limit, Deadline::after(PATIENCE)).await.map_err(of_outbox)
    }

    /// Takes relayed events out of their documents, and out of the way what is left of deleted ones.
    pub async fn relayed(&self, ids: &[Uuid]) -> Result<(), OutboxError> {
        self.take_out(ids, Deadline::after(PATIENCE)).await.map_err(of_outbox)
    }

    /// Whether some document has recorded the event as handled.
    pub async fn is_handled(&self, event: Uuid) -> Result<bool, OutboxError> {
        self.shelf.is_handled(event, Deadline::after(PATIENCE)).await.map_err(of_outbox)
    }

    /// Resolves when a write has left events behind.
    pub async fn written(&self) {
        self.shelf.written.notified().await;
    }

    async fn oldest(&self, limit: u32, deadline: Deadline) -> Result<Vec<OutboxEvent>, DocumentError> {
        let collections = self.shelf.marked(deadline).await?;
        let looks = collections.iter().map(|collection| oldest_of(collection, limit, deadline));
        let mut events = try_join_all(looks).await?.concat();
        events.sort_by_key(|event| event.position);
        events.truncate(limit as usize);
        Ok(events)
    }

    async fn take_out(&self, ids: &[Uuid], deadline: Deadline) -> Result<(), DocumentError> {
        let is_sweep_due = self.shelf.is_sweep_due();
        if ids.is_empty() && !is_sweep_due {
            return Ok(());
        }
        let ids: Vec<Bson> = ids.iter().copied().map(marks::uuid).collect();
        let forgotten = forgotten(self.shelf.clock.now().minus(HANDLED_KEPT).0);
        for collection in self.shelf.marked(deadline).await? {
            if !ids.is_empty() {
                let holding = doc! { EVENT_ID: { "$in": &ids } };
                let pull = doc! { "$pull": { EVENTS: { "id": { "$in": &ids } } } };
                within(deadline, collection.update_many(holding, pull).into_future()).await?;
            }
            within(deadline, collection.delete_many(forgotten.clone()).into_future()).await?;
        }
        Ok(())
    }
}

async fn oldest_of(
    collection: &Collection<Document>,
    limit: u32,
    deadline: Deadline,
) -> Result<Vec<OutboxEvent>, DocumentError> {
    let look = collection
        .find(doc! { POSITION: { "$gt": i64::MIN } })
        .sort(doc! { POSITION: 1 })
        .limit(i64::from(limit))
        .projection(doc! { EVENTS: 1 })
        .max_time(left(deadline));
    let mut cursor = within(deadline, look.into_future()).await?;
    let mut events = Vec::new();
    while let Some(document) = within(deadline, cursor.try_next()).await? {
        events.extend(marks::read_events(&document)?);
    }
    Ok(events)
}
