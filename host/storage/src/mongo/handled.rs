//! Which events this scope has handled: asked of the documents that may say so and of the SQL store beside them.

use async_trait::async_trait;
use mongodb::bson::doc;
use p2p_context::Deadline;
use uuid::Uuid;

use super::errors::{left, within};
use super::marks::HANDLED_ID;
use super::shelf::Shelf;
use crate::ports::documents::DocumentError;
use crate::ports::stores::StoreCall;

/// The SQL store of the same scope, as far as documents need it.
#[async_trait]
pub trait Companion: std::fmt::Debug + Send + Sync + 'static {
    /// So many fresh positions in the scope's outbox, ascending, each greater than that of any write that ended before.
    async fn positions(&self, count: usize, deadline: Deadline) -> Result<Vec<i64>, DocumentError>;

    /// Whether the SQL store has recorded that it handled the event.
    async fn is_handled(&self, event: Uuid, deadline: Deadline) -> Result<bool, DocumentError>;
}

impl Shelf {
    /// Whether some document has recorded it.
    pub(super) async fn is_handled(&self, event: Uuid, deadline: Deadline) -> Result<bool, DocumentError> {
        let recorded = doc! { HANDLED_ID: super::marks::uuid(event) };
        for collection in self.lately_marked(deadline).await? {
            let look =
                collection.find_one(recorded.clone()).projection(doc! { "_id": 1 }).max_time(left(deadline));
            if within(deadline, look.into_future()).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses a write of a call whose event was handled before. Deliveries to a scope come one after the other, so
    /// that asking first is enough; a document that recorded it meanwhile is seen by its version.
    pub(super) async fn refuse_handled(&self, call: &StoreCall) -> Result<(), DocumentError> {
        let Some(event) = call.handling else { return Ok(()) };
        let beside = self.companion.is_handled(event, call.deadline).await?;
        if beside || self.is_handled(event, call.deadline).await? {
            return Err(DocumentError::Stale);
        }
        Ok(())
    }
}
