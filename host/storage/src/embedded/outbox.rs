//! Events and handled events in the file of the writes they belong to. Relaying them is the jobs room's work.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use p2p_context::{Deadline, Origin, new_uuid};
use uuid::Uuid;

use super::sqlite::{Database, Transaction};
use crate::packed::{Malformed, Params, RowReader};
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Bytes of one payload.
const PAYLOAD_BYTES: usize = 64 << 10;

/// Bytes of a topic or a key.
const NAME_BYTES: usize = 256;

/// A redelivery comes within days; what was handled longer ago is forgotten.
const HANDLED_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Rows forgotten with each one recorded: more than one, so that a backlog shrinks, and few, so that no write waits.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// How long this room's own statements may take.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// Refuses events out of bounds before anything is begun for them.
pub fn check(events: &[Event]) -> Result<(), SqlError> {
    let fits = |event: &Event| {
        event.payload.len() <= PAYLOAD_BYTES
            && (1..=NAME_BYTES).contains(&event.topic.len())
            && event.key.len() <= NAME_BYTES
    };
    if events.iter().all(fits) { Ok(()) } else { Err(SqlError::Denied) }
}

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
        check(events)?;
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
        outbox_events(&rows).map_err(|_| OutboxError::Unavailable)
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

fn outbox_events(rows: &Rows) -> Result<Vec<OutboxEvent>, Malformed> {
    let mut reader = RowReader::new(rows)?;
    let mut events = Vec::with_capacity(rows.count as usize);
    while reader.advance() {
        events.push(OutboxEvent {
            id: reader.uuid()?,
            position: reader.s64()?,
            committed_at: reader.timestamp()?,
            channel_seq: reader.s64_or_null()?,
            event: Event {
                topic: reader.text()?.to_owned(),
                key: reader.text()?.to_owned(),
                payload: reader.bytes_or_null()?.unwrap_or_default().to_vec(),
            },
            origin: Origin {
                request: reader.text_or_null()?.map(str::to_owned),
                address: reader.text_or_null()?.and_then(|address| address.parse().ok()),
                user: reader.uuid_or_null()?,
            },
        });
    }
    Ok(events)
}

fn patience() -> Deadline {
    Deadline::after(PATIENCE)
}

fn unavailable(error: SqlError) -> OutboxError {
    tracing::warn!(%error, "the outbox did not answer");
    OutboxError::Unavailable
}
