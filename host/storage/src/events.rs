//! What every driver does alike with events: their bounds, how long a handled one is remembered, how rows of an outbox
//! read. Knows no store.

use std::time::Duration;

use p2p_context::Origin;

use crate::packed::{Malformed, RowReader};
use crate::ports::events::{Event, OutboxEvent};
use crate::ports::sql::{Rows, SqlError};

/// Bytes of one payload.
const PAYLOAD_BYTES: usize = 64 << 10;

/// Bytes of a topic or a key.
const NAME_BYTES: usize = 256;

/// A redelivery comes within days; what was handled longer ago is forgotten.
pub const HANDLED_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Rows forgotten with each one recorded: more than one, so that a backlog shrinks, and few, so that no write waits.
pub const FORGOTTEN_AT_ONCE: i64 = 4;

/// How long a driver's own statements about events may take.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Refuses events out of bounds before anything is begun for them.
pub fn check(events: &[Event]) -> Result<(), SqlError> {
    let fits = |event: &Event| {
        event.payload.len() <= PAYLOAD_BYTES
            && (1..=NAME_BYTES).contains(&event.topic.len())
            && event.key.len() <= NAME_BYTES
    };
    if events.iter().all(fits) { Ok(()) } else { Err(SqlError::Denied) }
}

/// Rows of `id, position, committed_at, channel_seq, topic, key, payload, request, address, user_id`.
pub fn read(rows: &Rows) -> Result<Vec<OutboxEvent>, Malformed> {
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
