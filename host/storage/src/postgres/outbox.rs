//! Events and handled events beside the tables of the writes they belong to. Relaying them is the jobs room's work.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p2p_context::{Deadline, Origin, new_uuid};
use uuid::Uuid;

use super::Database;
use super::errors::Fault;
use super::transaction::{Transaction, until};
use crate::events::{self, FORGOTTEN_AT_ONCE, HANDLED_KEPT, PATIENCE};
use crate::packed::{Params, RowReader};
use crate::ports::events::{Event, Outbox, OutboxError, OutboxEvent};
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::{StoreCall, StoreLimits};

/// Events of one `pending` answer, whatever their number.
const ANSWER: StoreLimits = StoreLimits { rows: u32::MAX, bytes: 256 << 20 };

const APPEND: &str = "SELECT {schema}.p2p_append($1, $2, $3, $4, $5, $6)";
const HANDLE: &str = "SELECT {schema}.p2p_handle($1, $2, $3, $4, $5)";
const PENDING: &str = "SELECT id, position, committed_at, channel_seq, topic, key, payload, request, address, user_id \
    FROM {schema}.p2p_outbox ORDER BY position LIMIT $1";
const RELAYED: &str = "DELETE FROM {schema}.p2p_outbox \
    WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1))";
/// Answers a row when it was.
pub const IS_HANDLED: &str = "SELECT 1 FROM {schema}.p2p_inbox WHERE event_id = $1";

/// Adds the events of a write to it, each with who brought it about. Comes last: from here to the commit, events of
/// other writes wait, so that positions have the order of commits.
pub async fn append(
    database: &Database,
    transaction: &mut Transaction<'_>,
    origin: &Origin,
    events: &[Event],
) -> Result<(), Fault> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events.iter().map(row).collect();
    let rows =
        serde_json::to_vec(&rows).map_err(|error| Fault::refused(SqlError::Rejected(error.to_string())))?;
    let params = Params::new()
        .bytes(&database.token)
        .json(&rows)
        .timestamp(database.now())
        .text_or_null(origin.request.as_deref())
        .text_or_null(origin.address.map(|address| address.to_string()).as_deref());
    let params = match origin.user {
        Some(user) => params.uuid(user),
        None => params.null(),
    };
    transaction.host_rows(APPEND, params).await.map(drop)
}

fn row(event: &Event) -> serde_json::Value {
    serde_json::json!({
        "id": new_uuid(), "topic": event.topic, "key": event.key, "payload": STANDARD.encode(&event.payload),
    })
}

/// Records in a write that it handles this event. An event that is already recorded makes the write stale.
pub async fn record_handling(
    database: &Database,
    transaction: &mut Transaction<'_>,
    handling: Option<Uuid>,
) -> Result<(), Fault> {
    match handling {
        Some(event) if !record(database, transaction, event).await? => {
            Err(Fault::refused(SqlError::Stale(u32::MAX)))
        }
        _ => Ok(()),
    }
}

/// Whether it was not recorded before.
async fn record(database: &Database, transaction: &mut Transaction<'_>, event: Uuid) -> Result<bool, Fault> {
    let now = database.now();
    let params = Params::new()
        .bytes(&database.token)
        .uuid(event)
        .timestamp(now)
        .timestamp(now.minus(HANDLED_KEPT))
        .s64(FORGOTTEN_AT_ONCE);
    let rows = transaction.host_rows(HANDLE, params).await?;
    let is_fresh = |rows: &Rows| {
        let mut reader = RowReader::new(rows).ok()?;
        if reader.advance() { reader.bool().ok() } else { None }
    };
    is_fresh(&rows).ok_or_else(|| Fault::abandoned(super::damaged()))
}

/// Rings when dropped, if there are events: a commit whose caller went away may still have come through.
pub fn bell<'a>(database: &'a Database, events: &[Event]) -> Option<Bell<'a>> {
    (!events.is_empty()).then_some(Bell(database))
}

/// See `bell`.
pub struct Bell<'a>(&'a Database);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.ring();
    }
}

/// The outbox and inbox of one scope.
#[derive(Debug)]
pub struct PgOutbox {
    database: Arc<Database>,
}

impl PgOutbox {
    /// Over an open database.
    pub fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn keep(&self, call: &StoreCall, events: &[Event]) -> Result<(), SqlError> {
        events::check(events)?;
        if events.is_empty() {
            return Ok(());
        }
        let mut transaction = self.database.begin_host(call.deadline).await?;
        let work = append(&self.database, &mut transaction, &call.origin, events);
        let outcome = until(call.deadline, work).await;
        let _bell = bell(&self.database, events);
        transaction.end(outcome).await
    }

    async fn read(&self, text: &str, params: Params) -> Result<Rows, OutboxError> {
        self.database.host_rows(patience(), text, params, ANSWER).await.map_err(unavailable)
    }

    async fn forget_relayed(&self, ids: Vec<u8>) -> Result<(), SqlError> {
        let deadline = patience();
        let mut transaction = self.database.begin_host(deadline).await?;
        let outcome = until(deadline, transaction.host(RELAYED, Params::new().json(&ids))).await;
        transaction.end(outcome).await.map(drop)
    }

    async fn record(&self, event: Uuid) -> Result<(), SqlError> {
        let deadline = patience();
        let mut transaction = self.database.begin_host(deadline).await?;
        let outcome = until(deadline, record(&self.database, &mut transaction, event)).await;
        transaction.end(outcome).await.map(drop)
    }
}

#[async_trait]
impl Outbox for PgOutbox {
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
        let ids = serde_json::to_vec(ids).map_err(|_| OutboxError::Unavailable)?;
        self.forget_relayed(ids).await.map_err(unavailable)
    }

    async fn is_handled(&self, event: Uuid) -> Result<bool, OutboxError> {
        self.database.is_handled(event, patience()).await.map_err(unavailable)
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
