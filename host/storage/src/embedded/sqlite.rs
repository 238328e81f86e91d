//! One SQLite file as the stores of one scope use it: a writer, readers for the feature, readers for this room. What
//! a feature may say is judged by `statement` and `policy`; nothing here knows what a feature keeps.

mod batch;
mod cells;
mod connection;
mod errors;
mod flush;
mod guard;
mod joined;
mod policy;
mod readers;
mod scanner;
mod statement;
mod store;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use p2p_context::{Clock, Deadline, Timestamp};
use sqlx::SqlSafeStr;
use tokio::sync::Notify;

pub use batch::Batch;
pub use connection::{Connection, Purpose, Synchronous};
pub use errors::sql_error;
pub use policy::Mode;
pub use readers::Readers;
pub use store::SqliteStore;
pub use writer::{Transaction, Writer};

use crate::packed::Params;
use crate::ports::events::Event;
use crate::ports::sql::{Rows, SqlError};
use crate::ports::stores::StoreLimits;

/// A database file and its connections.
pub struct Database {
    /// All writes.
    pub writer: Writer,
    /// Queries of the feature.
    pub feature_readers: Readers,
    host_readers: Readers,
    events_written: Notify,
    clock: Arc<dyn Clock>,
}

impl Database {
    /// Opens nothing yet; the file must have been brought to its schema.
    pub fn new(file: &Path, readers: u32, synchronous: Synchronous, clock: Arc<dyn Clock>) -> Self {
        Self {
            writer: Writer::new(file.to_owned(), synchronous),
            feature_readers: Readers::new(file.to_owned(), Purpose::FeatureReads, readers),
            host_readers: Readers::new(file.to_owned(), Purpose::HostReads, readers),
            events_written: Notify::new(),
            clock,
        }
    }

    /// Runs this while no connection is open, so that none meets a schema other than the one its statements were
    /// prepared for: sqlx counts their columns once. Everyone else waits.
    pub async fn while_closed<T>(&self, work: impl Future<Output = T>) -> T {
        let _shut =
            (self.writer.close().await, self.feature_readers.close().await, self.host_readers.close().await);
        work.await
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads for this room, which sees all tables.
    pub async fn host_rows(
        &self,
        deadline: Deadline,
        text: impl SqlSafeStr,
        params: Params,
        limits: StoreLimits,
    ) -> Result<Rows, SqlError> {
        let bound = cells::host_arguments(params)?;
        let mut reader = self.host_readers.lend(deadline).await?;
        let connection = reader.connection()?;
        let fetched = cells::fetch(&mut connection.sqlx, sqlx::query_with(text, bound), limits).await?;
        connection.end_use();
        Ok(fetched.map(|(rows, _)| rows.finish(std::iter::empty())).unwrap_or_default())
    }

    /// Runs this and commits, then tells whoever waits for events. A commit whose caller went away may still have come
    /// through, so the bell is rung in any case.
    pub async fn finish(
        &self,
        transaction: Transaction<'_>,
        last: Batch,
        events: &[Event],
    ) -> Result<(), SqlError> {
        let _bell = (!events.is_empty()).then(|| Bell(&self.events_written));
        transaction.commit(last).await
    }

    /// Resolves when events may have been left behind since the last call.
    pub async fn events_written(&self) {
        self.events_written.notified().await;
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("writer", &self.writer).finish_non_exhaustive()
    }
}

struct Bell<'a>(&'a Notify);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}
