//! Events as they lie in a store between the commit that made them and their relay.

use async_trait::async_trait;
use p2p_context::{Origin, Timestamp};
use uuid::Uuid;

use super::stores::StoreCall;

/// An event that a write leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `<feature>.<noun>.<verb>`.
    pub topic: String,
    /// What it is about; events of one key keep their order.
    pub key: String,
    /// JSON object.
    pub payload: Vec<u8>,
}

/// An event on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Unique for good.
    pub id: Uuid,
    /// Position in this store's outbox: ascending in commit order.
    pub position: i64,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// Room for the sequence number of a live channel.
    pub channel_seq: Option<i64>,
    /// What happened.
    pub event: Event,
    /// Who brought it about, and from where.
    pub origin: Origin,
}

/// The outbox and inbox of one feature's store.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Keeps events that belong to no other write. Records no event as handled, whichever the call is about.
    async fn emit(&self, call: StoreCall, events: &[Event]) -> Result<(), OutboxError>;

    /// The oldest events that were not relayed yet, in commit order.
    async fn pending(&self, limit: u32) -> Result<Vec<OutboxEvent>, OutboxError>;

    /// Removes relayed events. Removing them again is fine.
    async fn relayed(&self, ids: &[Uuid]) -> Result<(), OutboxError>;

    /// Whether this store has recorded that it handled the event.
    async fn is_handled(&self, event: Uuid) -> Result<bool, OutboxError>;

    /// Records that the event was handled, for handlers that wrote nothing themselves. Again is fine.
    async fn mark_handled(&self, event: Uuid) -> Result<(), OutboxError>;

    /// Resolves when a write has left events behind since the last call; may resolve without any.
    async fn written(&self);
}

/// Why the outbox did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// It cannot be reached or written.
    #[error("the outbox cannot be used")]
    Unavailable,
}
