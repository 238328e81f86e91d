//! Events and handled events in the file of the writes they belong to. Relaying them is the jobs room's work.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::{Deadline, Origin, new_uuid};
use uuid::Uuid;

use super::sqlite::{Database, Transaction};
use crate::events::{self, FORGOTTEN_AT_ONCE, HANDLED_KEPT, PATIENCE};
use crate::packed::Params;
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Events of one `pending` answer, whatever their number.
const ANSWER: StoreLimits = StoreLimits { rows: u32::MAX, bytes: 256 << 20 };

const APPEND: &str = "INSERT INTO p2p_outbox (id, topic, key, payload, committed_at, request, address, user_id) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const PENDING: &str = "SELECT id, position, committed_at, channel_seq, topic, key, payload, request, address, user_id \
    FROM p2p_outbox ORDER BY position LIMIT $1";
const RELAYED: &str = "DELETE FROM p2p_outbox WHERE id IN (SELECT unhex(value) FROM json_each($1))";
const RECORD: &str = "INSERT INTO p2p_inbox (event_id, handled_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM p2p_inbox WHERE event_id IN \
    (SELECT event_id FROM p2p_inbox WHERE handled_at < $1 ORDER BY handled_at LIMIT $2)";
const IS_HANDLED: &str = "SELECT 1 FROM p2p_inbox WHERE event_id = $1";

/// Adds the events of a write to it, each with who brought it about.
pub async fn append(
    database: &Database,
    transaction: &mut Transaction<'_>,
    origin: &Origin,
    events: &[Event],
) -> Result<(), SqlError> {
    for event in events {
        let params = Params::new()
            .uuid(new_uuid())
            .text(&event.topic)
            .text(&event.key)
            .bytes(&event.payload)
            .timestamp(database.now())
            .text_or_null(origin.request.as_deref())
            .text_or_null(origin.address.map(|address| address.to_string()).as_deref());
        let params = match origin.user {
            Some(user) => params.uuid(user),
            None => params.null(),
        };
        transaction.host(APPEND, params).await?;
    }
    Ok(())
}

/// Records in a write that it handles this event. An event that is already recorded makes the write stale.
pub async fn record_handling(
    database: &Database,
    transaction: &mut Transaction<'_>,
    handling: Option<Uuid>,
) -> Result<(), SqlError> {
    match handling {
        Some(event) if !record(database, transaction, event).await? => Err(SqlError::Stale(u32::MAX)),
        _ => Ok(()),
    }
}

/// Whether it was not recorded before.
async fn record(
    database: &Database,
    transaction: &mut Transaction<'_>,
    event: Uuid,
) -> Result<bool, SqlError> {
    let now = database.now();
    let fresh = transaction.host(RECORD, Params::new().uuid(event).timestamp(now)).await? == 1;
    let old = Params::new().timestamp(now.minus(HANDLED_KEPT)).s64(FORGOTTEN_AT_ONCE);
    transaction.host(FORGET, old).await?;
    Ok(fresh)
}

/// The outbox and inbox of one database file.
#[derive(Debug)]
pub struct SqliteOutbox {
    database: Arc<Database>,
}

impl SqliteOutbox {
    /// Over an open database.
    pub fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn keep(&self, call: &StoreCall, events: &[Event]) -> Result<(), SqlError> {
        events::check(events)?;
        if events.is_empty() {
            return Ok(());
        }
        let mut transaction = self.database.writer.begin(call.deadline).await?;
        append(&self.database, &mut transaction, &call.origin, events).await?;
        self.database.finish(transaction, events).await
    }

    async fn read(&self, text: &'static str, params: Params) -> Result<Rows, OutboxError> {
        self.database.host_rows(patience(), text, params, ANSWER).await.map_err(unavailable)
    }

    async fn forget_relayed(&self, ids: String) -> Result<(), SqlError> {
        let mut transaction = self.database.writer.begin(patience()).await?;
        transaction.host(RELAYED, Params::new().text(&ids)).await?;
        self.database.finish(transaction, &[]).await
    }

    async fn record(&self, event: Uuid) -> Result<(), SqlError> {
        let mut transaction = self.database.writer.begin(patience()).await?;
        record(&self.database, &mut transaction, event).await?;
        self.database.finish(transaction, &[]).await
    }
}

#[async_trait]
impl Outbox for SqliteOutbox {
    async fn emit(&self, call: StoreCall, events: &[Event]) -> Result<(), OutboxError> {
        self.keep(&call, events).await.map_err(unavailable)
    }

    async fn pending(&self, limit: u32) -> Result<Vec<OutboxEvent>, OutboxError> {
        let rows = self.read(PENDING, Params::new().s64(i64::from(limit))).await?;
        events::read(&rows).map_err(|_| OutboxError::Unavailable)
    }

    async fn relayed(&self, ids: &[Uuid]) -> Result<(), OutboxError> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
        let ids = serde_json::to_string(&ids).map_err(|_| OutboxError::Unavailable)?;
        self.forget_relayed(ids).await.map_err(unavailable)
    }

    async fn is_handled(&self, event: Uuid) -> Result<bool, OutboxError> {
        Ok(self.read(IS_HANDLED, Params::new().uuid(event)).await?.count == 1)
    }

    async fn mark_handled(&self, event: Uuid) -> Result<(), OutboxError> {
        self.record(event).await.map_err(unavailable)
    }

    async fn written(&self) {
        self.database.events_written().await;
    }
}

fn patience() -> Deadline {
    Deadline::after(PATIENCE)
}

fn unavailable(error: SqlError) -> OutboxError {
    tracing::warn!(%error, "the outbox did not answer");
    OutboxError::Unavailable
}
