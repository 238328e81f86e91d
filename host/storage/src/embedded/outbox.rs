//! Events and handled events in the file of the writes they belong to. Relaying them is the jobs room's work.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::{Deadline, Origin, new_uuid};
use uuid::Uuid;

use super::sqlite::{Batch, Database, Transaction};
use crate::events::{self, FORGOTTEN_AT_ONCE, HANDLED_KEPT, PATIENCE};
use crate::packed::Params;
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Events of one `pending` answer, whatever their number.
const ANSWER: StoreLimits = StoreLimits { rows: u32::MAX, bytes: 256 << 20 };

const APPEND: &str = "INSERT INTO p2p_outbox (id, topic, key, payload, committed_at, request, address, user_id) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const PENDING: &str = "SELECT id, position, committed_at, channel_seq, topic, key, payload, request, address, user_id \
    FROM p2p_outbox ORDER BY position LIMIT $1";
const RELAYED: &str = "DELETE FROM p2p_outbox WHERE id IN (SELECT unhex(value) FROM json_each(?))";
const RECORD: &str = "INSERT INTO p2p_inbox (event_id, handled_at) VALUES (?, ?) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM p2p_inbox WHERE event_id IN \
    (SELECT event_id FROM p2p_inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?)";
const IS_HANDLED: &str = "SELECT 1 FROM p2p_inbox WHERE event_id = $1";

/// Adds the events of a write to its last statements, each with who brought it about.
pub fn append(database: &Database, last: &mut Batch, origin: &Origin, events: &[Event]) {
    for event in events {
        last.add(APPEND, |params| {
            let params = params
                .uuid(new_uuid())
                .text(&event.topic)
                .text(&event.key)
                .bytes(&event.payload)
                .timestamp(database.now())
                .text_or_null(origin.request.as_deref())
                .text_or_null(origin.address.map(|address| address.to_string()).as_deref());
            match origin.user {
                Some(user) => params.uuid(user),
                None => params.null(),
            }
        });
    }
}

/// Begins a write that handles this event. An event that is already recorded makes it stale.
pub async fn begin(
    database: &Database,
    deadline: Deadline,
    handling: Option<Uuid>,
) -> Result<Transaction<'_>, SqlError> {
    let Some(event) = handling else { return database.writer.begin(deadline).await };
    match database.writer.begin_with(deadline, record(database, event)).await? {
        (transaction, 1) => Ok(transaction),
        _ => Err(SqlError::Stale(u32::MAX)),
    }
}

/// Records that an event is handled; changes no row when it is recorded already.
fn record(database: &Database, event: Uuid) -> Batch {
    let now = database.now();
    let mut batch =
        Batch::of(FORGET, Params::new().timestamp(now.minus(HANDLED_KEPT)).s64(FORGOTTEN_AT_ONCE));
    batch.add(RECORD, |params| params.uuid(event).timestamp(now));
    batch
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
        let transaction = self.database.writer.begin(call.deadline).await?;
        let mut last = Batch::default();
        append(&self.database, &mut last, &call.origin, events);
        self.database.finish(transaction, last, events).await
    }

    /// What was read is lasting: it leads to writes elsewhere, which must not outlive it.
    async fn read(&self, text: &'static str, params: Params) -> Result<Rows, OutboxError> {
        let rows = self.database.host_rows(patience(), text, params, ANSWER).await.map_err(unavailable)?;
        if rows.count > 0 {
            self.database.writer.flushed().await.map_err(unavailable)?;
        }
        Ok(rows)
    }

    async fn forget_relayed(&self, ids: String) -> Result<(), SqlError> {
        let transaction = self.database.writer.begin(patience()).await?;
        transaction.commit(Batch::of(RELAYED, Params::new().text(&ids))).await
    }

    async fn record(&self, event: Uuid) -> Result<(), SqlError> {
        let transaction = self.database.writer.begin(patience()).await?;
        transaction.commit(record(&self.database, event)).await
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
